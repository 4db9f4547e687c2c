"""Expectation management: what is promised is believed less or more, and attracts less or more."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.market import Arrivals
from sim.model import CustomerModel
from strategies import ExpectationManagement, Nothing
from strategies.targeting import RandomShare
from tests.strategies.pairs import errors, forks, total
from tests.strategies.views import luck, view

OVER_PROMISE = ExpectationManagement(promise=0.15, candour=0.0, cost=0.0)


@cache
def runs() -> list[CustomerModel]:
    """Honest, over-promising, nothing: 2,000 customers, seed 1, 30 weeks, 500 newcomers a year."""
    return forks(ExpectationManagement(), OVER_PROMISE, Nothing(), weeks=30, arrivals=Arrivals(organic=500.0))


def test_the_plan_by_hand():
    """Four customers, half of them unknown: 0.05 less promised, exp(2 x -0.05) of the usual arrivals."""
    plan = ExpectationManagement(campaign=0.5).plan(view(4, known=[1, 1, 0, 0]), luck(4))
    np.testing.assert_allclose(plan.promise, [-0.05, -0.05, 0, 0])
    np.testing.assert_allclose(plan.candour, [0.5, 0.5, 0, 0])
    np.testing.assert_allclose(plan.encounter_cost, [0.03, 0.03, 0, 0])
    assert plan.attraction == pytest.approx(0.904837, abs=1e-5)
    assert plan.overhead == pytest.approx(1.0)
    assert plan.line == "expectation_management"


def test_honesty_builds_trust_and_keeps_customers():
    """By more than 4 standard errors of the paired difference; fewer leave."""
    honest, _, control = runs()
    for name in ("integrity", "satisfaction", "loyalty"):
        assert errors(honest, control, name) > 4, name
    assert total(honest, "left") < total(control, "left")


def test_honesty_costs_newcomers():
    """Side effect: the same tape of arrivals, fewer of whom come."""
    honest, _, control = runs()
    assert len(honest.table) < len(control.table)
    more = forks(ExpectationManagement(pull=0.0), weeks=10, n=50, arrivals=Arrivals(organic=500.0))[0]
    usual = forks(Nothing(), weeks=10, n=50, arrivals=Arrivals(organic=500.0))[0]
    assert len(more.table) == len(usual.table)


def test_over_promising_attracts_and_is_not_believed():
    """The pitfall: more newcomers, but integrity and loyalty fall, more leave, and it earns less than honesty."""
    honest, over, control = runs()
    assert len(over.table) > len(control.table)
    for name in ("integrity", "satisfaction", "loyalty"):
        assert errors(over, control, name) < -4, name
    assert total(over, "left") > total(control, "left") > total(honest, "left")
    assert total(over, "profit") < total(control, "profit") < total(honest, "profit")


def test_it_reaches_whom_it_is_told_to():
    plan = ExpectationManagement(targeting=RandomShare(0.4)).plan(view(500), luck(500))
    np.testing.assert_array_equal(plan.promise < 0, RandomShare(0.4).pick(view(500), luck(500)))


@pytest.mark.parametrize(("name", "value"), [("promise", 0.9), ("candour", -0.1), ("pull", -1.0), ("cost", -1.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"ExpectationManagement\.{name}"):
        ExpectationManagement(**{name: value})
