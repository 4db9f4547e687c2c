"""How sure and how large: several arms at once and against each other, and closeness that is Monte Carlo only."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.reporting.certainty import SURE_HEADS, certainty_tables, sure_lines
from experiments.reporting.paired import differences, outcome
from experiments.reporting.report import report
from sim.errors import ParameterError
from tests.experiments.synthetic import PLANS, study

RESULT = study(told=False)


def test_all_ways_of_being_sure_are_given_for_each_plan_that_is_not_the_control():
    ways, *_ = certainty_tables(RESULT)
    named = [row[0].text for row in ways.rows]
    assert len(named) == 3 * 3  # value, profit and retention of three plans; the placebo equals the control
    assert not any("placebo" in name for name in named)


def test_intervals_for_all_plans_at_once_are_wider_and_hold_the_mean():
    rows = differences(RESULT)
    asked = rows[rows["p_joint"].notna() & (rows["standard_error"] > 0)]
    assert len(asked) > 10
    assert (asked["high_joint"] - asked["low_joint"] > asked["high"] - asked["low"]).mean() > 0.9
    assert ((asked["low_joint"] < asked["mean"]) & (asked["mean"] < asked["high_joint"])).all()
    assert (asked["p_holm"] >= asked["p_value"]).all()


def test_versus_another_arm_is_the_difference_of_the_differences():
    rows = differences(RESULT, against="over_delivery").set_index(["arm", "metric"])["mean"]
    value = outcome(RESULT, "value")
    expected = (value["reward_program"] - value["over_delivery"]).mean()
    assert rows["reward_program", "value"] == pytest.approx(expected)
    assert rows["nothing", "value"] == pytest.approx(-(value["over_delivery"] - value["nothing"]).mean())
    assert "over_delivery" not in rows.index.get_level_values("arm")


def test_an_arm_or_segment_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ParameterError, match="nothing, placebo"):
        differences(RESULT, against="magic")
    with pytest.raises(ParameterError, match="all, browsers"):
        differences(RESULT, segment="giants")


def test_every_arm_meets_every_other_with_opposite_signs():
    each = next(table for table in certainty_tables(RESULT) if table.caption.startswith("Every arm"))
    size = len(each.rows)
    assert size == len(PLANS) - 1
    for one in range(size):
        for other in range(size):
            here, there = each.rows[one][other + 1].text, each.rows[other][one + 1].text
            assert here.lstrip("+-") == there.lstrip("+-")
            assert (here == "") == (one == other)


def test_the_arm_with_the_highest_mean_has_the_least_regret():
    lines = {line[0]: dict(zip(SURE_HEADS, line, strict=True)) for line in sure_lines(RESULT)}
    value = outcome(RESULT, "value").mean()
    best = str(value.idxmax()).replace("_", " ")
    if best in lines:
        regrets = {name: float(line["regret"]) for name, line in lines.items()}
        assert min(regrets, key=lambda name: regrets[name]) == best
    assert sum(float(line["highest mean"].rstrip("%")) for line in lines.values()) <= 101


def test_nothing_is_said_where_nothing_can_be():
    assert certainty_tables(study(replications=1, told=False)) == []
    assert sure_lines(study(replications=1, told=False)) == []
    assert certainty_tables(study({"nothing": PLANS["nothing"], "placebo": PLANS["placebo"]}, told=False)) == []


def test_two_replications_are_enough_for_a_page():
    assert "How sure, and how large" in report(study(replications=2, weeks=8, customers=300, told=False))


def test_the_page_never_calls_monte_carlo_noise_a_probability_of_being_best():
    text = " ".join(report(RESULT).split())
    assert "it is no probability of being best" in text
    assert np.all(["robustness" in table.notes for table in certainty_tables(RESULT) if "closeness" in table.caption])
