"""Value of information: closed forms of normal benefits, order of values, noise and its correction, nothing known."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy.stats import norm

from experiments.inference.information import (
    Worth,
    noise_floor,
    partial,
    perfect,
    perfect_noisy,
    sample,
    sampling_gain,
)

ENOUGH = 4.0  # standard errors


def loss(mean: float, sd: float) -> float:
    """E max(x, 0) - max(E x, 0) for a normal x: the unit normal loss integral times sd (Raiffa & Schlaifer 1961)."""
    z = abs(mean) / sd
    return float(sd * (norm.pdf(z) - z * norm.sf(z)))


def two_arms(size: int, mean: float, seed: int, share: float = 0.5, noise: float = 0.0, replications: int = 2):
    """A second arm better by N(mean, 1): a share of the variance comes from the first of two standard normals."""
    rng = np.random.default_rng(seed)
    known = rng.standard_normal((size, 2))
    gain = mean + known @ [sqrt(share), sqrt(1 - share)]
    benefits = np.zeros((size, replications, 2))
    benefits[:, :, 1] = gain[:, None] + noise * rng.standard_normal((size, replications))
    return known, benefits


@pytest.mark.parametrize("mean", [0.0, 0.4, -1.0])
def test_perfect_information_has_its_closed_form(mean: float):
    """20,000 settings, seed 1: within 4 standard errors of the loss integral, and a decision changed as often."""
    _, benefits = two_arms(20_000, mean, seed=1)
    found = perfect(benefits[:, 0])
    assert abs(found.value - loss(mean, 1)) < ENOUGH * found.standard_error
    if mean:
        assert found.changes == pytest.approx(norm.cdf(-abs(mean)), abs=ENOUGH * 0.5 / sqrt(20_000))


@pytest.mark.parametrize(("share", "mean"), [(0.5, 0.3), (0.1, 0.0), (0.9, -0.6)])
def test_a_parameter_has_its_closed_form_in_spite_of_noise(share: float, mean: float):
    """1,000 settings, seed 2, noise as large as the signal: within 4 standard errors of the linear-normal value."""
    known, benefits = two_arms(1_000, mean, seed=2, share=share, noise=1.0)
    found = partial(benefits.mean(axis=1), known[:, 0])
    assert abs(found.value - loss(mean, sqrt(share))) < ENOUGH * found.standard_error
    assert found.standard_error < 0.05


def test_standard_errors_of_a_parameter_are_right():
    """200 ensembles of 100 settings (seeds 0-199): the mean has no bias, and values spread as their errors say."""
    found = []
    for seed in range(200):
        known, benefits = two_arms(100, 0.3, seed, noise=1.0)
        found.append(partial(benefits.mean(axis=1), known[:, 0]))
    values, errors = np.array([one.value for one in found]), np.array([one.standard_error for one in found])
    assert abs(values.mean() - loss(0.3, sqrt(0.5))) < ENOUGH * values.std() / sqrt(200)
    assert errors.mean() == pytest.approx(values.std(), rel=ENOUGH / sqrt(2 * 200))


def test_a_bend_is_followed():
    """b = x² - 1 for x ~ N(0, 1) is worth E max(x² - 1, 0) = 2 phi(1); 2,000 settings, seed 3."""
    known = np.random.default_rng(3).standard_normal(2_000)
    found = partial(np.stack([np.zeros(2_000), known**2 - 1], axis=1), known)
    assert abs(found.value - 2 * norm.pdf(1)) < ENOUGH * found.standard_error


def test_a_group_is_worth_more_than_its_members():
    """Of two arms that differ by the product of two signs, neither sign tells anything alone, and both tell all."""
    rng = np.random.default_rng(4)
    signs = rng.choice((-1.0, 1.0), size=(400, 2))
    benefits = np.stack([np.zeros(400), signs.prod(axis=1) - 0.05], axis=1)
    assert partial(benefits, signs).value == pytest.approx(perfect(benefits).value, rel=1e-6)
    assert all(partial(benefits, signs[:, place]).value < 0.1 for place in (0, 1))


def test_what_has_nothing_to_do_with_it_is_worth_no_more_than_noise():
    """Over 100 ensembles (seeds 0-99) a stranger exceeds the 90% noise floor in 10%, within 4 standard errors."""
    above = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        benefits = np.stack([np.zeros(60), 0.2 + rng.standard_normal(60)], axis=1)
        stranger = rng.standard_normal(60)
        floor = noise_floor(benefits, stranger, level=0.9, permutations=29)
        above += partial(benefits, stranger).value > floor
    assert above <= 10 + ENOUGH * sqrt(100 * 0.1 * 0.9)


def test_noise_makes_the_naive_value_too_high_and_the_split_one_too_low():
    """10,000 settings, seed 5, 3 replications with noise 1.5: both are biased as said, and the truth lies between."""
    _, benefits = two_arms(10_000, 0.5, seed=5, noise=1.5, replications=3)
    low, high = perfect_noisy(benefits)
    truth = loss(0.5, 1)
    assert low.value + ENOUGH * low.standard_error < truth < high.value - ENOUGH * high.standard_error


def test_without_noise_both_bounds_are_the_value():
    _, benefits = two_arms(50, 0.5, seed=6)
    low, high = perfect_noisy(benefits)
    assert low.value == pytest.approx(high.value)
    assert low.value == pytest.approx(perfect(benefits[:, 0]).value)


@pytest.mark.parametrize("size", [1, 4, 100])
def test_a_sample_has_its_closed_form(size: int):
    """n looks at the gain with noise 2 each, 1,000 settings, seed 7: a preposterior sd of 1 / sqrt(1 + 4 / n)."""
    _, benefits = two_arms(1_000, 0.4, seed=7, replications=2)
    found = sample(benefits, benefits[:, :, 1:], np.full((1_000, 1), 2 / sqrt(size)), rounds=4)
    assert abs(found.value - loss(0.4, 1 / sqrt(1 + 4 / size))) < ENOUGH * found.standard_error


def test_luck_does_not_pass_for_knowledge():
    """Looking at outcomes that differ by luck only seems to be worth E max(0.2 + x, 0) - 0.2, and is worth nothing.

    40 ensembles of 100 settings, seeds 0-39: what a fit to noise leaves is a twentieth of that at most.
    """
    honest, fooled = [], []
    for seed in range(40):
        benefits = np.zeros((100, 2, 2))
        benefits[:, :, 1] = 0.2 + np.random.default_rng(seed).standard_normal((100, 2))
        honest.append(sample(benefits, benefits[:, :, 1:], np.zeros((100, 1)), rounds=2).value)
        fooled.append(partial(benefits[:, 0], benefits[:, 0, 1]).value)
    assert np.mean(fooled) == pytest.approx(loss(0.2, 1), abs=ENOUGH * np.std(fooled) / sqrt(40))
    assert np.mean(honest) < loss(0.2, 1) / 20


def test_values_are_in_order():
    """Perfect >= a parameter >= a sample of it >= 0; more of it is worth more (2,000 settings, seed 8)."""
    known, benefits = two_arms(2_000, 0.2, seed=8)
    seen = np.repeat(known[:, None, :1], 2, axis=1)
    few, many = (sample(benefits, seen, np.full((2_000, 1), noise), rounds=4).value for noise in (3.0, 0.5))
    assert 0 <= few < many < partial(benefits[:, 0], known[:, 0]).value < perfect(benefits[:, 0]).value


def test_where_one_arm_always_wins_nothing_is_worth_knowing():
    known, benefits = two_arms(200, 20.0, seed=9)
    nothing = Worth(0.0, 0.0, 0.0)
    assert perfect(benefits[:, 0]) == perfect_noisy(benefits)[0] == nothing
    assert partial(benefits[:, 0], known).value == pytest.approx(0, abs=1e-12)
    assert sample(benefits, benefits[:, :, 1:], np.ones((200, 1))).value == pytest.approx(0, abs=1e-12)


def test_what_does_not_vary_teaches_nothing():
    _, benefits = two_arms(50, 0.0, seed=10)
    assert partial(benefits[:, 0], np.full(50, 3.3)) == Worth(0.0)
    assert partial(np.zeros((50, 3)), np.arange(50.0)).value == 0


def test_net_benefit_of_sampling():
    """0.02 for each of 1,000 customers, at a price of 15: 5 are left, with the error of all."""
    assert sampling_gain(Worth(0.02, 0.001, 0.3), 1_000, 15.0) == Worth(pytest.approx(5.0), pytest.approx(1.0), 0.3)


def test_one_replication_is_refused():
    with pytest.raises(ValueError, match="cannot be split"):
        perfect_noisy(np.zeros((5, 1, 2)))
    with pytest.raises(ValueError, match="cannot be split"):
        sample(np.zeros((5, 1, 2)), np.zeros((5, 1, 1)), np.zeros((5, 1)))
