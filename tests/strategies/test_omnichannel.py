"""Omnichannel: fast and consistent, at a price that rises with every halving of the wait."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import ParameterError
from strategies import Nothing, Omnichannel
from tests.strategies.pairs import errors, forks, total
from tests.strategies.views import luck, view


def test_the_plan_by_hand():
    """30 instead of 60 seconds is half the wait: 0.15 per encounter; those who are not known wait as ever."""
    plan = Omnichannel().plan(view(3, known=[1, 1, 0]), luck(3))
    np.testing.assert_allclose(plan.wait, [0.5, 0.5, 1])
    np.testing.assert_allclose(plan.functional, [0.03, 0.03, 0])
    np.testing.assert_allclose(plan.encounter_cost, [0.15, 0.15, 0])
    assert plan.overhead == pytest.approx(2 * 0.004)


def test_the_service_level_is_worth_it_in_loyalty():
    """2,000 customers, seed 1, 15 weeks: judged better in more than 4 standard errors, and fewer leave."""
    fast, control = forks(Omnichannel(), Nothing(), weeks=15)
    for name in ("satisfaction", "value", "loyalty"):
        assert errors(fast, control, name) > 4, name
    assert total(fast, "left") < total(control, "left")


def test_each_halving_is_dearer_and_feels_like_no_more():
    """Side effect: one, three and seven times the cost; the gain in judgement of the third is not above the first's."""
    costs = [Omnichannel(answer=60 / 2**k).plan(view(1), luck(1)).encounter_cost[0] for k in range(4)]
    np.testing.assert_allclose(np.array(costs) / 0.15, [0, 1, 3, 7], rtol=1e-5)
    arms = [Omnichannel(answer=60 / 2**k, consistency=0.0) for k in range(4)]
    judged = [run.customers.agg("satisfaction_last", np.mean) for run in forks(*arms, weeks=1)]
    gains = np.diff(judged)
    assert (gains > 0).all()
    assert gains[2] < 1.1 * gains[0]


def test_giving_it_up_hurts():
    """Side effect: fast had become expected. In the week after it ends, judged below control by over 4 errors."""
    stopped, control = forks(Omnichannel(weeks=12), Nothing(), weeks=13)
    assert errors(stopped, control, "expect_functional") > 4
    assert errors(stopped, control, "satisfaction_last") < -4


def test_slower_than_usual_saves_nothing():
    plan = Omnichannel(answer=240.0).plan(view(1), luck(1))
    assert plan.wait.tolist() == [4]
    assert plan.encounter_cost.tolist() == [0]


@pytest.mark.parametrize(("name", "value"), [("answer", 0.0), ("usual", -1.0), ("consistency", 1.5), ("cost", -1.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"Omnichannel\.{name}"):
        Omnichannel(**{name: value})
