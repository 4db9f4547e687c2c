"""Pieces of work that are kept: one file each, checked whenever it is read, one at a time in memory."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from experiments.store.codec import about_of, frame_of, packed, unpacked
from experiments.store.disk import MEND, is_ruin, listed, write_whole
from sim.errors import StoreError

ENDING = ".parquet"
_NAME = re.compile(r"(\d{6,})-([0-9a-f]{16})\.parquet")  # the number, and the beginning of the content's SHA-256
_HOMES = ("experiments",)


class PieceLost(StoreError):
    """A piece that was there is gone or damaged: compute it again."""


class Shelf:
    """The pieces of one address.

    Args:
        folder: where they lie; its name is the address.
        say: takes one line about a piece that had to be dropped.
    """

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder, self.say = folder, say

    def paths(self) -> dict[int, Path]:
        """The file of each piece by number; one, should two versions of Parquet have written it differently."""
        found: dict[int, Path] = {}
        for path in listed(self.folder):
            if match := _NAME.fullmatch(path.name):
                found.setdefault(int(match[1]), path)
        return found

    def sound(self, wanted: Collection[int] | None = None) -> set[int]:
        """Which of those wanted (or of all) are here and whole; a damaged or foreign one is dropped and said so."""
        for path in listed(self.folder):
            if path.suffix == ENDING and not _NAME.fullmatch(path.name):
                self._drop(path, "it is no piece of this study")
            elif path.suffix != ENDING and is_ruin(path):  # half a piece, by a process that was killed
                path.unlink(missing_ok=True)
        found = set()
        for number, path in self.paths().items():
            if wanted is None or number in wanted:
                with suppress(FileNotFoundError, PieceLost):  # another process has dropped it, or it has been said
                    self._content(number, path)
                    found.add(number)
        return found

    def put(self, number: int, piece: object) -> None:
        """Keep a piece: after this it survives whatever happens to the process.

        Raises:
            StoreError: it cannot be written.
        """
        content = packed(piece, {"address": self.folder.name, "number": number})
        path = self.folder / f"{number:06d}-{hashlib.sha256(content).hexdigest()[:16]}{ENDING}"
        try:
            write_whole(path, content)
        except OSError as error:
            raise StoreError(f"cannot keep piece {number} in {self.folder}: {error}. {MEND}") from error

    def content(self, number: int, path: Path | None) -> bytes:
        """A piece's file, checked.

        Raises:
            PieceLost: it is not here any more, or damaged.
        """
        try:
            if path is not None:
                return self._content(number, path)
        except FileNotFoundError:
            pass
        raise PieceLost(f"piece {number} is no longer in {self.folder}: run the same command again.")

    def forget(self) -> None:
        """Drop all pieces."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):  # others are kept
            self.folder.parent.rmdir()

    def _content(self, number: int, path: Path) -> bytes:
        """A file's content, if it is what its name says; else the file is dropped."""
        content = path.read_bytes()
        try:
            if not path.stem.endswith(hashlib.sha256(content).hexdigest()[:16]):
                raise ValueError("its checksum does not fit")
            if about_of(content) != {"address": self.folder.name, "number": number}:
                raise ValueError("it belongs to another study")
        except Exception as error:  # Arrow raises what it likes
            self._drop(path, f"piece {number} is damaged: {error}")
            raise PieceLost(f"{path} is damaged: {error}. Run the same command again.") from error
        return content

    def _drop(self, path: Path, reason: str) -> None:
        self.say(f"{path} is dropped, and computed again if it is needed ({reason}).")
        path.unlink(missing_ok=True)


class Pieces[T](Mapping[int, T]):
    """Pieces by number, read from the store one at a time, each time they are asked for: nothing is held in memory.

    Args:
        shelf: where they lie.
        numbers: which there are; those that are here and whole if it is not said.
        homes: packages whose dataclasses they may be made of.
    """

    def __init__(self, shelf: Shelf, numbers: Collection[int] | None = None, homes: Collection[str] = _HOMES) -> None:
        self.shelf, self.homes = shelf, homes
        self.numbers = dict.fromkeys(sorted(shelf.sound() if numbers is None else numbers))
        self._paths: dict[int, Path] = {}

    def __getitem__(self, number: int) -> T:
        if number not in self.numbers:
            raise KeyError(number)
        content = self._content(number)
        try:
            piece: T = unpacked(content, self.homes)
        except Exception as error:
            raise StoreError(f"piece {number} in {self.shelf.folder} cannot be read: {error}.") from error
        return piece

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def frames(self, field: str, numbers: Iterable[int] | None = None) -> Iterator[Any]:
        """One frame of each piece (or of some) in turn, as Arrow tables: for what is too large to hold together."""
        for number in self if numbers is None else numbers:
            yield frame_of(self._content(number), field)

    def _content(self, number: int) -> bytes:
        """A piece's file; where it lies is looked up once, and again if it was not there."""
        if number not in self._paths:
            self._paths = self.shelf.paths()
        try:
            return self.shelf.content(number, self._paths.get(number))
        except PieceLost:
            self._paths = {}
            raise
