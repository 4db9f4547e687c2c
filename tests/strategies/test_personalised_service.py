"""Personalised service: fit grows with the record, mistakes come without one, and too much is felt as intrusion."""

from __future__ import annotations

import numpy as np
import pytest

from agents.customers import COMFORT
from sim.errors import ParameterError
from sim.model import CustomerModel
from sim.records import PURCHASES
from sim.service import Service
from strategies import Nothing, PersonalisedService
from tests.sim import worlds
from tests.strategies.views import arrays, luck, view


def run_with(
    strategy: object, purchases: int, weeks: int = 3, n: int = 3_000, comfort: float | None = None
) -> CustomerModel:
    """Customers who come every week and stay, with so many purchases on record at the start."""
    people = worlds.met(n, rate=30.0, dropout=1e-6, purchases=purchases)
    run = worlds.model(people=people, strategy=strategy, service=Service(failure=0.0))
    if comfort is not None:
        run.table[COMFORT][:] = comfort
    run.run_for(weeks)
    return run


def lift(name: str, strategy: object, **options) -> float:
    """Treated minus control, in standard errors of the paired difference."""
    treated, control = (run_with(play, **options).customers.get(name).astype(float) for play in (strategy, Nothing()))
    off = treated - control
    return float(off.mean() / (off.std() / np.sqrt(len(off)) + 1e-12))


def test_accuracy_by_hand():
    """n / (n + 4) after 0, 1, 4, 12 purchases; nobody below two purchases is served."""
    plan = PersonalisedService(depth=0.5, data_need=4.0, at_least=0).plan(view(4, purchases=[0, 1, 4, 12]), luck(4))
    np.testing.assert_allclose(plan.accuracy, [0, 0.2, 0.5, 0.75])
    np.testing.assert_allclose(plan.depth, 0.5)
    plan = PersonalisedService(at_least=2).plan(view(4, purchases=[0, 1, 2, 9]), luck(4))
    assert plan.treated.tolist() == [False, False, True, True]
    for name, values in arrays(plan).items():
        assert not values[:2].any(), name
    assert plan.line == "personalised_service"


def test_no_data_need_is_always_accurate():
    plan = PersonalisedService(data_need=0.0, at_least=0).plan(view(3, purchases=[0, 1, 9]), luck(3))
    assert plan.accuracy.tolist() == [0, 1, 1]


def test_fit_rises_with_purchases_on_record():
    """Paired with control, one week, depth 0.4: quality, so the judgement, gains more with a longer record."""
    play = PersonalisedService(depth=0.4, data_need=5.0, at_least=0)
    gains = []
    for purchases in (1, 5, 45):
        treated, control = (run_with(s, purchases, weeks=1) for s in (play, Nothing()))
        gains.append(
            treated.customers.agg("satisfaction_last", np.mean) - control.customers.agg("satisfaction_last", np.mean)
        )
    assert gains[0] < gains[1] < gains[2]
    assert gains[0] < 0 < gains[2]


def test_mistakes_without_data_hurt():
    """Depth 0.8 on one purchase with a need of 20: 5% fit; judged worse than no personal touch, by over 4 errors."""
    play = PersonalisedService(depth=0.8, data_need=20.0, at_least=0)
    assert lift("satisfaction_last", play, purchases=1, weeks=1) < -4
    assert lift("benevolence", play, purchases=1, weeks=1) < -4


def test_a_fitting_touch_builds_satisfaction_and_benevolence():
    play = PersonalisedService(depth=0.5, data_need=1.0, at_least=0)
    for name in ("satisfaction", "benevolence", "loyalty"):
        assert lift(name, play, purchases=60) > 4, name


@pytest.mark.parametrize("name", ["integrity", "valence"])
def test_too_much_is_felt_as_intrusion_by_those_with_little_comfort(name: str):
    """Depth 1, accuracy 1: with comfort 0.1 both fall below control by over 4 standard errors, with 1.0 neither."""
    play = PersonalisedService(depth=1.0, data_need=0.0, at_least=0)
    assert lift(name, play, purchases=30, comfort=0.1) < -4
    assert lift(name, play, purchases=30, comfort=1.0) > 0


def test_a_lighter_touch_is_not_felt_as_intrusion():
    play = PersonalisedService(depth=0.3, data_need=0.0, at_least=0)
    assert lift("integrity", play, purchases=30, comfort=0.4) > 0
    assert lift("valence", play, purchases=30, comfort=0.4) > 4


def test_upkeep_is_paid_weekly_and_the_touch_when_they_come():
    play = PersonalisedService(depth=0.5, price=1.0, upkeep=0.01, at_least=0)
    run = worlds.model(people=worlds.met(400), strategy=play)
    run.run_for(10)
    encounters, cost = (sum(page[name].sum() for page in run.ledger.weeks) for name in ("encounters", "cost"))
    assert cost == pytest.approx(0.5 * encounters + 0.01 * 400 * 10, rel=1e-5)
    assert run.records.crm[PURCHASES].sum() > encounters


def test_one_treatment_for_all_by_hand():
    """It suits half of them, however long the record; the same customers cost the same as with a personal one."""
    seen = {"purchases": [1, 2, 50]}
    uniform = PersonalisedService(uniform=True).plan(view(3, **seen), luck(3))
    personal = PersonalisedService().plan(view(3, **seen), luck(3))
    np.testing.assert_allclose(uniform.accuracy, [0, 0.5, 0.5])
    for name in ("treated", "cost", "encounter_cost", "depth"):
        np.testing.assert_array_equal(getattr(uniform, name), getattr(personal, name), err_msg=name)


def test_one_treatment_for_all_loses_against_a_personal_one():
    """The pitfall: the same money, judged worse than the remedy and no better than nothing, by over 4 errors."""
    arms = (PersonalisedService(uniform=True), PersonalisedService())
    uniform, personal = (run_with(play, purchases=20) for play in arms)
    off = uniform.customers.get("satisfaction").astype(float) - personal.customers.get("satisfaction")
    assert off.mean() < -4 * off.std() / np.sqrt(len(off))
    assert lift("satisfaction", arms[0], purchases=20) < 0
    costs = [sum(page["cost"].sum() for page in run.ledger.weeks) for run in (uniform, personal)]
    assert costs[0] == pytest.approx(costs[1])


def test_it_is_a_play_with_weeks_and_a_budget():
    assert PersonalisedService(start=11).plan(view(3, 10), luck(3)).depth is None
    run = worlds.model(people=worlds.met(300, purchases=9), strategy=PersonalisedService(budget=50.0))
    run.run_for(12)
    spent = sum(page["cost"].sum() for page in run.ledger.weeks)
    assert 50 <= spent < 90
    assert [note for _, note in run.journal if "budget" in note]


@pytest.mark.parametrize(("name", "value"), [("depth", 1.1), ("data_need", -1.0), ("at_least", 1.5), ("average", -1.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"PersonalisedService\.{name}"):
        PersonalisedService(**{name: value})
