"""What a store holds: finished studies, those under way, pieces that nobody needs any more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments.store.disk import is_ruin, listed
from experiments.store.layout import DAMAGED, MAKING, OLD_PIECES, PIECES, UNDER_WAY
from experiments.store.runs import MARKER, Finished, RunInfo, finished
from experiments.store.store import Store, UnderWay
from sim.errors import StoreError


@dataclass(frozen=True)
class Overview:
    """What lies in a store.

    Args:
        root: its folder.
        done: finished studies, the oldest first.
        under_way: studies that are not finished, and how many pieces are kept of each.
        spare: bytes that `prune` would free.
        pickled: studies under way that an older version has left: their pieces are pickles and never read.
    """

    root: Path
    done: tuple[Finished, ...]
    under_way: tuple[tuple[UnderWay, int], ...]
    spare: int
    pickled: int = 0


def overview(root: Path) -> Overview:
    """Look at a store; nothing is written.

    Raises:
        StoreError: there is none, or it was written by a newer version.
    """
    if not root.is_dir():
        raise StoreError(f"there is no store at {root}: run a study first, or name one with execution.output=FOLDER.")
    store = Store(root, reading=True)
    done = sorted(filter(None, map(described, studies(root))), key=lambda study: study.info.date)
    keys = [path.stem for path in listed(root / UNDER_WAY) if path.suffix == ".json"]
    begun = [study for study in map(store.under_way, keys) if study]
    spare = sum(map(size_of, _spare(root)))
    kept = tuple((study, store.kept(study.key)) for study in begun)
    return Overview(root, tuple(done), kept, spare, len(listed(root / OLD_PIECES)))


def studies(root: Path) -> list[Path]:
    """The folders of finished studies."""
    return [path for path in listed(root) if not path.name.startswith(".") and (path / MARKER).is_file()]


def described(folder: Path) -> Finished | None:
    """A finished study; what a version that kept no record of it can still tell is read from its results."""
    found = finished(folder)
    if found is None or found.info.date:
        return found
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        about: dict[str, Any] = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        return Finished(folder, RunInfo(date=str(about["provenance"]["date"])), found.files)
    made = datetime.fromtimestamp((folder / MARKER).stat().st_mtime, UTC).isoformat(timespec="seconds")
    return Finished(folder, RunInfo(date=made), found.files)


def prune(root: Path, keys: Collection[str] = ()) -> int:
    """Free the pieces that no study under way needs, what was damaged, and what killed processes left.

    Args:
        root: of the store.
        keys: studies under way that shall not go on: their pieces are dropped too.

    Returns:
        How many bytes.

    Raises:
        StoreError: one of the keys is no study under way.
    """
    Store(root)
    for key in keys:
        record = root / UNDER_WAY / f"{key}.json"
        if not record.is_file():
            known = ", ".join(path.stem for path in listed(root / UNDER_WAY)) or "none"
            raise StoreError(f"{key} is no study under way in {root}: there are {known}.")
    for key in keys:
        (root / UNDER_WAY / f"{key}.json").unlink(missing_ok=True)
    freed = 0
    for folder in _spare(root):
        freed += size_of(folder)
        shutil.rmtree(folder, ignore_errors=True)
    for name in (PIECES, UNDER_WAY, MAKING, DAMAGED, OLD_PIECES):
        with suppress(OSError):  # something is left in it, or it is not there
            (root / name).rmdir()
    return freed


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    total = 0
    for file in [path] if path.is_file() else path.rglob("*"):
        with suppress(OSError):  # another process has taken it away
            total += file.stat().st_size if file.is_file() else 0
    return total


def _spare(root: Path) -> Iterator[Path]:
    """Folders that nobody needs."""
    store = Store(root, reading=True)
    keys = [path.stem for path in listed(root / UNDER_WAY) if path.suffix == ".json"]
    needed = {study.info.address for study in map(store.under_way, keys) if study}
    yield from (folder for folder in listed(root / PIECES) if folder.name not in needed)
    yield from listed(root / DAMAGED)
    yield from listed(root / OLD_PIECES)
    yield from (folder for folder in listed(root / MAKING) if is_ruin(folder))
