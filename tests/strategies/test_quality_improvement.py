"""Quality improvement: paid now, there later, expected soon after."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.model import CustomerModel
from strategies import Nothing, QualityImprovement
from tests.sim import worlds
from tests.strategies.pairs import errors, forks, total, view
from tests.strategies.views import luck

FAST = QualityImprovement(delay=10, invest=0.2)


@cache
def runs() -> list[CustomerModel]:
    """Built in 10 weeks, nothing: 2,000 customers, seed 1, 40 weeks."""
    return forks(FAST, Nothing(), weeks=40)


def test_the_plan_by_hand():
    """Built in four weeks, then kept up: a quarter of 0.08 more each week; 0.01 and then 0.003 for each of two."""
    play, memory = QualityImprovement(delay=4, functional=0.04), {}
    for week, share in enumerate((0.25, 0.5, 0.75, 1.0, 1.0)):
        plan = play.plan(view(3, week, memory=memory, known=[1, 1, 0]), luck(3, week))
        np.testing.assert_allclose(plan.technical, [0.08 * share, 0.08 * share, 0], rtol=1e-6)
        np.testing.assert_allclose(plan.functional, [0.04 * share, 0.04 * share, 0], rtol=1e-6)
        assert plan.overhead == pytest.approx(2 * (0.01 if week < 4 else 0.003))
        assert plan.cost is None


def test_what_was_built_stays_a_while_when_nobody_pays():
    """Three weeks of four, then over: 0.06 is there, less 1% a week; before the play there is nothing."""
    play, memory = QualityImprovement(start=2, weeks=3, delay=4), {}
    assert play.plan(view(2, 0, memory=memory), luck(2, 0)).technical is None
    for week in (2, 3, 4):
        play.plan(view(2, week, memory=memory), luck(2, week))
    for week, kept in ((5, 0.99), (6, 0.99**2)):
        plan = play.plan(view(2, week, memory=memory), luck(2, week))
        np.testing.assert_allclose(plan.technical, 0.06 * kept, rtol=1e-5)
        assert plan.overhead == 0


def test_between_paid_weeks_nothing_wears_off():
    play, memory = QualityImprovement(every=4, delay=4), {}
    lifts = [play.plan(view(1, week, memory=memory), luck(1, week)).technical[0] for week in range(8)]
    np.testing.assert_allclose(lifts, [0.02] * 4 + [0.04] * 4, rtol=1e-6)


def test_it_keeps_customers_in_the_end():
    """Against control, in more than 4 standard errors; fewer leave, in the second half above all."""
    better, control = runs()
    for name in ("perceived_technical", "competence", "loyalty"):
        assert errors(better, control, name) > 4, name
    assert total(better, "left") < total(control, "left")


def test_the_money_goes_out_first():
    """Side effect: in the first four weeks it costs more than it brings; afterwards it brings more than it costs."""
    better, control = runs()
    assert total(better, "profit", 0, 4) < total(control, "profit", 0, 4)
    assert total(better, "profit", 20) > total(control, "profit", 20)


def test_better_becomes_expected():
    """Side effect: the expectation follows, so that the judgement of an encounter gains less than at its best."""
    gains = []
    for weeks in (10, 40):
        people = worlds.met(1_000, rate=30.0, dropout=1e-6)  # nobody leaves, so the same customers judge
        better, control = forks(FAST, Nothing(), weeks=weeks, people=people)
        assert errors(better, control, "expect_technical") > 4
        judged = [run.customers.agg("satisfaction_last", np.mean) for run in (better, control)]
        gains.append(judged[0] - judged[1])
    assert 0 < gains[1] < 0.8 * gains[0]


@pytest.mark.parametrize(("name", "value"), [("technical", 2.0), ("delay", 0), ("invest", -1.0), ("wear", 1.5)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"QualityImprovement\.{name}"):
        QualityImprovement(**{name: value})
