"""The disk gets full: the message says so and what to do, what was finished is kept, and with room it goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.experiments.faults import toy
from tests.experiments.faults.lives import HERE
from tests.experiments.faults.small_disk import ROWS

pytestmark = pytest.mark.slow
_PIECE = 44_000  # bytes, about
MAY_MOUNT = (
    subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode == 0
    if sys.platform == "linux"
    else False
)


def tried(tmp_path: Path, replications: int, room: int, largest: int) -> dict[str, object]:
    """Both tries on a disk of `room` bytes; where nothing may be mounted, with no file larger than `largest`."""
    disk, out = tmp_path / "disk", tmp_path / "out"
    disk.mkdir()
    out.mkdir()
    limit = 0 if MAY_MOUNT else largest
    command = [sys.executable, "-m", "tests.experiments.faults.small_disk", *map(str, (disk, out, replications, limit))]
    if MAY_MOUNT:
        script = f'mount -t tmpfs -o size={room} none "$0" && exec "$@"'
        command = ["unshare", "-rm", "sh", "-c", script, str(disk), *command]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads((out / "about.json").read_text(encoding="utf-8"))
    return found


def test_while_pieces_are_kept(tmp_path: Path) -> None:
    found = tried(tmp_path, 12, 6 * _PIECE, _PIECE // 2)
    assert "cannot keep piece" in str(found["said"])
    assert ("No space left on device" if MAY_MOUNT else "File too large") in str(found["said"])
    assert "Make room, or choose a folder you may write to: execution.output=FOLDER." in str(found["said"])
    if MAY_MOUNT:
        assert 0 < int(str(found["kept"])) < 12
    assert (found["all"], found["untouched"]) == (12, True)
    assert toy.frames(tmp_path / "out" / "study") == toy.frames(toy.run(tmp_path / "roomy", 12, rows=ROWS))


def test_while_the_study_is_written(tmp_path: Path) -> None:
    """All pieces have room, the finished study beside them has not."""
    found = tried(tmp_path, 12, 16 * _PIECE, 3 * _PIECE)
    assert "cannot write the study to" in str(found["said"])
    assert ("No space left on device" if MAY_MOUNT else "File too large") in str(found["said"])
    assert (found["kept"], found["all"], found["untouched"]) == (12, 12, True)
    assert toy.frames(tmp_path / "out" / "study") == toy.frames(toy.run(tmp_path / "roomy", 12, rows=ROWS))
