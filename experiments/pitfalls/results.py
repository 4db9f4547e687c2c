"""What the comparison of pitfalls with their remedies leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from experiments.frames import load_frames, save_frames
from experiments.results import MetricInfo

_FRAMES = ("outcomes",)


@dataclass(frozen=True, eq=False)
class PitfallsResult:
    """All that table, figure and page need.

    Attributes:
        outcomes: arm, metric, value, replicate: one number per run at the horizon, see `experiments.horizon.measures`.
        pairs: name -> title, meaning, pitfall and remedy (arms), measure (a metric the pitfall is about).
        metrics: what each metric is.
        control: the arm that does nothing.
        replications: how many times each arm was run.
        customers: in one replication.
        weeks: the horizon.
        configuration: the resolved YAML.
        provenance: versions, seeds, machine, commit.
    """

    outcomes: pd.DataFrame
    pairs: Mapping[str, Mapping[str, str]]
    metrics: tuple[MetricInfo, ...]
    control: str
    replications: int
    customers: int
    weeks: int
    configuration: str
    provenance: Mapping[str, str]

    def info(self, metric: str) -> MetricInfo:
        """What a metric is."""
        return {info.name: info for info in self.metrics}[metric]


def save(result: PitfallsResult, folder: Path) -> None:
    """Write the result into a folder."""
    save_frames(result, _FRAMES, folder)


def load(folder: Path) -> PitfallsResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete result.
    """
    return load_frames(PitfallsResult, _FRAMES, folder)
