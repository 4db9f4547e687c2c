"""Customer education: newcomers learn to get more out of the product; lessons are contacts."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.model import CustomerModel
from strategies import CustomerEducation, Nothing
from strategies.channels import Channel
from tests.sim import worlds
from tests.strategies.pairs import errors, forks, total, view
from tests.strategies.views import luck

SURE = Channel(reach=1.0, richness=0.5, cost=0.2)


@cache
def runs() -> list[CustomerModel]:
    """Lessons for all who are here, lessons every week, nothing: 2,000 who came ten weeks ago, seed 1, 26 weeks."""
    people = worlds.met(2_000, start=-10.0, rate=2.0, dropout=0.01)
    often = CustomerEducation(gap=1, lessons=100, skill=0.0, resources=0.0, channel=SURE)
    return forks(CustomerEducation(newcomer=100.0), often, Nothing(), weeks=26, people=people)


def test_the_plan_by_hand():
    """Week 30: the second customer came 35 weeks ago, the third wants no contacts; then one lesson of four is had."""
    memory: dict = {}
    seen = {"memory": memory, "since": [10, -5, 20, 25], "opted_out": [0, 0, 1, 0]}
    play = CustomerEducation(newcomer=26.0, channel=SURE)
    plan = play.plan(view(4, 30, **seen), luck(4, 30))
    np.testing.assert_allclose(plan.contact, [1, 0, 0, 1])
    np.testing.assert_allclose(plan.news, [0.5, 0, 0, 0.5])
    np.testing.assert_allclose(plan.cost, [0.2, 0, 0, 0.2])
    assert not plan.technical.any()
    assert plan.treated.tolist() == [True, False, True, True]
    plan = play.plan(view(5, 31, **{**seen, "since": [10, -5, 20, 25, 31], "opted_out": 0}), luck(5, 31))
    assert not plan.contact.any()
    np.testing.assert_allclose(plan.technical, [0.0125, 0, 0, 0.0125, 0])
    np.testing.assert_allclose(plan.functional, [0.01, 0, 0, 0.01, 0])
    assert plan.overhead == pytest.approx(5 * 0.001)


def test_lessons_end_when_all_is_known_and_are_not_forgotten():
    """Two lessons, weekly, then none; what was learnt stays when the play is over."""
    play, memory = CustomerEducation(gap=1, lessons=2, weeks=4, channel=SURE), {}
    sent = [play.plan(view(1, week, memory=memory, since=0), luck(1, week)).contact[0] for week in range(4)]
    assert sent == [1, 1, 0, 0]
    after = play.plan(view(1, 4, memory=memory, since=0), luck(1, 4))
    np.testing.assert_allclose(after.technical, 0.05)
    assert after.contact is None


def test_who_is_taught_gets_more_out_of_it():
    """Against control, in more than 4 standard errors; fewer leave."""
    taught, _, control = runs()
    for name in ("perceived_technical", "satisfaction", "loyalty"):
        assert errors(taught, control, name) > 4, name
    assert total(taught, "left") < total(control, "left")


def test_too_many_lessons_tire():
    """Side effect: with one a week that teaches nothing some opt out, and feeling falls by more than 4 errors."""
    _, often, control = runs()
    assert often.customers.get("opted_out").mean() > 0.05
    assert not control.customers.get("opted_out").any()
    assert errors(often, control, "valence") < -4


def test_lessons_wake_those_who_stay_out_of_inertia():
    """Side effect: the least loyal fifth leaves more when it gets empty lessons, by more than 4 standard errors."""
    people = worlds.met(6_000, start=-10.0, rate=2.0, dropout=0.05)
    play = CustomerEducation(gap=1, lessons=100, skill=0.0, resources=0.0, channel=Channel(reach=1.0, richness=0.0))
    woken, control = forks(play, Nothing(), weeks=8, people=people)
    start = forks(Nothing(), weeks=1, people=people)[0].customers.get("loyalty")
    cold = start <= np.quantile(start, 0.2)
    assert errors(woken, control, "active", cold) < -4


@pytest.mark.parametrize(("name", "value"), [("gap", 0), ("lessons", 0), ("skill", 1.5), ("making", -1.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"CustomerEducation\.{name}"):
        CustomerEducation(**{name: value})
