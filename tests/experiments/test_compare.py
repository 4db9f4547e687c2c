"""Comparison: intervals that cover, ratios worked by hand, the rule, and studies too small to compare."""

from __future__ import annotations

import math
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from experiments.inference.intervals import chance_best, fieller, holm, paired_t
from experiments.reporting.compare import comparison_table, print_comparison, variance_report
from experiments.reporting.paired import difference, differences, return_on_cost, twins
from experiments.reporting.verdict import answers, verdict
from experiments.reporting.wording import number, spelled
from experiments.results import StudyResult, load, save
from sim.errors import StoreError
from tests.experiments.synthetic import METRICS, PLANS, Plan, study


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return study(customers=800, replications=12)


def printed(result: StudyResult, width: int = 120) -> str:
    console = Console(file=StringIO(), width=width)
    print_comparison(result, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_t_interval_covers_the_truth():
    # 1,000 studies of 8 replications: the standard error of a share of 0.95 is 0.007, so 0.93-0.97 is 2.9 of them.
    draws = np.random.default_rng(11).normal(0.3, 2.0, (1_000, 8))
    found = [paired_t(row) for row in draws]
    assert 0.93 <= np.mean([line.low <= 0.3 <= line.high for line in found]) <= 0.97


def test_fieller_covers_the_truth():
    rng = np.random.default_rng(5)
    bottom = rng.normal(4.0, 1.0, (1_000, 12))
    top = 1.5 * bottom + rng.normal(0, 1.0, bottom.shape)
    found = [fieller(a, b) for a, b in zip(top, bottom, strict=True)]
    assert 0.93 <= np.mean([line.low <= 1.5 <= line.high for line in found]) <= 0.97


def test_fieller_by_hand():
    # Means 6 and 3; (co)variances of the means 2/3, 1/6, 1/6; t(3) = 3.182446, t² = 10.127964: the bounds solve
    # 7.312006 q² - 2 * 16.312006 q + 29.248024 = 0.
    found = fieller(np.array([4.0, 6.0, 8.0, 6.0]), np.array([2.0, 3.0, 3.0, 4.0]))
    assert found.mean == 2.0
    assert found.low == pytest.approx((16.312006 - math.sqrt(52.220026)) / 7.312006, abs=2e-5)
    assert found.high == pytest.approx((16.312006 + math.sqrt(52.220026)) / 7.312006, abs=2e-5)


def test_fieller_has_no_bounds_when_the_cost_may_be_zero_and_no_value_when_it_is():
    assert math.isinf(fieller(np.array([1.0, 2.0, 3.0]), np.array([-1.0, 2.0, 0.5])).high)
    assert math.isnan(fieller(np.ones(3), np.zeros(3)).mean)


def test_holm_by_hand():
    found = holm(np.array([0.01, np.nan, 0.04, 0.02]))
    assert found[[0, 2, 3]] == pytest.approx([0.03, 0.04, 0.04])
    assert math.isnan(found[1])


def test_chance_of_being_best():
    clear = np.column_stack([np.zeros(20), np.ones(20)])
    assert chance_best(clear).tolist() == [0.0, 1.0]
    even = np.random.default_rng(3).normal(size=(200, 2))
    even -= even.mean(axis=0)  # equal means, so the share is a half up to 1 / sqrt(4 * 4,000) = 0.008 and the skew
    assert chance_best(even)[0] == pytest.approx(0.5, abs=0.04)
    assert np.isnan(chance_best(np.ones((1, 2)))).all()


def test_known_winner(result):
    found = verdict(result)
    assert found is not None
    assert (found.winner, found.best_plan, found.runner_up) == ("personalised_service",) * 2 + ("reward_program",)
    assert found.chances["personalised_service"] > 0.9
    assert found.segment == "regulars"
    assert "placebo" not in found.chances
    said = dict(answers(result))
    assert "NOT the probability" in said["How sure"]
    assert "loses money" in said["At what cost"]


def test_control_wins_when_all_plans_lose():
    wasteful = study(plans={"nothing": Plan(), "waste": Plan(cost=1.0)}, customers=200, replications=4)
    found = verdict(wasteful)
    assert found is not None
    assert found.winner == "nothing"
    assert dict(answers(wasteful))["Which plan wins"] == 'No plan beats "nothing".'


def test_differences_are_paired(result):
    churn = result.outcomes[(result.outcomes["metric"] == "churn") & (result.outcomes["segment"] == "all")]
    wide = churn.pivot(index="replicate", columns="arm", values="value")
    expected = (wide["reward_program"] - wide["nothing"]).mean()
    assert comparison_table(result).loc["reward_program", ("churn", "mean")] == pytest.approx(expected)
    shuffled = replace(result, outcomes=result.outcomes.sample(frac=1, random_state=1))
    assert difference(shuffled, "churn", "reward_program") == pytest.approx(
        difference(result, "churn", "reward_program")
    )


def test_table_shape(result):
    table = comparison_table(result)
    assert list(table.index) == ["placebo", "reward_program", "personalised_service", "over_delivery"]
    assert table.columns.names == ["metric", "statistic"]
    assert (table.xs("low", axis=1, level=1) <= table.xs("high", axis=1, level=1)).loc["over_delivery"].all()


def test_return_on_cost(result):
    found = return_on_cost(result, "reward_program")
    profit, cost = (difference(result, metric, "reward_program").mean() for metric in ("profit", "cost"))
    assert found.mean == pytest.approx(profit / cost)
    assert found.low < found.mean < found.high
    assert math.isnan(return_on_cost(result, "placebo").mean)


def test_placebo_is_exactly_zero_and_printed_so(result):
    assert twins(result) == {"placebo"}
    rows = differences(result)
    zero = rows[(rows["arm"] == "placebo") & (rows["metric"] != "roi")]
    assert (zero[["mean", "low", "high"]] == 0).all(axis=None)
    assert zero["p_value"].eq(1).all()
    lines = [line.split() for line in printed(result).splitlines() if line.startswith(" placebo")]
    assert lines[0] == ["placebo", "0", "0", "0", "0", "0"]
    assert lines[1] == ["placebo", "0", "0", "0", "0", "0", "none"]
    assert number(-0.0, 2) == "0"
    assert number(-0.0004, 2) == "0.00"
    assert spelled(paired_t(np.zeros(5)), METRICS[0]) == "exactly 0 points"


@pytest.mark.parametrize("width", [80, 120])
def test_print_fits_the_terminal(result, width):
    text = printed(result, width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    assert "personalised" in text


def test_print_takes_names_literally():
    odd = study(plans={"nothing": Plan(), "[red]sale[/]": Plan(cost=0.1)}, customers=100, replications=3)
    assert "[red]sale[/]" in printed(odd)


def test_one_replication_prints_no_interval():
    single = study(customers=300, replications=1)
    text = printed(single)
    assert "n/a (one replication)" in text
    assert "Cannot be said from one replication" in text
    assert comparison_table(single)[("profit", "low")].loc["reward_program":].isna().all()


@pytest.mark.parametrize(
    ("plans", "said"), [({"nothing": Plan()}, "Only one arm"), ({"reward_program": Plan()}, "was not run")]
)
def test_one_arm_says_so(plans, said):
    lonely = study(plans=plans, customers=100, replications=3)
    assert verdict(lonely) is None
    assert said in printed(lonely)
    assert comparison_table(lonely).empty
    assert variance_report(lonely).empty


@pytest.mark.parametrize(
    ("replications", "customers", "factor"), [(20, 500, 4.0), pytest.param(60, 2_000, 2.2, marks=pytest.mark.slow)]
)
def test_variance_report(replications, customers, factor):
    """Seed 1; the logarithm of a ratio of variances has a standard error of about sqrt(4 / (n - 1)): three of them."""
    plans = {name: PLANS[name] for name in ("nothing", "over_delivery")}
    found = variance_report(study(plans=plans, replications=replications, customers=customers))
    row = found.loc["over_delivery"]
    assert row["f"] > abs(row["d"]) > 0
    assert 1 / factor < row["measured"] / row["predicted"] < factor


def test_variance_report_of_a_placebo_and_by_segment(result):
    assert variance_report(result).loc["placebo", "f"] == 0
    by_segment = replace(result, fates=result.fates[result.fates["segment"] != "all"])
    pd.testing.assert_frame_equal(variance_report(by_segment), variance_report(result))


def test_save_and_load_give_the_same_study(result, tmp_path: Path):
    save(result, tmp_path / "study")
    back = load(tmp_path / "study")
    pd.testing.assert_frame_equal(back.outcomes, result.outcomes)
    assert back.metrics == result.metrics
    assert back.calibration["r"] == result.calibration["r"]
    assert math.isnan(back.calibration["customers"].standard_error)
    assert comparison_table(back).equals(comparison_table(result))


def test_incomplete_folder_is_refused(result, tmp_path: Path):
    with pytest.raises(StoreError, match="no complete study"):
        load(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write"):
        save(result, tmp_path / "file")
