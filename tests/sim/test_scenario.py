"""Conditions of a week: events begin, grow, end and add up; prices multiply; rivals and public image do as said."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.mind import NoMind
from sim.chance import Chance, Draws
from sim.errors import ParameterError
from sim.exchange import Encounters
from sim.ledger import Accounts
from sim.market import Arrivals
from sim.model import CustomerModel
from sim.people import BASKET
from sim.plan import Plan
from sim.records import CONTACTS, PURCHASES
from sim.scenario import USUAL, Conditions, Event, Reputation, Rivals, Scenario
from sim.service import Service
from sim.table import Table
from sim.view import View
from tests.sim import worlds

SHIFTS = ("technical", "functional", "failure", "recovery", "promise", "rival")


def delivered(conditions: Conditions, n: int = 20_000, **service: float) -> Encounters:
    """Seed 5."""
    people = Table([BASKET], n).block(0, n)
    luck = Chance(5).at(0).rows(np.arange(n, dtype=np.uint64))
    return Service(**service).deliver(people, Plan(), luck, conditions)


@dataclass(frozen=True)
class Calling:
    """Two contacts a week for everybody."""

    def plan(self, view: View, draws: Draws) -> Plan:
        return Plan(contact=np.full(len(view), 2, np.float32))


def run_under(scenario: Scenario, weeks: int = 8, **parts: Any) -> CustomerModel:
    run = worlds.model(**{"people": worlds.met(600), "scenario": scenario, **parts})
    run.run_for(weeks)
    return run


@pytest.mark.parametrize(
    ("event", "sizes"),
    [
        (Event(start=2, weeks=3), [0, 0, 1, 1, 1, 0, 0]),
        (Event(start=1, weeks=5, ramp=4), [0, 0.25, 0.5, 0.75, 1, 1, 0]),
        (Event(start=0, weeks=2, ramp=4), [0.25, 0.5, 0, 0, 0, 0, 0]),
        (Event(start=6), [0, 0, 0, 0, 0, 0, 1]),
    ],
    ids=["at once", "in four weeks", "over before it is full", "for ever"],
)
def test_an_event_begins_grows_and_ends(event: Event, sizes: list[float]):
    assert [event.size(week) for week in range(7)] == sizes


@given(
    st.builds(Event, start=st.integers(0, 50), weeks=st.integers(1, 50), ramp=st.integers(1, 50)), st.integers(-5, 120)
)
def test_an_event_grows_until_it_ends(event: Event, week: int):
    assert 0 <= event.size(week) <= 1
    if event.size(week + 1) < event.size(week):
        assert week + 1 == event.start + event.weeks


@pytest.mark.parametrize("name", SHIFTS)
def test_each_lever_moves_its_own_condition_by_its_size(name: str):
    conditions = Scenario({"one": Event(start=3, ramp=2, **{name: -0.1})}).at(3)
    assert conditions.rivals == USUAL.rivals
    for field in (field for field in fields(Conditions) if field.name != "rivals"):
        moved = -0.05 if field.name == name else 0.0
        assert getattr(conditions, field.name) == pytest.approx(getattr(USUAL, field.name) + moved), field.name


def test_without_events_or_before_them_all_is_as_usual():
    usual = Conditions(rival=0.4, competition=0.3, brand=0.9)
    assert Scenario().at(7, usual) is usual
    assert Scenario({"later": Event(start=8, price=0.5, technical=-0.3)}).at(7, usual) == usual


def test_events_add_up_and_prices_multiply():
    events = {
        "decline": Event(technical=-0.1),
        "repair": Event(start=2, weeks=1, technical=0.04, failure=-0.02),
        "inflation": Event(price=0.10),
        "levy": Event(start=2, ramp=2, price=0.50),
    }
    early, late = (Scenario(events).at(week) for week in (0, 2))
    assert (early.technical, early.failure, early.price) == pytest.approx((-0.1, 0.0, 1.1))
    assert (late.technical, late.failure, late.price) == pytest.approx((-0.06, -0.02, 1.1 * 1.25))
    reverse = Scenario(dict(reversed(events.items()))).at(2)
    assert reverse.price == pytest.approx(late.price, rel=1e-15)


def test_an_event_acts_on_top_of_what_is_usual():
    conditions = Scenario({"one": Event(rival=0.1, price=0.2)}).at(0, Conditions(price=1.5, rival=0.4, brand=0.6))
    assert (conditions.rival, conditions.price, conditions.brand) == pytest.approx((0.5, 1.8, 0.6))


def test_demand_poaching_and_brand_are_shifts_and_a_rivals_price_multiplies():
    events = {"a": Event(demand=-0.2, poaching=0.3, brand=-0.2, rival_price=-0.2), "b": Event(poaching=0.1, brand=-0.6)}
    now = Scenario(events).at(0, Conditions(rival_price=0.9, brand=0.7, poaching=0.1))
    assert (now.demand, now.poaching, now.rival_price) == pytest.approx((-0.2, 0.5, 0.72))
    assert now.brand == 0.0  # no image is worse than none


def test_absences_add_up_as_chances_and_the_strictest_rule_on_contacts_holds():
    events = {"flu": Event(absent=0.2), "strike": Event(start=2, ramp=2, absent=0.5), "law": Event(start=2, contacts=1)}
    early, late = (Scenario({**events, "stricter": Event(start=9, contacts=0)}).at(week) for week in (0, 2))
    assert (early.absent, early.contacts) == pytest.approx((0.2, 100))
    assert (late.absent, late.contacts) == pytest.approx((1 - 0.8 * 0.75, 1))


@pytest.mark.parametrize(
    ("name", "value"), [("poaching", -0.1), ("absent", 1.0), ("contacts", -1), ("rival_price", -1.0), ("demand", 9.0)]
)
def test_what_no_event_can_be_is_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"Event\.{name}"):
        Event(**{name: value})


def test_demand_multiplies_everybodys_purchases():
    """2,000 customers without minds, 10 weeks, the same luck: within 4 standard errors of a factor of exp(-0.5)."""
    low, usual = (
        worlds.model(people=worlds.met(2_000, dropout=1e-6), scenario=Scenario(events), mind=NoMind())
        for events in ({"downturn": Event(demand=-0.5)}, {})
    )
    for run in (low, usual):
        run.run_for(10)
    less, all_of_them = (run.records.crm[PURCHASES].astype(float) - 1 for run in (low, usual))
    off = less - np.exp(-0.5) * all_of_them
    assert abs(off.mean()) < 4 * off.std() / np.sqrt(len(off))
    assert (less <= all_of_them).all()


def test_a_scandal_keeps_newcomers_away():
    """2,000 arrivals a year, pull 2: an image 0.3 worse leaves exp(-0.6) of them, within 4 standard errors."""
    arrivals, people = Arrivals(organic=2_000), worlds.met(50)
    scandal, usual = (
        run_under(Scenario(events), 20, arrivals=arrivals, people=people)
        for events in ({"scandal": Event(brand=-0.3)}, {})
    )
    came = [len(run.table) - 50 for run in (scandal, usual)]
    assert abs(came[0] - np.exp(-0.6) * came[1]) < 4 * np.sqrt(came[0])


def test_a_law_against_contacts_is_kept():
    """A play that contacts everybody twice a week."""
    law = Scenario({"law": Event(start=2, contacts=0), "limit": Event(contacts=1)})
    run = worlds.model(people=worlds.met(200), strategy=Calling(), scenario=law, mind=NoMind())
    run.run_for(5)
    assert (run.records.crm[CONTACTS] == 2).all()


@pytest.mark.parametrize(("shift", "rival"), [(0.9, 1.0), (-0.9, 0.0)])
def test_a_rival_is_no_better_than_perfect_and_no_worse_than_worthless(shift: float, rival: float):
    assert Scenario({"one": Event(rival=shift)}).at(0).rival == rival


@given(st.lists(st.floats(-0.9, 10), max_size=5), st.integers(1, 8))
def test_a_price_is_always_above_zero(changes: list[float], ramp: int):
    events = {str(at): Event(ramp=ramp, price=change) for at, change in enumerate(changes)}
    assert Scenario(events).at(3).price > 0


@pytest.mark.parametrize(
    ("name", "value"), [("start", -1), ("weeks", 0), ("ramp", 0), ("price", -0.95), ("technical", 1.5), ("failure", -2)]
)
def test_an_event_out_of_range_is_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"Event\.{name}"):
        Event(**{name: value})


def test_service_delivers_under_the_conditions():
    """Seed 5, 20,000 encounters: the same luck on other levels; a failure's chance within 4 standard errors."""
    plain, worse = delivered(USUAL), delivered(Conditions(technical=-0.05, functional=-0.1, promise=0.1, rival=0.8))
    inside = (plain.technical > 0.05) & (plain.technical < 1)
    np.testing.assert_allclose(worse.technical[inside], plain.technical[inside] - 0.05, atol=1e-6)
    inside = (plain.functional > 0.1) & (plain.functional < 1)
    np.testing.assert_allclose(worse.functional[inside], plain.functional[inside] - 0.1, atol=1e-6)
    assert worse.promised == pytest.approx(plain.promised + 0.1)
    assert worse.rival == 0.8
    often = delivered(Conditions(failure=0.16)).failure > 0
    assert abs(often.mean() - 0.20) < 4 * np.sqrt(0.2 * 0.8 / len(often))
    assert often[plain.failure > 0].all()


