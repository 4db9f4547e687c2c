"""A worker that is killed: no result is lost, doubled or wrong, and what happened is said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from experiments.cluster import session
from experiments.execution import Execution
from experiments.runner import run_missing
from sim.errors import StoreError
from tests.experiments.faults.pieces import SOME, Kills, Placed, chokes

pytestmark = pytest.mark.slow
SAYS = {
    "processes": "a worker process was killed: ",
    "dask": "a Dask worker, or its machine, was killed or lost: ",
    "ray": "a Ray worker, or its machine, was killed or lost: ",
}


@pytest.fixture(scope="module", params=["processes", "dask", "ray"])
def where(request: pytest.FixtureRequest) -> Iterator[Execution]:
    """All tests of one backend, then those of the next: a cluster is started once."""
    yield Execution(backend=request.param, workers=2, progress=False)
    session.close()


def test_what_a_killed_worker_did_is_done_again(
    where: Execution, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work, kept = Kills(tmp_path, times=1), []
    run_missing(work, SOME, set(), where, lambda number, piece: kept.append((number, piece)))
    assert sorted(kept) == [(number, number**2) for number in range(SOME)]
    assert len(work.marks()) == 1
    assert SAYS[where.backend] in capsys.readouterr().err


def test_an_error_in_a_piece_is_no_lost_worker(where: Execution) -> None:
    with pytest.raises(ZeroDivisionError, match="piece 3 says so"):
        run_missing(chokes, SOME, set(), where, {}.__setitem__)


def test_work_that_kills_every_worker_is_given_up_and_the_rest_kept(where: Execution, tmp_path: Path) -> None:
    """It is always the same piece, which takes neither this process nor, for ever, our time."""
    work, kept = Kills(tmp_path, times=99), {}
    with pytest.raises(StoreError, match=r"killed.*perhaps for want of memory; what was finished is kept"):
        run_missing(work, SOME, set(), where, kept.__setitem__)
    assert 3 not in kept
    assert kept == {number: number**2 for number in kept}
    assert 3 <= len(work.marks()) <= 10


def test_the_work_of_a_lost_ray_node_is_done_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from ray.cluster_utils import Cluster

    session.close()
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        extra = nodes.add_node(num_cpus=1)
        execution = Execution(backend="ray", address=nodes.address, progress=False)
        session.ready(execution)
        assert session.cluster_of(execution).workers == 2
        work, kept = Placed(tmp_path, seconds=4.0), []

        def pull_the_plug() -> None:
            until = time.monotonic() + 60
            while len(work.begun()) < 2 and time.monotonic() < until:
                time.sleep(0.05)
            nodes.remove_node(extra, allow_graceful=False)

        Thread(target=pull_the_plug, daemon=True).start()
        run_missing(work, 4, set(), execution, lambda number, piece: kept.append((number, piece)))
        assert sorted(kept) == [(number, number) for number in range(4)]
        assert SAYS["ray"] in capsys.readouterr().err
        assert set.intersection(*work.begun().values())  # begun on the lost node, and again on the other
    finally:
        session.close()
        nodes.shutdown()
