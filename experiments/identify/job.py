"""The job behind `experiment=identify`: which parameters of a mind can be told from what a firm observes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.console import Console

from experiments.calibrated import Calibration, calibrate
from experiments.examination import examine
from experiments.execution import Execution
from experiments.identify.firms import Design, Firms, firms_of
from experiments.identify.gather import Found, found_of, joined, together
from experiments.identify.results import CRM, SURVEY, IdentifyResult, load, save
from experiments.identify.situation import events_of, quiet_weeks
from experiments.identify.trials import Trial, Trials
from experiments.jobs import results_of
from experiments.priors import priors_of
from experiments.provenance import population_name, provenance
from experiments.reporting.identify.figures import figures, save_figures
from experiments.reporting.identify.page import write_page
from experiments.reporting.identify.terminal import print_identify
from experiments.runner import run_missing
from experiments.study import Study
from sim.errors import ParameterError
from sim.parameters import Parametric, param
from sim.world import Mind

STUDYS = "this study's"  # name of a mind that is none of those named
FEWEST = 3  # draws in a fold
_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Identify(Parametric):
    """Which parameters can be recovered from what a firm observes: simulate with known ones, and try.

    Attributes:
        minds: by name; the study's own is added if it is none of them.
        compare: names of the minds that take part; empty for all.
        trials: what the firm tries out on some customers, by name, one after the other.
    """

    minds: Mapping[str, Mind] = field(default_factory=dict)
    compare: tuple[str, ...] = ()
    trials: Mapping[str, Trial] = field(default_factory=dict)
    draws: int = param(150, unit="draws", low=10, high=100_000, doc="parameter vectors per mind")
    folds: int = param(10, unit="folds", low=2, high=1_000, doc="parts of the draws, each predicted from the others")
    window: int = param(4, unit="weeks", low=1, high=520, doc="weeks that are summed up in one number")
    respondents: int = param(
        300, unit="customers", low=0, high=1_000_000, doc="asked by a researcher in each window; 0: none"
    )
    doubt: float = param(
        1.5, unit="factor", low=1, high=10, doc="how well the market's own parameters are known beforehand"
    )
    chunk: int = param(10, unit="draws", low=1, high=100_000, doc="draws in one piece of the work")
    pieces: ClassVar[str] = "parts"

    def __post_init__(self) -> None:
        super().__post_init__()
        Trials(self.trials)
        if self.draws < FEWEST * self.folds:
            raise ParameterError(
                f"Identify.draws = {self.draws} are too few for folds = {self.folds}: a fold needs {FEWEST} draws to "
                f"be judged by. Choose draws = {FEWEST * self.folds} or more, or fewer folds."
            )
        if len(set(self.compare)) < len(self.compare):
            raise ParameterError(f"Identify.compare = {list(self.compare)} names a mind twice: name each once.")

    def label(self, study: Study) -> str:
        """Market, minds and draws."""
        return f"identify-{population_name(study)}-{len(self.chosen(study))}-minds-{self.draws}-draws"

    def tasks(self, study: Study) -> int:
        """Parts of the draws of every mind that has parameters."""
        return len(self._parts(study))

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Let firms live, or find that they did; print what can be recovered."""
        self.check(study)
        for mind in self.chosen(study).values():
            examine(mind)
        began, calibration = time.perf_counter(), calibrate(study)
        work = partial(_part, study, calibration, self.design, self._parts(study))
        write = partial(_write, self, study, execution, configuration)
        folder = results_of(self, study, execution, configuration, work, write)
        print_identify(load(folder))
        _CONSOLE.print(f"{time.perf_counter() - began:.1f} s.")
        print(f"Report: {folder / 'report.html'}")
        return folder

    @property
    def design(self) -> Design:
        """How firms are drawn and looked at."""
        return Design(self.trials, self.draws, self.window, self.respondents, self.doubt)

    def chosen(self, study: Study) -> dict[str, Mind]:
        """The minds that take part, by name."""
        known = dict(self.minds) if study.mind in self.minds.values() else {STUDYS: study.mind, **self.minds}
        if unknown := [name for name in self.compare if name not in known]:
            raise ParameterError(
                f"job.compare = {list(self.compare)}: there is no mind {unknown[0]!r}; there are {', '.join(known)}."
            )
        return {name: known[name] for name in self.compare or known}

    def focus(self, study: Study) -> str:
        """The mind that is shown parameter by parameter: the study's own, or else the first that has any."""
        minds = {name: mind for name, mind in self.chosen(study).items() if priors_of(mind)}
        return next((name for name, mind in minds.items() if mind == study.mind), next(iter(minds)))

    def check(self, study: Study) -> None:
        """Refuse what cannot be answered, before anything is run.

        Raises:
            ParameterError: says what is missing and how to mend it.
        """
        if not any(priors_of(mind) for mind in self.chosen(study).values()):
            raise ParameterError(
                f"job.minds: nothing to recover: {', '.join(self.chosen(study))} has no parameters. Choose another "
                f"with mind=NAME, or take experiment=identify, which has all minds."
            )
        for name, trial in self.trials.items():
            if trial.start >= study.weeks:
                raise ParameterError(
                    f"job.trials.{name}.start = {trial.start} is after the last week {study.weeks - 1}: choose an "
                    f"earlier start, or weeks = {trial.start + 1} or more."
                )
        quiet, windows = self.design.quiet(study), study.weeks // self.window
        if quiet < 1:
            raise ParameterError(
                f"something happens in week {quiet_weeks(study, self.trials)} already: customers settle in for "
                f"job.window = {self.window} weeks, and as many are needed to know what is usual. Let nothing start "
                f"before week {2 * self.window}, or choose a smaller window."
            )
        if windows < quiet + 2:
            raise ParameterError(
                f"weeks = {study.weeks} hold {windows} windows of job.window = {self.window} weeks, and {quiet + 1} of "
                f"them are over before anything happens. Choose weeks = {(quiet + 2) * self.window} or more."
            )

    def result(
        self, study: Study, execution: Execution, configuration: str, pieces: Mapping[int, Firms]
    ) -> IdentifyResult:
        """All firms in one result; minds are read in parallel."""
        parts: dict[str, list[Firms]] = {}
        for (name, _, _), piece in zip(self._parts(study), pieces.values(), strict=True):
            parts.setdefault(name, []).append(piece)
        minds = self.chosen(study)
        firms = [(name, minds[name], together(own)) for name, own in parts.items()]
        found: dict[int, Found] = {}
        work = partial(_read, firms, self.folds, study.seed)
        run_missing(work, len(firms), set(), execution, found.__setitem__, "minds read")
        seen = next(one for name, _, one in firms if name == self.focus(study))
        return IdentifyResult(
            **vars(joined([found[number] for number in range(len(firms))])),
            minds=tuple(minds),
            focus=self.focus(study),
            events=events_of(study, self.trials),
            count=self.draws,
            folds=self.folds,
            summaries={CRM: len(seen.names), SURVEY: len(seen.asked)},
            customers=study.population.size,
            weeks=study.weeks,
            configuration=configuration,
            provenance={**provenance(), "seeds": f"{study.seed_of(0)} to {study.seed_of(self.draws - 1)}"},
        )

    def _parts(self, study: Study) -> list[tuple[str, Mind, range]]:
        """Name, mind and draws of each piece of the work."""
        starts = range(0, self.draws, self.chunk)
        return [
            (name, mind, range(start, min(start + self.chunk, self.draws)))
            for name, mind in self.chosen(study).items()
            if priors_of(mind)
            for start in starts
        ]


def _part(
    study: Study, calibration: Calibration, design: Design, parts: list[tuple[str, Mind, range]], number: int
) -> Firms:
    name, mind, rows = parts[number]
    return firms_of(study, calibration, design, name, mind, rows)


def _read(firms: list[tuple[str, Mind, Firms]], folds: int, seed: int, number: int) -> Found:
    name, mind, own = firms[number]
    return found_of(name, mind, own, folds, seed)


def _write(
    job: Identify, study: Study, execution: Execution, configuration: str, pieces: Mapping[int, Firms], folder: Path
) -> None:
    """Everything a run folder holds."""
    result = job.result(study, execution, configuration, pieces)
    made = figures(result)
    save_figures(made, folder / "figures")
    write_page(result, folder / "report.html", made)
    (folder / "config.yaml").write_text(configuration, encoding="utf-8")
    save(result, folder)
