"""Over-delivery: a surprise delights, wears off as it becomes expected, and is missed when it stops."""

from __future__ import annotations

import numpy as np
import pytest

from agents.mind import Mind
from agents.theories.expectation import Bayesian, Fixed
from sim.errors import ParameterError
from sim.journey import Journey
from sim.model import CustomerModel
from sim.service import Service
from strategies import Nothing, OverDelivery
from strategies.targeting import RandomShare
from tests.sim import worlds
from tests.strategies.views import arrays, luck, view

MIND = Mind()
STEADY = Service(spread=0.0, failure=0.0, journey=Journey(spread=0.0))


def weekly(
    strategy: object, weeks: int, mind: Mind = MIND, service: Service = STEADY
) -> tuple[np.ndarray, CustomerModel]:
    """Mean judgement and satisfaction [weeks, 2] of 300 customers who come every week and stay; long warmed up."""
    people = worlds.met(300, rate=30.0, dropout=1e-6)
    run = worlds.model(people=people, strategy=strategy, mind=mind, service=service, warm_up=60)
    seen = []
    for _ in range(weeks):
        run.step()
        seen.append([run.customers.agg(name, np.mean) for name in ("satisfaction_last", "satisfaction")])
    return np.array(seen), run


@pytest.mark.parametrize(
    ("mind", "stays"), [(Mind(), 0.7), (Mind(expectation=Bayesian()), 0.85)], ids=["adaptive", "bayesian"]
)
def test_each_surprise_works_less_than_the_one_before(mind: Mind, stays: float):
    """Without noise: judged tanh(2.5 gap) at first, 0.12 more of a gap than usual, then less every time.

    What `stays` is more where old evidence weighs much: each encounter, promise and image pull back by a tenth.
    """
    _, before = weekly(Nothing(), 0, mind)
    seen, run = weekly(OverDelivery(lift=0.12), 12, mind)
    assert (np.diff(seen[:, 0]) < 0).all()
    usual = STEADY.technical - before.customers.agg("expect_technical", np.mean)  # promises are lower, so above 0
    assert 0 < usual < 0.03
    assert seen[0, 0] == pytest.approx(np.tanh(2.5 * (0.12 + usual)), abs=1e-3)
    assert 0 < seen[-1, 0] < stays * seen[0, 0]
    assert run.customers.agg("expect_technical", np.mean) > before.customers.agg("expect_technical", np.mean) + 0.02


def test_with_noise_too_the_second_surprise_works_less_than_the_first():
    """300 customers, usual noise: the lift in judgement against control falls, by more than 4 standard errors."""
    treated, _ = weekly(OverDelivery(), 8, service=Service())
    control, _ = weekly(Nothing(), 8, service=Service())
    lift = (treated - control)[:, 0]
    assert lift[0] > 0.15
    assert lift[4:].mean() < 0.5 * lift[0]


def test_a_norm_that_experience_does_not_move_never_wears_off():
    seen, _ = weekly(OverDelivery(), 6, Mind(expectation=Fixed()))
    np.testing.assert_allclose(seen[:, 0], seen[0, 0], rtol=1e-5)


def test_stopping_leaves_satisfaction_below_control_for_a_while():
    """Ten weeks of surprises, then none: worse than never at first, and as before after half a year."""
    treated, _ = weekly(OverDelivery(weeks=10), 40)
    control, _ = weekly(Nothing(), 40)
    lift = (treated - control)[:, 1]
    assert (lift[:6] > 0).all()
    assert (lift[12:18] < -0.02).all()
    assert abs(lift[-1]) < 0.01
    assert (treated - control)[10, 0] < -0.2


def test_it_raises_satisfaction_trust_and_loyalty_while_it_lasts():
    """Seed 1, 2,000 customers of the lively market, 6 weeks: every mean above control's."""
    runs = [worlds.model(people=worlds.met(2_000), strategy=play) for play in (OverDelivery(), Nothing())]
    for run in runs:
        run.run_for(6)
    treated, control = (run.datacollector.get_model_vars_dataframe().iloc[-1] for run in runs)
    for name in ("satisfaction", "trust", "loyalty", "valence", "expectation"):
        assert treated[name] > control[name], name
    assert treated["complained"] < control["complained"]


def test_a_surprise_is_paid_when_they_come():
    runs = [worlds.model(people=worlds.met(500), strategy=OverDelivery(price=2.0)) for _ in range(1)]
    runs[0].run_for(8)
    books = runs[0].ledger.weeks
    assert sum(page["cost: over_delivery"].sum() for page in books) == pytest.approx(
        2.0 * sum(page["encounters"].sum() for page in books)
    )


def test_now_and_then_is_a_matter_of_chance():
    """20,000 customers, seed 1: 30% surprised, others next week; all or nobody at the ends."""
    n = 20_000
    first = OverDelivery(chance=0.3).plan(view(n), luck(n)).treated
    assert abs(first.mean() - 0.3) < 4 * np.sqrt(0.21 / n)
    second = OverDelivery(chance=0.3).plan(view(n, 11), luck(n, 11)).treated
    assert abs((first & second).mean() - 0.09) < 4 * np.sqrt(0.09 * 0.91 / n)
    assert OverDelivery().plan(view(n), luck(n)).treated.all()
    assert not OverDelivery(chance=0.0).plan(view(n), luck(n)).treated.any()


def test_it_stops_and_reaches_whom_it_is_told_to():
    assert OverDelivery(weeks=11).plan(view(3, 10), luck(3)).treated.all()
    assert arrays(OverDelivery(weeks=10).plan(view(3, 10), luck(3))) == {}
    plan = OverDelivery(targeting=RandomShare(0.4)).plan(view(1_000), luck(1_000))
    np.testing.assert_array_equal(plan.technical > 0, plan.treated)
    np.testing.assert_array_equal(plan.treated, RandomShare(0.4).pick(view(1_000), luck(1_000)))


@pytest.mark.parametrize(("name", "value"), [("lift", 1.5), ("chance", -0.1), ("price", -1.0), ("weeks", 1.5)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"OverDelivery\.{name}"):
        OverDelivery(**{name: value})
