"""Which arm is best? A procedure that runs until it may say so, and what a wrong choice costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.inference.intervals import F64, LEVEL
from experiments.inference.refusals import at_least, within
from experiments.inference.sequential import FIRST
from sim.errors import ParameterError


@dataclass(frozen=True)
class Selection:
    """What a selection procedure says after the replications there are.

    Attributes:
        best: the arm chosen, by column; None while more replications are needed.
        survivors: arms not eliminated, by column.
        dropped_at: for each arm, after how many replications it was eliminated; None if it never was.
        replications: how many were used: those until the choice, or all there are.
        at_most: with so many the choice is made at the latest; None before the first stage is complete.
    """

    best: int | None
    survivors: tuple[int, ...]
    dropped_at: tuple[int | None, ...]
    replications: int
    at_most: int | None = None


def kim_nelson(values: F64, indifference: float, confidence: float = LEVEL, first: int = FIRST) -> Selection:
    """The fully sequential procedure of Kim & Nelson (2001, ACM TOMACS 11:251-273), replayed on the rows there are.

    After `first` replications the spread S²_ij of each paired difference is fixed. From then on, after each replication
    r, arm i is eliminated when some surviving j has `mean_j - mean_i > W_ij(r)`, with

        W_ij(r) = max(0, (δ / 2r) (h² S²_ij / δ² - r)),  h² = 2 η (first - 1),
        η = ((2 α / (A - 1))^(-2 / (first - 1)) - 1) / 2

    (their c = 1, the choice when nothing is known of how the arms differ). With probability `confidence` or more
    the best arm is chosen if it leads by δ, for normal values; common random numbers are allowed and make S² small. If
    others are within δ of the best, one of those may be chosen: that is what indifference means. Higher is better.

    The indifference zone also ends it: once r > h² S²_ij / δ², W_ij is 0 and the lower mean goes. Arms that are
    identical in all rows have S² = 0; they share the lead for ever, and the first of them is chosen as soon as no two
    survivors differ by more than chance may move them.

    Nothing is remembered between calls: with more rows it comes to the same eliminations and goes on.

    Args:
        values: replications by arms [R, A]; an arm's values after it was eliminated are not read and may be NaN.
        indifference: δ, the smallest difference worth finding, in the unit of the values.
        confidence: 1 - α, with which the choice is right.
        first: replications before the first elimination.

    Example:
        >>> luck = np.random.default_rng(1).normal(size=(20, 1))
        >>> kim_nelson(luck + np.array([0.0, 0.5, 0.0]), indifference=0.1).best
        1
    """
    within("indifference", indifference, 0)
    within("confidence", confidence, 0, 1)
    at_least("first", first, 2)
    rows, arms = values.shape
    at_least("arms", arms, 1)
    dropped: list[int | None] = [None] * arms
    if arms == 1:
        return Selection(0, (0,), tuple(dropped), 0, 0)
    if rows < first:
        return Selection(None, tuple(range(arms)), tuple(dropped), rows)
    alive, sums = np.arange(arms), values[: first - 1].sum(axis=0)
    _refuse_gaps(sums + values[first - 1], alive, first)
    limit = _limits(values[:first], indifference, confidence)  # h² S² / δ² of each pair of survivors
    at_most = _at_most(limit)
    for count in range(first, rows + 1):
        sums = sums + values[count - 1, alive]
        _refuse_gaps(sums, alive, count)
        means, allowed = sums / count, np.maximum(0.0, indifference / (2 * count) * (limit - count))
        beaten = (means - means[:, None] > allowed).any(axis=1)
        if beaten.any():
            for arm in alive[beaten]:
                dropped[int(arm)] = count
            alive, sums, limit = alive[~beaten], sums[~beaten], limit[np.ix_(~beaten, ~beaten)]
            at_most = _at_most(limit)
        if len(alive) == 1 or count >= at_most:
            best = int(alive[np.argmax(sums)])
            return Selection(best, tuple(map(int, alive)), tuple(dropped), count, count)
    return Selection(None, tuple(map(int, alive)), tuple(dropped), rows, at_most)


def expected_regret(values: F64) -> F64:
    """What choosing an arm costs on average: mean over settings of the best arm's value minus this one's [A].

    Args:
        values: settings by arms [S, A], higher is better: draws of uncertain parameters, theories, scenarios.

    Example:
        >>> [float(lost) for lost in expected_regret(np.array([[1.0, 0.0], [0.0, 3.0]]))]
        [1.5, 0.5]
    """
    _refuse_empty(values)
    lost: F64 = (values.max(axis=1, keepdims=True) - values).mean(axis=0)
    return lost


def share_best(values: F64) -> F64:
    """In which share of the settings each arm is the best [A], summing to 1; arms that tie share the setting.

    Over draws of uncertain parameters it is a probability of being best, given how they were drawn. Over replications
    it is the share of single runs that an arm wins, which says little of its mean: see `intervals.chance_best`.

    Args:
        values: settings by arms [S, A], higher is better.

    Example:
        >>> [float(share) for share in share_best(np.array([[1.0, 0.0], [2.0, 2.0]]))]
        [0.75, 0.25]
    """
    _refuse_empty(values)
    best = values == values.max(axis=1, keepdims=True)
    shares: F64 = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def _limits(first: F64, indifference: float, confidence: float) -> F64:
    """After how many replications the mean alone decides, for each pair of arms [A, A]."""
    count, arms = first.shape
    eta = ((2 * (1 - confidence) / (arms - 1)) ** (-2 / (count - 1)) - 1) / 2
    differences = first[:, :, None] - first[:, None, :]
    limits: F64 = 2 * eta * (count - 1) * differences.var(axis=0, ddof=1) / indifference**2
    return limits


def _at_most(limits: F64) -> int:
    """So many replications are enough for these arms."""
    return math.floor(limits.max()) + 1


def _refuse_gaps(sums: F64, alive: NDArray[np.intp], count: int) -> None:
    if not np.isfinite(sums).all():
        gone = alive[~np.isfinite(sums)]
        raise ParameterError(
            f"values of arms {gone.tolist()} are not finite within the first {count} replications: an arm needs a "
            f"number in each replication until it is eliminated."
        )


def _refuse_empty(values: F64) -> None:
    if values.ndim != 2 or 0 in values.shape or not np.isfinite(values).all():
        raise ParameterError(
            f"values of shape {values.shape} must be settings by arms [S, A], at least one of each, all finite."
        )
