"""Many plays in one plan, each paid under its line; prices above and below the usual; who left, came back, joined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agents.mind import Mind, NoMind
from sim.behaviour import Contractual
from sim.ledger import Accounts, Ledger
from sim.people import ACTIVE, REASONS, RETURNS, SEGMENT
from sim.plan import Offer, Plan
from sim.records import COST, SPEND
from sim.scenario import Event, Scenario
from sim.second_life import SecondLife
from tests.sim import worlds

ACCOUNTS = Accounts(margin=0.4, discount=0.0)


class Plays:
    """A plan for every week, or the plan that a function makes for so many customers in a week."""

    def __init__(self, make: Any) -> None:
        self.make = make

    def plan(self, view: Any, draws: Any) -> Plan:
        plan: Plan = self.make if isinstance(self.make, Plan) else self.make(len(view), view.week)
        return plan


def full(n: int, value: float) -> np.ndarray:
    return np.full(n, value, np.float32)


def total(run: Any, line: str) -> float:
    return float(sum(page.get(line, np.zeros(1)).sum() for page in run.ledger.weeks))


def test_each_play_pays_for_what_is_its_own():
    """Seed 1, 400 customers, 6 weeks, blocks of 150: a letter a week at 0.5, visits at 1, rewards at 2, an office."""

    def bills(n: int, week: int) -> Plan:
        parts = (
            Plan(cost=full(n, 0.5), line="letters"),
            Plan(encounter_cost=full(n, 1), reward=full(n, 2), overhead=30.0, line="visits"),
            Plan(overhead=10.0 * (week == 2), line="office"),
        )  # fmt: skip
        return Plan(cost=full(n, 7), overhead=7.0, line="all", parts=parts)  # the whole is not booked beside its parts

    run = worlds.model(people=worlds.met(400), strategy=Plays(bills), block=150)
    run.run_for(6)
    by_hand = {"letters": 0.5 * 400 * 6, "visits": 3 * total(run, "encounters") + 180, "office": 10.0}
    for line, money in by_hand.items():
        assert total(run, f"cost: {line}") == pytest.approx(money)
        assert run.ledger.spent[line] == pytest.approx(money)
    assert set(run.ledger.spent) == set(by_hand)
    assert total(run, "cost") == pytest.approx(sum(by_hand.values()))
    on_customers = sum(by_hand.values()) - 190  # what is spent on nobody stands in nobody's file
    assert run.records.crm[COST].sum(dtype=np.float64) == pytest.approx(on_customers, rel=1e-5)


@pytest.mark.parametrize("customers", [0, 5])
def test_overhead_is_booked_once_a_week_on_all_segments_alike(customers: int):
    run = worlds.model(customers, Plays(Plan(overhead=12.0, line="staff")), block=2)
    run.run_for(3)
    share = 12.0 / run.ledger.segments
    for page in run.ledger.weeks:
        np.testing.assert_allclose(page["cost: staff"], share)
        np.testing.assert_allclose(page["cost"], share)
    assert run.ledger.spent == pytest.approx({"staff": 36.0})
    assert run.ledger.value("profit", ACCOUNTS) == pytest.approx(run.ledger.value("margin", ACCOUNTS) - 12.0)


@pytest.mark.parametrize(("own", "general"), [(0.8, 0.0), (1.25, 0.0), (0.5, 0.6), (1.0, -0.2)])
def test_margin_at_another_price_by_hand(own: float, general: float):
    """Goods cost 0.6 of the usual price whatever is paid for them: margin is revenue less that; discounts are all loss.

    Seed 1, 300 customers without minds, who buy as ever: revenue is the usual one times the price.
    """
    scenario = Scenario({"move": Event(price=general)}) if general else Scenario()
    people, price = worlds.met(300), own * (1 + general)
    usual = worlds.model(people=people, mind=NoMind())
    moved = worlds.model(people=people, mind=NoMind(), strategy=Plays(Plan(price=full(300, own))), scenario=scenario)
    for run in (usual, moved):
        run.run_for(4)
    for week in range(4):
        before = usual.ledger.by_segment("revenue", ACCOUNTS, week)
        page = moved.ledger.weeks[week]
        np.testing.assert_allclose(page["revenue"], price * before, rtol=1e-5)
        np.testing.assert_allclose(page["premium"], (price - 1) * before, rtol=1e-4, atol=1e-4)
        margin, profit = (moved.ledger.by_segment(name, ACCOUNTS, week) for name in ("margin", "profit"))
        np.testing.assert_allclose(margin, (price - 0.6) * before, rtol=1e-4, atol=1e-4)
        np.testing.assert_array_equal(profit, margin)  # a discount costs margin and is no cost line beside it
    assert np.sign(total(moved, "premium")) == np.sign(round(price - 1, 6))


def test_discounts_for_some_and_goods_on_top_by_hand():
    """Every other one pays half, and all take half as much again, at the margin of the rest."""
    people = worlds.met(300)
    own = np.where(np.arange(300) % 2, 0.5, 1.0).astype(np.float32)
    usual = worlds.model(people=people, mind=NoMind())
    sold = worlds.model(people=people, mind=NoMind(), strategy=Plays(Plan(price=own, upsell=full(300, 0.5))))
    for run in (usual, sold):
        run.run_for(4)
    before = 1.5 * usual.records.crm[SPEND].astype(float)
    np.testing.assert_allclose(sold.records.crm[SPEND], before * own, rtol=1e-5)
    margin = sum(sold.ledger.value("margin", ACCOUNTS, week) for week in range(4))
    assert margin == pytest.approx((before * (own - 0.6)).sum(), rel=1e-5)
    assert total(sold, "premium") == pytest.approx(-0.5 * before[own < 1].sum(), rel=1e-5)


def test_without_a_price_of_its_own_a_page_has_no_premium():
    run = worlds.model(people=worlds.met(50))
    run.run_for(2)
    assert all("premium" not in page for page in run.ledger.weeks)


def test_returns_are_paid_by_the_play_that_asked_and_by_segment():
    run = worlds.model(people=worlds.met(4))
    run.table[SEGMENT][:] = [0, 1, 1, 0]
    ledger, people = Ledger(2), run.table.block(0, 4)
    ledger.open()
    welcome = np.array([1, 2, 3, 4], np.float32)
    plan = Plan(parts=(Plan(welcome=welcome, line="back"), Plan(welcome=2 * welcome, line="home"), Plan(line="none")))
    money = ledger.book_returns(people, plan, np.array([1, 3]))
    assert money.tolist() == [6, 12]
    page = ledger.weeks[0]
    assert (page["cost: back"].tolist(), page["cost: home"].tolist()) == ([4, 2], [8, 4])
    assert page["cost"].tolist() == [12, 6]
    assert ledger.spent == {"back": 6.0, "home": 12.0}
    ledger.count(people, {"returned": np.array([1, 2, 3]), "contacted": np.zeros(0, np.intp)})
    assert (page["returned"].tolist(), page["contacted"].tolist()) == ([1, 2], [0, 0])


def test_everybody_who_leaves_has_one_reason_and_every_return_is_counted():
    """Seed 1, 800 contracts of 2 weeks, 12 weeks; all are asked back every week, some are let go, all pay more."""
    market = Contractual(period=2, alpha=2, beta=2)

    def plan(n: int, week: int) -> Plan:
        return Plan(invite=full(n, 1), price=full(n, 1.3), contact=full(n, 1), dismiss=np.arange(n) % 40 == week)

    run = worlds.model(
        people=worlds.met(800, behaviour=market), strategy=Plays(plan), behaviour=market, mind=Mind(),
        second_life=SecondLife(0.3), block=300,
    )  # fmt: skip
    run.run_for(12)
    why = {name: total(run, f"left: {name}") for name in REASONS}
    assert why["still here"] == why["dismissed"] == 0  # the firm's own doing is counted as such
    assert 0 < total(run, "dismissed") <= 12 * 20
    assert sum(why.values()) + total(run, "dismissed") == total(run, "left")
    assert min(why["need"], why["price"]) > 0
    assert total(run, "returned") == run.table[RETURNS].sum() == sum(len(back) for _, back in run.moves) > 0
    assert total(run, "left") == sum(len(gone) for gone, _ in run.moves)
    assert 800 - total(run, "left") + total(run, "returned") == run.table[ACTIVE].sum()


def test_joining_is_counted_by_offer_and_ends_when_the_offer_does():
    """Rows 0-9 are asked into a club, 10-29 to take a card; all come; in week 1 the club is closed."""

    def plan(n: int, week: int) -> Plan:
        row = np.arange(n)
        club, card = Offer("club", row < 10, 1.0), Offer("card", (row >= 10) & (row < 30) & (week == 0), 1.0)
        return Plan(offers=(club, card) if week == 0 else (Offer("club", row < 0, ends=True),))

    people = worlds.met(40, rate=30.0, dropout=1e-6)
    run = worlds.model(people=people, strategy=Plays(plan), mind=NoMind(), block=7)
    run.step()
    assert [total(run, name) for name in ("joined", "joined: club", "joined: card")] == [30, 10, 20]
    assert np.flatnonzero(run.records.members("club")).tolist() == list(range(10))
    run.step()
    assert not run.records.members("club").any()
    assert np.flatnonzero(run.records.members("card")).tolist() == list(range(10, 30))
    assert total(run, "joined") == 30
