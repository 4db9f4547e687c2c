"""Robustness as a job: all arms over an ensemble of sizes, theories and scenarios."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import pandas as pd
from rich.console import Console

from agents.mind import Mind as DefaultMind
from experiments.calibrated import calibrate
from experiments.execution import Execution
from experiments.horizon import measures
from experiments.inference.shrinkage import chances_of_best
from experiments.provenance import population_name, provenance
from experiments.reporting.robustness import print_robustness, robustness_sheet
from experiments.reporting.sheet import write_sheet
from experiments.robustness.conditions import conditions_in, rules_of
from experiments.robustness.design import World, alone, design, frame_of, worlds_of
from experiments.robustness.results import RobustnessResult, load, save
from experiments.space.points import run_settings
from experiments.space.results import VALUE
from experiments.study import Study
from sim.errors import ParameterError
from sim.parameters import Parametric, param
from sim.scenario import Scenario
from sim.world import Mind

_CONSOLE = Console(stderr=True, highlight=False)
_OWN_SCALE = ("loyalty", "satisfaction", "trust")  # an index on each theory's own scale, or not there at all


@dataclass(frozen=True)
class Robustness(Parametric):
    """Which plan is least bad when sizes, theory and scenario are uncertain, and under which conditions each wins?

    All arms run in every draw of the ensemble under the same luck, from the draw's own calibrated baseline.

    Attributes:
        factors: the uncertain parameters: "ADDRESS", "ADDRESS LOW..HIGH" or "ADDRESS A|B|C"; a pattern means all that
            match in a mind. Where a market is fitted to a log, its parameters are uncertain beside them.
        minds: theories by name, each drawn as often; empty for the study's own.
        scenarios: by name, each drawn as often; empty for the study's own.
        measure: what plans are ranked by.
    """

    factors: tuple[str, ...] = ("mind.*",)
    minds: Mapping[str, Mind] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    measure: str = VALUE
    draws: int = param(120, unit="settings", low=8, high=9_000, doc="how often what is uncertain is drawn")
    pilot: int = param(
        4_000, unit="customers", low=100, high=10_000_000, doc="customers of the pilot that solves a setting's baseline"
    )
    pieces: ClassVar[str] = "settings"

    def label(self, study: Study) -> str:
        """Market and size of the ensemble."""
        return f"robustness-{population_name(study)}-{self.draws}-draws"

    def tasks(self, study: Study) -> int:
        """The draws, and every mind and scenario alone."""
        return self.draws + len(alone(self.worlds(study)))

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Run the ensemble, or find that it was run; print who loses least, and where each wins."""
        self.check(study)
        began, worlds = time.perf_counter(), self.worlds(study)
        settings = design(worlds, calibrate(study), self.draws, study.seed)
        frame = frame_of(worlds, settings, self.draws)

        def write(pieces: Mapping[int, pd.DataFrame], folder: Path) -> None:
            _write(self._gathered(study, frame, pieces, configuration), folder)

        folder = run_settings(
            self, study, execution, configuration, settings, study.replications, write, self.pilot
        )  # fmt: skip
        print_robustness(load(folder))
        said = f"{len(settings)} settings x {len(study.chosen)} arms x {study.replications} replications"
        _CONSOLE.print(f"{said} in {time.perf_counter() - began:.1f} s.")
        print(f"Report: {folder / 'report.html'}")
        return folder

    def worlds(self, study: Study) -> list[World]:
        """Every mind in every scenario, with the parameters that are uncertain there.

        Raises:
            ParameterError: a parameter that is nowhere, or a scenario that the study does not allow.
        """
        return worlds_of(study, self.minds, self.scenarios, self.factors)

    def check(self, study: Study) -> None:
        """Refuse what cannot be compared, before anything is run.

        Raises:
            ParameterError: says what is missing and how to mend it.
        """
        if study.control not in study.chosen or len(study.chosen) < 2:
            raise ParameterError(
                f"robustness needs the control '{study.control}' and a plan beside it; compare gives "
                f"{list(study.chosen)}: name both, e.g. compare='[{study.control},over_delivery]'."
            )
        if study.replications < 2:
            raise ParameterError(
                f"replications = {study.replications} does not tell luck from what differs: choose 2 or more."
            )
        for what, own, usual, named in (
            ("mind", study.mind, DefaultMind(), self.minds),
            ("scenario", study.scenario, Scenario(), self.scenarios),
        ):
            if named and own != usual:
                raise ParameterError(
                    f"{what} = ... takes no part here: job.{what}s names those that are drawn, {', '.join(named)}. Add "
                    f"one with +{what}@job.{what}s.NAME=NAME, take one out with '~job.{what}s.NAME'; job=robustness "
                    f"without the experiment has none."
                )
        self._check_measure(study)
        worlds = self.worlds(study)
        if self.draws < len(worlds):
            raise ParameterError(
                f"job.draws = {self.draws} are fewer than {len(worlds)} pairs of minds and scenarios: choose "
                f"{5 * len(worlds)} or more."
            )

    def _check_measure(self, study: Study) -> None:
        known = [info.name for info in measures(study.data.currency) if info.better and info.name not in _OWN_SCALE]
        if self.measure in _OWN_SCALE:
            raise ParameterError(
                f"job.measure = '{self.measure}' is on each theory's own scale: choose one of {', '.join(known)}."
            )
        if self.measure not in known:
            raise ParameterError(f"job.measure = '{self.measure}' ranks nothing: choose one of {', '.join(known)}.")

    def _gathered(
        self, study: Study, frame: pd.DataFrame, pieces: Mapping[int, pd.DataFrame], configuration: str
    ) -> RobustnessResult:
        held = pd.concat(pieces.values(), ignore_index=True)
        names = set(held["metric"])
        seeds = f"{study.seed_of(0)} to {study.seed_of(len(frame) * study.replications - 1)}"
        result = RobustnessResult(
            outcomes=held,
            settings=frame,
            metrics=tuple(info for info in measures(study.data.currency) if info.name in names),
            control=study.control,
            replications=study.replications,
            customers=study.population.size,
            weeks=study.weeks,
            configuration=configuration,
            provenance={**provenance(), "seeds": seeds},
            rules=pd.DataFrame(),
            draws=self.draws,
            measure=self.measure,
            meanings={one.address: one.about.doc for world in self.worlds(study) for one in world.factors},
        )
        found = rules_of(conditions_in(result.ensemble), chances_of_best(result.plausible), result.arms)
        return replace(result, rules=pd.DataFrame([{**asdict(rule), "holds": rule.holds} for rule in found]))


def _write(result: RobustnessResult, folder: Path) -> None:
    """Everything a run folder holds."""
    write_sheet(robustness_sheet(result), folder)
    (folder / "config.yaml").write_text(result.configuration, encoding="utf-8")
    save(result, folder)
