"""The pieces of a sensitivity study: the settings of a design, then a walk along each factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.calibrated import Calibration
from experiments.sensitivity.flips import Search
from experiments.space.factors import Factor
from experiments.space.points import Setting, Settings
from sim.behaviour import NonContractual

type F64 = NDArray[np.float64]

_MARKET = "market."


@dataclass(frozen=True, eq=False)
class Work:
    """Computes one piece: can be pickled, and called with its number.

    Attributes:
        design: the settings of a Morris or Sobol design; none for a tornado.
        walks: runs the settings of a walk.
        factors: what is varied, a walk for each.
        starts: the study's own values.
        own: all arms at the study's own values, as from `Settings`.
        measure: what plans are ranked by.
        better: +1 or -1: whether more or less of it is better.
        search: how flips are looked for.
    """

    design: Settings
    walks: Settings
    factors: tuple[Factor, ...]
    starts: tuple[float, ...]
    own: pd.DataFrame
    measure: str
    better: int
    search: Search

    def __call__(self, number: int) -> pd.DataFrame:
        """A setting as from `Settings`, or a walk: columns factor, at, arm, metric, replicate, value."""
        first = len(self.design.settings)
        return self.design(number) if number < first else self._walk(number - first)

    def _walk(self, number: int) -> pd.DataFrame:
        factor, start = self.factors[number], self.starts[number]
        seen: list[pd.DataFrame] = [self.own.assign(at=start)]

        def evaluate(value: float) -> F64:
            frame = at(self.walks, Setting({factor.address: value}))
            seen.append(frame.assign(at=value))
            return scores(frame, self.arms, self.better)

        self.search.walk(evaluate, factor, start, scores(self.own, self.arms, self.better))
        return pd.concat(seen, ignore_index=True).assign(factor=factor.address)

    @property
    def arms(self) -> tuple[str, ...]:
        """All arms, the control first."""
        return tuple(self.walks.study.chosen)


def at(walks: Settings, setting: Setting) -> pd.DataFrame:
    """One setting with all its replications.

    Args:
        walks: how settings are run; its own settings are not looked at.
        setting: what is run.
    """
    return replace(walks, settings=(setting,))(0).drop(columns="setting")


def scores(frame: pd.DataFrame, arms: Sequence[str], better: int) -> F64:
    """One metric of one setting as [R, A], turned so that more is better."""
    wide = frame.pivot(index="replicate", columns="arm", values="value")
    return better * wide[list(arms)].to_numpy(float)


def settings_of(factors: Sequence[Factor], design: F64, seeds: Sequence[int]) -> tuple[Setting, ...]:
    """Settings at the quantiles [S, K] of their factors, each with its luck [S]."""
    return tuple(
        Setting({factor.address: factor.at(float(u)) for factor, u in zip(factors, row, strict=True)}, seed=seed)
        for row, seed in zip(design, seeds, strict=True)
    )


def start_of(factor: Factor, calibration: Calibration) -> float:
    """The study's own value; a fitted parameter's estimate, where a log was fitted."""
    if factor.address.startswith(_MARKET) and isinstance(calibration.market, NonContractual):
        return float(getattr(calibration.market, factor.address.removeprefix(_MARKET)))
    return factor.about.value
