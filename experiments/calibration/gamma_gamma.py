"""Gamma-Gamma: how much customers spend per purchase, apart from how often they buy.

A customer's purchases are Gamma(p, nu) with the customer's own nu ~ Gamma(q, gamma), so mean spend is p / nu.
Fader, Hardie & Lee 2005, J. Marketing Research 42(4):415-430; Fader & Hardie 2013, "The Gamma-Gamma Model of Monetary
Value" (a note).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from experiments.calibration.likelihood import Estimate, maximise
from experiments.calibration.transactions import F64, I64, Summary
from sim.errors import DataError
from sim.parameters import Parametric, param

_SOURCE = "Fader & Hardie 2013"
_TINY = 1e-9


@dataclass(frozen=True)
class GammaGamma(Parametric):
    """The three parameters of Gamma-Gamma.

    Example:
        >>> round(GammaGamma(p=6.25, q=3.74, gamma=15.44).mean_spend(), 1)
        35.2
    """

    p: float = param(unit="1", low=_TINY, doc="shape of spend within a customer", source=_SOURCE)
    q: float = param(unit="1", low=_TINY, doc="shape of nu across customers", source=_SOURCE)
    gamma: float = param(unit="money", low=_TINY, doc="rate parameter of nu across customers", source=_SOURCE)

    def posterior_shape(self, x: I64) -> F64:
        """Shape p x + q of a customer's nu after x purchases of mean z [n]; without purchases the prior's q."""
        return np.asarray(self.p * x + self.q)

    def posterior_rate(self, x: I64, z: F64) -> F64:
        """Rate parameter gamma + x z of a customer's nu after x purchases of mean z [n], in money."""
        return np.asarray(self.gamma + x * z)

    def conditional_spend(self, x: I64, z: F64) -> F64:
        """E[p / nu | x, z]: expected spend per purchase after x purchases of mean z [n]; infinite if p x + q <= 1."""
        shape = self.posterior_shape(x)
        finite = shape > 1
        return np.where(finite, self.p * self.posterior_rate(x, z) / np.where(finite, shape - 1, 1.0), np.inf)

    def mean_spend(self) -> float:
        """E[p / nu] = p gamma / (q - 1): spend per purchase of a random customer; infinite if q <= 1."""
        return float(self.conditional_spend(np.zeros(1, np.int64), np.zeros(1))[0])

    def log_likelihood(self, summary: Summary) -> float:
        """Sum of log f(z | p, q, gamma, x) over the customers with repeat purchases of more than zero money."""
        return _score(np.array([self.p, self.q, self.gamma]), *spenders(summary))[0]


@dataclass(frozen=True)
class GammaGammaFit:
    """A fitted Gamma-Gamma.

    Attributes:
        model: the parameters at the top of the likelihood.
        estimates: p, q, gamma with standard errors.
        log_likelihood: at the top.
        customers: how many it was fitted on: those with repeat purchases of more than zero money.
        correlation: between number of repeat purchases and mean spend among them; the model assumes none.
        converged: True; a fit that does not converge is refused.
        log_covariance: of the logs of the estimates [P, P].
    """

    model: GammaGamma
    estimates: tuple[Estimate, ...]
    log_likelihood: float
    customers: int
    correlation: float
    converged: bool
    log_covariance: tuple[tuple[float, ...], ...] = ()


def fit_gamma_gamma(summary: Summary) -> GammaGammaFit:
    """Fit Gamma-Gamma by maximum likelihood on mean repeat spend.

    Raises:
        DataError: too few customers spent money on repeat purchases, or their spend does not determine the parameters.
    """
    x, z = spenders(summary)
    mend = (
        f"The spend of {len(x)} customers with repeat purchases does not tell differences within customers from those "
        f"between them: use more customers or a longer window, and check that amounts are not all alike."
    )
    if len(x) < 3:
        raise DataError(f"Gamma-Gamma needs repeat purchases with an amount above 0 from 3 customers or more. {mend}")
    start = {"p": 2.0, "q": 3.0, "gamma": float(np.median(z))}
    best = maximise("Gamma-Gamma", start, lambda values: _score(values, x, z), mend)
    model = GammaGamma(*(estimate.value for estimate in best.estimates))
    together = float(np.corrcoef(x, z)[0, 1]) if x.min() < x.max() else 0.0
    return GammaGammaFit(model, best.estimates, best.log_likelihood, len(x), together, True, best.log_covariance)


def spenders(summary: Summary) -> tuple[I64, F64]:
    """Repeat purchases and their mean spend [m] of those who spent money on them: a Gamma has no zeros."""
    spent = summary.mean_repeat_spend > 0
    return summary.frequency[spent], summary.mean_repeat_spend[spent]


def _score(values: F64, x: I64, z: F64) -> tuple[float, F64]:
    """Log-likelihood and its gradient by p, q, gamma."""
    p, q, gamma = values
    shape, log_money = p * x + q, np.log(gamma + x * z)
    level = gammaln(shape) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
    level += p * x * np.log(x * z) - np.log(z) - shape * log_money
    slope = (
        np.sum(x * (digamma(shape) - digamma(p * x) + np.log(x * z) - log_money)),
        np.sum(digamma(shape) - digamma(q) + np.log(gamma) - log_money),
        np.sum(q / gamma - shape / (gamma + x * z)),
    )
    return float(level.sum()), np.array(slope)
