"""BG/NBD: how often customers of a non-contractual market buy, and when they stop without saying so.

While active a customer buys at Poisson(rate); after each repeat purchase they leave with chance p. Across customers
rate ~ Gamma(r, alpha) and p ~ Beta(a, b). Fader, Hardie & Lee 2005, Marketing Science 24(2):275-284.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma, expit, gammaln, hyp2f1

from experiments.calibration.likelihood import Estimate, maximise
from experiments.calibration.transactions import F64, I64, Summary
from sim.parameters import Parametric, param

_SOURCE = "Fader, Hardie & Lee 2005"
_TINY = 1e-9
_APART = 1e-6  # the closed forms divide by a - 1 and by a + b - 1: stay this far from zero, an error of the same size


@dataclass(frozen=True)
class BgNbd(Parametric):
    """The four parameters of BG/NBD and what follows from them in closed form; time is in weeks.

    Example:
        >>> round(float(BgNbd(0.243, 4.414, 0.793, 2.426).probability_zero(39.0)), 3)
        0.574
    """

    r: float = param(unit="1", low=_TINY, doc="shape of the buying rate across customers", source=_SOURCE)
    alpha: float = param(unit="week", low=_TINY, doc="rate parameter of the buying rate", source=_SOURCE)
    a: float = param(unit="1", low=_TINY, doc="first shape of the dropout chance", source=_SOURCE)
    b: float = param(unit="1", low=_TINY, doc="second shape of the dropout chance", source=_SOURCE)

    def probability_zero(self, t: F64 | float) -> F64:
        """P(X(t) = 0) = (alpha / (alpha + t))^r: no repeat purchase within t weeks [any shape]."""
        return np.asarray((self.alpha / (self.alpha + t)) ** self.r)

    def expected_purchases(self, t: F64 | float) -> F64:
        """E[X(t)]: repeat purchases of a random customer in the t weeks after the first purchase [any shape].

        (a+b-1)/(a-1) [1 - (alpha/(alpha+t))^r 2F1(r, b; a+b-1; t/(alpha+t))], eq. 9.
        """
        a = _off(self.a, 1.0)
        top = _off(a + self.b - 1, 0.0)
        series = hyp2f1(self.r, self.b, top, t / (self.alpha + t))
        return np.asarray(top / (a - 1) * (1 - self.probability_zero(t) * series))

    def probability_alive(self, x: I64, t_x: F64, observed: F64) -> F64:
        """P(alive at the end of the observation | x, t_x, T) [n]; 1 for customers without repeats.

        1 / (1 + a/(b+x-1) ((alpha+T)/(alpha+t_x))^(r+x)) for x > 0, from eq. 6.
        """
        return np.asarray(np.where(x > 0, expit(-self._log_odds_gone(x, t_x, observed)), 1.0))

    def conditional_expected(self, x: I64, t_x: F64, observed: F64, t: float) -> F64:
        """E[Y(t) | x, t_x, T]: purchases in the t weeks after the observation [n], eq. 10."""
        a = _off(self.a, 1.0)
        top = _off(a + self.b + x - 1, 0.0)
        future = self.alpha + observed + t
        series = hyp2f1(self.r + x, self.b + x, top, t / future)
        if_alive = top / (a - 1) * (1 - ((self.alpha + observed) / future) ** (self.r + x) * series)
        return np.asarray(if_alive * self.probability_alive(x, t_x, observed))

    def log_likelihood(self, summary: Summary) -> float:
        """Sum over customers of log L(r, alpha, a, b | x, t_x, T), eq. 6."""
        return _score(np.array([self.r, self.alpha, self.a, self.b]), summary)[0]

    def expected_repeats_by_week(self, clock_start: F64, weeks: int) -> F64:
        """Expected repeat purchases of a cohort by the end of weeks 1..weeks [weeks].

        Args:
            clock_start: when each customer's time begins, in weeks [n]; `Summary.clock_start` of a log.
            weeks: how far to look.
        """
        start, customers = np.unique(clock_start, return_counts=True)
        elapsed = np.maximum(np.arange(1, weeks + 1)[:, None] - start, 0.0)
        return np.asarray(self.expected_purchases(elapsed) @ customers)

    def _log_odds_gone(self, x: I64, t_x: F64, observed: F64) -> F64:
        """Log of weight gone over weight alive; only meaningful for x > 0 [n]."""
        repeats = np.maximum(x, 1)  # keeps the logarithm defined for rows the caller masks
        longer = np.log((self.alpha + observed) / (self.alpha + t_x))
        return np.asarray(np.log(self.a / (self.b + repeats - 1)) + (self.r + repeats) * longer)


@dataclass(frozen=True)
class BgNbdFit:
    """A fitted BG/NBD.

    Attributes:
        model: the parameters at the top of the likelihood.
        estimates: r, alpha, a, b with standard errors.
        log_likelihood: at the top.
        customers: how many it was fitted on.
        converged: True; a fit that does not converge is refused.
        log_covariance: of the logs of the estimates [P, P].
    """

    model: BgNbd
    estimates: tuple[Estimate, ...]
    log_likelihood: float
    customers: int
    converged: bool
    log_covariance: tuple[tuple[float, ...], ...] = ()


def fit_bgnbd(summary: Summary) -> BgNbdFit:
    """Fit BG/NBD by maximum likelihood.

    Raises:
        DataError: the log does not determine the four parameters.
    """
    start = {"r": 0.5, "alpha": float(summary.observed.mean()) / 4 + 0.1, "a": 1.0, "b": 2.0}
    mend = (
        f"The log ({len(summary)} customers, {int(summary.frequency.sum())} repeat purchases in {summary.weeks} weeks) "
        f"does not tell buying from leaving: use more customers or a longer calibration window."
    )
    best = maximise("BG/NBD", start, lambda values: _score(values, summary), mend)
    model = BgNbd(*(estimate.value for estimate in best.estimates))
    return BgNbdFit(model, best.estimates, best.log_likelihood, len(summary), True, best.log_covariance)


def _score(values: F64, summary: Summary) -> tuple[float, F64]:
    """Log-likelihood and its gradient by r, alpha, a, b."""
    r, alpha, a, b = values
    x, until_last, until_end = summary.frequency, alpha + summary.recency, alpha + summary.observed
    repeats = np.maximum(x, 1)
    odds = np.log(a / (b + repeats - 1)) + (r + x) * (np.log(until_end) - np.log(until_last))
    gone = np.where(x > 0, expit(odds), 0.0)
    level = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    level += np.where(x > 0, np.logaddexp(0.0, odds), 0.0) - (r + x) * np.log(until_end)
    mean_log = (1 - gone) * np.log(until_end) + gone * np.log(until_last)
    mean_inverse = (1 - gone) / until_end + gone / until_last
    slope = (
        np.sum(digamma(r + x) - digamma(r) + np.log(alpha) - mean_log),
        np.sum(r / alpha - (r + x) * mean_inverse),
        np.sum(digamma(a + b) - digamma(a + b + x) + gone / a),
        np.sum(digamma(b + x) - digamma(b) + digamma(a + b) - digamma(a + b + x) - gone / (b + repeats - 1)),
    )
    return float(level.sum()), np.array(slope)


def _off(value: NDArray[np.floating] | float, pole: float) -> F64:
    """The value, moved off a removable singularity of the closed forms [any shape]."""
    return np.asarray(np.where(np.abs(value - pole) < _APART, pole + _APART, value), np.float64)
