"""What a robustness study leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.frames import load_frames, save_frames
from experiments.inference.intervals import F64
from experiments.inference.shrinkage import Spread, plausible, spread_of
from experiments.results import MetricInfo
from experiments.space.results import Outcomes

MIND, SCENARIO = "mind", "scenario"
_FRAMES = ("outcomes", "settings", "rules")


@dataclass(frozen=True, eq=False)
class RobustnessResult(Outcomes):
    """Outcomes over the ensemble, and where each plan wins.

    The first `draws` settings are the ensemble; after them every mind and scenario stands alone, at the study's sizes.

    Attributes:
        rules: the attributes of `Rule`, one row per arm.
        draws: size of the ensemble.
        measure: what plans are ranked by.
        meanings: what each parameter is, by address.
    """

    rules: pd.DataFrame
    draws: int
    measure: str
    meanings: dict[str, str]

    @property
    def metric(self) -> MetricInfo:
        """What plans are ranked by."""
        return self.info(self.measure)

    @property
    def ensemble(self) -> pd.DataFrame:
        """What the draws are: mind, scenario and a column per parameter."""
        return self.settings.iloc[: self.draws].drop(columns="setting")

    @property
    def alone(self) -> pd.DataFrame:
        """The mind and the scenario of each setting at the study's own sizes."""
        return self.settings.iloc[self.draws :][[MIND, SCENARIO]]

    @cached_property
    def benefits(self) -> F64:
        """Each arm against the control in all settings, higher is better [S, R, A]."""
        return self.differences(self.measure) * self.metric.better

    @cached_property
    def plausible(self) -> F64:
        """Draws of what the benefits are without noise, over the ensemble [K, D, A]."""
        return plausible(self.benefits[: self.draws])

    @cached_property
    def spread(self) -> Spread:
        """How large noise is against the spread between the settings of the ensemble."""
        return spread_of(self.benefits[: self.draws])

    def among(self, column: str) -> dict[str, NDArray[np.bool_]]:
        """Which draws have each mind, or scenario [D]."""
        held = self.ensemble[column]
        return {str(name): (held == name).to_numpy() for name in held.unique()}


def save(result: RobustnessResult, folder: Path) -> None:
    """Write the result into a folder."""
    save_frames(result, _FRAMES, folder)


def load(folder: Path) -> RobustnessResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete result.
    """
    return load_frames(RobustnessResult, _FRAMES, folder)
