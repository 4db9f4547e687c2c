"""Results are found again, appear whole or not at all, and survive what can happen to a process."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

import strategies
from experiments import provenance
from experiments.jobs import key_of_job
from experiments.main_job import Compare
from experiments.provenance import cxlab_version
from experiments.provenance import provenance as record
from experiments.store import MARKER, Store
from experiments.study import LogSource, Study
from sim.errors import StoreError

KEY = "cdnow-5-arms-52-weeks-0123456789ab"
ROOT = Path(__file__).resolve().parents[2]
ARMS, JOB = {"nothing": strategies.Nothing()}, Compare()

DIES = """
import os, signal
from pathlib import Path
from experiments.store import Store

class Deadly:
    def __reduce__(self):
        os.kill(os.getpid(), signal.SIGKILL)

store = Store(Path({root!r}))
store.put_part({key!r}, 0, "first")
store.put_part({key!r}, 1, "second")
os.replace = Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
store.put_part({key!r}, 2, "third")
"""


def written(text: str = "{}") -> object:
    """What fills a study's folder."""

    def write(folder: Path) -> None:
        (folder / "figures").mkdir()
        (folder / "figures" / "one.svg").write_text(text, encoding="utf-8")
        (folder / MARKER).write_text(text, encoding="utf-8")

    return write


def text_of(folder: Path) -> set[str]:
    return {path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}


