"""Power against simulation and known tables, its inverse, and how a spread goes with the number of customers."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.inference.intervals import paired_t
from experiments.inference.power import (
    customers_needed,
    power_of,
    replications_needed,
    spread_at,
    spread_interval,
)
from sim.errors import ParameterError


@pytest.mark.parametrize(("size", "count"), [(0.2, 199), (0.5, 34), (0.8, 15)])
def test_replications_are_those_of_cohens_tables(size: float, count: int):
    """Paired t, two-sided 5%, power 80%: 199, 34 and 15 pairs for d = 0.2, 0.5, 0.8, as G*Power gives them."""
    assert replications_needed(1.0, size) == count


def test_power_is_the_share_of_studies_that_find_it():
    """4,000 studies of 12 normal differences, seed 1: within 4 standard errors (3.2 points)."""
    data = np.random.default_rng(1).normal(0.7, 1.0, size=(4_000, 12))
    found = np.mean([paired_t(one).p_value < 0.05 for one in data])
    assert power_of(1.0, 0.7, 12) == pytest.approx(found, abs=4 * 0.5 / np.sqrt(4_000))


@pytest.mark.parametrize("size", [0.05, 0.3, 1.0, 4.0, 40.0, 1e6])
@pytest.mark.parametrize("power", [0.5, 0.8, 0.99])
def test_the_number_is_the_smallest(size: float, power: float):
    count = replications_needed(1.0, size, power=power)
    assert power_of(1.0, size, count) >= power
    assert count == 2 or power_of(1.0, size, count - 1) < power


def test_ends_of_the_scale():
    """No difference is found as often as alpha says; one replication finds nothing; without noise all is seen."""
    assert power_of(1.0, 0.0, 20) == pytest.approx(0.05)
    assert power_of(1.0, 5.0, 1) == 0
    assert power_of(0.0, 1e-9, 2) == 1
    assert power_of(0.0, 0.0, 2) == 0
    assert replications_needed(0.0, 1.0) == 2
    assert power_of(1.0, -0.5, 34) == power_of(1.0, 0.5, 34)
    assert power_of(1.0, 1e3, 10_000) == pytest.approx(1)


def test_customers_make_the_same_power_as_they_should():
    """With so many customers that many replications have the power, and with 1% fewer customers they have not."""
    count = customers_needed(2.0, 500, 10, 0.4)
    assert power_of(spread_at(2.0, 500, count), 0.4, 10) >= 0.8
    assert power_of(spread_at(2.0, 500, int(count * 0.99)), 0.4, 10) < 0.8
    assert customers_needed(0.0, 500, 10, 0.4) == 1


def test_a_mean_over_independent_customers_follows_the_law():
    """4,000 replications of means over 50 and over 200 customers, seed 2: within 4 standard errors (4 x 1.1%)."""
    rng = np.random.default_rng(2)
    few, many = (rng.exponential(size=(4_000, n)).mean(axis=1).std(ddof=1) for n in (50, 200))
    assert many == pytest.approx(spread_at(few, 50, 200), rel=4 * np.sqrt(2 * 2 / (2 * 4_000)))


def test_the_interval_of_a_spread_covers():
    """4,000 normal samples of 20, seed 3: 95% within 4 standard errors (1.4 points)."""
    data = np.random.default_rng(3).normal(size=(4_000, 20)).std(axis=1, ddof=1)
    held = np.mean([low <= 1 <= high for low, high in (spread_interval(one, 20) for one in data)])
    assert held == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 4_000))


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: power_of(-1.0, 1.0, 20), "sd = -1"),
        (lambda: power_of(float("nan"), 1.0, 20), "sd = nan"),
        (lambda: power_of(1.0, 1.0, 0), "replications = 0"),
        (lambda: replications_needed(1.0, 0.0), "difference"),
        (lambda: replications_needed(1.0, 0.1, power=1.0), "power = 1.0"),
        (lambda: replications_needed(1.0, 1e-6), "replications needed"),
        (lambda: customers_needed(1.0, 100, 1, 0.1), "replications = 1"),
        (lambda: spread_at(1.0, 0, 100), "customers = 0"),
        (lambda: spread_interval(1.0, 1), "count = 1"),
    ],
)
def test_bad_input_is_refused(ask, words: str):
    with pytest.raises(ParameterError, match=words):
        ask()
