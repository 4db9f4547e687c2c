"""Files that appear at once and whole, whatever happens to the process that writes them."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

from sim.errors import StoreError

MEND = "Make room, or choose a folder you may write to: execution.output=FOLDER."
TRIES = 100  # for what another process on the same store can undo
A_DAY = 86_400  # seconds
_CHUNK = 2**20  # bytes read at a time


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name and rename it, so that nobody ever sees half of it."""
    make(path.parent)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    try:
        temporary.write_bytes(content)
        sync(temporary)
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def listed(folder: Path) -> list[Path]:
    """What lies in a folder; nothing if it is not there."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def is_ruin(path: Path) -> bool:
    """Whether nobody has written there for a day: a process that was killed has left it."""
    try:
        return time.time() - path.stat().st_mtime > A_DAY
    except FileNotFoundError:
        return False


def make(folder: Path) -> None:
    """Make a folder, even while another process tidies up around it."""
    for last in (*[False] * TRIES, True):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return
        except (FileExistsError, FileNotFoundError):
            if last:
                raise


def sync(file: Path) -> None:
    """Have the system put a file on the disk."""
    with file.open("r+b") as opened:
        os.fsync(opened.fileno())


def digest_of(file: Path) -> str:
    """SHA-256 of a file's content, read a bit at a time."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def refuse_unwritable(root: Path) -> None:
    """Try before anything is computed, and leave nothing behind.

    Raises:
        StoreError: nothing can be written there.
    """
    there = next(folder for folder in (root, *root.absolute().parents) if folder.exists() or folder.is_symlink())
    trial = there / f".cxlab-{secrets.token_hex(6)}"
    try:
        trial.mkdir()
        trial.rmdir()
    except OSError as error:
        reason = error.strerror if there.is_dir() else f"{there} is not a folder"
        raise StoreError(f"cannot write results to {root}: {reason}. {MEND}") from error
