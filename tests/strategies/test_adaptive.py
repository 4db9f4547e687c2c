"""Strategies that read KPIs: they turn the right way, chase noise without patience, and say what they did."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.plan import Plan
from sim.view import View
from sim.world import Strategy
from strategies import Adaptive, Nothing, OverDelivery, Phases, RewardProgram, Triggers
from strategies.adaptive import Phase, Trigger
from strategies.kpis import measure
from tests.sim import worlds
from tests.strategies.views import luck, view

N = 100


def answered(week: int, promoters: int, detractors: int = 0, answers: int = N) -> dict[str, Any]:
    """Records in which so many of all answers of this week promote and so many detract."""
    place = np.arange(N)
    answer = np.where(place < promoters, 10, np.where(place < promoters + detractors, 2, 8))
    return {"answer": np.where(place < answers, answer, -1), "answered": np.where(place < answers, float(week), -1e6)}


def told(strategy: Strategy, nps: list[Any], every: int = 1) -> list[Plan]:
    """Plans of weeks in which recommendation is as given (a number, or promoters, detractors, answers)."""
    memory: dict[str, Any] = {}
    plans = []
    for place, now in enumerate(nps):
        week = place * every
        records = answered(week, *(now if isinstance(now, tuple) else (now,)))
        plans.append(strategy.plan(View(week, N, view(N, week, **records).__getitem__, memory=memory), luck(N, week)))
    return plans


def lifts(plans: list[Plan]) -> list[float]:
    """The lift of technical quality each plan gives, in times of the play's own 0.1."""
    return [0.0 if plan.technical is None else round(float(plan.technical[0]) / 0.1, 3) for plan in plans]


PLAY = OverDelivery(lift=0.1)


def adaptive(**settings: Any) -> Adaptive:
    return Adaptive(**{"play": PLAY, "target": 50.0, "every": 1, "window": 1, "patience": 1, "answers": 1, **settings})


def test_more_when_worse_less_when_better_and_never_out_of_range():
    assert lifts(told(adaptive(most=2.0), [0, 10, 10, 10, 10])) == [1, 1.5, 2, 2, 2]
    assert lifts(told(adaptive(), [99, 90, 90, 90, 90])) == [1, 0.5, 0, 0, 0]
    assert lifts(told(adaptive(margin=5.0), [50, 46, 54, 44])) == [1, 1, 1, 1.5]


def test_where_effort_is_the_kpi_too_much_of_it_means_less():
    """A cost of 2 per customer and week against a target of 1: less of the play, not more."""
    memory: dict[str, Any] = {}
    plans = []
    for week in range(3):
        seen = View(week, N, view(N, week).__getitem__, spent={"over_delivery": 2.0 * N * week}, memory=memory)
        plans.append(adaptive(kpi="cost", target=1.0).plan(seen, luck(N, week)))
    assert lifts(plans) == [1, 0.5, 0]


def test_patience_waits_for_reviews_that_agree():
    """Worse twice in a row is needed: a better review in between starts the count again, as a change does."""
    assert lifts(told(adaptive(patience=2), [0, 10, 90, 10, 10, 10])) == [1, 1, 1, 1, 1.5, 1.5]


def test_few_answers_change_nothing_and_the_journal_says_so():
    plans = told(adaptive(answers=30), [0, (5, 0, 20), (5, 0, 40)])
    assert lifts(plans) == [1, 1, 1.5]
    assert plans[1].notes == ("review: nps 25 on 20 answers, too few to act on (at least 30)",)
    assert plans[2].notes == ("review: nps 12.5 on 40 answers, target 50: from 1 to 1.5 times the play",)


