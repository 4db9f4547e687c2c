"""What tests of killed studies share: the nursery as a process, and how a life is started and ended."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parents[3]


@dataclass
class Nursery:
    """Starts lives one after the other."""

    process: subprocess.Popen[str]

    def live(
        self, name: str, root: Path, seed: int = 1, fresh: bool = False, deadly: int = 0, after: float | None = None
    ) -> tuple[int, int, float]:
        """One life: exit code, changes to the file system, seconds.

        Args:
            name: of the study.
            root: of the store.
            seed: of the study.
            fresh: whether everything is computed anew.
            deadly: the change to the file system before which it kills itself; 0 for never.
            after: seconds after which it is killed, process group and all.
        """
        began = time.perf_counter()
        pid = self.start(name, root, seed, fresh, deadly)
        if after is not None:
            select.select([self.process.stdout], [], [], after)  # it may be over before
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        return *self.end(), time.perf_counter() - began

    def start(self, name: str, root: Path, seed: int = 1, fresh: bool = False, deadly: int = 0) -> int:
        """Begin a life and say its process."""
        self._say(f"{name} {root} {seed} {fresh} {deadly}")
        return int(self._heard("born")[0])

    def end(self) -> tuple[int, int]:
        """Wait for the end of a life: exit code, changes to the file system."""
        code, count = self._heard("over")
        return int(code), int(count)

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def _heard(self, word: str) -> list[str]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            first, *rest = line.split() or [""]
            if first == word:
                return rest
        raise AssertionError("the nursery has died: see its standard error")


@contextmanager
def nursery(*names: str) -> Iterator[Nursery]:
    """A nursery, ended with its children's work."""
    command = [sys.executable, "-m", "tests.experiments.faults.nursery", *names]
    with subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Nursery(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)
