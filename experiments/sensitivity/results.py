"""What a sensitivity study leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.frames import load_frames, save_frames
from experiments.results import MetricInfo

TORNADO, MORRIS, SOBOL = METHODS = ("tornado", "morris", "sobol")
LUCK = "luck"  # the name of luck as a factor
_FRAMES = ("outcomes", "settings", "walks", "ranges", "leads", "flips", "indices", "pairs")


@dataclass(frozen=True, eq=False)
class SensitivityResult:
    """All that tables, figures and page need.

    Attributes:
        outcomes: setting, arm, metric, replicate, value: the runs of a Morris or Sobol design; none for a tornado.
        settings: setting, luck (number of the set of random numbers), and each factor's value by address.
        walks: factor, at (its value), arm, replicate, value: the measure along each factor, all else as in the study.
        ranges: factor, low, high, own (the study's value), unit, doc, source.
        leads: factor, at, rival, low, mean, high: the winner's lead over the arm that comes nearest, in the measure
            (turned so that more is better), with its paired 95% interval.
        flips: factor, side, may, flips, surely, rival: as `experiments.sensitivity.flips.Flip`, arms by name.
        indices: outcome (an arm: its difference from the control; the control: its level), factor, index, value, half.
        pairs: outcome, factor, other, value, half: second order, where it was asked for.
        metrics: what each metric is.
        method: tornado, morris or sobol.
        measure: what plans are ranked by.
        winner: the arm that is best at the study's own values.
        arm: the plan whose difference from the control is looked at.
        control: the arm the others are compared with.
        arms: all of them, the control first.
        replications: of each setting of a walk.
        repeats: replications of each setting of the design.
        customers: in one replication.
        weeks: the horizon.
        configuration: the resolved YAML.
        provenance: versions, seeds, machine, commit.
    """

    outcomes: pd.DataFrame
    settings: pd.DataFrame
    walks: pd.DataFrame
    ranges: pd.DataFrame
    leads: pd.DataFrame
    flips: pd.DataFrame
    indices: pd.DataFrame
    pairs: pd.DataFrame
    metrics: tuple[MetricInfo, ...]
    method: str
    measure: str
    winner: str
    arm: str
    control: str
    arms: list[str]
    replications: int
    repeats: int
    customers: int
    weeks: int
    configuration: str
    provenance: dict[str, str]

    @property
    def info(self) -> MetricInfo:
        """What the measure is."""
        return {info.name: info for info in self.metrics}[self.measure]

    @cached_property
    def factors(self) -> list[str]:
        """The addresses of what is varied."""
        return [str(name) for name in self.ranges["factor"]]


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """A frame's rows, with its columns as attributes."""
    return iter(frame.itertuples(index=False))


def save(result: SensitivityResult, folder: Path) -> None:
    """Write the result into a folder."""
    save_frames(result, _FRAMES, folder)


def load(folder: Path) -> SensitivityResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete result.
    """
    return load_frames(SensitivityResult, _FRAMES, folder)
