"""Optimisation as a job: what should be done, within what may be spent, judged on luck that the search never saw."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pandas as pd
from rich.console import Console

from experiments.execution import Execution
from experiments.horizon import prepared
from experiments.jobs import Bench
from experiments.optimise.campaign import Campaign, Finals
from experiments.optimise.decision import Decision, decision_of
from experiments.optimise.gather import gathered
from experiments.optimise.goals import Yardstick, yardstick_of
from experiments.optimise.results import load, save
from experiments.optimise.search import SAMPLERS, Plan
from experiments.provenance import population_name
from experiments.reporting.optimise import optimise_sheet, print_optimise
from experiments.reporting.sheet import write_sheet
from experiments.study import Study
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param
from strategies.play import UNLIMITED
from strategies.targeting import Targeting

_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Optimise(Parametric):
    """What should be done? Search plays' parameters or a budget split; judge the best on luck the search never saw.

    Attributes:
        factors: parameters of arms that may be chosen, e.g. "arms.over_delivery.lift 0..0.4".
        plays: arms that share the budget; empty for all but the control.
        segments: whom the budget is split over, by name; empty for everybody. They should not overlap.
        goals: one measure, or several for a front of best compromises (e.g. profit, churn, satisfaction).
        at_least: lowest allowed mean of a measure, e.g. {retention: 0.7}.
        at_most: highest allowed mean of a measure, e.g. {contacted: 6}.
        sampler: "tpe", "nsga2" or "random".
    """

    factors: tuple[str, ...] = ()
    plays: tuple[str, ...] = ()
    segments: Mapping[str, Targeting] = field(default_factory=dict)
    goals: tuple[str, ...] = ("value",)
    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)
    sampler: str = "tpe"
    budget: float = param(
        0.0, unit="money", low=0, high=UNLIMITED, doc="split over plays, segments and time; 0 for no split"
    )
    periods: int = param(4, unit="periods", low=1, high=520, doc="a cell of the split may begin with each of them")
    contact_cap: float = param(
        UNLIMITED, unit="contacts in four weeks", low=0, high=UNLIMITED, doc="most contacts of a customer",
        source=ASSUMED,
    )  # fmt: skip
    trials: int = param(80, unit="trials", low=1, high=100_000, doc="how many decisions are tried")
    batch: int = param(8, unit="trials", low=1, high=10_000, doc="tried at the same time; decides what is tried next")
    rival: bool = param(False, unit="1", doc="search at random as well, with as many trials, to see what search gains")
    finalists: int = param(4, unit="trials", low=1, high=100, doc="how many of the best are run on fresh luck")
    first: int = param(20, unit="replications", low=2, high=100_000, doc="fresh ones before any finalist is dropped")
    most: int = param(60, unit="replications", low=2, high=100_000, doc="fresh ones at most until one is chosen")
    confirm: int = param(20, unit="replications", low=2, high=100_000, doc="further ones that say what it brings")
    indifference: float = param(1.0, unit="as the goal", low=1e-9, doc="smallest difference that matters")
    confidence: float = param(0.95, unit="chance", low=0.5, high=0.9999, doc="of choosing rightly among the finalists")
    pilot: int = param(
        20_000, unit="customers", low=100, high=10_000_000, doc="customers of the pilot that solves the baseline"
    )
    pieces: ClassVar[str] = "pieces of work"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.sampler not in SAMPLERS:
            raise ParameterError(f"job.sampler = {self.sampler!r} is unknown: write one of {', '.join(SAMPLERS)}.")
        if self.most < self.first:
            raise ParameterError(
                f"job.most = {self.most} is below job.first = {self.first}: raise it, or lower job.first."
            )

    def label(self, study: Study) -> str:
        """Market, goals and trials."""
        goals = re.sub(r"[^A-Za-z0-9]+", "-", "-".join(self.goals))
        return f"optimise-{population_name(study)}-{goals}-{self.trials}-trials"

    def tasks(self, study: Study) -> int:
        """References, trials and fresh replications, at most."""
        fresh = self.most + self.confirm if len(self.goals) == 1 else self.first
        return 1 + self.trials * (1 + self.rival) + fresh

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Search and judge, or find that it was done; print what should be done and what it brings."""
        decision, yardstick = self.check(study)
        began, bench = time.perf_counter(), Bench[pd.DataFrame](self, study, execution, configuration)
        folder = bench.found
        if folder is None:
            campaign = self._campaign(study, decision, yardstick, execution, bench)
            result = gathered(campaign, campaign.run(), configuration)

            def write(_: Mapping[int, pd.DataFrame], folder: Path) -> None:
                write_sheet(optimise_sheet(result), folder)
                (folder / "config.yaml").write_text(configuration, encoding="utf-8")
                save(result, folder)

            folder = bench.finish(write)
            said = f"{self.trials * (1 + self.rival)} trials in {time.perf_counter() - began:.1f} s."
        else:
            said = "These results were already there: nothing was computed again (execution.fresh=true does)."
        print_optimise(load(folder))
        _CONSOLE.print(said)
        print(f"Report: {folder / 'report.html'}")
        return folder

    def check(self, study: Study) -> tuple[Decision, Yardstick]:
        """What may be decided and what is aimed at, refused before anything runs if it makes no sense.

        Raises:
            ParameterError: names what is wrong and how to mend it.
        """
        if study.control not in study.chosen:
            raise ParameterError(
                f"compare = {list(study.compare)} leaves out the control '{study.control}', which all gains are "
                f"measured from: add it."
            )
        if self.periods > study.weeks:
            raise ParameterError(f"job.periods = {self.periods} is more than weeks = {study.weeks}: lower it.")
        decision = decision_of(
            study, self.factors, self.budget, self.plays, self.segments, self.periods, self.contact_cap
        )
        yardstick = yardstick_of(study, self.goals, self.at_least, self.at_most, self.budget)
        starts = len(decision.starts())
        if self.trials <= starts:
            raise ParameterError(
                f"job.trials = {self.trials}: the first {starts} try the splits that anybody would think of, so "
                f"nothing is searched. Choose {10 * starts} or more."
            )
        goal = yardstick.goals[0]
        if len(yardstick.goals) == 1 and goal.unit in ("share", "0-1", "-1 to 1") and self.indifference >= 1:
            raise ParameterError(
                f"job.indifference = {self.indifference:g} is as wide as all of {goal.name} ({goal.unit}), so nothing "
                f"would matter: choose e.g. 0.005."
            )
        return decision, yardstick

    def _campaign(
        self, study: Study, decision: Decision, yardstick: Yardstick, execution: Execution, bench: Bench[pd.DataFrame]
    ) -> Campaign:
        calibration, baseline = prepared(study, execution.root / ".baselines", self.pilot)
        plans = {"search": Plan(self.sampler, self.trials, self.batch, study.seed, tuple(decision.starts().values()))}
        if self.rival:
            plans["random search"] = Plan("random", self.trials, self.batch, study.seed + 1)
        finals = Finals(self.finalists, self.first, self.most, self.confirm, self.indifference, self.confidence)
        return Campaign(study, decision, yardstick, plans, finals, calibration, baseline, bench)
