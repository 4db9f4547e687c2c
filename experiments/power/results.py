"""What a pilot leaves behind, and what it says of the study that is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from experiments.frames import load_frames, save_frames
from experiments.inference.intervals import F64, Interval, paired_t
from experiments.inference.power import (
    customers_needed,
    difference_shown,
    power_of,
    replications_needed,
    spread_interval,
)  # fmt: skip
from experiments.results import MetricInfo

_FRAMES = ("outcomes",)


@dataclass(frozen=True)
class Need:
    """What it takes to show a difference between a plan and the control.

    Attributes:
        found: the pilot's own difference.
        spread: standard deviation of a replication's paired difference, its chi-square interval as bounds.
        replications: needed of the study's customers; its bounds those of the spread.
        customers: needed in each of the study's replications; its bounds those of the spread.
        power: of the study as it is planned.
        shown: the smallest difference that the study as it is planned shows.
    """

    found: Interval
    spread: Interval
    replications: Interval
    customers: Interval
    power: float
    shown: float

    @property
    def is_nil(self) -> bool:
        """Whether the plan never differed from the control at all: there is nothing to be shown."""
        return self.spread.mean == 0 and self.found.mean == 0


@dataclass(frozen=True, eq=False)
class PowerResult:
    """All that table, figure and page need.

    Attributes:
        outcomes: arm, metric, value, replicate: one number per run of the pilot.
        differences: that are to be shown, by metric, in the metric's unit.
        metrics: what each of them is.
        control: the arm the others are compared with.
        level: of the intervals, 1 - alpha of the test.
        power: with which differences are to be found.
        pilot_replications: that were run.
        replications: that the study plans.
        customers: in one replication.
        weeks: the horizon.
        coupled: what ties customers together, in words.
        configuration: the resolved YAML.
        provenance: versions, seeds, machine, commit.
    """

    outcomes: pd.DataFrame
    differences: Mapping[str, float]
    metrics: tuple[MetricInfo, ...]
    control: str
    level: float
    power: float
    pilot_replications: int
    replications: int
    customers: int
    weeks: int
    coupled: Sequence[str]
    configuration: str
    provenance: dict[str, str]

    @property
    def plans(self) -> list[str]:
        """The arms but the control."""
        return [str(name) for name in self.outcomes["arm"].unique() if name != self.control]

    def info(self, metric: str) -> MetricInfo:
        """What a metric is."""
        return {info.name: info for info in self.metrics}[metric]


@lru_cache(maxsize=16)
def needs_of(result: PowerResult) -> dict[str, dict[str, Need]]:
    """What it takes, by metric and plan."""
    return {metric: {plan: _need(result, metric, plan) for plan in result.plans} for metric in result.differences}


def save(result: PowerResult, folder: Path) -> None:
    """Write the result into a folder."""
    save_frames(result, _FRAMES, folder)


def load(folder: Path) -> PowerResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete result.
    """
    return load_frames(PowerResult, _FRAMES, folder)


def _need(result: PowerResult, metric: str, plan: str) -> Need:
    difference, planned, level = result.differences[metric], result.replications, result.level
    found = paired_t(_values(result, metric, plan) - _values(result, metric, result.control), level)
    sd = found.standard_error * found.count**0.5
    spreads = (sd, *spread_interval(sd, found.count, level))
    runs = [float(replications_needed(one, difference, level, result.power)) for one in spreads]
    heads = [
        float(customers_needed(one, result.customers, planned, difference, level, result.power)) for one in spreads
    ]
    return Need(
        found=found,
        spread=Interval(sd, low=spreads[1], high=spreads[2], count=found.count),
        replications=Interval(runs[0], low=runs[1], high=runs[2]),
        customers=Interval(heads[0], low=heads[1], high=heads[2]),
        power=power_of(sd, difference, planned, level),
        shown=difference_shown(sd, planned, level, result.power),
    )


def _values(result: PowerResult, metric: str, arm: str) -> F64:
    rows = result.outcomes[(result.outcomes["arm"] == arm) & (result.outcomes["metric"] == metric)]
    return rows.sort_values("replicate")["value"].to_numpy(float)
