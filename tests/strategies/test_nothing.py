"""Control plans nothing; a placebo moves every lever to where it stands."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from sim.model import CustomerModel
from sim.plan import Plan
from strategies import Nothing, OverDelivery, PersonalisedService, Placebo, RewardProgram
from tests.sim import worlds
from tests.strategies.views import arrays, luck, view


def test_control_plans_nothing():
    assert arrays(Nothing().plan(view(5), luck(5))) == {}


@pytest.mark.parametrize("n", [0, 1, 50])
def test_a_placebo_moves_every_lever_to_where_it_stands(n: int):
    plan = Placebo().plan(view(n), luck(n))
    levers = [field.name for field in fields(Plan) if "None" in str(field.type)]
    assert sorted(arrays(plan)) == sorted(levers)  # a lever that is added later must be added to the placebo
    for name, values in arrays(plan).items():
        assert (values == (name in ("wait", "price"))).all(), name  # they are multiplied, all else is added
    assert (plan.point_value, plan.attraction, plan.referral) == (0.0, 1.0, 1.0)


@pytest.mark.parametrize(
    "play", [OverDelivery(), PersonalisedService(at_least=0), RewardProgram()], ids=lambda p: type(p).__name__
)
@pytest.mark.parametrize("n", [0, 1, 50])
def test_plays_plan_for_any_number_of_customers(play: object, n: int):
    plan = play.plan(view(n, purchases=3, points=40.0), luck(n))
    assert all(values.shape == (n,) for values in arrays(plan).values())
    assert all(np.isfinite(values).all() for values in arrays(plan).values())
    for size in (0, 1):
        run: CustomerModel = worlds.model(size, play)
        run.run_for(4)
        assert run.week == 4


@pytest.mark.parametrize(
    "play", [OverDelivery(), PersonalisedService(at_least=0), RewardProgram()], ids=lambda p: type(p).__name__
)
def test_plays_leave_those_known_to_have_left_alone(play: object):
    plan = play.plan(view(4, known=[True, False, True, False], purchases=5, points=500.0), luck(4))
    for name, values in arrays(plan).items():
        assert not values[[1, 3]].any(), name
