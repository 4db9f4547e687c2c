"""Notes by customer: kept from week to week, grown with the customers, and each fork's own."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market import Arrivals
from sim.model import CustomerModel
from strategies import (
    ChurnPrevention,
    EmotionalCare,
    Nothing,
    Referral,
    RewardProgram,
    ServiceRecovery,
    TieredCommunication,
    WinBack,
)  # fmt: skip
from strategies.channels import Channel, send
from strategies.dates import NEVER, dates, tally
from strategies.targeting import Everyone
from tests.sim import worlds
from tests.strategies.pairs import view
from tests.strategies.views import arrays, luck

PLAYS = [
    RewardProgram(), ServiceRecovery(amends=2.0), ChurnPrevention(gift=2.0, discount=0.1, targeting=Everyone()),
    WinBack(welcome=5.0, discount=0.1), Referral(bounty=5.0, share=0.1), TieredCommunication(),
    EmotionalCare(needs=0.1),
]  # fmt: skip


def test_what_is_noted_stays_and_newcomers_have_no_note():
    memory: dict[str, object] = {}
    dates(view(2, memory=memory), "asked")[1] = 7
    tally(view(2, memory=memory), "tries")[:] += 1
    assert dates(view(4, memory=memory), "asked").tolist() == [NEVER, 7, NEVER, NEVER]
    assert tally(view(4, memory=memory), "tries").tolist() == [1, 1, 0, 0]


def test_two_channels_in_one_week_make_one_plan():
    rich, plain = Channel(4.0, 1.0, 1.0, 1.5, 0.0), Channel(0.1, 1.0, 0.5, 1.0, 1.0)
    some, others = np.array([True, False, False]), np.array([False, True, False])
    plan = send(view(3), ((rich, some, luck(3)), (plain, others, luck(3).named("mass"))), care=0.6, news=0.2)
    assert plan.treated.tolist() == [True, True, False]
    assert plan.contact.tolist() == [1.5, 1, 0]
    np.testing.assert_allclose(plan.care, [0.6, 0.3, 0])
    np.testing.assert_allclose(plan.news, [0.2, 0.1, 0])
    np.testing.assert_allclose(plan.cost, [4, 0.1, 0])
    assert plan.digital[:2].tolist() == [0, 1]


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: type(play).__name__)
@pytest.mark.parametrize("n", [0, 1, 60])
def test_plays_plan_for_any_number_of_customers(play: object, n: int):
    plan = play.plan(view(n, 40, purchases=3, points=40.0, last=-10), luck(n, 40))
    plan.check(n)
    assert all(np.isfinite(values).all() for values in arrays(plan).values())
    run: CustomerModel = worlds.model(n, play, arrivals=Arrivals(organic=500.0, referral=0.05))
    run.run_for(6)  # customers come while it runs: notes have to grow with them
    assert len(run.table) > n


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: type(play).__name__)
def test_forks_share_no_notes_and_a_play_can_be_used_again(play: object):
    """A play is a value: run twice from the same moment it does the same, whatever it did in between."""
    root = worlds.model(people=worlds.met(200))
    one = root.fork(play)
    one.run_for(6)
    elsewhere = worlds.model(people=worlds.met(300), strategy=play, seed=2)
    elsewhere.run_for(3)
    other = root.fork(play)
    other.run_for(6)
    worlds.assert_same_run(one, other)
    assert root.records.memory == {}
    assert isinstance(root.strategy, Nothing)
