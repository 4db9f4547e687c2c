"""What buying builds and weeks wear down: it stays within 0 to 1 and settles where it says it does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from agents.theories.practice import practise, settled
from sim.people import RATE
from tests.agents.anybody import N, any_acts, laws, seeds, twins, unit
from tests.agents.minds import acts, array, at_least, close, people


@given(seed=seeds)
@laws
def test_a_purchase_strengthens_and_nothing_else_does(seed: int):
    rng = np.random.default_rng(seed)
    strength, deeds, growth = array(unit(rng, N), N), any_acts(rng), float(unit(rng, 1)[0])
    after, bought = practise(strength, deeds, growth), deeds.bought > 0
    assert after.dtype == np.float32
    np.testing.assert_array_equal(after[~bought], strength[~bought])
    np.testing.assert_allclose(after[bought], (strength + growth * (1 - strength))[bought], atol=1e-6)


@given(seed=seeds)
@laws
def test_where_it_settles_a_week_changes_nothing_on_average(seed: int):
    """A purchase in a share of 1 - exp(-rate) of the weeks builds what the week's fading takes."""
    rng = np.random.default_rng(seed)
    growth, keeps = float(rng.uniform(0.01, 1)), float(rng.uniform(0, 0.999))
    rows, _ = twins(seed)
    strength, often = settled(rows, growth, keeps), -np.expm1(-rows[RATE])
    assert strength.dtype == np.float32
    assert ((strength >= 0) & (strength <= 1)).all()
    np.testing.assert_allclose(keeps * (strength + often * growth * (1 - strength)), strength, atol=1e-5)


@given(seed=seeds)
@laws
def test_it_settles_higher_for_those_who_buy_more(seed: int):
    rng = np.random.default_rng(seed)
    rows, busier = twins(seed)
    busier[RATE] += np.float32(0.3)
    growth, keeps = (float(x) for x in unit(rng, 2))
    at_least(settled(busier, growth, keeps), settled(rows, growth, keeps))


@pytest.mark.parametrize("keeps", [0.9, 0.99])
def test_a_long_life_ends_up_there(keeps: float):
    """Seed 3: 4,000 customers, 600 weeks; the mean is within 5 standard errors of what was promised."""
    rng, rate = np.random.default_rng(3), 0.4
    strength = array(0, 4_000)
    for _ in range(600):
        strength = practise(strength, acts(4_000, bought=rng.poisson(rate, 4_000)), 0.1) * np.float32(keeps)
    promised = settled(people(rate=rate), 0.1, keeps)[0]
    assert abs(strength.mean() - promised) < 5 * strength.std() / np.sqrt(4_000)


def test_by_hand():
    """q = 1/2 at a rate of log 2: 0.9 x 0.5 x 0.2 = 0.09, over 1 - 0.9 + 0.09. Who never buys has none."""
    close(settled(people(2, rate=[np.log(2), 0.0]), 0.2, 0.9), [0.09 / 0.19, 0.0])
    close(practise(array(0.4, 3), acts(3, bought=[0, 1, 5]), 0.1), [0.4, 0.46, 0.46])


def test_what_never_grows_and_never_fades_is_nothing():
    close(settled(people(rate=1.0), 0.0, 1.0), 0.0)
