"""Replications on one core or several, with progress; what is finished is kept at once, so nothing is done twice."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from experiments.calibrated import Calibration
from experiments.replication import Replication, replicate
from experiments.study import Study
from sim.baseline import Baseline
from sim.errors import StoreError

type Keep = Callable[[int, Replication], None]


def run_missing(
    study: Study, calibration: Calibration, baseline: Baseline, done: set[int], workers: int, keep: Keep, progress: bool
) -> None:
    """Run every replication that is not done yet and hand each to `keep` as soon as it is finished.

    Args:
        study: what to run.
        calibration: its fitted market.
        baseline: its frozen shifts.
        done: numbers of replications that are already there.
        workers: processes; 0 for one per core.
        keep: takes a number and its replication.
        progress: show a bar with replications done and time left, on standard error.
    """
    missing = [number for number in range(study.replications) if number not in done]
    if not missing:
        return
    workers = min(workers or cpu_count(), len(missing))
    jobs = (delayed(_numbered)(study, calibration, baseline, number) for number in missing)
    parallel = Parallel(n_jobs=workers, return_as="generator_unordered", pre_dispatch=2 * workers)
    with _bar(progress, study.replications, len(done)) as advance, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*tasks.*cancelled.*")  # said in our own words where it matters
        try:
            for number, replication in parallel(jobs):
                keep(number, replication)
                advance()
        except TerminatedWorkerError as error:
            raise StoreError(
                "a worker process was killed, perhaps for want of memory; what was finished is kept. Run the same "
                "command again with execution.workers=1, or fewer customers."
            ) from error


def _numbered(study: Study, calibration: Calibration, baseline: Baseline, number: int) -> tuple[int, Replication]:
    return number, replicate(study, calibration, baseline, number)


@contextmanager
def _bar(wanted: bool, total: int, done: int) -> Iterator[Callable[[], None]]:
    if not wanted:
        yield lambda: None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task: TaskID = bar.add_task("replications", total=total, completed=done)
        yield lambda: bar.advance(task)
