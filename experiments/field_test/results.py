"""What a field test leaves behind: every estimate the firm would have made, beside the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from experiments.frames import load_frames, save_frames
from experiments.results import MetricInfo

_FRAMES = ("estimates",)


@dataclass(frozen=True, eq=False)
class FieldTestResult:
    """All that table, figure and page need.

    Attributes:
        estimates: design, metric, replicate, estimate, low, high (the firm's own 95% interval; NaN where there was too
            little to compare), truth, treated, compared (customers behind the two means).
        designs: name -> title, meaning.
        metrics: what each metric is.
        play: the arm that is evaluated.
        replications: how many times the firm evaluated.
        customers: in one replication.
        weeks: of the test; as many came before it.
        configuration: the resolved YAML.
        provenance: versions, seeds, machine, commit.
    """

    estimates: pd.DataFrame
    designs: Mapping[str, Mapping[str, str]]
    metrics: tuple[MetricInfo, ...]
    play: str
    replications: int
    customers: int
    weeks: int
    configuration: str
    provenance: Mapping[str, str]

    def info(self, metric: str) -> MetricInfo:
        """What a metric is."""
        return {info.name: info for info in self.metrics}[metric]


def save(result: FieldTestResult, folder: Path) -> None:
    """Write the result into a folder."""
    save_frames(result, _FRAMES, folder)


def load(folder: Path) -> FieldTestResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete result.
    """
    return load_frames(FieldTestResult, _FRAMES, folder)
