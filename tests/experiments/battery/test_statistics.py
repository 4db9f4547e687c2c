"""What researchers compute: each against a case whose answer is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from experiments.battery.statistics import (
    F64,
    bend,
    correlation,
    cubic,
    either_side,
    explained,
    hazard_ratio,
    odds_ratio,
    promoters,
    slopes,
    standardised,
)

RNG = np.random.default_rng(7)
X = RNG.normal(size=4_000)


def test_correlation_is_numpys_and_nothing_goes_with_a_constant() -> None:
    y = X + RNG.normal(size=len(X))
    assert correlation(X, y) == pytest.approx(np.corrcoef(X, y)[0, 1])
    assert correlation(X, np.ones(len(X))) == 0
    assert standardised(np.ones(3)).tolist() == [0, 0, 0]


def test_slopes_find_each_causes_own_share() -> None:
    other = 0.5 * X + RNG.normal(size=len(X))
    assert slopes(3 + 2 * X - other, X, other) == pytest.approx([2, -1])
    assert explained(2 * X - other, X, other) == pytest.approx(1)
    assert explained(RNG.normal(size=len(X)), X) < 0.01


def test_either_side_finds_a_kink() -> None:
    kinked = np.where(X < 0.5, 2 * (X - 0.5), 1 * (X - 0.5)) + 7
    assert either_side(kinked, X, 0.5) == pytest.approx((2, 1))


@pytest.mark.parametrize(
    ("curve", "expected"), [(lambda x: x, 0), (lambda x: (x - 1) ** 2, 0.5), (lambda x: -((5 - x) ** 2), -0.5)]
)
def test_bend_over_rise_is_the_change_of_slope(curve: Callable[[F64], F64], expected: float) -> None:
    """From 1 to 5: a line rises by as much in both halves, (x - 1)^2 by 4 and then 12 of 16, -(5 - x)^2 by 12 and 4."""
    ratings = np.repeat(np.arange(1.0, 6.0), 100)
    bent, rise = bend(curve(ratings), ratings)
    assert bent / rise == pytest.approx(expected, abs=1e-9)


def test_bend_of_a_single_rating_is_nothing() -> None:
    assert bend(X[:5], np.full(5, 3.0)) == (0, 0)


def test_a_cubic_is_steep_at_the_ends_or_flat_there() -> None:
    assert cubic(X + 0.2 * X**3, X) > 0.05
    assert cubic(np.tanh(X), X) < -0.02
    assert cubic(3 * X, X) == pytest.approx(0, abs=1e-9)


def test_odds() -> None:
    assert odds_ratio(0.5, 0.5) == 1
    assert odds_ratio(2 / 3, 0.5) == pytest.approx(2)


@pytest.mark.parametrize("effect", [-0.4, 0.0, 0.3])
def test_the_hazard_ratio_is_the_planted_one(effect: float) -> None:
    """4,000 customers, 12 periods, 3% a period: standard error about 0.03 on the log."""
    exits = np.full(len(X), 12)
    for period in range(12):
        leaves = (RNG.uniform(size=len(X)) < 0.03 * np.exp(effect * X)) & (exits == 12)
        exits[leaves] = period
    assert np.log(hazard_ratio(X, exits, 12)) == pytest.approx(effect, abs=0.1)


def test_without_leavers_there_is_no_hazard_ratio_but_one() -> None:
    assert hazard_ratio(X, np.full(len(X), 12), 12) == 1


def test_promoters_less_detractors() -> None:
    assert promoters(np.array([10.0, 9, 8, 7, 6, 0])) == 0
    assert promoters(np.array([10.0, 9, 8, 7])) == 0.5
