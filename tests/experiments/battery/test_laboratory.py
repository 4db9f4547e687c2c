"""The laboratory starts where the engine starts, does what a script says, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from agents import customers as c
from agents.mind import NoMind
from agents.segments import Segments
from experiments.battery.diary import LAST_QUALITY, PUT_RIGHT, VISITS
from experiments.battery.laboratory import Laboratory
from experiments.battery.panel import FIRM_SPREAD, RIVALS, panel
from experiments.battery.room import Room
from experiments.battery.sample import Sample
from sim.baseline import Baseline
from sim.behaviour import Contractual
from sim.model import CustomerModel
from sim.people import KEY, PATIENCE, RATE
from sim.world import World
from strategies.nothing import Nothing
from tests.experiments.battery.minds import laboratory, named, sample


@pytest.mark.parametrize("name", ["integrated", "habit", "investment_model", "bayesian_learning", "none"])
def test_the_population_is_the_engines_to_the_bit(name: str) -> None:
    """Same customers, same luck, same number of encounters: every trait and state of the warmed model."""
    mind, invited = named(name), sample()
    world = World(mind, Segments(), Contractual(), warm_up=12)
    model = CustomerModel(world, invited.newcomers, Nothing(), baseline=Baseline.none(), seed=1)
    warmed = Laboratory(mind, invited).warmed()
    for column in (PATIENCE, RATE, *Segments().columns, *mind.columns):
        np.testing.assert_array_equal(warmed[column], model.table[column], err_msg=column.name)


def test_a_longer_warm_up_is_another_population() -> None:
    lab = laboratory()
    assert (lab.warmed(2)[c.SATISFACTION] != lab.warmed(12)[c.SATISFACTION]).any()
    assert lab.warmed() is lab.warmed(12)


def test_rooms_leave_the_population_alone() -> None:
    lab = laboratory()
    before = lab.warmed()[c.SATISFACTION].copy()
    lab.room("a").visit()
    np.testing.assert_array_equal(lab.warmed()[c.SATISFACTION], before)


def halves(room: Room) -> tuple[np.ndarray, np.ndarray]:
    state = room.people[c.SATISFACTION]
    return state[room.arm == 0], state[room.arm == 1]


def test_arms_differ_in_nothing_until_they_are_treated_differently() -> None:
    room = laboratory().room("arms", arms=2)
    room.visit()
    np.testing.assert_array_equal(*halves(room))
    room.visit(np.where(room.arm == 1, 0.1, 0.0).astype(np.float32))
    first, second = halves(room)
    assert (second >= first).all()
    assert (second > first).mean() > 0.95


def test_failures_happen_by_script_and_nowhere_else() -> None:
    invited = Sample(3, 400)
    room = Laboratory(named("integrated"), invited).room("script", arms=2)
    severity = (0.3 * (room.arm == 1)).astype(np.float32)
    room.visit(severity=severity, recovery=np.full(len(severity), 0.9, np.float32))
    failed = room.people[c.FAILURES].reshape(2, -1)
    remembered = Laboratory(named("integrated"), invited).warmed()[c.FAILURES]
    forgets = 1 - invited.table[c.FORGIVENESS]
    np.testing.assert_allclose(failed[0], remembered * forgets, atol=1e-6)
    np.testing.assert_allclose(failed[1], remembered * forgets + 1, atol=1e-6)
    np.testing.assert_allclose(room.people[PUT_RIGHT][room.arm == 1], 0.9, atol=1e-6)
    quality = room.people[LAST_QUALITY].reshape(2, -1)
    assert (quality[0] - quality[1]).mean() == pytest.approx(0.15, abs=0.005)  # half of the severity: one dimension


def test_two_rooms_of_one_name_may_live_different_scripts() -> None:
    """Encounters are kept by what was done in them, so a name used twice does not bring the wrong ones back."""
    lab, n = laboratory(), 600
    plain, lifted = lab.room("same name"), lab.room("same name")
    plain.visit()
    lifted.visit(np.full(n, 0.1, np.float32))
    assert (lifted.people[LAST_QUALITY] - plain.people[LAST_QUALITY]).mean() == pytest.approx(0.1, abs=0.01)


def test_those_who_stay_away_live_nothing() -> None:
    room = laboratory().room("some")
    comes = np.arange(600) < 200
    before, visits = room.people[c.SATISFACTION].copy(), room.people[VISITS].copy()
    room.visit(among=comes)
    np.testing.assert_array_equal(room.people[c.SATISFACTION][~comes], before[~comes])
    np.testing.assert_array_equal(room.people[VISITS] - visits, comes)


def test_loyalty_is_measured_from_where_the_room_stands() -> None:
    room = laboratory().room("anchored")
    z = room.lean().recommend / np.float32(0.40)
    assert float(z.mean()) == pytest.approx(0, abs=1e-3)
    assert float(z.std()) == pytest.approx(1, abs=1e-3)


def test_chances_by_nature_have_the_mean_asked_for_and_the_spread_of_the_market() -> None:
    invited = Sample(5, 20_000)
    chance = invited.base_chance(0.4).astype(float)
    market = Contractual()
    spread = np.sqrt(0.4 * 0.6 / (market.alpha + market.beta + 1))  # of a Beta with that mean
    assert chance.mean() == pytest.approx(0.4, abs=4 * spread / np.sqrt(20_000))
    assert chance.std() == pytest.approx(spread, rel=0.03)
    monthly = invited.yearly_chance(12).astype(float)
    year = 1 - (1 - monthly) ** 12
    assert year.mean() == pytest.approx(market.alpha / (market.alpha + market.beta), abs=0.006)


def test_without_a_mind_nobody_leaves_otherwise_than_by_nature() -> None:
    room = laboratory(NoMind()).room("nobody")
    room.visit()
    np.testing.assert_allclose(room.leaving(sample().base_chance(0.3)), sample().base_chance(0.3), rtol=1e-5)


def test_the_locked_in_do_not_follow_their_loyalty() -> None:
    room = laboratory("asymmetric_disconfirmation").room("market")
    nature = sample().base_chance(0.5)
    assert np.abs(room.leaving(nature, competition=1.0) - nature).mean() > 0.02
    np.testing.assert_allclose(room.leaving(nature, competition=0.0), nature, rtol=1e-5)


def test_the_panel_is_the_sample_in_four_markets() -> None:
    lab = laboratory()
    rooms = panel(lab)
    assert rooms is panel(lab)
    assert sorted(np.concatenate([room.people[KEY] for room in rooms])) == list(range(600))
    rivals = [float(room.people[c.ALTERNATIVES].mean()) for room in panel(laboratory("investment_model"))]
    assert rivals == sorted(rivals)
    assert len(rooms) == len(RIVALS)


def test_the_panels_customers_have_been_served_better_and_worse() -> None:
    """Firms differ: what one customer lived in the second half of the visits goes with the first half."""
    spread = np.concatenate([room.people[c.PERCEIVED_TECHNICAL] for room in panel(laboratory())]).std()
    alone = laboratory().warmed()[c.PERCEIVED_TECHNICAL].std()
    assert spread**2 > alone**2 + 0.3 * FIRM_SPREAD**2
