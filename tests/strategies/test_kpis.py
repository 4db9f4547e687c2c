"""KPIs by hand: what they count, on how much they rest, and that no number is made up where nothing was measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.people import REASONS
from sim.view import View
from strategies import OverDelivery
from strategies.kpis import KPIS, Reading, measure, refuse_unknown
from tests.sim import worlds
from tests.strategies.views import view

DISMISSED = REASONS.index("dismissed")


def test_recent_buyers_are_a_share_of_those_known():
    seen = view(5, week=20, last=[19, 10, 9.9, 1, 19], known=[True] * 4 + [False])
    assert measure(seen, "buyers", 10) == Reading("buyers", 0.5, 4)


def test_churn_is_what_is_seen_of_it_without_those_let_go():
    seen = view(
        5, week=20, known=[True, True, False, False, False], gone=[np.nan, np.nan, 15, 3, 16],
        stated=[0, 0, 2, 0, DISMISSED],
    )  # fmt: skip
    assert measure(seen, "churn", 10) == Reading("churn", pytest.approx(1 / 3), 3)


def test_recommendation_counts_recent_answers_only():
    """Of four recent answers two promote, one is passive, one detracts; old ones and silence do not count."""
    seen = view(6, week=20, answer=[9, 10, 8, 6, 0, -1], answered=[19, 18, 15, 12, 2, -1e6])
    assert measure(seen, "nps", 10) == Reading("nps", 25.0, 4)


def test_complaints_are_counted_per_buyer():
    seen = view(4, week=20, complained=[15, 2, -1e6, -1e6], last=[19, 19, 19, 1])
    assert measure(seen, "complaints", 10) == Reading("complaints", pytest.approx(1 / 3), 3)


@pytest.mark.parametrize(("kpi", "column"), [("spend", "spend"), ("contacts", "contacts")])
def test_flows_are_what_was_added_since_the_last_look(kpi: str, column: str):
    """Ten customers, 40 more in 4 weeks: 1 per customer and week; the first look has nothing to compare with."""
    memory: dict[str, object] = {}

    def look(week: int, total: float) -> Reading:
        made = view(10, week, **{column: total / 10})
        return measure(View(week, 10, made.__getitem__, memory=memory), kpi, 13)

    assert math.isnan(look(0, 100).value)
    assert look(4, 140) == Reading(kpi, 1.0, 10)
    assert look(6, 140) == Reading(kpi, 0.0, 10)


def test_cost_is_read_from_the_books():
    memory: dict[str, object] = {}
    made = view(5)
    for week, spent, value in ((0, 10.0, math.nan), (2, 30.0, 2.0)):
        reading = measure(View(week, 5, made.__getitem__, spent={"a": spent, "b": 1.0}, memory=memory), "cost", 13)
        assert reading.value == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("kpi", KPIS)
def test_nothing_measured_is_no_number_and_rests_on_nothing(kpi: str):
    for empty in (view(0), view(3, known=False, last=-1e6, answer=-1)):
        reading = measure(empty, kpi, 4)
        assert math.isnan(reading.value)
        assert reading.rests_on == 0


def test_better_knows_the_direction():
    assert Reading("nps", 40, 9).better(30) == 10
    assert Reading("churn", 0.3, 9).better(0.1) == pytest.approx(-0.2)
    assert str(Reading("nps", 12.345, 1_200)) == "nps 12.3 on 1,200 answers"
    assert str(Reading("churn", 0.1, 7)) == "churn 0.1 on 7 customers"


def test_an_unknown_kpi_is_refused():
    with pytest.raises(ParameterError, match=r"Adaptive\.kpi = 'mood' is not measured: write one of buyers"):
        refuse_unknown("Adaptive", "mood")


def test_in_a_run_spend_agrees_with_the_ledger():
    """500 customers, 8 weeks: what the View tells of spend and cost is what the books say, per customer and week."""
    run = worlds.model(people=worlds.met(500), strategy=OverDelivery())
    first = run.records.view(0, run.ledger.spent)
    measure(first, "spend", 8)
    measure(first, "cost", 8)
    run.run_for(8)
    now = run.records.view(8, run.ledger.spent)
    for kpi, line in (("spend", "revenue"), ("cost", "cost")):
        booked = sum(float(page[line].sum()) for page in run.ledger.weeks)
        reading = measure(now, kpi, 8)
        assert reading.value == pytest.approx(booked / 8 / reading.rests_on, rel=1e-5)
