"""Co-creation: some join, are bound by it, and slowly make the product better for all."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from agents.customers import BELONGING, LOYALTY
from sim.errors import ParameterError
from sim.model import CustomerModel
from strategies import CoCreation, Nothing
from tests.strategies.pairs import errors, forks, members, total, view
from tests.strategies.views import luck


@cache
def runs() -> list[CustomerModel]:
    """A council, nothing: 2,000 customers, seed 1, 33 weeks; the last meeting is in the last week."""
    return forks(CoCreation(), Nothing(), weeks=33)


def test_the_plan_by_hand():
    """Week 16 is a meeting: of three members, the one silent for 30 weeks is not invited; two of four contribute."""
    memory: dict = {}
    seen = view(4, 16, member=[1, 1, 1, 0], memory=memory, last=[15, 10, -14, 15])
    plan = CoCreation(lift=0.06, need=0.5).plan(seen, luck(4, 16))
    np.testing.assert_allclose(plan.belonging, [0.8, 0.8, 0, 0])
    np.testing.assert_allclose(plan.status, [0.3, 0.3, 0.3, 0])
    np.testing.assert_allclose(plan.cost, [2, 2, 0, 0])
    np.testing.assert_allclose(plan.technical, 0.06 * (1 - np.exp(-1)), rtol=1e-6)
    assert plan.overhead == pytest.approx(4 * 0.001)
    (offer,) = plan.offers
    assert offer.to.tolist() == [False, False, False, True]
    later = view(4, 17, member=[1, 1, 1, 0], memory=memory, last=[15, 10, -14, 15])
    plan = CoCreation(lift=0.06, need=0.5).plan(later, luck(4, 17))
    assert not plan.belonging.any()
    assert not plan.cost.any()
    np.testing.assert_allclose(plan.technical, 0.06 * (1 - np.exp(-1)), rtol=1e-6)


def test_it_binds_members_and_the_product_grows_better_for_all():
    """Against control, in more than 4 standard errors; the lift comes late: it is nothing in the first weeks."""
    council, control = runs()
    joined = members(council, "co_creation")
    assert errors(council, control, "affective", joined) > 4
    assert errors(council, control, "engagement", joined) > 4
    assert errors(council, control, "perceived_technical", ~joined) > 4
    early, usual = forks(CoCreation(), Nothing(), weeks=8)
    others = ~members(early, "co_creation")
    before, without = (run.customers.get("perceived_technical")[others] for run in (early, usual))
    np.testing.assert_array_equal(before, without)


def test_only_some_want_it_and_those_were_attached_anyway():
    """Side effect: members like to belong and are loyal without it, too; 8,000 customers, over 4 standard errors."""
    council, control = forks(CoCreation(), Nothing(), weeks=6, n=8_000)
    joined = members(council, "co_creation")
    assert 0.03 < joined.mean() < 0.4
    for column in (BELONGING, LOYALTY):  # as they are in the world without a council
        values = control.table[column].astype(float)
        gap = values[joined].mean() - values[~joined].mean()
        error = np.sqrt(values[joined].var() / joined.sum() + values[~joined].var() / (~joined).sum())
        assert gap > 4 * error, column.name


def test_it_is_paid_before_it_helps():
    """Side effect: two weeks after its first meeting, thanks left out, it has cost more than it has brought."""
    early, usual = forks(CoCreation(recognition=0.0), Nothing(), weeks=10)
    assert total(early, "profit") < total(usual, "profit")


@pytest.mark.parametrize(("name", "value"), [("ease", 1.1), ("rhythm", 0), ("need", 0.0), ("session", -1.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"CoCreation\.{name}"):
        CoCreation(**{name: value})
