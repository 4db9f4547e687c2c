"""What a sweep leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.frames import load_frames, save_frames
from experiments.space.results import Outcomes

_FRAMES = ("outcomes", "settings")


@dataclass(frozen=True, eq=False)
class SweepResult(Outcomes):
    """Outcomes at the settings of a design.

    Attributes:
        design: grid, paired, latin_hypercube or sobol.
        measure: what plans are ranked by.
        numbers: by address what a factor is: unit, doc.
        parts: what is exchanged whole (mind, scenario), beside the factors.
    """

    design: str
    measure: str
    numbers: Mapping[str, Mapping[str, Any]]
    parts: Sequence[str]


def save(result: SweepResult, folder: Path) -> None:
    """Write the result into a folder."""
    save_frames(result, _FRAMES, folder)


def load(folder: Path) -> SweepResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete result.
    """
    return load_frames(SweepResult, _FRAMES, folder)
