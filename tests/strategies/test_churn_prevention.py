"""Churn prevention: attention keeps the persuadable, wakes the inert, and too much of it drives away."""

from __future__ import annotations

import numpy as np
import pytest

from agents.customers import (
    AFFECTIVE,
    BENEVOLENCE,
    COMPETENCE,
    INTEGRITY,
    PERSUADABLE,
    REFERENCE_PRICE,
    SATISFACTION,
    VALUE,
)  # fmt: skip
from sim.behaviour import Contractual
from sim.errors import ParameterError
from sim.people import REASON, REASONS
from sim.records import OPTED_OUT
from strategies import ChurnPrevention, Nothing
from strategies.channels import Channel
from strategies.targeting import Everyone
from tests.sim import worlds
from tests.strategies.pairs import errors, view
from tests.strategies.views import luck

SURE = Channel(cost=2.0, reach=1.0, richness=1.0, intimacy=1.0, digital=0.5)
MONTHLY = Contractual(period=4, alpha=2.0, beta=8.0, uses_mean=0.2)

INERT = {SATISFACTION: -0.8, VALUE: -0.8, AFFECTIVE: 0.1, COMPETENCE: 0.2, BENEVOLENCE: 0.2, INTEGRITY: 0.2}


def pair(play: object, weeks: int, persuadable: float, inert: bool = False, n: int = 6_000):
    """Contracts renewed every four weeks, with the play and without; the inert think badly of the firm."""
    people = worlds.newcomers(n, behaviour=MONTHLY, start=-np.arange(n) % 4 - 4.0, active=True, purchases=1)
    root = worlds.model(people=people, behaviour=MONTHLY)
    root.table[PERSUADABLE][:] = persuadable
    if inert:
        for column, value in INERT.items():
            root.table[column][:] = value
        root.mind.intention.restate(root.table.block(0, n))
    runs = [root.fork(play), root.fork(Nothing())]
    for run in runs:
        run.run_for(weeks)
    return runs


def test_a_contact_by_hand_and_peace_after_it():
    """All are reached: care 0.8, news 0.3, 2.00 each; nothing more for eight weeks."""
    play, memory = ChurnPrevention(channel=SURE, targeting=Everyone()), {}
    plans = [play.plan(view(2, week, memory=memory, known=[True, False]), luck(2, week)) for week in range(9)]
    np.testing.assert_allclose(plans[0].care, [0.8, 0])
    np.testing.assert_allclose(plans[0].news, [0.3, 0])
    assert [plan.contact[0] for plan in plans] == [1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert [plan.cost.sum() for plan in plans] == [2, 0, 0, 0, 0, 0, 0, 0, 2]
    assert plans[0].line == "churn_prevention"


def test_gift_and_price_hold_for_some_weeks_and_one_purchase():
    """Reached in week 0, valid three weeks; the second customer buys in week 0 and has used them up."""
    play = ChurnPrevention(gift=5.0, discount=0.2, valid=3, channel=SURE, targeting=Everyone(), weeks=1)
    memory: dict[str, object] = {}
    plans = []
    for week in range(4):
        seen = view(2, week, memory=memory, last=[-5, 0.5 if week else -5])
        plans.append(play.plan(seen, luck(2, week)))
    assert [plan.reward.tolist() for plan in plans] == [[5, 5], [5, 0], [5, 0], [0, 0]]
    np.testing.assert_allclose(plans[1].price, [0.8, 1])
    np.testing.assert_allclose(plans[3].price, [1, 1])


def test_by_default_those_who_lapse_are_approached():
    """Gap of two weeks: four weeks of silence worry; ten purchases in time do not."""
    seen = view(2, 100, purchases=5, since=[86, 91], last=[94, 99])
    assert ChurnPrevention().plan(seen, luck(2, 100)).treated.tolist() == [True, False]


def test_attention_keeps_those_whom_it_persuades():
    """Seed 1, 6,000 contracts of the persuadable, 8 weeks: more stay, by over 4 standard errors."""
    treated, control = pair(ChurnPrevention(channel=SURE, targeting=Everyone(), apart=4), 8, persuadable=1.0)
    assert errors(treated, control, "active") > 4
    assert errors(treated, control, "benevolence") > 4


def test_a_contact_wakes_those_who_stay_without_wanting_to():
    """Seed 1, 6,000 contracts of the inert whom nothing persuades, one contact, one month: more leave, 4 errors."""
    play = ChurnPrevention(channel=SURE, targeting=Everyone(), care=0.0, news=0.0)
    treated, control = pair(play, 4, persuadable=0.0, inert=True)
    assert errors(treated, control, "active") < -4
    blamed = [(run.table[REASON] == REASONS.index("contact")).sum() for run in (treated, control)]
    assert blamed[0] > 50
    assert blamed[1] == 0


def test_too_many_contacts_make_opt_out_and_drive_away():
    """Seed 1, 6,000 contracts, 12 weeks, contacted weekly: more leave than without, and many want no more of it."""
    play = ChurnPrevention(channel=SURE, targeting=Everyone(), apart=1, care=0.0, news=0.0)
    treated, control = pair(play, 12, persuadable=0.5)
    assert errors(treated, control, "active") < -4
    assert errors(treated, control, "valence") < -4
    assert treated.records.crm[OPTED_OUT].mean() > 0.05


def test_a_discount_lowers_the_price_that_feels_normal():
    play = ChurnPrevention(channel=SURE, targeting=Everyone(), discount=0.3, apart=2)
    treated, control = pair(play, 8, persuadable=0.5, n=1_000)
    assert (control.table[REFERENCE_PRICE] == 1).all()
    assert treated.table[REFERENCE_PRICE].mean() < 0.99


def test_only_those_contacted_are_touched():
    """Without word of mouth, who was never contacted lives the same life to the bit."""
    root = worlds.model(people=worlds.met(1_000))
    treated, control = root.fork(ChurnPrevention()), root.fork(Nothing())
    for run in (treated, control):
        run.run_for(15)
    never = treated.customers.get("contacts") == 0
    assert 100 < never.sum() < 1_000
    for column in ("loyalty", "left", "purchases"):
        np.testing.assert_array_equal(treated.customers.get(column)[never], control.customers.get(column)[never])


@pytest.mark.parametrize(("name", "value"), [("care", 1.5), ("gift", -1.0), ("apart", 0), ("discount", 1.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"ChurnPrevention\.{name}"):
        ChurnPrevention(**{name: value})
