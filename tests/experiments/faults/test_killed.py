"""A study is killed with SIGKILL, its whole process group, and run again: nothing is lost, doubled or wrong."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.experiments.faults import toy
from tests.experiments.faults.lives import Nursery, nursery

pytestmark = pytest.mark.slow
KILLED, KILLS = -9, 20
MAIN_FRAMES = ("weeks", "outcomes", "fates", "stories", "kinds", "journal")


@pytest.fixture(scope="module")
def born() -> Iterator[Nursery]:
    with nursery("main") as found:
        yield found


def finished(root: Path) -> list[Path]:
    """Folders that look like finished studies."""
    return [path for path in root.iterdir() if not path.name.startswith(".")] if root.is_dir() else []


def alive(group: int) -> list[str]:
    """Processes of a group that are not just waiting to be buried."""
    found = [path.read_text(encoding="utf-8").rpartition(")")[2].split() for path in Path("/proc").glob("[0-9]*/stat")]
    return [state for state, _, pgrp, *_ in found if int(pgrp) == group and state != "Z"]


def read(folder: Path) -> dict[str, pd.DataFrame]:
    return {name: pd.read_parquet(folder / f"{name}.parquet") for name in MAIN_FRAMES}


def same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    """To the bit, in the same order, nothing twice."""
    for name in MAIN_FRAMES:
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True, obj=name)
    assert not one["weeks"].duplicated(["arm", "replicate", "week", "segment", "metric"]).any()


def test_the_main_study_at_twenty_random_moments(born: Nursery, tmp_path: Path) -> None:
    """Moments are spread over the whole life of a study; whenever one is finished, the next begins from nothing."""
    root, moments = tmp_path / "runs", np.random.default_rng(20)
    born.live("main", root)  # solves the baseline, which stays
    code, _, life = born.live("main", root, fresh=True)
    assert code == 0
    (folder,) = finished(root)
    undisturbed, kills, studies, stages = read(folder), 0, 0, set()
    while kills < KILLS or finished(root):
        if finished(root):
            same(read(folder), undisturbed)
            assert len(toy.kept(root)) == 5
            studies += 1
            for path in (folder, root / ".pieces"):
                shutil.rmtree(path)
        if kills == KILLS:
            break
        code, _, _ = born.live("main", root, after=moments.uniform(0, life))
        kills += code == KILLED
        stages.add(len(toy.kept(root)))
    code, _, _ = born.live("main", root)
    assert code == 0
    same(read(folder), undisturbed)
    assert len(stages) >= 3, "all moments were alike"


def test_a_study_with_workers_takes_them_along(born: Nursery, tmp_path: Path) -> None:
    """Workers of a killed group are gone too, and the next life goes on with what was kept."""
    alone, root = tmp_path / "alone", tmp_path / "runs"
    born.live("main", alone)
    killed = born.start("wide", root)
    until = time.monotonic() + 120
    while not toy.kept(root) and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(killed, signal.SIGKILL)
    assert born.end()[0] == KILLED
    assert not alive(killed)
    assert toy.kept(root)
    assert born.live("wide", root)[0] == 0
    same(read(finished(root)[0]), read(finished(alone)[0]))


def test_before_each_of_its_changes_to_the_disk(born: Nursery, tmp_path: Path) -> None:
    """Killed before every single open, rename and removal: what is seen is whole, and the next life ends well."""
    _, count, _ = born.live("toy", tmp_path / "undisturbed")
    (folder,) = finished(tmp_path / "undisturbed")
    undisturbed = toy.frames(folder)
    assert count > 20
    for deadly in range(1, count + 1):
        root = tmp_path / str(deadly)
        assert born.live("toy", root, deadly=deadly)[0] == KILLED
        for found in finished(root):
            assert toy.frames(found) == undisturbed, deadly
        assert born.live("toy", root)[0] == 0, deadly
        assert toy.frames(root / folder.name) == undisturbed, deadly
        assert len(toy.kept(root)) == toy.FEW, deadly
        assert not list((root / ".under_way").glob("*.json")), deadly


def test_a_study_that_is_computed_afresh(born: Nursery, tmp_path: Path) -> None:
    """Killed now and then while it replaces a finished one: the same command goes on and does not begin anew."""
    born.live("toy", tmp_path / "undisturbed")
    (folder,) = finished(tmp_path / "undisturbed")
    undisturbed = toy.frames(folder)
    _, count, _ = born.live("toy", tmp_path / "undisturbed", fresh=True)
    for deadly in range(2, count + 1, 3):
        root = tmp_path / str(deadly)
        born.live("toy", root)
        assert born.live("toy", root, fresh=True, deadly=deadly)[0] == KILLED
        kept = {path: path.stat().st_mtime_ns for path in toy.kept(root)}
        is_new = (root / ".under_way").exists()
        assert born.live("toy", root, fresh=True)[0] == 0, deadly
        assert toy.frames(root / folder.name) == undisturbed, deadly
        assert len(toy.kept(root)) == toy.FEW, deadly
        if is_new:
            assert all(path.stat().st_mtime_ns == made for path, made in kept.items()), deadly
