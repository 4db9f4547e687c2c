"""Firm-initiated contact, farewells and second lives: whom they reach, what is written down, and who is left alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from agents.mind import NoMind
from sim.approach import come_back, let_go, reach
from sim.behaviour import Contractual
from sim.chance import Chance
from sim.exchange import Contacts
from sim.model import CustomerModel
from sim.people import ACTIVE, KEY, LEFT, PATIENCE, REASON, REASONS, RETURNS, START, STRAIN
from sim.plan import Plan
from sim.records import (
    CONTACTED_AT,
    CONTACTS,
    COST,
    GONE,
    KNOWN,
    OPTED_OUT,
    RETURNED,
    STATED,
)  # fmt: skip
from sim.scenario import Conditions, Event, Scenario
from sim.second_life import SecondLife
from tests.sim import worlds
from tests.sim.plays import Does, of

PRICE, DISMISSED = REASONS.index("price"), REASONS.index("dismissed")


@dataclass(frozen=True)
class Takes(NoMind):
    """Notes how it is reached; a contact has this chance to be the last, coming back this shift of its logit."""

    weary: float = 0.0
    shift: float = 0.0
    seen: list[tuple[np.ndarray, Contacts]] = field(default_factory=list)

    def reached(self, people: Any, contacts: Contacts) -> np.ndarray:
        self.seen.append((people[KEY].copy(), contacts))
        return of(len(people), self.weary)

    def reconsider(self, people: Any, plan: Plan) -> np.ndarray:
        return of(len(people), self.shift)


def crowd(n: int = 8, mind: Any = None, **parts: Any) -> CustomerModel:
    return worlds.model(people=worlds.met(n), mind=mind or Takes(), **parts)


def luck(run: CustomerModel, week: int = 0) -> Any:
    return Chance(1).at(week).rows(run.table[KEY])


def lost(n: int, week: float, why: int = PRICE, mind: Any = None, **parts: Any) -> CustomerModel:
    """A crowd who all left in this week for this reason."""
    run = crowd(n, mind, **parts)
    run.table[ACTIVE][:], run.table[LEFT][:], run.table[REASON][:] = False, week, why
    return run


def test_contacts_reach_the_active_only_as_often_and_as_kindly_as_planned():
    run = crowd(6)
    run.table[ACTIVE][[1, 4]] = False
    times, care = np.array([1, 1, 0, 2, 0, 0.5], np.float32), np.linspace(-1, 1, 6, dtype=np.float32)
    plan = Plan(contact=times, care=care, languages=0.3)
    found = reach(run.table.block(0, 6), plan, run.mind, luck(run), Conditions(languages=0.5))
    [(keys, contacts)] = run.mind.seen
    assert keys.tolist() == [0, 3, 5]
    assert contacts.times.tolist() == [1, 2, 0.5]
    np.testing.assert_array_equal(contacts.care, care[[0, 3, 5]])
    assert (contacts.news.tolist(), contacts.digital.tolist(), contacts.belonging.tolist()) == (
        [0] * 3,
        [0.5] * 3,
        [0] * 3,
    )
    assert contacts.languages == pytest.approx(0.8)
    assert found.rows.tolist() == [0, 1, 3, 5]  # the firm sent to the second, who had left, all the same
    assert found.times.tolist() == [1, 1, 2, 0.5]
    assert not found.annoyed.any()


def test_whoever_takes_part_is_reached_without_being_contacted():
    """A place in a community is no contact: the mind hears of it, the file does not."""
    run = crowd(4, Takes(weary=1.0), strategy=Does(belonging=0.5))
    run.step()
    [(keys, contacts)] = run.mind.seen
    assert (keys.tolist(), contacts.times.tolist(), contacts.belonging.tolist()) == ([0, 1, 2, 3], [0] * 4, [0.5] * 4)
    assert not run.records.crm[CONTACTS].any()
    assert (run.records.crm[CONTACTED_AT] < 0).all()
    assert not run.records.crm[OPTED_OUT].any()
    assert run.ledger.weeks[0]["contacted"].sum() == 0


def test_contacts_are_written_down_and_counted():
    run = crowd(10, strategy=Does(only=4, contact=1.5), block=3)
    run.run_for(2)
    assert run.records.crm[CONTACTS].tolist() == [3] * 4 + [0] * 6
    assert run.records.crm[CONTACTED_AT].tolist() == [1] * 4 + [-1e6] * 6
    assert [page["contacted"].sum() for page in run.ledger.weeks] == [4, 4]


@pytest.mark.parametrize("lever", [{"contact": 1.0}, {"dismiss": True}], ids=["contact", "dismiss"])
def test_the_file_does_not_betray_who_has_left_in_silence(lever: dict[str, Any]):
    """Seed 1, 300 customers, half of whom leave unseen: what was done to all looks alike for all."""
    run = worlds.model(people=worlds.met(300, rate=1.0, dropout=0.5), mind=NoMind())
    run.run_for(3)
    silent = ~run.table[ACTIVE]
    assert 50 < silent.sum() < 250
    fork = run.fork(Does(**lever))
    fork.step()
    crm = fork.records.crm
    written = CONTACTED_AT if "contact" in lever else GONE
    assert set(crm[written].tolist()) == {3.0}
    assert len(set(crm[KNOWN].tolist())) == len(set(crm[STATED].tolist())) == len(set(crm[CONTACTS].tolist())) == 1
    np.testing.assert_array_equal(fork.table[LEFT][silent], run.table[LEFT][silent])
    np.testing.assert_array_equal(fork.table[REASON][silent], run.table[REASON][silent])


def test_who_opts_out_is_left_in_peace_from_the_next_week_on():
    """Seed 1, 4,000 customers who opt out at a contact with a chance of 0.3, within 4 standard errors."""
    run = crowd(4_000, Takes(weary=0.3), strategy=Does(contact=1.0))
    run.table[PATIENCE][:] = 1e9
    run.step()
    out = run.records.crm[OPTED_OUT].copy()
    assert abs(out.mean() - 0.3) < 4 * np.sqrt(0.21 / 4_000)
    run.step()
    assert run.mind.seen[-1][0].tolist() == np.flatnonzero(~out).tolist()
    np.testing.assert_array_equal(run.records.crm[CONTACTS], 2.0 - out)


def test_regulation_caps_contacts():
    calm = Scenario({"rule": Event(start=1, contacts=2.0), "ban": Event(start=2, contacts=0.0)})
    run = crowd(3, strategy=Does(contact=5.0), scenario=calm)
    run.run_for(3)
    assert [contacts.times.tolist() for _, contacts in run.mind.seen] == [[5] * 3, [2] * 3]
    assert run.records.crm[CONTACTS].tolist() == [7, 7, 7]
    assert [page["contacted"].sum() for page in run.ledger.weeks] == [3, 3, 0]


def test_whom_the_firm_lets_go_is_gone_and_tells_everybody():
    run = crowd(5)
    run.table[ACTIVE][1] = False
    rows, said = let_go(run.table.block(0, 5), Plan(dismiss=np.array([True, True, False, False, True])), 7)
    assert rows.tolist() == said.rows.tolist() == said.left.tolist() == [0, 4]
    assert (said.attitude < 0).all()
    assert (said.feeling < 0).all()
    assert run.table[ACTIVE].tolist() == [False, False, True, True, False]
    assert run.table[LEFT][rows].tolist() == [7, 7]
    assert run.table[REASON].tolist() == [DISMISSED, 0, 0, 0, DISMISSED]
    assert np.isnan(run.table[LEFT][1])


def test_a_farewell_is_booked_written_down_and_final():
    """Who is let go buys no more, the week included; three of six, in two blocks."""
    run = worlds.model(
        people=worlds.met(6, rate=50.0, dropout=1e-6), mind=NoMind(), block=2, strategy=Does(3, dismiss=1)
    )
    run.run_for(2)
    crm, page = run.records.crm, run.ledger.weeks[0]
    assert crm[KNOWN].tolist() == run.table[ACTIVE].tolist() == [False] * 3 + [True] * 3
    assert crm[GONE][:3].tolist() == [0] * 3
    assert crm[STATED].tolist() == [DISMISSED] * 3 + [0] * 3
    assert np.isnan(crm[GONE][3:]).all()
    assert (page["left"].sum(), page["dismissed"].sum(), page["encounters"].sum()) == (3, 3, 3)
    assert run.ledger.weeks[1]["dismissed"].sum() == 0  # nobody is let go twice
    assert [gone.tolist() for gone, _ in run.moves] == [[0, 1, 2], []]


@pytest.mark.parametrize("shift", [-2.0, 0.0, 3.0])
def test_as_many_come_back_as_the_ease_and_the_shift_say(shift: float):
    """Seed 1, 20,000 leavers: logit(0.1) + shift, within 4 standard errors."""
    run = lost(20_000, 3.0, mind=Takes(shift=shift), second_life=SecondLife(0.1))
    plan, chance = Plan(invite=of(20_000, 1)), 1 / (1 + 9 * np.exp(-shift))
    back = come_back(run.table.block(0, 20_000), plan, run.world, luck(run, 5), 5)
    assert abs(len(back) / 20_000 - chance) < 4 * np.sqrt(chance * (1 - chance) / 20_000)


def test_a_second_life_begins_anew():
    run = lost(2_000, 3.0, mind=Takes(), second_life=SecondLife(0.5))
    run.table[STRAIN][:], run.table[PATIENCE][:], run.table[RETURNS][:] = 2.0, 1.5, 1
    before = worlds.columns_of(run)["patience"].copy()
    back = come_back(run.table.block(0, 2_000), Plan(welcome=of(2_000, 4)), run.world, luck(run, 5), 5)
    again, stay = np.isin(np.arange(2_000), back), run.table
    np.testing.assert_array_equal(stay[ACTIVE], again)
    np.testing.assert_array_equal(stay[RETURNS], 1 + again)
    np.testing.assert_array_equal(stay[STRAIN], np.where(again, 0, 2))
    np.testing.assert_array_equal(stay[START][again], 5)
    assert np.isnan(stay[LEFT][again]).all()
    assert (stay[LEFT][~again] == 3).all()
    assert (stay[REASON] == PRICE).all()  # why they left the last time
    np.testing.assert_array_equal(stay[PATIENCE][~again], before[~again])
    new = stay[PATIENCE][again].astype(float)
    assert abs(new.mean() - 1) < 4 / np.sqrt(len(new))  # Exp(1), seed 1, about 1,000 of them, 4 standard errors


@pytest.mark.parametrize(
    ("left", "asked"),
    [(np.nan, 1.0), (5.0, 1.0), (5.6, 1.0), (3.0, 0.0)],
    ids=["unborn", "today", "later", "not asked"],
)
def test_nobody_else_comes_back(left: float, asked: float):
    """Who has not left, or not before this week, or is not asked; where nobody ever comes back; without such a plan."""
    run = lost(50, left, second_life=SecondLife(1.0))
    people, draws = run.table.block(0, 50), luck(run, 5)
    assert not len(come_back(people, Plan(invite=of(50, asked), welcome=of(50, asked)), run.world, draws, 5))
    never = lost(50, 3.0, second_life=SecondLife(0.0))
    assert not len(come_back(never.table.block(0, 50), Plan(invite=of(50, 1)), never.world, luck(never, 5), 5))
    assert not len(come_back(people, Plan(), run.world, luck(run, 5), 5))
    active = crowd(50, second_life=SecondLife(1.0))
    assert not len(come_back(active.table.block(0, 50), Plan(invite=of(50, 1)), active.world, luck(active, 5), 5))


def test_a_return_is_paid_for_booked_and_written_down():
    """Contracts of 4 weeks, all lost in week 0, all back in week 1 at 6 each; due again in week 5, not before."""
    market = Contractual(period=4, fee=100.0)
    people = worlds.met(9, behaviour=market, start=-4.0, dropout=1 - 1e-6)
    parts = {"behaviour": market, "mind": NoMind(), "second_life": SecondLife(1.0), "block": 4}
    run = worlds.model(people=people, **parts)
    run.step()
    assert not run.table[ACTIVE].any()
    assert (~run.records.crm[KNOWN]).all()
    assert (run.records.crm[GONE] == 0).all()
    fork = run.fork(Does(welcome=6.0))
    fork.table[PATIENCE][:] = 0.0
    fork.step()
    crm, page = fork.records.crm, fork.ledger.weeks[1]
    assert fork.table[ACTIVE].all()
    assert crm[KNOWN].all()
    assert np.isnan(crm[GONE]).all()
    assert set(crm[RETURNED].tolist()) == {1}
    assert set(crm[COST].tolist()) == {6.0}
    assert (page["returned"].sum(), page["cost: plan"].sum(), fork.ledger.spent["plan"]) == (9, 54, 54)
    assert page["renewed"].sum() == page["left"].sum() == 0
    fork.table[PATIENCE][:] = 1e9
    fork.run_for(4)
    assert [page["renewed"].sum() for page in fork.ledger.weeks] == [0, 0, 0, 0, 0, 9]
    assert [sorted(back.tolist()) for _, back in fork.moves] == [[], list(range(9)), [], [], [], []]
