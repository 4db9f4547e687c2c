"""The export as a job: one firm's records around a play, and the truth beside them."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from experiments.calibrated import Calibration, world_of
from experiments.execution import Execution
from experiments.export.assignment import ASSIGNMENTS, RANDOMISED
from experiments.export.dictionary import readme
from experiments.export.tables import customers_of, panel_of, truth_of
from experiments.export.worlds import Trial, Worlds
from experiments.horizon import replicated
from experiments.provenance import population_name, provenance
from experiments.replication import root_of
from experiments.study import Study
from sim.baseline import Baseline
from sim.crew import NoCrew
from sim.errors import ParameterError
from sim.network import NoNetwork
from sim.parameters import Parametric, param

TABLES = ("panel", "customers", "truth")

_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Export(Parametric):
    """The CRM panel a firm would have of a play, and beside it the truth: both potential outcomes of each customer.

    Attributes:
        arm: the play that is tried out, against the study's control.
        assignment: randomised (a field test), or targeted: those who look good on record, so that naive
            comparisons mislead.
    """

    arm: str = "over_delivery"
    assignment: str = RANDOMISED
    hold_out: float = param(0.5, unit="share", low=0.001, high=0.999, doc="of the customers that goes without the play")
    confounding: float = param(
        1.0, unit="log odds per sd", low=-10, high=10, doc="targeted: how much a good record raises the chance"
    )
    history: int = param(26, unit="weeks", low=1, high=2_599, doc="before the play starts; the rest of weeks follows")
    interference: bool = param(False, unit="1", doc="export even where customers influence each other")
    csv: bool = param(False, unit="1", doc="write CSV files beside the Parquet ones")
    pilot: int = param(
        20_000, unit="customers", low=100, high=10_000_000, doc="customers of the pilot that solves the baseline"
    )
    pieces: ClassVar[str] = "replications"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.assignment not in ASSIGNMENTS:
            raise ParameterError(
                f"job.assignment = '{self.assignment}' is unknown: write one of {', '.join(ASSIGNMENTS)}."
            )

    def label(self, study: Study) -> str:
        """Market, play and assignment."""
        return f"export-{population_name(study)}-{self.arm.replace('_', '-')}-{self.assignment}"

    def tasks(self, study: Study) -> int:
        """Replications."""
        return study.replications

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Let the firm live with and without the play, or find that it did; print where the data lie."""
        self.check(study)
        began = time.perf_counter()

        def write(pieces: Mapping[int, dict[str, Any]], folder: Path) -> None:
            self._write(study, pieces, configuration, folder)

        folder = replicated(self, study, execution, configuration, partial(_piece, self), write, self.pilot)
        about = json.loads((folder / "study.json").read_text(encoding="utf-8"))
        _CONSOLE.print(f"{study.replications} x 3 worlds in {time.perf_counter() - began:.1f} s.")
        print(*_said(about), f"Written: {folder}", sep="\n")
        return folder

    def check(self, study: Study) -> None:
        """Refuse what cannot be exported, before anything is run.

        Raises:
            ParameterError: says what is missing and how to mend it.
        """
        if self.arm not in study.arms or self.arm == study.control:
            raise ParameterError(
                f"job.arm = '{self.arm}' is no arm beside the control; there are {list(study.arms)}: name one of them, "
                f"or add it with +strategy@arms.{self.arm}=NAME."
            )
        if not hasattr(study.arms[self.arm], "targeting"):
            name = type(study.arms[self.arm]).__name__
            raise ParameterError(f"job.arm: {name} has no targeting, so nobody can be held out: choose another play.")
        if self.history >= study.weeks:
            raise ParameterError(
                f"job.history = {self.history} leaves no week for the play: weeks = {study.weeks}. Choose "
                f"weeks = {self.history + 1} or more, or a shorter history."
            )
        if not self.interference:
            _refuse_interference(study)

    def trial(self, study: Study) -> Trial:
        """How the play is tried out in a study."""
        return Trial(
            play=study.arms[self.arm], nothing=study.arms[study.control], history=self.history,
            weeks=study.weeks - self.history, assignment=self.assignment, share=1 - self.hold_out,
            strength=self.confounding,
        )  # fmt: skip

    def _write(self, study: Study, pieces: Mapping[int, dict[str, Any]], configuration: str, folder: Path) -> None:
        """Everything a folder holds; tables are written piece by piece."""
        consistent: list[pd.Series] = []
        effects: list[pd.DataFrame] = []
        writers: dict[str, pq.ParquetWriter] = {}
        try:
            for number, piece in pieces.items():
                for name in TABLES:
                    frame = piece[name].assign(replicate=number)
                    frame = frame[["replicate", *piece[name].columns]]
                    table = pa.Table.from_pandas(frame, preserve_index=False)
                    if name not in writers:
                        writers[name] = pq.ParquetWriter(folder / f"{name}.parquet", table.schema)
                    writers[name].write_table(table.cast(writers[name].schema))
                    if self.csv:
                        frame.to_csv(folder / f"{name}.csv", mode="a", index=False, header=number == 0)
                truth = piece["truth"]
                consistent.append(truth["consistent"])
                effects.append(truth[["assigned", "value", "value_effect", "left", "left_effect"]])
        finally:
            for writer in writers.values():
                writer.close()
        found = pd.concat(effects)
        about = self._about(study, float(pd.concat(consistent).mean()), found, configuration)
        (folder / "README.md").write_text(readme(about, world_of(study, Calibration(study.market))), encoding="utf-8")
        (folder / "config.yaml").write_text(configuration, encoding="utf-8")
        (folder / "study.json").write_text(json.dumps(about, indent=1), encoding="utf-8")

    def _about(self, study: Study, consistent: float, found: pd.DataFrame, configuration: str) -> dict[str, Any]:
        treated = found["assigned"]
        return {
            "arm": self.arm,
            "control": study.control,
            "assignment": self.assignment,
            "confounding": self.confounding,
            "hold_out": self.hold_out,
            "history": self.history,
            "weeks": study.weeks,
            "replications": study.replications,
            "customers": study.population.size,
            "exported": len(found),
            "assigned": float(treated.mean()),
            "consistent": consistent,
            "effect on value": float(found["value_effect"].mean()),
            "effect on leaving": float(found["left_effect"].mean()),
            "seen difference in value": float(found["value"][treated].mean() - found["value"][~treated].mean()),
            "standard error of the seen difference in value": _error(found["value"], treated),
            "seen difference in leaving": float(found["left"][treated].mean() - found["left"][~treated].mean()),
            "currency": study.data.currency,
            "configuration": configuration,
            "provenance": {**provenance(), "seeds": f"{study.seed_of(0)} to {study.seed_of(study.replications - 1)}"},
        }


