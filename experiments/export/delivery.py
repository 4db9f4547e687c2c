"""An export goes to a folder of the user's: whole or not at all, and never over anything."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from sim.errors import StoreError


def refuse_taken(to: Path) -> None:
    """Refuse a folder that holds something, or a place where no folder can be.

    Raises:
        StoreError: says why, and the mend.
    """
    try:
        taken = to.exists() and (not to.is_dir() or any(to.iterdir()))
        to.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot write to {to}: {error}. Choose a folder you may write to.") from error
    if taken:
        what = "is not empty" if to.is_dir() else "is a file"
        raise StoreError(f"{to} {what}: give --to a new folder, or an empty one.")


def deliver(made: Path, to: Path) -> Path:
    """Copy what was made to a folder, which appears at once and whole.

    Raises:
        StoreError: the folder holds something, or cannot be written.
    """
    refuse_taken(to)
    beside = to.absolute().with_name(f".{to.absolute().name}-{secrets.token_hex(6)}")
    try:
        shutil.copytree(made, beside)
        beside.rename(to)
    except OSError as error:
        raise StoreError(f"cannot write to {to}: {error}. Make room, or choose another folder.") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return to
