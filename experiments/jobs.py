"""What can be done with a study: `job=NAME` chooses. A job is a value, like a strategy or a theory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from experiments.execution import Execution
from experiments.provenance import study_key
from experiments.runner import run_missing
from experiments.store import Store
from experiments.study import Study


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


def results_of[T](
    job: Job,
    study: Study,
    execution: Execution,
    configuration: str,
    work: Callable[[int], T],
    write: Callable[[Mapping[int, T], Path], None],
) -> Path:
    """The folder with a job's results: found, or made from pieces that are computed where they are missing.

    Args:
        job: what is done.
        study: with what.
        execution: where and on how many cores.
        configuration: resolved, as YAML.
        work: computes one piece; can be pickled.
        write: fills a folder from all pieces; it must write `study.json`, which marks it complete.
    """
    store, key = Store(execution.root), key_of_job(job, study, configuration)
    found = None if execution.fresh else store.find(key)
    if found is not None:
        return found
    pieces: dict[int, T] = store.parts(key)

    def keep(number: int, piece: T) -> None:
        store.put_part(key, number, piece)
        pieces[number] = piece

    total = job.tasks(study)
    run_missing(work, total, set(pieces), execution.workers, keep, execution.progress, job.pieces)
    ordered = {number: pieces[number] for number in range(total)}
    return store.finish(key, lambda folder: write(ordered, folder), replace=execution.fresh)
