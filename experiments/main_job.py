"""The main job: from a log of purchases to a report that says which plan wins."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import pandas as pd
from rich.console import Console

from agents.mind import Mind
from experiments.calibrated import Calibration, calibrate
from experiments.execution import Execution
from experiments.jobs import key_of_job
from experiments.journal import journal_of
from experiments.kinds import kinds_of
from experiments.pilot import baseline_of
from experiments.provenance import population_name, provenance
from experiments.replication import Replication, replicate
from experiments.reporting.compare import print_comparison
from experiments.reporting.figures import figures, save_figures
from experiments.reporting.report import write_report
from experiments.reporting.verdict import verdict
from experiments.results import NEW, MetricInfo, StudyResult, load, save
from experiments.runner import run_missing
from experiments.store import Store
from experiments.study import Study
from experiments.trace import COLUMNS, stories_of
from sim.baseline import Baseline
from sim.metrics import FLOWS
from sim.people import REASONS

_CONSOLE = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Compare:
    """Compare the study's arms: which plan wins, by how much, for whom."""

    pieces: ClassVar[str] = "replications"

    def label(self, study: Study) -> str:
        """Population, arms and weeks."""
        return f"{population_name(study)}-{len(study.chosen)}-arms-{study.weeks}-weeks"

    def tasks(self, study: Study) -> int:
        """Replications."""
        return study.replications

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Run the study, or find its results; print the comparison and where the report lies."""
        return run(study, execution, configuration)


def run(study: Study, execution: Execution, configuration: str) -> Path:
    """Run a study, or find its results; print the comparison and where the report lies.

    Args:
        study: what to compare.
        execution: where and on how many cores.
        configuration: the resolved configuration of the study, as YAML.

    Returns:
        The run folder.
    """
    began = time.perf_counter()
    store = Store(execution.root)
    key = key_of_job(Compare(), study, configuration)
    folder = None if execution.fresh else store.find(key)
    if folder is None:
        result = compute(study, execution, configuration, store, key)
        folder = store.finish(key, lambda temporary: _write(result, temporary), replace=execution.fresh)
        say = f"{study.replications} replications x {len(study.chosen)} arms in {time.perf_counter() - began:.1f} s."
    else:
        say = "These results were already there: nothing was computed again (execution.fresh=true does)."
    print_comparison(load(folder))
    _CONSOLE.print(say)
    print(f"Report: {folder / 'report.html'}")
    return folder


def compute(study: Study, execution: Execution, configuration: str, store: Store, key: str) -> StudyResult:
    """Calibrate, hold the baseline, run what is missing and gather everything into one result."""
    calibration = calibrate(study)
    for note in (*calibration.notes, *calibration.sentences()):
        _CONSOLE.print(note)
    baseline = baseline_of(study, calibration, store.root / ".baselines")
    parts: dict[int, Replication] = store.parts(key)

    def keep(number: int, replication: Replication) -> None:
        store.put_part(key, number, replication)
        parts[number] = replication

    work = partial(replicate, study, calibration, baseline)
    run_missing(work, study.replications, set(parts), execution.workers, keep, execution.progress)
    ordered = [parts[number] for number in range(study.replications)]
    log = {"log": "; ".join(calibration.notes)} if calibration.notes else {}
    seeds = {"seeds": f"{study.seed_of(0)} to {study.seed_of(study.replications - 1)}"}
    about = {**provenance(), **log, **seeds}
    return gathered(study, calibration, baseline, ordered, configuration, about)


def gathered(
    study: Study, calibration: Calibration, baseline: Baseline, replications: list[Replication], configuration: str,
    about: Mapping[str, str],
) -> StudyResult:  # fmt: skip
    """All replications in one result, with the life stories of the plan that does best."""
    result = StudyResult(
        weeks=pd.concat([r.weeks for r in replications], ignore_index=True),
        outcomes=pd.concat([r.outcomes for r in replications], ignore_index=True),
        fates=pd.concat([r.fates for r in replications], ignore_index=True),
        stories=pd.DataFrame(columns=list(COLUMNS)),
        metrics=_metrics(study),
        control=study.control,
        calibration=calibration.lines(),
        configuration=configuration,
        provenance=about,
        currency=study.data.currency,
        journal=journal_of(pd.concat([r.journal for r in replications], ignore_index=True)),
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


def _write(result: StudyResult, folder: Path) -> None:
    """Everything a run folder holds."""
    drawn = figures(result)
    save_figures(result, folder / "figures", drawn)
    write_report(result, folder / "report.html", drawn)
    (folder / "config.yaml").write_text(result.configuration, encoding="utf-8")
    save(result, folder)
