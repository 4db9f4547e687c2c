"""Fixed width in two stages, and intervals that may be looked at after each replication."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t as student

from experiments.inference.intervals import paired_t
from experiments.inference.sequential import confidence_sequence, stein_interval, stein_replications
from sim.errors import ParameterError

FIRST = np.random.default_rng(1).normal(size=20)


def test_stein_by_hand():
    """s² = 2/3, t(3) = 3.182: (3.182 / 0.5)² · 2/3 = 27.01, so 28; 0.8 is reached by the first stage's 11 at most."""
    values = np.array([1.0, 2.0, 3.0, 2.0])
    assert stein_replications(values, 0.5) == 28
    assert stein_replications(values, 10.0) == 4


@pytest.mark.parametrize("half_width", [0.05, 0.2, 0.5, 5.0])
def test_the_interval_is_no_wider_than_wanted_and_no_replication_is_wasted(half_width: float):
    count = stein_replications(FIRST, half_width)
    values = np.concatenate([FIRST, np.zeros(count - 20)])
    found = stein_interval(values)
    assert (found.high - found.low) / 2 <= half_width * (1 + 1e-9)
    reach = student.ppf(0.975, 19) * FIRST.std(ddof=1)
    assert count == 20 or reach / math.sqrt(count - 1) > half_width


def test_the_second_stage_does_not_move_the_spread():
    wild = np.concatenate([FIRST, np.random.default_rng(2).normal(0, 50, size=30)])
    found = stein_interval(wild, first=20)
    assert found.mean == wild.mean()
    assert found.standard_error == pytest.approx(FIRST.std(ddof=1) / math.sqrt(50))
    assert stein_interval(FIRST, 20) == paired_t(FIRST)


def test_the_widest_of_several_questions_decides():
    columns = np.column_stack([FIRST, 3 * FIRST, 0 * FIRST])
    assert stein_replications(columns, 0.3) == stein_replications(3 * FIRST, 0.3)
    assert stein_replications(columns, 0.3, together=True) == stein_replications(3 * FIRST, 0.3, level=0.975)


def test_differences_that_are_all_equal_need_no_second_stage():
    assert stein_replications(np.zeros(20), 0.1, together=True) == 20
    assert stein_replications(np.full((20, 2), 3.0), 0.1) == 20
    found = stein_interval(np.zeros(25))
    assert (found.low, found.high, found.p_value) == (0, 0, 1)


def test_a_confidence_sequence_by_hand():
    """Theorem 2.2 with any ρ: recomputed from its own width at one place, it gives the width at another."""
    low, high = confidence_sequence(FIRST, first=5, tightest=10)
    alpha, count, spread = 0.05, 20, FIRST.std(ddof=1)
    rho = _best_rho(alpha, 10)
    reach = spread * math.sqrt(
        2 * (count * rho**2 + 1) / (count**2 * rho**2) * math.log(math.sqrt(count * rho**2 + 1) / alpha)
    )
    assert (low[-1], high[-1]) == pytest.approx((FIRST.mean() - reach, FIRST.mean() + reach), rel=1e-3)
    assert np.isnan(low[:4]).all()
    assert np.isfinite(low[4:]).all()


def _best_rho(alpha: float, at: int) -> float:
    """By trying."""
    tried = np.geomspace(1e-3, 10, 20_001)
    x = at * tried**2
    return float(tried[np.argmin((x + 1) / x * np.log(np.sqrt(x + 1) / alpha))])


def test_it_is_narrowest_in_sum_where_it_was_told_to_be():
    """Of sequences tuned for 50, 100 and 400 replications, each is the narrowest at its own."""
    values = np.random.default_rng(3).normal(size=400)
    for at in (50, 100, 400):
        widths = {}
        for tuned in (50, 100, 400):
            low, high = confidence_sequence(values, tightest=tuned)
            widths[tuned] = high[at - 1] - low[at - 1]
        assert min(widths, key=widths.__getitem__) == at


def test_looking_costs_about_half_the_width_again():
    values = np.random.default_rng(4).normal(size=100)
    low, high = confidence_sequence(values)
    plain = paired_t(values)
    assert 1.4 < (high[-1] - low[-1]) / (plain.high - plain.low) < 1.7


def test_what_came_later_does_not_change_what_was_said():
    values = np.random.default_rng(5).normal(size=60)
    low, high = confidence_sequence(values)
    earlier = confidence_sequence(values[:40])
    np.testing.assert_array_equal(low[:40], earlier[0])
    np.testing.assert_array_equal(high[:40], earlier[1])


def test_equal_values_far_from_zero_have_no_width():
    """1e6 + 1/3, thirty times: no rounding may pass for noise."""
    low, high = confidence_sequence(np.full(30, 1e6 + 1 / 3))
    np.testing.assert_array_equal(low[19:], high[19:])
    assert np.isnan(confidence_sequence(np.zeros(7))[0]).all()
    assert len(confidence_sequence(np.empty(0))[0]) == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda: stein_replications(FIRST, 0.0),
        lambda: stein_replications(FIRST[:1], 0.1),
        lambda: stein_replications(FIRST, 0.1, level=1.0),
        lambda: stein_interval(FIRST[:5], first=20),
        lambda: stein_interval(FIRST, first=1),
        lambda: confidence_sequence(FIRST, first=1),
        lambda: confidence_sequence(FIRST, level=0.0),
        lambda: confidence_sequence(FIRST, tightest=0),
    ],
)
def test_bad_input_is_refused(ask):
    with pytest.raises(ParameterError, match="choose"):
        ask()
