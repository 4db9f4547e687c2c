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

from sim.errors import StoreError


def run_missing[T](
    work: Callable[[int], T],
    total: int,
    done: set[int],
    workers: int,
    keep: Callable[[int, T], None],
    progress: bool,
    word: str = "replications",
) -> None:
    """Do every piece of work that is not done yet and hand each to `keep` as soon as it is finished.

    Args:
        work: takes a piece's number; can be pickled.
        total: how many pieces there are.
        done: numbers of pieces that are already there.
        workers: processes; 0 for one per core.
        keep: takes a number and its piece.
        progress: show a bar with pieces done and time left, on standard error.
        word: what the pieces are called.
    """
    missing = [number for number in range(total) if number not in done]
    if not missing:
        return
    workers = min(workers or cpu_count(), len(missing))
    jobs = (delayed(_numbered)(work, number) for number in missing)
    parallel = Parallel(n_jobs=workers, return_as="generator_unordered", pre_dispatch=2 * workers)
    with _bar(progress, total, len(done), word) as advance, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*tasks.*cancelled.*")  # said in our own words where it matters
        try:
            for number, piece in parallel(jobs):
                keep(number, piece)
                advance()
        except TerminatedWorkerError as error:
            raise StoreError(
                "a worker process was killed, perhaps for want of memory; what was finished is kept. Run the same "
                "command again with execution.workers=1, or fewer customers."
            ) from error


def _numbered[T](work: Callable[[int], T], number: int) -> tuple[int, T]:
    return number, work(number)


@contextmanager
def _bar(wanted: bool, total: int, done: int, word: str) -> Iterator[Callable[[], None]]:
    if not wanted:
        yield lambda: None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task: TaskID = bar.add_task(word, total=total, completed=done)
        yield lambda: bar.advance(task)
