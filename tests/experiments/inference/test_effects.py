"""Effect sizes by hand, and numbers needed to treat that go through infinity."""

from __future__ import annotations

import math

import pytest

from experiments.inference.effects import cohen_h, needed_in_words, needed_to_treat, standardised
from experiments.inference.intervals import Interval
from sim.errors import ParameterError


def test_cohens_h_by_hand():
    """From 0 to 1 it is pi; it changes sign with its arguments; 0.5 is no special place."""
    assert cohen_h(1.0, 0.0) == pytest.approx(math.pi)
    assert cohen_h(0.2, 0.7) == -cohen_h(0.7, 0.2)
    assert cohen_h(0.3, 0.3) == 0
    assert cohen_h(0.75, 0.5) == pytest.approx(math.pi / 6)


def test_a_standardised_difference_keeps_its_p_value():
    found = standardised(Interval(2.0, 0.5, 1.0, 3.0, 0.01, 20), spread=4.0)
    assert found == Interval(0.5, 0.125, 0.25, 0.75, 0.01, 20)


@pytest.mark.parametrize(
    ("low", "mean", "high", "said"),
    [
        (0.05, 0.1, 0.2, "NNTB 10 (5 to 20)"),
        (-0.2, -0.1, -0.05, "NNTH 10 (5 to 20)"),
        (-0.05, 0.1, 0.25, "NNTB 10 (NNTB 4 to infinity to NNTH 20)"),
        (-0.25, -0.1, 0.05, "NNTH 10 (NNTB 20 to infinity to NNTH 4)"),
        (0.0, 0.1, 0.2, "NNTB 10 (5 to infinity)"),
        (-0.2, -0.1, 0.0, "NNTH 10 (5 to infinity)"),
        (-0.1, 0.0, 0.1, "infinity (NNTB 10 to infinity to NNTH 10)"),
        (0.0, 0.0, 0.0, "infinity"),
        (math.nan, 0.1, math.nan, "NNTB 10"),
        (math.nan, math.nan, math.nan, "none"),
        (0.3, 0.3, 0.3, "NNTB 4 (4 to 4)"),
    ],
)
def test_needed_to_treat(low: float, mean: float, high: float, said: str):
    assert needed_in_words(needed_to_treat(Interval(mean, low=low, high=high))) == said


def test_bounds_through_infinity_have_no_sign_and_others_keep_theirs():
    assert needed_to_treat(Interval(0.1, low=-0.1, high=0.3)).sign == 0
    assert needed_to_treat(Interval(0.1, low=0.05, high=0.3)).sign == 1
    assert needed_to_treat(Interval(-0.1, low=-0.3, high=-0.05)).sign == -1


def test_bad_input_is_refused():
    with pytest.raises(ParameterError, match=r"share = 1.2 is outside 0 to 1"):
        cohen_h(1.2, 0.5)
    with pytest.raises(ParameterError, match="spread = 0"):
        standardised(Interval(1.0), 0.0)
