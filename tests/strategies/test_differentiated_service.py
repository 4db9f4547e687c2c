"""Differentiated service: better for the best, felt as unfair by the rest."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.model import CustomerModel
from strategies import DifferentiatedService, Nothing
from strategies.targeting import RandomShare, ValueTier
from tests.strategies.pairs import errors, forks, total
from tests.strategies.views import luck, view

FIXED = RandomShare(0.3)  # who is best stays best: the two groups can be told apart for good


@cache
def runs() -> list[CustomerModel]:
    """Seen, unseen, nothing: 2,000 customers, seed 1, 15 weeks; a lasting 30% count as the best."""
    seen, unseen = (DifferentiatedService(seen=share, targeting=FIXED) for share in (1.0, 0.0))
    return forks(seen, unseen, Nothing(), weeks=15)


def best(run: CustomerModel) -> np.ndarray:
    return run.customers.get("treated")


def test_the_plan_by_hand():
    """The best of five gets more; three others on record see 30% of (0.03 + 0.10) / 2 + 0.05 / 2; one is gone."""
    crm = {"purchases": [9, 1, 1, 1, 1], "spend": [90, 1, 1, 1, 1], "last": [9, 1, 1, 1, 1], "known": [1, 1, 1, 1, 0]}
    play = DifferentiatedService(less=0.05, targeting=ValueTier(top=0.25))
    plan = play.plan(view(5, **crm), luck(5))
    np.testing.assert_allclose(plan.technical, [0.03, 0, 0, 0, 0])
    np.testing.assert_allclose(plan.functional, [0.10, -0.05, -0.05, -0.05, 0])
    np.testing.assert_allclose(plan.status, [0.8, 0, 0, 0, 0])
    np.testing.assert_allclose(plan.slight, [0, 0.027, 0.027, 0.027, 0])
    np.testing.assert_allclose(plan.encounter_cost, [1, 0, 0, 0, 0])


def test_the_best_are_the_best_by_rfm_unless_said_otherwise():
    assert DifferentiatedService().targeting == ValueTier()


def test_the_best_stay():
    """Those served better judge better, by more than 4 standard errors, and fewer of them leave."""
    seen, _, control = runs()
    for name in ("satisfaction", "loyalty"):
        assert errors(seen, control, name, best(seen)) > 4, name
    assert errors(seen, control, "active", best(seen)) > 2


def test_the_rest_feel_it_as_unfair():
    """Side effect: by more than 4 standard errors where it is seen, and not at all where it is not; more leave."""
    seen, unseen, control = runs()
    rest = ~best(seen)
    for name in ("satisfaction", "integrity", "loyalty"):
        assert errors(seen, control, name, rest) < -4, name
        assert errors(unseen, control, name, rest) == 0, name
    assert errors(seen, control, "active", rest) < -2
    assert total(unseen, "profit") > total(seen, "profit")


def test_falling_out_of_the_best_hurts():
    """Side effect: after ten weeks it ends; those who were the best judge worse than without it, by over 4 errors."""
    ended, control = forks(DifferentiatedService(weeks=10, targeting=FIXED), Nothing(), weeks=11)
    assert errors(ended, control, "satisfaction_last", best(ended)) < -4


@pytest.mark.parametrize(("name", "value"), [("technical", 1.5), ("less", -0.1), ("seen", 1.1), ("cost", -1.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"DifferentiatedService\.{name}"):
        DifferentiatedService(**{name: value})
