"""Firms: an unknown market, trials one at a time, loyalty measured from where customers stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.customers import LOYALTY
from agents.mind import Mind
from experiments.calibrated import calibrate
from experiments.identify.situation import events_of, firm_of, quiet_weeks, unknown, unknowns_of
from experiments.identify.trials import Levers, Trial, Trials
from experiments.study import Study
from sim.behaviour import Contractual, NonContractual
from sim.chance import Chance
from sim.errors import ParameterError
from sim.records import KNOWN
from sim.view import View
from strategies import Nothing, OverDelivery
from strategies.targeting import RandomShare
from tests.experiments.identify.planted import small_study


def view(week: int, n: int = 6) -> View:
    return View(week, n, lambda column: np.ones(n, column.dtype) if column == KNOWN else np.zeros(n, column.dtype))


def draws(week: int, n: int = 6):
    return Chance(1).at(week).rows(np.arange(n, dtype=np.uint64))


def test_trials_are_played_in_their_weeks_only() -> None:
    plays = Trials({"late": Trial(OverDelivery(), 6, 2), "early": Trial(Levers(wait=2.0), 1, 3)})
    found = [plays.plan(view(week), draws(week)).line for week in range(9)]
    assert found == ["nothing", *["levers"] * 3, "nothing", "nothing", *["over_delivery"] * 2, "nothing"]


def test_two_trials_at_once_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"trials.b.start = 3 lies within trials.a, .* week 3.* Choose 4 or later"):
        Trials({"b": Trial(Nothing(), 3, 1), "a": Trial(Nothing(), 0, 4)})


def test_levers_move_what_they_are_told_to_for_those_picked() -> None:
    levers = Levers(technical=0.2, recovery=0.1, wait=4.0, targeting=RandomShare(0.5))
    plan = levers.plan(view(3, 200), draws(3, 200))
    assert plan.treated is not None
    assert 0.3 < plan.treated.mean() < 0.7
    for values, moved, usual in ((plan.technical, 0.2, 0), (plan.recovery, 0.1, 0), (plan.wait, 4, 1)):
        assert values is not None
        assert values == pytest.approx(np.where(plan.treated, moved, usual))
    assert plan.functional is None


def test_the_test_group_is_the_same_in_every_trial() -> None:
    first = Levers(technical=0.2, targeting=RandomShare(0.5)).plan(view(1, 200), draws(1, 200))
    second = OverDelivery(targeting=RandomShare(0.5)).plan(view(9, 200), draws(9, 200))
    assert (first.treated == second.treated).all()


def test_a_campaign_for_everybody_treats_nobody_in_particular() -> None:
    plan = Levers(referral=50.0).plan(view(0), draws(0))
    assert plan.treated is None
    assert plan.referral == 50


@pytest.mark.parametrize("market", [Contractual(), NonContractual()])
def test_the_level_of_the_market_is_in_doubt(market: Contractual | NonContractual) -> None:
    calibration = replace(calibrate(small_study()), market=market)
    names = unknowns_of(market)
    low, middle, high = (unknown(calibration, [u] * 4, 1.5).market for u in (0.0, 0.5, 1.0))
    assert len(names) == 4
    assert middle == market
    for name in names:
        assert getattr(high, name) == pytest.approx(1.5 * getattr(market, name))
        assert getattr(low, name) == pytest.approx(getattr(market, name) / 1.5)
    assert unknown(calibration, [0.1, 0.9, 0.4, 0.7], 1.0).market == market


def test_customers_fitted_to_a_log_are_in_doubt_as_well() -> None:
    calibration = calibrate(Study(arms={"nothing": Nothing()}))
    assert calibration.buying is not None
    moved = unknown(calibration, [1.0] * 4, 2.0).buying
    assert moved is not None
    assert moved.model.r == pytest.approx(2 * calibration.buying.model.r)


def test_another_market_is_taken_as_it_is() -> None:
    calibration = replace(calibrate(small_study()), market=object())  # type: ignore[arg-type]
    assert unknown(calibration, [], 1.5).market is calibration.market


def test_loyalty_is_measured_from_where_the_customers_stand() -> None:
    study = small_study(mind=Mind(), warm_up=3)
    model = firm_of(study, calibrate(study), study.mind, {}, seed=1)
    index = model.table[LOYALTY].astype(float)
    assert isinstance(model.mind, Mind)
    assert model.mind.standing.center == pytest.approx(index.mean())
    assert model.mind.standing.spread == pytest.approx(index.std())


def test_a_calendar_tells_what_happened_and_when() -> None:
    study, trials = small_study(), {"gift": Trial(OverDelivery(), 4, 100)}
    assert quiet_weeks(study, {}) == 8
    assert quiet_weeks(study, trials) == 4
    assert quiet_weeks(replace(study, scenario=type(study.scenario)()), {}) == 12
    assert events_of(study, trials) == (
        ("gift", "trial: OverDelivery", 4, 11),
        ("failures", "failure +0.5", 8, 8),
    )
