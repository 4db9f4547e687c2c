"""One baseline for all minds: frozen shifts that keep the control arm where the standard model puts it.

Shifts that average zero still move churn (the least loyal leave first; the logit is curved). A large pilot without a
strategy solves, week by week and stratum by stratum, which constant brings mean rate and mean dropout back to the
standard model's; every arm and seed then uses these constants unchanged, so they cannot swallow an effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Bool
from sim.errors import ParameterError

BINS = 6  # quantile bins of dropout and of rate


@dataclass(frozen=True)
class Standing:
    """Mean and standard deviation of the loyalty index where the population stood at the fork."""

    center: float = 0.0
    spread: float = 1.0

    def __post_init__(self) -> None:
        if not self.spread > 0:
            raise ParameterError(f"Standing.spread = {self.spread!r} must be above 0: all customers are equally loyal.")


@dataclass(frozen=True)
class Shifts:
    """What one week adds to the log rate and to the logit of leaving, by stratum [S]."""

    rate: F32
    leave: F32

    def multiplier(self, stratum: NDArray[np.uint8], wish: F32 | None) -> F32:
        """By how much a wish (log rate; None is none) and the shifts would multiply each rate [n]."""
        shift = np.full(len(stratum), self.rate[0], np.float32) if len(self.rate) == 1 else self.rate.take(stratum)
        if wish is not None:
            shift += wish
        return np.exp(shift, out=shift)


@dataclass(frozen=True)
class Baseline:
    """Where the population stood at the fork, and the shifts that hold it to the standard model.

    Attributes:
        center: mean loyalty index at the fork.
        spread: standard deviation of the loyalty index at the fork.
        dropout_edges: inner edges of the dropout bins, ascending [BINS - 1].
        rate_edges: inner edges of the rate bins, ascending [BINS - 1].
        rate: additive shift of the log rate [weeks, S].
        leave: additive shift of the logit of leaving [weeks, S].
    """

    center: float
    spread: float
    dropout_edges: F32
    rate_edges: F32
    rate: F32
    leave: F32

    @classmethod
    def none(cls) -> Baseline:
        """No shift: for `mind=none`, which is the standard model already."""
        no, zero = np.zeros(0, np.float32), np.zeros((1, 1), np.float32)
        return cls(0.0, 1.0, no, no, zero, zero)

    @property
    def size(self) -> int:
        """Number of strata."""
        return (len(self.dropout_edges) + 1) * (len(self.rate_edges) + 1)

    def strata(self, rate: F32, dropout: F32) -> NDArray[np.uint8]:
        """The stratum of each customer [N]."""
        row = np.searchsorted(self.dropout_edges, dropout)
        return (row * (len(self.rate_edges) + 1) + np.searchsorted(self.rate_edges, rate)).astype(np.uint8)

    def at(self, week: int) -> Shifts:
        """The shifts of a week; past the last solved week the last one holds."""
        at = min(week, len(self.rate) - 1)
        return Shifts(self.rate[at], self.leave[at])


def quantile_edges(values: F32) -> F32:
    """Inner edges of `BINS` bins with equal numbers of customers."""
    return np.quantile(values, np.arange(1, BINS) / BINS).astype(np.float32)


def stratum_means(values: F32, weights: F32 | Bool, stratum: NDArray[np.uint8], size: int) -> NDArray[np.float64]:
    """Weighted mean of `values` in each stratum [S]; NaN where a stratum has no weight."""
    total = np.bincount(stratum, weights, size)
    with np.errstate(invalid="ignore"):
        means: NDArray[np.float64] = np.bincount(stratum, values * weights, size) / total
    return means


def solve_leave(
    logit: F32, weights: F32, stratum: NDArray[np.uint8], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The constant [S] that, added to the logits [N], makes each stratum's weighted mean chance equal its target.

    Newton's method on one number per stratum; strata without customers or target get 0.
    """
    size = len(target)
    shift = np.zeros(size)
    total = np.bincount(stratum, weights, size)
    solvable = (total > 0) & (target > 0) & (target < 1)
    for _ in range(60):
        chance = 1.0 / (1.0 + np.exp(-(logit + shift[stratum].astype(np.float32))))
        mean = np.bincount(stratum, chance * weights, size)[solvable] / total[solvable]
        slope = np.bincount(stratum, chance * (1 - chance) * weights, size)[solvable] / total[solvable]
        step = (target[solvable] - mean) / np.maximum(slope, 1e-9)
        shift[solvable] += np.clip(step, -1.0, 1.0)
        if not len(step) or np.max(np.abs(step)) < 1e-5:
            break
    return shift
