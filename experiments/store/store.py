"""A store: studies and their pieces under one root folder, found again by name."""

from __future__ import annotations

import dataclasses as dc
import json
import secrets
import shutil
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.store.disk import MEND, TRIES, is_ruin, listed, make, refuse_unwritable, sync, write_whole
from experiments.store.layout import DAMAGED, MAKING, PIECES, UNDER_WAY, refuse_newer, stamp
from experiments.store.pieces import Pieces, Shelf
from experiments.store.runs import RunInfo, describe, finished
from sim.errors import StoreError


@dataclass(frozen=True)
class UnderWay:
    """A study that has begun.

    Args:
        key: its name.
        info: what is run, and where its pieces are kept.
        fresh: whether everything is computed anew, so that only pieces kept since it began count.
    """

    key: str
    info: RunInfo
    fresh: bool = False


class Store:
    """Results under one root folder; several processes may use it at the same time.

    A study appears under its key at once and whole. Its pieces lie under an address; they are kept as soon as they are
    computed, so that the same command goes on from there, and stay when the study is finished, so that a study of more
    replications computes only those that are missing. Nothing is written before the first piece is finished.

    Args:
        root: the folder; made when it is first needed.
        say: takes one line about something that had to be dropped; by default it goes to standard error.
        reading: whether nothing will be written, so that it need not be possible.

    Raises:
        StoreError: the root cannot be written to, or was written by a newer version.
    """

    def __init__(
        self,
        root: Path,
        say: Callable[[str], None] = lambda line: print(line, file=sys.stderr),
        reading: bool = False,
    ) -> None:
        self.root, self.say = root, say
        refuse_newer(root)
        if not reading:
            refuse_unwritable(root)

    def find(self, key: str) -> Path | None:
        """The folder of a finished study, or None; a damaged one is put aside and said so."""
        folder = self.root / key
        for _ in range(TRIES):
            before = _inode(folder)
            study = finished(folder)
            reason = study.damage() if study else ""
            if before == _inode(folder):  # else another process has just exchanged it
                break
        if reason:
            aside = self.root / DAMAGED / f"{key}-{secrets.token_hex(3)}"
            make(aside.parent)
            with suppress(FileNotFoundError):
                folder.rename(aside)
            self.say(f"{reason}. The study is put aside as {aside} and made again from the pieces that are kept.")
            return None
        begun = self.under_way(key) if study else None
        if begun and not begun.fresh:  # its process was killed at the very end
            self._cross_off(key)
        return folder if study else None

    def pieces[T](
        self, address: str, numbers: Collection[int] | None = None, homes: Collection[str] = ("experiments",)
    ) -> Pieces[T]:
        """Pieces of an address by number: each is read when it is asked for.

        Args:
            address: where they are kept.
            numbers: which there are; those that are kept and whole if it is not said.
            homes: packages whose dataclasses they may be made of.
        """
        return Pieces(self._shelf(address), numbers, homes)

    def sound(self, address: str, numbers: Collection[int] | None = None) -> set[int]:
        """Which pieces are kept and whole; what is damaged is dropped and said so, to be computed again."""
        return self._shelf(address).sound(numbers)

    def there(self, address: str) -> set[int]:
        """Which pieces are kept, by name: nothing is read."""
        return set(self._shelf(address).paths())

    def put(self, address: str, number: int, piece: object) -> None:
        """Keep a finished piece: after this it survives whatever happens to the process.

        Raises:
            StoreError: it cannot be written.
        """
        self._shelf(address).put(number, piece)
        self._stamp()

    def prepare(self, study: UnderWay) -> None:
        """Drop the pieces that a study may not use: all, if it is computed afresh and has not begun yet."""
        before = self.under_way(study.key)
        if study.fresh and not (before and before.fresh):
            self.forget(study.info.address)

    def begin(self, study: UnderWay) -> None:
        """Write down that a study is under way.

        Raises:
            StoreError: it cannot be written.
        """
        record = json.dumps({**dc.asdict(study.info), "fresh": study.fresh}, ensure_ascii=False)
        try:
            write_whole(self._record(study.key), record.encode())
        except OSError as error:
            raise StoreError(f"cannot write to {self.root}: {error}. {MEND}") from error
        self._stamp()

    def under_way(self, key: str) -> UnderWay | None:
        """A study that has begun and is not finished, or None."""
        try:
            about: dict[str, Any] = json.loads(self._record(key).read_text(encoding="utf-8"))
            fresh = bool(about.pop("fresh"))
            return UnderWay(key, RunInfo(**about | {"arms": tuple(about["arms"])}), fresh)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def kept(self, key: str) -> int:
        """How many pieces are kept of a study that is under way."""
        study = self.under_way(key)
        there = self._shelf(study.info.address if study else key).paths()
        return sum(number < study.info.tasks for number in there) if study and study.info.tasks else len(there)

    def finish(
        self, key: str, write: Callable[[Path], None], replace: bool = False, info: RunInfo | None = None
    ) -> Path:
        """Let `write` fill a folder and make it the study's, at once and whole.

        Args:
            key: the study.
            write: fills an empty folder; `study.json` marks it complete.
            replace: whether to replace a finished study of that name; else the first one stands.
            info: what was run.

        Raises:
            StoreError: it cannot be written.
        """
        if replace or not (folder := self.find(key)):
            self._clear_ruins()
            folder = self._written(key, write, replace, info or RunInfo())
        self._stamp()
        self._cross_off(key)
        return folder

    def forget(self, address: str) -> None:
        """Drop the pieces of an address; finished studies stay."""
        self._shelf(address).forget()

    def _written(self, key: str, write: Callable[[Path], None], replace: bool, info: RunInfo) -> Path:
        temporary = self._beside(key)
        try:
            make(temporary)
            write(temporary)
            describe(temporary, info)
            for file in filter(Path.is_file, temporary.rglob("*")):
                sync(file)
            self._put_in_place(temporary, key, replace)
        except OSError as error:
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"cannot write the study to {self.root / key}: {error}. {MEND}") from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            with suppress(OSError):
                temporary.parent.rmdir()
        return self.root / key

    def _put_in_place(self, temporary: Path, key: str, replace: bool) -> None:
        """Rename a filled folder to the study's; one that has this name stays if it is complete and may stay."""
        folder, aside = self.root / key, self._beside(key)
        for last in (*[False] * TRIES, True):
            try:
                temporary.rename(folder)
                break
            except OSError:
                if last:
                    raise
            if not replace and finished(folder):  # another process was first
                return
            with suppress(FileNotFoundError):  # another process has taken it away
                folder.rename(aside)
                shutil.rmtree(aside, ignore_errors=True)

    def _clear_ruins(self) -> None:
        """Remove what processes that were killed while they finished a study have left."""
        for folder in listed(self.root / MAKING):
            if is_ruin(folder):
                shutil.rmtree(folder, ignore_errors=True)
        for path in listed(self.root / UNDER_WAY):
            if path.suffix != ".json" and is_ruin(path):
                path.unlink(missing_ok=True)

    def _cross_off(self, key: str) -> None:
        self._record(key).unlink(missing_ok=True)
        with suppress(OSError):  # others are under way
            self._record(key).parent.rmdir()

    def _stamp(self) -> None:
        """Say which version has written here; a store that is full is not said to be broken."""
        with suppress(OSError):
            stamp(self.root)

    def _shelf(self, address: str) -> Shelf:
        return Shelf(self.root / PIECES / address, self.say)

    def _record(self, key: str) -> Path:
        return self.root / UNDER_WAY / f"{key}.json"

    def _beside(self, key: str) -> Path:
        """A name that nobody else uses, for a study that is being written or taken away."""
        return self.root / MAKING / f"{key}-{secrets.token_hex(6)}"


def _inode(folder: Path) -> int | None:
    try:
        return folder.stat().st_ino
    except OSError:
        return None
