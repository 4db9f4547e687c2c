"""Service recovery: better and faster answers, a closed loop; money alone teaches that complaining pays."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.service import Service
from strategies import Nothing, ServiceRecovery
from strategies.channels import Channel
from tests.strategies.pairs import errors, forks, total
from tests.strategies.views import luck, view

SURE = Channel(cost=0.5, reach=1.0, richness=0.5, intimacy=1.0)
STEPS = {"listen": 0.0, "empathise": 0.0, "apologise": 0.0, "solve": 0.0, "recovery": 0.0}
PAYS = ServiceRecovery(**STEPS, proactive=False, answer_hours=24.0, fix_hours=96.0, amends=15.0, follow_up=0.0)
FAILING = Service(failure=0.3, severity=0.8)


def test_the_plan_by_hand():
    """Answers: 0.30 for the steps + 0.03 x log2(24 / 6); fixes: 0.15 + 0.03 x log2(96 / 24); last week's cases."""
    play = ServiceRecovery(answer_hours=6.0, amends=2.0, case_cost=4.0, watch=0.1, channel=SURE, follow_up=0.8)
    plan = play.plan(view(3, 10, complained=[9, 8, -1e6], known=[True, True, False]), luck(3))
    np.testing.assert_allclose(plan.redress, [0.36, 0.36, 0], rtol=1e-5)
    np.testing.assert_allclose(plan.recovery, [0.21, 0.21, 0], rtol=1e-5)
    np.testing.assert_allclose(plan.amends, [2, 2, 0])
    np.testing.assert_allclose(plan.encounter_cost, [0.1, 0.1, 0], rtol=1e-5)
    np.testing.assert_allclose(plan.cost, [4.5, 0, 0])
    assert plan.contact.tolist() == [1, 0, 0]
    assert plan.care.tolist() == pytest.approx([0.4, 0, 0])
    assert plan.line == "service_recovery"


def test_every_doubling_of_speed_adds_the_same_and_slower_than_usual_takes_away():
    answers = [ServiceRecovery(**STEPS, answer_hours=hours) for hours in (48.0, 24.0, 12.0, 6.0)]
    lifts = [play.plan(view(1), luck(1)).redress[0] for play in answers]
    np.testing.assert_allclose(lifts, [-0.03, 0, 0.03, 0.06], atol=1e-6)


def test_complaints_are_paid_once_each_however_often_the_play_runs():
    play = ServiceRecovery(every=4, case_cost=4.0, follow_up=0.0, start=2)
    complained = np.array([1, 5, 6, 9, 10])
    costs = [play.plan(view(5, week, complained=np.where(complained < week, complained, -1e6)), luck(5, week)).cost
             for week in (6, 10)]  # fmt: skip
    assert np.array(costs).tolist() == [[0, 4, 0, 0, 0], [0, 0, 4, 4, 0]]


def test_it_restores_satisfaction_and_trust_and_keeps_customers():
    """Seed 1, 2,000 customers whom 3 in 10 visits fail, 20 weeks: over 4 standard errors better; fewer leave."""
    treated, control = forks(ServiceRecovery(), Nothing(), weeks=20, service=FAILING)
    for column in ("satisfaction", "benevolence", "loyalty"):
        assert errors(treated, control, column) > 4, column
    assert errors(treated, control, "active") > 4


def test_proactive_reaches_those_who_stay_silent():
    """Seed 1, 12 weeks: of customers who never complained under any arm the reactive variant changes nobody's mind."""
    arms = (ServiceRecovery(), ServiceRecovery(proactive=False), Nothing())
    proactive, reactive, control = forks(*arms, weeks=12, service=FAILING)
    silent = np.logical_and.reduce([run.customers.get("complaints") == 0 for run in (proactive, reactive, control)])
    assert silent.sum() > 100
    assert errors(proactive, control, "satisfaction", silent) > 4
    same = reactive.customers.get("satisfaction")[silent] == control.customers.get("satisfaction")[silent]
    assert same.all()


def test_money_for_complaints_alone_teaches_to_complain():
    """Seed 1, 2,000 customers, 40 weeks: complaints rise by a quarter; good answers without money teach nothing."""
    pays, solves, control = forks(PAYS, ServiceRecovery(), Nothing(), weeks=40)
    assert errors(pays, control, "claiming") > 4
    assert errors(pays, control, "complaints") > 4
    assert total(pays, "complained") > 1.25 * total(control, "complained")
    assert not solves.customers.get("claiming").any()
    assert total(pays, "cost: service_recovery") == pytest.approx(
        15 * total(pays, "complained") + 4 * total(pays, "complained", 0, 39), rel=0.01
    )


@pytest.mark.parametrize(("name", "value"), [("answer_hours", 0.0), ("listen", 1.5), ("amends", -1.0), ("speed", 2.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"ServiceRecovery\.{name}"):
        ServiceRecovery(**{name: value})
