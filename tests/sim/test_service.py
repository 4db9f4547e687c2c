"""What is delivered: levels, consistency, failures, lifts, personal touches, rewards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.chance import Chance
from sim.errors import ParameterError
from sim.exchange import Encounters
from sim.journey import Journey
from sim.people import BASKET
from sim.plan import Plan
from sim.service import Service
from sim.table import Table

N, USUAL = 100_000, Service()


def deliver(service: Service = USUAL, n: int = N, week: int = 0, **plan: float) -> Encounters:
    """Seed 3; every array of the plan is the same for all."""
    people = Table([BASKET], n)
    people[BASKET] = np.full(n, 20, np.float32)
    arrays = {name: np.full(n, value, np.float32) for name, value in plan.items()}
    luck = Chance(3).at(week).rows(np.arange(n, dtype=np.uint64))
    return service.deliver(people.block(0, n), Plan(**arrays), luck)


def standard_errors_off(values: np.ndarray, expected: float) -> float:
    return abs(values.mean(dtype=np.float64) - expected) / (values.std(dtype=np.float64) / np.sqrt(len(values)))


def censored_mean(mean: float, spread: float) -> float:
    """E[min(max(X, 0), 1)] of a normal X."""
    low, high = -mean / spread, (1 - mean) / spread
    inside = mean * (stats.norm.cdf(high) - stats.norm.cdf(low)) + spread * (stats.norm.pdf(low) - stats.norm.pdf(high))
    return float(inside + stats.norm.sf(high))


def test_quality_has_its_level_and_spread():
    """Seed 3, 100,000 encounters without failures: means within 4 standard errors of the censored normal's."""
    lived = deliver(Service(technical=0.6, functional=0.75, spread=0.1, failure=0.0))
    assert standard_errors_off(lived.technical, censored_mean(0.6, 0.1)) < 4
    manner = np.hypot(0.1, 0.08 / np.sqrt(4))  # the mean of four touchpoints differs, too
    assert standard_errors_off(lived.functional, censored_mean(0.75, float(manner))) < 4
    assert lived.functional.std() == pytest.approx(manner, rel=0.03)
    assert abs(np.corrcoef(lived.technical, lived.functional)[0, 1]) < 4 / np.sqrt(N)
    assert lived.technical.std() == pytest.approx(0.1, rel=0.02)
    assert not lived.failure.any()
    assert lived.fit is lived.intrusion is lived.reward is None


def test_failures_come_as_often_and_are_as_bad_as_said():
    """Seed 3, 100,000 encounters: share 4%, mean severity 0.2, within 4 standard errors; technical quality falls."""
    lived, smooth = deliver(Service(failure=0.04)), deliver(Service(failure=0.0))
    failed = lived.failure > 0
    assert standard_errors_off(failed.astype(np.float64), 0.04) < 4
    assert standard_errors_off(lived.failure[failed], 0.2) < 4
    assert lived.failure.max() <= 0.4
    np.testing.assert_array_equal(lived.functional, smooth.functional)
    np.testing.assert_array_equal(lived.technical[~failed], smooth.technical[~failed])
    assert (lived.technical[failed] <= smooth.technical[failed]).all()


@pytest.mark.parametrize("service", [Service(technical=0, functional=1, spread=0.5, failure=1, severity=1), Service()])
@pytest.mark.parametrize("plan", [{}, {"technical": 1, "functional": -1}, {"depth": 1, "accuracy": 0}])
def test_quality_stays_between_0_and_1(service: Service, plan: dict[str, float]):
    lived = deliver(service, n=20_000, **plan)
    for quality in (lived.technical, lived.functional):
        assert quality.min() >= 0
        assert quality.max() <= 1
        assert quality.dtype == np.float32


def test_a_lift_is_added_to_the_same_luck():
    plain, lifted = deliver(), deliver(technical=0.1, functional=0.05)
    above = plain.technical > 0  # a quality cut off at 0 was lower before the lift
    expected = np.minimum(plain.technical + np.float32(0.1), 1)
    np.testing.assert_allclose(lifted.technical[above], expected[above], atol=2e-7)
    assert (lifted.functional >= plain.functional).all()
    np.testing.assert_array_equal(lifted.failure, plain.failure)


def test_a_zero_lift_changes_no_bit():
    plain, zero = deliver(), deliver(technical=0, functional=0, depth=0, accuracy=0, reward=0)
    np.testing.assert_array_equal(zero.technical, plain.technical)
    np.testing.assert_array_equal(zero.functional, plain.functional)
    assert not zero.fit.any()
    assert not zero.intrusion.any()
    assert not zero.reward.any()


def test_a_personal_touch_fits_as_often_as_the_data_allow():
    """Seed 3, 100,000 encounters, depth 0.5, accuracy 0.8: fit is +0.5 with chance 0.8 within 4 standard errors."""
    service = Service(spread=0.0, failure=0.0, functional=0.5, fit_gain=0.2, journey=Journey(spread=0.0))
    lived = deliver(service, depth=0.5, accuracy=0.8)
    assert set(np.unique(lived.fit)) == {np.float32(-0.5), np.float32(0.5)}
    assert standard_errors_off(lived.fit > 0, 0.8) < 4
    np.testing.assert_allclose(lived.functional, np.where(lived.fit > 0, 0.6, 0.4), rtol=1e-6)  # 0.5 +- 0.2 x 0.5
    np.testing.assert_allclose(lived.intrusion, 0.4, rtol=1e-6)
    assert (deliver(service, depth=1.0, accuracy=0.0).fit == -1).all()
    assert (deliver(service, depth=1.0, accuracy=1.0).fit == 1).all()


def test_a_reward_is_a_share_of_usual_spend():
    np.testing.assert_allclose(deliver(n=10, reward=5.0).reward, 0.25)
    people = Table([BASKET], 3)  # a fee of nothing
    luck = Chance(1).at(0).rows(np.arange(3, dtype=np.uint64))
    reward = Service().deliver(people.block(0, 3), Plan(reward=np.array([0, 1, 0], np.float32)), luck).reward
    assert np.isfinite(reward).all()
    assert reward[0] == 0


def test_another_week_is_another_encounter():
    one, two = deliver(week=0), deliver(week=1)
    assert abs(np.corrcoef(one.technical, two.technical)[0, 1]) < 4 / np.sqrt(N)


@pytest.mark.parametrize("name", ["technical", "functional", "promise", "failure", "severity", "fit_gain"])
@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_levels_out_of_range_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"Service\.{name}"):
        replace(Service(), **{name: value})
