"""Everything from a notebook: a study that runs itself, and what it finds.

`Study({"nothing": Nothing(), "over_delivery": OverDelivery()}).run().compare(versus="nothing").table()`.
"""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import pandas as pd
from matplotlib.figure import Figure

from experiments import study
from experiments.build import build as built
from experiments.build import compose, described, execution_of, job_of
from experiments.execution import Execution
from experiments.jobs import Job
from experiments.main_job import Compare
from experiments.reporting.compare import comparison_table, worded_table
from experiments.reporting.metric_figure import effects_figure, weeks_figure
from experiments.reporting.paired import by_replication, differences
from experiments.reporting.verdict import answers
from experiments.results import StudyResult, load
from sim.errors import StoreError


@dataclass(frozen=True)
class Study(study.Study):
    """A study that runs itself; its fields are those of `experiments.study.Study`.

    Example:
        >>> from strategies import Nothing, OverDelivery
        >>> Study({"nothing": Nothing(), "over_delivery": OverDelivery()}).replications
        20
        >>> Study.of("experiment=contract", "weeks=53").weeks
        53
    """

    @classmethod
    def of(cls, *overrides: str, plugins: Sequence[str] = ()) -> Self:
        """A study as the command line writes it: `Study.of("mind=habit", "population.size=2000")`.

        Raises:
            ConfigError: names the override, what is allowed and the mend.
        """
        made = built(compose(overrides, plugins=plugins), plugins)
        return cls(**{field.name: getattr(made, field.name) for field in fields(made)})

    def run(self, execution: Execution | None = None) -> Compared:
        """Compare its arms, or find that they were compared; the command line finds the same results.

        Args:
            execution: where and on how many cores; results go to "runs" if none is given.

        Raises:
            CxlabError: the study, its log or the folder does not do; says what to mend.
        """
        return Compared(self._folder(Compare(), execution))

    def do(self, job: Job, execution: Execution | None = None) -> Found:
        """Do something else with it, e.g. `experiments.sweep.job.Sweep(...)`; else as `run`."""
        folder = self._folder(job, execution)
        return Compared(folder) if isinstance(job, Compare) else Found(folder)

    def _folder(self, job: Job, execution: Execution | None) -> Path:
        with contextlib.redirect_stdout(io.StringIO()):
            return job.run(self, execution or Execution(), described(self, job))


def experiment(*overrides: str, plugins: Sequence[str] = ()) -> Found:
    """Run what the command line would: `experiment("experiment=sweep", "replications=4")`.

    Raises:
        CxlabError: as `cxlab run`.
    """
    config = compose(overrides, plugins=plugins)
    return Study.of(*overrides, plugins=plugins).do(job_of(config, plugins), execution_of(config))


class Found:
    """What an experiment left behind.

    Attributes:
        folder: where it is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def report(self) -> Path:
        """The page to open in a browser."""
        return self.folder / "report.html"

    @property
    def summary(self) -> pd.DataFrame:
        """The answers at the head of the report: question, answer.

        Raises:
            StoreError: the report has none.
        """
        path = self.folder / "answers.json"
        if not path.is_file():
            raise StoreError(f"{self.folder} has no answers in short: open {self.report}, or see `to_frame`.")
        return pd.read_json(path, orient="records")

    @property
    def frames(self) -> tuple[str, ...]:
        """Names of the frames there are."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.parquet")))

    def to_frame(self, name: str = "outcomes") -> pd.DataFrame:
        """One of the frames, tidy.

        Raises:
            StoreError: there is no such frame.
        """
        if name not in self.frames:
            raise StoreError(f"{self.folder} has no frame '{name}': choose one of {', '.join(self.frames)}.")
        return pd.read_parquet(self.folder / f"{name}.parquet", engine="pyarrow")

    def save(self, folder: Path | str) -> Path:
        """Copy report, figures, frames and configuration into a new folder.

        Raises:
            StoreError: the folder is there already, or cannot be written.
        """
        target = Path(folder).expanduser()
        if target.exists():
            raise StoreError(f"{target} is there already: choose a new folder, nothing is overwritten.")
        try:
            return Path(shutil.copytree(self.folder, target))
        except OSError as error:
            shutil.rmtree(target, ignore_errors=True)
            raise StoreError(f"cannot write to {target}: {error}. Choose a folder you may write to.") from error


class Compared(Found):
    """What a comparison of arms found."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.result: StudyResult = load(folder)

    @property
    def summary(self) -> pd.DataFrame:
        """Each arm's mean at the horizon: one row per arm, one column per metric; shares 0-1, money per customer."""
        means = by_replication(self.result).groupby(level="metric", sort=False).mean()
        return means.T.rename_axis("arm")

    @property
    def answers(self) -> pd.DataFrame:
        """Which plan wins, by how much, for whom, at what cost, how sure: question, answer."""
        return pd.DataFrame(answers(self.result), columns=["question", "answer"])

    def compare(self, versus: str | None = None, segment: str = "all") -> Comparison:
        """All arms against one of them, replication by replication under the same luck.

        Args:
            versus: the arm to compare with; the study's control if none is given.
            segment: of which customers.

        Raises:
            ParameterError: the study has no such arm or segment.
        """
        return Comparison(self.result, versus or self.result.control, segment)

    def plot(self, metric: str = "active") -> Figure:
        """One metric over the weeks, a line per arm with the 95% band of its mean.

        Raises:
            ParameterError: the study does not hold it by week; names those it does.
        """
        return weeks_figure(self.result, metric)


class Comparison:
    """Paired differences of all arms from one of them.

    Args:
        result: the study.
        versus: the arm compared with.
        segment: of which customers.
    """

    def __init__(self, result: StudyResult, versus: str, segment: str = "all") -> None:
        self.result, self.versus, self.segment = result, versus, segment
        self._long = differences(result, segment, versus)

    @property
    def summary(self) -> pd.DataFrame:
        """Mean and 95% interval: a row per arm, columns (metric, mean | low | high)."""
        return comparison_table(self.result, self.segment, self.versus)

    def table(self) -> pd.DataFrame:
        """The same in words, with units: "+2.21 (+2.13 to +2.29)"; a row per metric, a column per arm."""
        return worded_table(self.result, self.segment, self.versus)

    def frame(self) -> pd.DataFrame:
        """All statistics, tidy: see `experiments.reporting.paired.differences`."""
        return self._long.copy()

    to_frame = frame

    def plot(self, metric: str = "value") -> Figure:
        """One metric: each arm's difference with its own 95% interval and the one that holds for all arms at once.

        Raises:
            ParameterError: the comparison does not hold the metric; names those it does.
        """
        return effects_figure(self.result, metric, self.segment, self.versus)

    def save(self, path: Path | str) -> Path:
        """Write `frame` as CSV or Parquet, by the ending of the name.

        Raises:
            StoreError: another ending, or the file cannot be written.
        """
        target = Path(path).expanduser()
        writers: dict[str, Any] = {".csv": self._long.to_csv, ".parquet": self._long.to_parquet}
        if target.suffix not in writers:
            raise StoreError(f"cannot write {target}: end the name with .csv or .parquet.")
        try:
            writers[target.suffix](target, index=False)
        except OSError as error:
            raise StoreError(f"cannot write {target}: {error}. Choose a folder you may write to.") from error
        return target

    def _repr_html_(self) -> str:
        return str(self.table().to_html())
