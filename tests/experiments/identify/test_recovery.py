"""The regression: against closed forms, against chance, and that it never sees what it predicts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from experiments.identify.gather import LEAST
from experiments.identify.recovery import (
    confounded,
    folds_of,
    predicted,
    r_squared,
    r_squared_interval,
    ridge,
    weighed,
)  # fmt: skip
from experiments.identify.results import kind_of

DRAWS = 120


def firms(parameters: int = 4, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles [D, P] and luck [D, 40] of made-up firms."""
    rng = np.random.default_rng(seed)
    return rng.random((DRAWS, parameters)), rng.normal(size=(DRAWS, 40))


def read_from(summaries: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    (read,) = predicted([summaries], quantiles, 10, 1)
    return read


def test_ridge_is_its_closed_form() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(30, 5)), rng.normal(size=(30, 3))
    slopes, errors = ridge(x, y, np.array([3.0]))
    centred = x - x.mean(axis=0)
    gram = centred.T @ centred + 3.0 * np.eye(5)
    assert_allclose(slopes, np.linalg.solve(gram, centred.T @ (y - y.mean(axis=0))), rtol=1e-10)
    hat = centred @ np.linalg.solve(gram, centred.T) + 1 / 30
    assert_allclose(errors, (y - hat @ y) / (1 - np.diag(hat))[:, None], rtol=1e-8, atol=1e-12)


def test_leave_one_out_is_what_leaving_one_out_gives() -> None:
    """With hardly any penalty the rest of the draws can be centred anew without changing a thing."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(25, 3)), rng.normal(size=(25, 2))
    _, errors = ridge(x, y, np.array([1e-10]))
    for out in (0, 7, 24):
        rest = np.arange(25) != out
        design = np.column_stack([np.ones(24), x[rest]])
        fitted = np.linalg.lstsq(design, y[rest], rcond=None)[0]
        assert_allclose(errors[out], y[out] - np.append(1, x[out]) @ fitted, rtol=1e-6)


def test_each_column_gets_the_penalty_that_leaves_the_least_out_of_sample() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(60, 4))
    y = np.column_stack([x @ [1.0, 2.0, 0.0, 0.0], rng.normal(size=60)])
    slopes, _ = ridge(x, y)
    assert np.abs(slopes[:2, 0]) == pytest.approx([1, 2], rel=0.05)
    assert np.abs(slopes[:, 1]).max() < 0.05


def test_errors_are_weighed_by_their_shrunk_covariance() -> None:
    rng = np.random.default_rng(5)
    errors, slopes = rng.normal(size=(20, 50)) * np.linspace(0.1, 3, 50), rng.normal(size=(4, 50))
    covariance = errors.T @ errors / 20
    shrunk = 0.3 * covariance + 0.7 * np.diag(np.diag(covariance))
    assert_allclose(weighed(errors, slopes, 0.7), np.linalg.solve(shrunk, slopes.T), rtol=1e-8)


def test_what_shows_is_read_and_what_does_not_is_not() -> None:
    """120 draws, seed 1: one parameter shows in five noisy numbers, one in their square root of noise, two nowhere."""
    quantiles, luck = firms()
    summaries = luck.copy()
    summaries[:, :5] = 0.1 * luck[:, :5] + quantiles[:, :1]
    summaries[:, 5:8] = 0.3 * luck[:, 5:8] + quantiles[:, 1:2]
    r2 = r_squared(quantiles, read_from(summaries, quantiles))
    assert r2[0] > 0.9
    assert 0.5 < r2[1] < 0.9
    assert np.abs(r2[2:]).max() < 0.1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_parameters_are_read_no_better_than_by_their_mean(seed: int) -> None:
    quantiles, luck = firms(6, seed)
    summaries = luck + quantiles @ np.random.default_rng(seed).normal(size=(6, 40))
    assert r_squared(quantiles, read_from(summaries, quantiles)).min() > 0.3
    shuffled = quantiles[np.random.default_rng(seed).permutation(DRAWS)]
    r2 = r_squared(shuffled, read_from(summaries, shuffled))
    assert r2.max() < 0.1
    assert r2.mean() == pytest.approx(0, abs=0.05)


def test_a_prediction_has_not_seen_what_it_predicts() -> None:
    quantiles, luck = firms()
    summaries = luck + quantiles @ np.ones((4, 40))
    before, fold = read_from(summaries, quantiles), folds_of(DRAWS, 10, 1)
    lied = quantiles.copy()
    lied[fold == 3] = 1 - lied[fold == 3]
    after = read_from(summaries, lied)
    assert_allclose(after[fold == 3], before[fold == 3], rtol=0, atol=1e-12)
    assert np.abs(after - before).max() > 1e-3


def test_folds_are_of_one_size() -> None:
    assert set(np.bincount(folds_of(43, 10, 1))) == {4, 5}


def test_a_survey_that_says_nothing_does_no_harm() -> None:
    quantiles, luck = firms()
    crm = luck[:, :20] + quantiles @ np.random.default_rng(6).normal(size=(4, 20))
    noise = np.random.default_rng(7).normal(size=(DRAWS, 300))
    alone, both = predicted([crm, np.hstack([crm, noise])], quantiles, 10, 1)
    assert_allclose(alone, read_from(crm, quantiles))
    assert (r_squared(quantiles, both) > r_squared(quantiles, alone) - 0.05).all()


@pytest.mark.parametrize(("sign", "correlation"), [(+1, -1), (-1, +1)])
def test_two_parameters_of_which_only_one_mix_shows_are_mistaken_for_each_other(sign: int, correlation: int) -> None:
    quantiles, luck = firms()
    summaries = 0.05 * luck + quantiles[:, :1] + sign * quantiles[:, 1:2]
    read = read_from(summaries, quantiles)
    assert r_squared(quantiles, read)[:2] == pytest.approx([0.5, 0.5], abs=0.15)
    (pair,) = confounded(quantiles, read, LEAST)
    assert (pair.first, pair.second) == (0, 1)
    assert pair.correlation * correlation > 0.9


def test_no_pair_is_told_by_luck_alone() -> None:
    """Ten studies of 40 unrelated parameters: 7,800 pairs, of which one in twenty studies may pass."""
    told = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        told += len(confounded(rng.random((DRAWS, 40)), np.full((DRAWS, 40), 0.5), 0.0))
    assert told <= 2


def test_one_parameter_has_nobody_to_be_mistaken_for() -> None:
    quantiles, _ = firms(1)
    assert confounded(quantiles, quantiles * 0, LEAST) == ()


def test_the_interval_holds_r_squared_and_narrows_with_draws() -> None:
    rng = np.random.default_rng(8)
    widths = []
    for draws in (100, 1_600):
        true = rng.random((draws, 2))
        read = 0.5 + 0.7 * (true - 0.5) + 0.1 * rng.normal(size=true.shape)
        low, high = r_squared_interval(true, read, 1)
        r2 = r_squared(true, read)
        assert (low < r2).all()
        assert (r2 < high).all()
        widths.append((high - low).mean())
    assert widths[0] / widths[1] == pytest.approx(4, rel=0.3)


@pytest.mark.parametrize(
    ("r2", "kind"),
    [(0.9, "recoverable"), (0.5, "recoverable"), (0.49, "weakly"), (0.1, "weakly"), (0.09, "not"), (-1, "not")],
)
def test_the_classes_begin_where_they_are_said_to(r2: float, kind: str) -> None:
    assert kind_of(r2) == kind
