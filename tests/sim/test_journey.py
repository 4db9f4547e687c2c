"""What an encounter is made of: touchpoints that differ, waits that cost, a peak and an end, several deciders."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.chance import Chance, Draws, normal
from sim.errors import ParameterError
from sim.journey import TOUCHPOINTS, BuyingCentre, Course, Journey
from sim.people import BASKET
from sim.plan import Plan
from sim.service import Service
from sim.table import Table
from strategies import Nothing, Placebo
from tests.sim import worlds

N = 100_000
EVEN = Journey(spread=0.0)


def luck(n: int = N) -> Draws:
    """Seed 4."""
    return Chance(4).at(0).rows(np.arange(n, dtype=np.uint64))


def travelled(journey: Journey, n: int = 1_000, wait: Any = None) -> Course:
    return journey.travel(luck(n), None if wait is None else np.broadcast_to(np.asarray(wait, np.float32), n).copy())


def touchpoints(n: int, spread: float) -> list[list[float]]:
    """Deviations of each customer's four touchpoints, from the same luck [n][4]."""
    return [[float(spread * z) for z in one] for one in np.transpose(normal(np.stack(luck(n).uniforms(*TOUCHPOINTS))))]


def test_where_touchpoints_do_not_differ_and_waits_feel_normal_there_is_nothing_to_tell():
    course = travelled(EVEN)
    assert not course.mean.any()
    assert not course.moment.any()
    assert course.effort.tolist() == [0.0]


def test_the_moment_is_the_mean_of_peak_and_end_by_hand():
    """Each customer one by one: the touchpoint farthest from the usual, good or bad, and the last one."""
    course = travelled(Journey(spread=0.1), 500)
    for at, points in enumerate(touchpoints(500, 0.1)):
        peak, end, mean = max(points, key=abs), points[-1], sum(points) / 4
        assert course.mean[at] == pytest.approx(mean, abs=1e-6)
        assert course.moment[at] == pytest.approx((peak + end) / 2 - mean, abs=1e-6)


def test_of_one_bad_touchpoint_memory_keeps_more_than_its_share_and_most_if_it_was_the_last():
    """A late delivery costs a quarter of 0.4 in the mean, a half of it in peak and end; late help at the end all."""
    late = {"normal_delivery": 1.0, "delivery_hours": 16.0, "impatience": 0.1}
    delivery = travelled(Journey(spread=0.0, **late), 1)
    assert delivery.mean[0] == pytest.approx(-0.1)
    assert delivery.mean[0] + delivery.moment[0] == pytest.approx(-0.2)
    after = travelled(Journey(spread=0.0, after_sale_hours=64.0, impatience=0.1), 1)
    assert after.mean[0] == pytest.approx(-0.1)
    assert after.mean[0] + after.moment[0] == pytest.approx(-0.4)


def test_touchpoints_are_drawn_one_by_one():
    """Seed 4, 100,000 encounters: mean 0 and spread / 2 of the mean over four, within 4 standard errors."""
    course = travelled(Journey(spread=0.1), N)
    assert abs(course.mean.mean(dtype=np.float64)) < 4 * 0.05 / np.sqrt(N)
    assert abs(course.mean.std(dtype=np.float64) - 0.05) < 4 * 0.05 / np.sqrt(2 * N)
    assert abs(np.corrcoef(*np.transpose(touchpoints(20_000, 0.1))[:2])[0, 1]) < 4 / np.sqrt(20_000)


@pytest.mark.parametrize(
    ("name", "normal_hours"), [("pre_sale_hours", 4.0), ("delivery_hours", 48.0), ("after_sale_hours", 4.0)]
)
def test_a_wait_of_twice_the_normal_costs_its_touchpoint_once_and_of_four_times_twice(name: str, normal_hours: float):
    for doublings in (-1, 0, 1, 2):
        journey = Journey(spread=0.0, impatience=0.08, **{name: normal_hours * 2.0**doublings})
        course = travelled(journey)
        np.testing.assert_allclose(course.mean, -0.08 * doublings / 4, atol=1e-7)
        np.testing.assert_allclose(course.effort, doublings / 3, atol=1e-6)


def test_a_plan_shortens_the_waits_of_those_it_is_meant_for():
    """All three waits, not the purchase itself: half the time is 0.05 better at three of four touchpoints."""
    wait = np.ones(1_000, np.float32)
    wait[:300], wait[300:500] = 0.5, 4.0
    before, after = travelled(Journey()), travelled(Journey(), wait=wait)
    np.testing.assert_allclose(after.mean[:300], before.mean[:300] + 0.05 * 3 / 4, atol=1e-6)
    np.testing.assert_allclose(after.mean[300:500], before.mean[300:500] - 2 * 0.05 * 3 / 4, atol=1e-6)
    np.testing.assert_array_equal(after.mean[500:], before.mean[500:])
    np.testing.assert_array_equal(after.moment[500:], before.moment[500:])
    np.testing.assert_allclose(after.effort, np.log2(wait), atol=1e-6)


