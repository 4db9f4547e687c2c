"""The cluster that is in use: opened when it is first needed, kept for the next study, closed when Python ends."""

from __future__ import annotations

import atexit
import pickle
from importlib.util import find_spec

from joblib import cpu_count

from experiments.cluster.cluster import Cluster, installed
from experiments.cluster.reach import refuse_unreachable
from experiments.execution import CLUSTERS, Execution
from sim.errors import ConfigError

_NEEDS = {"ray": ("ray",), "dask": ("dask", "distributed")}
_open: dict[tuple[str, str, int], Cluster] = {}  # one at most


def ready(execution: Execution) -> None:
    """Refuse what cannot work before anything runs: a library that is not installed, a cluster that is not there.

    Raises:
        ConfigError: names what is missing, the address and the mend.
    """
    if execution.backend not in CLUSTERS:
        return
    if missing := [name for name in _NEEDS[execution.backend] if find_spec(name) is None]:
        raise ConfigError(
            f"execution={execution.backend} needs {' and '.join(missing)}, not installed here. Say "
            f'pip install "cxlab[{execution.backend}]", or choose execution=processes.'
        )
    if execution.address:
        cluster_of(execution)


def cluster_of(execution: Execution) -> Cluster:
    """The cluster an execution asks for; another one that is open is closed.

    Raises:
        ConfigError: it cannot be reached, or has no workers that compute what we would.
    """
    key = (execution.backend, execution.address, execution.workers or cpu_count())
    if key not in _open:
        close()
        refuse_unreachable(execution)
        _open[key] = _opened(*key)
        atexit.unregister(close)
        atexit.register(close)  # now: before what the cluster's own library does at the end
        if execution.address and (reason := _unfit(_open[key])):
            close()
            raise ConfigError(
                f"execution.address = '{execution.address}' cannot be used: {reason}. Give every machine of the "
                f"cluster workers, and the same versions as here: {installed()}."
            )
    return _open[key]


def close() -> None:
    """Close the cluster that is open, if any; the next study opens its own."""
    while _open:
        _open.popitem()[1].close()


def _unfit(cluster: Cluster) -> str | None:
    """Why nothing can be computed there; None if it can."""
    if not cluster.workers:
        return "it has no workers"
    try:
        cluster.compute(pickle.dumps(installed))
    except Exception as error:  # noqa: BLE001  # whatever hinders a worker from importing and calling that
        return " ".join(str(error).split()).removesuffix(".") or type(error).__name__
    return None


def _opened(backend: str, address: str, workers: int) -> Cluster:
    if backend == "ray":
        from experiments.cluster.on_ray import RayCluster

        return RayCluster(address, workers)
    from experiments.cluster.on_dask import DaskCluster

    return DaskCluster(address, workers)
