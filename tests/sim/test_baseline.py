"""The solver hits its targets, strata are where they should be, and shifts act on rate and leaving as they say."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.mind import NoMind
from sim.baseline import BINS, Baseline, Standing, quantile_edges, solve_leave, stratum_means
from sim.behaviour import leave_chance
from sim.people import DROPOUT, STRATUM
from sim.records import PURCHASES
from sim.table import Table
from tests.sim import worlds


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x.astype(np.float64)))


@given(st.integers(0, 2**32 - 1), st.floats(0.002, 0.7), st.floats(0, 2))
@settings(max_examples=40, deadline=None)
def test_solve_leave_hits_its_targets(seed: int, target: float, spread: float):
    """2,000 customers in 8 strata, weighted: the mean chance is the target within 1e-4 of it."""
    rng = np.random.default_rng(seed)
    stratum = rng.integers(0, 8, 2_000).astype(np.uint8)
    logit = (-2 + spread * rng.standard_normal(2_000)).astype(np.float32)
    weights = rng.gamma(0.5, 1, 2_000).astype(np.float32)
    targets = np.clip(target * rng.uniform(0.7, 1.3, 8), 0, 0.95)
    solved = solve_leave(logit, weights, stratum, targets)
    chance = logistic(logit + solved[stratum])
    mean = np.bincount(stratum, chance * weights, 8) / np.bincount(stratum, weights, 8)
    np.testing.assert_allclose(mean, targets, rtol=1e-4)


def test_what_already_meets_the_target_is_left_alone():
    logit = np.full(100, -1.5, np.float32)
    target = np.array([float(logistic(logit[:1])[0])])
    assert abs(solve_leave(logit, np.ones(100, np.float32), np.zeros(100, np.uint8), target)[0]) < 1e-5


@pytest.mark.parametrize("target", [0.0, 1.0, np.nan])
def test_strata_without_a_target_or_without_customers_get_zero(target: float):
    stratum, logit = np.zeros(10, np.uint8), np.full(10, -1, np.float32)
    solved = solve_leave(logit, np.ones(10, np.float32), stratum, np.array([target, 0.3, 0.2]))
    np.testing.assert_array_equal(solved, [0, 0, 0])
    nobody = solve_leave(logit[:0], logit[:0], stratum[:0], np.array([0.1, 0.2]))
    np.testing.assert_array_equal(nobody, [0, 0])


def test_a_target_far_away_is_hit_too():
    logit = np.full(100, -12.0, np.float32)
    solved = solve_leave(logit, np.ones(100, np.float32), np.zeros(100, np.uint8), np.array([0.8]))
    assert logistic(logit + solved[0]).mean() == pytest.approx(0.8, rel=1e-3)


def test_means_by_stratum_by_hand():
    values, weights = np.array([1, 2, 3, 4], np.float32), np.array([1, 3, 1, 0], np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        means = stratum_means(values, weights, np.array([0, 0, 1, 2], np.uint8), 4)
    np.testing.assert_array_equal(means, [7 / 4, 3, np.nan, np.nan])


def test_edges_make_bins_of_equal_size():
    values = np.random.default_rng(1).random(60_000).astype(np.float32)
    edges = quantile_edges(values)
    assert len(edges) == BINS - 1
    assert edges.dtype == np.float32
    np.testing.assert_allclose(np.bincount(np.searchsorted(edges, values)), 10_000, atol=2)


def grid() -> Baseline:
    """2 x 3 strata: dropout cut at 0.5, rate at 1 and 2; two weeks."""
    edges = np.array([0.5], np.float32), np.array([1, 2], np.float32)
    shifts = np.arange(12, dtype=np.float32).reshape(2, 6) / 100
    return Baseline(0.3, 2.0, *edges, shifts, -shifts)


def test_strata_are_dropout_by_rate():
    rate = np.array([0.1, 1.5, 9, 0.1, 1.5, 9], np.float32)
    dropout = np.array([0.1, 0.1, 0.1, 0.9, 0.9, 0.9], np.float32)
    assert grid().strata(rate, dropout).tolist() == [0, 1, 2, 3, 4, 5]
    assert grid().strata(rate, dropout).dtype == np.uint8
    assert grid().size == 6
    assert Baseline.none().strata(rate, dropout).tolist() == [0] * 6
    assert Baseline.none().size == 1


def test_the_last_solved_week_holds_for_ever():
    assert grid().at(0).rate[1] == np.float32(0.01)
    for week in (1, 2, 5_000):
        np.testing.assert_array_equal(grid().at(week).leave, grid().leave[1])


def chances(dropout: list[float], lean: float, hold: list[float]) -> np.ndarray:
    people = Table([DROPOUT, STRATUM], len(dropout))
    people[DROPOUT], people[STRATUM] = (
        np.array(dropout, np.float32),
        np.arange(len(dropout), dtype=np.uint8) % len(hold),
    )
    shift = np.full(len(dropout), lean, np.float32)
    return leave_chance(people.block(0, len(dropout)), np.array(hold, np.float32), shift)


def test_leaving_shifts_on_the_logit_scale():
    """Dropout 0.2 has odds 1/4; a lean of log 2 makes 1/2, so 1/3; log 4 and -log 4 together leave it at 0.2."""
    assert chances([0.2], np.log(2), [0.0])[0] == pytest.approx(1 / 3, rel=1e-6)
    assert chances([0.2], np.log(4), [-np.log(4)])[0] == pytest.approx(0.2, rel=1e-6)
    np.testing.assert_allclose(chances([0.2, 0.2], 0.0, [np.log(2), 0.0]), [1 / 3, 0.2], rtol=1e-6)


def test_no_shift_is_exactly_no_shift():
    """Up to one rounding of float32 for every dropout there can be."""
    dropout = np.random.default_rng(1).random(50_000).astype(np.float32)
    np.testing.assert_allclose(chances(list(dropout), 0.0, [0.0]), dropout, rtol=2e-7, atol=0)


def test_shifts_of_the_baseline_move_purchases():
    """Seed 1, 4,000 customers, one week: log 2 more on the log rate doubles purchases within 4 standard errors."""
    none = Baseline.none()
    double = Baseline(0.0, 1.0, none.dropout_edges, none.rate_edges, np.full((1, 1), np.log(2), np.float32), none.leave)
    bought = []
    for baseline in (none, double):
        run = worlds.model(people=worlds.met(4_000, dropout=1e-6), mind=NoMind(), baseline=baseline)
        run.run_for(1)
        bought.append(run.records.crm[PURCHASES].sum() - 4_000)
    expected = 2 * 4_000 * 0.5
    assert abs(bought[1] - expected) < 4 * np.sqrt(expected + 4_000 * 4 * 2 / 16)  # Poisson plus Gamma(2, 4) rates
    assert abs(bought[0] - expected / 2) < 4 * np.sqrt(expected / 2 + 4_000 * 2 / 16)


def test_a_standing_without_spread_is_refused_when_it_is_built():
    with pytest.raises(ValueError, match="spread"):
        Standing(0.0, 0.0)


def test_an_extreme_lean_is_a_chance_too():
    with np.errstate(all="ignore"):
        chance = chances([0.2, 0.2], 100.0, [0.0])
    np.testing.assert_allclose(chance, 1.0)


def test_a_customer_who_will_never_leave_is_no_division_by_zero():
    """Loyalty 100 spreads above the mean: the logit falls by 300."""
    people = worlds.met(50, rate=5.0, dropout=1e-6)
    hold = Baseline.none()
    never = Baseline(0.0, 1.0, hold.dropout_edges, hold.rate_edges, hold.rate, np.full((1, 1), -300, np.float32))
    run = worlds.model(people=people, mind=NoMind(), baseline=never)
    with np.errstate(divide="raise", invalid="raise"):
        run.run_for(2)
    assert run.customers.get("active").all()
