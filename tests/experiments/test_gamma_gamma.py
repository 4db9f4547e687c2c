"""Gamma-Gamma against what was published, against brute-force integration, and back from simulated spend."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments.calibration import GammaGamma, fit_gamma_gamma
from experiments.calibration.gamma_gamma import _score, spenders
from sim.errors import DataError, ParameterError
from tests.experiments import cdnow

# Fader & Hardie 2013, as the test suite of the R package CLVTools quotes it; the note itself was not read.
PUBLISHED, PUBLISHED_LEVEL = GammaGamma(p=6.25, q=3.74, gamma=15.44), -4055.9177


def test_cdnow_fit_is_the_published_one():
    fit = fit_gamma_gamma(cdnow.summary())
    values = [fit.model.p, fit.model.q, fit.model.gamma]
    np.testing.assert_allclose(values, [PUBLISHED.p, PUBLISHED.q, PUBLISHED.gamma], rtol=0.002)
    assert fit.log_likelihood == pytest.approx(PUBLISHED_LEVEL, abs=0.01)
    assert (fit.customers, fit.converged) == (946, True)
    assert fit.correlation == pytest.approx(0.11, abs=0.005)
    assert [estimate.name for estimate in fit.estimates] == ["p", "q", "gamma"]
    assert all(0 < estimate.standard_error < estimate.value / 2 for estimate in fit.estimates)


def test_log_likelihood_agrees_with_the_fit_and_its_gradient_with_its_slope():
    fit = fit_gamma_gamma(cdnow.summary())
    assert fit.model.log_likelihood(cdnow.summary()) == pytest.approx(fit.log_likelihood, abs=1e-6)
    at, (x, z) = np.array([5.0, 3.0, 20.0]), spenders(cdnow.summary())
    for i, step in enumerate(np.diag(1e-5 * at)):
        rise = _score(at + step, x, z)[0] - _score(at - step, x, z)[0]
        assert rise / (2 * step[i]) == pytest.approx(_score(at, x, z)[1][i], rel=1e-6, abs=1e-3)


@pytest.mark.parametrize(("x", "z"), [(1, 12.0), (3, 55.0), (10, 30.0)])
def test_one_customer_against_integration_over_nu(x: int, z: float):
    """Fails if the mean is taken for the sum, or p for p x."""
    nu = stats.gamma.ppf((np.arange(200_000) + 0.5) / 200_000, PUBLISHED.q, scale=1 / PUBLISHED.gamma)
    density = stats.gamma.pdf(z, PUBLISHED.p * x, scale=1 / (nu * x))  # of a mean of x purchases
    one = cdnow.histories([(x, 20.0, 38.0, z)])
    assert PUBLISHED.log_likelihood(one) == pytest.approx(float(np.log(density.mean())), abs=1e-4)
    expected = (PUBLISHED.p / nu * density).sum() / density.sum()
    assert PUBLISHED.conditional_spend(one.frequency, one.mean_repeat_spend)[0] == pytest.approx(expected, rel=1e-3)


def test_customers_without_repeats_are_expected_to_spend_the_mean():
    spend = PUBLISHED.conditional_spend(np.array([0]), np.array([0.0]))[0]
    assert spend == PUBLISHED.mean_spend() == pytest.approx(6.25 * 15.44 / 2.74)


def test_heavy_tail_has_no_mean():
    assert GammaGamma(p=2.0, q=0.9, gamma=10.0).mean_spend() == np.inf


def test_parameters_are_recovered_from_simulated_spend():
    """Seed 3, 6,000 customers; tolerance 4 standard errors."""
    rng, truth = np.random.default_rng(3), GammaGamma(p=4.0, q=3.0, gamma=40.0)
    x = rng.integers(1, 8, 6_000)
    z = rng.gamma(truth.p * x) / (rng.gamma(truth.q, 1 / truth.gamma, 6_000) * x)
    fit = fit_gamma_gamma(cdnow.histories([(int(k), 20.0, 38.0, float(m)) for k, m in zip(x, z, strict=True)]))
    for estimate in fit.estimates:
        assert abs(estimate.value - getattr(truth, estimate.name)) < 4 * estimate.standard_error


def test_repeats_for_nothing_are_left_out():
    rows = [(2, 20.0, 38.0, z) for z in (10.0, 0.0, 30.0, 25.0)] + [(0, 0.0, 38.0, 0.0)]
    assert spenders(cdnow.histories(rows))[1].tolist() == [10.0, 30.0, 25.0]


def test_too_few_spenders_are_refused():
    rows = [(2, 20.0, 38.0, 10.0), (1, 20.0, 38.0, 30.0), (3, 20.0, 38.0, 0.0)]
    with pytest.raises(DataError, match=r"above 0 from 3 customers or more\..*use more customers"):
        fit_gamma_gamma(cdnow.histories(rows))


def test_spend_that_is_all_alike_is_refused():
    with pytest.raises(DataError, match=r"Gamma-Gamma does not converge: .*check that amounts are not all alike"):
        fit_gamma_gamma(cdnow.histories([(1 + at % 4, 20.0, 38.0, 9.99) for at in range(200)]))


def test_parameters_are_positive():
    with pytest.raises(ParameterError, match=r"GammaGamma\.q = 0"):
        GammaGamma(6.0, 0.0, 15.0)
