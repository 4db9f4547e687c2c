"""A job's pieces: computed once, kept at once, shared by studies that differ in their number, read one at a time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from weakref import WeakSet

import pytest

from experiments.cli import main
from experiments.execution import Execution
from experiments.jobs import Bench
from tests.experiments.faults import toy


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the pieces that are computed."""
    numbers, own = list[int](), toy.part

    def counted(rows: int, number: int) -> toy.Part:
        numbers.append(number)
        return own(rows, number)

    monkeypatch.setattr(toy, "part", counted)
    return numbers


def test_more_replications_compute_only_those_that_are_missing(computed: list[int], tmp_path: Path) -> None:
    for wanted, new in ((2, [0, 1]), (5, [2, 3, 4]), (3, []), (5, [])):
        computed.clear()
        folder = toy.run(tmp_path / "runs", wanted)
        assert computed == new
        assert toy.frames(folder) == toy.frames(toy.run(tmp_path / f"alone {wanted}", wanted))


def test_afresh_computes_all_again(computed: list[int], tmp_path: Path) -> None:
    folder = toy.run(tmp_path)
    made = (folder / "study.json").stat().st_mtime_ns
    computed.clear()
    assert toy.run(tmp_path, fresh=True) == folder
    assert computed == [0, 1, 2, 3]
    assert (folder / "study.json").stat().st_mtime_ns > made


def bench(root: Path) -> Bench[toy.Part]:
    execution = Execution(output=str(root), workers=1, progress=False)
    return Bench(toy.Toy(), replace(toy.STUDY, seed=3), execution, "seed: 3\n")


def test_a_job_may_ask_for_pieces_in_rounds(computed: list[int], tmp_path: Path) -> None:
    """What is asked for next may depend on what came before; stopped, it goes through the same rounds without work."""
    for expected in ([0, 1, 5, 2], []):
        computed.clear()
        own, work = bench(tmp_path), partial(toy.part, 20)
        own.compute(work, [0, 1])
        assert list(own.pieces) == [0, 1]
        own.compute(work, [5, 2])
        assert list(own.pieces) == [0, 1, 2, 5]
        assert sorted(computed) == sorted(expected)
    folder = own.finish(toy.write)
    assert bench(tmp_path).found == folder


def test_pieces_are_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither while they are computed nor while they are gone through."""
    alive: WeakSet[toy.Part] = WeakSet()
    most, own = 0, toy.part

    def watched(rows: int, number: int) -> toy.Part:
        nonlocal most
        gc.collect()
        most = max(most, len(alive))
        alive.add(piece := own(rows, number))
        return piece

    monkeypatch.setattr(toy, "part", watched)
    held = bench(tmp_path)
    held.compute(watched_by(watched), range(30))
    assert most <= 4  # what joblib has under way

    def seen() -> Iterator[int]:
        for piece in held.pieces.values():
            alive.add(piece)
            yield len(alive)

    assert max(seen()) <= 2


def watched_by(work: object) -> partial[toy.Part]:
    return partial(work, 20)  # type: ignore[call-overload,no-any-return]


def test_a_store_of_a_newer_version_is_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".store.json").write_text('{"format": 3}', encoding="utf-8")
    for command in (["run"], ["run", "experiment=pitfalls"], ["run", "-m", "seed=1,2"]):
        assert main([*command, "data.path=nowhere.csv", f"execution.output={tmp_path}"]) == 2
        said = capsys.readouterr().err
        assert "was written by a newer version of cxlab (store format 3; this one knows up to 2)" in said
        assert "nowhere.csv" not in said
    assert [path.name for path in tmp_path.iterdir()] == [".store.json"]
