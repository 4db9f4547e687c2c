"""The tournament as a job: minds x situations under identical shocks."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from rich.console import Console

from agents.mind import Mind as DefaultMind
from experiments.execution import Execution
from experiments.jobs import results_of
from experiments.provenance import population_name, provenance
from experiments.reporting.tournament.figures import figures, save_figures
from experiments.reporting.tournament.page import write_page
from experiments.reporting.tournament.terminal import print_tournament
from experiments.results import MetricInfo
from experiments.study import Study
from experiments.tournament.contest import Arena, Contest, contest
from experiments.tournament.results import TournamentResult, load, save
from experiments.tournament.separation import separations
from experiments.tournament.situation import STEADY, Situation, usual_situations
from sim.errors import ParameterError
from sim.parameters import Parametric, param
from sim.world import Mind

_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Tournament(Parametric):
    """Compare theories: every mind in every situation under the same luck, and what would tell them apart.

    Attributes:
        minds: the theories, by name; each starts from its own calibrated baseline in the steady situation.
        situations: what befalls them, by name, beside the steady one; a play of the study's arms takes no part.
        compare: names of the minds that take part; empty for all.
        among: names of the situations; empty for all.
        after: weeks after a situation's onset at which customers are looked at; the horizon is always one.
    """

    minds: Mapping[str, Mind] = field(default_factory=dict)
    situations: Mapping[str, Situation] = field(default_factory=usual_situations)
    compare: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    after: tuple[int, ...] = (1, 4, 12)
    pilot: int = param(
        30_000, unit="customers", low=100, high=10_000_000, doc="customers of the pilot that solves a mind's baseline"
    )
    pieces: ClassVar[str] = "minds"

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_unknown("job.compare", self.compare, self.minds, "minds")
        _refuse_unknown("job.among", self.among, self.situations, "situations")
        if STEADY in self.situations:
            raise ParameterError(f"job.situations.{STEADY} is taken: it is what all responses are measured from.")
        if any(weeks < 1 for weeks in self.after):
            raise ParameterError(f"job.after = {list(self.after)}: write numbers of weeks, 1 or more.")

    def label(self, study: Study) -> str:
        """Market, minds and situations."""
        return f"tournament-{population_name(study)}-{len(self._minds)}-minds-{len(self._situations)}-situations"

    def tasks(self, study: Study) -> int:
        """Minds."""
        return len(self._minds)

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Let all minds meet all situations, or find that they did; print who answers how, and what separates them."""
        self.check(study)
        began = time.perf_counter()
        after = tuple(sorted(set(self.after)))
        arena = Arena(self._situations, after, self.pilot, execution.root / ".baselines")
        minds = tuple(self._minds.items())
        work = partial(contest, study, minds, arena)

        def write(pieces: Mapping[int, Contest], folder: Path) -> None:
            _write(self._gathered(study, pieces.values(), configuration), folder)

        folder = results_of(self, study, execution, configuration, work, write)
        print_tournament(load(folder))
        said = f"{len(minds)} minds x {len(arena.situations)} situations x {study.replications} replications"
        _CONSOLE.print(f"{said} in {time.perf_counter() - began:.1f} s.")
        print(f"Report: {folder / 'report.html'}")
        return folder

    def check(self, study: Study) -> None:
        """Refuse what cannot be compared, before anything is run.

        Raises:
            ParameterError: says what is missing and how to mend it.
        """
        if len(self._minds) < 2:
            raise ParameterError(
                f"a tournament of {len(self._minds)} minds compares nothing: experiment=tournament has all, "
                f"+mind@job.minds.NAME=NAME adds one."
            )
        if study.mind != DefaultMind():
            raise ParameterError(
                "mind = ... takes no part in a tournament: its minds are job.minds. Add yours with "
                "+mind@job.minds.NAME=NAME, change a part with mind/expectation@job.minds.NAME.expectation=NAME."
            )
        if study.replications < 2:
            raise ParameterError(
                f"replications = {study.replications} gives no interval, so nothing is told apart: choose 2 or more."
            )
        for name, situation in self._situations.items():
            for what, week in situation.beyond(study.weeks).items():
                raise ParameterError(
                    f"job.situations.{name}: '{what}' is in week {week}, but weeks = {study.weeks} end before it. "
                    f"Choose weeks = {week + 1} or more, or an earlier start."
                )

    @property
    def _minds(self) -> dict[str, Mind]:
        return {name: self.minds[name] for name in self.compare or self.minds}

    @property
    def _situations(self) -> dict[str, Situation]:
        return {name: self.situations[name] for name in self.among or self.situations}

    def _gathered(self, study: Study, pieces: Iterable[Contest], configuration: str) -> TournamentResult:
        """All minds in one result, with what separates them."""
        contests = list(pieces)
        effects = _joined(one.effects for one in contests)
        steady = {"title": STEADY, "meaning": "nothing happens; all responses are measured from here", "onset": 0}
        seeds = f"{study.seed_of(0)} to {study.seed_of(study.replications - 1)}"
        return TournamentResult(
            responses=_joined(one.responses for one in contests),
            effects=effects,
            separations=separations(effects),
            families={name: _family(mind) for name, mind in self._minds.items()},
            situations={STEADY: steady} | {name: _about(name, one) for name, one in self._situations.items()},
            metrics=(*_OWN_METRICS, *_states(self._minds.values())),
            replications=study.replications,
            customers=study.population.size,
            weeks=study.weeks,
            currency=study.data.currency,
            configuration=configuration,
            provenance={**provenance(), "seeds": seeds},
        )