def test_without_patience_it_chases_noise():
    """Nothing changes, but each review rests on 10 answers drawn at 50% promoters: 200 reviews, seed 4.

    A review is off target 3 in 4 times, so the hasty firm changes most weeks; the patient one waits for 4 in a row.
    """
    draws = np.random.default_rng(4).binomial(10, 0.5, 200)
    noisy = [(int(k), 0, 10) for k in draws]
    changes = {
        patience: int((np.diff(lifts(told(adaptive(patience=patience, most=10.0, begin=5.0), noisy))) != 0).sum())
        for patience in (1, 4)
    }
    assert changes[1] > 100
    assert changes[4] < changes[1] / 5


def test_it_looks_at_its_own_weeks_only():
    plans = told(adaptive(every=4, window=4), [0] * 9)
    assert [bool(plan.notes) for plan in plans] == [False] * 4 + [True] + [False] * 3 + [True]
    assert lifts(plans) == [1] * 4 + [1.5] * 4 + [2]


def test_phases_go_on_when_met_and_stay_or_go_on_when_missed():
    def run(missed: str, nps: list[Any]) -> list[Plan]:
        first = Phase(PLAY, weeks=2, target=50.0, answers=10, missed=missed)
        return told(Phases({"first": first, "second": Phase(OverDelivery(lift=0.3), weeks=2, target=50.0)}), nps)

    met = run("stay", [0, 0, 60, 60])
    assert lifts(met) == [1, 1, 3, 3]
    assert met[2].notes == ("phase 'first': nps 60 on 100 answers, target 50 met; 'second' begins",)
    missed = run("next", [0, 0, 40, 40])
    assert lifts(missed) == [1, 1, 3, 3]
    assert missed[2].notes == ("phase 'first': nps 40 on 100 answers, target 50 missed; 'second' begins",)
    stays = run("stay", [0, 0, 40, 40, 60])
    assert lifts(stays) == [1, 1, 1, 1, 3]
    assert stays[2].notes == ("phase 'first': nps 40 on 100 answers, target 50 missed; 'first' goes on",)
    unjudged = run("stay", [(0, 0, 0), (0, 0, 0), (0, 0, 0)])
    assert "not judged (needs 10)" in unjudged[2].notes[0]
    assert lifts(unjudged) == [1, 1, 1]


def test_the_last_phase_goes_on_and_is_checked_again():
    only = Phases({"only": Phase(PLAY, weeks=2, target=50.0)})
    plans = told(only, [60] * 5)
    assert lifts(plans) == [1] * 5
    assert [len(plan.notes) for plan in plans] == [0, 0, 1, 0, 1]
    assert {bill.line for plan in plans for bill in plan.bills} == {"only"}


def test_what_a_past_phase_owes_is_honoured_and_its_program_ends():
    """600 customers: after the phase nobody earns points, nobody is a member, and the points still count as owed."""
    phases = {"bind": Phase(RewardProgram(upkeep=0.01), weeks=6), "rest": Phase(Nothing())}
    run = worlds.model(people=worlds.met(600), strategy=Phases(phases))
    run.run_for(6)
    assert run.records.members("bind").sum() > 50
    run.run_for(6)
    assert not run.records.members("bind").any()
    assert sum(page.get("cost: bind", np.zeros(1)).sum() for page in run.ledger.weeks[7:]) == 0
    planned = Phases(phases).plan(run.records.view(12, run.ledger.spent), luck(len(run.table), 12))
    assert planned.point_value > 0


def alarm(**settings: Any) -> Triggers:
    reserve = Trigger(PLAY, **{"threshold": 20.0, "weeks": 2, "every": 1, "window": 1, "answers": 10, **settings})
    return Triggers(Nothing(), {"reserve": reserve})


def test_a_reserve_runs_its_weeks_when_the_kpi_is_bad_and_can_be_called_again():
    plans = told(alarm(), [50, 10, 50, 50, 50, 0, 50])
    assert lifts(plans) == [0, 1, 1, 0, 0, 1, 1]
    assert plans[1].notes == ("reserve: nps 10 on 100 answers, worse than 20: the reserve runs 2 weeks",)
    assert plans[3].notes == ("reserve: the reserve has run its 2 weeks and ends",)
    assert lifts(told(alarm(), [20, 20])) == [0, 0]


