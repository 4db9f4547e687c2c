"""Win-back: asked back after a while, a few times; bought back, they learn to look at the price."""

from __future__ import annotations

import numpy as np
import pytest

from agents.customers import REFERENCE_PRICE
from sim.behaviour import Contractual
from sim.errors import ParameterError
from sim.people import ACTIVE, REASON, REASONS, RETURNS
from sim.records import GONE
from sim.second_life import SecondLife
from strategies import Nothing, WinBack
from strategies.channels import Channel
from tests.sim import worlds
from tests.strategies.pairs import errors, total, view
from tests.strategies.views import luck

SURE = Channel(cost=2.0, reach=1.0, richness=1.0, intimacy=1.0, digital=0.5)
MONTHLY = Contractual(period=4, alpha=2.0, beta=6.0, uses_mean=1.0, fee=35.0)
BOUGHT = WinBack(invite=0.0, welcome=35.0, discount=0.3, discount_weeks=12, channel=SURE)


def arms(*plays: object, weeks: int, n: int = 4_000, ease: float = 0.1):
    people = worlds.newcomers(n, behaviour=MONTHLY, start=-np.arange(n) % 4 - 4.0, active=True, purchases=1)
    root = worlds.model(people=people, behaviour=MONTHLY, second_life=SecondLife(ease=ease))
    runs = [root.fork(play) for play in plays]
    for run in runs:
        run.run_for(weeks)
    return runs


def test_who_is_asked_by_hand():
    """Week 10, delay 4: gone for 5 weeks; for 2; for want of need; let go; still here; silent since long; new."""
    stated = [0, 0, REASONS.index("need"), REASONS.index("dismissed"), 0, 0, 0]
    gone, known = [5, 8, 5, 5, np.nan, np.nan, np.nan], [False] * 4 + [True] * 3
    seen = view(7, 10, gone=gone, known=known, stated=stated, last=[5, 8, 5, 5, 9, -40, 9], purchases=3)
    plan = WinBack(invite=0.9, welcome=7.0, channel=SURE, silence=39).plan(seen, luck(7))
    assert plan.treated.tolist() == [True, False, False, False, False, True, False]
    np.testing.assert_allclose(plan.invite, [0.9, 0, 0, 0, 0, 0.9, 0])
    np.testing.assert_allclose(plan.welcome, [7, 0, 0, 0, 0, 7, 0])
    np.testing.assert_allclose(plan.cost, [2, 0, 0, 0, 0, 2, 0])
    assert plan.price is None


def asked_in(play: WinBack, weeks: int) -> list[int]:
    """Weeks in which somebody who left in week 0 and never comes back is asked."""
    memory: dict[str, object] = {}
    seen = (view(1, week, memory=memory, gone=0, known=False, last=-1, purchases=2) for week in range(weeks))
    plans = [play.plan(each, luck(1, each.week)) for each in seen]
    return [week for week, plan in enumerate(plans) if plan.treated[0]]


def test_a_few_tries_apart_then_the_door_stays_open():
    assert asked_in(WinBack(channel=SURE, delay=4, tries=3, apart=8, door=52), 130) == [4, 12, 20, 72, 124]
    assert asked_in(WinBack(channel=SURE, delay=4, tries=2, apart=8, door=0), 130) == [4, 12]


def test_the_price_holds_from_the_offer_and_again_from_the_return():
    """Asked in week 4, back in week 6, discount for five weeks: weeks 4-6 of the offer, then 7-11 of the return."""
    play, memory, price = WinBack(discount=0.25, discount_weeks=5, channel=SURE), {}, []
    for week in range(14):
        back = week > 6
        seen = view(1, week, memory=memory, gone=np.nan if back else 0, known=back, returned=back, last=0, purchases=2)
        price.append(float(play.plan(seen, luck(1, week)).price[0]))
    assert price == [1] * 4 + [0.75] * 8 + [1] * 2


def test_earnest_offers_bring_customers_back_and_control_never():
    """Seed 1, 4,000 contracts, 30 weeks: hundreds return; more are customers at the end than without, by 4 errors."""
    earnest, control = arms(WinBack(channel=SURE), Nothing(), weeks=30)
    assert total(earnest, "returned") > 200
    assert total(control, "returned") == 0
    assert errors(earnest, control, "active") > 4
    assert np.isnan(earnest.records.crm[GONE][earnest.table[ACTIVE]]).all()


def test_no_money_is_spent_on_who_does_not_come_back():
    """Seed 1, 30 weeks: 35.00 a return, and 2.00 for each try."""
    (bought,) = arms(BOUGHT, weeks=30)
    assert total(bought, "returned") > 100
    tries = (total(bought, "cost: win_back") - 35 * total(bought, "returned")) / 2
    assert tries == pytest.approx(round(tries))
    assert tries > total(bought, "returned")


def test_who_is_bought_back_finds_the_usual_price_dear_and_leaves_sooner():
    """Seed 1, offers in 12 weeks, with and without a discount, so the same return: after it more of them are gone.

    10,000 contracts, 28 weeks later, over 4 standard errors of the paired difference; and they look at prices more.
    """
    plain, cheap = WinBack(channel=SURE, weeks=12), WinBack(channel=SURE, weeks=12, discount=0.3, discount_weeks=8)
    earnest, bought = arms(plain, cheap, weeks=12, n=10_000, ease=0.5)
    back = np.flatnonzero(earnest.table[RETURNS])
    assert len(back) > 1_000
    assert np.isin(back, np.flatnonzero(bought.table[RETURNS])).mean() > 0.95
    for run in (earnest, bought):
        run.run_for(28)
    assert errors(bought, earnest, "active", back) < -4
    assert errors(bought, earnest, "deal_minded", back) > 4
    over_price = [(run.table[REASON][back] == REASONS.index("price")).sum() for run in (earnest, bought)]
    assert over_price[0] == 0 < 30 < over_price[1]


def test_a_discount_lowers_the_price_that_feels_normal():
    earnest, bought = arms(WinBack(channel=SURE), BOUGHT, weeks=16, ease=0.5)
    normal = [run.table[REFERENCE_PRICE][(run.table[RETURNS] > 0) & run.table[ACTIVE]] for run in (earnest, bought)]
    assert (normal[0] == 1).all()
    assert normal[1].mean() < 0.95


def test_the_silent_who_had_not_left_are_contacted_and_get_the_discount():
    """Where leaving is not seen, those still active are reached, too: the discount goes to them as well."""
    people = worlds.met(2_000, start=-60.0, rate=0.02, dropout=1e-6)
    run = worlds.model(people=people, strategy=WinBack(discount=0.2, channel=SURE))
    run.run_for(1)
    assert total(run, "contacted") == run.table[ACTIVE].sum() == 2_000
    assert total(run, "returned") == 0
    assert run.table[REFERENCE_PRICE].min() < 1


@pytest.mark.parametrize(("name", "value"), [("invite", 1.5), ("welcome", -1.0), ("tries", 0), ("discount", 1.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"WinBack\.{name}"):
        WinBack(**{name: value})
