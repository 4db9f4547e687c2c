"""Staff: neutral in ordinary weeks, better when trained and paid, worse when overloaded; customers notice it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import mesa
import numpy as np
import pytest

from agents.mind import NoMind
from agents.staff import Floor, Member, Team
from experiments.build import build, compose
from experiments.calibrated import calibrate, customers_of, world_of
from experiments.pilot import solve_baseline
from sim.chance import Chance
from sim.errors import ParameterError
from sim.model import CustomerModel
from sim.plan import Plan
from sim.records import SERVED_BY
from sim.scenario import Conditions
from sim.service import Service
from strategies import Nothing
from tests.sim import worlds
from tests.strategies.views import luck

STEADY = Service(spread=0.0, failure=0.0)


@dataclass(frozen=True)
class Levers:
    """A firm that moves levers of staff from one week on, and back again."""

    training: float = 0.0
    incentive: float = 0.0
    crew: float = 0.0
    culture: float = 0.0
    weeks: int = 1_000

    def plan(self, view: object, draws: object) -> Plan:
        if view.week >= self.weeks:
            return Plan()
        return Plan(training=self.training, incentive=self.incentive, crew=self.crew, culture=self.culture)


def floor(team: Team, traffic: float = 100.0, seed: int = 1) -> Floor:
    """A team in a model of its own."""
    return Floor(team, mesa.Model(rng=seed), traffic, Chance(seed).life())


def work(staff: Floor, weeks: int, came: float = 100.0, plan: Plan | None = None, absent: float = 0.0) -> Floor:
    """Weeks in which so many customers come."""
    for _ in range(weeks):
        here = Chance(1).at(len(staff.history))
        staff.open(plan or Plan(), Conditions(absent=absent), here)
        staff.close(came, here)
    return staff


def series(staff: Floor, name: str) -> np.ndarray:
    return np.array([getattr(week, name) for week in staff.history])


def busy(strategy: object = None, weeks: int = 8, team: Team | None = None, **parts: object) -> CustomerModel:
    """1,500 customers who come often and stay, served by staff."""
    people = worlds.met(1_500, rate=1.0, dropout=1e-6)
    run = worlds.model(people=people, strategy=strategy or Nothing(), crew=team or Team(), **parts)
    run.run_for(weeks)
    return run


def lift(name: str, run: CustomerModel, other: CustomerModel) -> float:
    """Difference of a column of the same customers in standard errors."""
    off = run.customers.get(name).astype(float) - other.customers.get(name).astype(float)
    return float(off.mean() / (off.std() / np.sqrt(len(off)) + 1e-12))


def test_staff_are_mesa_agents_of_the_model() -> None:
    run = worlds.model(50, crew=Team(heads=7))
    assert {type(agent) for agent in run.agents} == {Member}
    assert len(run.agents) == 7
    assert run.agents.agg("morale", np.mean) == pytest.approx(0.6)
    assert all(agent.model is run for agent in run.agents)


def test_a_team_begins_where_it_makes_no_difference() -> None:
    """Mean shift and mood zero, load usual; members differ."""
    staff = floor(Team())
    manner = [member.manner(staff.team) for member in staff.members]
    assert np.mean(manner) == pytest.approx(0, abs=1e-9)
    assert np.std(manner) > 0.005
    served = staff.serve(luck(1_000))
    assert not served.mood.any()
    assert set(served.by.tolist()) == set(range(1, 21))


def test_usual_skill_is_where_turnover_lets_skill_settle() -> None:
    """400 members, a mean of weeks 50-100 within 4 standard errors of one week's; it starts there too."""
    team = Team(heads=400, turnover=2.0)
    staff = work(floor(team), 100)
    skill = series(staff, "skill")
    assert skill[0] == pytest.approx(team.usual_skill, abs=1e-6)
    lacking = float(np.std([member.skill for member in staff.members])) / np.sqrt(team.heads)
    assert skill[50:].mean() == pytest.approx(team.usual_skill, abs=4 * lacking)
    assert team.usual_skill < team.skill - 0.03
    assert Team(turnover=0.0).usual_skill == 0.7
    quits, expected = series(staff, "quit").mean() / team.heads, team.leaves(team.morale)
    assert quits == pytest.approx(expected, abs=4 * np.sqrt(expected / (100 * team.heads)))


def test_training_raises_skill_and_capital_and_wears_off() -> None:
    """4 hours a week for a year, then none for four: skill rises towards its ceiling and comes back."""
    plain = work(floor(Team(turnover=0.0)), 252)
    taught = work(work(floor(Team(turnover=0.0)), 52, plan=Plan(training=4.0)), 200)
    gain = series(taught, "skill") - series(plain, "skill")
    assert (np.diff(gain[:20]) > 0).all()
    assert gain[51] > 0.15
    assert 0 < gain[-1] < 0.25 * gain[51]
    assert series(taught, "capital")[51] > series(plain, "capital")[51] + 0.2
    assert series(taught, "functional")[52] > series(plain, "functional")[52] + 0.03


