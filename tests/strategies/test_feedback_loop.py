"""Feedback loop: ask, care, mend, tell; asking and doing nothing is worse than not asking."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.model import CustomerModel
from strategies import FeedbackLoop, Nothing
from strategies.channels import Channel
from tests.strategies.pairs import errors, forks, total, view
from tests.strategies.views import luck

SURE = Channel(reach=1.0, richness=0.5, cost=2.0)
IGNORED = FeedbackLoop(follow=0.0, redress=0.0, lift=0.0, hope=0.08, candour=0.0, mending=0.0)


@cache
def runs() -> list[CustomerModel]:
    """The loop closed, asked and ignored, nothing: 2,000 customers, seed 1, 30 weeks."""
    return forks(FeedbackLoop(), IGNORED, Nothing(), weeks=30)


def test_the_plan_by_hand():
    """A low answer and a complaint last week, an old low answer, a high one: two of four are news."""
    crm = {"answer": [3, 9, 3, -1], "answered": [9, 9, 5, -1e6], "complained": [-1e6, -1e6, -1e6, 9]}
    memory: dict = {}
    plan = FeedbackLoop(channel=SURE, need=0.5, lift=0.1).plan(view(4, memory=memory, **crm), luck(4))
    mended = 1 - np.exp(-1)
    np.testing.assert_allclose(plan.contact, [1, 0, 0, 0])
    np.testing.assert_allclose(plan.care, [0.5, 0, 0, 0])
    np.testing.assert_allclose(plan.news, [0.5 * mended, 0, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(plan.cost, [2, 0, 0, 0])
    np.testing.assert_allclose(plan.technical, 0.1 * mended, rtol=1e-6)
    np.testing.assert_allclose(plan.candour, 0.3 * mended, rtol=1e-6)
    np.testing.assert_allclose(plan.promise, 0.01)
    np.testing.assert_allclose(plan.encounter_cost, 0.03)
    assert plan.overhead == pytest.approx(4 * 0.002)
    assert plan.survey == 3
    quiet = FeedbackLoop(channel=SURE, need=0.5, lift=0.1).plan(view(4, 12, memory=memory, **crm), luck(4, 12))
    assert not quiet.contact.any()
    np.testing.assert_allclose(quiet.technical, 0.1 * mended, rtol=1e-6)


def test_ignored_by_hand():
    """Everybody is asked and hopes; nobody is called and nothing is mended."""
    plan = IGNORED.plan(view(3, answer=2, answered=9), luck(3))
    for name in ("contact", "technical", "functional", "redress", "candour", "cost"):
        assert not getattr(plan, name).any(), name
    np.testing.assert_allclose(plan.promise, 0.08)
    assert plan.overhead == 0
    assert plan.survey == 3


def test_it_hears_more_and_gets_better():
    """Against control, in more than 4 standard errors; fewer leave, and the better quality comes late."""
    closed, _, control = runs()
    asked = [(run.customers.get("answer") >= 0).mean() for run in (closed, control)]
    assert asked[0] > 1.5 * asked[1]
    for name in ("perceived_technical", "satisfaction", "integrity", "loyalty"):
        assert errors(closed, control, name) > 4, name
    assert total(closed, "left") < total(control, "left")
    early, usual = forks(FeedbackLoop(), Nothing(), weeks=2)
    late = closed.customers.agg("perceived_technical", np.mean) - control.customers.agg("perceived_technical", np.mean)
    soon = early.customers.agg("perceived_technical", np.mean) - usual.customers.agg("perceived_technical", np.mean)
    assert late > 2 * soon


def test_asked_and_ignored_is_worse_than_not_asked():
    """The pitfall: integrity and loyalty fall by over 4 errors, more leave, it earns less than nothing and the loop."""
    closed, ignored, control = runs()
    for name in ("integrity", "satisfaction", "loyalty"):
        assert errors(ignored, control, name) < -4, name
    assert total(ignored, "left") > total(control, "left")
    assert total(ignored, "profit") < total(control, "profit") < total(closed, "profit")


def test_it_costs_and_calls_are_contacts():
    """Side effect: in the first weeks it has cost more than it has brought; some were called and want no more of it."""
    keen = FeedbackLoop(low=9, survey=10.0, channel=Channel(reach=1.0, richness=0.0, cost=3.0, intimacy=3.0), lift=0.0)
    called, control = forks(keen, Nothing(), weeks=12)
    assert total(called, "contacted") > 0
    assert called.customers.get("opted_out").any()
    assert total(called, "profit", 0, 2) < total(control, "profit", 0, 2)


@pytest.mark.parametrize(("name", "value"), [("survey", -1.0), ("low", 11), ("follow", 1.5), ("need", 0.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"FeedbackLoop\.{name}"):
        FeedbackLoop(**{name: value})
