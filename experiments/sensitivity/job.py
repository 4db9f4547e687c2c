"""Sensitivity as a job: which assumptions matter, and which would change the decision."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pandas as pd
from rich.console import Console

from experiments.execution import Execution
from experiments.horizon import measures
from experiments.jobs import key_of_job, results_of
from experiments.provenance import population_name
from experiments.reporting.sensitivity import print_sensitivity, sensitivity_sheet
from experiments.reporting.sheet import write_sheet
from experiments.reporting.wording import count_of
from experiments.results import MetricInfo
from experiments.sensitivity.design import Design
from experiments.sensitivity.flips import Search
from experiments.sensitivity.results import METHODS, MORRIS, SensitivityResult, load, save
from experiments.sensitivity.task import Task
from experiments.space.factors import Factor, factors_from
from experiments.space.results import VALUE
from experiments.store import Store
from experiments.study import Study
from sim.errors import ParameterError
from sim.parameters import Parametric, param

_CONSOLE = Console(stderr=True, highlight=False)
_USUAL = ("mind.*",)


@dataclass(frozen=True)
class Sensitivity(Parametric):
    """Which assumptions matter, and which would change the decision? Morris, Sobol, or one at a time (tornado).

    Whatever the method, each factor is also moved alone over its range, all else at the study's values, until another
    arm wins. `replications` are those of these walks.

    Attributes:
        method: "tornado" for the walks alone, "morris" or "sobol" for a design that moves all factors beside them.
        factors: what is varied: ADDRESS, ADDRESS LOW..HIGH or ADDRESS A|B|C, with * and ?; empty for all of the mind.
        measure: what plans are ranked by, as in tables of results.
        arm: the plan whose difference from the control is looked at; empty for the best at the study's own values.
    """

    method: str = MORRIS
    factors: tuple[str, ...] = ()
    measure: str = VALUE
    arm: str = ""
    luck: bool = param(True, unit="1", doc="luck is a factor of the design too, beside the parameters")
    trajectories: int = param(10, unit="trajectories", low=2, high=10_000, doc="of a Morris design")
    base: int = param(64, unit="rows", low=4, high=2**20, doc="of a Sobol design before factors are exchanged")
    second_order: bool = param(False, unit="1", doc="Sobol indices of pairs too: twice the settings")
    repeats: int = param(1, unit="replications", low=1, high=1_000, doc="of each setting of the design")
    steps: int = param(2, unit="settings", low=1, high=100, doc="values tried up to each end of a factor's range")
    halvings: int = param(3, unit="settings", low=0, high=20, doc="how often the step that holds a flip is halved")
    most: int = param(5_000, unit="settings", low=1, high=10_000_000, doc="that may be run")
    pilot: int = param(
        4_000, unit="customers", low=100, high=10_000_000, doc="customers of the pilot that solves a setting's baseline"
    )
    pieces: ClassVar[str] = "settings and walks"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.method not in METHODS:
            raise ParameterError(
                f"job.method = {self.method!r} is not one of {', '.join(METHODS)}: choose 'morris' to screen many "
                f"factors, 'sobol' for shares of variance of a few, 'tornado' to move one at a time only."
            )
        if self.base & (self.base - 1):
            down = 2 ** (self.base.bit_length() - 1)
            raise ParameterError(
                f"job.base = {self.base} is no power of 2, which a Sobol sequence is balanced for: choose {down} or "
                f"{2 * down}."
            )

    def label(self, study: Study) -> str:
        """Market, method and number of factors."""
        return f"sensitivity-{population_name(study)}-{self.method}-{len(self.varied(study))}-factors"

    def tasks(self, study: Study) -> int:
        """Settings of the design, and a walk per factor."""
        factors = self.varied(study)
        return self.design.rows(len(factors)) + len(factors)

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Run the design and the walks, or find that they were; print what would flip the decision."""
        self.check(study)
        began, store, said = time.perf_counter(), Store(execution.root), self.size(study)
        _CONSOLE.print(said)
        folder = None if execution.fresh else store.find(key_of_job(self, study, configuration))
        if folder is None:
            task = self.task(study, store.root.absolute() / ".baselines")

            def write(pieces: Mapping[int, pd.DataFrame], folder: Path) -> None:
                _write(task.gathered(pieces, self.arm, configuration), folder)

            folder = results_of(self, study, execution, configuration, task.work, write)
        print_sensitivity(load(folder))
        _CONSOLE.print(f"Done in {time.perf_counter() - began:.1f} s.")
        print(f"Report: {folder / 'report.html'}")
        return folder

    def task(self, study: Study, folder: Path) -> Task:
        """What is to be run; solved baselines are kept in the folder."""
        factors, metric = self.varied(study), self.metric(study)
        return Task(study, factors, self.design, self.search, metric, self.repeats, self.pilot, folder)

    def check(self, study: Study) -> None:
        """Refuse what cannot be examined, before anything is run.

        Raises:
            ParameterError: says what is missing and how to mend it.
        """
        plans = [name for name in study.chosen if name != study.control]
        if study.control not in study.chosen or not plans:
            raise ParameterError(
                f"sensitivity of a decision needs the control '{study.control}' and a plan beside it; compare gives "
                f"{list(study.chosen)}: name both, e.g. compare='[{study.control},over_delivery]'."
            )
        if self.arm and self.arm not in plans:
            raise ParameterError(f"job.arm = '{self.arm}' is none of the plans that are run: choose one of {plans}.")
        if study.replications < 2:
            raise ParameterError(
                f"replications = {study.replications} gives no interval, so no flip can be told from luck: "
                f"choose 2 or more."
            )
        metric = self.metric(study)
        if not metric.better:
            raise ParameterError(
                f"job.measure = '{metric.name}' has no better direction, so no arm wins by it: choose e.g. value."
            )
        factors = self.varied(study)
        settings = self.design.rows(len(factors)) + len(factors) * self.search.most
        if settings > self.most:
            raise ParameterError(
                f"{self.size(study)} That is up to {settings:,} settings, more than job.most = {self.most:,}. Name "
                f"fewer job.factors, take fewer job.{'trajectories' if self.method == MORRIS else 'base'} or job.steps,"
                f" or allow it: job.most={settings}."
            )

    def varied(self, study: Study) -> tuple[Factor, ...]:
        """The factors, read.

        Raises:
            ParameterError: one is no parameter of this study, or its range cannot be.
        """
        return factors_from(self.factors or _USUAL, study)

    def metric(self, study: Study) -> MetricInfo:
        """What plans are ranked by.

        Raises:
            ParameterError: nothing is called so.
        """
        known = {info.name: info for info in measures(study.data.currency)}
        if self.measure not in known:
            raise ParameterError(f"job.measure = '{self.measure}' is not measured: choose one of {', '.join(known)}.")
        return known[self.measure]

    def size(self, study: Study) -> str:
        """How much there is to run, in words."""
        count = len(self.varied(study))
        return (
            f"{self.design.words(count, self.repeats)}{count_of(count, 'walk')} of at most {self.search.most} settings "
            f"x {count_of(study.replications, 'replication')}. {count_of(len(study.chosen), 'arm')}, "
            f"{study.population.size:,} customers."
        )

    @property
    def design(self) -> Design:
        """The settings beside the walks."""
        return Design(self.method, self.luck, self.trajectories, self.base, self.second_order)

    @property
    def search(self) -> Search:
        """How flips are looked for."""
        return Search(self.steps, self.halvings)


def _write(result: SensitivityResult, folder: Path) -> None:
    """Everything a run folder holds."""
    write_sheet(sensitivity_sheet(result), folder)
    (folder / "config.yaml").write_text(result.configuration, encoding="utf-8")
    save(result, folder)
