"""Stored files are cut short, emptied, changed or foreign: each is noticed, said and made again; no number is wrong."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.store import MARKER
from tests.experiments.faults import toy

type Damage = Callable[[Path], object]

DAMAGES: dict[str, Damage] = {
    "emptied": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "one bit": lambda path: path.write_bytes(_flipped(path.read_bytes())),
    "foreign": lambda path: path.write_bytes(pickle.dumps({"not": "ours"})),
}


def _flipped(content: bytes) -> bytes:
    """With one bit changed in the middle."""
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    """What the study is, undisturbed."""
    return toy.frames(toy.run(tmp_path / "undisturbed"))


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_piece_is_computed_again(
    damage: Damage, whole: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "runs"
    toy.run(root, replications=3)
    damage(bad := toy.kept(root)[1])
    assert toy.frames(toy.run(root)) == whole
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{bad} is dropped, and computed again if it is needed (piece 1 is damaged: ")
    assert len(toy.kept(root)) == 4


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("name", ["weeks.parquet", "outcomes.parquet", MARKER, "run.json"])
def test_a_damaged_finished_study_is_put_aside_and_made_again(
    name: str, damage: Damage, whole: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "runs"
    folder = toy.run(root)
    pieces = [path.stat().st_mtime_ns for path in toy.kept(root)]
    damage(folder / name)
    assert toy.run(root) == folder
    assert toy.frames(folder) == whole
    (line,) = capsys.readouterr().err.splitlines()
    assert str(folder / name) in line
    assert "is put aside as" in line
    assert [path.stat().st_mtime_ns for path in toy.kept(root)] == pieces  # nothing was computed again
    assert len(list((root / ".damaged").iterdir())) == 1


def test_a_frame_that_is_gone_is_noticed(
    whole: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = toy.run(tmp_path / "runs")
    (folder / "weeks.parquet").unlink()
    assert toy.frames(toy.run(tmp_path / "runs")) == whole
    assert "weeks.parquet is gone" in capsys.readouterr().err


def test_what_readers_may_change_is_no_damage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A report may be written into, figures may go."""
    folder = toy.run(tmp_path)
    (folder / "report.html").write_text("with a note of mine", encoding="utf-8")
    assert toy.run(tmp_path) == folder
    assert capsys.readouterr().err == ""


def test_a_piece_of_another_study_or_number_is_not_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its checksum is right, but it says where it belongs."""
    toy.run(tmp_path, seed=2)
    (theirs,) = {path.parent for path in toy.kept(tmp_path)}
    toy.run(tmp_path, replications=1)
    (mine,) = {path.parent for path in toy.kept(tmp_path)} - {theirs}
    stolen = sorted(theirs.iterdir())[1]
    shutil.copy(stolen, mine / stolen.name)
    own = sorted(mine.iterdir())[0]
    shutil.copy(own, mine / own.name.replace("000000-", "000002-"))
    (mine / "holiday.parquet").write_bytes(b"beach")
    folder = toy.run(tmp_path)
    assert toy.frames(folder) == toy.frames(toy.run(tmp_path / "undisturbed"))
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    assert sum("it belongs to another study" in line for line in said) == 2
    assert "holiday.parquet is dropped" in "".join(said)


def test_a_piece_lost_while_the_study_is_written_is_computed_again(
    whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, times = toy.write, 0

    def disturbed(pieces: object, folder: Path) -> None:
        nonlocal times
        times += 1
        if times == 1:
            toy.kept(tmp_path / "runs")[2].unlink()
        written(pieces, folder)  # type: ignore[arg-type]

    monkeypatch.setattr(toy, "write", disturbed)
    assert toy.frames(toy.run(tmp_path / "runs")) == whole
    assert times == 2
