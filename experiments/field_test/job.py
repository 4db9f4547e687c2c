"""The field test as a job: the firm evaluates a play by several designs, again and again, beside the truth."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import pandas as pd
from rich.console import Console

from experiments.calibrated import Calibration
from experiments.execution import Execution
from experiments.field_test.designs import METRICS, Design, held_out, metric_infos, truths, usual_designs
from experiments.field_test.results import FieldTestResult, load, save
from experiments.field_test.worlds import Worlds
from experiments.horizon import prepared
from experiments.jobs import key_of_job, results_of
from experiments.provenance import population_name, provenance
from experiments.replication import root_of
from experiments.reporting.field_test import field_test_sheet, print_field_test
from experiments.reporting.sheet import write_sheet
from experiments.store import Store
from experiments.study import Study
from sim.baseline import Baseline
from sim.errors import ParameterError
from sim.network import Network, WattsStrogatz
from sim.parameters import ASSUMED, Parametric, param

type Room = tuple[Study, Calibration, Baseline]

_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class FieldTest(Parametric):
    """How far are a firm's own evaluations from the truth? A/B tests, before and after, members and others.

    The first half of the weeks is history, the second half the test.

    Attributes:
        play: the arm that is evaluated, against the study's control.
        among: names of the designs: ab_test, small_ab_test, spillover, before_after, members; empty for all.
        network: who talks to whom in the spillover design.
    """

    play: str = "reward_program"
    among: tuple[str, ...] = ()
    network: Network = field(default_factory=WattsStrogatz)
    hold_out: float = param(0.5, unit="share", low=0, high=1, doc="of a test that goes without the play")
    sample: int = param(0, unit="customers", low=0, high=20_000_000, doc="in a test; 0 for all on record")
    small: int = param(300, unit="customers", low=1, high=20_000_000, doc="in the small test", source=ASSUMED)
    recent: int = param(
        13, unit="weeks", low=1, high=520, doc="a customer bought within, where leaving is not seen", source=ASSUMED
    )
    pilot: int = param(
        20_000, unit="customers", low=100, high=10_000_000, doc="customers of the pilot that solves a baseline"
    )
    pieces: ClassVar[str] = "replications"

    def __post_init__(self) -> None:
        super().__post_init__()
        known = usual_designs(self.hold_out, self.sample, self.small)
        for name in self.among:
            if name not in known:
                raise ParameterError(
                    f"job.among = {list(self.among)} names unknown design '{name}'; there are {', '.join(known)}."
                )
        if self.hold_out in (0, 1):
            nobody = "held out" if self.hold_out == 0 else "treated"
            raise ParameterError(
                f"job.hold_out = {self.hold_out:g} leaves nobody {nobody}, so there is nothing to compare with: choose "
                f"a share between 0 and 1."
            )

    @property
    def designs(self) -> dict[str, Design]:
        """The designs that take part, by name."""
        known = usual_designs(self.hold_out, self.sample, self.small)
        return {name: known[name] for name in self.among or known}

    def label(self, study: Study) -> str:
        """Market, play and designs."""
        return f"field-test-{population_name(study)}-{self.play.replace('_', '-')}-{len(self.designs)}-designs"

    def tasks(self, study: Study) -> int:
        """Replications."""
        return study.replications

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Evaluate by all designs, or find that it was done; print how far each is from the truth."""
        self.check(study)
        began, store = time.perf_counter(), Store(execution.root)
        folder = None if execution.fresh else store.find(key_of_job(self, study, configuration))
        if folder is None:
            rooms = self._rooms(study, store.root / ".baselines")

            def write(pieces: Mapping[int, pd.DataFrame], folder: Path) -> None:
                _write(self._gathered(study, pieces, configuration), folder)

            work = partial(fieldwork, self, rooms)
            folder = results_of(self, study, execution, configuration, work, write, ("replications",))
        print_field_test(load(folder))
        said = f"{len(self.designs)} designs x {study.replications} replications"
        _CONSOLE.print(f"{said} in {time.perf_counter() - began:.1f} s.")
        print(f"Report: {folder / 'report.html'}")
        return folder

    def check(self, study: Study) -> None:
        """Refuse what cannot be evaluated, before anything is run.

        Raises:
            ParameterError: says what is missing and how to mend it.
        """
        if self.play not in study.arms or self.play == study.control:
            raise ParameterError(
                f"job.play = '{self.play}' is no arm beside the control; there are {list(study.arms)}: name one of "
                f"them, or add it with +strategy@arms.{self.play}=NAME."
            )
        if study.weeks < 2 or study.weeks % 2:
            raise ParameterError(
                f"weeks = {study.weeks}: half of them are history, half the test. Choose an even number."
            )
        if study.replications < 2:
            raise ParameterError(
                f"replications = {study.replications} show no bias and no power: choose 2 or more, better 50."
            )
        for name, design in self.designs.items():
            sample, size = getattr(design, "sample", None), study.population.size
            if sample is None:
                continue
            if sample > size:
                where = "job.small" if name == "small_ab_test" else "job.sample"
                raise ParameterError(
                    f"{where} = {sample:,} is more than the {size:,} customers there are: choose at most "
                    f"{size:,}, or a larger population.size."
                )
            held_out(f"{design.title} (job.sample, job.small)", self.hold_out, sample or size)

    def _rooms(self, study: Study, folder: Path) -> dict[bool, Room]:
        """The study as it is, and where friends talk, each with its own baseline; only those that are needed."""
        rooms = {}
        for talks in dict.fromkeys(design.talks for design in self.designs.values()):
            own = replace(study, network=self.network) if talks else study
            calibration, baseline = prepared(own, folder, self.pilot)
            rooms[talks] = (own, calibration, baseline)
        return rooms

    def _gathered(self, study: Study, pieces: Mapping[int, pd.DataFrame], configuration: str) -> FieldTestResult:
        seeds = f"{study.seed_of(0)} to {study.seed_of(study.replications - 1)}"
        return FieldTestResult(
            estimates=pd.concat(pieces.values(), ignore_index=True),
            designs={name: {"title": one.title, "meaning": one.meaning} for name, one in self.designs.items()},
            metrics=metric_infos(study.data.currency),
            play=self.play,
            replications=study.replications,
            customers=study.population.size,
            weeks=study.weeks // 2,
            configuration=configuration,
            provenance={**provenance(), "seeds": seeds},
        )


def fieldwork(job: FieldTest, rooms: Mapping[bool, Room], number: int) -> pd.DataFrame:
    """One replication: each design's estimates with the truth for whom they are meant to speak."""
    rows, worlds = [], {}
    for talks, (study, calibration, baseline) in rooms.items():
        root = root_of(study, calibration, baseline, number)
        nothing, play = study.arms[study.control], study.arms[job.play]
        worlds[talks] = Worlds(root, play, nothing, study.weeks // 2, job.recent)
    for name, design in job.designs.items():
        found, whom = design.evaluate(worlds[design.talks])
        true = truths(worlds[design.talks], whom)
        rows += [
            (name, metric, one.mean, one.low, one.high, true[metric], one.treated, one.compared)
            for metric, one in ((metric, found[metric]) for metric in METRICS)
        ]
    columns = ["design", "metric", "estimate", "low", "high", "truth", "treated", "compared"]
    return pd.DataFrame(rows, columns=columns).assign(replicate=number)


def _write(result: FieldTestResult, folder: Path) -> None:
    """Everything a run folder holds."""
    write_sheet(field_test_sheet(result), folder)
    (folder / "config.yaml").write_text(result.configuration, encoding="utf-8")
    save(result, folder)
