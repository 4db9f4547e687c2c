"""The value of information as a job: all arms in every setting of an ensemble, and what would change the decision."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import ClassVar

import pandas as pd
from rich.console import Console

from experiments.calibrated import calibrate
from experiments.execution import Execution
from experiments.horizon import measures
from experiments.inference.information import perfect_noisy
from experiments.information.analysis import curves, known_parameters
from experiments.information.fieldwork import Fieldwork
from experiments.information.investigations import Investigation
from experiments.information.results import InformationResult, load, save
from experiments.jobs import key_of_job
from experiments.provenance import population_name, provenance
from experiments.reporting.information import information_sheet, print_information
from experiments.reporting.sheet import write_sheet
from experiments.space.ensemble import ensemble
from experiments.space.factors import factors_from
from experiments.space.points import Setting, run_settings
from experiments.space.results import VALUE, Outcomes
from experiments.store import Store
from experiments.study import Study
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param

GOALS = (VALUE, "profit")  # money that a decision can be judged by
_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Information(Parametric):
    """What is it worth to know more before deciding? Perfect, partial and sample information over an ensemble.

    The decision is which of the study's arms to take. Every setting of the ensemble has luck of its own, shared by all
    of its arms, so that luck averages out over settings.

    Attributes:
        factors: what is not known, as `ADDRESS` or `ADDRESS LOW..HIGH`; what was fitted to a log is added by itself.
        investigations: ways to find out more, by name.
        metric: what the decision is judged by: value or profit.
    """

    factors: tuple[str, ...] = ()
    investigations: Mapping[str, Investigation] = field(default_factory=dict)
    metric: str = VALUE
    draws: int = param(150, unit="settings", low=20, high=100_000, doc="how many settings the ensemble has")
    customers: int = param(
        10_000, unit="customers", low=1, high=1_000_000_000, doc="for whom the decision is made", source=ASSUMED
    )
    pilot: int = param(
        20_000, unit="customers", low=100, high=10_000_000, doc="customers of the pilot that solves a baseline"
    )
    pieces: ClassVar[str] = "settings"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.metric not in GOALS:
            raise ParameterError(f"job.metric = '{self.metric}' is none of {', '.join(GOALS)}: choose one of them.")

    def label(self, study: Study) -> str:
        """Market and arms."""
        return f"information-{population_name(study)}-{len(study.chosen)}-arms"

    def tasks(self, study: Study) -> int:
        """Settings."""
        return self.draws

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Run all arms in all settings, or find that they were; print what is worth knowing."""
        self.check(study)
        began = time.perf_counter()
        folder = None if execution.fresh else Store(execution.root).find(key_of_job(self, study, configuration))
        if folder is None:
            folder = self._run(study, execution, configuration)
        print_information(load(folder))
        said = f"{len(study.chosen)} arms x {self.draws} settings x {study.replications} replications"
        _CONSOLE.print(f"{said} in {time.perf_counter() - began:.1f} s.")
        print(f"Report: {folder / 'report.html'}")
        return folder

    def check(self, study: Study) -> None:
        """Refuse what nothing can be said of, before anything is run.

        Raises:
            ParameterError: says what is missing and how to mend it.
        """
        arms = list(study.chosen)
        if study.control not in arms or len(arms) < 2:
            raise ParameterError(
                f"arms = {arms} leave nothing to decide: name the control '{study.control}' and at least one other."
            )
        if study.replications < 2:
            raise ParameterError(
                f"replications = {study.replications} cannot be split, so luck would pass for knowledge: choose 2 or "
                f"more."
            )
        factors_from(self.factors, study)
        for name, one in self.investigations.items():
            one.check(f"job.investigations.{name}", study)
            if one.customers > self.customers:
                raise ParameterError(
                    f"job.investigations.{name}.customers = {one.customers:,} is more than the {self.customers:,} "
                    f"customers there are: choose fewer, or a larger job.customers."
                )

    def _run(self, study: Study, execution: Execution, configuration: str) -> Path:
        factors = factors_from(self.factors, study)
        drawn = ensemble(study, calibrate(study), factors, self.draws, study.seed)
        settings = [replace(setting, seed=place) for place, setting in enumerate(drawn)]
        looks = {look for one in self.investigations.values() for look in one.looks(study.control)}
        watch = Fieldwork(tuple(sorted(looks, key=repr)))

        def write(pieces: Mapping[int, pd.DataFrame], folder: Path) -> None:
            _write(self._gathered(study, settings, pieces, configuration), folder)

        return run_settings(
            self, study, execution, configuration, settings, study.replications, write, self.pilot, measure=watch
        )

    def _gathered(
        self, study: Study, settings: Sequence[Setting], pieces: Mapping[int, pd.DataFrame], configuration: str
    ) -> InformationResult:
        outcomes = pd.concat(pieces.values(), ignore_index=True)
        names = set(outcomes["metric"])
        held = Outcomes(
            outcomes=outcomes,
            settings=pd.DataFrame([{"setting": place, **one.values} for place, one in enumerate(settings)]),
            metrics=tuple(info for info in measures(study.data.currency) if info.name in names),
            control=study.control,
            replications=study.replications,
            customers=study.population.size,
            weeks=study.weeks,
            configuration=configuration,
            provenance={
                **provenance(),
                "seeds": f"{study.seed_of(0)} to {study.seed_of(self.draws * study.replications - 1)}",
            },
        )
        benefits = held.differences(self.metric)
        low, high = perfect_noisy(benefits)
        about = {
            name: {"meaning": one.meaning(study.control), "customers": one.customers}
            for name, one in self.investigations.items()
        }
        return InformationResult(
            **{one.name: getattr(held, one.name) for one in fields(held)},
            metric=self.metric,
            deciding_for=self.customers,
            perfect={"low": asdict(low), "high": asdict(high)},
            knowledge=known_parameters(held, benefits),
            investigations=about,
            curves=curves(self.investigations, held, benefits, study, self.customers),
        )


def _write(result: InformationResult, folder: Path) -> None:
    """Everything a run folder holds."""
    write_sheet(information_sheet(result), folder)
    (folder / "config.yaml").write_text(result.configuration, encoding="utf-8")
    save(result, folder)
