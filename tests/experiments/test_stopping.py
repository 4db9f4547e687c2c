"""Rules that end a comparison: they ask for what is missing, say what they found, and do not cheat by looking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.stopping import STEP, BestArm, Decided, FixedWidth, Rule, by_arm

ARMS = ("nothing", "one", "two")
MOST = 5_000


def runs(count: int, effects: tuple[float, ...] = (0.0, 1.0, 0.2), noise: float = 1.0, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    luck = rng.normal(size=(MOST, 1)) + rng.normal(scale=noise, size=(MOST, len(effects)))
    return (luck + np.array(effects))[:count]


def until_stopped(rule: Rule, **how: object) -> tuple[int, str]:
    values = runs(MOST, **how)  # type: ignore[arg-type]
    count = 20
    while (look := rule.look(values[:count], ARMS)).wanted > count:
        count = min(look.wanted, MOST)
    return count, look.said


@pytest.mark.parametrize("rule", [FixedWidth(0.1), Decided(), BestArm(0.5)])
def test_every_rule_asks_for_its_first_stage_before_it_says_anything(rule: Rule):
    assert rule.look(runs(5), ARMS).wanted == 20


def test_fixed_width_runs_what_the_first_stage_asks_for_and_no_more():
    rule = FixedWidth(0.1)
    values = runs(3_000)
    gaps = values[:20, 1:] - values[:20, :1]
    wanted = np.ceil((2.093 * gaps.std(axis=0, ddof=1).max() / 0.1) ** 2)  # t(0.975, 19) = 2.093
    assert rule.look(values[:20], ARMS).wanted == pytest.approx(wanted, rel=0.01)
    count, said = until_stopped(rule)
    assert count == rule.look(values[:20], ARMS).wanted
    assert f"{count:,} in all" in said


def test_fixed_width_is_done_at_once_where_the_first_stage_is_narrow_enough():
    assert FixedWidth(100.0).look(runs(20), ARMS).wanted == 20


def test_looking_again_and_again_ends_when_every_plan_is_told_from_the_control():
    count, said = until_stopped(Decided(), effects=(0.0, 1.0, -1.5))
    assert 20 <= count < 200
    assert count % STEP == 0
    assert "Every plan is told" in said


def test_a_plan_without_effect_is_rarely_told_from_the_control_however_often_one_looks():
    """100 studies of one idle plan, 40 looks each: at most 5% + 4 standard errors of a binomial may stop."""
    looks = [np.arange(20, 420, STEP)] * 100
    stopped = 0
    for seed, counts in enumerate(looks):
        values = runs(420, effects=(0.0, 0.0), seed=seed)
        stopped += any(Decided().look(values[:count], ARMS[:2]).wanted == count for count in counts)
    assert stopped <= 5 + 4 * np.sqrt(100 * 0.05 * 0.95)


def test_a_plan_that_equals_the_control_asks_for_nothing():
    values = runs(20, effects=(0.0, 0.0))
    values[:, 1] = values[:, 0]
    look = Decided().look(values, ARMS[:2])
    assert look.wanted == 20
    assert "exactly 0" in look.said


def test_the_best_arm_is_found_and_the_others_are_dropped():
    count, said = until_stopped(BestArm(0.3), effects=(0.0, 0.2, 1.0))
    assert "'two' chosen" in said
    assert count < 500


def test_less_is_better_where_it_is_said_so():
    _, said = until_stopped(BestArm(0.3, sign=-1), effects=(1.0, 0.0, 1.2))
    assert "'one' chosen" in said


def test_value_is_profit_and_what_lies_beyond_the_horizon_of_all_customers():
    rows = [
        (arm, replicate, segment, metric, value)
        for arm, lift in (("plan", 1.0), ("nothing", 0.0))
        for replicate in (1, 0)
        for segment, metric, value in (
            ("all", "profit", 10 * replicate + lift),
            ("all", "value_beyond", 5.0),
            ("young", "profit", 99.0),
        )
    ]
    outcomes = pd.DataFrame(rows, columns=["arm", "replicate", "segment", "metric", "value"])
    assert by_arm(outcomes, "value", ("nothing", "plan")).tolist() == [[5.0, 6.0], [15.0, 16.0]]
    assert by_arm(outcomes, "profit", ("nothing", "plan")).tolist() == [[0.0, 1.0], [10.0, 11.0]]
