"""The main job: from a log of purchases to a report that says which plan wins."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from rich.console import Console

from agents.mind import Mind
from experiments.calibrated import Calibration, calibrate
from experiments.execution import Execution
from experiments.frames import joined
from experiments.inference.sequential import FIRST
from experiments.jobs import Bench, key_of_job
from experiments.journal import journal_of
from experiments.kinds import kinds_of
from experiments.pilot import baseline_of
from experiments.provenance import population_name, provenance
from experiments.replication import Replication, replicate
from experiments.reporting.compare import print_comparison
from experiments.reporting.figures import figures, save_figures
from experiments.reporting.paired import COMPARED, VALUE
from experiments.reporting.report import write_report
from experiments.reporting.verdict import verdict
from experiments.results import NEW, STOPPED, MetricInfo, StudyResult, load, save
from experiments.stopping import BestArm, Decided, FixedWidth, Rule, by_arm
from experiments.store import PieceLost, Pieces, Store
from experiments.study import Study
from experiments.trace import COLUMNS, stories_of
from experiments.weeks import Weeks, write_weeks
from sim.baseline import Baseline
from sim.errors import ParameterError
from sim.metrics import FLOWS
from sim.parameters import ASSUMED, Parametric, param
from sim.people import REASONS

APART = ("replications", "precision", "job")  # a single replication depends on none of them
_UNTIL, _TRIES = ("replications", "decided", "best"), 3
_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Compare(Parametric):
    """Compare the study's arms: which plan wins, by how much, for whom; and when that is known well enough.

    Attributes:
        until: "replications" runs as many as the study says; "decided" goes on until every plan is told from the
            control, "best" until the best arm is found. The study's `precision` asks for a fixed width instead.
        measure: what these look at; retention for a fixed width and value else, where nothing is said.
    """

    until: str = "replications"
    measure: str = ""
    indifference: float = param(
        0.1, unit="of the measure", low=1e-9, high=1e12, doc="smallest lead worth finding, with until=best",
        source=ASSUMED,
    )  # fmt: skip
    most: int = param(1_000, unit="replications", low=20, high=1_000_000, doc="limit where their number is not fixed")

    pieces: ClassVar[str] = "replications"

    def __post_init__(self) -> None:
        super().__post_init__()
        known = (*COMPARED, "churn")
        if self.until not in _UNTIL:
            raise ParameterError(f"job.until = '{self.until}' is not one of {', '.join(_UNTIL)}: choose one of them.")
        if self.measure and self.measure not in known:
            raise ParameterError(f"job.measure = '{self.measure}' is not compared: choose one of {', '.join(known)}.")

    def label(self, study: Study) -> str:
        """Population, arms and weeks."""
        return f"{population_name(study)}-{len(study.chosen)}-arms-{study.weeks}-weeks"

    def tasks(self, study: Study) -> int:
        """Replications; the first ones, where their number is not fixed."""
        return study.replications if self.rule(study) is None else max(FIRST, study.replications)

    def rule(self, study: Study) -> Rule | None:
        """What decides when to stop; None for a fixed number of replications.

        Raises:
            ParameterError: there is nothing to compare, or two rules are asked for.
        """
        if not study.precision and self.until == "replications":
            return None
        if study.precision and self.until != "replications":
            raise ParameterError(
                f"precision = {study.precision:g} and job.until = '{self.until}' are two rules to stop by: choose one."
            )
        if study.control not in study.chosen or len(study.chosen) < 2:
            raise ParameterError(
                f"compare = {list(study.chosen)} has nothing to compare with: name the control '{study.control}' and "
                f"at least one plan."
            )
        if study.precision:
            return FixedWidth(study.precision)
        measure = self.measured(study)
        sign = -1 if measure in ("cost", "churn") else 1
        return Decided() if self.until == "decided" else BestArm(self.indifference, sign=sign)

    def measured(self, study: Study) -> str:
        """What the rule looks at."""
        return self.measure or ("retention" if study.precision else VALUE)

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Run the study, or find its results; print the comparison and where the report lies."""
        began = time.perf_counter()
        self.rule(study)
        folder = None if execution.fresh else Store(execution.root).find(key_of_job(self, study, configuration))
        is_new = folder is None
        if folder is None:
            folder = compute(self, study, execution, configuration)
        result = load(folder)
        print_comparison(result)
        say = "These results were already there: nothing was computed again (execution.fresh=true does)."
        if is_new:
            spent = time.perf_counter() - began
            say = f"{result.replications} replications x {len(study.chosen)} arms in {spent:.1f} s."
        _CONSOLE.print(say)
        print(f"Report: {folder / 'report.html'}")
        return folder


def compute(job: Compare, study: Study, execution: Execution, configuration: str) -> Path:
    """Calibrate, hold the baseline, run what is missing and gather everything in the study's folder."""
    calibration = calibrate(study)
    for note in (*calibration.notes, *calibration.sentences()):
        _CONSOLE.print(note)
    baseline = baseline_of(study, calibration, execution.root / ".baselines")
    work = partial(replicate, study, calibration, baseline)
    bench: Bench[Replication] = Bench(job, study, execution, configuration, APART)
    for last in (*[False] * _TRIES, True):
        try:
            said = _until_stopped(job, study, bench, work)
            return bench.finish(partial(_write, study, calibration, baseline, configuration, said))
        except PieceLost:  # damaged, or taken away, since it was looked at
            if last:
                raise
    raise AssertionError("the last time returns or raises")


