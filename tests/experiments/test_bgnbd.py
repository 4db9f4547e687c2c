"""BG/NBD against what was published, against brute-force integration, and back from simulated customers."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv, gammaincinv

from experiments.calibration import BgNbd, Summary, fit_bgnbd
from experiments.calibration.bgnbd import _score
from experiments.calibration.transactions import F64
from sim.errors import DataError, ParameterError
from tests.experiments import cdnow

PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)  # Fader, Hardie & Lee 2005


def values_of(model: BgNbd) -> F64:
    return np.array([model.r, model.alpha, model.a, model.b])


def customers(model: BgNbd, size: int = 1_500) -> tuple[F64, F64]:
    """Rates [size, 1] and dropout chances [1, size] at the midpoints of their prior's quantiles."""
    middle = (np.arange(size) + 0.5) / size
    return gammaincinv(model.r, middle)[:, None] / model.alpha, betaincinv(model.a, model.b, middle)[None, :]


def simulated(model: BgNbd, weeks: int, size: int, seed: int) -> Summary:
    """A cohort that starts together and lives BG/NBD event by event for `weeks`."""
    rng = np.random.default_rng(seed)
    rate, dropout = rng.gamma(model.r, 1 / model.alpha, size), rng.beta(model.a, model.b, size)
    rows: list[tuple[int, float, float, float]] = []
    for own_rate, own_dropout in zip(rate, dropout, strict=True):
        x, last = 0, 0.0
        while (now := last + rng.exponential(1 / max(own_rate, 1e-12))) < weeks:
            x, last = x + 1, now
            if rng.random() < own_dropout:
                break
        rows.append((x, last, float(weeks), 1.0))
    return cdnow.histories(rows, weeks)


def test_cdnow_fit_is_the_published_one():
    fit = fit_bgnbd(cdnow.summary())
    np.testing.assert_allclose(values_of(fit.model), values_of(PUBLISHED), rtol=0.01)
    assert abs(fit.log_likelihood - -9582.4) < 0.05
    assert (fit.customers, fit.converged) == (2_357, True)
    assert [estimate.name for estimate in fit.estimates] == ["r", "alpha", "a", "b"]
    assert [estimate.value for estimate in fit.estimates] == values_of(fit.model).tolist()


def test_cdnow_fit_is_quick():
    summary = cdnow.summary()
    begin = time.perf_counter()
    fit_bgnbd(summary)
    assert time.perf_counter() - begin < 1.0  # about 0.02 s


def test_log_likelihood_agrees_with_the_fit_and_falls_around_it():
    fit = fit_bgnbd(cdnow.summary())
    assert fit.model.log_likelihood(cdnow.summary()) == pytest.approx(fit.log_likelihood, abs=1e-6)
    for factor in (0.97, 1.03):
        for at in range(4):
            moved = values_of(fit.model)
            moved[at] *= factor
            assert BgNbd(*moved.tolist()).log_likelihood(cdnow.summary()) < fit.log_likelihood


def test_standard_errors_are_those_of_the_hessian_on_the_natural_scale():
    fit = fit_bgnbd(cdnow.summary())
    at = values_of(fit.model)
    steps = np.diag(1e-3 * at)

    def level(values: F64) -> float:
        return BgNbd(*values.tolist()).log_likelihood(cdnow.summary())

    hessian = np.array(
        [
            [
                (level(at + i + j) - level(at + i - j) - level(at - i + j) + level(at - i - j))
                / (4 * i.sum() * j.sum())
                for j in steps
            ]
            for i in steps
        ]
    )
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    np.testing.assert_allclose([estimate.standard_error for estimate in fit.estimates], errors, rtol=2e-3)


def test_gradient_is_the_slope_of_the_log_likelihood():
    at = np.array([0.4, 6.0, 1.3, 1.9])
    for i, step in enumerate(np.diag(1e-5 * at)):
        rise = _score(at + step, cdnow.summary())[0] - _score(at - step, cdnow.summary())[0]
        assert rise / (2 * step[i]) == pytest.approx(_score(at, cdnow.summary())[1][i], rel=1e-6, abs=1e-3)


