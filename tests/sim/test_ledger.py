"""The books: every amount once, under its line, discounted as by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.behaviour import Contractual
from sim.chance import Draws
from sim.clock import WEEKS_PER_YEAR
from sim.ledger import COUNTS, Accounts, Ledger
from sim.model import CustomerModel
from sim.people import ACTIVE, LEFT, SEGMENT
from sim.plan import Plan
from sim.records import COST, EARNED, KNOWN, POINTS, PURCHASES, SPEND
from sim.view import View
from strategies import OverDelivery, PersonalisedService, RewardProgram
from tests.sim import worlds

PROGRAM = RewardProgram(points=1.0, threshold=50.0, worth=4.0, breakage=0.25, upkeep=0.01)
PLAYS = [PROGRAM, PersonalisedService(at_least=0), OverDelivery(chance=0.5)]


def total(run: CustomerModel, line: str) -> float:
    return sum(page.get(line, np.zeros(1)).sum() for page in run.ledger.weeks)


@pytest.fixture(scope="module", params=PLAYS, ids=lambda play: type(play).__name__)
def run(request: pytest.FixtureRequest) -> CustomerModel:
    """Seed 1, 3,000 customers on record, 30 weeks."""
    made = worlds.model(people=worlds.met(3_000), strategy=request.param)
    made.run_for(30)
    return made


def test_revenue_is_what_the_crm_says_was_spent(run: CustomerModel):
    crm = run.records.crm
    assert total(run, "revenue") == pytest.approx(crm[SPEND].sum(dtype=np.float64), rel=1e-6)
    by_segment = np.bincount(run.table[SEGMENT], crm[SPEND], run.ledger.segments)
    np.testing.assert_allclose(sum(page["revenue"] for page in run.ledger.weeks), by_segment, rtol=1e-6)


def test_cost_is_what_the_crm_says_was_spent_on_customers(run: CustomerModel):
    assert total(run, "cost") > 0
    assert total(run, "cost") == pytest.approx(run.records.crm[COST].sum(dtype=np.float64), rel=1e-5)


def test_cost_lines_sum_to_cost(run: CustomerModel):
    for page in run.ledger.weeks:
        lines = [values for name, values in page.items() if name.startswith("cost: ")]
        assert len(lines) == 1
        np.testing.assert_allclose(np.sum(lines, axis=0), page["cost"], rtol=1e-12)
    run.close("another line")
    page = run.ledger.weeks[-1]
    lines = [values for name, values in page.items() if name.startswith("cost: ")]
    np.testing.assert_allclose(np.sum(lines, axis=0), page["cost"], rtol=1e-12)


def test_counts_are_those_of_the_tables(run: CustomerModel):
    crm, table = run.records.crm, run.table
    assert total(run, "purchases") == crm[PURCHASES].sum() - 3_000  # one each was on record before
    assert total(run, "left") == (~np.isnan(table[LEFT])).sum() == (~table[ACTIVE]).sum()
    assert total(run, "encounters") <= total(run, "purchases")
    assert total(run, "renewed") == 0


def test_a_line_nobody_booked_is_zero_and_a_page_has_every_count(run: CustomerModel):
    assert run.ledger.value("cost: no such play", Accounts()) == 0
    assert set(run.ledger.weeks[0]) >= {"revenue", "cost", *COUNTS}


def test_profit_is_margin_less_cost(run: CustomerModel):
    accounts = Accounts(margin=0.4)
    for week in (0, 13, -1):
        margin, cost = (run.ledger.by_segment(name, accounts, week) for name in ("margin", "cost"))
        np.testing.assert_allclose(run.ledger.by_segment("profit", accounts, week), margin - cost)
        np.testing.assert_allclose(margin, 0.4 * run.ledger.by_segment("revenue", accounts, week))


def test_discounting_by_hand():
    """At 21% a year, money paid after one year is worth 1 / 1.21, after half a year 1 / 1.1, at once 1."""
    accounts = Accounts(discount=0.21)
    assert accounts.factor(0) == 1.0
    assert float(accounts.factor(np.array(WEEKS_PER_YEAR))) == pytest.approx(1 / 1.21)
    assert float(accounts.factor(np.array(WEEKS_PER_YEAR / 2))) == pytest.approx(1 / 1.1)
    ledger = Ledger(2)
    for amount in (100.0, 0.0, 50.0):
        ledger.open()
        ledger.weeks[-1]["revenue"] = np.array([amount, 2 * amount])
    by_hand = 100.0 + 50.0 / 1.21 ** (2 / WEEKS_PER_YEAR)
    np.testing.assert_allclose(ledger.discounted("revenue", accounts), [by_hand, 2 * by_hand])
    np.testing.assert_allclose(ledger.discounted("cost: nothing", accounts), [0, 0])
    assert float(Accounts(discount=0.0).factor(500)) == 1.0


def test_liability_is_outstanding_points_at_their_value_less_breakage():
    """300 points on three cards, one of whom is known to have left: 2 x 100 points x 4/50 x 0.75 = 12."""
    run = worlds.model(people=worlds.met(3), strategy=PROGRAM)
    run.step()
    run.records.crm[POINTS][:] = 100
    run.records.crm[KNOWN][2] = False
    before = run.ledger.value("cost", run.world.accounts)
    run.close("reward_program")
    assert run.ledger.value("cost", run.world.accounts) - before == pytest.approx(12.0)


def test_rewards_paid_are_points_redeemed():
    """Seed 1, 2,000 customers, 40 weeks: no upkeep, so all cost is rewards, and nothing is paid twice."""
    play = RewardProgram(threshold=50.0, worth=4.0, upkeep=0.0, take_up=1.0)
    run = worlds.model(people=worlds.met(2_000), strategy=play)
    run.run_for(40)
    crm = run.records.crm
    earned = crm[EARNED].sum(dtype=np.float64)
    redeemed = earned - crm[POINTS].sum(dtype=np.float64)
    assert redeemed > 0
    assert total(run, "cost") == pytest.approx(redeemed / 50 * 4, rel=1e-4)
    assert crm[POINTS].min() >= 0


def test_an_empty_week_is_a_page_of_zeros():
    run = worlds.model(0)
    run.run_for(2)
    assert len(run.ledger.weeks) == 2
    assert all((values == 0).all() for page in run.ledger.weeks for values in page.values())
    run.close("nothing")
    assert run.value_beyond().shape == (0,)


class Gift:
    """A reward for everybody, every week, whether or not they come."""

    def plan(self, view: View, draws: Draws) -> Plan:
        return Plan(reward=np.full(len(view), 3.0, np.float32), line="gift")


def test_a_reward_costs_only_when_the_customer_buys():
    """Seed 1, 500 customers, 10 weeks: 3.00 for each customer-week with a purchase, none for others."""
    run = worlds.model(people=worlds.met(500), strategy=Gift())
    run.run_for(10)
    assert total(run, "cost") == pytest.approx(3 * total(run, "encounters"))


@pytest.mark.parametrize("name", ["margin", "profit"])
def test_derived_lines_can_be_discounted(run: CustomerModel, name: str):
    accounts = Accounts(discount=0.0)
    by_week = [run.ledger.by_segment(name, accounts, week) for week in range(len(run.ledger.weeks))]
    np.testing.assert_allclose(run.ledger.discounted(name, accounts), np.sum(by_week, axis=0))


def test_a_misspelt_line_is_refused(run: CustomerModel):
    with pytest.raises(KeyError, match="no line 'revenu'; it has"):
        run.ledger.value("revenu", Accounts())


def test_closing_twice_books_once():
    run = worlds.model(people=worlds.met(500), strategy=PROGRAM)
    run.run_for(10)
    run.close("reward_program")
    once = total(run, "cost")
    run.close("reward_program")
    assert total(run, "cost") == once


def test_every_encounter_is_paid_with_a_contract_too():
    """Seed 1, 2,000 contracts, 12 weeks: every action is costed when taken."""
    behaviour = Contractual(period=3, alpha=1, beta=2, uses_mean=1.0)
    run = worlds.model(2_000, OverDelivery(price=1.0, targeting=AllRows()), behaviour=behaviour)
    run.run_for(12)
    assert total(run, "cost") == total(run, "encounters")


class AllRows:
    """Reaches everybody, on record or not."""

    def pick(self, view: View, draws: Draws) -> np.ndarray:
        return np.ones(len(view), np.bool_)


def test_a_closed_model_is_over_or_can_be_closed_again():
    """Either a week after closing is refused, or the second closing books what is owed then."""
    run = worlds.model(people=worlds.met(500), strategy=PROGRAM)
    run.run_for(5)
    run.close("reward_program")
    try:
        run.run_for(5)
    except RuntimeError:
        return
    before = total(run, "cost")
    run.close("reward_program")
    assert total(run, "cost") != before