def _until_stopped(job: Compare, study: Study, bench: Bench[Replication], work: Callable[[int], Replication]) -> str:
    """Run as many replications as the job's rule asks for; what it said in the end."""
    rule, arms, seen, wanted = job.rule(study), list(study.chosen), 0, job.tasks(study)
    values = np.empty((0, len(arms)))
    while True:
        bench.compute(work, range(wanted))
        if rule is None:
            return ""
        new = joined(bench.pieces.frames("outcomes", range(seen, wanted)))
        values, seen = np.vstack([values, by_arm(new, job.measured(study), arms)]), wanted
        look = rule.look(values, arms)
        if look.wanted <= wanted:
            return f"{look.said}. Measure: {job.measured(study)}"
        if wanted >= job.most:
            return f"Stopped at job.most = {job.most:,} replications before the rule was done. {look.said}"
        wanted = min(look.wanted, job.most)


def gathered(
    study: Study, calibration: Calibration, baseline: Baseline, pieces: Pieces[Replication], weeks: Weeks,
    configuration: str, said: str,
) -> StudyResult:  # fmt: skip
    """All replications in one result, with the life stories of the plan that does best."""
    log = {"log": "; ".join(calibration.notes)} if calibration.notes else {}
    seeds = {"seeds": f"{study.seed_of(0)} to {study.seed_of(len(pieces) - 1)}"}
    stopped = {STOPPED: said} if said else {}
    result = StudyResult(
        weeks=weeks,
        outcomes=joined(pieces.frames("outcomes")),
        fates=joined(pieces.frames("fates")),
        stories=pd.DataFrame(columns=list(COLUMNS)),
        metrics=_metrics(study),
        control=study.control,
        calibration=calibration.lines(),
        configuration=configuration,
        provenance={**provenance(), **log, **seeds, **stopped},
        currency=study.data.currency,
        journal=journal_of(joined(pieces.frames("journal"))),
    )
    found = verdict(result)
    if found is None:
        return result
    stories = stories_of(study, calibration, baseline, found.best_plan)
    classified = isinstance(study.mind, Mind)
    arms = (study.control, found.best_plan)
    kinds = kinds_of(study, calibration, baseline, arms) if classified else pd.DataFrame()
    return replace(result, stories=stories, kinds=kinds)


def _metrics(study: Study) -> tuple[MetricInfo, ...]:
    """Every metric in the frames: the weekly ones, and those that only the horizon has."""
    money = f"{study.data.currency} per customer"
    weekly = [
        MetricInfo(metric.name, metric.unit.replace("money", study.data.currency), metric.better, metric.label)
        for metric in (*FLOWS, *study.mind.metrics)
        if metric.name not in ("revenue", "margin", "cost", "profit", "purchases")
    ]
    return (
        *weekly,
        MetricInfo("retained", "customers", +1, "Still active, of those at the fork"),
        MetricInfo("retention", "share", +1, "Retention"),
        MetricInfo("churn", "share", -1, "Churn"),
        MetricInfo("purchases", "purchases per customer", +1, "Purchases"),
        MetricInfo("revenue", money, +1, "Revenue"),
        MetricInfo("margin", money, +1, "Gross margin"),
        MetricInfo("cost", money, -1, "Cost of the plan"),
        MetricInfo("profit", money, +1, "Profit"),
        MetricInfo("discounts", money, 0, "Discounts given"),
        MetricInfo("premiums", money, 0, "Premiums charged"),
        MetricInfo("discounted_profit", f"{study.data.currency} per week", +1, "Profit, discounted"),
        MetricInfo("value_beyond", money, +1, "Value beyond the horizon"),
        MetricInfo("budget_use", "share", 0, "Budget used"),
        MetricInfo("came_back", "customers", +1, "Second lives"),
        MetricInfo("back_again", "customers", +1, "Came back and still there"),
        *(MetricInfo(name, "customers", +1, words.capitalize()) for name, words in NEW.items()),
        *(MetricInfo(f"left: {reason}", "customers", -1, f"Left: {reason}") for reason in REASONS[1:]),
    )


def _write(
    study: Study, calibration: Calibration, baseline: Baseline, configuration: str, said: str,
    pieces: Pieces[Replication], folder: Path,
) -> None:  # fmt: skip
    """Everything a run folder holds; the weeks go from piece to file, and are read from there."""
    write_weeks(pieces.frames("weeks"), folder / "weeks.parquet")
    result = gathered(study, calibration, baseline, pieces, Weeks(folder / "weeks.parquet"), configuration, said)
    drawn = figures(result)
    save_figures(result, folder / "figures", drawn)
    write_report(result, folder / "report.html", drawn)
    (folder / "config.yaml").write_text(result.configuration, encoding="utf-8")
    save(result, folder)
