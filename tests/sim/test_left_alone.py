"""Customers whom the firm does not approach live as ever; friends of those let go hear of it; blocks never show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agents.customers import FRIENDS_LEFT, HEARD
from agents.mind import Mind
from agents.theories.loyalty import Integrated
from sim.approach import let_go, reach
from sim.chance import Chance
from sim.network import WattsStrogatz
from sim.people import KEY, RETURNS
from sim.plan import Plan
from sim.records import CONTACTS
from sim.scenario import USUAL, Reputation
from sim.second_life import SecondLife
from tests.sim import worlds
from tests.sim.plays import Does


class LetsGo:
    """Lets these go, week by week."""

    def __init__(self, rounds: list[np.ndarray]) -> None:
        self.rounds = rounds

    def plan(self, view: Any, draws: Any) -> Plan:
        return Plan(dismiss=self.rounds[view.week])


def test_nothing_happens_without_such_a_plan():
    """A plan of zeros is no plan: to the bit the same records, books and states; nobody was reached."""
    n = {"contact": 0.0, "belonging": 0.0, "invite": 0.0, "welcome": 0.0, "care": 1.0, "news": 1.0}
    quiet, zeros = (worlds.model(people=worlds.met(300), strategy=play) for play in (None, Does(0, dismiss=1, **n)))
    for run in (quiet, zeros):
        run.run_for(8)
    worlds.assert_same_run(quiet, zeros)
    assert not quiet.records.crm[CONTACTS].any()
    assert not quiet.table[RETURNS].any()
    people, draws = quiet.table.block(0, 300), Chance(1).at(9).rows(quiet.table[KEY])
    assert reach(people, Plan(), quiet.mind, draws, USUAL) is None
    rows, said = let_go(people, Plan(), 3)
    assert (len(rows), said) == (0, None)


@pytest.mark.parametrize("mind", [Mind(), Mind(intention=Integrated(hold=1.0))], ids=["default", "holds more"])
def test_customers_who_are_left_alone_live_the_same_life(mind: Mind):
    """Seed 1, forks after 5 weeks: 100 of 300 are contacted, let go or asked back; the others' lives are the same bits.

    Without friends, and where nobody's talk moves the firm's image.
    """
    start = worlds.model(people=worlds.met(300), mind=mind, reputation=Reputation(memory=0.0))
    start.run_for(5)
    base = start.fork(start.strategy)
    base.run_for(15)
    for levers in ({"contact": 3.0, "care": -0.5}, {"contact": 1.0, "care": 1.0, "invite": 1.0}, {"dismiss": True}):
        fork = start.fork(Does(100, **levers))
        fork.run_for(15)
        one, two = worlds.columns_of(base), worlds.columns_of(fork)
        worlds.assert_equal({k: v[100:] for k, v in one.items()}, {k: v[100:] for k, v in two.items()})
        assert any((one[name][:100] != two[name][:100]).any() for name in ("loyalty", "active"))


def test_friends_of_those_let_go_hear_of_it():
    """Seed 1, 200 customers in a small world, who tell nothing else: friends lose one and hear no good."""
    silent = Integrated(talk=0.0, stirred=0.0)
    run = worlds.model(people=worlds.met(200, rate=1e-6), mind=Mind(intention=silent), network=WattsStrogatz())
    run.step()
    fork, control = run.fork(Does(5, dismiss=True)), run.fork(run.strategy)
    for arm in (fork, control):
        arm.step()
    bereft = fork.table[FRIENDS_LEFT] > 0
    assert 5 < bereft.sum() < 100
    np.testing.assert_array_equal(fork.table[HEARD] < 0, bereft)
    assert not control.table[FRIENDS_LEFT].any()
    assert not control.table[HEARD].any()


def test_blocks_never_show_in_the_image_when_some_are_let_go():
    """Seed 1, 300 customers in a small world, 3 let go every week: they tell, in other turns in blocks of 23."""
    rounds = [np.arange(300) % 100 == week for week in range(12)]
    whole, cut = (
        worlds.model(people=worlds.met(300), strategy=LetsGo(rounds), network=WattsStrogatz(), block=block)
        for block in (300, 23)
    )
    for _ in rounds:
        whole.step()
        cut.step()
        assert whole.society.image == cut.society.image
    worlds.assert_equal(worlds.columns_of(whole), worlds.columns_of(cut))


def test_blocks_never_show():
    """Seed 1, 200 customers, 10 weeks of everything that comes without an encounter, in blocks of 200 and of 17."""
    levers = {"contact": 1.5, "care": 0.5, "news": 0.5, "belonging": 0.3, "invite": 1.0, "welcome": 2.0, "cost": 0.5}
    whole, cut = (
        worlds.model(people=worlds.met(200), strategy=Does(**levers), second_life=SecondLife(0.3), block=block)
        for block in (200, 17)
    )
    for run in (whole, cut):
        run.run_for(10)
    worlds.assert_equal(worlds.columns_of(whole), worlds.columns_of(cut))
    assert whole.table[RETURNS].any()
    assert whole.ledger.spent == pytest.approx(cut.ledger.spent)
    for (gone, back), (left, returned) in zip(whole.moves, cut.moves, strict=True):
        assert sorted(gone) == sorted(left)
        assert sorted(back) == sorted(returned)
