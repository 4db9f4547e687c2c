"""Profit and loss: what is counted in a run adds up, and the statement of it can be worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.profit_and_loss import books_of, budget_use, movements_of
from experiments.reporting.paired import VALUE, difference, return_on_cost
from experiments.reporting.profit_and_loss import (
    NEVER,
    Line,
    break_even,
    gained,
    lasting_gain,
    payback,
    spent_lines,
    statement,
)
from experiments.reporting.who_gained import gained_lines, heads, reason_lines, second_lives, segment_lines
from experiments.results import ALL, FATES, OWED, StudyResult
from experiments.weeks import Weeks
from sim.people import ACTIVE, LEFT, REASON, REASONS, RETURNS
from sim.records import SOURCE
from strategies import Nothing
from tests.experiments.eventful import LET_GO, SIZE, WEEKS, WELCOME, lived
from tests.experiments.synthetic import METRICS, Plan, study

# Two replications, one customer, three weeks: what the control and a plan make in each week after the fork.
PROFITS = {"nothing": [(1.0, 1.0, 1.0), (1.0, 1.0, 1.0)], "plan": [(-1.0, 2.5, 2.0), (0.0, 2.5, 2.5)]}
MONEY = {  # arm -> metric -> a value per replication
    "nothing": {"revenue": (10.0, 10.0), "cost": (0.0, 0.0), "profit": (3.0, 3.0), "value_beyond": (5.0, 5.0)},
    "plan": {
        "revenue": (18.0, 22.0), "cost": (2.0, 3.0), "profit": (3.5, 5.0), "value_beyond": (6.0, 6.0),
        "cost: gift": (1.5, 2.5), f"cost: {OWED}": (0.5, 0.5), "discounts": (0.5, 0.7),
    },
}  # fmt: skip


def by_hand(money: dict[str, dict[str, tuple[float, float]]] = MONEY) -> StudyResult:
    """A study so small that its statement can be worked by hand."""
    outcomes = [
        {"arm": arm, "replicate": number, "segment": ALL, "metric": metric, "value": value}
        for arm, metrics in money.items()
        for metric, both in ({"customers": (1.0, 1.0), "retention": (1.0, 1.0)} | metrics).items()
        for number, value in enumerate(both)
    ]
    weeks = [
        {"arm": arm, "replicate": number, "segment": ALL, "metric": "profit", "week": week, "value": value}
        for arm in money
        for number, flows in enumerate(PROFITS[arm])
        for week, value in enumerate((0.0, *flows))
    ]
    fates = [
        {"arm": "plan", "replicate": number, "segment": ALL, "fate": fate, "customers": float(fate == "saved")}
        for number in (0, 1)
        for fate in FATES
    ]
    empty = pd.DataFrame({"title": []})
    held = Weeks.of(pd.DataFrame(weeks))
    return StudyResult(held, pd.DataFrame(outcomes), pd.DataFrame(fates), empty, METRICS, "nothing", {}, "", {}, "USD")


def lines(result: StudyResult) -> dict[str, Line]:
    return {line.label: line for line in statement(result)}


def test_payback_is_the_week_from_which_the_mean_gain_stays_above_zero():
    """Gains: -2, 1.5, 1 and -1, 1.5, 1.5, cumulated -2, -0.5, 0.5 and -1, 0.5, 2: the mean is 0 after two weeks."""
    found = payback(by_hand(), "plan")
    np.testing.assert_allclose(gained(by_hand(), "plan"), [[0, -2, -0.5, 0.5], [0, -1, 0.5, 2]])
    assert (found.week, found.paid, found.runs, found.early, found.late) == (3, 2, 2, 2, 3)
    assert found.short == "week 3"
    assert found.note == "in 2 of 2 replications, weeks 2 to 3"


@pytest.mark.parametrize(
    ("curve", "week"),
    [([0, -1, -2], None), ([0, 0, 0], None), ([0, 1, 2], 1), ([0, 1, -1, 1], 3), ([0, 1, -1], None), ([0, 2, 0], None)],
)
def test_a_gain_that_does_not_last_pays_nothing_back(curve, week):
    assert lasting_gain(np.array(curve, dtype=float)) == week


def test_no_payback_is_said_plainly_and_with_what_lies_beyond():
    poor = {**MONEY, "plan": {**MONEY["plan"], "profit": (1.0, 1.0), "value_beyond": (8.0, 8.0)}}
    late = by_hand(poor)
    held = late.weeks.frame()
    weeks = Weeks.of(held.assign(value=held["value"].where(held["arm"] == "nothing", 0.0)))
    late = replace(late, weeks=weeks)
    found = payback(late, "plan")
    assert found.week is None
    assert (found.short, found.note) == (NEVER, "with the value beyond it: yes")
    lost = by_hand({**poor, "plan": {**poor["plan"], "value_beyond": (5.0, 5.0)}})
    assert payback(replace(lost, weeks=weeks), "plan").note == "nor with the value beyond it"


def test_break_even_budget_is_the_gain_before_costs():
    """Profit +0.5 and +2, cost +2 and +3, beyond +1 and +1: margin +2.5 and +5, with what lies beyond +3.5 and +6."""
    assert break_even(by_hand(), "plan", beyond=False).mean == pytest.approx(3.75)
    assert break_even(by_hand(), "plan").mean == pytest.approx(4.75)
    value, cost = (difference(by_hand(), metric, "plan").mean() for metric in (VALUE, "cost"))
    assert value + cost - break_even(by_hand(), "plan").mean == pytest.approx(0)  # at that cost nothing would be gained


def test_statement_by_hand():
    found = lines(by_hand())
    means = {label: line.cells[0].text for label, line in found.items()}
    assert means["Revenue"] == "+10"
    assert means["given up by lower prices"] == "+0.6"
    assert (means["gift"], means[OWED], means["Cost"]) == ("+2.0", "+0.50", "+2.5")
    assert means["Incremental lifetime value"] == "+2.2"
    assert means["Payback"] == "week 3"
    assert return_on_cost(by_hand(), "plan").mean == pytest.approx(1.25 / 2.5)
    assert return_on_cost(by_hand(), "plan", gain=VALUE).mean == pytest.approx(2.25 / 2.5)
    order = list(found)
    assert order.index("Cost") < order.index("gift") < order.index(OWED) < order.index("Profit within the horizon")
    assert "brought by higher prices" not in found
    assert [line[:2] for line in spent_lines(by_hand())] == [("plan", "gift"), ("plan", OWED)]


def test_lines_that_an_arm_does_not_hold_are_zero():
    assert difference(by_hand(), "cost: gift", "plan").tolist() == [1.5, 2.5]
    assert difference(by_hand(), "discounts", "plan").tolist() == [0.5, 0.7]


def test_a_plan_like_the_control_owes_earns_and_pays_back_nothing():
    still = study({"nothing": Plan(), "placebo": Plan()}, customers=60, replications=3, weeks=6, told=False)
    assert {line.cells[0].text for line in statement(still)} == {"0", "none"}
    assert payback(still, "placebo").moot


def test_money_adds_up_line_by_line():
    model, _, found = lived()
    books, accounts = books_of(model), model.world.accounts
    parts = [money for name, money in books.items() if name.startswith("cost: ")]
    np.testing.assert_allclose(sum(parts), books["cost"])
    np.testing.assert_allclose(books["profit"], books["margin"] - books["cost"])
    assert (books["discounts"] > 0).all()
    at_usual_prices = books["revenue"] + books["discounts"]
    np.testing.assert_allclose(books["margin"], at_usual_prices * accounts.margin - books["discounts"])
    np.testing.assert_allclose(books["discounts"], at_usual_prices * 0.1, rtol=1e-5)  # all pay nine tenths
    spent = model.ledger.spent["eventful"]
    returns = movements_of(model, SIZE)["came_back"].sum()
    assert spent == pytest.approx(WEEKS * 1.0 + returns * WELCOME)
    assert budget_use(model) == [pytest.approx(spent / 10_000)]
    weekly = found.weeks[(found.weeks["metric"] == "discounted_profit") & (found.weeks["segment"] == ALL)]
    total = weekly.groupby("arm")["value"].sum()["eventful"] / SIZE
    assert total == pytest.approx(books["profit"].sum() / SIZE)


def test_every_leaving_has_one_reason():
    model, _, _ = lived()
    moved = movements_of(model, SIZE)
    left = sum(page["left"].sum() for page in model.ledger.weeks)
    assert sum(count.sum() for name, count in moved.items() if name.startswith("left: ")) == left
    assert left == sum(len(gone) for gone, _ in model.moves)
    assert 0 < moved["left: dismissed"].sum() <= SIZE / 10  # every tenth, if still there
    assert moved["left: dismissed"].sum() <= len(model.moves[LET_GO][0])
    gone = ~np.isnan(model.table[LEFT])
    assert (model.table[REASON][gone] > 0).all()
    last = gone & (model.table[REASON] == REASONS.index("dismissed"))
    assert moved["left: dismissed"].sum() >= last.sum()  # some came back since


def test_second_lives_and_newcomers_are_counted():
    model, control, _ = lived()
    moved, plain = movements_of(model, SIZE), movements_of(control, SIZE)
    assert moved["came_back"].sum() == model.table[RETURNS].sum() == sum(len(back) for _, back in model.moves)
    assert 0 < moved["back_again"].sum() <= moved["came_back"].sum()
    assert moved["back_again"].sum() == ((model.table[RETURNS] > 0) & model.table[ACTIVE]).sum()
    assert moved["new: referred"].sum() + moved["new: organic"].sum() == len(model.table) - SIZE
    assert moved["new: referred"].sum() > plain["new: referred"].sum()
    assert moved["new: organic"].sum() == (model.records.crm[SOURCE] == 1).sum() == plain["new: organic"].sum()
    assert plain["came_back"].sum() == 0
    assert budget_use(control) == []
    assert isinstance(control.strategy, Nothing)


def test_tables_of_who_gained_hold_everybody():
    result = real()
    assert heads(result)[:2] == ("saved", "won back")
    assert heads(result)[-1] == "new by referral"
    (line,) = gained_lines(result)
    parts = segment_lines(result, "eventful")
    assert parts[-1][1:-2] == line[1:]
    for place in range(1, len(line)):
        whole, pieces = (
            (float(text.replace(",", "")) for text in (line[place], "0")),
            [row[place] for row in parts[:-1]],
        )
        assert next(iter(whole)) == pytest.approx(sum(float(text.replace(",", "")) for text in pieces), abs=0.6)
    (said,) = second_lives(result)
    assert said.startswith('"eventful": ')
    arms = dict(reason_lines(result))
    assert arms["eventful"][-1].text != arms["nothing"][-1].text == "0"  # nobody is let go without the plan


def real() -> StudyResult:
    """The eventful replication as a study of one."""
    *_, found = lived()
    return replace(by_hand(), weeks=Weeks.of(found.weeks), outcomes=found.outcomes, fates=found.fates)
