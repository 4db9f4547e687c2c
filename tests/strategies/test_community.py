"""Community: who likes to belong joins, is bound by it and refers; the others go on as before."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from agents.customers import AFFECTIVE, BELONGING
from sim.errors import ParameterError
from sim.market import Arrivals
from sim.model import CustomerModel
from strategies import Community, Nothing
from tests.strategies.pairs import errors, forks, members, total, view
from tests.strategies.views import luck


@cache
def runs() -> list[CustomerModel]:
    """A community, nothing: 2,000 customers, seed 1, 33 weeks, one in fifty encounters leads to a referral."""
    return forks(Community(), Nothing(), weeks=33, arrivals=Arrivals(referral=0.02))


def test_the_plan_by_hand():
    """Week 8 is a salon: three members, one of them silent for 40 weeks."""
    seen = view(4, 8, member=[1, 1, 1, 0], last=[7, 0, -32, 7])
    plan = Community().plan(seen, luck(4, 8))
    np.testing.assert_allclose(plan.belonging, [0.5, 0.5, 0, 0])
    np.testing.assert_allclose(plan.prompt, [0.5, 0.5, 0, 0])
    np.testing.assert_allclose(plan.cost, [0.5, 0.5, 0, 0])
    assert plan.overhead == pytest.approx(4 * 0.001)
    assert plan.offers[0].to.tolist() == [False, False, False, True]
    plan = Community().plan(view(4, 9, member=[1, 1, 1, 0], last=7), luck(4, 9))
    assert not plan.belonging.any()
    assert plan.prompt.tolist() == [0.5, 0.5, 0.5, 0]


def test_it_binds_members_and_they_refer():
    """Against control, in more than 4 standard errors of the paired difference; more are referred."""
    club, control = runs()
    joined = members(club, "community")[: len(control.table)]
    for name in ("affective", "engagement", "loyalty"):
        assert errors(club, control, name, np.flatnonzero(joined[:2_000])) > 4, name
    assert total(club, "referred") > total(control, "referred")


def test_only_some_want_it_and_a_naive_comparison_flatters_it():
    """Side effect: members like to belong; members minus others is more than what the community has done."""
    club, control = runs()
    joined = members(club, "community")[:2_000]
    assert 0.1 < joined.mean() < 0.6
    wants = club.table[BELONGING][:2_000]
    error = np.sqrt(wants.var() * (1 / joined.sum() + 1 / (~joined).sum()))
    assert wants[joined].mean() - wants[~joined].mean() > 4 * error
    bound, without = club.table[AFFECTIVE][:2_000], control.table[AFFECTIVE][:2_000]
    naive = bound[joined].mean() - bound[~joined].mean()
    true = (bound - without)[joined].mean()
    assert naive > true > 0


def test_it_costs_whatever_it_brings():
    """Side effect: the books show platform and salons in every fourth week."""
    club, _ = runs()
    weekly = [club.ledger.value("cost: community", club.world.accounts, week) for week in range(33)]
    assert min(weekly) > 0
    assert weekly[32] > 10 * weekly[31]


@pytest.mark.parametrize(("name", "value"), [("ease", -0.1), ("rhythm", 0), ("part", 1.5), ("salon", -1.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"Community\.{name}"):
        Community(**{name: value})
