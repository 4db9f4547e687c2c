"""Coming back after leaving: whom it draws, by why they left and what they are offered, and how they live then."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agents.mind import Mind, NoMind
from sim.approach import come_back
from sim.behaviour import Contractual
from sim.chance import Chance
from sim.errors import ParameterError
from sim.people import ACTIVE, DROPOUT, KEY, LEFT, REASON, REASONS, RETURNS
from sim.plan import Plan
from sim.records import KNOWN, LAST, PURCHASES, RETURNED
from sim.second_life import SecondLife
from tests.sim import worlds

N = 3_000


def back(why: str, *, ease: float = 0.3, week: int = 5, **offer: float) -> set[int]:
    """Seed 1: which of 3,000 who left for this reason come back at this offer; the same people and luck every time."""
    run = worlds.model(people=worlds.met(N), mind=Mind(), warm_up=0, second_life=SecondLife(ease))
    run.table[ACTIVE][:], run.table[LEFT][:], run.table[REASON][:] = False, 3.0, REASONS.index(why)
    plan = Plan(**{name: np.full(N, value, np.float32) for name, value in offer.items()})
    rows = come_back(run.table.block(0, N), plan, run.world, Chance(1).at(week).rows(run.table[KEY]), week)
    return set(rows.tolist())


def test_who_left_over_service_comes_back_less_than_who_left_over_the_price():
    """Under the same luck the one crowd is part of the other; whoever was let go or pestered bears the same grudge."""
    price, service = (back(why, invite=1.0) for why in ("price", "service"))
    assert service < price
    assert back("service", invite=0.5) < service
    assert back("dismissed", invite=1.0) == back("contact", invite=1.0) == service
    assert back("need", invite=1.0) == price


def test_money_draws_who_left_over_the_price_more_than_others():
    plain = {why: back(why, invite=1.0) for why in ("price", "rival", "service")}
    paid = {why: back(why, invite=1.0, welcome=10.0) for why in plain}
    assert all(plain[why] < paid[why] for why in plain)
    assert paid["rival"] < paid["price"]
    assert paid["price"] < back("price", invite=1.0, welcome=20.0)


def test_the_ease_is_the_share_that_comes_back_at_an_earnest_offer():
    """Seed 1, 3,000 who left for want of need, within 4 standard errors; nobody at an ease of 0."""
    for ease in (0.03, 0.3):
        share = len(back("need", ease=ease, invite=1.0)) / N
        assert abs(share - ease) < 4 * np.sqrt(ease * (1 - ease) / N)
    assert back("need", ease=0.0, invite=1.0) == set()
    assert back("need", ease=0.3, invite=1.0, week=6) != back("need", ease=0.3, invite=1.0)


@pytest.mark.parametrize("ease", [-0.1, 1.1, np.nan])
def test_an_ease_out_of_range_is_refused(ease: float):
    with pytest.raises(ParameterError, match=r"SecondLife\.ease"):
        SecondLife(ease)


class Asks:
    """Asks everybody back every week, with money."""

    def plan(self, view: Any, draws: Any) -> Plan:
        ones = np.ones(len(view), np.float32)
        return Plan(invite=ones, welcome=5 * ones)


@pytest.mark.parametrize(
    "market", [worlds.LIVELY, Contractual(period=4, alpha=1, beta=1)], ids=["purchases", "contract"]
)
def test_second_lives_are_lived_and_can_end_again(market: Any):
    """Seed 1, 600 customers, 30 weeks: who is back buys or renews again, and may leave again; the file knows."""
    people = worlds.met(600, behaviour=market) if market is worlds.LIVELY else worlds.newcomers(600, behaviour=market)
    run = worlds.model(people=people, behaviour=market, strategy=Asks(), second_life=SecondLife(0.3), block=250)
    table, was = run.table, None
    for _ in range(30):
        run.step()
        rows = run.moves[-1][1]
        was = rows if was is None else np.append(was, rows)
    assert was is not None
    assert table[RETURNS].max() >= 2
    np.testing.assert_array_equal(np.bincount(was, minlength=600), table[RETURNS])
    np.testing.assert_array_equal(run.records.crm[RETURNED], table[RETURNS])
    np.testing.assert_array_equal(table[ACTIVE], np.isnan(table[LEFT]))
    back_again = table[RETURNS] > 0
    assert 0 < table[ACTIVE][back_again].mean() < 1
    if market.leaving_is_seen:
        np.testing.assert_array_equal(run.records.crm[KNOWN], table[ACTIVE])


def test_whoever_comes_back_to_a_contract_signs_and_pays_anew():
    """Contracts of 4 weeks at 100, nine, all lost in week 0, all back in week 1: paid for then, and at each renewal."""
    market = Contractual(period=4, fee=100.0)
    people = worlds.met(9, behaviour=market, start=-4.0, dropout=1 - 1e-6, rate=1e-6)
    run = worlds.model(people=people, behaviour=market, mind=NoMind(), second_life=SecondLife(1.0), block=4)
    run.step()
    run.table[DROPOUT][:] = 1e-6
    run.strategy = Asks()
    run.run_for(6)
    assert [page["revenue"].sum() for page in run.ledger.weeks] == [0, 900, 0, 0, 0, 900, 0]
    np.testing.assert_array_equal(run.records.crm[LAST], 1)
    np.testing.assert_array_equal(run.records.crm[PURCHASES], 2)


def test_without_a_contract_coming_back_is_no_purchase():
    """They are customers again, who buy when they need something: nine who need next to nothing."""
    run = worlds.model(people=worlds.met(9, rate=1e-6), mind=NoMind(), second_life=SecondLife(1.0), strategy=Asks())
    run.table[ACTIVE][:], run.table[LEFT][:] = False, -1.0
    run.step()
    assert run.table[ACTIVE].all()
    assert not run.ledger.weeks[0]["revenue"].any()
