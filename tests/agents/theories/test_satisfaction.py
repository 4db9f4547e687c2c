"""How was it: better service, recovery, moments and rewards never hurt; each judgement's shape and its numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from agents import customers as c
from agents.theories.satisfaction import (
    AsymmetricDisconfirmation,
    Disconfirmation,
    Equity,
    Kano,
    PerformanceOnly,
    ZoneOfTolerance,
)
from tests.agents.alternatives import SATISFACTIONS
from tests.agents.anybody import N, any_theory, anybody, anything, better, laws, seeds, twins, unit
from tests.agents.minds import array, at_least, close, in_range, lived, people

every = pytest.mark.parametrize("kind", SATISFACTIONS, ids=lambda kind: kind.__name__)


@every
@given(seed=seeds)
@laws
def test_better_quality_never_lowers_the_judgement_or_satisfaction(kind: type[Any], seed: int):
    """With a moment that stands out, with a failure put right, with any parameters."""
    rng = np.random.default_rng(seed)
    theory = any_theory(kind, rng)
    worse, good = better(rng, moment=unit(rng, N) - 0.5, recovery=unit(rng, N))
    one, two = twins(seed)
    at_least(theory.judge(two, good), theory.judge(one, worse))
    at_least(two[c.SATISFACTION], one[c.SATISFACTION])


@pytest.mark.parametrize("part", ["recovery", "moment", "reward"])
@every
@given(seed=seeds)
@laws
def test_better_recoveries_moments_and_rewards_never_lower_it(kind: type[Any], part: str, seed: int):
    rng = np.random.default_rng(seed)
    theory, less = any_theory(kind, rng), unit(rng, N)
    encounter = anything(rng, **{part: less})
    more = replace(encounter, **{part: array(np.minimum(less + unit(rng, N), 1), N)})
    one, two = twins(seed)
    at_least(theory.judge(two, more), theory.judge(one, encounter))
    at_least(two[c.SATISFACTION], one[c.SATISFACTION])


@every
@given(seed=seeds)
@laws
def test_a_reward_is_better_than_none(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(kind, rng), anything(rng, reward=rng.exponential(1, N))
    one, two = twins(seed)
    at_least(theory.judge(two, encounter), theory.judge(one, replace(encounter, reward=None)), slack=0)
    assert two[c.SATISFACTION_LAST].max() <= 1


@every
@given(seed=seeds)
@laws
def test_a_remembered_failure_never_raises_the_credit_of_a_recovery(kind: type[Any], seed: int):
    """Credit: what a recovery adds to the judgement, and what a better recovery adds to a worse one."""
    rng = np.random.default_rng(seed)
    theory = any_theory(kind, rng)
    encounter = anything(rng, failure=0.5, reward=None, recovery=unit(rng, N))
    credits = []
    for more in (0, 1):
        first, second, third = (twins(seed)[0] for _ in range(3))
        for rows in (first, second, third):
            rows[c.FAILURES] += np.float32(more)
        good = theory.judge(first, encounter)
        none = theory.judge(second, replace(encounter, recovery=None))
        worst = theory.judge(third, replace(encounter, recovery=array(0, N)))
        credits.append((np.maximum(good - none, 0), good - worst))
    for fresh, remembered in zip(*credits, strict=True):
        at_least(fresh, remembered)


@every
@given(seed=seeds)
@laws
def test_a_remembered_failure_never_betters_the_judgement_of_how_one_was_handled(kind: type[Any], seed: int):
    """A good recovery earns less the more is remembered; a bad one, worse than the failure felt, costs the same."""
    rng = np.random.default_rng(seed)
    theory = any_theory(kind, rng)
    encounter = anything(rng, failure=0.5, reward=None, recovery=unit(rng, N))
    felt = theory.judge(twins(seed)[0], replace(encounter, recovery=None))
    bad = np.tanh(theory.slope * (encounter.recovery - np.float32(theory.norm))) <= felt
    fresh, twice = (theory.judge(twins(seed, failures=remembered)[0], encounter) for remembered in (0.0, 2.0))
    at_least(fresh, twice)
    np.testing.assert_array_equal(twice[bad], fresh[bad])
    at_least(felt[bad], twice[bad])
    at_least(twice[~bad], felt[~bad])


@every
@given(seed=seeds)
@laws
def test_recovery_counts_only_where_something_failed(kind: type[Any], seed: int):
    encounter = anything(np.random.default_rng(seed), failure=0, recovery=1)
    one, two = twins(seed)
    np.testing.assert_array_equal(kind().judge(one, encounter), kind().judge(two, replace(encounter, recovery=None)))


@every
@given(seed=seeds)
@laws
def test_satisfaction_moves_between_what_it_was_and_the_judgement(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    rows = anybody(rng)
    before = rows[c.SATISFACTION].copy()
    felt = any_theory(kind, rng).judge(rows, anything(rng))
    np.testing.assert_array_equal(rows[c.SATISFACTION_LAST], felt)
    at_least(rows[c.SATISFACTION], np.minimum(before, felt))
    at_least(np.maximum(before, felt), rows[c.SATISFACTION])


@every
@pytest.mark.parametrize("moment", [-6.0, 6.0])
def test_a_journey_of_hours_instead_of_minutes_does_not_break_a_judgement(kind: type[Any], moment: float):
    """Extreme waits and spreads take a moment far beyond the range of quality: numbers stay finite and in range."""
    rng = np.random.default_rng(1)
    for _ in range(30):
        rows = anybody(rng)
        theory = any_theory(kind, rng, moment=1.0)
        assert np.isfinite(theory.judge(rows, anything(rng, moment=moment))).all()
        assert all(in_range(rows, column) for column in theory.writes)


@given(seed=seeds)
@laws
def test_a_loss_weighs_more_than_a_gain(seed: int):
    gap, rows = 0.3 * unit(np.random.default_rng(seed), N), anybody(np.random.default_rng(seed), expect_technical=0.5)
    theory = AsymmetricDisconfirmation(functional=0.0)
    gain, loss = (theory.judge(rows, lived(N, technical=0.5 + sign * gap)) for sign in (1, -1))
    at_least(-loss, gain)


def test_within_the_zone_of_tolerance_little_counts():
    """Expected 0.6: from 0.52 to 0.66 a step of 0.01 counts 0.3 of a step above desire, and less than one below."""
    theory, quality = ZoneOfTolerance(tolerance=0.1, desire=0.08), np.array([0.40, 0.41, 0.55, 0.56, 0.80, 0.81])
    rows = people(6, expect_technical=0.6, expect_functional=0.6, negativity=2.0)
    felt = np.arctanh(theory.judge(rows, lived(6, technical=quality, functional=quality, rival=0.5))) / theory.slope
    np.testing.assert_allclose(np.diff(felt)[[0, 2, 4]], [0.02, 0.003, 0.01], atol=2e-5)


def test_a_better_rival_raises_what_is_adequate():
    """0.55 is tolerated of a firm from which 0.6 is expected, until a rival offers 0.8: then 0.6 is."""
    theory, rows = ZoneOfTolerance(tolerance=0.1, alternatives=0.5), people(expect_technical=0.6, expect_functional=0.6)
    tolerated, no_longer = (theory.judge(rows, lived(technical=0.55, functional=0.5, rival=r)) for r in (0.5, 0.8))
    assert no_longer < tolerated < 0


def test_kanos_classes_lie_as_he_drew_them():
    """Lack of a must-be hurts more than as much beyond pleases; an attractive attribute delights more than it hurts."""
    must_be, attractive = Kano(slope=1.0, functional=0.0), Kano(slope=1.0, functional=1.0, attractive=1.0)
    values = {"expect_technical": 0.5, "expect_functional": 0.5}
    more, less = lived(technical=0.7, functional=0.7), lived(technical=0.3, functional=0.3)
    assert -must_be.judge(people(**values), less) > 2 * must_be.judge(people(**values), more)
    assert attractive.judge(people(**values), more) > -2 * attractive.judge(people(**values), less)


@given(seed=seeds)
@laws
def test_it_is_less_fair_the_dearer_it_is_and_the_better_others_fare(seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(Equity, rng), anything(rng, price=1.0, brand=0.5)
    one, two, three = (twins(seed)[0] for _ in range(3))
    felt = theory.judge(one, encounter)
    at_least(felt, theory.judge(two, replace(encounter, price=1.3)))
    at_least(felt, theory.judge(three, replace(encounter, brand=0.7)))


EXPECTED = {"expect_technical": 0.5, "expect_functional": 0.6, "negativity": 3.0}


@pytest.mark.parametrize(
    ("theory", "encounter", "felt"),
    [
        # gap 0.5 (0.7 - 0.5) + 0.5 (0.7 - 0.6) = 0.15; below, 0.5 (-0.2) + 0.5 (-0.1) = -0.15 counts three times
        (AsymmetricDisconfirmation(slope=2.0), lived(), 2 * 0.15),
        (AsymmetricDisconfirmation(slope=2.0), lived(technical=0.3, functional=0.5), 2 * -0.45),
        # gap 0.15; the expectation of 0.55 lies 0.05 above the middle, times 0.4
        (Disconfirmation(slope=2.0, assimilation=0.4), lived(), 2 * (0.15 + 0.02)),
        # 0.75 x 0.8 + 0.25 x 0.4 = 0.7, less 0.6
        (PerformanceOnly(slope=3.0, functional=0.25), lived(technical=0.8, functional=0.4), 3 * 0.1),
        # expected 0.55, rival's lead 0.1, so adequate lies 0.1 - 0.5 x 0.1 = 0.05 below. Gap 0.15 is 0.07 above desired
        (ZoneOfTolerance(slope=2.0), lived(), 2 * (0.3 * 0.08 + 0.07)),
        # gap -0.15 is 0.1 below adequate
        (ZoneOfTolerance(slope=2.0), lived(technical=0.3, functional=0.5), 2 * (0.3 * -0.05 + 3 * -0.1)),
        # must-be (1 - e^-0.8) / 4 = 0.137668; manner 0.1, attractive (e^0.4 - 1) / 4 = 0.122956, half of each 0.111478
        (Kano(slope=2.0, bend=4.0, attractive=0.5), lived(), 2 * 0.5 * (0.137668 + 0.111478)),
        # got 0.7 - 0.6 = 0.1; asked for 0.5 log(1.1) x 2 = 0.0953102: 0.75 x 0.15 + 0.25 (0.1 - 0.0953102)
        (Equity(slope=2.0, fairness=0.25), lived(price=1.1, brand=0.6), 2 * (0.1125 + 0.25 * 0.0046898)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_judgement_by_hand(theory: Any, encounter: Any, felt: float):
    if isinstance(theory, ZoneOfTolerance):
        encounter = replace(encounter, rival=0.65)
    rows = people(**EXPECTED, price_sensitivity=2.0, memory=0.25, satisfaction=0.1)
    close(theory.judge(rows, encounter), np.tanh(felt))
    close(rows[c.SATISFACTION], 0.1 + 0.25 * (np.tanh(felt) - 0.1))
    close(rows[c.SATISFACTION_LAST], np.tanh(felt))


def test_quality_is_remembered_and_the_gap_is_kept():
    """0.5 + 0.25 (0.9 - 0.5); 0.6 + 0.25 (0.4 - 0.6); gap 0.5 x 0.4 + 0.5 x -0.2."""
    rows = people(**EXPECTED, memory=0.25, perceived_technical=0.5, perceived_functional=0.6)
    Disconfirmation().judge(rows, lived(technical=0.9, functional=0.4))
    close(rows[c.PERCEIVED_TECHNICAL], 0.6)
    close(rows[c.PERCEIVED_FUNCTIONAL], 0.55)
    close(rows[c.DISCONFIRMATION], 0.1)


def test_peak_and_end_by_hand():
    """A moment of 0.2 with weight 0.5 lifts the manner from 0.7 to 0.8: 0.5 x 0.7 + 0.5 x 0.8 - 0.6 = 0.15."""
    close(PerformanceOnly(slope=2.0, moment=0.5).judge(people(), lived(moment=0.2)), np.tanh(0.3))
    close(PerformanceOnly(slope=2.0, moment=0.0).judge(people(), lived(moment=0.2)), np.tanh(0.2))


@pytest.mark.parametrize(("remembered", "share"), [(0, 0.6), (1, 0.3), (2, 0.2)])
def test_a_recovery_by_hand(remembered: int, share: float):
    """tanh(2 (0.4 - 0.6)) = -0.379949 and, put right by 0.9 against a norm of 0.5, tanh(0.8) = 0.664037."""
    rows = people(failures=remembered, forgiveness=0.2)
    theory = PerformanceOnly(slope=2.0, recovery=0.6, norm=0.5)
    felt = theory.judge(rows, lived(technical=0.4, functional=0.4, failure=0.3, recovery=0.9))
    close(felt, -0.379949 + share * (0.664037 + 0.379949))  # 0.6 / (1 + failures remembered)
    close(rows[c.FAILURES], 0.8 * remembered + 1)  # a fifth forgiven, and one more


@pytest.mark.parametrize("remembered", [0, 1, 2])
def test_a_bad_recovery_by_hand(remembered: int):
    """tanh(2 (0.4 - 0.6)) = -0.379949; put right by 0.1, tanh(2 (0.1 - 0.5)) = -0.664037: 0.6 of it counts always."""
    theory, rows = PerformanceOnly(slope=2.0, recovery=0.6, norm=0.5), people(failures=remembered)
    felt = theory.judge(rows, lived(technical=0.4, functional=0.4, failure=0.3, recovery=0.1))
    close(felt, -0.379949 + 0.6 * (-0.664037 + 0.379949))


def test_a_reward_by_hand():
    """tanh(0) = 0; 0.4 of usual spend adds 0.1 x 0.4; more than the usual spend adds no more than 0.1."""
    theory = PerformanceOnly(neutral=0.7, reward=0.1)
    close(theory.judge(people(), lived(reward=0.4)), 0.04)
    close(theory.judge(people(), lived(reward=7.0)), 0.1)