def test_alarms_on_few_answers_are_often_false():
    """50% promoters, nothing wrong, 300 looks of 6 answers, seed 5: alarms for who acts on any, none at 30 answers."""
    noisy = [(int(k), 0, 6) for k in np.random.default_rng(5).binomial(6, 0.5, 300)]
    assert sum(bool(plan.notes) for plan in told(alarm(answers=1, weeks=1), noisy)) > 20
    assert not any(plan.notes for plan in told(alarm(answers=30, weeks=1), noisy))


def test_a_reserve_is_booked_under_its_name_beside_the_usual():
    triggers = Triggers(OverDelivery(lift=0.2), {"reserve": Trigger(PLAY, threshold=100.0, answers=1)})
    plan = told(triggers, [0])[0]
    assert [bill.line for bill in plan.bills] == ["usual", "reserve"]
    assert lifts([plan]) == [3]


def test_in_a_run_notes_come_to_the_journal_and_the_run_can_be_repeated():
    """2,000 lively customers, a survey of everybody, 12 weeks: a target out of reach calls for more of the play."""
    play = Adaptive(PLAY, target=99.0, every=4, window=4, patience=1, answers=5)
    runs = [worlds.model(people=worlds.met(2_000), strategy=play) for _ in range(2)]
    for run in runs:
        run.run_for(12)
    worlds.assert_same_run(*runs)
    assert [week for week, _ in runs[0].journal] == [4, 8]
    assert "from 1 to 1.5 times" in runs[0].journal[0][1]
    twin = runs[0].fork(play)
    for run in (twin, runs[0]):
        run.run_for(5)
    worlds.assert_same_run(twin, runs[0])


@pytest.mark.parametrize(
    "strategy",
    [adaptive(begin=1.0, target=0.0, margin=1e9), Phases({"over_delivery": Phase(PLAY)})],
    ids=["adaptive", "phases"],
)
def test_nothing_changes_where_there_is_nothing_to_change(strategy: Strategy):
    """A firm that reviews and never acts gets the very same run as one that does not review."""
    runs = [worlds.model(people=worlds.met(300), strategy=play) for play in (strategy, PLAY)]
    for run in runs:
        run.run_for(6)
    worlds.assert_same_run(*runs)


def test_a_kpi_is_measured_from_the_records_alone():
    """The true state may be anything: what is measured depends on the CRM only."""
    run = worlds.model(people=worlds.met(300), strategy=PLAY)
    run.run_for(4)
    before = [measure(run.records.view(4), kpi, 4) for kpi in ("nps", "buyers", "complaints")]
    for column in run.table.columns:
        if column.name in ("satisfaction", "loyalty", "trust"):
            run.table[column][:] = 0
    assert [measure(run.records.view(4), kpi, 4) for kpi in ("nps", "buyers", "complaints")] == before


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Adaptive(kpi="mood"), r"Adaptive\.kpi = 'mood' is not measured: write one of"),
        (lambda: Adaptive(begin=3.0), r"Adaptive\.begin = 3 is above most = 2"),
        (lambda: Adaptive(patience=0), r"Adaptive\.patience = 0 is outside"),
        (lambda: Phase(missed="stop"), r"Phase\.missed = 'stop' is unknown: write next or stay"),
        (lambda: Phase(kpi="joy"), r"Phase\.kpi = 'joy' is not measured"),
        (lambda: Phases({}), r"Phases\.phases is empty: give at least one"),
        (lambda: Trigger(kpi="joy"), r"Trigger\.kpi = 'joy' is not measured"),
        (lambda: Triggers(triggers={}), r"Triggers\.triggers has no entry"),
        (lambda: Triggers(triggers={"usual": Trigger()}), r"none is called 'usual'"),
    ],
)
def test_bad_values_are_refused(make, says: str):
    with pytest.raises(ParameterError, match=says):
        make()
