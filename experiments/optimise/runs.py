"""Strategies -> numbers: arms of one world under the luck of given replications, and what a split's cells spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from experiments.calibrated import Calibration
from experiments.horizon import numbers_of
from experiments.optimise.goals import SPENT
from experiments.replication import arms_of, at_risk, root_of
from experiments.results import OWED
from experiments.study import Study
from sim.baseline import Baseline
from sim.chance import Bool
from sim.model import CustomerModel
from sim.world import Strategy

SPENDING = "spending"  # the metric of rows that say what a cell spent in a period
_LINE = "cost: "


@dataclass(frozen=True)
class Task:
    """A piece of work: arms, and the replications whose luck they get."""

    arms: Mapping[str, Strategy]
    replicates: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Runs:
    """Tasks ready to be run: can be pickled, and called with the number of a piece.

    Attributes:
        study: whose world it is; its arms do not matter.
        calibration: of its market.
        baseline: shared by all, since a strategy does not change the world.
        tasks: by number.
        cells: of a split, whose spending is noted.
        periods: into how many the horizon is cut.
    """

    study: Study
    calibration: Calibration
    baseline: Baseline
    tasks: Mapping[int, Task]
    cells: tuple[str, ...] = ()
    periods: int = 1

    def __call__(self, number: int) -> pd.DataFrame:
        """Columns arm, metric, value, replicate, cell ("" but for spending), period (0 but for spending)."""
        task = self.tasks[number]
        own = replace(self.study, arms=dict(task.arms), compare=(), control=next(iter(task.arms)))
        rows = [row for replicate in task.replicates for row in self._rows(own, replicate)]
        return pd.DataFrame(rows, columns=["arm", "metric", "value", "replicate", "cell", "period"])

    def _rows(self, own: Study, replicate: int) -> Iterator[tuple[str, str, float, int, str, int]]:
        """All numbers of one replication."""
        root = root_of(own, self.calibration, self.baseline, replicate)
        counted = at_risk(root)
        for name, model in arms_of(own, root):
            for metric, value in _numbers(model, counted).items():
                yield name, metric, value, replicate, "", 0
            for (cell, period), money in self._spending(model).items():
                yield name, SPENDING, money, replicate, cell, period

    def _spending(self, model: CustomerModel) -> dict[tuple[str, int], float]:
        """Money by cell and period, undiscounted."""
        sums: dict[tuple[str, int], float] = {}
        for week, page in enumerate(model.ledger.weeks):
            period = week * self.periods // self.study.weeks
            for name, money in page.items():
                cell = name.removeprefix(_LINE).partition(".")[0]
                if name.startswith(_LINE) and cell in self.cells:
                    sums[cell, period] = sums.get((cell, period), 0.0) + float(money.sum())
        return sums


def _numbers(model: CustomerModel, counted: Bool) -> dict[str, float]:
    numbers = numbers_of(model, counted)
    spent = sum(money for line, money in model.ledger.spent.items() if line != OWED)
    return {**numbers, "churn": 1 - numbers["retention"], SPENT: spent}
