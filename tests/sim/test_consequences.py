"""What comes of an act: why who left did so, who joins, how complaints are answered, what all of it costs and pays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.behaviour import Contractual
from sim.exchange import Acts
from sim.market import Arrivals
from sim.people import BASKET, REASON, REASONS
from sim.plan import Offer, Plan
from sim.records import Survey
from sim.scenario import Conditions
from sim.service import Service
from tests.sim.acts import N, acts_of, off

PARTS = {
    "service": {},
    "price": {"price": 0.5, "contact": 0.2, "rival": 0.1},
    "contact": {"price": -0.3, "contact": 0.7},
    "rival": {"price": 0.2, "rival": 0.45},
}


@pytest.mark.parametrize("culprit", PARTS)
@pytest.mark.parametrize(("dropout", "shift"), [(0.2, 1.0), (0.5, 1.0), (0.2, -1.0)])
def test_reasons_for_leaving_by_hand(culprit: str, dropout: float, shift: float):
    """Seed 1, 20,000 contracts: leavers would have left anyway with dropout / chance, within 4 standard errors.

    At a dropout of 0.2 a shift of 1 makes the chance 0.2 e / (0.2 e + 0.8) = 0.4046, so 0.494 of them leave for want
    of need; the rest over the largest part, all over the same one here; where the shift is not positive, all do.
    """
    market = Contractual(period=20)
    acts, run = acts_of({"leave": shift, **PARTS[culprit]}, due=True, behaviour=market, who={"dropout": dropout})
    chance = dropout * np.exp(shift) / (dropout * np.exp(shift) + 1 - dropout)
    assert off(acts.left.mean(), chance) < 4
    anyway, left = dropout / chance, acts.reason[acts.left]
    assert set(left) <= {REASONS.index("need"), REASONS.index(culprit)}
    need = (left == REASONS.index("need")).mean()
    assert need == 1 if shift < 0 else off(need, anyway, len(left)) < 4
    assert not acts.reason[~acts.left].any()
    np.testing.assert_array_equal(run.table[REASON], acts.reason)


def test_reasons_are_stated_only_where_leaving_is_seen_and_by_those_who_tell():
    """Seed 1, 20,000 contracts, exit interviews with a quarter of those who leave, within 4 standard errors."""
    market, how = Contractual(period=20), {"leave": 2.0, "price": 2.0}
    acts, _ = acts_of(how, due=True, behaviour=market, survey=Survey(exit=0.25))
    told = acts.stated > 0
    assert off(told[acts.left].mean(), 0.25, int(acts.left.sum())) < 4
    np.testing.assert_array_equal(acts.stated[told], acts.reason[told])
    assert not told[~acts.left].any()
    everybody, _ = acts_of(how, due=True, behaviour=market, survey=Survey(exit=1.0))
    np.testing.assert_array_equal(everybody.stated, everybody.reason)
    unseen, _ = acts_of(how)
    assert (unseen.left.any(), unseen.seen, unseen.stated) == (True, False, None)


def joined(ease: float = 0.3, name: str = "club", to: Any = True, **values: Any) -> Acts:
    offer = Offer(name, np.broadcast_to(np.asarray(to), N).copy(), ease)
    return acts_of(values.pop("how", {}), plan=Plan(offers=(offer,)), **values)[0]


def test_as_many_join_as_the_ease_and_the_shift_say():
    """Seed 1, 20,000 asked: 0.3 of the indifferent; with a shift of 1, 0.3 e / (0.3 e + 0.7); 4 standard errors."""
    stay = {"dropout": 1e-6}
    plain, keen, other = (joined(who=stay, **v).joined[0] for v in ({}, {"joins": 1.0}, {"name": "card"}))
    assert (plain[0], other[0]) == ("club", "card")
    assert off(plain[1].mean(), 0.3) < 4
    assert off(keen[1].mean(), 0.3 * np.e / (0.3 * np.e + 0.7)) < 4
    assert off((plain[1] & other[1]).mean(), 0.09) < 4  # each offer has a luck of its own
    assert keen[1][plain[1]].all()
    assert not joined(ease=0.0).joined[0][1].any()
    assert joined(ease=1.0, who=stay).joined[0][1].all()


def test_luck_with_an_offer_lasts_and_only_who_comes_is_asked_and_stays_joins():
    here, asked = np.arange(N) % 2 == 0, np.arange(N) % 3 == 0
    usual, later = (joined(week=week).joined[0][1] for week in (0, 5))
    np.testing.assert_array_equal(usual, later)
    some = joined(to=asked, came=here, how={"leave": 1.0})
    assert 100 < some.left.sum() < N / 2
    np.testing.assert_array_equal(some.joined[0][1], usual & asked & here & ~some.left)


def test_complaints_are_answered_as_well_as_the_firm_does_and_the_plan_adds():
    """0.4 and 0.1 more; money relative to a basket of 20; where nobody complains nothing is answered."""
    plan = Plan(redress=np.full(N, 0.1, np.float32), amends=np.full(N, 5, np.float32))
    acts, _ = acts_of({"complain": 0.1}, plan=plan, who={"basket": 20.0}, service=Service(redress=0.4, spread=0.0))
    np.testing.assert_allclose(acts.answered, np.where(acts.complained, 0.5, 0), rtol=1e-6)
    np.testing.assert_array_equal(acts.amends, np.float32(0.25))
    wide, _ = acts_of({"complain": 1.0}, service=Service(redress=0.4, spread=0.1))
    assert abs(wide.answered.mean() - 0.4) < 4 * 0.1 / np.sqrt(N)
    silent, _ = acts_of({}, plan=plan)
    assert silent.answered is None


def test_bills_by_hand_each_under_its_own_line():
    """Each pays for its act: 1 a visit, 2 a reward, 3 a complaint, 5 a referral; weekly cost is nobody's act."""

    def each(**values: float) -> Any:
        return {name: np.full(N, value, np.float32) for name, value in values.items()}

    bills = (
        Plan(**each(encounter_cost=1), line="visits"), Plan(**each(reward=2, amends=3, cost=8), line="gifts"),
        Plan(**each(bounty=5), line="friends"), Plan(**each(cost=9), overhead=4.0, line="letters"),
    )  # fmt: skip
    how, came = {"complain": 0.3, "recommend": 1.0}, np.arange(N) % 2
    acts, _ = acts_of(how, came=came, plan=Plan(parts=bills), arrivals=Arrivals(referral=0.1))
    by_hand = {"visits": came, "gifts": 2 * came + 3 * acts.complained, "friends": 5 * acts.referred}
    assert [line for line, _ in acts.bills] == list(by_hand)
    for line, money in acts.bills:
        np.testing.assert_array_equal(money, by_hand[line], err_msg=line)
    np.testing.assert_array_equal(acts.spent, sum(by_hand.values()))
    assert acts.complained.any()
    assert acts.referred.any()
    free, _ = acts_of(how, plan=Plan(**each(cost=9)))
    assert (free.bills, free.spent) == ((), None)


def test_each_pays_the_price_that_is_theirs_and_for_what_was_sold_on_top():
    """Half the customers get 20% off a price raised by a quarter; 0.5 on top is half as much again."""
    usual, _ = acts_of({}, came=2)
    own = np.where(np.arange(N) % 2, 0.8, 1.0).astype(np.float32)
    plan, dear = Plan(price=own), Conditions(price=1.25)
    acts, _ = acts_of({}, came=2, plan=plan, conditions=dear)
    np.testing.assert_allclose(acts.paid, usual.paid * np.where(np.arange(N) % 2, 1.0, 1.25), rtol=1e-6)
    np.testing.assert_allclose(acts.price, np.where(np.arange(N) % 2, 1.0, 1.25), rtol=1e-6)
    more, _ = acts_of({}, came=2, plan=Plan(upsell=np.full(N, 0.5, np.float32)))
    np.testing.assert_allclose(more.paid, 1.5 * usual.paid, rtol=1e-6)
    assert more.price == 1.0
    contract = Contractual(period=20, fee=40.0)
    fees, signed = acts_of({}, due=True, behaviour=contract, plan=plan)
    np.testing.assert_allclose(fees.paid, fees.renewed * own * signed.table[BASKET], rtol=1e-6)
