"""Named scenarios and market structures: what a command line chooses, what it adds, and what the pilot never sees."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import configs
from agents.competitors import Competitor, Competitors
from agents.mind import NoMind
from agents.staff import Team
from experiments.build import build, compose
from experiments.calibrated import Calibration, calibrate, customers_of, world_of
from experiments.pilot import solve_baseline
from experiments.study import Study
from sim.baseline import Baseline
from sim.errors import ConfigError
from sim.model import CustomerModel
from sim.scenario import USUAL, Event, Rivals, Scenario
from strategies import Nothing, Placebo
from tests.sim import worlds

NAMED = sorted(path.stem for path in (Path(configs.__path__[0]) / "scenario").glob("*.yaml"))


def study(*overrides: str) -> Study:
    return build(compose([*overrides]))


@cache
def calibration() -> Calibration:
    return calibrate(study())


def run_of(chosen: Study, weeks: int, strategy: object = None, n: int = 400) -> CustomerModel:
    """Seed 1, without a baseline."""
    world = world_of(chosen, calibration())
    model = CustomerModel(world, customers_of(chosen, calibration(), 1, n), strategy or Nothing(), seed=1)
    model.run_for(weeks)
    return model


def test_nothing_happens_unless_chosen():
    assert study().scenario == study("scenario=calm").scenario == Scenario()


@pytest.mark.parametrize("name", [name for name in NAMED if name != "calm"])
def test_a_named_scenario_moves_the_conditions_it_is_named_for(name: str):
    """As usual in week 12, something else in week 16; everything as said by its own events and nothing besides."""
    scenario = study(f"scenario={name}").scenario
    assert scenario.at(12) == USUAL
    moved = {
        field.name for field in fields(USUAL) if getattr(scenario.at(16), field.name) != getattr(USUAL, field.name)
    }
    said = {
        field.name
        for event in scenario.events.values()
        for field in fields(Event)
        if field.name not in ("start", "weeks", "ramp") and getattr(event, field.name) != field.default
    }
    assert moved == said
    assert name in scenario.events


def test_the_eight_scenarios_are_there():
    assert NAMED == [
        "calm", "competitor_entry", "crisis", "downturn", "price_war", "regulation", "staff_shortage", "technology",
    ]  # fmt: skip


def test_events_of_ones_own_come_beside_a_named_scenario():
    own = ("+scenario.events.dearer.start=10", "+scenario.events.dearer.price=0.1")
    assert study(*own).scenario == Scenario({"dearer": Event(start=10, price=0.1)})
    events = study("scenario=downturn", *own, "scenario.events.downturn.demand=-0.5").scenario.events
    assert set(events) == {"downturn", "dearer"}
    assert events["downturn"].demand == -0.5
    assert "dearer" in study("experiment=identify").scenario.events


def test_staff_can_only_be_absent_where_there_is_staff():
    assert isinstance(study("scenario=staff_shortage").crew, Team)
    with pytest.raises(ConfigError, match="there is no staff to be absent"):
        study("scenario=staff_shortage", "crew=no_crew")


def test_a_scenario_that_begins_after_the_last_week_is_refused():
    with pytest.raises(ConfigError, match="after the last week 9"):
        study("scenario=crisis", "weeks=10")


@pytest.mark.parametrize("name", NAMED)
def test_arms_of_a_named_scenario_share_their_luck(name: str):
    """400 customers, 16 weeks: a placebo differs from doing nothing in nothing but its own mark."""
    chosen = study(f"scenario={name}", "rivals=free")
    control, placebo = (run_of(chosen, 16, play) for play in (Nothing(), Placebo()))
    worlds.assert_equal(worlds.columns_of(control), worlds.columns_of(placebo), but=("treated",))


def test_market_structures_run_from_monopoly_to_free_competition():
    monopoly, oligopoly, free = (study(f"rivals={name}").rivals for name in ("monopoly", "oligopoly", "free"))
    assert study().rivals == Rivals()
    assert monopoly == Rivals(competition=0.0)
    assert oligopoly == Competitors()
    assert isinstance(free, Competitors)
    assert set(free.firms) - set(oligopoly.names) == {"challenger", "imitator"}
    assert free.firms["challenger"] == Competitor(quality=0.62, price=0.97, campaigns=3.0)
    assert monopoly.competition < oligopoly.competition < free.competition
    assert oligopoly.usual.quality == free.usual.quality == Rivals().usual.quality
    assert oligopoly.usual.price == free.usual.price == 1.0


def test_a_rival_can_be_added_changed_and_taken_away():
    firms = study(
        "rivals=oligopoly", "+rivals.firms.mine.quality=0.5", "rivals.firms.peer.price=1.1", "~rivals.firms.premium"
    )
    assert set(firms.rivals.names) == {"peer", "discounter", "mine"}
    with pytest.raises(ConfigError, match=r"Competitors\.firms has 0 rivals"):
        study("rivals=oligopoly", *(f"~rivals.firms.{name}" for name in Competitors().names))


def test_leaving_hangs_on_feelings_the_more_the_freer_the_market_is():
    """400 customers after 4 weeks: the spread of the leaning to leave grows with competition."""
    spreads = []
    for name in ("monopoly", "oligopoly", "free"):
        model = run_of(study(f"rivals={name}"), 4)
        leanings = model.mind.lean(model.table.block(0, len(model.table)), Nothing().plan(None, None), model.conditions)
        spreads.append(float(np.std(leanings.leave)))
    assert spreads[0] < spreads[1] < spreads[2]


def test_the_pilot_is_solved_without_events_and_without_moves_of_rivals():
    """Rivals who court all the time and a price war leave the baseline as it is, to the bit."""
    loud = {name: replace(firm, campaigns=26.0, poaching=2.0) for name, firm in Competitors().firms.items()}
    calm = replace(study("weeks=3"), rivals=Competitors({n: f.resting for n, f in loud.items()}))
    war = replace(calm, rivals=Competitors(loud), scenario=Scenario({"war": Event(rival_price=-0.3, poaching=1.0)}))
    one, other = (solve_baseline(chosen, calibration(), 2_000) for chosen in (calm, war))
    for field in fields(Baseline):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def test_without_minds_rivals_change_nothing_but_where_nobody_goes():
    """The standard model stays the standard model, whoever competes."""
    chosen = replace(study(), mind=NoMind())
    plain, rivals = (run_of(replace(chosen, rivals=r), 10) for r in (Rivals(), Competitors()))
    worlds.assert_equal(worlds.columns_of(plain), worlds.columns_of(rivals))


def test_a_play_that_begins_after_the_end_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"arms.over_delivery.start = 52 is after the last week 51.* weeks = 53"):
        build(compose(["arms.over_delivery.start=52"]))
    build(compose(["arms.over_delivery.start=52", "compare=[nothing,reward_program]"]))  # it takes no part


def test_customers_who_never_leave_need_a_discount() -> None:
    forever = ["market=repertoire", "population.start=cohort", "accounts.discount=0"]
    with pytest.raises(ConfigError, match=r"accounts.discount = 0 .* with market.dropout = 0"):
        build(compose(forever))
    build(compose([*forever, "market.dropout=0.05"]))
