"""Pieces of work that go wrong; they live in a module of their own because workers import them."""

from __future__ import annotations

import os
import signal
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SOME = 8  # pieces


@dataclass(frozen=True)
class Kills:
    """Piece `fatal` kills its process so many times; every start is marked in a folder."""

    folder: Path
    times: int
    fatal: int = 3

    def __call__(self, number: int) -> int:
        time.sleep(0.1)
        if number == self.fatal and len(self.marks()) < self.times:
            (self.folder / f"{time.monotonic_ns()}-{os.getpid()}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number**2

    def marks(self) -> list[Path]:
        """One for every kill."""
        return sorted(self.folder.iterdir())


def chokes(number: int) -> int:
    """A mistake in the code of a piece."""
    if number == 3:
        raise ZeroDivisionError("piece 3 says so")
    return number


@dataclass(frozen=True)
class Placed:
    """Marks on which Ray node each piece begins, and takes its time."""

    folder: Path
    seconds: float

    def __call__(self, number: int) -> int:
        import ray

        node = ray.get_runtime_context().get_node_id()
        (self.folder / f"{number}-{node}").touch()
        time.sleep(self.seconds)
        return number

    def begun(self) -> dict[str, set[int]]:
        """Pieces that began, by node."""
        found: dict[str, set[int]] = defaultdict(set)
        for path in self.folder.iterdir():
            number, _, node = path.name.partition("-")
            found[node].add(int(number))
        return found
