"""Where work is done: what can be chosen, what is refused before anything runs, and how blocks reach a cluster."""

from __future__ import annotations

import os
import pickle
import socket
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from threading import Lock

import pytest

from experiments import runner
from experiments.build import compose, execution_of, resolved
from experiments.cli import main
from experiments.cluster import reach, session
from experiments.cluster.backend import TRIES
from experiments.cluster.cluster import LostWorkerError, computed, installed
from experiments.execution import BACKENDS, Execution
from experiments.runner import run_missing
from sim.errors import ConfigError, ParameterError, StoreError


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_preset_names_its_backend_and_nothing_else(backend: str) -> None:
    config = compose([f"execution={backend}"])
    assert execution_of(config) == Execution(backend=backend)
    assert resolved(config) == resolved(compose())  # where it is computed is no part of a study's key


def test_processes_are_the_default_and_single_values_can_be_set() -> None:
    assert execution_of(compose()) == Execution(backend="processes")
    config = compose(["execution=dask", "execution.address=tcp://scheduler:8786", "execution.workers=3"])
    assert execution_of(config) == Execution("dask", "tcp://scheduler:8786", 3)


ADDRESSES = [("ray", "auto"), ("ray", "head:6379"), ("ray", "ray://10.0.0.1:10001"), ("ray", "[::1]:6379")]
ADDRESSES += [("dask", "tcp://scheduler:8786"), ("dask", "tls://a.b-c:1"), ("dask", "127.0.0.1:8786")]


@pytest.mark.parametrize(("backend", "address"), ADDRESSES)
def test_addresses_as_clusters_print_them(backend: str, address: str) -> None:
    assert Execution(backend=backend, address=address).address == address


REFUSED = [
    ({"backend": "threads"}, r"'threads' is not one of serial, processes, ray, dask"),
    ({"backend": "serial", "workers": 2}, r"workers = 2 with execution=serial"),
    ({"backend": "processes", "address": "head:6379"}, r"choose execution=ray or execution=dask"),
    ({"backend": "ray", "address": "head"}, r"'head' is no address of a Ray cluster.*ray://head:10001"),
    ({"backend": "ray", "address": "tcp://head:1"}, r"no address of a Ray cluster"),
    ({"backend": "dask", "address": "ray://head:1"}, r"no address of a Dask cluster.*tcp://scheduler:8786"),
    ({"backend": "dask", "address": "http://a:1/b"}, r"no address of a Dask cluster"),
]