_OWN_METRICS = (
    MetricInfo("churn", "share", -1, "Churn"),
    MetricInfo("uses", "uses per customer", +1, "Uses"),
    MetricInfo("complaints", "complaints per customer", -1, "Complaints"),
    MetricInfo("word_of_mouth", "praise less warnings per customer", +1, "Word of mouth"),
    MetricInfo("survey", "points of 10", +1, "Survey satisfaction"),
    MetricInfo("revenue", "money per customer", +1, "Revenue"),
)


def _states(minds: Iterable[Mind]) -> list[MetricInfo]:
    """The psychological measures of any mind."""
    known = {metric.name: metric for mind in minds for metric in mind.metrics if metric.columns}
    return [MetricInfo(metric.name, metric.unit, metric.better, metric.label) for metric in known.values()]


def _family(mind: Mind) -> str:
    """What carries loyalty in a mind: its theory of intention; a mind of another build is its own family."""
    about: Any = mind
    words = type(getattr(about, "intention", mind)).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in words).strip()


def _about(name: str, situation: Situation) -> dict[str, Any]:
    title = situation.title or name.replace("_", " ")
    return {"title": title, "meaning": situation.meaning, "onset": situation.onset}


_LABELS = {"mind", "situation", "metric", "measure", "moment"}


def _joined(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat([frame.astype(dict.fromkeys(_LABELS & set(frame), str)) for frame in frames], ignore_index=True)
    labels = [name for name in whole if name in _LABELS]
    return whole.assign(**{name: pd.Categorical(whole[name], whole[name].unique()) for name in labels})


def _refuse_unknown(where: str, names: tuple[str, ...], known: Mapping[str, object], what: str) -> None:
    for name in names:
        if name not in known:
            raise ParameterError(
                f"{where} = {list(names)} names unknown {what} '{name}'; there are {', '.join(known)}."
            )


def _write(result: TournamentResult, folder: Path) -> None:
    """Everything a run folder holds."""
    drawn = figures(result)
    save_figures(drawn, folder / "figures")
    write_page(result, folder / "report.html", drawn)
    (folder / "config.yaml").write_text(result.configuration, encoding="utf-8")
    save(result, folder)
