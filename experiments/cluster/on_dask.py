"""A Dask cluster: one started on this machine, or one that is joined."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Any

from experiments.cluster.cluster import LostWorkerError, computed, installed, tell, worn_out

_CONNECT = 30  # seconds
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"  # Ctrl-C is ours; workers would print a traceback


class DaskCluster:
    """Blocks as tasks. Dask itself repeats those of a lost worker, on another one; we say so.

    Args:
        address: of a scheduler to be joined; empty starts one on this machine, without dashboard.
        workers: of a cluster that is started, one thread each.
        say: takes one line about a worker that was lost; by default it goes to standard error.
    """

    def __init__(self, address: str, workers: int, say: Callable[[str], None] = tell) -> None:
        import dask
        import distributed

        self._say, self._code = say, installed() if address else ""
        self._asked: set[Any] = set()
        self._lock = Lock()
        self._errors = distributed.scheduler.KilledWorker, distributed.client.FutureCancelledError
        self._most = dask.config.get("distributed.scheduler.allowed-failures") + 1
        self._own = None
        if not address:
            dask.config.set({"distributed.deploy.lost-worker-timeout": "1 day"})  # a busy machine starts another late
            self._own = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None, memory_limit=None, preload=[_DEAF],
                silence_logs=logging.CRITICAL + 1, scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            )  # fmt: skip
        self._client = distributed.Client(address or self._own, timeout=_CONNECT, set_as_default=False)
        self._client.subscribe_topic("all", self._hear)
        self.workers = sum(self._client.ncores().values())

    def compute(self, block: bytes) -> Any:
        """Run one task and wait for it."""
        killed, cancelled = self._errors
        task = self._client.submit(computed, block, self._code, pure=False)
        with self._lock:
            self._asked.add(task)
        try:
            return task.result()
        except killed as error:
            raise worn_out("Dask", self._most) from error
        except cancelled as error:  # the scheduler has gone, or has forgotten us
            raise LostWorkerError("Dask") from error
        finally:
            with self._lock:
                self._asked.discard(task)

    def cancel(self) -> None:
        """Drop the tasks that have not begun."""
        with self._lock:
            asked = list(self._asked)
        self._client.cancel(asked)

    def close(self) -> None:
        """Leave the cluster, and stop it if it was started here."""
        self._client.unsubscribe_topic("all")
        self._client.close()
        if self._own is not None:
            with suppress(TimeoutError):  # its processes end with this one
                self._own.close(timeout=_CONNECT)

    def _hear(self, event: tuple[float, Any]) -> None:
        """What the scheduler has to tell: here, that a worker has gone with something of ours."""
        _, told = event
        if isinstance(told, dict) and told.get("action") == "remove-worker" and not told["expected"]:
            gone = {*told["processing-tasks"], *told["lost-computed-tasks"]}
            with self._lock:
                is_ours = any(task.key in gone for task in self._asked)
            if is_ours:
                self._say(str(LostWorkerError("Dask")))
