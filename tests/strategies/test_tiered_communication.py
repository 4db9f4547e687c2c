"""Tiered communication: each tier its rhythm and channel; useful and warm engages, too much and pushing drives away."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.records import OPTED_OUT
from sim.view import View
from strategies import Nothing, TieredCommunication
from strategies.channels import DIGITAL, Channel
from strategies.targeting import RandomShare
from tests.sim import worlds
from tests.strategies.pairs import errors, forks, total, view
from tests.strategies.views import luck

SURE = Channel(cost=0.5, reach=1.0, richness=0.5, intimacy=1.0, digital=1.0)
ADVISER = Channel(cost=4.0, reach=1.0, richness=1.0, intimacy=1.5, digital=0.0)
WEEKLY = {f"{tier}_every": 1 for tier in ("best", "potential", "ordinary", "silent")}
TOO_MUCH = TieredCommunication(**WEEKLY, burst=2.0, value=0.1, emotion=0.1, action=0.8, personal=DIGITAL, real_time=1.0)


def four(week: int, memory: dict[str, object]) -> View:
    """Ten customers by rank of RFM: the first two long silent, then three ordinary, three potential, the best two."""
    last = np.append([week - 60.0, week - 50.0], week - 9.0 + np.arange(8))
    return view(10, week, memory=memory, last=last, purchases=np.arange(1, 11), spend=10.0 * np.arange(1, 11))


def test_every_tier_has_its_rhythm_channel_and_price():
    """Two years: the silent 4 times, the ordinary every 5 weeks, the potential every 4, the best 8 times in person."""
    play, memory = TieredCommunication(personal=ADVISER, mass=SURE), {}
    plans = [play.plan(four(week, memory), luck(10, week)) for week in range(104)]
    times = np.sum([plan.contact > 0 for plan in plans], axis=0)
    assert times.tolist()[:2] == [4, 4]
    assert set(times.tolist()[2:5]) <= {20, 21}
    assert times.tolist()[5:] == [26, 26, 26, 8, 8]
    np.testing.assert_allclose(
        np.sum([plan.cost for plan in plans], axis=0), [2, 2, *times[2:5] / 2, 13, 13, 13, 32, 32]
    )
    assert all((plan.digital == [1] * 8 + [0] * 2)[plan.contact > 0].all() for plan in plans)
    np.testing.assert_allclose(plans[0].wait, [1] * 8 + [0.7] * 2)
    np.testing.assert_allclose(plans[0].encounter_cost, [0] * 8 + [0.5] * 2)


def test_messages_are_useful_warm_or_pushing_in_their_parts():
    """20,000 customers, seed 1, one week: 70% useful, 20% warm, 10% pushing, each within 4 standard errors."""
    n = 20_000
    plan = TieredCommunication(**WEEKLY, personal=SURE, mass=SURE, pressure=0.6).plan(view(n), luck(n))
    parts = [(plan.news > 0, 0.7), (plan.care > 0, 0.2), (plan.care < 0, 0.1)]
    for part, share in parts:
        assert abs(part.mean() - share) < 4 * np.sqrt(share * (1 - share) / n)
    assert np.sum([part for part, _ in parts], axis=0).max() == 1
    assert set(np.unique(plan.care.round(4))) == {np.float32(-0.3), np.float32(0), np.float32(0.5)}


def test_turns_are_spread_over_the_weeks():
    """4,000 customers of one tier, every five weeks: a fifth each week, within 4 standard errors."""
    play = TieredCommunication(best=0.0, potential=0.0, mass=SURE)
    for week in (30, 31, 32):
        plan = play.plan(view(4_000, week, last=week - 1.0), luck(4_000, week))
        assert abs((plan.contact > 0).mean() - 0.2) < 4 * np.sqrt(0.16 / 4_000)


def test_newcomers_are_ordinary_until_the_next_ranking():
    play, memory = TieredCommunication(best=1.0, potential=0.0), {}
    play.plan(view(3, 5, memory=memory), luck(3, 5))
    play.plan(view(5, 6, memory=memory), luck(5, 6))
    assert memory["tiered_communication"]["tiers"].tolist() == [3, 3, 3, 1, 1]
    play.plan(view(5, 18, memory=memory), luck(5, 18))
    assert memory["tiered_communication"]["tiers"].tolist() == [3] * 5


def test_only_those_picked_hear_of_it():
    picked = RandomShare(0.3).pick(view(500), luck(500))
    plan = TieredCommunication(**WEEKLY, mass=SURE, targeting=RandomShare(0.3)).plan(view(500), luck(500))
    assert plan.treated.any()
    assert not (plan.treated & ~picked).any()
    assert (plan.wait[~picked] == 1).all()


def test_useful_and_warm_contact_engages_and_binds():
    """Seed 1, 2,000 customers, 26 weeks, no quicker answers: over 4 standard errors above control."""
    treated, control = forks(TieredCommunication(real_time=1.0), Nothing(), weeks=26)
    for column in ("engagement", "affective"):
        assert errors(treated, control, column) > 4, column


def test_trust_hangs_on_what_is_sent():
    """Seed 1, 2,000 customers, 26 weeks, the same rhythm: pushing costs trust that the 70:20:10 mix does not."""
    pushing = TieredCommunication(real_time=1.0, value=0.1, emotion=0.1, action=0.8)
    mixed, pushed, control = forks(TieredCommunication(real_time=1.0), pushing, Nothing(), weeks=26)
    assert errors(mixed, pushed, "benevolence") > 4
    assert errors(pushed, control, "benevolence") < -4


def test_too_much_of_it_tires_and_drives_away():
    """Seed 1, 4,000 customers, 26 weeks: a quarter opts out, trust and feeling fall, more leave, by over 4 errors."""
    people = worlds.met(4_000, rate=2.0, dropout=0.02)
    treated, control = forks(TOO_MUCH, Nothing(), weeks=26, people=people)
    assert treated.records.crm[OPTED_OUT].mean() > 0.25
    for column in ("benevolence", "active"):
        assert errors(treated, control, column) < -4, column
    assert sum(np.sum(page.get("left: contact", 0)) for page in treated.ledger.weeks) > 50
    assert total(control, "contacted") == 0


def test_who_opted_out_is_left_in_peace():
    plan = TieredCommunication(**WEEKLY, mass=SURE, personal=SURE).plan(view(2, opted_out=[True, False]), luck(2))
    assert plan.contact.tolist() == [0, 1]
    assert plan.cost.tolist() == [0, 0.5]


def test_parts_that_do_not_add_up_are_refused():
    with pytest.raises(ParameterError, match=r"value, emotion, action are 1\.1 together"):
        TieredCommunication(value=0.8)
    with pytest.raises(ParameterError, match=r"best, potential are 1\.2 together"):
        TieredCommunication(best=0.9)
    with pytest.raises(ParameterError, match=r"TieredCommunication\.burst"):
        TieredCommunication(burst=-1.0)
