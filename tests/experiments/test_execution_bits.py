"""The same results to the bit, wherever they are computed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.calibrated import calibrate
from experiments.cli import main
from experiments.cluster import on_dask, session
from experiments.execution import BACKENDS, Execution
from experiments.pilot import solve_baseline
from experiments.population import Population
from experiments.replication import Replication, replicate
from experiments.runner import run_missing
from experiments.study import Study
from sim.errors import ConfigError
from strategies import Nothing, OverDelivery

pytestmark = pytest.mark.slow
STUDY = Study(
    {"nothing": Nothing(), "over_delivery": OverDelivery()}, population=Population(size=300), weeks=6, replications=3
)


@pytest.fixture(scope="module", autouse=True)
def nothing_stays_open() -> Iterator[None]:
    yield
    session.close()


@cache
def computed_on(backend: str) -> dict[int, Replication]:
    """Three replications with the default mind, two at a time where there are workers."""
    calibration = calibrate(STUDY)
    work = partial(replicate, STUDY, calibration, solve_baseline(STUDY, calibration, size=500))
    kept: dict[int, Replication] = {}
    workers = 1 if backend == "serial" else 2
    run_missing(work, 3, set(), Execution(backend=backend, workers=workers, progress=False), kept.__setitem__)
    return kept


@pytest.mark.parametrize("backend", [name for name in BACKENDS if name != "serial"])
def test_a_replication_is_the_same_wherever_it_is_run(backend: str) -> None:
    here, there = computed_on("serial"), computed_on(backend)
    assert sorted(there) == [0, 1, 2]
    for number, ours in here.items():
        for name in ("weeks", "outcomes", "fates", "journal"):
            pd.testing.assert_frame_equal(getattr(ours, name), getattr(there[number], name), check_exact=True)


@pytest.fixture
def dask_cluster() -> Iterator[Any]:
    """A Dask cluster of somebody else's, without workers."""
    import distributed

    session.close()
    with distributed.LocalCluster(
        n_workers=0, threads_per_worker=1, dashboard_address=None, scheduler_kwargs={"dashboard_address": "127.0.0.1:0"}
    ) as cluster:
        yield cluster
        session.close()


def test_a_cluster_that_cannot_do_it_is_refused(dask_cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    execution = Execution(backend="dask", address=dask_cluster.scheduler_address)
    with pytest.raises(ConfigError, match=r"cannot be used: it has no workers.*the same versions as here"):
        session.ready(execution)
    dask_cluster.scale(1)
    dask_cluster.wait_for_workers(1, timeout=60)
    monkeypatch.setattr(on_dask, "installed", lambda: "cxlab 9")
    with pytest.raises(ConfigError, match=r"cannot be used: its workers would compute something else, with cxlab "):
        session.ready(execution)


def test_a_joined_dask_cluster_writes_the_same_files_as_one_process(dask_cluster: Any, tmp_path: Path) -> None:
    """The whole command, with an address; the cluster is not ours, so it is there afterwards."""
    small = ["mind=none", "population.size=200", "weeks=6", "replications=3", "compare=[nothing,over_delivery]"]
    dask_cluster.scale(1)
    dask_cluster.wait_for_workers(1, timeout=60)
    for name, where in {
        "here": ["execution=serial"],
        "there": ["execution=dask", f"execution.address={dask_cluster.scheduler_address}"],
    }.items():
        options = [f"execution.output={tmp_path / name}", "execution.progress=false"]
        assert main(["run", *small, *where, *options]) == 0
    session.close()
    assert len(dask_cluster.scheduler_info["workers"]) == 1
    here, there = ({path.name: path for path in (tmp_path / name).glob("*/*.parquet")} for name in ("here", "there"))
    assert {"weeks.parquet", "outcomes.parquet"} <= set(here)
    assert set(here) == set(there)
    for name in here:
        pd.testing.assert_frame_equal(pd.read_parquet(here[name]), pd.read_parquet(there[name]), check_exact=True)
