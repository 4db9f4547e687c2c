"""A Ray cluster: one started on this machine, one that is joined, or the one this process is connected to already."""

from __future__ import annotations

import os
import secrets
import sys
from threading import Lock
from typing import Any

from experiments.cluster.cluster import LostWorkerError, computed, installed

_QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": False}


class RayCluster:
    """Blocks as tasks of one core each. Ray is asked not to repeat them: we do, and say so.

    Args:
        address: to be joined; empty starts a cluster on this machine, without dashboard and usage statistics.
        workers: of a cluster that is started.
    """

    def __init__(self, address: str, workers: int) -> None:
        if not address and "ray" not in sys.modules:  # Ray reads these when it is imported
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            os.environ.setdefault("RAY_worker_niceness", "0")  # else they give way to everything, at 15
            if "RAY_AUTH_MODE" not in os.environ:  # a token of our own: Ray would leave one in the home directory
                os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
        import ray
        from ray._private import worker as chatter

        self._ray, self._found = ray, ray.is_initialized()
        if not self._found:
            chatter._worker_logs_enabled = False  # raylets would print on our standard output
            if address:
                ray.init(address=address, **_QUIET)
            else:
                ray.init(address="local", num_cpus=workers, include_dashboard=False, **_QUIET)
        self.workers = int(ray.cluster_resources().get("CPU", 1))
        self._code = installed() if address else ""
        self._run = ray.remote(num_cpus=1, max_retries=0)(computed)
        self._asked: set[Any] = set()
        self._lock = Lock()

    def compute(self, block: bytes) -> Any:
        """Run one task and wait for it."""
        errors = self._ray.exceptions
        task = self._run.remote(block, self._code)
        with self._lock:
            self._asked.add(task)
        try:
            return self._ray.get(task)
        except errors.RayTaskError as error:
            raise error.cause or error from None
        except errors.RayError as error:
            raise LostWorkerError("Ray") from error
        finally:
            with self._lock:
                self._asked.discard(task)

    def cancel(self) -> None:
        """Kill the tasks that are under way."""
        with self._lock:
            asked = list(self._asked)
        for task in asked:
            self._ray.cancel(task, force=True)

    def close(self) -> None:
        """Stop the cluster if it was started here, leave it if it was joined here."""
        if not self._found:
            self._ray.shutdown()
