"""Parameter uncertainty: many settings of a study, each with other values of what is not known exactly.

An ensemble is a prior, not a posterior: assumed sizes are drawn from the ranges they are believed to lie in, and no
data has narrowed them. Only the parameters of the market come from data, where a log was fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc

from experiments.calibrated import Calibration
from experiments.space.declared import Declared, declared
from experiments.space.factors import Factor, usual_range
from experiments.space.points import Setting
from experiments.study import Study
from sim.errors import ParameterError

F64 = NDArray[np.float64]
_FITS = (("buying", "market."), ("spending", "market.spend_"))
_EDGE = 1e-9  # quantiles stay this far from 0 and 1, where a normal has none


@dataclass(frozen=True, eq=False)
class _Fit:
    """Parameters that were fitted to a log together.

    Attributes:
        addresses: of each [P].
        logs: of the estimates [P].
        root: lower triangle whose product with its own transpose is the covariance of the logs [P, P].
    """

    addresses: tuple[str, ...]
    logs: F64
    root: F64

    def at(self, u: F64) -> F64:
        """Values at quantiles [P] of independent normals."""
        return np.asarray(np.exp(self.logs + self.root @ norm.ppf(np.clip(u, _EDGE, 1 - _EDGE))))


def ensemble(
    study: Study, calibration: Calibration, factors: Sequence[Factor], draws: int, seed: int
) -> tuple[Setting, ...]:
    """Draws of everything that is uncertain, as settings of a study; the same for the same seed.

    Factors are drawn from their ranges, evenly over them: log-uniform where the range is a third to three times a
    positive value, the given values alike where there is a list, else uniform. Where the market was fitted to a log,
    its parameters are drawn beside them from the normal distribution of the estimates' logs, with their correlations;
    one that is named as a factor is drawn from its range instead. All quantiles are one Latin hypercube (McKay, Beckman
    & Conover 1979). Every value stays within what is declared.

    Luck is the same in all settings; `replace(setting, seed=number)` gives each its own, which averages out better.

    Args:
        study: what is uncertain.
        calibration: of that study.
        factors: the assumed sizes that may be otherwise.
        draws: how many settings.
        seed: of the draws; it has nothing to do with the luck of the runs.

    Raises:
        ParameterError: nothing is uncertain.
    """
    known = declared(study)
    named = [factor.address for factor in factors]
    fits = _fits(calibration, named)
    if not named and not fits:
        raise ParameterError(
            "nothing is uncertain here: no parameter is named and no log was fitted. Name some, e.g. "
            "job.factors='[mind.*]'."
        )
    size = len(named) + sum(len(fit.addresses) for fit in fits)
    quantiles = qmc.LatinHypercube(size, rng=np.random.default_rng(seed)).random(draws)
    return tuple(Setting(_values(known, factors, fits, row)) for row in quantiles)


def believed(factor: Factor, u: float) -> float:
    """The value of a factor at a quantile of what is believed of it: see `ensemble`."""
    usual = (factor.low, factor.high) == usual_range(factor.about)
    if usual and factor.low > 0 and not factor.is_whole and not factor.values:
        return float(factor.low * (factor.high / factor.low) ** u)
    return factor.at(u)


def _values(known: dict[str, Declared], factors: Sequence[Factor], fits: Sequence[_Fit], u: F64) -> dict[str, float]:
    """One draw from its quantiles [factors and fitted parameters], by address."""
    values = {factor.address: believed(factor, float(at)) for factor, at in zip(factors, u, strict=False)}
    place = len(factors)
    for fit in fits:
        drawn = fit.at(u[place : place + len(fit.addresses)])
        values |= dict(zip(fit.addresses, map(float, drawn), strict=True))
        place += len(fit.addresses)
    return {name: float(np.clip(value, known[name].low, known[name].high)) for name, value in values.items()}


def _fits(calibration: Calibration, named: Sequence[str]) -> list[_Fit]:
    """What was fitted to a log, without the parameters that are named as factors."""
    found = []
    for fit, prefix in ((getattr(calibration, part), prefix) for part, prefix in _FITS):
        if fit is not None:
            found.append(_fit(fit, prefix, named))
    return [fit for fit in found if fit.addresses]


def _fit(fit: Any, prefix: str, named: Sequence[str]) -> _Fit:
    kept = [place for place, one in enumerate(fit.estimates) if prefix + one.name not in named]
    covariance = np.array(fit.log_covariance, float)[np.ix_(kept, kept)]
    return _Fit(
        tuple(prefix + fit.estimates[place].name for place in kept),
        np.log([fit.estimates[place].value for place in kept]),
        np.linalg.cholesky(covariance) if kept else covariance,
    )
