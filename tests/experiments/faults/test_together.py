"""Several processes on one store at once: the same study, some that share pieces, others: all are whole and right."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.experiments.faults import toy
from tests.experiments.faults.lives import Nursery, nursery


@pytest.fixture(scope="module")
def two() -> Iterator[list[Nursery]]:
    with ExitStack() as stack:
        yield [stack.enter_context(nursery()) for _ in range(2)]


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [(1, 1), (1, 2)], ids=["the same study", "different studies"])
@pytest.mark.parametrize("fresh", [(False, False), (True, False), (True, True)], ids=["", "one afresh", "both afresh"])
def test_two_processes(seeds: tuple[int, int], fresh: tuple[bool, bool], two: list[Nursery], tmp_path: Path) -> None:
    root = tmp_path / "runs"
    whole = {seed: toy.frames(toy.run(tmp_path / f"alone {seed}", toy.FEW, seed=seed)) for seed in set(seeds)}
    for _ in range(4):
        for born, seed, anew in zip(two, seeds, fresh, strict=True):
            born.start("toy", root, seed, anew)
        assert [born.end()[0] for born in two] == [0, 0]
        for seed in set(seeds):
            assert toy.frames(root / toy.key(toy.FEW, seed)) == whole[seed]
    assert len(toy.kept(root)) == toy.FEW * len(set(seeds))
    assert {path.name for path in root.iterdir()} - {".pieces", ".store.json"} == {
        toy.key(toy.FEW, seed) for seed in set(seeds)
    }


@pytest.mark.slow
def test_one_is_killed_while_the_other_goes_on(two: list[Nursery], tmp_path: Path) -> None:
    root, (victim, survivor) = tmp_path / "runs", two
    whole = toy.frames(toy.run(tmp_path / "alone", toy.FEW))
    for deadly in range(3, 45, 6):
        victim.start("toy", root / str(deadly), deadly=deadly)
        survivor.start("toy", root / str(deadly))
        assert survivor.end()[0] == 0
        victim.end()
        assert toy.frames(root / str(deadly) / toy.key(toy.FEW)) == whole, deadly


def test_threads_with_studies_of_one_address(tmp_path: Path) -> None:
    """Studies of 2, 3, 4 and 5 replications share their pieces, also while all of them are under way."""
    sizes = [2, 3, 4, 5] * 2
    with ThreadPoolExecutor(4) as pool:
        folders = list(pool.map(lambda size: toy.run(tmp_path / "runs", size), sizes))
    assert len(toy.kept(tmp_path / "runs")) == 5
    for size, folder in zip(sizes, folders, strict=True):
        assert toy.frames(folder) == toy.frames(toy.run(tmp_path / f"alone {size}", size))
