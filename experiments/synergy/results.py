"""What the study of synergy leaves behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pandas as pd

from experiments.frames import load_frames, save_frames
from experiments.results import MetricInfo

_FRAMES = ("outcomes",)


@dataclass(frozen=True, eq=False)
class SynergyResult:
    """All that table, heat map and page need.

    Attributes:
        outcomes: arm (`named` of its plays; the control's own name), metric, value, replicate: one number per run.
        plays: names of the plays.
        metrics: what each metric is.
        control: the arm that does nothing.
        replications: how many times each arm was run.
        customers: in one replication.
        weeks: the horizon.
        configuration: the resolved YAML.
        provenance: versions, seeds, machine, commit.
    """

    outcomes: pd.DataFrame
    plays: Sequence[str]
    metrics: tuple[MetricInfo, ...]
    control: str
    replications: int
    customers: int
    weeks: int
    configuration: str
    provenance: dict[str, str]

    def info(self, metric: str) -> MetricInfo:
        """What a metric is."""
        return {info.name: info for info in self.metrics}[metric]


def sets_of(plays: Sequence[str]) -> list[tuple[str, ...]]:
    """The sets of plays that are run: each alone, every two, all together.

    Example:
        >>> sets_of(["a", "b"])
        [('a',), ('b',), ('a', 'b')]
    """
    sets = [*combinations(plays, 1), *combinations(plays, 2), tuple(plays)]
    return list(dict.fromkeys(sets))


def named(plays: Iterable[str]) -> str:
    """The arm of a set of plays."""
    return " + ".join(plays)


def save(result: SynergyResult, folder: Path) -> None:
    """Write the result into a folder."""
    save_frames(result, _FRAMES, folder)


def load(folder: Path) -> SynergyResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete result.
    """
    return load_frames(SynergyResult, _FRAMES, folder)
