"""joblib on a cluster: blocks of pieces go out, and a block whose worker was lost goes out again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Thread
from typing import Any

import cloudpickle
from joblib.parallel import AutoBatchingMixin, ParallelBackendBase

from experiments.cluster.cluster import Cluster, LostWorkerError, tell, worn_out

TRIES = 3


class ClusterBackend(AutoBatchingMixin, ParallelBackendBase):
    """The backend that `joblib.Parallel` is given for Ray and Dask.

    joblib's own for Dask waits for ever for a block that kills its workers; Ray's own cannot hand out results as they
    come, and its workers are not replaced. joblib grows the blocks until a block takes a fifth of a second.

    Args:
        cluster: who computes.
        say: takes one line about a worker that was lost; by default it goes to standard error.
    """

    supports_retrieve_callback = True

    def __init__(self, cluster: Cluster, say: Callable[[str], None] = tell) -> None:
        super().__init__(nesting_level=0)
        self._cluster, self._say, self._stopped = cluster, say, Event()

    def effective_n_jobs(self, n_jobs: int) -> int:
        return max(2, n_jobs)  # with 1 joblib would compute here and not ask the cluster

    def start_call(self) -> None:
        self._stopped = Event()

    def submit(self, func: Callable[[], Any], callback: Callable[[Future[Any]], None] | None = None) -> Future[Any]:
        future: Future[Any] = Future()
        if callback is not None:
            future.add_done_callback(callback)
        Thread(target=self._compute, args=(func, future, self._stopped), daemon=True).start()
        return future

    def retrieve_result_callback(self, out: Future[Any]) -> Any:
        return out.result()

    def abort_everything(self, ensure_ready: bool = True) -> None:
        self._stopped.set()
        self._cluster.cancel()

    def terminate(self) -> None:
        self.reset_batch_stats()

    def _compute(self, func: Callable[[], Any], future: Future[Any], stopped: Event) -> None:
        """Wait for one block, in a thread of its own."""
        try:
            future.set_result(self._insist(cloudpickle.dumps(func), stopped))
        except BaseException as error:  # noqa: BLE001  # it is raised where the result is asked for
            future.set_exception(error)

    def _insist(self, block: bytes, stopped: Event) -> Any:
        for attempt in range(1, TRIES + 1):
            try:
                return self._cluster.compute(block)
            except LostWorkerError as lost:
                if stopped.is_set():
                    raise
                if attempt == TRIES:
                    raise worn_out(lost.workers, attempt) from lost
                self._say(str(lost))
        raise AssertionError("unreachable")
