"""Intervals against bands: what holds, what does not, and why."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.battery.fact import Claim
from experiments.battery.judgement import holds_at, judged
from sim.errors import ParameterError

SPREAD = np.linspace(-1, 1, 20) * 0.1  # 20 replications; half-width of the 95% interval is 0.029


def about(mean: float) -> dict[str, np.ndarray]:
    return {"x": mean + SPREAD}


BAND = Claim("x", "a size", "0.5 (M)", 0.35, 0.65)
UP = Claim("x", "a sign", "above 0 (V)", low=0.1, null=0.0)
DOWN = Claim("x", "a sign", "below 0 (V)", high=-0.1, null=0.0)
BOUND = Claim("x", "no more than", "none (V)", high=0.05)


@pytest.mark.parametrize(
    ("claim", "mean", "holds", "said"),
    [
        (BAND, 0.50, True, ""),
        (BAND, 0.63, False, "interval reaches out of the band"),
        (BAND, 0.30, False, "outside the band"),
        (UP, 0.20, True, ""),
        (UP, 0.05, False, "right sign, below the minimum effect"),
        (UP, 0.01, False, "not told apart from nothing"),
        (UP, -0.20, False, "the opposite"),
        (DOWN, -0.20, True, ""),
        (DOWN, -0.05, False, "right sign, below the minimum effect"),
        (DOWN, 0.20, False, "the opposite"),
        (BOUND, 0.00, True, ""),
        (BOUND, 0.04, False, "interval reaches out of the band"),
        (BOUND, 0.20, False, "outside the band"),
    ],
)
def test_a_claim_is_judged_by_its_interval(claim: Claim, mean: float, holds: bool, said: str) -> None:
    found = judged(claim, about(mean))
    assert (found.holds, found.said) == (holds, said)
    assert found.mean == pytest.approx(mean)
    assert found.high - found.low == pytest.approx(2 * 0.0291, abs=1e-3)


def test_a_sign_needs_its_minimum_effect_however_many_replications() -> None:
    many = {"x": 0.05 + np.tile(SPREAD, 500)}
    assert judged(UP, many).low > 0
    assert not judged(UP, many).holds


def test_a_ratio_is_averaged_as_a_logarithm() -> None:
    claim = Claim("x", "odds", "2 (V)", low=1.5, high=3.0, is_ratio=True)
    found = judged(claim, {"x": np.array([1.0, 4.0] * 10)})
    assert found.mean == pytest.approx(2)
    assert found.low * found.high == pytest.approx(4)
    assert judged(claim, {"x": np.full(20, -1.0)}).said


def test_a_quotient_of_two_means_has_fiellers_interval() -> None:
    claim = Claim("top", "slope, worse / better", "2 (V)", 1.2, 3.0, over="bottom")
    found = judged(claim, {"top": 2 + SPREAD, "bottom": 1 + SPREAD[::-1]})
    assert found.holds
    assert found.mean == pytest.approx(2)
    assert found.low < 2 < found.high


@pytest.mark.parametrize("bottom", [0.0, 0.01, -1.0])
def test_a_quotient_over_nothing_does_not_hold(bottom: float) -> None:
    claim = Claim("top", "slope, worse / better", "2 (V)", 1.2, 3.0, over="bottom")
    found = judged(claim, {"top": 2 * bottom + SPREAD, "bottom": bottom + SPREAD[::-1]})
    assert not found.holds
    assert "interval" in found.said


def test_a_number_that_is_undefined_once_does_not_hold() -> None:
    values = about(0.5)
    values["x"][3] = math.nan
    found = judged(BAND, values)
    assert not found.holds
    assert found.said == "undefined in 1 of 20 replications"


@pytest.mark.parametrize(("value", "holds"), [(0.5, True), (0.34, False), (math.nan, False)])
def test_a_draw_is_judged_by_its_point_estimate(value: float, holds: bool) -> None:
    assert holds_at(BAND, {"x": value}) is holds
    assert holds_at(UP, {"x": 0.2})
    assert not holds_at(UP, {"x": 0.05})


def test_a_draws_quotient_needs_a_bottom_above_nothing() -> None:
    claim = Claim("top", "a", "b", 1.2, 3.0, over="bottom")
    assert holds_at(claim, {"top": 2.0, "bottom": 1.0})
    assert not holds_at(claim, {"top": -2.0, "bottom": -1.0})


def test_bands_in_words() -> None:
    assert [claim.band for claim in (BAND, UP, DOWN, BOUND)] == [
        "0.35 to 0.65", ">= 0.10, interval excludes 0", "<= -0.10, interval excludes 0", "<= 0.05",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [{"low": 1, "high": 0}, {"null": 0.0}, {"low": 0.1, "high": 0.2, "null": 0.0}, {"low": -0.1, "null": 0.0}]
)
def test_a_claim_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ParameterError, match="Claim 'x'"):
        Claim("x", "a", "b", **wrong)
