"""What a finished study says about itself, and whether its files are those that were written."""

from __future__ import annotations

import dataclasses as dc
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.store.disk import digest_of, listed
from experiments.store.layout import FORMAT

MARKER = "study.json"  # comes last in a folder and marks it complete
ABOUT = "run.json"
_SUMMED = (MARKER, ".parquet")  # what numbers are read from; a report may be written into, a figure thrown away


@dataclass(frozen=True)
class RunInfo:
    """What was run, in a line.

    Args:
        job: name of the job's class, in small letters.
        arms: names.
        replications: of each arm.
        customers: in one replication.
        weeks: the horizon.
        pieces: what a piece of the work is called, in the plural.
        tasks: how many pieces there were.
        address: where they are kept.
        date: when it was finished, ISO 8601.
        seconds: of the command that finished it.
    """

    job: str = ""
    arms: tuple[str, ...] = ()
    replications: int = 0
    customers: int = 0
    weeks: int = 0
    pieces: str = "pieces"
    tasks: int = 0
    address: str = ""
    date: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Finished:
    """A finished study in the store.

    Args:
        folder: where it lies.
        info: what was run; empty where it was stored by a version that did not say.
        files: SHA-256 of its files by name, as they were written.
    """

    folder: Path
    info: RunInfo = field(default_factory=RunInfo)
    files: dict[str, str] = field(default_factory=dict)

    def damage(self) -> str:
        """Which file is not what was written, and why; empty if all are."""
        for name, digest in self.files.items():
            path = self.folder / name
            if not path.is_file():
                return f"{path} is gone"
            if digest_of(path) != digest:
                return f"{path} is damaged: its checksum does not fit"
        return ""


def describe(folder: Path, info: RunInfo) -> None:
    """Write down what was run, and what its files hold."""
    files = {path.name: digest_of(path) for path in listed(folder) if path.is_file() and path.name.endswith(_SUMMED)}
    about = {"format": FORMAT, **dc.asdict(info), "files": files}
    text = json.dumps({**about, "checksum": _checksum(about)}, indent=1, ensure_ascii=False)
    (folder / ABOUT).write_text(text, encoding="utf-8")


def finished(folder: Path) -> Finished | None:
    """A finished study by its folder; None if there is none."""
    if not (folder / MARKER).is_file():
        return None
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if about.pop("checksum") != _checksum(about):
            raise ValueError("its checksum does not fit")
        known = {one.name for one in dc.fields(RunInfo)}
        values = {name: value for name, value in about.items() if name in known}
        return Finished(folder, RunInfo(**values | {"arms": tuple(about["arms"])}), dict(about["files"]))
    except FileNotFoundError:  # stored by an older version
        return Finished(folder)
    except (OSError, ValueError, TypeError, KeyError):
        return Finished(folder, files={ABOUT: "unreadable"})


def _checksum(about: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
