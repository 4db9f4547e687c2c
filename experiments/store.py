"""Where results live, and by what name they are found again.

A finished study is a folder `<root>/<key>` that holds `study.json`; it appears at once and whole. Finished replications
of one that is under way lie in `<root>/.partial/<key>`, so that the same command goes on from there.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.errors import StoreError

MARKER = "study.json"
_PARTIAL = ".partial"
_PART = ".part"
_SPARE = "result-"
_A_DAY = 86_400  # seconds
_TRIES = 100  # for what another process on the same study can undo
_DIGEST = hashlib.sha256().digest_size


class Store:
    """Results under one root folder; several processes may use it at the same time.

    Nothing is written before the first replication is finished. Replications are kept as pickles, which may run code
    when read: use a store of your own.

    Args:
        root: the folder; made when it is first needed.
        say: takes one line about a part that had to be dropped; by default it goes to standard error.

    Raises:
        StoreError: the root cannot be written to.
    """

    def __init__(self, root: Path, say: Callable[[str], None] = lambda line: print(line, file=sys.stderr)) -> None:
        self.root, self.say = root, say
        _refuse_unwritable(root)

    def find(self, key: str) -> Path | None:
        """The folder of a finished study, or None."""
        folder = self.root / key
        return folder if (folder / MARKER).is_file() else None

    def parts(self, key: str) -> dict[int, Any]:
        """Finished replications by number; a damaged one is dropped and said so, to be computed again."""
        found = {}
        for path in self._part_files(key):
            try:
                found[int(path.stem)] = _opened(path.read_bytes())
            except FileNotFoundError:  # another process has just finished the study
                continue
            except Exception as error:  # noqa: BLE001  # unpickling raises what it likes
                self.say(f"{path} is damaged ({error}): replication {path.stem.lstrip('0') or 0} is computed again.")
                path.unlink(missing_ok=True)
        return found

    def kept(self, key: str) -> int:
        """How many replications are kept."""
        return len(self._part_files(key))

    def put_part(self, key: str, replicate: int, part: object) -> None:
        """Keep a finished replication: after this it survives whatever happens.

        Raises:
            StoreError: it cannot be written.
        """
        payload = pickle.dumps(part, protocol=5)
        path = self._partial(key) / f"{replicate:06d}{_PART}"
        for last in (*[False] * _TRIES, True):
            try:
                write_whole(path, hashlib.sha256(payload).digest() + payload)
                return
            except OSError as error:  # the folder is gone when another process has just finished the study
                if last or not isinstance(error, FileNotFoundError):
                    raise StoreError(
                        f"cannot keep replication {replicate} in {path.parent}: {error}. {_MEND}"
                    ) from error

    def finish(self, key: str, write: Callable[[Path], None], replace: bool = False) -> Path:
        """Let `write` fill a folder and make it the study's, at once and whole; drop its parts.

        Args:
            key: the study.
            write: fills an empty folder; `study.json` marks it complete.
            replace: whether to replace a finished study of that name; else the first one stands.

        Raises:
            StoreError: it cannot be written.
        """
        if not replace and (found := self.find(key)):
            self.forget(key)
            return found
        self._clear_ruins(key)
        temporary = self._beside(key)
        try:
            _make(temporary)
            write(temporary)
            for file in filter(Path.is_file, temporary.rglob("*")):
                _sync(file)
            self._put_in_place(temporary, key, replace)
        except OSError as error:
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"cannot write the study to {self.root / key}: {error}. {_MEND}") from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        self.forget(key)
        return self.root / key

    def forget(self, key: str) -> None:
        """Drop the replications that are kept of a study; a finished study stays."""
        shutil.rmtree(self._partial(key), ignore_errors=True)
        with suppress(OSError):  # other studies are under way
            self._partial("").rmdir()

    def _partial(self, key: str) -> Path:
        return self.root / _PARTIAL / key

    def _part_files(self, key: str) -> list[Path]:
        return [path for path in _listed(self._partial(key)) if path.suffix == _PART]

    def _beside(self, key: str) -> Path:
        """A name that nobody else uses, for a study that is being written or taken away."""
        return self._partial(f"{_SPARE}{key}-{secrets.token_hex(6)}")

    def _clear_ruins(self, key: str) -> None:
        """Remove what a process that was killed while it finished this study has left."""
        for folder in _listed(self._partial("")):
            with suppress(FileNotFoundError):
                if folder.name.startswith(f"{_SPARE}{key}-") and time.time() - folder.stat().st_mtime > _A_DAY:
                    shutil.rmtree(folder, ignore_errors=True)

    def _put_in_place(self, temporary: Path, key: str, replace: bool) -> None:
        """Rename a filled folder to the study's; one that has this name stays if it is complete and may stay."""
        folder, aside = self.root / key, self._beside(key)
        for last in (*[False] * _TRIES, True):
            try:
                temporary.rename(folder)
                break
            except OSError:
                if last:
                    raise
            if not replace and self.find(key):  # another process was first
                return
            with suppress(FileNotFoundError):  # another process has taken it away
                folder.rename(aside)
                shutil.rmtree(aside, ignore_errors=True)


_MEND = "Make room, or choose a folder you may write to: execution.output=FOLDER."


def _refuse_unwritable(root: Path) -> None:
    """Try before anything is computed, and leave nothing behind."""
    there = next(folder for folder in (root, *root.absolute().parents) if folder.exists() or folder.is_symlink())
    trial = there / f".cxlab-{secrets.token_hex(6)}"
    try:
        trial.mkdir()
        trial.rmdir()
    except OSError as error:
        reason = error.strerror if there.is_dir() else f"{there} is not a folder"
        raise StoreError(f"cannot write results to {root}: {reason}. {_MEND}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name and rename it, so that nobody ever sees half of it."""
    _make(path.parent)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    try:
        temporary.write_bytes(content)
        _sync(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _listed(folder: Path) -> list[Path]:
    """What lies in a folder; nothing if it is not there."""
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []


def _make(folder: Path) -> None:
    """Make a folder, even while another process tidies up around it."""
    for last in (*[False] * _TRIES, True):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return
        except (FileExistsError, FileNotFoundError):
            if last:
                raise


def _sync(file: Path) -> None:
    """Have the system put a file on the disk."""
    with file.open("r+b") as opened:
        os.fsync(opened.fileno())


def _opened(content: bytes) -> Any:
    digest, payload = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(payload).digest() != digest:
        raise ValueError("its checksum does not fit")
    return pickle.loads(payload)
