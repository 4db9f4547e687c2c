"""When has a comparison run long enough? Rules that may look at results without spoiling them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from experiments.inference.intervals import F64, LEVEL
from experiments.inference.selection import kim_nelson
from experiments.inference.sequential import FIRST, confidence_sequence, stein_interval, stein_replications
from experiments.results import ALL

STEP = 10  # replications between two looks
_PARTS = {"value": ("profit", "value_beyond")}  # measures that are sums of others


@dataclass(frozen=True)
class Look:
    """What a rule says of the replications there are.

    Attributes:
        wanted: replications there should be in all; as many as there are once it may stop.
        said: what was found and by which rule, in a sentence; numbers in the unit of the measure.
    """

    wanted: int
    said: str


class Rule(Protocol):
    """Decides from one measure whether to go on."""

    def look(self, values: F64, arms: Sequence[str]) -> Look:
        """Judge values [R, A] of arms, the control first; the same values always give the same look."""


@dataclass(frozen=True)
class FixedWidth:
    """Until the interval of each difference from the control is as narrow as wanted: two stages (Stein 1945).

    Attributes:
        half_width: wanted, in the unit of the measure.
        first: replications of the first stage.
    """

    half_width: float
    first: int = FIRST

    def look(self, values: F64, arms: Sequence[str]) -> Look:
        """As many replications as the first stage's spread asks for."""
        gaps = values[:, 1:] - values[:, :1]
        if len(gaps) < self.first:
            return Look(self.first, "")
        wanted = stein_replications(gaps[: self.first], self.half_width)
        found = [stein_interval(column, self.first) for column in gaps.T]
        told = "; ".join(
            f"{arm} {one.mean:+.4g} ({one.low:+.4g} to {one.high:+.4g})"
            for arm, one in zip(arms[1:], found, strict=True)
        )
        said = (
            f"Fixed width by Stein's two stages (1945): {self.first} replications first, {wanted:,} in all, so that "
            f"each difference is known within {self.half_width:g} (95%, each by itself): {told}"
        )
        return Look(max(wanted, self.first), said)


@dataclass(frozen=True)
class Decided:
    """Until each difference from the control is told from zero, looked at again and again: confidence sequences.

    The intervals hold at all looks and for all plans at once, so stopping at a significant one does not cheat; with
    repeated t tests it would.

    Attributes:
        first: replications before the first look.
        level: with which all intervals hold.
    """

    first: int = FIRST
    level: float = LEVEL

    def look(self, values: F64, arms: Sequence[str]) -> Look:
        """Go on while some plan is undecided; a plan that equals the control exactly asks nothing."""
        count, gaps = len(values), values[:, 1:] - values[:, :1]
        if count < self.first:
            return Look(self.first, "")
        level = 1 - (1 - self.level) / max(gaps.shape[1], 1)
        told, open_ones = [], []
        for arm, column in zip(arms[1:], gaps.T, strict=True):
            if not column.any():
                told.append(f"{arm} exactly 0")
                continue
            low, high = (float(bound[-1]) for bound in confidence_sequence(column, level, self.first))
            told.append(f"{arm} {column.mean():+.4g} ({low:+.4g} to {high:+.4g})")
            if low <= 0 <= high:
                open_ones.append(arm)
        said = (
            f"Looked at after every {STEP} replications by asymptotic confidence sequences (Waudby-Smith et al. 2024), "
            f"{self.level:.0%} at all looks and for all plans at once: {'; '.join(told)}. "
            + (f"Still open: {', '.join(open_ones)}" if open_ones else "Every plan is told from the control")
        )
        return Look(count + STEP if open_ones else count, said)


@dataclass(frozen=True)
class BestArm:
    """Until the best arm is found, if it leads by the indifference zone: Kim & Nelson (2001), common luck allowed.

    Attributes:
        indifference: the smallest lead worth finding, in the unit of the measure.
        first: replications before the first arm may be dropped.
        sign: +1 if more is better, -1 if less.
        confidence: with which the choice is right.
    """

    indifference: float
    first: int = FIRST
    sign: int = 1
    confidence: float = LEVEL

    def look(self, values: F64, arms: Sequence[str]) -> Look:
        """Go on while more than one arm may be the best."""
        found = kim_nelson(self.sign * values, self.indifference, self.confidence, self.first)
        if found.best is None:
            left = ", ".join(arms[place] for place in found.survivors)
            wanted = self.first if len(values) < self.first else len(values) + STEP
            return Look(wanted, f"Kim & Nelson (2001): not chosen yet; still in: {left}")
        dropped = [f"{arms[place]} after {when}" for place, when in enumerate(found.dropped_at) if when is not None]
        said = (
            f"Kim & Nelson (2001): '{arms[found.best]}' chosen after {found.replications} replications; with "
            f"{self.confidence:.0%} confidence it is the best if the best leads by {self.indifference:g}, else one as "
            f"good within that. Dropped: {', '.join(dropped) or 'none'}"
        )
        return Look(len(values), said)


def by_arm(outcomes: pd.DataFrame, measure: str, arms: Sequence[str]) -> F64:
    """One measure of all customers as [R, A], in the order of arms, from tidy outcomes."""
    parts = _PARTS.get(measure, (measure,))
    rows = outcomes[(outcomes["segment"] == ALL) & outcomes["metric"].isin(parts)]
    wide = rows.pivot_table(index="replicate", columns="arm", values="value", aggfunc="sum", observed=True)
    values: F64 = np.asarray(wide[list(arms)].sort_index(), dtype=float)
    return values
