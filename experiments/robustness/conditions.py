"""Under which conditions does a plan win? Boxes in the space of settings, held against chance.

Scenario discovery (Bryant & Lempert 2010, Technological Forecasting & Social Change 77:34-49) describes where something
happens by a box: a range for a few conditions. Its density is the share of the box in which it happens, its coverage
the share of what happens that lies in the box. PRIM (Friedman & Fisher 1999, Statistics & Computing 9:123-143) peels
the box from all sides. Here its edges are found condition by condition, as the range that holds the most wins beyond
those expected there: among 100 parameters and 120 settings, peeling follows noise and loses planted boxes half of the
time, which this does not. Because some box is found in anything, every condition has to beat those found in shuffled
settings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.inference.intervals import holm

F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]

SURE = 0.05
_CONDITIONS = 3  # of a box, at most
_FOLDS, _SHUFFLES = 5, 199
_WORTH = 0.05  # share of the wins beyond expectation that an edge has to bring
_FEWEST = 10  # settings in which a further condition is looked for
_IS, _OR = "=", "|"  # between a column of names and the name, and between two names


@dataclass(frozen=True)
class Limit:
    """One side of a box: a condition between two values, the lower one excluded; infinite where it is open."""

    name: str
    low: float
    high: float

    def __str__(self) -> str:
        what, is_name, which = self.name.partition(_IS)
        if is_name:
            one, _, other = which.partition(_OR)
            return f"{what} is {one if self.low >= 0 else other or f'not {one}'}"
        if np.isinf(self.high):
            return f"{what} > {self.low:.3g}"
        return f"{what} <= {self.high:.3g}" if np.isinf(self.low) else f"{self.low:.3g} < {what} <= {self.high:.3g}"


type Box = tuple[Limit, ...]


@dataclass(frozen=True)
class Rule:
    """Where a plan wins most.

    Attributes:
        arm: the plan.
        where: the conditions, in words; empty where none is told from chance.
        settings: in how many settings they hold.
        density: share of those in which it wins.
        coverage: share of its wins that lie there.
        base: share of all settings in which it wins.
        held_out: density where the box was found without the settings it is judged by; NaN if it holds none of them.
        chance: share of shuffled settings in which as good a first condition is found, corrected for the number of
            plans (Holm).
    """

    arm: str
    where: str
    settings: int
    density: float
    coverage: float
    base: float
    held_out: float
    chance: float

    @property
    def holds(self) -> bool:
        """Whether it is told from chance, and better than anywhere in settings it was not made from."""
        return bool(self.where) and self.chance <= SURE and self.held_out > self.base


@dataclass(frozen=True, eq=False)
class Conditions:
    """What may be a condition: numbers [S, C], NaN where there is none, with their names."""

    values: F64
    names: tuple[str, ...]

    def some(self, rows: Bool) -> Conditions:
        """Those of some settings, as far as all of these have them and they differ."""
        held = self.values[rows]
        kept = [place for place in range(len(self.names)) if len(held) and np.ptp(held[:, place]) > 0]  # not where NaN
        return Conditions(held[:, kept], tuple(self.names[place] for place in kept))

    def inside(self, box: Box) -> Bool:
        """Which settings lie in a box [S]."""
        within = np.ones(len(self.values), dtype=bool)
        for limit in box:
            column = self.values[:, self.names.index(limit.name)]
            within &= (column > limit.low) & (column <= limit.high)
        return within

    def best_range(self, weights: F64) -> tuple[Limit, float]:
        """The condition that holds the largest sum of weights [S], and that sum; there has to be one."""
        sums = np.cumsum(weights[self._order], axis=0)
        before = np.vstack([np.zeros((1, sums.shape[1])), sums[:-1]])
        open_to = np.where(self._starts, before, np.inf)
        held = np.where(self._ends, sums - np.minimum.accumulate(open_to, axis=0), -np.inf)
        end, column = np.unravel_index(int(held.argmax()), held.shape)
        start = int(open_to[: end + 1, column].argmin())
        ranked = self._ranked[:, column]
        low = -np.inf if start == 0 else (ranked[start - 1] + ranked[start]) / 2
        high = np.inf if end == len(ranked) - 1 else (ranked[end] + ranked[end + 1]) / 2
        return Limit(self.names[column], float(low), float(high)), float(held[end, column])

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        """The settings from low to high in each column [S, C]."""
        return np.argsort(self.values, axis=0, kind="stable")

    @cached_property
    def _ranked(self) -> F64:
        return np.take_along_axis(self.values, self._order, axis=0)

    @cached_property
    def _starts(self) -> Bool:
        """Where a range may start [S, C]: equal values stay together."""
        return np.vstack([np.ones((1, len(self.names)), dtype=bool), self._ranked[1:] != self._ranked[:-1]])

    @cached_property
    def _ends(self) -> Bool:
        return np.vstack([self._starts[1:], np.ones((1, len(self.names)), dtype=bool)])


def conditions_in(settings: pd.DataFrame) -> Conditions:
    """The columns of a frame; one of names becomes a column of 0 and 1 for each name, or one for both of two.

    Args:
        settings: columns of numbers or names, one row per setting.
    """
    found: dict[str, F64] = {}
    for name in map(str, settings.columns):
        values = settings[name]
        if pd.api.types.is_numeric_dtype(values):
            found[name] = values.to_numpy(float)
        else:
            names = [str(one) for one in values.unique()]
            kinds = {_OR.join(names): names[0]} if len(names) == 2 else dict(zip(names, names, strict=True))
            found |= {f"{name}{_IS}{kind}": np.asarray(values == one, float) for kind, one in kinds.items()}
    return Conditions(np.column_stack([*found.values()]) if found else np.zeros((len(settings), 0)), tuple(found))


def extended(conditions: Conditions, wins: F64, box: Box) -> Box:
    """A box with one condition more, that holds the most wins beyond those expected in it; the same if none does.

    Beyond expectation is the sum of `win - mean win`: large boxes that are a little better, and small ones that are
    much better, weigh against each other (weighted relative accuracy). What only some theories have can be a condition
    of a box within these theories only.

    Args:
        conditions: of the settings.
        wins: chance that the plan is the best in each [S].
        box: the conditions there are.
    """
    inside = conditions.inside(box)
    here, beyond = conditions.some(inside), wins[inside] - wins.mean()
    if not here.names or inside.sum() < _FEWEST:
        return box
    limit, found = here.best_range(beyond)
    return (*box, _opened(here, beyond, limit, found)) if found > max(float(beyond.sum()), 0.0) + 1e-9 else box


def rules_of(conditions: Conditions, wins: F64, arms: tuple[str, ...], seed: int = 0) -> list[Rule]:
    """Where each plan wins most.

    Args:
        conditions: of the settings.
        wins: chance that each plan is the best in each setting [S, A].
        arms: their names.
        seed: of folds and shuffles.
    """
    folds = np.random.default_rng(seed).permutation(len(wins)) % _FOLDS
    rules = [_rule(conditions, wins[:, place], arm, folds, seed) for place, arm in enumerate(arms)]
    corrected = holm(np.array([rule.chance for rule in rules]))
    return [replace(rule, chance=float(chance)) for rule, chance in zip(rules, corrected, strict=True)]


def _rule(conditions: Conditions, wins: F64, arm: str, folds: NDArray[np.intp], seed: int) -> Rule:
    box: Box = ()
    chance = float("nan")
    while len(box) < _CONDITIONS and (wider := extended(conditions, wins, box)) != box:
        luck = _chance(conditions, wins, box, seed)
        chance = chance if box else luck
        if luck > SURE:
            break
        box = wider
    base, inside = float(wins.mean()), conditions.inside(box)
    if not box:
        return Rule(arm, "", len(wins), base, 1.0, base, float("nan"), chance)
    coverage, held = float(wins[inside].sum() / wins.sum()), _held_out(conditions, wins, folds, len(box))
    words = " and ".join(map(str, box))
    return Rule(arm, words, int(inside.sum()), float(wins[inside].mean()), coverage, base, held, chance)


def _chance(conditions: Conditions, wins: F64, box: Box, seed: int) -> float:
    """How often a further condition as good as the best is found where wins are shuffled within a box."""
    inside = conditions.inside(box)
    here, beyond, rng = conditions.some(inside), wins[inside] - wins.mean(), np.random.default_rng(seed)
    found = here.best_range(beyond)[1] - 1e-9
    luckier = sum(here.best_range(rng.permutation(beyond))[1] >= found for _ in range(_SHUFFLES))
    return (1 + luckier) / (1 + _SHUFFLES)


def _held_out(conditions: Conditions, wins: F64, folds: NDArray[np.intp], size: int) -> float:
    """Density of boxes with so many conditions in settings that they were not made from."""
    inside = np.zeros(len(wins), dtype=bool)
    for fold in range(_FOLDS):
        box: Box = ()
        out = folds == fold
        seen = Conditions(conditions.values[~out], conditions.names)
        for _ in range(size):
            box = extended(seen, wins[~out], box)
        inside |= out & conditions.inside(box) & bool(box)
    return float(wins[inside].mean()) if inside.any() else float("nan")


def _opened(here: Conditions, beyond: F64, limit: Limit, found: float) -> Limit:
    """The range with one edge left out, if that costs next to nothing."""
    if not (np.isfinite(limit.low) and np.isfinite(limit.high)):
        return limit
    wider = [replace(limit, high=np.inf), replace(limit, low=-np.inf)]
    kept = [float(beyond[here.inside((one,))].sum()) for one in wider]
    best = int(np.argmax(kept))
    return wider[best] if kept[best] >= found * (1 - _WORTH) else limit
