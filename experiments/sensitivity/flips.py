"""How far one parameter has to move, all else at the study's values, until another arm is best."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.inference.intervals import paired_t
from experiments.space.factors import Factor

type F64 = NDArray[np.float64]
type Points = Mapping[float, F64]  # value of a factor -> scores [R, A], more is better


@dataclass(frozen=True)
class Flip:
    """Where, on one side of the study's value, the winner is overtaken; NaN where it is not, within the range.

    Attributes:
        side: +1 above the study's value, -1 below it.
        may: from here on the 95% interval of the winner's lead over some arm holds zero.
        flips: from here on another arm has the higher mean.
        surely: from here on the 95% interval of the winner's lead over some arm is below zero.
        rival: place of the arm that overtakes it first; -1 if none comes near.
    """

    side: int
    may: float
    flips: float
    surely: float
    rival: int


@dataclass(frozen=True)
class Search:
    """How a flip is looked for on each side of the study's value.

    Attributes:
        steps: evenly spaced values that are tried up to the end of the range.
        halvings: how often the step in which the winner first changes is halved.
    """

    steps: int
    halvings: int

    @property
    def most(self) -> int:
        """Settings that one factor can take at most."""
        return 2 * (self.steps + self.halvings)

    def walk(self, evaluate: Callable[[float], F64], factor: Factor, start: float, own: F64) -> dict[float, F64]:
        """The scores at every value tried, the study's own included.

        Both ends of the range are always tried. A change that is undone within one step is not seen.

        Args:
            evaluate: scores [R, A] at a value, under the same luck each time.
            factor: what is moved.
            start: the study's value.
            own: scores there [R, A].
        """
        points, winner = {start: own}, best(own)
        for side in (-1, 1):
            tried = list(self.targets(factor, start, side))
            points |= {value: evaluate(value) for value in tried}
            inner = start
            for outer in tried:
                if is_beaten(points[outer], winner):
                    points |= self._halved(evaluate, factor, inner, outer, winner)
                    break
                inner = outer
        return points

    def targets(self, factor: Factor, start: float, side: int) -> Iterator[float]:
        """The values that are tried on one side, the nearest first."""
        if factor.values:
            yield from sorted({value for value in factor.values if (value - start) * side > 0}, key=lambda v: v * side)
            return
        end, near = (factor.high, factor.low) if side > 0 else (factor.low, factor.high)
        if (end - start) * side <= 0:
            return
        if (near - start) * side > 0:  # the study's own value is outside the range
            yield near
            start = near
        steps = (*(start + (end - start) * step / self.steps for step in range(1, self.steps)), end)
        yield from dict.fromkeys(
            float(value) for value in (map(round, steps) if factor.is_whole else steps) if value != start
        )

    def _halved(
        self, evaluate: Callable[[float], F64], factor: Factor, inner: float, outer: float, winner: int
    ) -> dict[float, F64]:
        points: dict[float, F64] = {}
        if factor.values:
            return points
        for _ in range(self.halvings):
            middle = (inner + outer) / 2
            if factor.is_whole:
                middle = float(round(middle))
            if middle in (inner, outer):
                break
            points[middle] = evaluate(middle)
            inner, outer = (inner, middle) if is_beaten(points[middle], winner) else (middle, outer)
        return points


def best(scores: F64) -> int:
    """The place of the arm with the highest mean score [R, A]; the first of equal ones."""
    return int(scores.mean(axis=0).argmax())


def is_beaten(scores: F64, winner: int) -> bool:
    """Whether some arm has a higher mean score [R, A] than the winner."""
    return bool((lead_bounds(scores, winner)[:, 1] < 0).any())


def lead_bounds(scores: F64, winner: int) -> F64:
    """The winner's lead over each arm: lower bound, mean and upper bound of its paired 95% interval [A, 3].

    The lead over itself is infinite: nobody is overtaken by himself.
    """
    rows = [(math.inf,) * 3 if arm == winner else _bounds(scores[:, winner] - gap) for arm, gap in enumerate(scores.T)]
    return np.array(rows)


def flips_of(points: Points, start: float, is_jumping: bool) -> list[Flip]:
    """The flip on each side that was tried, from all values tried.

    Between two of them bounds and means of the leads are taken to be straight lines.

    Args:
        points: scores [R, A] by value of the factor, the study's own included.
        start: the study's value.
        is_jumping: whether only the values tried can be taken (whole numbers, switches, lists).
    """
    winner, found = best(points[start]), []
    for side in (-1, 1):
        values = sorted((value for value in points if (value - start) * side >= 0), key=lambda value: value * side)
        if len(values) < 2:
            continue
        leads = np.stack([lead_bounds(points[value], winner) for value in values])  # [V, A, 3]
        (may, near), (flips, rival), (surely, _) = (_crossing(values, leads[:, :, i], is_jumping) for i in range(3))
        found.append(Flip(side, may, flips, surely, near if math.isnan(flips) else rival))
    return found


def _crossing(values: Sequence[float], leads: F64, is_jumping: bool) -> tuple[float, int]:
    """The first value at which some lead [V, A] falls below zero, and whose; NaN and -1 if none does."""
    for place in range(len(values)):
        if not (leads[place] < 0).any():
            continue
        if place == 0 or is_jumping:
            return values[place], int(leads[place].argmin())
        inner, outer = leads[place - 1], leads[place]
        shares = {arm: inner[arm] / (inner[arm] - outer[arm]) for arm in np.flatnonzero(outer < 0)}
        first = min(shares, key=lambda arm: shares[arm])
        return float(values[place - 1] + (values[place] - values[place - 1]) * shares[first]), int(first)
    return math.nan, -1


def _bounds(lead: F64) -> tuple[float, float, float]:
    found = paired_t(lead)
    if math.isnan(found.mean):  # no number in any replication: nothing is said
        return (0.0, 0.0, 0.0)
    return found.low, found.mean, found.high
