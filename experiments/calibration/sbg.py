"""Shifted beta-geometric: how long customers of a contractual market stay.

At every renewal a customer leaves with a chance theta of their own; across customers theta ~ Beta(alpha, beta). The
inclined to leave go first, so retention rises with tenure though nobody changes. Fader & Hardie 2007, J. Interactive
Marketing 21(1):76-90.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma

from experiments.calibration.likelihood import Estimate, maximise
from experiments.calibration.transactions import F64
from sim.errors import DataError
from sim.parameters import Parametric, param

_SOURCE = "Fader & Hardie 2007"
_TINY = 1e-9

# Fader & Hardie 2007, the "High End" cohort: percent still customers after 0, 1, .. 12 years.
HIGH_END_SURVIVAL = (100.0, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4)


@dataclass(frozen=True)
class ShiftedBetaGeometric(Parametric):
    """The two parameters of the shifted beta-geometric; time is counted in renewals.

    Example:
        >>> round(float(ShiftedBetaGeometric(alpha=0.668, beta=3.806).survival(12)), 3)
        0.378
    """

    alpha: float = param(unit="1", low=_TINY, doc="first shape of the chance to leave at a renewal", source=_SOURCE)
    beta: float = param(unit="1", low=_TINY, doc="second shape of the chance to leave at a renewal", source=_SOURCE)

    def survival(self, t: NDArray[np.integer] | int) -> F64:
        """S(t) = B(alpha, beta + t) / B(alpha, beta): share still there after t renewals [any shape]."""
        return np.asarray(np.exp(betaln(self.alpha, self.beta + t) - betaln(self.alpha, self.beta)))

    def retention(self, t: NDArray[np.integer] | int) -> F64:
        """(beta + t - 1) / (alpha + beta + t - 1): share of those up for renewal t = 1, 2, .. who renew [any shape]."""
        return np.asarray((self.beta + t - 1) / (self.alpha + self.beta + t - 1))

    def log_likelihood(self, survivors: Sequence[float]) -> float:
        """Log-likelihood of the customers left after 0, 1, .. renewals."""
        return _score(np.array([self.alpha, self.beta]), _checked(survivors))[0]


@dataclass(frozen=True)
class ShiftedBetaGeometricFit:
    """A fitted shifted beta-geometric.

    Attributes:
        model: the parameters at the top of the likelihood.
        estimates: alpha, beta with standard errors.
        log_likelihood: at the top.
        customers: size of the cohort it was fitted on.
        converged: True; a fit that does not converge is refused.
    """

    model: ShiftedBetaGeometric
    estimates: tuple[Estimate, ...]
    log_likelihood: float
    customers: float
    converged: bool


def fit_sbg(survivors: Sequence[float]) -> ShiftedBetaGeometricFit:
    """Fit the shifted beta-geometric by maximum likelihood.

    Args:
        survivors: customers left after 0, 1, 2, .. renewals. Percentages give the same parameters, but standard errors
            of a cohort of 100.

    Raises:
        DataError: the counts are no survivors of one cohort, or do not determine both parameters.
    """
    counts = _checked(survivors)
    mend = (
        f"Losses of {', '.join(f'{lost:g}' for lost in -np.diff(counts))} do not tell differences between customers "
        f"from chance: retention has to rise with tenure. Use more renewals or a larger cohort."
    )
    best = maximise("Shifted beta-geometric", {"alpha": 1.0, "beta": 3.0}, lambda values: _score(values, counts), mend)
    model = ShiftedBetaGeometric(*(estimate.value for estimate in best.estimates))
    return ShiftedBetaGeometricFit(model, best.estimates, best.log_likelihood, float(counts[0]), converged=True)


def _checked(survivors: Sequence[float]) -> F64:
    counts = np.asarray(survivors, np.float64)
    if counts.ndim != 1 or len(counts) < 3:
        raise DataError(f"Survivors need the cohort's size and 2 renewals or more, got {counts.tolist()}.")
    if not np.isfinite(counts).all() or counts[-1] < 0 or (np.diff(counts) > 0).any() or counts[0] == counts[-1]:
        raise DataError(
            f"Survivors have to be numbers of zero or more that fall and never rise, got {counts.tolist()}. "
            f"Count the customers of one cohort who are left after 0, 1, 2, .. renewals."
        )
    return counts


def _score(values: F64, counts: F64) -> tuple[float, F64]:
    """Log-likelihood and its gradient by alpha, beta: P(T = t) = B(alpha+1, beta+t-1) / B(alpha, beta)."""
    alpha, beta = values
    lost, left = -np.diff(counts), counts[-1]
    t, end = np.arange(1, len(counts)), len(counts) - 1
    level = lost @ betaln(alpha + 1, beta + t - 1) + left * betaln(alpha, beta + end) - counts[0] * betaln(alpha, beta)
    together = lost @ digamma(alpha + beta + t) + left * digamma(alpha + beta + end)
    common = counts[0] * digamma(alpha + beta) - together
    by_alpha = common + lost.sum() * digamma(alpha + 1) + left * digamma(alpha) - counts[0] * digamma(alpha)
    by_beta = common + lost @ digamma(beta + t - 1) + left * digamma(beta + end) - counts[0] * digamma(beta)
    return float(level), np.array([by_alpha, by_beta])
