"""Synergy as a job: the study's plays alone, in pairs and all together, each time as one portfolio."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import pandas as pd
from rich.console import Console

from experiments.calibrated import Calibration
from experiments.execution import Execution
from experiments.horizon import measured, measures, replicated
from experiments.provenance import population_name, provenance
from experiments.reporting.sheet import write_sheet
from experiments.reporting.synergy import print_synergy, synergy_sheet
from experiments.study import Study
from experiments.synergy.results import SynergyResult, load, named, save, sets_of
from sim.baseline import Baseline
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param
from sim.world import Strategy
from strategies.play import UNLIMITED
from strategies.portfolio import Portfolio

_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Synergy(Parametric):
    """Which plays help each other, and which eat each other? All arms but the control, alone, in pairs, all at once.

    A pair's interaction is effect(both) - effect(the one) - effect(the other), under the same luck. The cap on contacts
    and the budget hold for every set of plays, a single one as well: a budget makes plays compete for money.
    """

    contact_cap: float = param(
        UNLIMITED, unit="contacts in four weeks", low=0, high=UNLIMITED, doc="most contacts of a customer",
        source=ASSUMED,
    )  # fmt: skip
    budget: float = param(UNLIMITED, unit="money", low=0.01, high=UNLIMITED, doc="a set of plays may cost so much")
    pilot: int = param(
        20_000, unit="customers", low=100, high=10_000_000, doc="customers of the pilot that solves the baseline"
    )
    pieces: ClassVar[str] = "replications"

    def label(self, study: Study) -> str:
        """Market and plays."""
        return f"synergy-{population_name(study)}-{len(_plays(study))}-plays"

    def tasks(self, study: Study) -> int:
        """Replications."""
        return study.replications

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Run all sets of plays, or find that they were; print which help and which eat each other."""
        began, own = time.perf_counter(), self.arms(study)

        def write(pieces: Mapping[int, pd.DataFrame], folder: Path) -> None:
            _write(_gathered(study, pieces, configuration), folder)

        work = partial(_piece, self)
        folder = replicated(self, study, execution, configuration, work, write, self.pilot, ("replications",))
        print_synergy(load(folder))
        said = f"{len(own.arms)} arms x {study.replications} replications"
        _CONSOLE.print(f"{said} in {time.perf_counter() - began:.1f} s.")
        print(f"Report: {folder / 'report.html'}")
        return folder

    def arms(self, study: Study) -> Study:
        """The study with one portfolio per set of plays, beside the control.

        Raises:
            ParameterError: there is nothing to combine, or nothing can be told.
        """
        plays = _plays(study)
        if len(plays) < 2:
            raise ParameterError(
                f"synergy of {len(plays)} play{'s' * (len(plays) != 1)} compares nothing: name two or more beside "
                f"the control, e.g. compare='[{study.control},over_delivery,reward_program]'."
            )
        if study.replications < 2:
            raise ParameterError(
                f"replications = {study.replications} gives no interval, so no interaction is told: choose 2 or more."
            )
        arms: dict[str, Strategy] = {study.control: study.arms[study.control]}
        for chosen in sets_of(list(plays)):
            together = {name: plays[name] for name in chosen}
            arms[named(chosen)] = Portfolio(together, budget=self.budget, contact_cap=self.contact_cap)
        return replace(study, arms=arms, compare=())


def _piece(job: Synergy, study: Study, calibration: Calibration, baseline: Baseline, number: int) -> pd.DataFrame:
    """One replication of all sets of plays."""
    return measured(job.arms(study), calibration, baseline, number)


def _plays(study: Study) -> dict[str, Strategy]:
    return {name: strategy for name, strategy in study.chosen.items() if name != study.control}


def _gathered(study: Study, pieces: Mapping[int, pd.DataFrame], configuration: str) -> SynergyResult:
    held = pd.concat(pieces.values(), ignore_index=True)
    names = set(held["metric"])
    return SynergyResult(
        outcomes=held,
        plays=list(_plays(study)),
        metrics=tuple(info for info in measures(study.data.currency) if info.name in names),
        control=study.control,
        replications=study.replications,
        customers=study.population.size,
        weeks=study.weeks,
        configuration=configuration,
        provenance={
            **provenance(),
            "seeds": f"{study.seed_of(0)} to {study.seed_of(study.replications - 1)}",
        },
    )


def _write(result: SynergyResult, folder: Path) -> None:
    """Everything a run folder holds."""
    write_sheet(synergy_sheet(result), folder)
    (folder / "config.yaml").write_text(result.configuration, encoding="utf-8")
    save(result, folder)
