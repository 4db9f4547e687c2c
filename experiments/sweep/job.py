"""The sweep as a job: all arms at every setting of a design, one frame and one page at the end."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from rich.console import Console

from experiments.execution import Execution
from experiments.horizon import measures
from experiments.provenance import population_name, provenance
from experiments.reporting.sheet import write_sheet
from experiments.reporting.sweep import print_sweep, sweep_sheet
from experiments.space.designs import distinct, frame_of, grid, grid_size, latin_hypercube, paired, sobol, sobol_size
from experiments.space.factors import Factor, factors_from
from experiments.space.points import Setting, run_settings
from experiments.space.results import VALUE
from experiments.study import Study
from experiments.sweep.results import SweepResult, load, save
from sim.errors import ParameterError
from sim.parameters import Parametric, param
from sim.scenario import Scenario
from sim.world import Mind

GRID, PAIRED, LATIN, SOBOL = DESIGNS = ("grid", "paired", "latin_hypercube", "sobol")

_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Sweep(Parametric):
    """What happens when parameters are varied? All arms at every setting of a design, under the same luck.

    Attributes:
        design: grid, paired, latin_hypercube or sobol.
        factors: what is varied: "ADDRESS", "ADDRESS LOW..HIGH" or "ADDRESS A|B|C".
        measure: what plans are ranked by, in figures and answers; the frame holds all measures.
        minds: minds by name, to be exchanged whole: every setting is run with each of them.
        scenarios: scenarios by name, likewise.
    """

    design: str = GRID
    factors: tuple[str, ...] = ()
    measure: str = VALUE
    minds: Mapping[str, Mind] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    settings: int = param(64, unit="settings", low=2, high=10_000_000, doc="of a Latin hypercube or Sobol's sequence")
    levels: int = param(5, unit="values", low=2, high=10_000, doc="in a grid, of a factor that has a range")
    most: int = param(1_000, unit="settings", low=1, high=10_000_000, doc="a larger design is refused")
    pilot: int = param(
        10_000, unit="customers", low=100, high=10_000_000, doc="customers of the pilot that solves a baseline"
    )
    pieces: ClassVar[str] = "settings"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.design not in DESIGNS:
            raise ParameterError(f"job.design = '{self.design}' is no design: write one of {', '.join(DESIGNS)}.")

    def label(self, study: Study) -> str:
        """Market and design."""
        return f"sweep-{population_name(study)}-{self.design.replace('_', '-')}-{self.tasks(study)}-settings"

    def tasks(self, study: Study) -> int:
        """Settings."""
        return self._size(self.factors_of(study)) * len(self._parts)

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Run all settings, or find that they were; print who wins where."""
        self.check(study)
        began, (settings, frame) = time.perf_counter(), self.points(study)

        def write(pieces: Mapping[int, pd.DataFrame], folder: Path) -> None:
            _write(self._gathered(study, frame, pieces, configuration), folder)

        folder = run_settings(
            self, study, execution, configuration, settings, study.replications, write, self.pilot
        )  # fmt: skip
        print_sweep(load(folder))
        said = f"{len(settings)} settings x {len(study.chosen)} arms x {study.replications} replications"
        _CONSOLE.print(f"{said} in {time.perf_counter() - began:.1f} s.")
        print(f"Report: {folder / 'report.html'}")
        return folder

    def factors_of(self, study: Study) -> tuple[Factor, ...]:
        """What is varied.

        Raises:
            ParameterError: nothing is, or something that cannot be.
        """
        if not self.factors:
            raise ParameterError(
                "job.factors is empty: a sweep varies at least one parameter. "
                "Write job.factors='[arms.over_delivery.lift 0.05|0.1|0.2]'."
            )
        return factors_from(self.factors, study)

    def points(self, study: Study) -> tuple[tuple[Setting, ...], pd.DataFrame]:
        """The settings of the design, and what each is: a column for every factor and part.

        Raises:
            ParameterError: the design cannot be made of these factors.
        """
        factors = self.factors_of(study)
        design = self._design(factors, study.seed)
        settings, named = [], []
        for names, parts in self._parts:
            settings += [Setting(one.values, parts) for one in design]
            named += [names] * len(design)
        frame = pd.concat([frame_of(settings), pd.DataFrame(named, dtype=str)], axis=1)
        return tuple(settings), frame

    def check(self, study: Study) -> None:
        """Refuse what cannot be swept, before anything is run.

        Raises:
            ParameterError: says what is missing and how to mend it.
        """
        factors = self.factors_of(study)
        size = self._size(factors) * len(self._parts)
        if size > self.most:
            raise ParameterError(
                f"the design has {size:,} settings, more than job.most = {self.most:,}: take fewer values or factors, "
                f"or write job.most={size}."
            )
        if self.design in (LATIN, SOBOL) and distinct(factors) < self.settings:
            raise ParameterError(
                f"job.settings = {self.settings:,}, but these factors have {distinct(factors):,.0f} settings in all: "
                f"write job.design=grid, or a lower job.settings."
            )
        if study.replications < 2:
            raise ParameterError(f"replications = {study.replications} gives no interval: choose 2 or more.")
        if study.control not in study.chosen or len(study.chosen) < 2:
            raise ParameterError(
                f"a sweep compares plans with '{study.control}': name it and one arm or more, e.g. "
                f"compare='[{study.control},over_delivery]'."
            )
        _refuse_measure(self.measure, study, [*self.minds.values()] or [study.mind])

    @property
    def _parts(self) -> list[tuple[dict[str, str], dict[str, Any]]]:
        """Every mind with every scenario: their names and themselves; once nothing where there are none."""
        kinds = {"mind": self.minds, "scenario": self.scenarios}
        given = {kind: parts for kind, parts in kinds.items() if parts}
        return [
            (
                dict(zip(given, names, strict=True)),
                {kind: given[kind][name] for kind, name in zip(given, names, strict=True)},
            )
            for names in product(*given.values())
        ]

    def _size(self, factors: Sequence[Factor]) -> int:
        """How many settings the design has, before anything is exchanged."""
        if self.design == GRID:
            return grid_size(factors, self.levels)
        if self.design == PAIRED:
            return len(paired(factors))
        return sobol_size(self.settings) if self.design == SOBOL else self.settings

    def _design(self, factors: Sequence[Factor], seed: int) -> tuple[Setting, ...]:
        if self.design == GRID:
            return grid(factors, self.levels)
        if self.design == PAIRED:
            return paired(factors)
        return (sobol if self.design == SOBOL else latin_hypercube)(factors, self.settings, seed)

    def _gathered(
        self, study: Study, settings: pd.DataFrame, pieces: Mapping[int, pd.DataFrame], configuration: str
    ) -> SweepResult:
        held = pd.concat(pieces.values(), ignore_index=True)
        names = set(held["metric"])
        return SweepResult(
            outcomes=held,
            settings=settings,
            metrics=tuple(info for info in measures(study.data.currency) if info.name in names),
            control=study.control,
            replications=study.replications,
            customers=study.population.size,
            weeks=study.weeks,
            configuration=configuration,
            provenance={**provenance(), "seeds": f"{study.seed_of(0)} to {study.seed_of(study.replications - 1)}"},
            design=self.design,
            measure=self.measure,
            numbers={one.address: {"unit": one.about.unit, "doc": one.about.doc} for one in self.factors_of(study)},
            parts=list(self._parts[0][0]),
        )


def _refuse_measure(measure: str, study: Study, minds: Sequence[Mind]) -> None:
    known = {info.name: info for info in measures(study.data.currency)}
    known_to = [{metric.name for metric in mind.metrics} for mind in minds]
    lacking = {name for name in ("loyalty", "satisfaction", "trust") if not all(name in names for names in known_to)}
    ranked = [name for name, info in known.items() if info.better and name not in lacking]
    if measure not in ranked:
        why = "is not known to every mind here" if measure in lacking else "is no measure that plans are ranked by"
        raise ParameterError(f"job.measure = '{measure}' {why}: choose one of {', '.join(ranked)}.")


def _write(result: SweepResult, folder: Path) -> None:
    """Everything a run folder holds."""
    write_sheet(sweep_sheet(result), folder)
    (folder / "config.yaml").write_text(result.configuration, encoding="utf-8")
    save(result, folder)
