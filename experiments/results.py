"""What a study leaves behind: tidy frames, the calibration, the configuration and its provenance."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.weeks import Weeks
from sim.errors import StoreError

ALL = "all"  # the segment that holds everybody
FATES = ("saved", "made_worse", "stayed_anyway", "lost_anyway", "untouched", "won_back")
OWED = "points still owed"  # the line of the ledger for what outstanding points cost after the horizon
NEW = {"new: referred": "new by referral", "new: organic": "new, organic"}  # arrivals after the fork, by source
SUMS = (
    "cost: ",
    "left: ",
    "new: ",
    "discounts",
    "premiums",
    "came_back",
    "back_again",
)  # metrics of these kinds are 0 in an arm that does not hold them
AGAINST = ("spillover: ", "budget_use")  # metrics that the control has none of
STOPPED = "stopping rule"  # the entry of the provenance that says why there are so many replications
_FRAMES = ("outcomes", "fates", "stories", "kinds", "journal")
_ABOUT = "study.json"


@dataclass(frozen=True)
class MetricInfo:
    """What a metric is called, measured in and hoped to do.

    Args:
        name: its key in the frames.
        unit: "share" (0-1, printed as a percentage), or the unit as it should be read.
        better: +1 if more is better, -1 if less is better, 0 if neither.
        label: its name in tables and figures.
    """

    name: str
    unit: str
    better: int
    label: str


@dataclass(frozen=True)
class Estimate:
    """One line of the calibration table: an estimate, its standard error (NaN: has none) and what it means."""

    value: float
    standard_error: float = math.nan
    meaning: str = ""


@dataclass(frozen=True, eq=False)
class StudyResult:
    """Everything comparison, figures and report need, and nothing else.

    Args:
        weeks: arm, replicate, week (0 = fork), segment (a name or "all"), metric, value; read a metric at a time, from
            the folder that the study was loaded from. Sums over the segment's customers for active, left, purchases,
            revenue, margin, cost, profit and discounted_profit; means over its active customers else.
        outcomes: arm, replicate, segment, metric, value: one number per run at the horizon. Money is discounted and per
            initial customer; `left: REASON`, `new: SOURCE`, came_back and back_again count customers.
        fates: arm, replicate, segment, fate (one of `FATES`), customers: against the control, under this coupling.
        stories: story, title, arm, week, event, expectation, quality, satisfaction, trust, valence, treated (bool),
            bought (purchases), left (bool). States are those at the end of the week; quality is NaN if none was met.
        metrics: what each metric in `weeks` and `outcomes` is.
        control: the arm that all others are compared with.
        calibration: name of a parameter or fit measure -> its estimate.
        configuration: the resolved YAML.
        provenance: seeds, versions, data, commit: what it takes to do this again.
        currency: ISO code of all money.
        kinds: arm, week, classification, before, after, customers: who became what kind of customer, in replication 0,
            under the control and the plan that does best.
        journal: arm, week, note, replicate, replications, first, last: what plays had to say, in the first replication
            that says it; how many replications say the same but for its numbers, and between which weeks.
    """

    weeks: Weeks
    outcomes: pd.DataFrame
    fates: pd.DataFrame
    stories: pd.DataFrame
    metrics: tuple[MetricInfo, ...]
    control: str
    calibration: Mapping[str, Estimate]
    configuration: str
    provenance: Mapping[str, str]
    currency: str
    kinds: pd.DataFrame = field(default_factory=pd.DataFrame)
    journal: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def arms(self) -> tuple[str, ...]:
        """All arms, the control first, the others in the order of the study."""
        names = [str(name) for name in self.outcomes["arm"].unique()]
        return tuple(sorted(names, key=lambda name: name != self.control))

    @property
    def plans(self) -> tuple[str, ...]:
        """The arms that can be compared with the control; empty if it was not run."""
        return self.arms[1:] if self.control in self.arms else ()

    @property
    def replications(self) -> int:
        """How many times each arm was run."""
        return int(self.outcomes["replicate"].nunique())

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments by name, without "all"."""
        return tuple(str(name) for name in self.outcomes["segment"].unique() if name != ALL)

    def info(self, metric: str) -> MetricInfo:
        """What a metric is; its bare name if the study does not say."""
        known = {info.name: info for info in self.metrics}
        return known.get(metric, MetricInfo(metric, "", 0, metric.replace("_", " ").capitalize()))


def save(result: StudyResult, folder: Path) -> None:
    """Write the frames as Parquet and the rest as JSON; the JSON comes last and marks the folder complete.

    Raises:
        StoreError: the folder cannot be written.
    """
    about = {field: value for field, value in vars(result).items() if field not in ("weeks", *_FRAMES)}
    about["metrics"] = [asdict(info) for info in result.metrics]
    about["calibration"] = {
        name: asdict(line) | {"standard_error": None if math.isnan(line.standard_error) else line.standard_error}
        for name, line in result.calibration.items()
    }
    about["provenance"] = dict(result.provenance)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _ABOUT).unlink(missing_ok=True)
        result.weeks.write(folder / "weeks.parquet")
        for name in _FRAMES:
            getattr(result, name).to_parquet(folder / f"{name}.parquet", engine="pyarrow", index=False)
        (folder / _ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write results to {folder}: {error}. Choose a folder you may write to.") from error


def load(folder: Path) -> StudyResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete study.
    """
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        frames = {name: pd.read_parquet(folder / f"{name}.parquet", engine="pyarrow") for name in _FRAMES}
        weeks = Weeks(folder / "weeks.parquet")
    except (OSError, ValueError) as error:
        raise StoreError(f"{folder} holds no complete study: {error}. Run the study again.") from error
    about["metrics"] = tuple(MetricInfo(**info) for info in about["metrics"])
    about["calibration"] = {
        name: Estimate(
            line["value"], math.nan if line["standard_error"] is None else line["standard_error"], line["meaning"]
        )
        for name, line in about["calibration"].items()
    }
    fields: dict[str, Any] = {**about, **frames, "weeks": weeks}
    return StudyResult(**fields)