def test_training_takes_hours_off_the_floor_at_first_and_skill_makes_up_for_it() -> None:
    """A quarter of the week trained, once the usual load is at the limit: worse service first, better later."""
    team = Team(load=0.95, turnover=0.0, adapts=0.0)
    plain, taught = work(floor(team), 60), work(floor(team), 60, plan=Plan(training=10.0))
    load, manner = (series(taught, name) - series(plain, name) for name in ("load", "functional"))
    assert load[0] > 0.25
    assert load[40] < 0.6 * load[0]
    assert manner[1] < -0.03
    assert manner[-1] > 0.01


def test_incentives_raise_morale_within_weeks_and_stopping_ends_it() -> None:
    paid = work(work(floor(Team(turnover=0.0)), 30, plan=Plan(incentive=0.1)), 30)
    morale = series(paid, "morale")
    assert morale[1] == pytest.approx(0.6 + 0.15 * 0.1)
    assert morale[30] == pytest.approx(0.7, abs=0.005)
    assert morale[-1] == pytest.approx(0.6, abs=0.005)
    assert paid.history[30].functional == pytest.approx(0.2 * 0.1, abs=0.003)


def test_culture_grows_slowly_and_carries_morale_after_it() -> None:
    grown = work(floor(Team(turnover=0.0)), 104, plan=Plan(culture=1.0))
    culture, morale = series(grown, "culture"), series(grown, "morale")
    assert culture[1] == pytest.approx(0.5 + 0.02 * 0.5)
    assert (np.diff(culture) > 0).all()
    assert culture[-1] < 1
    assert morale[12] - 0.6 < 0.25 * (morale[-1] - 0.6)


def test_overload_lowers_service_and_morale_and_drives_staff_out() -> None:
    """200 members, twice the usual traffic for a year without more capacity: all fall, and more quit than usual."""
    team = Team(heads=200, adapts=0.0)
    usual, crowded = work(floor(team), 52), work(floor(team), 52, came=200.0)
    assert crowded.history[1].load == pytest.approx(1.6, rel=0.01)
    assert crowded.history[1].functional == pytest.approx(usual.history[1].functional - 0.3 * 0.6, abs=0.02)
    assert crowded.history[-1].morale < usual.history[-1].morale - 0.25
    assert series(crowded, "quit").sum() > 1.5 * series(usual, "quit").sum()
    assert crowded.history[-1].skill < usual.history[-1].skill


def test_up_to_capacity_load_does_not_spoil_service() -> None:
    staff = floor(Team(willing=0.0, turnover=0.0, adapts=0.0))
    assert work(staff, 3, came=124.0).history[-1].functional == pytest.approx(0, abs=1e-6)
    assert work(staff, 3, came=150.0).history[-1].functional < -0.05


def test_capacity_follows_traffic() -> None:
    staff = work(floor(Team(turnover=0.0)), 150, came=180.0)
    assert staff.history[0].load > 1.4
    assert staff.history[-1].load == pytest.approx(0.8, abs=0.01)


def test_psychological_capital_buffers_strain() -> None:
    """The same overload costs members rich in hope and resilience less morale."""
    staff = work(floor(Team(turnover=0.0, adapts=0.0, spread=0.2)), 30, came=180.0)
    capital = np.array([member.capital for member in staff.members])
    morale = np.array([member.morale for member in staff.members])
    assert np.corrcoef(capital, morale)[0, 1] > 0.99


def test_a_replacement_is_a_novice_and_another_person() -> None:
    staff = floor(Team(turnover=10.0))
    before = {member.place: member for member in staff.members}
    work(staff, 1)
    new = [member for member in staff.members if member.ordinal == 1]
    assert len(new) == staff.history[0].quit > 0
    for member in new:
        assert member.lack == 0.3
        assert member.talent != before[member.place].talent
        assert member.number > 20
    assert len(staff.model.agents) == 20


def test_more_hands_are_novices_and_ease_the_load() -> None:
    staff = work(floor(Team(turnover=0.0)), 2, plan=Plan(crew=0.5))
    assert (staff.history[0].heads, len(staff.model.agents)) == (30, 30)
    assert staff.history[0].load == pytest.approx(0.8 / 1.5, rel=0.06)
    assert [member.lack > 0.25 for member in staff.members[20:]] == [True] * 10
    assert staff.history[0].skill < 0.62
    work(staff, 1)
    assert len(staff.model.agents) == 20
    work(staff, 1, plan=Plan(crew=-1.0), absent=0.95)
    assert (staff.history[-1].heads, staff.history[-1].on_duty) == (1, 1)  # somebody is always there