@given(st.floats(0.01, 100), st.floats(0.01, 1e4), st.floats(0, 0.5))
def test_waiting_longer_never_pleases(wait: float, hours: float, impatience: float):
    journey = Journey(delivery_hours=hours, impatience=impatience)
    sooner, later = (travelled(journey, 50, times) for times in (wait, min(1.5 * wait, 100)))
    assert (later.mean <= sooner.mean + 1e-6).all()
    assert (later.effort >= sooner.effort).all()


@pytest.mark.parametrize(
    "journey", [Journey(), Journey(pre_sale_hours=9.0, delivery_hours=70.0)], ids=["usual", "slow"]
)
def test_waits_times_one_change_no_bit(journey: Journey):
    plain, same = travelled(journey), travelled(journey, wait=1.0)
    np.testing.assert_array_equal(plain.mean, same.mean)
    np.testing.assert_array_equal(plain.moment, same.moment)
    np.testing.assert_array_equal(np.broadcast_to(plain.effort, 1_000), same.effort)


def test_a_placebo_is_control_where_waits_are_long_and_several_decide():
    service = Service(failure=0.3, journey=Journey(after_sale_hours=11.0), buying_centre=BuyingCentre(deciders=4))
    runs = [worlds.model(people=worlds.met(400), strategy=play, service=service) for play in (Nothing(), Placebo())]
    for run in runs:
        run.run_for(15)
    worlds.assert_same_run(*runs)


def test_nobody_travels_quietly():
    for wait in (None, 1.0):
        course = travelled(Journey(), 0, wait)
        assert len(course.mean) == len(course.moment) == 0
    assert len(BuyingCentre(deciders=3).view(luck(0))) == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("spread", -0.1), ("pre_sale_hours", 0.0), ("normal_delivery", 0.0), ("impatience", 0.6), ("delivery_hours", 1e5)],
)
def test_a_journey_out_of_range_is_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"Journey\.{name}"):
        Journey(**{name: value})


def test_a_consumer_decides_alone_and_draws_nothing():
    draws = luck(5)
    view = BuyingCentre().view(draws)
    assert view.tolist() == [0.0]
    draws.uniform("decider 0")  # would raise, had it been drawn


@pytest.mark.parametrize("veto", [0.0, 0.3, 1.0])
def test_an_account_sees_with_the_mean_of_its_eyes_drawn_to_the_worst(veto: float):
    """Three deciders, one account after the other."""
    view = BuyingCentre(deciders=3, dissent=0.2, veto=veto).view(luck(300))
    eyes = np.transpose([0.2 * luck(300).normal(f"decider {one}") for one in range(3)])
    for at, views in enumerate(eyes.tolist()):
        assert view[at] == pytest.approx((1 - veto) * sum(views) / 3 + veto * min(views), abs=1e-6)


def test_more_deciders_differ_less_and_block_more():
    """Seed 4, 100,000 accounts, spread 0.1 / sqrt(n) without a veto; with one the account is the harder to please."""
    for deciders in (2, 5):
        mean = BuyingCentre(deciders=deciders, dissent=0.1, veto=0.0).view(luck())
        assert abs(mean.mean(dtype=np.float64)) < 4 * 0.1 / np.sqrt(deciders * N)
        assert mean.std() == pytest.approx(0.1 / np.sqrt(deciders), rel=0.02)
    levels = [BuyingCentre(deciders=n, veto=0.5).view(luck()).mean() for n in (2, 5, 12)]
    assert 0 > levels[0] > levels[1] > levels[2]


@given(st.integers(2, 12), st.floats(0, 1), st.floats(0, 1))
def test_a_stronger_veto_never_pleases(deciders: int, one: float, other: float):
    low, high = (
        BuyingCentre(deciders=deciders, veto=veto).view(luck(40)) for veto in (min(one, other), max(one, other))
    )
    assert (high <= low + 1e-6).all()


def test_the_account_sees_technical_and_functional_quality_with_the_same_eyes():
    """Where nothing else differs, both dimensions move together, and failures happen to the same accounts."""
    people = Table([BASKET], 2_000).block(0, 2_000)
    alone, several = (
        Service(spread=0.0, journey=EVEN, buying_centre=centre).deliver(people, Plan(), luck(2_000))
        for centre in (BuyingCentre(), BuyingCentre(deciders=3))
    )
    np.testing.assert_array_equal(alone.failure, several.failure)
    fine = several.failure == 0
    np.testing.assert_allclose(several.technical[fine], several.functional[fine], atol=1e-6)
    assert several.functional.std() > 0.03
    assert alone.functional.std() < 1e-6


@pytest.mark.parametrize(("name", "value"), [("deciders", 0), ("deciders", 13), ("dissent", 0.6), ("veto", -0.1)])
def test_a_buying_centre_out_of_range_is_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"BuyingCentre\.{name}"):
        BuyingCentre(**{name: value})
