"""Whether there is a cluster at an address. Ray and Dask themselves may wait there for minutes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from experiments.execution import CLUSTERS, Execution
from sim.errors import ConfigError

_KNOCK, _TALK = 3.0, 45.0  # seconds for a port to open, and for a cluster to answer
_GREET = {  # run by a Python of its own, which can be given up
    "ray": "import ray, sys; ray.init(address=sys.argv[1], log_to_driver=False, logging_level='ERROR')",
    "dask": "import distributed, sys; distributed.Client(sys.argv[1], timeout=30, set_as_default=False).ncores()",
}


def refuse_unreachable(execution: Execution) -> None:
    """Knock at the address of an execution, if it has one, and see who answers.

    Raises:
        ConfigError: nobody does, or something else than such a cluster; names address, reason and mend.
    """
    host, _, port = execution.address.rpartition("/")[2].rpartition(":")
    if execution.address and (reason := _silence(host.strip("[]"), port) or _stranger(execution)):
        raise ConfigError(
            f"execution.address = '{execution.address}' cannot be used: {reason}. Check that the cluster runs and that "
            f"the address is right ({CLUSTERS[execution.backend][1]}), or leave it out to start a cluster here."
        )


def _silence(host: str, port: str) -> str | None:
    """Why no connection can be made; None if it can, or if there is no port to try (`auto`)."""
    if not host:
        return None
    try:
        socket.create_connection((host, int(port)), timeout=_KNOCK).close()
    except (OSError, OverflowError) as error:
        return f"nothing answers there ({getattr(error, 'strerror', None) or error})"
    return None


def _stranger(execution: Execution) -> str | None:
    """Why what answers is no cluster we can use; None if it is."""
    command = [sys.executable, "-c", _GREET[execution.backend], execution.address]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TALK, env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}
        )
    except subprocess.TimeoutExpired:
        return f"what answers there is no {execution.backend.capitalize()} cluster, or does not answer in {_TALK:g} s"
    lines = done.stderr.strip().splitlines() or ["no reason given"]
    return lines[-1].rstrip(".") if done.returncode else None
