"""What can be done with a study: `job=NAME` chooses. A job is a value, like a strategy or a theory."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

import yaml

from experiments.execution import Execution
from experiments.provenance import study_key
from experiments.runner import run_missing
from experiments.store import PieceLost, Pieces, RunInfo, Store, UnderWay
from experiments.study import Study

_TRIES = 3  # pieces can be damaged or taken away between two looks, but not again and again


@runtime_checkable
class Job(Protocol):
    """What a configuration asks to be done with its study.

    Attributes:
        pieces: what a piece of the work is called, in the plural.
    """

    pieces: ClassVar[str]

    def label(self, study: Study) -> str:
        """How its results are called: the beginning of the folder's name."""

    def tasks(self, study: Study) -> int:
        """Into how many pieces the work is cut; finished pieces are kept when it is stopped."""

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        """Do it, or find that it is done; print the answer and where the report lies, and return the folder."""


def key_of_job(job: Job, study: Study, configuration: str) -> str:
    """The name under which a job's results are kept."""
    return study_key(study, configuration, job.label(study), job)


def address_of(job: Job, study: Study, configuration: str, apart: Collection[str] = ()) -> str:
    """Under which name the pieces of a job are kept, beside their number.

    Args:
        job: what is done.
        study: with what.
        configuration: resolved, as YAML.
        apart: entries that no piece depends on, e.g. ("replications",): studies that differ in them share pieces.
    """
    if not apart:
        return key_of_job(job, study, configuration)
    held = {name: value for name, value in (yaml.safe_load(configuration) or {}).items() if name not in apart}
    return key_of_job(job, study, yaml.safe_dump(held))


def results_of[T](
    job: Job, study: Study, execution: Execution, configuration: str, work: Callable[[int], T],
    write: Callable[[Mapping[int, T], Path], None], apart: Collection[str] = (),
) -> Path:  # fmt: skip
    """The folder with a job's results: found, or made from pieces that are computed where they are missing.

    Pieces may be frames, arrays, numbers, texts, and lists, tuples, mappings or frozen dataclasses of such.

    Args:
        job: what is done.
        study: with what.
        execution: where and on how many cores.
        configuration: resolved, as YAML.
        work: computes one piece; can be pickled.
        write: fills a folder from all pieces, which are read from the store one at a time, whenever they are asked
            for; it must write `study.json`, which marks it complete.
        apart: entries of the configuration that no piece depends on: pieces of studies that differ in them are shared.
    """
    bench: Bench[T] = Bench(job, study, execution, configuration, apart)
    if bench.found is not None:
        return bench.found
    for last in (*[False] * _TRIES, True):
        bench.compute(work, range(job.tasks(study)))
        try:
            return bench.finish(write)
        except PieceLost:  # damaged, or taken away, since it was looked at
            if last:
                raise
    raise AssertionError("the last time returns or raises")


class Bench[T]:
    """The pieces of one job in its store: computed where they are missing, kept at once, read one at a time.

    For jobs that do not know beforehand how many pieces they need; all others take `results_of`.

    Args:
        job: what is done.
        study: with what.
        execution: where and on how many cores.
        configuration: resolved, as YAML.
        apart: entries of the configuration that no piece depends on: pieces of studies that differ in them are shared.

    Attributes:
        found: the folder with the results, if they are there already.
    """

    def __init__(
        self, job: Job, study: Study, execution: Execution, configuration: str, apart: Collection[str] = ()
    ) -> None:
        self._began, self._store, self._execution = time.perf_counter(), Store(execution.root), execution
        self.key = key_of_job(job, study, configuration)
        self.found = None if execution.fresh else self._store.find(self.key)
        info = RunInfo(
            job=type(job).__name__.lower(),
            arms=tuple(study.chosen),
            replications=study.replications,
            customers=study.population.size,
            weeks=study.weeks,
            pieces=job.pieces,
            address=address_of(job, study, configuration, apart),
        )
        self._info, self._numbers, self._sound, self._begun = info, set[int](), set[int](), False
        self._homes = {"experiments", type(job).__module__.partition(".")[0]}
        if self.found is None:
            self._store.prepare(self._under_way)

    @property
    def pieces(self) -> Pieces[T]:
        """The pieces that were asked for, by number; each is read when it is asked for."""
        return self._store.pieces(self._info.address, sorted(self._numbers), self._homes)

    def compute(self, work: Callable[[int], T], numbers: Collection[int], word: str = "") -> None:
        """Compute those of these pieces that are not kept, and keep each as soon as it is there.

        Args:
            work: computes one piece; can be pickled.
            numbers: of the pieces.
            word: what the bar calls them; as the job does if it is not said.
        """
        self._numbers |= set(numbers)
        self._sound &= self._store.there(self._info.address)  # one that proved to be damaged is gone
        self._sound |= self._store.sound(self._info.address, set(numbers) - self._sound)
        if missing := set(numbers) - self._sound:
            total, self._begun = max(self._numbers) + 1, False
            done = set(range(total)) - missing
            run_missing(work, total, done, self._execution, self._keep, word or self._info.pieces)

    def finish(self, write: Callable[[Mapping[int, T], Path], None]) -> Path:
        """Let `write` fill the study's folder from all pieces.

        Raises:
            PieceLost: one is no longer there: compute it again.
            StoreError: it cannot be written.
        """
        now, spent = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter() - self._began
        count = len(self._numbers)  # of a job that stops when it knows enough
        runs = count if self._info.pieces == "replications" else self._info.replications
        info = replace(self._under_way.info, replications=runs, date=now, seconds=round(spent, 1))
        return self._store.finish(self.key, partial(write, self.pieces), self._execution.fresh, info)

    @property
    def _under_way(self) -> UnderWay:
        return UnderWay(self.key, replace(self._info, tasks=len(self._numbers)), self._execution.fresh)

    def _keep(self, number: int, piece: T) -> None:
        if not self._begun:
            self._store.begin(self._under_way)
            self._begun = True
        self._store.put(self._info.address, number, piece)
        self._sound.add(number)