def test_levels_beyond_0_and_1_are_cut_off():
    none, sure = delivered(Conditions(failure=-1.0)), delivered(Conditions(failure=1.0, recovery=-1.0, promise=1.0))
    assert not none.failure.any()
    assert none.recovery is None
    assert (sure.failure > 0).all()
    assert sure.promised == 1
    assert sure.recovery is not None
    assert sure.recovery.max() < 0.2


def test_the_calendar_is_the_same_in_all_arms_and_holds_in_its_weeks_only():
    scenario = Scenario({"strike": Event(start=3, weeks=2, failure=1.0)})
    struck, plain = run_under(scenario, 3), run_under(Scenario(), 3)
    worlds.assert_same_run(struck, plain)
    for run in (struck, plain):
        run.run_for(2)
    assert struck.recorder.value("satisfaction") < plain.recorder.value("satisfaction") - 0.02
    assert struck.world.conditions(5, struck.society.image) == plain.world.conditions(5, plain.society.image)


def test_a_higher_price_is_all_margin_and_moves_nobody_without_a_mind():
    """Revenue is a quarter more; the goods cost what they cost before."""
    dear, usual = (run_under(Scenario(events), mind=NoMind()) for events in ({"rise": Event(price=0.25)}, {}))
    accounts = Accounts(margin=0.3)
    for week in range(8):
        before, now = (run.ledger.value("revenue", accounts, week) for run in (usual, dear))
        assert now == pytest.approx(1.25 * before, rel=1e-5)
        assert dear.ledger.value("margin", accounts, week) == pytest.approx(0.3 * before + 0.25 * before, rel=1e-5)
        assert dear.ledger.value("purchases", accounts, week) == usual.ledger.value("purchases", accounts, week)


