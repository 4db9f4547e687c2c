"""Results are found again, appear whole or not at all, and survive what can happen to a process."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

import strategies
from experiments.main_job import Compare
from experiments.store import MARKER, Pieces, RunInfo, Store, UnderWay
from sim.errors import StoreError

KEY = "cdnow-5-arms-52-weeks-0123456789ab"
ROOT = Path(__file__).resolve().parents[2]
INSIDE = ("figures", "figures/one.svg", "run.json", MARKER)
ARMS, JOB = {"nothing": strategies.Nothing()}, Compare()


def written(text: str = "{}") -> object:
    """What fills a study's folder."""

    def write(folder: Path) -> None:
        (folder / "figures").mkdir()
        (folder / "figures" / "one.svg").write_text(text, encoding="utf-8")
        (folder / MARKER).write_text(text, encoding="utf-8")

    return write


def text_of(folder: Path) -> set[str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "run.json"]
    return {path.read_text(encoding="utf-8") for path in files}


def listing(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_pieces_come_back_and_a_finished_study_is_found(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs")
    assert store.find(KEY) is None
    assert dict(store.pieces(KEY)) == {}
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    store.put(KEY, 3, {"weeks": frame})
    store.put(KEY, 0, "other")
    again = Store(tmp_path / "runs")
    assert list(again.pieces(KEY)) == [0, 3]
    assert again.kept(KEY) == 2
    pieces: Pieces[dict[str, pd.DataFrame]] = again.pieces(KEY)
    pd.testing.assert_frame_equal(pieces[3]["weeks"], frame)
    folder = again.finish(KEY, written())
    assert folder == store.find(KEY) == tmp_path / "runs" / KEY
    files = [".pieces", f".pieces/{KEY}", ".store.json"], [f"{KEY}/{name}" for name in INSIDE]
    shown = [name for name in listing(tmp_path / "runs") if not name.endswith(".parquet")]
    assert shown == [*files[0], KEY, *files[1]]


def test_looking_writes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "runs")
    assert (store.find(KEY), dict(store.pieces(KEY)), store.kept(KEY)) == (None, {}, 0)
    assert listing(tmp_path) == []


def test_another_key_is_another_study(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(KEY, 0, "mine")
    store.put("other", 0, "theirs")
    store.finish(KEY, written())
    assert store.find("other") is None
    assert dict(store.pieces("other")) == {0: "theirs"}


def test_pieces_stay_when_the_study_is_finished_and_can_be_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(KEY, 0, "mine")
    store.finish(KEY, written())
    assert dict(store.pieces(KEY)) == {0: "mine"}
    store.forget(KEY)
    assert dict(store.pieces(KEY)) == {}
    assert not (tmp_path / ".pieces").exists()
    assert store.find(KEY) is not None


def test_a_study_under_way_knows_its_pieces_until_it_is_finished(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.begin(UnderWay(KEY, RunInfo(job="compare", arms=("a", "b"), tasks=2, address="elsewhere")))
    for number in range(3):  # a larger study has computed more
        store.put("elsewhere", number, number)
    assert store.kept(KEY) == 2
    found = store.under_way(KEY)
    assert found is not None
    assert found.info.arms == ("a", "b")
    store.finish(KEY, written())
    assert store.under_way(KEY) is None
    assert not (tmp_path / ".under_way").exists()


def test_a_study_that_is_computed_afresh_forgets_once(tmp_path: Path) -> None:
    store, study = Store(tmp_path), UnderWay(KEY, RunInfo(address=KEY), fresh=True)
    store.put(KEY, 0, "old")
    store.prepare(study)
    assert store.kept(KEY) == 0
    store.begin(study)
    store.put(KEY, 0, "new")
    store.prepare(study)
    assert dict(store.pieces(KEY)) == {0: "new"}


@pytest.mark.parametrize("text", ['{"format": 3, "more": 1}', '{"format": 99}'])
def test_a_store_of_a_newer_version_is_refused_and_untouched(text: str, tmp_path: Path) -> None:
    (tmp_path / ".store.json").write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match=r"newer version of cxlab \(store format \d+; this one knows up to 2\)"):
        Store(tmp_path)
    assert listing(tmp_path) == [".store.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "x"}', '{"format": 0}', '{"other": 1}'])
def test_a_stamp_that_cannot_be_read_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / ".store.json").write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match=r"does not say which version wrote this store .*execution.output=FOLDER"):
        Store(tmp_path)


def test_a_store_of_the_version_with_pickles_can_be_used(tmp_path: Path) -> None:
    """It has no stamp; its finished studies are found, its pieces never read."""
    (tmp_path / KEY).mkdir()
    (tmp_path / KEY / MARKER).write_text("{}", encoding="utf-8")
    (tmp_path / ".partial" / "other").mkdir(parents=True)
    (tmp_path / ".partial" / "other" / "000000.part").write_bytes(b"a pickle")
    store = Store(tmp_path)
    assert store.find(KEY) == tmp_path / KEY
    store.put("other", 1, "new")
    assert dict(store.pieces("other")) == {1: "new"}
    assert (tmp_path / ".store.json").read_text(encoding="utf-8") == '{"format": 2}'


def test_a_failure_while_finishing_leaves_the_parts_and_no_study(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(KEY, 0, "kept")

    def fails(folder: Path) -> None:
        (folder / MARKER).write_text("half", encoding="utf-8")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.finish(KEY, fails)
    assert store.find(KEY) is None
    assert dict(store.pieces(KEY)) == {0: "kept"}
    assert not (tmp_path / ".making").exists()

    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match=r"cannot write the study to .*No space left.*execution.output=FOLDER"):
        store.finish(KEY, full)


@pytest.mark.parametrize("below", ["", "deep/er"])
def test_a_root_that_cannot_be_written_is_refused_at_once(below: str, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot write results to .*taken is not a folder\..*execution.output=FOLDER"):
        Store(taken / below)
    assert listing(tmp_path) == ["taken"]


def test_a_piece_that_cannot_be_written(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs")
    (tmp_path / "runs").write_text("a file now", encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot keep piece 0 in .*execution.output=FOLDER"):
        store.put(KEY, 0, "x")


def test_the_first_of_two_processes_wins(tmp_path: Path) -> None:
    first, second = Store(tmp_path), Store(tmp_path)
    second.put(KEY, 0, "part")

    def overtaken(folder: Path) -> None:
        (folder / MARKER).write_text("second", encoding="utf-8")
        first.finish(KEY, written("first"))
        (folder / "late").write_text("second", encoding="utf-8")

    assert second.finish(KEY, overtaken) == first.find(KEY)
    assert text_of(tmp_path / KEY) == {"first"}
    second.put(KEY, 1, "too late")
    assert second.finish(KEY, written("third")) == tmp_path / KEY
    assert text_of(tmp_path / KEY) == {"first"}
    assert not (tmp_path / ".making").exists()


def test_many_at_once_leave_one_whole_study(tmp_path: Path) -> None:
    def one(number: int) -> Path:
        store = Store(tmp_path)
        for replicate in range(5):
            store.put(KEY, replicate, number)
        store.pieces(KEY)
        return store.finish(KEY, written(str(number)), replace=number % 2 == 0)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(24))) == {tmp_path / KEY}
    assert len(text_of(tmp_path / KEY)) == 1


def test_a_fresh_result_replaces_the_old_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.finish(KEY, written("old"))
    assert text_of(store.finish(KEY, written("new"))) == {"old"}
    assert text_of(store.finish(KEY, written("new"), replace=True)) == {"new"}
    assert not (tmp_path / ".making").exists()


def test_a_folder_without_its_marker_is_no_study_and_makes_room(tmp_path: Path) -> None:
    (tmp_path / KEY).mkdir()
    (tmp_path / KEY / "rest").write_text("of something", encoding="utf-8")
    store = Store(tmp_path)
    assert store.find(KEY) is None
    assert text_of(store.finish(KEY, written("whole"))) == {"whole"}


def test_what_a_process_killed_while_finishing_has_left_is_removed_after_a_day(tmp_path: Path) -> None:
    ruins = [tmp_path / ".making" / f"{KEY}-{name}" for name in ("old", "young")]
    for folder in ruins:
        folder.mkdir(parents=True)
    os.utime(ruins[0], (0, 0))
    Store(tmp_path).finish(KEY, written())
    assert [folder.exists() for folder in ruins] == [False, True]
