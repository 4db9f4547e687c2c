"""The search for flips on functions made by hand, where the place of the flip is known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from experiments.sensitivity.flips import Flip, Search, flips_of
from experiments.space.declared import Declared
from experiments.space.factors import Factor

NOISE = np.array([-1.0, 0.0, 1.0, 0.5, -0.5])


def factor(low: float, high: float, own: float, kind: str = "float", values: tuple[float, ...] = ()) -> Factor:
    return Factor("mind.x", low, high, values, Declared("mind.x", own, -1e9, 1e9, kind, "1", "", ""))


def line(slope: float, at: float, noise: float = 0.0) -> Callable[[float], np.ndarray]:
    """The second arm leads the first by slope * (x - at); the third is far behind."""

    def evaluate(x: float) -> np.ndarray:
        first = NOISE
        second = NOISE + slope * (x - at) + noise * NOISE[::-1]
        return np.column_stack([first, second, NOISE - 100])

    return evaluate


def found(evaluate: Callable[[float], np.ndarray], one: Factor, search: Search | None = None) -> dict[int, Flip]:
    own = one.about.value
    points = (search or Search(2, 6)).walk(evaluate, one, own, evaluate(own))
    return {flip.side: flip for flip in flips_of(points, own, one.is_whole or bool(one.values))}


def test_a_straight_lead_flips_where_it_crosses():
    """The second arm overtakes at 3.3, exactly; below the study's value nothing happens."""
    flips = found(line(1.0, 3.3), factor(0, 5, 1))
    assert flips[1].flips == pytest.approx(3.3)
    assert flips[1].rival == 1
    assert all(math.isnan(value) for value in (flips[-1].may, flips[-1].flips, flips[-1].surely))


def test_a_bent_lead_is_found_by_halving():
    """Overtaken where x² = 10; a step of 4.5 halved 8 times leaves less than 0.02."""

    def evaluate(x: float) -> np.ndarray:
        return np.column_stack([NOISE, NOISE + x * x - 10])

    assert found(evaluate, factor(0, 10, 1), Search(2, 8))[1].flips == pytest.approx(math.sqrt(10), abs=0.02)
    assert found(evaluate, factor(0, 10, 1), Search(2, 0))[1].flips == pytest.approx(3.0, abs=1.0)


def test_noise_parts_may_from_surely():
    """The interval of the lead has a half-width h: it may flip at 3 - h and has surely flipped at 3 + h."""
    flip = found(line(1.0, 3.0, noise=0.4), factor(0, 6, 1), Search(1, 10))[1]
    half = 2.7764 * 0.4 * NOISE.std(ddof=1) / math.sqrt(5)  # t with 4 degrees of freedom
    assert flip.flips == pytest.approx(3, abs=0.01)
    assert flip.may == pytest.approx(3 - half, abs=0.01)
    assert flip.surely == pytest.approx(3 + half, abs=0.01)


def test_a_lead_that_is_not_sure_may_flip_at_once():
    flip = found(line(1.0, 1.1, noise=0.4), factor(0, 6, 1))[1]
    assert flip.may == 1
    assert flip.flips == pytest.approx(1.1, abs=0.01)


def test_the_nearest_of_two_rivals_is_named():
    def evaluate(x: float) -> np.ndarray:
        return np.column_stack([NOISE, NOISE + x - 4, NOISE + 2 * x - 4])

    flip = found(evaluate, factor(0, 5, 1))[1]
    assert flip.flips == pytest.approx(2)
    assert flip.rival == 2


def test_equal_arms_never_flip():
    """A twin of the winner is never ahead of it."""

    def evaluate(x: float) -> np.ndarray:
        return np.column_stack([NOISE + x, NOISE + x])

    assert all(math.isnan(flip.flips) and math.isnan(flip.may) for flip in found(evaluate, factor(0, 5, 1)).values())


def test_whole_numbers_and_lists_flip_at_a_value_they_can_take():
    assert found(line(1.0, 3.3), factor(0, 9, 1, "int"))[1].flips == 4
    assert found(line(1.0, 3.3), factor(2, 8, 1, values=(2, 5, 8)))[1].flips == 5
    assert found(line(1.0, 0.5), factor(0, 1, 0, "bool"))[1].flips == 1


def test_a_study_outside_the_range_walks_into_it():
    """From 1 up to a range of 4..8: both ends are tried, and the flip before the range is found."""
    one = factor(4, 8, 1)
    points = Search(2, 6).walk(line(1.0, 3.3), one, 1, line(1.0, 3.3)(1))
    assert {4.0, 8.0} <= set(points)
    assert found(line(1.0, 3.3), one)[1].flips == pytest.approx(3.3)


def test_the_walk_takes_no_more_than_it_says():
    """Two flips, one on each side: steps and halvings on both."""
    search, calls = Search(3, 5), []

    def evaluate(x: float) -> np.ndarray:
        calls.append(x)
        return np.column_stack([NOISE, NOISE + x * x - 4])

    points = search.walk(evaluate, factor(-5, 5, 0), 0, np.column_stack([NOISE, NOISE - 4]))
    assert len(calls) == search.most == 16
    assert {-5.0, 5.0} <= set(points)
    assert [flip.flips for flip in flips_of(points, 0, False)] == pytest.approx([-2, 2], abs=0.05)
