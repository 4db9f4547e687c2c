"""Staff investment: better service in time; the money, the hours and the novices come first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.staff import Team
from sim.errors import ParameterError
from sim.model import CustomerModel
from strategies import Nothing, StaffInvestment
from strategies.targeting import RandomShare
from tests.sim import worlds
from tests.strategies.views import luck, view

MUCH = StaffInvestment(training=6.0, incentive=0.15, culture=1.0)


def run_with(strategy: object, weeks: int, n: int = 1_500, **parts: object) -> CustomerModel:
    """Customers who come most weeks and stay, served by staff unless said otherwise."""
    people = worlds.met(n, rate=1.0, dropout=1e-6, last=-1.0)
    run = worlds.model(people=people, strategy=strategy, **{"crew": Team(), **parts})
    run.run_for(weeks)
    return run


def lift(name: str, weeks: int, strategy: object = MUCH, **parts: object) -> float:
    """Treated minus control, in standard errors of the paired difference."""
    treated, control = (run_with(s, weeks, **parts).customers.get(name).astype(float) for s in (strategy, Nothing()))
    off = treated - control
    return float(off.mean() / (off.std() / np.sqrt(len(off)) + 1e-12))


def gain(run: CustomerModel, control: CustomerModel, name: str) -> np.ndarray:
    """What a play adds to a number of the crew, by week."""
    histories = run.crew.history, control.crew.history
    return np.array([getattr(a, name) - getattr(b, name) for a, b in zip(*histories, strict=True)])


def test_the_plan_is_what_was_asked_for_and_meant_for_all() -> None:
    plan = StaffInvestment(training=3.0, incentive=0.1, crew=0.2, culture=0.7).plan(
        view(4, known=[1, 1, 0, 1]), luck(4)
    )
    assert (plan.training, plan.incentive, plan.crew, plan.culture) == (3.0, 0.1, 0.2, 0.7)
    assert plan.treated.tolist() == [True, True, False, True]
    assert plan.line == "staff_investment"


def test_what_it_costs_by_hand() -> None:
    """100 visits a week at 3: 4 hours with trainers are 15% of it, pay 10%, hands 20%; and half a culture."""
    play = StaffInvestment(training=4.0, incentive=0.1, crew=0.2, culture=0.5, wages=3.0, course=0.5, program=0.2)
    per_visit = 3.0 * (0.15 + 0.1 + 0.2) + 0.2 * 0.5
    first = view(1_000, last=np.where(np.arange(1_000) < 400, 8.0, -30.0), purchases=1)
    plan = play.plan(first, luck(1_000))  # nothing to compare with: 400 bought in the last four weeks
    assert plan.overhead == pytest.approx(100 * per_visit)
    assert plan.cost is plan.encounter_cost is None
    later = view(1_000, week=12, purchases=np.where(np.arange(1_000) < 150, 2, 1))
    later.memory.update(first.memory)
    for _ in range(2):  # two weeks have passed; asked again in the same week, it costs the same
        assert play.plan(later, luck(1_000)).overhead == pytest.approx(150 / 2 * per_visit)


def test_saved_wages_are_no_income() -> None:
    assert StaffInvestment(training=0, incentive=0, crew=-0.5, culture=0).plan(view(10), luck(10)).overhead == 0


def test_it_is_booked_by_the_visits_of_the_week_before() -> None:
    run = run_with(MUCH, 6, n=200)
    paid = [page["cost: staff_investment"].sum() for page in run.ledger.weeks]
    visits = [page["purchases"].sum() for page in run.ledger.weeks]
    share = paid[1] / visits[0]
    assert share == pytest.approx(3.0 * (6 / 40 * 1.5 + 0.15) + 0.15, rel=1e-5)
    np.testing.assert_allclose(paid[2:], share * np.array(visits[1:-1]), rtol=1e-5)


def test_it_ends_with_the_budget() -> None:
    """A budget that the second week uses up: nothing is paid from the third on, and the journal says why."""
    weekly = [page["cost: staff_investment"].sum() for page in run_with(MUCH, 4, n=200).ledger.weeks]
    run = run_with(replace(MUCH, budget=float(weekly[0] + 0.5 * weekly[1])), 6, n=200)
    paid = [page.get("cost: staff_investment", np.zeros(1)).any() for page in run.ledger.weeks]
    assert paid == [True, True, False, False, False, False]
    assert any("budget" in note for _, note in run.journal)


def test_service_and_satisfaction_rise_in_time() -> None:
    """26 weeks: functional quality rises, and with it what customers think, by over 4 paired standard errors."""
    treated, control = run_with(MUCH, 26), run_with(Nothing(), 26)
    better = gain(treated, control, "functional")
    assert better[20:].min() > 0.03
    for name in ("perceived_functional", "satisfaction", "loyalty"):
        assert lift(name, 26) > 4, name


def test_it_takes_its_time() -> None:
    """Skill by training: in the first month less than a third of what half a year brings."""
    play = StaffInvestment(training=3.0, incentive=0.0, culture=0.0)
    better = gain(run_with(play, 30, n=500), run_with(Nothing(), 30, n=500), "skill")
    assert better[0] == 0
    assert better[4] < better[26:].mean() / 3


def test_side_effect_training_takes_staff_off_the_floor() -> None:
    """A third of the week in class: load rises at once; staff at the limit serve worse for the first weeks."""
    play = StaffInvestment(training=13.0, incentive=0.0, culture=0.0)
    crew = Team(load=0.95)
    treated, control = (run_with(s, 3, crew=crew) for s in (play, Nothing()))
    assert gain(treated, control, "load")[0] > 0.3
    assert (gain(treated, control, "functional")[1:] < -0.03).all()
    assert lift("satisfaction_last", 2, play, crew=crew) < -4


def test_side_effect_new_hands_are_novices() -> None:
    """Half as many again: less load at once, less skill at first."""
    play = StaffInvestment(training=0.0, incentive=0.0, crew=0.5, culture=0.0)
    treated, control = (run_with(s, 30, n=500) for s in (play, Nothing()))
    assert gain(treated, control, "load")[0] < -0.2
    skill = gain(treated, control, "skill")
    assert skill[0] < -0.05
    assert skill[-1] > 0.5 * skill[0]
    assert gain(treated, control, "functional")[0] < 0


def test_what_is_taught_outlasts_the_play_and_what_is_paid_does_not() -> None:
    """20 weeks of either, then 15 of neither: most skill is still there, morale has gone back."""
    control = run_with(Nothing(), 35, n=500)
    taught = run_with(StaffInvestment(training=5.0, incentive=0.0, culture=0.0, weeks=20), 35, n=500)
    paid = run_with(StaffInvestment(training=0.0, incentive=0.2, culture=0.0, weeks=20), 35, n=500)
    skill, morale = gain(taught, control, "skill"), gain(paid, control, "morale")
    assert skill[-1] > 0.6 * skill[20] > 0.05
    assert morale[20] > 0.15
    assert morale[-1] < 0.2 * morale[20]


def test_without_staff_it_only_costs() -> None:
    treated, control = (worlds.model(200, strategy=play) for play in (MUCH, Nothing()))
    for run in (treated, control):
        run.run_for(5)
    worlds.assert_equal(worlds.columns_of(treated), worlds.columns_of(control), but=("treated",))
    assert sum(page["cost"].sum() for page in treated.ledger.weeks) > 0


@pytest.mark.parametrize("n", [0, 1, 50])
def test_it_plans_for_any_number_of_customers(n: int) -> None:
    plan = MUCH.plan(view(n), luck(n))
    assert len(plan.treated) == n
    run_with(MUCH, 2, n=n)


def test_nobody_can_be_picked() -> None:
    with pytest.raises(ParameterError, match=r"StaffInvestment\.targeting"):
        StaffInvestment(targeting=RandomShare(0.5))


@pytest.mark.parametrize(("name", "value"), [("training", 41.0), ("incentive", -0.1), ("crew", -2.0), ("culture", 1.1)])
def test_bad_values_are_refused(name: str, value: float) -> None:
    with pytest.raises(ParameterError, match=rf"StaffInvestment\.{name}"):
        StaffInvestment(**{name: value})
