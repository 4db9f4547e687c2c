"""Pieces of work on one core, several, or a cluster; what is finished is kept at once, so nothing is done twice."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

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
from threadpoolctl import ThreadpoolController

from experiments.cluster.backend import TRIES, ClusterBackend
from experiments.cluster.session import cluster_of
from experiments.execution import CLUSTERS, Execution
from sim.errors import StoreError


def run_missing[T](
    work: Callable[[int], T],
    total: int,
    done: set[int],
    execution: Execution,
    keep: Callable[[int, T], None],
    word: str = "replications",
) -> None:
    """Do every piece of work that is not done yet and hand each to `keep` as soon as it is finished.

    Where it is done changes nothing in what comes out. Short pieces travel in blocks. When a worker is lost, what it
    was doing is done again, and said so.

    Args:
        work: takes a piece's number; can be pickled.
        total: how many pieces there are.
        done: numbers of pieces that are already there.
        execution: where, on how many cores, and whether with a bar of pieces done and time left on standard error.
        keep: takes a number and its piece.
        word: what the pieces are called.

    Raises:
        StoreError: workers are lost again and again with the same work.
        ConfigError: there is no cluster at the address.
    """
    finished, fruitless = set(done), 0
    with _bar(execution.progress, total, len(done), word) as advance:
        while missing := [number for number in range(total) if number not in finished]:
            before = len(finished)
            try:
                for number, piece in _results(work, missing, execution, least=2 if fruitless else 1):
                    keep(number, piece)
                    finished.add(number)
                    advance()
            except TerminatedWorkerError as error:
                fruitless = fruitless + 1 if len(finished) == before else 1  # what kills a worker shall not run here
                if fruitless == TRIES:
                    raise StoreError(
                        "a worker process was killed, perhaps for want of memory; what was finished is kept. Run the "
                        "same command again with execution.workers=1, or fewer customers."
                    ) from error
                said = (
                    f"a worker process was killed: {len(finished)} of {total} {word} are kept, the rest is done again."
                )
                print(said, file=sys.stderr)


def _results[T](
    work: Callable[[int], T], missing: list[int], execution: Execution, least: int
) -> Iterator[tuple[int, T]]:
    """Number and piece, in the order in which they are finished, by so many processes at least."""
    pieces = (delayed(_numbered)(work, number) for number in missing)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*tasks.*cancelled.*")  # said in our own words where it matters
        yield from _parallel(execution, max(least, len(missing)))(pieces)


def _parallel(execution: Execution, pieces: int) -> Parallel:
    """Joblib on what was chosen; two blocks per worker are under way, so that none has to wait for its next."""
    if execution.backend in CLUSTERS:
        cluster = cluster_of(execution)
        workers = min(execution.workers or cluster.workers, cluster.workers)
        ahead = 1 if workers < cluster.workers else 2  # a cluster would begin with whatever it is given
        backend: ClusterBackend | str = ClusterBackend(cluster)
    else:
        workers = min(execution.workers or cpu_count(), pieces) if execution.backend == "processes" else 1
        ahead, backend = 2, "loky"
    return Parallel(n_jobs=workers, backend=backend, return_as="generator_unordered", pre_dispatch=ahead * workers)


def _numbered[T](work: Callable[[int], T], number: int) -> tuple[int, T]:
    """A piece and its number; one thread, so that workers leave each other their cores and sums keep their order."""
    with _libraries().limit(limits=1):
        return number, work(number)


@cache
def _libraries() -> ThreadpoolController:
    """The thread pools of this process; finding them takes milliseconds."""
    return ThreadpoolController()


@contextmanager
def _bar(wanted: bool, total: int, done: int, word: str) -> Iterator[Callable[[], None]]:
    if not wanted or done == total:
        yield lambda: None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task: TaskID = bar.add_task(word, total=total, completed=done)
        yield lambda: bar.advance(task)
