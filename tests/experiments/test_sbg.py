"""The shifted beta-geometric against what was published, and back from exact survivors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution

from experiments.calibration import HIGH_END_SURVIVAL, ShiftedBetaGeometric, fit_sbg
from experiments.calibration.sbg import _score
from sim.errors import DataError

PUBLISHED = ShiftedBetaGeometric(alpha=0.668, beta=3.806)  # Fader & Hardie 2007, "High End", years 1-7
HIGH_END = np.array(HIGH_END_SURVIVAL)


def test_high_end_fit_is_the_published_one():
    fit = fit_sbg(10 * HIGH_END[:8])
    assert [fit.model.alpha, fit.model.beta] == pytest.approx([PUBLISHED.alpha, PUBLISHED.beta], abs=6e-4)
    assert fit.log_likelihood == pytest.approx(-1611.2, abs=0.05)
    assert (fit.customers, fit.converged) == (1_000, True)


def test_high_end_forecast_is_as_good_as_published():
    """Mean absolute percentage error over years 1-12 is 2.1% (Fader & Hardie 2007); constant churn scores 15%."""
    model = fit_sbg(10 * HIGH_END[:8]).model
    off = np.abs(100 * model.survival(np.arange(1, 13)) / HIGH_END[1:] - 1)
    assert off.mean() == pytest.approx(0.021, abs=5e-4)


def test_standard_errors_shrink_with_the_root_of_the_cohort():
    small, large = fit_sbg(HIGH_END[:8]), fit_sbg(100 * HIGH_END[:8])
    for one, other in zip(small.estimates, large.estimates, strict=True):
        assert one.standard_error == pytest.approx(10 * other.standard_error, rel=1e-3)
        assert one.value == pytest.approx(other.value, rel=1e-3)


def test_survival_is_a_mixture_of_constant_chances():
    for t in (0, 1, 5, 12):
        mixed = quad(lambda q, t=t: (1 - q) ** t * beta_distribution.pdf(q, 2.0, 3.8), 0, 1)[0]
        assert float(ShiftedBetaGeometric(2.0, 3.8).survival(t)) == pytest.approx(mixed, rel=1e-6)


def test_retention_is_the_ratio_of_survivors_and_rises():
    t = np.arange(1, 30)
    survival = PUBLISHED.survival(np.arange(30))
    np.testing.assert_allclose(PUBLISHED.retention(t), survival[1:] / survival[:-1], rtol=1e-12)
    assert (np.diff(PUBLISHED.retention(t)) > 0).all()


def test_exact_survivors_give_the_parameters_back():
    fit = fit_sbg(1e5 * ShiftedBetaGeometric(1.4, 6.0).survival(np.arange(9)))
    assert [fit.model.alpha, fit.model.beta] == pytest.approx([1.4, 6.0], rel=1e-3)


def test_log_likelihood_agrees_with_the_fit_and_its_gradient_with_its_slope():
    counts = 10 * HIGH_END[:8]
    fit = fit_sbg(counts)
    assert fit.model.log_likelihood(counts) == pytest.approx(fit.log_likelihood, abs=1e-6)
    at = np.array([1.2, 2.5])
    for i, step in enumerate(np.diag(1e-5 * at)):
        rise = _score(at + step, counts)[0] - _score(at - step, counts)[0]
        assert rise / (2 * step[i]) == pytest.approx(_score(at, counts)[1][i], rel=1e-6)


@pytest.mark.parametrize("counts", [[100, 110, 90], [100, 100, 100], [100, 90, -1], [100, float("nan"), 80]])
def test_counts_that_are_no_survivors_are_refused(counts: list[float]):
    with pytest.raises(DataError, match=r"fall and never rise, got \[100.*Count the customers of one cohort"):
        fit_sbg(counts)


def test_too_few_renewals_are_refused():
    with pytest.raises(DataError, match="2 renewals or more"):
        fit_sbg([100, 80])


def test_retention_that_does_not_rise_is_refused():
    with pytest.raises(DataError, match=r"Shifted beta-geometric does not converge: .*retention has to rise"):
        fit_sbg([1000, 900, 800, 650, 450, 200])
