"""What a sweep says in numbers: differences at every setting, who wins where, and how much of the best is luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.inference.intervals import F64, LEVEL, Interval, paired_t
from experiments.inference.optimism import judged_apart
from experiments.reporting.wording import plain
from experiments.results import MetricInfo
from experiments.sweep.results import SweepResult

BINS, FEW = 6, 8  # bins of a factor with many values; so many values or fewer are shown one by one


@dataclass(frozen=True, eq=False)
class Winners:
    """Who wins at each setting [S].

    Attributes:
        arm: place of the winner among the arms; the control wins a tie.
        sure: whether it leads every other arm by an interval that holds for all settings at once (Bonferroni).
    """

    arm: NDArray[np.intp]
    sure: NDArray[np.bool_]


@dataclass(frozen=True)
class Best:
    """The arm and setting that bring most against the control.

    Attributes:
        setting: its place.
        arm: which plan.
        seems: mean difference with the interval that this setting alone would have.
        apart: the same when chosen and judged by different replications.
        candidates: how many it was chosen from.
    """

    setting: int
    arm: str
    seems: Interval
    apart: Interval
    candidates: int


@dataclass(frozen=True, eq=False)
class Effect:
    """How the differences go with one factor, over all settings that share a value or a bin of it.

    Attributes:
        at: mean value in each bin [B].
        curves: by plan the mean difference in each bin.
    """

    at: F64
    curves: dict[str, list[Interval]]


def measured(result: SweepResult) -> MetricInfo:
    """What plans are ranked by."""
    return result.info(result.measure)


def short(address: str) -> str:
    """An address as figures and heads call it: without "arms", underscores as spaces."""
    return plain(address.removeprefix("arms.")).replace(".", ": ", 1).replace(".", " ")


@lru_cache(maxsize=64)
def differences(result: SweepResult) -> F64:
    """The measure of every arm less the control's under the same luck [S, R, A]."""
    return result.differences(result.measure)


@lru_cache(maxsize=64)
def difference_at(result: SweepResult, setting: int, arm: str) -> Interval:
    """A plan less the control at one setting."""
    return paired_t(differences(result)[setting, :, result.arms.index(arm)])


@lru_cache(maxsize=8)
def winners(result: SweepResult) -> Winners:
    """Who wins where."""
    values = result.values(result.measure) * measured(result).better
    first = np.asarray(np.nanargmax(values.mean(axis=1), axis=1))
    level = 1 - (1 - LEVEL) / (len(values) * (len(result.arms) - 1))
    sure = []
    for runs, winner in zip(values, first, strict=True):
        leads = np.delete(runs[:, [winner]] - runs, winner, axis=1)
        sure.append(all(paired_t(lead, level).sign > 0 for lead in leads.T))
    return Winners(first, np.array(sure))


@lru_cache(maxsize=8)
def best(result: SweepResult) -> Best:
    """Where a plan brings most, and how much of it is luck of choosing."""
    better, gaps = measured(result).better, differences(result)[:, :, 1:]
    settings, runs, plans = gaps.shape
    flat = np.moveaxis(gaps, 1, 0).reshape(runs, settings * plans)
    place = int(np.argmax(flat.mean(axis=0) * better))
    apart = judged_apart(flat * better)
    if better < 0:
        apart = Interval(-apart.mean, apart.standard_error, -apart.high, -apart.low, apart.p_value, apart.count)
    setting, arm = divmod(place, plans)
    return Best(setting, result.arms[1 + arm], paired_t(flat[:, place]), apart, settings * plans)


def effect_of(result: SweepResult, factor: str, rows: NDArray[np.bool_] | None = None) -> Effect:
    """Mean differences over one factor, whatever the others are.

    Args:
        result: the sweep.
        factor: its address.
        rows: which settings take part [S]; all by default.
    """
    values = result.settings[factor].to_numpy(float)
    chosen = np.flatnonzero(np.ones(len(values), bool) if rows is None else rows)
    groups = _groups(values[chosen])
    gaps = differences(result)[chosen]
    at = np.array([values[chosen][group].mean() for group in groups])
    curves = {
        arm: [paired_t(gaps[group, :, place].mean(axis=0)) for group in groups]
        for place, arm in enumerate(result.arms)
        if place
    }
    return Effect(at, curves)


def reach(effect: Effect, arm: str) -> float:
    """How far a plan's mean difference moves over a factor."""
    means = [line.mean for line in effect.curves[arm]]
    return float(max(means) - min(means))


def rooms(result: SweepResult) -> dict[str, NDArray[np.bool_]]:
    """Which settings [S] belong to each combination of parts; all to "" where no part is exchanged."""
    if not result.parts:
        return {"": np.ones(len(result.settings), np.bool_)}
    names: pd.Series = result.settings[list(result.parts)].agg(", ".join, axis=1).map(plain)
    return {str(name): (names == name).to_numpy() for name in names.unique()}


def numbers_of(result: SweepResult) -> Sequence[str]:
    """The factors, without the parts."""
    return [name for name in result.factors if name not in result.parts]


def at_words(result: SweepResult, setting: int, arm: str) -> str:
    """A setting in words, an arm's own parameters by their bare names: "price = 1.5, lift = 0.1"."""
    row = result.settings.iloc[setting]
    bare = {name: plain(name.removeprefix(f"arms.{arm}.")) for name in numbers_of(result)}
    numbers = [
        f"{bare[name] if '.' not in bare[name] else short(name)} = {float(row[name]):.4g}"
        for name in numbers_of(result)
    ]
    return ", ".join([*numbers, *(f"{part} = {plain(str(row[part]))}" for part in result.parts)])


def _groups(values: F64) -> list[NDArray[np.intp]]:
    """Places with the same value, or of the same quantile bin where there are many values."""
    known = np.unique(values)
    if len(known) <= FEW:
        return [np.flatnonzero(values == value) for value in known]
    return list(np.array_split(np.argsort(values, kind="stable"), BINS))