@pytest.mark.parametrize(("fields", "what"), REFUSED)
def test_what_cannot_be_is_refused(fields: dict[str, object], what: str) -> None:
    with pytest.raises(ParameterError, match=what):
        Execution(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("backend", ["ray", "dask"])
def test_a_library_that_is_missing_is_named_with_how_to_install_it(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=rf'pip install "cxlab\[{backend}\]".*execution=processes'):
        session.ready(Execution(backend=backend))


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize(("backend", "form"), [("ray", "127.0.0.1:{}"), ("dask", "tcp://127.0.0.1:{}")])
def test_nobody_at_the_address_is_said_at_once_and_nothing_is_written(
    backend: str, form: str, closed_port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, began = tmp_path / "runs", time.perf_counter()
    address = form.format(closed_port)
    assert main(["run", f"execution={backend}", f"execution.address={address}", f"execution.output={folder}"]) == 2
    said = capsys.readouterr().err
    assert f"cxlab: execution.address = '{address}' cannot be used: nothing answers there" in said
    assert "leave it out to start a cluster here" in said
    assert not folder.exists()
    assert time.perf_counter() - began < 20  # composing included, on a busy machine


@pytest.mark.parametrize("backend", ["ray", "dask"])
def test_something_else_at_the_address_is_given_up(
    backend: str, deaf_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "_TALK", 0.2)
    with pytest.raises(ConfigError, match=rf"no {backend.capitalize()} cluster, or does not answer in 0.2 s"):
        session.ready(Execution(backend=backend, address=f"127.0.0.1:{deaf_port}"))


def test_a_cluster_with_other_code_is_refused() -> None:
    block = pickle.dumps(installed)
    assert computed(block, "") == computed(block, installed()) == installed()
    with pytest.raises(ConfigError, match=r"would compute something else, with cxlab .*Python .*numpy "):
        computed(block, "cxlab 9")


class Threads:
    """A cluster in this process whose workers can be lost: `losses` of them over the block with piece `fatal`."""

    def __init__(self, losses: int = 0, fatal: int = 3, workers: int = 2) -> None:
        self.workers, self.losses, self.fatal = workers, losses, fatal
        self.blocks: list[list[int]] = []
        self.cancelled = 0
        self._lock = Lock()

    def compute(self, block: bytes) -> object:
        numbers = [arguments[1] for _, arguments, _ in pickle.loads(block).items]
        with self._lock:
            self.blocks.append(numbers)
            if self.fatal in numbers and self.losses:
                self.losses -= 1
                raise LostWorkerError("Test")
        return computed(block, "")

    def cancel(self) -> None:
        self.cancelled += 1

    def close(self) -> None:
        """Nothing was opened."""


def squared(number: int) -> tuple[int, int]:
    return number**2, os.getpid()


def choke(number: int) -> int:
    if number == 5:
        raise ZeroDivisionError("piece 5 says so")
    return number


def through(cluster: Threads, monkeypatch: pytest.MonkeyPatch, total: int = 40) -> dict[int, tuple[int, int]]:
    monkeypatch.setattr(runner, "cluster_of", lambda _: cluster)
    kept: dict[int, tuple[int, int]] = {}
    run_missing(squared, total, set(), Execution(backend="ray", progress=False), kept.__setitem__)
    return kept


def test_short_pieces_travel_in_blocks_and_each_is_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Threads()
    kept = through(cluster, monkeypatch, total=400)
    assert {number: value for number, (value, _) in kept.items()} == {number: number**2 for number in range(400)}
    assert sorted(chain(*cluster.blocks)) == list(range(400))
    assert len(cluster.blocks) < 300
    assert max(map(len, cluster.blocks)) > 2


def test_a_single_piece_goes_to_the_cluster_too(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Threads(workers=1)
    assert list(through(cluster, monkeypatch, total=1)) == [0]
    assert cluster.blocks == [[0]]


def test_a_lost_workers_block_is_done_again_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster = Threads(losses=TRIES - 1)
    assert sorted(through(cluster, monkeypatch)) == list(range(40))
    assert sum(3 in block for block in cluster.blocks) == TRIES
    said = capsys.readouterr().err.splitlines()
    assert said == ["a Test worker, or its machine, was killed or lost: its work is done again."] * (TRIES - 1)


def test_work_that_costs_worker_after_worker_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Threads(losses=99)
    with pytest.raises(StoreError, match=rf"{TRIES} Test workers were killed or lost.*fewer execution.workers"):
        through(cluster, monkeypatch)
    assert sum(3 in block for block in cluster.blocks) == TRIES
    assert cluster.cancelled


@pytest.mark.parametrize("backend", ["serial", "ray"])
def test_an_error_in_a_piece_comes_through_as_it_is(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "cluster_of", lambda _: Threads())
    with pytest.raises(ZeroDivisionError, match="piece 5 says so"):
        run_missing(choke, 9, set(), Execution(backend=backend, progress=False), {}.__setitem__)


def test_what_is_done_is_not_done_again_and_the_rest_is_kept_at_once() -> None:
    seen: list[int] = []

    def work(number: int) -> int:
        seen.append(number)
        return len(kept)

    kept: dict[int, int] = {}
    run_missing(work, 5, {1, 3}, Execution(backend="serial", progress=False), kept.__setitem__)
    assert seen == [0, 2, 4]
    assert kept == {0: 0, 2: 1, 4: 2}  # each found those before it kept already


def threads_of(number: int) -> int:
    import threadpoolctl

    return max((pool["num_threads"] for pool in threadpoolctl.threadpool_info()), default=1)


def test_a_piece_has_one_thread_and_the_caller_keeps_its_own() -> None:
    before, kept = threads_of(0), {}
    run_missing(threads_of, 1, set(), Execution(backend="serial", progress=False), kept.__setitem__)
    assert kept == {0: 1}
    assert threads_of(0) == before
