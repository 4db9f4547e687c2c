"""Maximum likelihood for models of a few positive parameters: climb on the log scale, errors from the Hessian."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.optimize import minimize

from experiments.calibration.transactions import F64
from sim.errors import DataError

Score = Callable[[F64], tuple[float, F64]]  # parameters -> log-likelihood and its gradient

_REACH = 9.0  # how far a parameter may move from its start, in factors of e: beyond it the data do not determine it
_STEP = 1e-4  # step of the central differences, on the log scale
_TOLERANCE = 1e-6  # of the log-likelihood


@dataclass(frozen=True)
class Estimate:
    """A fitted parameter and its standard error, both in the parameter's own unit."""

    name: str
    value: float
    standard_error: float


@dataclass(frozen=True)
class Optimum:
    """The top of a likelihood.

    Attributes:
        estimates: in the order the parameters were given.
        log_likelihood: at the top.
        shortfall: how much higher the top could still be (half the Newton decrement), in log-likelihood.
        log_covariance: of the logs of the estimates [P, P], from the Hessian.
    """

    estimates: tuple[Estimate, ...]
    log_likelihood: float
    shortfall: float
    log_covariance: tuple[tuple[float, ...], ...]


def maximise(model: str, start: dict[str, float], score: Score, mend: str) -> Optimum:
    """Find the positive parameters with the highest log-likelihood.

    Standard errors come from the Hessian on the log scale, brought to the natural scale by the delta method:
    se(parameter) = parameter * se(log parameter).

    Args:
        model: name for messages.
        start: parameter names and where the climb begins; their order is the order of `score`'s argument.
        score: log-likelihood and its gradient at given parameters.
        mend: what to do about a log on which the climb fails.

    Raises:
        DataError: a parameter runs away or the top is not reached, with the mend.
    """
    names = list(start)
    origin = np.log(np.array(list(start.values())))

    def downhill(logs: F64) -> tuple[float, F64]:
        values = np.exp(logs)
        level, slope = score(values)
        return -level, -slope * values

    bounds = [(at - _REACH, at + _REACH) for at in origin]
    found = minimize(
        downhill, origin, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-13, "gtol": 1e-7}
    )
    logs = np.asarray(found.x, np.float64)
    runaway = [name for name, at, centre in zip(names, logs, origin, strict=True) if abs(at - centre) > _REACH - 0.1]
    if runaway:
        raise DataError(f"{model} does not converge: {_listed(runaway, np.exp(logs), names)} runs away. {mend}")
    logs, covariance, shortfall = _polished(model, logs, downhill, mend)
    values, errors = np.exp(logs), np.exp(logs) * np.sqrt(np.diag(covariance))
    estimates = tuple(Estimate(name, float(v), float(e)) for name, v, e in zip(names, values, errors, strict=True))
    rows = tuple(tuple(map(float, row)) for row in covariance)
    return Optimum(estimates, -downhill(logs)[0], shortfall, rows)


def _polished(model: str, logs: F64, downhill: Score, mend: str) -> tuple[F64, F64, float]:
    """Newton steps to the top: place, covariance of the logs and what is left to climb."""
    for _ in range(10):
        slope = downhill(logs)[1]
        try:
            factor = cho_factor(_hessian(logs, downhill))
        except (LinAlgError, ValueError):
            raise DataError(f"{model} does not converge: the likelihood has no single top. {mend}") from None
        step = np.asarray(cho_solve(factor, slope), np.float64)
        shortfall = float(slope @ step) / 2
        if shortfall < _TOLERANCE:
            return logs, np.asarray(cho_solve(factor, np.eye(len(logs))), np.float64), shortfall
        logs = logs - step
    raise DataError(f"{model} does not converge: after 10 Newton steps {shortfall:.2g} is left to climb. {mend}")


def _hessian(logs: F64, downhill: Score) -> F64:
    rows = [(downhill(logs + step)[1] - downhill(logs - step)[1]) / (2 * _STEP) for step in _STEP * np.eye(len(logs))]
    square = np.array(rows)
    return np.asarray((square + square.T) / 2, np.float64)


def _listed(runaway: Sequence[str], values: F64, names: Sequence[str]) -> str:
    return ", ".join(f"{name} = {values[names.index(name)]:.3g}" for name in runaway)
