"""What the study of the value of information leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.frames import load_frames, save_frames
from experiments.space.results import Outcomes

_FRAMES = ("outcomes", "settings", "knowledge", "curves")
TOGETHER = "all of them"  # knowing everything that is varied


@dataclass(frozen=True, eq=False)
class InformationResult(Outcomes):
    """All that tables, figures and page need.

    Attributes:
        metric: what decisions are judged by, in money per customer.
        deciding_for: customers for whom the decision is made.
        perfect: `low` and `high` value of perfect information, each with value, standard_error and changes.
        knowledge: name (an address, what a group of them has in common, or `TOGETHER`), members (how many parameters),
            value, standard_error, changes, floor: what knowing parameters is worth, per customer.
        investigations: by name: meaning, customers, price and fixed.
        curves: investigation, customers, price, limited (it would be more exact than the simulation is), value,
            standard_error, changes: by sample size; the value per customer.
    """

    metric: str
    deciding_for: int
    perfect: Mapping[str, Mapping[str, float]]
    knowledge: pd.DataFrame
    investigations: Mapping[str, Mapping[str, Any]]
    curves: pd.DataFrame


def save(result: InformationResult, folder: Path) -> None:
    """Write the result into a folder."""
    save_frames(result, _FRAMES, folder)


def load(folder: Path) -> InformationResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete result.
    """
    return load_frames(InformationResult, _FRAMES, folder)
