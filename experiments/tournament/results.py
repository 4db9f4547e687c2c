"""What a tournament leaves behind: weekly responses, effects on single customers, and what separates whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.results import MetricInfo
from sim.errors import StoreError

_FRAMES = ("responses", "effects", "separations")
_ABOUT = "study.json"

OBSERVABLE = ("churn", "uses", "complaints", "word_of_mouth", "survey")  # what a firm can see, or ask for


@dataclass(frozen=True, eq=False)
class TournamentResult:
    """All that tables, figures and page need.

    Attributes:
        responses: mind, situation, replicate, week, metric, level, difference (from the same mind's steady run, same
            customers and luck). A theory without trust has no row for it.
        effects: mind, situation, replicate, measure, moment, week, level, difference, spread: means over customers by
            the end of a moment, and the standard deviation between customers.
        separations: first, second, situation, measure, moment, week, observable, response_first, response_second,
            difference, low, high (simultaneous 95% interval), effect, at_least (effect at the nearer end, 0 if the
            interval holds zero), needed, at_most (customers per group), kind.
        families: mind -> what carries loyalty in it.
        situations: name -> title, meaning and onset, the steady one first.
        metrics: what each metric or measure is.
        replications: how many times each mind met each situation.
        customers: in one replication.
        weeks: the horizon.
        currency: ISO code of all money.
        configuration: the resolved YAML.
        provenance: versions, seeds, machine, commit.
    """

    responses: pd.DataFrame
    effects: pd.DataFrame
    separations: pd.DataFrame
    families: Mapping[str, str]
    situations: Mapping[str, Mapping[str, Any]]
    metrics: tuple[MetricInfo, ...]
    replications: int
    customers: int
    weeks: int
    currency: str
    configuration: str
    provenance: Mapping[str, str]

    @property
    def minds(self) -> tuple[str, ...]:
        """The minds, in the order of the configuration."""
        return tuple(self.families)

    @property
    def shocks(self) -> tuple[str, ...]:
        """The situations without the steady one."""
        return tuple(self.situations)[1:]

    def title(self, situation: str) -> str:
        """What a situation is called."""
        return str(self.situations[situation]["title"])

    def info(self, metric: str) -> MetricInfo:
        """What a metric or measure is; its bare name if nobody says."""
        known = {info.name: info for info in self.metrics}
        return known.get(metric, MetricInfo(metric, "", 0, metric.replace("_", " ").capitalize()))


def save(result: TournamentResult, folder: Path) -> None:
    """Write the frames as Parquet and the rest as JSON; the JSON comes last and marks the folder complete."""
    about = {name: value for name, value in vars(result).items() if name not in _FRAMES}
    about["metrics"] = [asdict(info) for info in result.metrics]
    for name in _FRAMES:
        getattr(result, name).to_parquet(folder / f"{name}.parquet", engine="pyarrow", index=False)
    (folder / _ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def load(folder: Path) -> TournamentResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete tournament.
    """
    try:
        about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        about |= {name: pd.read_parquet(folder / f"{name}.parquet", engine="pyarrow") for name in _FRAMES}
        about["metrics"] = tuple(MetricInfo(**info) for info in about["metrics"])
        return TournamentResult(**about)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(f"{folder} holds no complete tournament: {error}. Run it again.") from error
