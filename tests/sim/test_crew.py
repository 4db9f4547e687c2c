"""Who serves: the firm without a crew is as it was, usual traffic by hand, and what a crew adds is all it changes."""

from __future__ import annotations

import numpy as np
import pytest

from agents.staff import Team
from sim.crew import Nobody, NoCrew, usual_traffic
from sim.market import Arrivals
from sim.people import ACTIVE, RATE, START
from sim.plan import Plan
from sim.records import SERVED_BY
from sim.scenario import Conditions, Event, Scenario
from sim.table import Block, Table
from strategies import Nothing, Placebo
from tests.sim import worlds
from tests.strategies.views import luck, view

NEUTRAL = Team(able=0, willing=0, overloaded=0, shows=0)
MADE_OUT = ("served_by",)


def rows(rate: list[float], active: list[bool], start: list[float]) -> Block:
    table = Table((ACTIVE, RATE, START), len(rate))
    people = table.block(0, len(rate))
    people[RATE], people[START] = np.array(rate, np.float32), np.array(start, np.float32)
    people[ACTIVE] = np.array(active, np.bool_)
    return people


def test_without_a_crew_nobody_in_particular_serves() -> None:
    people = rows([1.0], [True], [0.0])
    floor = NoCrew().hire(None, people, Arrivals(), worlds.model(10).chance)
    floor.open(Plan(crew=3.0), Conditions(absent=0.5), worlds.model(10).chance.at(0))
    assert floor.serve(luck(5)) is None
    assert floor.history == []
    assert isinstance(floor, Nobody)


def test_a_study_has_no_crew_unless_it_says_so_and_records_stay_empty() -> None:
    run = worlds.model(200)
    run.run_for(3)
    assert run.world.crew == NoCrew()
    assert len(run.agents) == 0
    assert not run.records.crm[SERVED_BY].any()


def test_a_crew_that_makes_no_difference_makes_none() -> None:
    """Seed 1, 400 customers, 6 weeks: staff without any effect leave every life and book as without staff."""
    with_crew, without = worlds.model(400, crew=NEUTRAL), worlds.model(400)
    for run in (with_crew, without):
        run.run_for(6)
    worlds.assert_equal(worlds.columns_of(with_crew), worlds.columns_of(without), but=MADE_OUT)
    worlds.assert_same_books(with_crew, without)
    assert with_crew.records.crm[SERVED_BY].any()


def test_blocks_do_not_show() -> None:
    runs = [worlds.model(300, crew=Team(), block=block) for block in (65_536, 37)]
    for run in runs:
        run.run_for(5)
    worlds.assert_equal(worlds.columns_of(runs[0]), worlds.columns_of(runs[1]))
    assert runs[0].crew.history == runs[1].crew.history


def test_the_placebo_is_control_to_the_bit_with_staff_too() -> None:
    root = worlds.model(300, crew=Team())
    arms = [root.fork(play) for play in (Nothing(), Placebo())]
    for arm in arms:
        arm.run_for(5)
    worlds.assert_equal(*(worlds.columns_of(arm) for arm in arms), but=("treated",))
    assert arms[0].crew.history == arms[1].crew.history


def test_who_served_whom_is_on_record_and_may_be_seen() -> None:
    """One week: those who came bear a number from 1 to 5, nobody else does; the View shows it."""
    run = worlds.model(people=worlds.met(500, rate=0.7), crew=Team(heads=5))
    run.step()
    served, came = run.records.crm[SERVED_BY], run.ledger.weeks[-1]["encounters"].sum()
    assert np.count_nonzero(served) == came
    assert set(served.tolist()) == {0, 1, 2, 3, 4, 5}
    np.testing.assert_array_equal(view(3, served_by=[0, 2, 1])[SERVED_BY], [0, 2, 1])


def test_usual_traffic_by_hand() -> None:
    """Two active, one gone; then a launch: 2 first visits in week 0, 1 in week 1 with two visiting again."""
    gone, there = -np.expm1(-0.5), -np.expm1(-2.0)
    people = rows([0.5, 2.0, 9.0], [True, True, False], [-3.0, -1.0, -9.0])
    assert usual_traffic(people, Arrivals()) == pytest.approx(gone + there, rel=1e-6)
    launch = rows([0.5, 0.5, 2.0], [False] * 3, [0.2, 0.9, 1.5])
    assert usual_traffic(launch, Arrivals()) == pytest.approx(max(2 + 2 * gone, 1 + 2 * gone + there), rel=1e-6)
    weekly = usual_traffic(people, Arrivals(organic=365.25 / 7 * 4)) - usual_traffic(people, Arrivals())
    assert weekly == pytest.approx(4)
    assert usual_traffic(rows([], [], []), Arrivals()) == 1  # a floor without customers has one to wait for


def test_absent_staff_shows_in_service_and_is_over_when_they_are_back() -> None:
    """Seed 1, 1,000 customers who come often; half the staff away in weeks 2-9: those who came are served worse."""
    shortage = Scenario({"ill": Event(start=2, weeks=8, absent=0.5)})
    people = worlds.met(1_000, rate=1.0, dropout=1e-6)
    short, usual = (worlds.model(people=people, crew=Team(), **more) for more in ({"scenario": shortage}, {}))
    for run in (short, usual):
        run.run_for(40)
    manner = [np.array([week.functional for week in run.crew.history]) for run in (short, usual)]
    np.testing.assert_array_equal(manner[0][:2], manner[1][:2])
    assert [week.on_duty for week in short.crew.history[:12]] == [20, 20, *[10] * 8, 20, 20]
    assert (manner[0][4:10] < manner[1][4:10] - 0.08).all()
    assert abs(manner[0][-5:] - manner[1][-5:]).max() < 0.04
    lower = [run.datacollector.get_model_vars_dataframe()["satisfaction"].iloc[9] for run in (short, usual)]
    assert lower[0] < lower[1] - 0.05


def test_without_a_crew_absence_changes_nothing() -> None:
    ill = Scenario({"ill": Event(absent=0.9)})
    runs = [worlds.model(100, scenario=scenario) for scenario in (ill, Scenario())]
    for run in runs:
        run.run_for(3)
    worlds.assert_same_run(*runs)
