"""Power as a job: a short pilot of the study's own arms, and what it says of the study that is planned."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar

import pandas as pd
from rich.console import Console

from agents.competitors import Competitors
from experiments.calibrated import Calibration
from experiments.execution import Execution
from experiments.horizon import measured, measures, replicated
from experiments.inference.intervals import LEVEL
from experiments.inference.power import POWER
from experiments.power.results import PowerResult, load, save
from experiments.provenance import population_name, provenance
from experiments.replication import STATES
from experiments.reporting.power import power_sheet, print_power
from experiments.reporting.sheet import write_sheet
from experiments.study import Study
from sim.baseline import Baseline
from sim.crew import NoCrew
from sim.errors import ParameterError
from sim.network import NoNetwork
from sim.parameters import Parametric, param

_CONSOLE = Console(stderr=True, highlight=False)


def _usual() -> dict[str, float]:
    return {"retention": 0.005, "value": 0.5}  # half a point, half a unit of money: sizes of ours


@dataclass(frozen=True)
class Power(Parametric):
    """How many replications, and of how many customers, show a difference between the study's plans and the control?

    Attributes:
        difference: that is to be shown, by metric, in the metric's unit (a share for retention, money for value).
    """

    difference: Mapping[str, float] = field(default_factory=_usual)
    pilot_replications: int = param(20, unit="runs per arm", low=5, high=10_000, doc="of the pilot")
    level: float = param(LEVEL, unit="share", low=0.5, high=0.9999, doc="1 - alpha of the test, two-sided")
    power: float = param(POWER, unit="share", low=0.51, high=0.9999, doc="with which a difference is to be found")
    pilot: int = param(
        20_000, unit="customers", low=100, high=10_000_000, doc="customers of the pilot that solves the baseline"
    )
    pieces: ClassVar[str] = "replications"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.difference:
            raise ParameterError("job.difference is empty: name a metric, e.g. +job.difference.retention=0.01.")
        for metric, size in self.difference.items():
            if not 0 < size < float("inf"):
                raise ParameterError(
                    f"job.difference.{metric} = {size!r} is not above 0: choose the smallest difference worth showing, "
                    f"or leave the metric out with ~job.difference.{metric}."
                )

    def label(self, study: Study) -> str:
        """Market and arms."""
        return f"power-{population_name(study)}-{len(study.chosen)}-arms"

    def tasks(self, study: Study) -> int:
        """Replications of the pilot."""
        return self.pilot_replications

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Run the pilot, or find that it was run; print what the study needs."""
        self.check(study)
        began = time.perf_counter()

        def write(pieces: Mapping[int, pd.DataFrame], folder: Path) -> None:
            _write(self._gathered(study, pieces, configuration), folder)

        work = partial(_piece, tuple(self.difference))
        folder = replicated(self, study, execution, configuration, work, write, self.pilot)
        print_power(load(folder))
        said = f"pilot of {len(study.chosen)} arms x {self.pilot_replications} replications"
        _CONSOLE.print(f"{said} in {time.perf_counter() - began:.1f} s.")
        print(f"Report: {folder / 'report.html'}")
        return folder

    def check(self, study: Study) -> None:
        """Refuse what cannot be planned, before anything is run.

        Raises:
            ParameterError: says what is missing and how to mend it.
        """
        if study.control not in study.chosen or len(study.chosen) < 2:
            raise ParameterError(
                f"power of {list(study.chosen)} compares nothing: it needs the control '{study.control}' and one or "
                f"more plans beside it, e.g. compare='[{study.control},over_delivery]'."
            )
        if study.replications < 2:
            raise ParameterError(
                f"replications = {study.replications}: one replication shows no difference, with however many "
                f"customers. Plan 2 or more."
            )
        known = _known(study)
        if unknown := [metric for metric in self.difference if metric not in known]:
            raise ParameterError(
                f"job.difference.{unknown[0]}: this study measures no '{unknown[0]}'; choose from {', '.join(known)}."
            )

    def _gathered(self, study: Study, pieces: Mapping[int, pd.DataFrame], configuration: str) -> PowerResult:
        seeds = f"{study.seed_of(0)} to {study.seed_of(self.pilot_replications - 1)}"
        return PowerResult(
            outcomes=pd.concat(pieces.values(), ignore_index=True),
            differences=dict(self.difference),
            metrics=tuple(info for info in measures(study.data.currency) if info.name in self.difference),
            control=study.control,
            level=self.level,
            power=self.power,
            pilot_replications=self.pilot_replications,
            replications=study.replications,
            customers=study.population.size,
            weeks=study.weeks,
            coupled=coupled(study),
            configuration=configuration,
            provenance={**provenance(), "seeds": seeds},
        )


def coupled(study: Study) -> tuple[str, ...]:
    """What ties the customers of a study together, so that its noise need not shrink as for independent ones."""
    ties = {
        "talk": not isinstance(study.network, NoNetwork),
        "staff": not isinstance(study.crew, NoCrew),
        "competitors": isinstance(study.rivals, Competitors),
    }
    return tuple(name for name, there in ties.items() if there)


def _known(study: Study) -> list[str]:
    """The metrics a study has; a mind without trust has no trust."""
    minded = {metric.name for metric in study.mind.metrics}
    names = [info.name for info in measures(study.data.currency)]
    return [name for name in names if name not in STATES or name in minded]


def _piece(
    metrics: tuple[str, ...], study: Study, calibration: Calibration, baseline: Baseline, number: int
) -> pd.DataFrame:
    """One replication of all arms, in the metrics that are asked for."""
    found = measured(study, calibration, baseline, number)
    return found[found["metric"].isin(metrics)]


def _write(result: PowerResult, folder: Path) -> None:
    """Everything a run folder holds."""
    write_sheet(power_sheet(result), folder)
    (folder / "config.yaml").write_text(result.configuration, encoding="utf-8")
    save(result, folder)