def _piece(job: Export, study: Study, calibration: Calibration, baseline: Baseline, number: int) -> dict[str, Any]:
    """The tables of one replication."""
    worlds = Worlds(root_of(study, calibration, baseline, number), job.trial(study))
    return {"panel": panel_of(worlds), "customers": customers_of(worlds), "truth": truth_of(worlds)}


def _error(values: pd.Series, treated: pd.Series) -> float:
    """Standard error of a difference of two means; a side of one adds nothing to it."""
    parts = [side.var(ddof=1) / len(side) for side in (values[treated], values[~treated]) if len(side) > 1]
    return math.sqrt(sum(parts))


def _refuse_interference(study: Study) -> None:
    """Customers who influence each other have no potential outcomes of their own."""
    ways = {
        f"network={type(study.network).__name__}: customers talk": not isinstance(study.network, NoNetwork),
        f"crew={type(study.crew).__name__}: customers share staff": not isinstance(study.crew, NoCrew),
    }
    for way, there in ways.items():
        if there:
            raise ParameterError(
                f"{way}, so what becomes of one depends on who else is treated, and nobody has two potential outcomes "
                f"of their own. Choose network=no_network and crew=no_crew, or export all the same with "
                f"job.interference=true."
            )


def _said(about: Mapping[str, Any]) -> list[str]:
    """The true effect beside what a naive comparison sees."""
    unit, seen = about["currency"], about["seen difference in value"]
    error = about["standard error of the seen difference in value"]
    lines = [
        f"{about['exported']:,} customers on record at the launch, {about['assigned']:.0%} assigned to "
        f"'{about['arm']}' ({about['assignment']}).",
        f"Effect of the play on those customers: value {about['effect on value']:+.2f} {unit} each, "
        f"leaving {100 * about['effect on leaving']:+.2f} points.",
        f"Assigned less others, a naive comparison of what they lived: value {seen:+.2f} {unit} (se {error:.2f}), "
        f"leaving {100 * about['seen difference in leaving']:+.2f} points.",
    ]
    if about["consistent"] < 1:
        lines.append(
            f"Customers influence each other: {1 - about['consistent']:.1%} live neither of their two potential lives; "
            f"README.md says what that means."
        )
    return lines
