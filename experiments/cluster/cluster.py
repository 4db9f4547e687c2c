"""What a cluster does for a study, and what its workers do: compute a block of pieces, with the code we have here."""

from __future__ import annotations

import pickle
import platform
import sys
from functools import cache
from importlib import metadata
from typing import Any, Protocol

from experiments.provenance import cxlab_version, own_code
from sim.errors import ConfigError, StoreError

_LIBRARIES = ("numpy", "scipy", "pandas")


class LostWorkerError(Exception):
    """A worker, or its machine, went away before its block of work was finished."""

    def __init__(self, workers: str) -> None:
        super().__init__(f"a {workers} worker, or its machine, was killed or lost: its work is done again.")
        self.workers = workers


class Cluster(Protocol):
    """Workers elsewhere. Several threads may ask them at the same time.

    Attributes:
        workers: how many blocks can be computed at the same time.
    """

    workers: int

    def compute(self, block: bytes) -> Any:
        """What a pickled function without arguments returns, called by one of the workers; waits for it.

        Raises:
            LostWorkerError: the worker went away; the same block may be asked for again.
            StoreError: one worker after the other went away over this block.
        """

    def cancel(self) -> None:
        """Have the workers stop what they are doing for us."""

    def close(self) -> None:
        """Take leave; stop the cluster if it was started here."""


def worn_out(workers: str, times: int) -> StoreError:
    """What is said when a block has cost so many workers that it is not tried again.

    Args:
        workers: whose.
        times: how many.
    """
    return StoreError(
        f"{times} {workers} workers were killed or lost, one after the other, over the same work, perhaps for want of "
        f"memory; what was finished is kept. Run the same command again with fewer execution.workers, or fewer "
        f"customers."
    )


def tell(line: str) -> None:
    """Say something on standard error, where the bar is."""
    print(line, file=sys.stderr)


def computed(block: bytes, code: str) -> Any:
    """What a worker does: call a pickled function, after making sure that it is the function we mean.

    Args:
        block: the function.
        code: `installed()` where the study was started; empty where that is this machine.

    Raises:
        ConfigError: another cxlab, Python or NumPy is installed here.
    """
    if code and code != installed():
        raise ConfigError(f"its workers would compute something else, with {installed()}")
    return pickle.loads(block)()


@cache
def installed() -> str:
    """All that decides the bits of a result beside the configuration and the processor."""
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES)
    return f"cxlab {cxlab_version()} (code {own_code()[:12]}), Python {platform.python_version()}, {libraries}"
