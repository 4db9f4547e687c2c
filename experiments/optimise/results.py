"""What an optimisation leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.frames import load_frames, save_frames
from experiments.optimise.front import nondominated
from experiments.results import MetricInfo

F64 = NDArray[np.float64]
SEARCHED, SELECTION, CONFIRMATION = "search", "selection", "confirmation"
CONTROL, BY_HAND, FOUND, AT_RANDOM = "control", "by hand", "found", "random search"
_FRAMES = ("trials", "decided", "contestants", "fresh", "spending")


@dataclass(frozen=True, eq=False)
class OptimiseResult:
    """All that tables, figures and page need.

    Attributes:
        trials: search, trial, feasible, broken (text), and for each goal `gain GOAL` (mean difference from the control
            under the luck of the search) and `error GOAL` (its standard error); `at NAME` is where it lies: a
            parameter's value, or the money of a cell.
        decided: arm, what, money, start, value: what each contestant does, a row for each cell of a split (money and
            first week) and for each parameter (value).
        contestants: arm, kind, trial (-1 for those made by hand), feasible, broken, and gains and errors as in
            `trials`.
        fresh: stage, arm, metric, value, replicate: under luck that the search never saw.
        spending: arm, cell, period, money: mean over fresh replications.
        goals: what was aimed at.
        constraints: metric, "at least" or "at most", and the bound of each.
        control: the arm that the others are compared with.
        chosen: the arm that was chosen; empty where there are several goals, or while none may be named.
        selection: how it was chosen: replications, confidence, indifference, and when each arm was dropped.
        metrics: what each metric is.
        budget: money to be split; 0 where none was.
        periods: into how many the horizon is cut.
        sampler: of the search.
        replications: of each trial.
        customers: in one replication.
        weeks: the horizon.
        configuration: the resolved YAML.
        provenance: versions, seeds, machine, commit.
    """

    trials: pd.DataFrame
    decided: pd.DataFrame
    contestants: pd.DataFrame
    fresh: pd.DataFrame
    spending: pd.DataFrame
    goals: Sequence[str]
    constraints: Sequence[tuple[str, str, float]]
    control: str
    chosen: str
    selection: Mapping[str, Any]
    metrics: tuple[MetricInfo, ...]
    budget: float
    periods: int
    sampler: str
    replications: int
    customers: int
    weeks: int
    configuration: str
    provenance: dict[str, str]

    def info(self, metric: str) -> MetricInfo:
        """What a metric is."""
        return {info.name: info for info in self.metrics}[metric]

    @property
    def arms(self) -> list[str]:
        """All contestants, the control first."""
        return [str(name) for name in self.contestants["arm"]]

    def kind(self, arm: str) -> str:
        """How a contestant came about."""
        return str(self.contestants.set_index("arm").at[arm, "kind"])

    def gain(self, arm: str, goal: str) -> float:
        """A contestant's mean difference from the control under the luck of the search."""
        return dict(zip(self.arms, self.contestants[f"gain {goal}"].astype(float), strict=True))[arm]

    def given(self, arm: str) -> dict[str, tuple[float, int]]:
        """Money and first week of each cell of a contestant that is a split."""
        own = self.decided[(self.decided["arm"] == arm) & self.decided["money"].notna()]
        rows = zip(own["what"], own["money"], own["start"], strict=True)
        return {str(cell): (float(money), int(start)) for cell, money, start in rows}

    def parameters(self, arm: str) -> dict[str, float]:
        """Parameters that were decided for a contestant, by address."""
        own = self.decided[(self.decided["arm"] == arm) & self.decided["value"].notna()]
        return {str(what): float(value) for what, value in zip(own["what"], own["value"], strict=True)}

    def values(self, arm: str, metric: str, stage: str = SELECTION) -> F64:
        """One metric of an arm under fresh luck, by replication [R]."""
        rows = self.fresh[
            (self.fresh["arm"] == arm) & (self.fresh["metric"] == metric) & (self.fresh["stage"] == stage)
        ]
        return rows.sort_values("replicate")["value"].to_numpy(np.float64)

    def difference(self, arm: str, other: str, metric: str, stage: str = SELECTION) -> F64:
        """An arm minus another under the same fresh luck, in the replications that both were run in [R]."""
        own, its = self.values(arm, metric, stage), self.values(other, metric, stage)
        both = min(len(own), len(its))  # who is dropped is dropped for good
        gaps: F64 = own[:both] - its[:both]
        return gaps

    def front(self) -> list[str]:
        """The feasible contestants that no other beats under fresh luck, by their means."""
        arms = [str(name) for name in self.contestants.loc[self.contestants["feasible"], "arm"]]
        signs = [self.info(goal).better for goal in self.goals]
        means = np.array(
            [
                [
                    self.difference(arm, self.control, goal).mean() * sign
                    for goal, sign in zip(self.goals, signs, strict=True)
                ]
                for arm in arms
            ]
        )
        return [arm for arm, free in zip(arms, nondominated(means), strict=True) if free]


def save(result: OptimiseResult, folder: Path) -> None:
    """Write the result into a folder."""
    save_frames(result, _FRAMES, folder)


def load(folder: Path) -> OptimiseResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete result.
    """
    return load_frames(OptimiseResult, _FRAMES, folder)
