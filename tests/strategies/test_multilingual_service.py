"""Multilingual service: those across a gap are better served, at a cost that all of them cause."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.customers import LANGUAGE_GAP
from sim.errors import ParameterError
from sim.model import CustomerModel
from sim.service import Service
from strategies import MultilingualService, Nothing
from strategies.targeting import RandomShare
from tests.sim import worlds
from tests.strategies.views import luck, view

FOREIGN = Service(languages=0.2)


def run_with(strategy: object, weeks: int = 6, service: Service = FOREIGN) -> CustomerModel:
    """2,000 customers who come often and stay; a fifth of their gaps is bridged anyway."""
    people = worlds.met(2_000, rate=1.5, dropout=1e-6)
    run = worlds.model(people=people, strategy=strategy, service=service, warm_up=20)
    run.run_for(weeks)
    return run


def gains(name: str, strategy: object, **options: object) -> np.ndarray:
    """Treated minus control, customer by customer."""
    treated, control = (run_with(s, **options).customers.get(name).astype(float) for s in (strategy, Nothing()))
    return treated - control


def errors(off: np.ndarray) -> float:
    return float(off.mean() / (off.std() / np.sqrt(len(off)) + 1e-12))


def test_the_plan_bridges_a_share_and_is_paid_weekly_and_when_they_come() -> None:
    play = MultilingualService(share=0.4, upkeep=0.05, interpreter=0.5)
    plan = play.plan(view(100, known=np.arange(100) < 80), luck(100))
    assert plan.languages == 0.4
    assert plan.overhead == pytest.approx(0.05 * 0.4 * 80)
    np.testing.assert_allclose(plan.encounter_cost, 0.2 * (np.arange(100) < 80), rtol=1e-6)
    assert plan.line == "multilingual_service"


def test_customers_across_a_gap_gain_and_the_wider_the_more() -> None:
    """Seed 1, 6 weeks: manner and satisfaction rise by over 4 paired standard errors, more where the gap is wide."""
    play = MultilingualService(share=0.8)
    gap = run_with(Nothing(), 0).table[LANGUAGE_GAP]
    wide, narrow = gap > np.quantile(gap, 0.7), gap < np.quantile(gap, 0.3)
    for name in ("perceived_functional", "satisfaction"):
        off = gains(name, play)
        assert errors(off) > 4, name
        assert off[wide].mean() > 2 * off[narrow].mean() > 0, name


def test_where_all_is_understood_it_only_costs() -> None:
    treated, control = (run_with(play, 3, Service()) for play in (MultilingualService(), Nothing()))
    worlds.assert_equal(worlds.columns_of(treated), worlds.columns_of(control), but=("treated", "cost"))
    assert sum(page["cost"].sum() for page in treated.ledger.weeks) > 0


def test_ended_the_gaps_are_back_and_what_had_become_usual_is_missed() -> None:
    """Ten weeks of it, then none: judged better than control at first, worse right after it ends."""
    play = MultilingualService(share=0.8, weeks=10)
    assert errors(gains("satisfaction_last", play, weeks=2)) > 4
    assert errors(gains("satisfaction_last", play, weeks=12)) < -4


def test_the_books_hold_what_it_costs() -> None:
    play = MultilingualService(share=0.5, upkeep=0.02, interpreter=0.4)
    run = run_with(play, 4)
    came = sum(page["encounters"].sum() for page in run.ledger.weeks)
    cost = sum(page["cost: multilingual_service"].sum() for page in run.ledger.weeks)
    assert cost == pytest.approx(0.2 * came + 4 * 0.01 * 2_000, rel=1e-4)


def test_nobody_can_be_picked() -> None:
    with pytest.raises(ParameterError, match=r"MultilingualService\.targeting"):
        replace(MultilingualService(), targeting=RandomShare(0.5))


@pytest.mark.parametrize(("name", "value"), [("share", 1.1), ("upkeep", -1.0), ("interpreter", -0.1)])
def test_bad_values_are_refused(name: str, value: float) -> None:
    with pytest.raises(ParameterError, match=rf"MultilingualService\.{name}"):
        MultilingualService(**{name: value})
