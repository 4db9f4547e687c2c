"""Pitfalls as a job: each against its remedy, and both against doing nothing, under the same luck."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import pandas as pd
from rich.console import Console

from experiments.execution import Execution
from experiments.horizon import measured, measures, replicated
from experiments.pitfalls.pairs import Pair, usual_pairs
from experiments.pitfalls.results import PitfallsResult, load, save
from experiments.provenance import population_name, provenance
from experiments.reporting.pitfalls import pitfalls_sheet, print_pitfalls
from experiments.reporting.sheet import write_sheet
from experiments.study import Study
from sim.errors import ParameterError
from sim.parameters import Parametric, param

_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Pitfalls(Parametric):
    """Does the remedy beat the pitfall? Pairs of the study's arms under the same luck, and each against the control.

    Attributes:
        pairs: pitfall and remedy, by name.
        among: names of the pairs that are compared; empty for all.
    """

    pairs: Mapping[str, Pair] = field(default_factory=usual_pairs)
    among: tuple[str, ...] = ()
    pilot: int = param(
        20_000, unit="customers", low=100, high=10_000_000, doc="customers of the pilot that solves the baseline"
    )
    pieces: ClassVar[str] = "replications"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.among:
            if name not in self.pairs:
                raise ParameterError(
                    f"job.among = {list(self.among)} names unknown pair '{name}'; there are {', '.join(self.pairs)}."
                )

    def label(self, study: Study) -> str:
        """Market and pairs."""
        return f"pitfalls-{population_name(study)}-{len(self._chosen)}-pair{'s' * (len(self._chosen) != 1)}"

    def tasks(self, study: Study) -> int:
        """Replications."""
        return study.replications

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Run all arms of all pairs, or find that they were; print who wins."""
        began, own = time.perf_counter(), self.arms(study)

        def write(pieces: Mapping[int, pd.DataFrame], folder: Path) -> None:
            _write(self._gathered(own, pieces, configuration), folder)

        folder = replicated(self, own, execution, configuration, measured, write, self.pilot, ("replications",))
        print_pitfalls(load(folder))
        said = f"{len(own.chosen)} arms x {study.replications} replications"
        _CONSOLE.print(f"{said} in {time.perf_counter() - began:.1f} s.")
        print(f"Report: {folder / 'report.html'}")
        return folder

    def arms(self, study: Study) -> Study:
        """The study with the control and the arms of the pairs, and no others.

        Raises:
            ParameterError: an arm is missing, or nothing can be told.
        """
        if not self._chosen:
            raise ParameterError(
                "job.pairs is empty: experiment=pitfalls has all, +job.pairs.NAME.pitfall=ARM adds one."
            )
        if study.replications < 2:
            raise ParameterError(
                f"replications = {study.replications} gives no interval, so no pair is told apart: choose 2 or more."
            )
        for name, pair in self._chosen.items():
            for role, arm in (("pitfall", pair.pitfall), ("remedy", pair.remedy)):
                if arm not in study.arms:
                    raise ParameterError(
                        f"job.pairs.{name}.{role} = '{arm}' is none of the arms {list(study.arms)}: choose "
                        f"experiment=pitfalls, or add it with +strategy@arms.{arm}=NAME."
                    )
        named = (arm for pair in self._chosen.values() for arm in (pair.pitfall, pair.remedy))
        return replace(study, compare=tuple(dict.fromkeys((study.control, *named))))

    @property
    def _chosen(self) -> dict[str, Pair]:
        return {name: self.pairs[name] for name in self.among or self.pairs}

    def _gathered(self, study: Study, pieces: Mapping[int, pd.DataFrame], configuration: str) -> PitfallsResult:
        held = pd.concat(pieces.values(), ignore_index=True)
        names = set(held["metric"])
        seeds = f"{study.seed_of(0)} to {study.seed_of(study.replications - 1)}"
        return PitfallsResult(
            outcomes=held,
            pairs={name: _about(name, pair) for name, pair in self._chosen.items()},
            metrics=tuple(info for info in measures(study.data.currency) if info.name in names),
            control=study.control,
            replications=study.replications,
            customers=study.population.size,
            weeks=study.weeks,
            configuration=configuration,
            provenance={**provenance(), "seeds": seeds},
        )


def _about(name: str, pair: Pair) -> dict[str, str]:
    return {**vars(pair), "title": pair.title or name.replace("_", " ")}


def _write(result: PitfallsResult, folder: Path) -> None:
    """Everything a run folder holds."""
    write_sheet(pitfalls_sheet(result), folder)
    (folder / "config.yaml").write_text(result.configuration, encoding="utf-8")
    save(result, folder)
