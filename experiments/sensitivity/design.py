"""The design of a sensitivity study: how many settings, at which quantiles, and with which luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.reporting.wording import count_of
from experiments.sensitivity.indices import morris_design, sobol_design
from experiments.sensitivity.results import MORRIS, SOBOL, TORNADO

type F64 = NDArray[np.float64]

LUCKS = 1_000  # sets of random numbers that luck is drawn from in a Sobol design


@dataclass(frozen=True)
class Design:
    """Which settings are run beside the walks.

    Attributes:
        method: tornado (none), morris or sobol.
        luck: whether luck is a factor, the last one.
        trajectories: of a Morris design.
        base: rows of a Sobol design before factors are exchanged.
        second_order: whether a Sobol design also serves pairs.
    """

    method: str
    luck: bool
    trajectories: int
    base: int
    second_order: bool

    def rows(self, factors: int) -> int:
        """Settings for so many parameters."""
        columns = factors + self.luck
        return {
            TORNADO: 0,
            MORRIS: self.trajectories * (columns + 1),
            SOBOL: self.base * (2 * columns + 2 if self.second_order else columns + 2),
        }[self.method]

    def quantiles(self, factors: int, seed: int) -> F64:
        """Quantiles of the factors, luck last where it is one [S, K]."""
        columns = factors + self.luck
        if self.method == TORNADO:
            return np.empty((0, columns))
        if self.method == MORRIS:
            return morris_design(columns, self.trajectories, seed)
        return sobol_design(columns, self.base, self.second_order, seed)

    def lucks(self, quantiles: F64) -> list[int]:
        """The set of random numbers of each setting [S], from the quantiles [S, K]; always the same without luck.

        In a Morris design each trajectory has two of its own; in a Sobol design they are drawn from many.
        """
        if not self.luck:
            return [0] * len(quantiles)
        column = quantiles[:, -1]
        if self.method == SOBOL:
            return [int(u * LUCKS) for u in column]
        trajectory = np.arange(len(column)) // (quantiles.shape[1] + 1)
        return [int(number) for number in 2 * trajectory + (column > 0.5)]

    def words(self, factors: int, repeats: int) -> str:
        """How large it is."""
        if self.method == TORNADO:
            return ""
        columns = f"{count_of(factors, 'parameter')}{' and luck' if self.luck else ''}"
        size = f"{count_of(self.rows(factors), 'setting')} x {count_of(repeats, 'replication')}. "
        if self.method == MORRIS:
            return (
                f"Morris: {count_of(self.trajectories, 'trajectory').replace('ys', 'ies')} through {columns} = {size}"
            )
        return f"Sobol: {count_of(self.base, 'base row')} of {columns}{', with pairs' * self.second_order} = {size}"