def listing(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_parts_come_back_and_a_finished_study_is_found(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs")
    assert store.find(KEY) is None
    assert store.parts(KEY) == {}
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    store.put_part(KEY, 3, {"weeks": frame})
    store.put_part(KEY, 0, "other")
    again = Store(tmp_path / "runs")
    assert sorted(again.parts(KEY)) == [0, 3]
    assert again.kept(KEY) == 2
    pd.testing.assert_frame_equal(again.parts(KEY)[3]["weeks"], frame)
    folder = again.finish(KEY, written())
    assert folder == store.find(KEY) == tmp_path / "runs" / KEY
    assert listing(tmp_path / "runs") == [KEY, f"{KEY}/figures", f"{KEY}/figures/one.svg", f"{KEY}/{MARKER}"]


def test_looking_writes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "runs")
    assert (store.find(KEY), store.parts(KEY), store.kept(KEY)) == (None, {}, 0)
    assert listing(tmp_path) == []


def test_another_key_is_another_study(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_part(KEY, 0, "mine")
    store.put_part("other", 0, "theirs")
    store.finish(KEY, written())
    assert store.find("other") is None
    assert store.parts("other") == {0: "theirs"}


@pytest.mark.parametrize("damage", [b"", b"short", None, b"\0" * 400])
def test_a_damaged_part_is_dropped_and_said_so(damage: bytes | None, tmp_path: Path) -> None:
    said: list[str] = []
    store = Store(tmp_path, said.append)
    for replicate in range(3):
        store.put_part(KEY, replicate, list(range(1000)))
    path = tmp_path / ".partial" / KEY / "000001.part"
    path.write_bytes(path.read_bytes()[:-7] if damage is None else damage)
    assert sorted(store.parts(KEY)) == [0, 2]
    assert said == [f"{path} is damaged (its checksum does not fit): replication 1 is computed again."]
    store.put_part(KEY, 1, "again")
    assert store.parts(KEY)[1] == "again"
    assert len(said) == 1


def test_damage_goes_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Store(tmp_path).put_part(KEY, 0, "x")
    (tmp_path / ".partial" / KEY / "000000.part").write_bytes(b"")
    assert Store(tmp_path).parts(KEY) == {}
    assert "replication 0 is computed again" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_killed_in_the_middle_of_a_part(tmp_path: Path) -> None:
    code = DIES.format(root=str(tmp_path), key=KEY)
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60)
    assert done.returncode == -9
    store = Store(tmp_path)
    assert store.parts(KEY) == {0: "first", 1: "second"}
    assert store.kept(KEY) == 2
    assert store.find(KEY) is None
    store.put_part(KEY, 2, "third")
    store.finish(KEY, written())
    assert listing(tmp_path) == [KEY, f"{KEY}/figures", f"{KEY}/figures/one.svg", f"{KEY}/{MARKER}"]


def test_a_failure_while_finishing_leaves_the_parts_and_no_study(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put_part(KEY, 0, "kept")

    def fails(folder: Path) -> None:
        (folder / MARKER).write_text("half", encoding="utf-8")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.finish(KEY, fails)
    assert store.find(KEY) is None
    assert store.parts(KEY) == {0: "kept"}
    assert listing(tmp_path) == [".partial", f".partial/{KEY}", f".partial/{KEY}/000000.part"]

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


def test_a_part_that_cannot_be_written(tmp_path: Path) -> None:
    store = Store(tmp_path / "runs")
    (tmp_path / "runs").write_text("a file now", encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot keep replication 0 in .*execution.output=FOLDER"):
        store.put_part(KEY, 0, "x")


def test_the_first_of_two_processes_wins(tmp_path: Path) -> None:
    first, second = Store(tmp_path), Store(tmp_path)
    second.put_part(KEY, 0, "part")

    def overtaken(folder: Path) -> None:
        (folder / MARKER).write_text("second", encoding="utf-8")
        first.finish(KEY, written("first"))
        (folder / "late").write_text("second", encoding="utf-8")

    assert second.finish(KEY, overtaken) == first.find(KEY)
    assert text_of(tmp_path / KEY) == {"first"}
    second.put_part(KEY, 1, "too late")
    assert second.finish(KEY, written("third")) == tmp_path / KEY
    assert text_of(tmp_path / KEY) == {"first"}
    assert not (tmp_path / ".partial").exists()


def test_many_at_once_leave_one_whole_study(tmp_path: Path) -> None:
    def one(number: int) -> Path:
        store = Store(tmp_path)
        for replicate in range(5):
            store.put_part(KEY, replicate, number)
        store.parts(KEY)
        return store.finish(KEY, written(str(number)), replace=number % 2 == 0)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(24))) == {tmp_path / KEY}
    assert len(text_of(tmp_path / KEY)) == 1


def test_a_fresh_result_replaces_the_old_one(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.finish(KEY, written("old"))
    assert text_of(store.finish(KEY, written("new"))) == {"old"}
    assert text_of(store.finish(KEY, written("new"), replace=True)) == {"new"}
    assert not (tmp_path / ".partial").exists()


def test_a_folder_without_its_marker_is_no_study_and_makes_room(tmp_path: Path) -> None:
    (tmp_path / KEY).mkdir()
    (tmp_path / KEY / "rest").write_text("of something", encoding="utf-8")
    store = Store(tmp_path)
    assert store.find(KEY) is None
    assert text_of(store.finish(KEY, written("whole"))) == {"whole"}


def test_what_a_process_killed_while_finishing_has_left_is_removed_after_a_day(tmp_path: Path) -> None:
    ruins = [tmp_path / ".partial" / f"result-{KEY}-{name}" for name in ("old", "young")]
    for folder in ruins:
        folder.mkdir(parents=True)
    os.utime(ruins[0], (0, 0))
    Store(tmp_path).finish(KEY, written())
    assert [folder.exists() for folder in ruins] == [False, True]


def test_the_key_follows_all_that_decides_the_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "my log.csv"
    log.write_text("customer,date,amount\n", encoding="utf-8")
    study = Study(arms=ARMS, data=LogSource(path=str(log)))
    key = key_of_job(JOB, study, "seed: 1")
    assert key.startswith("my-log-1-arms-52-weeks-")
    assert len(key.rpartition("-")[2]) == 12
    assert key == key_of_job(JOB, study, "seed: 1")
    assert key != key_of_job(JOB, study, "seed: 2")
    log.write_text("customer,date,amount\n1,2020-01-01,5\n", encoding="utf-8")
    other = key_of_job(JOB, study, "seed: 1")
    assert other != key
    monkeypatch.setattr(provenance, "_source", lambda package: f"changed {package}")
    assert key_of_job(JOB, study, "seed: 1") != other


def test_the_key_follows_the_source_of_plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = tmp_path / "corner_shop.py"
    text = "import dataclasses\n\n@dataclasses.dataclass\nclass Flowers:\n    def plan(self, view, draws): ...\n"
    shop.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    corner_shop = import_module("corner_shop")
    study = Study(arms={**ARMS, "mine": corner_shop.Flowers()})
    key = key_of_job(JOB, study, "")
    shop.write_text(f"{text}\nCHANGED = True\n", encoding="utf-8")
    provenance._source.cache_clear()
    assert key_of_job(JOB, study, "") != key
    monkeypatch.delitem(sys.modules, "corner_shop")


def test_a_log_that_is_missing_is_left_to_its_reader() -> None:
    nowhere = Study(arms=ARMS, data=LogSource(path="nowhere.csv"))
    assert key_of_job(JOB, nowhere, "").startswith("nowhere-")


def test_provenance_says_what_it_takes_to_do_this_again() -> None:
    about = record()
    assert {"cxlab", "python", "numpy", "pandas", "scipy", "mesa", "cpu", "platform", "commit", "date"} < set(about)
    assert all(isinstance(value, str) and value for value in about.values())
    assert about["cxlab"] == cxlab_version()