def test_a_rebate_comes_out_of_the_margin():
    cheap, usual = (run_under(Scenario(events), mind=NoMind()) for events in ({"sale": Event(price=-0.2)}, {}))
    accounts = Accounts(margin=0.3)
    before = usual.ledger.value("revenue", accounts)
    assert cheap.ledger.value("margin", accounts) == pytest.approx(0.1 * before, rel=1e-5)


def test_customers_who_mind_a_price_buy_less_and_leave_more():
    """600 customers, 20 weeks, a price half again as high."""
    dear, usual = (run_under(Scenario(events), weeks=20) for events in ({"rise": Event(price=0.5)}, {}))
    frames = [run.datacollector.get_model_vars_dataframe() for run in (dear, usual)]
    bought, left = ([frame[name].sum() for frame in frames] for name in ("purchases", "left"))
    assert bought[0] < 0.9 * bought[1]
    assert left[0] > 1.2 * left[1]


def test_where_customers_are_locked_in_neither_loyalty_nor_mood_counts_in_leaving():
    run = worlds.model(people=worlds.met(300), rivals=Rivals(competition=0.0))
    actors, mind = run.table.block(0, 300), run.mind
    locked, half, free = (mind.lean(actors, Plan(), Conditions(competition=c)).leave for c in (0.0, 0.5, 1.0))
    assert run.conditions.competition == 0
    assert not locked.any()
    np.testing.assert_allclose(half, free / 2, atol=1e-6)
    assert free.std() > 0.02


def test_public_image_is_a_running_mean_of_what_is_told():
    reputation = Reputation(start=0.7, memory=0.25)
    assert reputation.after(0.7, 0.5) == pytest.approx(0.65)
    assert reputation.after(0.6, 0.6) == pytest.approx(0.6)
    image = 0.7
    for _ in range(60):
        image = reputation.after(image, 0.4)
    assert image == pytest.approx(0.4, abs=1e-6)


def test_a_better_image_attracts_as_said():
    reputation = Reputation(start=0.7, pull=2.0)
    assert reputation.attraction(0.7) == 1
    assert reputation.attraction(0.8) == pytest.approx(np.exp(0.2))
    assert reputation.attraction(0.6) == pytest.approx(1 / reputation.attraction(0.8))
    assert Reputation(pull=0.0).attraction(0.1) == 1