def test_customers_of_the_able_are_more_satisfied() -> None:
    """Members differ much: judged better where the server's manner is, by more than 4 standard errors (0.1)."""
    run = busy(weeks=1, team=Team(spread=0.2, able=1.0), service=STEADY)
    manner = {m.number: m.manner(run.crew.team) for m in run.agents}
    came = run.records.crm[SERVED_BY] > 0
    theirs = np.array([manner[number] for number in run.records.crm[SERVED_BY][came]])
    judged = run.customers.get("satisfaction_last")[came]
    assert np.corrcoef(theirs, judged)[0, 1] > 0.5


def test_morale_is_caught_by_customers() -> None:
    """Paired with no incentive, staff's skill and morale making no quality: valence is higher by over 4 errors."""
    team = Team(able=0, willing=0, overloaded=0)
    paid, plain = busy(Levers(incentive=0.3), team=team), busy(team=team)
    assert lift("valence", paid, plain) > 4
    silent = replace(team, shows=0)
    assert lift("valence", busy(Levers(incentive=0.3), team=silent), busy(team=silent)) == 0


def test_cutting_staff_costs_satisfaction() -> None:
    """Half the staff gone, 8 weeks: satisfaction, trust and loyalty fall, each by over 4 paired standard errors."""
    cut, plain = busy(Levers(crew=-0.5)), busy()
    for name in ("satisfaction", "benevolence", "loyalty"):
        assert lift(name, cut, plain) < -4, name


def test_a_fork_has_staff_of_its_own_and_the_same_luck() -> None:
    run = worlds.model(300, crew=Team(turnover=5.0))
    run.run_for(4)
    twin, trained = run.fork(Nothing()), run.fork(Levers(training=5.0))
    assert {id(member) for member in run.agents}.isdisjoint(id(member) for member in twin.agents)
    assert all(member.model is twin for member in twin.agents)
    trained.run_for(6)
    assert run.week == len(run.crew.history) == 4
    run.run_for(6)
    twin.run_for(6)
    worlds.assert_same_run(run, twin)
    assert run.crew.history == twin.crew.history
    assert trained.crew.history[:4] == run.crew.history[:4]
    assert trained.crew.history[-1].skill > run.crew.history[-1].skill


def test_the_same_person_holds_a_job_in_every_arm() -> None:
    """Whoever is the n-th to hold a job has the same talent, however many were hired elsewhere before."""
    arms = [worlds.model(200, crew=Team(turnover=8.0), strategy=play) for play in (Nothing(), Levers(crew=0.5))]
    for arm in arms:
        arm.run_for(8)
    talents = [{(m.place, m.ordinal): m.talent for m in arm.agents if m.ordinal} for arm in arms]
    shared = talents[0].keys() & talents[1].keys()
    assert len(shared) > 5
    assert all(talents[0][who] == talents[1][who] for who in shared)


@pytest.mark.parametrize(
    ("name", "value"), [("heads", 0), ("heads", 2.5), ("load", 1.2), ("skill", -0.1), ("turnover", -1.0), ("able", 3.0)]
)
def test_bad_values_are_refused(name: str, value: float) -> None:
    with pytest.raises(ParameterError, match=rf"Team\.{name}"):
        Team(**{name: value})


def test_idle_hands_are_no_happier_than_those_with_a_little_time() -> None:
    team = Team(turnover=0.0, adapts=0.0, spread=0.0)
    little, nothing = (work(floor(team), 60, came=came).history[-1].morale for came in (70.0, 0.0))
    assert 0.6 < little == pytest.approx(nothing)


@pytest.mark.slow
def test_control_with_staff_stays_with_the_standard_model() -> None:
    """20,000 customers of the CDNOW log, seed 77, 40 weeks, a pilot of 10,000: leavers and purchases within 3%.

    Customers and luck are the same on both sides. The pilot lives with staff, too, so what its ordinary weeks do to
    load and morale is in the baseline.
    """
    study = replace(build(compose(["crew=team", "weeks=40"])), arms={"nothing": Nothing()})
    calibration = calibrate(study)
    baseline = solve_baseline(study, calibration, 10_000)
    world, someone = world_of(study, calibration), customers_of(study, calibration, 77, 20_000)
    ours = CustomerModel(world, someone, Nothing(), baseline=baseline, seed=77)
    standard = CustomerModel(replace(world, mind=NoMind()), someone, Nothing(), seed=77)
    for run in (ours, standard):
        run.run_for(40)
    assert len(ours.agents) == 20
    for line in ("left", "purchases"):
        with_staff, without_minds = (sum(page[line].sum() for page in run.ledger.weeks) for run in (ours, standard))
        assert with_staff == pytest.approx(without_minds, rel=0.03), line
