"""The job behind `cxlab validate`: every mind meets every fact, and is judged."""

from __future__ import annotations

import dataclasses as dc
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.console import Console

from agents.mind import NoMind
from experiments.battery.fact import Fact
from experiments.battery.facts import FACTS
from experiments.battery.gather import Piece, gathered
from experiments.battery.laboratory import Laboratory
from experiments.battery.questionnaire import Questionnaire
from experiments.battery.results import NULL, ValidationResult, load, save
from experiments.battery.sample import CUSTOMERS, Sample
from experiments.battery.severity import held
from experiments.execution import Execution
from experiments.jobs import results_of
from experiments.provenance import provenance
from experiments.reporting.battery.figure import matrix_figure
from experiments.reporting.battery.page import write_page
from experiments.reporting.battery.terminal import print_validation
from experiments.reporting.figure_style import drawn
from experiments.study import Study
from sim.errors import ConfigError, ParameterError
from sim.parameters import Parametric, param
from sim.scenario import Conditions
from sim.world import Mind

FEWEST = 20  # replications: fewer make no interval worth judging by
STUDYS = "this study's"  # name of a mind that is none of those compared
_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Validate(Parametric):
    """Score minds against published facts: what each fact measures, whether it holds, and how easily.

    Attributes:
        minds: by name; the study's own is added if it is none of them, and so is `none`.
        facts: ids of those to be tried; empty for all.
        questionnaire: how customers answer a survey.
    """

    minds: Mapping[str, Mind]
    facts: tuple[str, ...] = ()
    draws: int = param(200, unit="draws", low=0, high=100_000, doc="of all parameters from their prior ranges")
    field_draws: int = param(
        20, unit="draws", low=0, high=100_000, doc="the same for facts of the field, of the study's mind only"
    )
    customers: int = param(CUSTOMERS, unit="customers", low=240, high=1_000_000, doc="in one replication")
    questionnaire: Questionnaire = field(default_factory=Questionnaire)

    pieces: ClassVar[str] = "replications"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.minds:
            raise ParameterError(
                "Validate.minds is empty: choose experiment=validate, or add minds with +mind@job.minds.NAME=NAME."
            )
        if unknown := [name for name in self.facts if name not in FACTS]:
            raise ParameterError(
                f"Validate.facts = {list(self.facts)}: there is no {unknown[0]!r}; facts are {[*FACTS]}."
            )
        if self.minds.get(NULL, NoMind()) != NoMind():
            raise ParameterError(
                f"Validate.minds.{NULL} is a mind: that name is kept for no mind. Give it another name."
            )
        if len(set(self.facts)) < len(self.facts):
            raise ParameterError(f"Validate.facts = {list(self.facts)} names a fact twice: name each once.")

    def label(self, study: Study) -> str:
        """Minds and facts."""
        return f"validate-{len(self.all_minds(study))}-minds-{len(self.asked)}-facts"

    def tasks(self, study: Study) -> int:
        """Replications; each holds all minds, and a share of their prior draws."""
        return study.replications

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Measure what is missing, judge, print the fact table and the matrix, and write the page."""
        if study.replications < FEWEST:
            raise ConfigError(
                f"replications = {study.replications}: facts are judged by intervals over {FEWEST} or more. Write "
                f"replications={FEWEST}; customers and draws make it faster: job.customers=600 job.draws=20."
            )
        began = time.perf_counter()
        work = partial(measure, self, study)
        folder = results_of(self, study, execution, configuration, work, partial(_write, self, study, configuration))
        print_validation(load(folder))
        _CONSOLE.print(f"{time.perf_counter() - began:.1f} s.")
        print(f"Report: {folder / 'report.html'}")
        return folder

    @property
    def asked(self) -> tuple[Fact, ...]:
        """The facts to be tried, in order."""
        return tuple(FACTS[name] for name in self.facts or FACTS)

    def all_minds(self, study: Study) -> dict[str, Mind]:
        """The minds to be scored, by name: no mind at all first, the study's own last if it is none of the others."""
        own = {} if self.chosen(study) in (NULL, *self.minds) else {STUDYS: study.mind}
        return {NULL: NoMind(), **self.minds, **own}

    def chosen(self, study: Study) -> str:
        """The name of the study's mind."""
        known = {NULL: NoMind(), **self.minds}
        return next((name for name, mind in known.items() if mind == study.mind), STUDYS)


def measure(job: Validate, study: Study, number: int) -> Piece:
    """One replication: all facts in all minds, and every so-many-th prior draw of each mind on the same customers.

    Facts of the field take longer: they are tried with fewer draws, of the study's mind only.
    """
    rival, free = study.rivals.usual.quality, study.rivals.competition
    usual = Conditions(rival=rival, competition=free, brand=study.reputation.start)
    sample = Sample(study.seed_of(number), job.customers, study.segments, study.service, usual)
    chosen, no_mind = job.chosen(study), Laboratory(NoMind(), sample, study.warm_up, job.questionnaire)
    mindless = {fact.id: fact.measured(no_mind) for fact in job.asked if fact.mindless}
    piece = Piece({}, {})
    for name, mind in job.all_minds(study).items():
        laboratory = Laboratory(mind, sample, study.warm_up, job.questionnaire)
        for fact in job.asked:
            piece.measured[name, fact.id] = mindless.get(fact.id) or fact.measured(laboratory)
        for in_field, draws in ((False, job.draws), (True, job.field_draws * (name == chosen))):
            facts = [fact for fact in job.asked if fact.field is in_field]
            numbers = range(number, draws, study.replications)
            for fact_id, claims in held(mind, facts, numbers, sample, study.warm_up, job.questionnaire).items():
                piece.held[name, fact_id] = claims
    return piece


def _write(job: Validate, study: Study, configuration: str, pieces: Mapping[int, Piece], folder: Path) -> None:
    """Everything a run folder holds."""
    seeds = {"seeds": f"{study.seed_of(0)} to {study.seed_of(study.replications - 1)}"}
    frames = gathered(dict(pieces), job.asked, job.all_minds(study))
    result = ValidationResult(
        **frames,
        chosen=job.chosen(study),
        replications=study.replications,
        customers=job.customers,
        draws=job.draws,
        field_draws=job.field_draws,
        questionnaire=dc.asdict(job.questionnaire),
        configuration=configuration,
        provenance={**provenance(), **seeds},
    )
    figure = matrix_figure(result)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    for kind in ("svg", "png"):
        (folder / "figures" / f"matrix.{kind}").write_bytes(drawn(figure, kind))
    write_page(result, folder / "report.html", figure)
    (folder / "config.yaml").write_text(configuration, encoding="utf-8")
    save(result, folder)