@pytest.mark.parametrize(("x", "t_x", "observed"), [(0, 0.0, 30.0), (1, 3.0, 38.0), (2, 30.4, 38.9), (6, 20.0, 35.0)])
def test_one_customer_against_integration_over_rate_and_dropout(x: int, t_x: float, observed: float):
    """Fails if a customer without repeats may be gone, or the gone are exposed to the end instead of to t_x."""
    rate, dropout = customers(PUBLISHED)
    alive = rate**x * (1 - dropout) ** x * np.exp(-rate * observed)
    gone = rate**x * dropout * (1 - dropout) ** (x - 1) * np.exp(-rate * t_x) if x else 0 * alive
    one = cdnow.histories([(x, t_x, observed, 1.0)])
    assert PUBLISHED.log_likelihood(one) == pytest.approx(float(np.log((alive + gone).mean())), abs=2e-3)
    share = PUBLISHED.probability_alive(one.frequency, one.recency, one.observed)[0]
    assert share == pytest.approx(alive.sum() / (alive + gone).sum(), abs=1e-3)
    future = alive * -np.expm1(-rate * dropout * 39) / dropout
    expected = PUBLISHED.conditional_expected(one.frequency, one.recency, one.observed, 39.0)[0]
    assert expected == pytest.approx(future.sum() / (alive + gone).sum(), rel=2e-3)


@pytest.mark.parametrize(
    "model", [PUBLISHED, BgNbd(0.5, 8.0, 1.0, 2.0), BgNbd(0.8, 5.0, 0.4, 0.6), BgNbd(1.2, 9, 2, 1)]
)
def test_random_customer_against_integration(model: BgNbd):
    """E[X(t)] = E[(1 - exp(-rate p t)) / p]; includes the removable singularities a = 1 and a + b = 1."""
    rate, dropout = customers(model)
    for t in (1.0, 13.0, 78.0, 520.0):
        exact = (-np.expm1(-rate * dropout * t) / dropout).mean()
        assert float(model.expected_purchases(t)) == pytest.approx(exact, rel=3e-3)
        assert float(model.probability_zero(t)) == pytest.approx(np.exp(-rate * t).mean(), abs=1e-3)


def test_cumulative_repeats_by_week_are_the_published_curve():
    """4,161 at week 78 (Fader, Hardie & Lee 2005); clocks that start a day earlier give 4,166 and fail."""
    weekly = cdnow.buying().expected_repeats_by_week(cdnow.summary().clock_start, 78)
    assert len(weekly) == 78
    assert (np.diff(weekly) > 0).all()
    assert abs(weekly[77] - 4_161) < 1
    at_39 = cdnow.buying().expected_purchases(cdnow.summary().observed).sum()
    assert weekly[38] == pytest.approx(at_39, rel=1e-12)


def test_parameters_are_recovered_from_simulated_customers():
    """Seed 11, 12,000 customers, 60 weeks; tolerance 4 standard errors. A coin after the trial would fail."""
    truth = BgNbd(0.6, 6.0, 0.9, 2.5)
    fit = fit_bgnbd(simulated(truth, weeks=60, size=12_000, seed=11))
    for estimate in fit.estimates:
        assert abs(estimate.value - getattr(truth, estimate.name)) < 4 * estimate.standard_error
        assert estimate.standard_error < 0.15 * estimate.value


@given(
    x=st.integers(1, 40),
    t_x=st.floats(0.2, 50),
    silent=st.floats(0, 50),
    longer=st.floats(0.1, 50),
    a=st.floats(0.1, 5),
    b=st.floats(0.1, 5),
)
def test_silence_never_raises_the_chance_of_being_alive(x, t_x, silent, longer, a, b):
    model = BgNbd(0.3, 5.0, a, b)
    repeats, last = np.array([x, x]), np.array([t_x, t_x])
    short, long = model.probability_alive(repeats, last, last + np.array([silent, silent + longer]))
    assert 0 <= long <= short <= 1


def test_customers_who_cannot_have_left_are_alive():
    never = np.zeros(3, np.int64)
    assert (PUBLISHED.probability_alive(never, np.zeros(3), np.array([1.0, 39.0, 500.0])) == 1).all()


def test_log_that_shows_no_leaving_is_refused():
    rows = [(6 + at % 3, 38.0, 38.5, 1.0) for at in range(300)]
    with pytest.raises(DataError, match=r"BG/NBD does not converge: .*300 customers.*use more customers or a longer"):
        fit_bgnbd(cdnow.histories(rows))


def test_parameters_are_positive():
    with pytest.raises(ParameterError, match=r"BgNbd\.alpha = -1"):
        BgNbd(0.2, -1.0, 0.8, 2.4)
