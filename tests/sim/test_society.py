"""What is said reaches exactly the friends and moves the public image; ties and luck are the same in all arms."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from agents.mind import Mind, NoMind
from sim.chance import Chance, Draws, Index
from sim.exchange import Heard, Said
from sim.market import Arrivals
from sim.model import CustomerModel
from sim.network import BarabasiAlbert, Graph, Network, NoNetwork, StochasticBlocks, WattsStrogatz
from sim.people import ACTIVE, KEY, PEOPLE, REFERRED
from sim.plan import Plan
from sim.records import SOURCE
from sim.scenario import USUAL_BRAND, Event, Reputation, Scenario
from sim.service import Service
from sim.society import Society
from sim.table import BLOCK, Table
from sim.view import View
from sim.world import Strategy
from strategies import Nothing, OverDelivery, Placebo
from tests.sim import worlds

NETWORKS = {"ring": WattsStrogatz(), "hubs": BarabasiAlbert(friends=4), "blocks": StochasticBlocks()}
BUSY = Arrivals(organic=800, referral=0.05)
all_networks = pytest.mark.parametrize("network", NETWORKS)


@dataclass(frozen=True)
class Drawn:
    """Ties as drawn by hand; every arrival knows customer 0."""

    ties: tuple[tuple[int, int], ...]

    def connect(self, segment: np.ndarray, draws: Draws) -> Graph:
        arcs = sorted({(a, b) for tie in self.ties for a, b in (tie, tie[::-1])})
        first = np.searchsorted([a for a, _ in arcs], np.arange(len(segment) + 1))
        return Graph(first, np.array([b for _, b in arcs], np.int32))

    def meet(self, graph: Graph, settled: np.ndarray, segment: np.ndarray, draws: Draws) -> np.ndarray:
        return np.zeros((len(segment), 1), np.int32)


@dataclass(frozen=True)
class Attracting:
    """Attracts more arrivals, and does nothing else."""

    attraction: float

    def plan(self, view: View, draws: Draws) -> Plan:
        return Plan(line="attracting", attraction=self.attraction)


def society(n: int, *ties: tuple[int, int], **reputation: float) -> Society:
    """n customers, tied by hand: 0 knows 1 and 2, who know each other; 3 knows 2; 4 knows nobody."""
    table = Table(PEOPLE, n)
    table[KEY] = np.arange(n, dtype=np.uint64)
    made = Society(Drawn(ties or ((0, 1), (0, 2), (1, 2), (2, 3))), Reputation(**reputation), Chance(1))
    made.connect(table)
    return made


def said(*told: tuple[int, float, float, float], left: tuple[int, ...] = ()) -> Said:
    """Who tells of which quality, with which judgement and feeling; who left."""
    rows, *values = np.array(told).T if told else np.zeros((4, 0))
    return Said(rows.astype(np.intp), *(v.astype(np.float32) for v in values), left=np.array(left, np.intp))


def by_row(heard: tuple[Index, Heard]) -> dict[int, dict[str, float]]:
    """What each row heard, rounded for comparison by hand."""
    rows, what = heard
    return {int(r): {k: round(float(v[at]), 5) for k, v in vars(what).items()} for at, r in enumerate(rows)}


def start(strategy: Strategy, network: Network, n: int = 400, **parts: object) -> CustomerModel:
    """Seed 1, starts spread over 4 weeks, arrivals and referrals; failures are frequent, so that much is told."""
    people = worlds.newcomers(n, start=np.linspace(0, 3.99, n))
    options = {"arrivals": BUSY, "service": Service(failure=0.2), "network": network, **parts}
    return worlds.model(people=people, strategy=strategy, **options)


def friends(run: CustomerModel) -> dict[int, set[int]]:
    """The keys of each customer's friends, by key."""
    talk, keys = run.society._talk, run.table[KEY]
    assert talk is not None
    return {int(keys[row]): set(keys[talk.spread(np.array([row]), [])[0]].tolist()) for row in range(len(keys))}


def test_what_is_said_reaches_exactly_the_friends_as_a_mean():
    made = society(5)
    made.note(said((0, 0.8, 0.5, 0.2), (1, 0.6, -0.7, -0.4)), 0)
    usual = {"leavers": 0.0}
    assert by_row(made.carry()) == {
        0: {"tellers": 1, "quality": 0.6, "attitude": -0.7, "feeling": -0.4, **usual},
        1: {"tellers": 1, "quality": 0.8, "attitude": 0.5, "feeling": 0.2, **usual},
        2: {"tellers": 2, "quality": 0.7, "attitude": -0.1, "feeling": -0.1, **usual},
    }


def test_who_leaves_is_missed_by_friends_who_heard_nothing_else():
    made = society(5)
    made.note(said((3, 0.4, -0.9, -0.5), left=(0, 3, 4)), 0)
    nothing = {"tellers": 0, "quality": round(USUAL_BRAND, 5), "attitude": 0, "feeling": 0}
    assert by_row(made.carry()) == {
        1: {**nothing, "leavers": 1},
        2: {"tellers": 1, "quality": 0.4, "attitude": -0.9, "feeling": -0.5, "leavers": 2},
    }


def test_a_week_in_blocks_is_a_week():
    whole, parts = society(5), society(5)
    whole.note(said((0, 0.8, 0.5, 0.2), (2, 0.5, -0.1, 0.0), (3, 0.6, -0.7, -0.4), left=(1, 3)), 0)
    parts.note(said((0, 0.8, 0.5, 0.2), left=(1,)), 0)
    parts.note(said((0, 0.5, -0.1, 0.0), (1, 0.6, -0.7, -0.4), left=(1,)), 2)
    assert by_row(whole.carry()) == by_row(parts.carry())
    assert whole.image == parts.image


def test_what_was_carried_is_not_carried_again():
    made = society(5)
    made.note(said((0, 0.8, 0.5, 0.2), left=(3,)), 0)
    assert len(made.carry()[0]) == 2
    assert len(made.carry()[0]) == 0


def test_the_image_moves_towards_the_mean_of_what_is_told_and_else_stays():
    made = society(5, start=0.7, memory=0.1)
    made.note(said((0, 0.8, 0.5, 0.2), (4, 0.2, -0.5, 0.2)), 0)  # nobody listens to 4, yet the public hears
    made.carry()
    assert made.image == pytest.approx(0.7 + 0.1 * (0.5 - 0.7))
    made.note(said(left=(0,)), 0)
    made.carry()
    assert made.image == pytest.approx(0.68)


@pytest.mark.parametrize("shift", [0.1, -0.1, 1.0])
def test_what_the_firm_says_of_itself_fades_and_leaves_nothing(shift: float):
    """Talk says 0.7 all along: the image goes back to 0.7 from one side, also after it was as good as can be."""
    made, images = society(5, start=0.7, memory=0.05), []
    for week in range(150):
        made.publish(shift if week == 0 else 0.0)
        made.note(said((0, 0.7, 0.0, 0.0)), 0)
        made.carry()
        images.append((made.image - 0.7) * np.sign(shift))
    assert images[0] == pytest.approx(min(abs(shift), 0.3) if shift > 0 else 0.1)
    assert min(images) > -1e-6
    assert images[-1] == pytest.approx(0, abs=1e-6)


def test_arrivals_know_some_initial_customers_and_who_referred_them():
    made = society(5)
    table = Table(PEOPLE, 5)
    first, second = table.grow(1), table.grow(2)
    made.befriend(table, first, None)
    made.befriend(table, second, np.array([3, 5]))  # row 5 has arrived itself
    made.note(said((5, 0.9, 0.3, 0.1)), 0)
    assert set(by_row(made.carry())) == {0, 7}
    made.note(said((3, 0.9, 0.3, 0.1)), 0)
    assert set(by_row(made.carry())) == {2, 6}
    made.note(said((0, 0.9, 0.3, 0.1)), 0)
    assert set(by_row(made.carry())) == {1, 2, 5, 6, 7}


def test_without_ties_nothing_is_carried_and_nothing_moves():
    made = Society(NoNetwork(), Reputation(), Chance(1))
    made.connect(Table(PEOPLE, 5))
    made.note(said((0, 0.1, -1.0, -1.0)), 0)
    rows, heard = made.carry()
    assert len(rows) == len(heard.tellers) == 0
    assert made.image == Reputation().start


@all_networks
def test_without_minds_ties_change_nothing(network: str):
    tied, alone = (start(Nothing(), made, mind=NoMind()) for made in (NETWORKS[network], NoNetwork()))
    for run in (tied, alone):
        run.run_for(10)
    worlds.assert_same_run(tied, alone)


@all_networks
def test_a_placebo_differs_from_control_by_exactly_zero_with_talk(network: str):
    control, placebo = (start(play, NETWORKS[network]) for play in (Nothing(), Placebo()))
    for run in (control, placebo):
        run.run_for(20)
    worlds.assert_same_run(control, placebo)
    assert control.society.image == placebo.society.image != Reputation().start


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda run: pickle.loads(pickle.dumps(run))], ids=["copy", "pickle"]
)
def test_a_copy_goes_on_alike_and_a_fork_talks_among_its_own(duplicate):
    run = start(Nothing(), WattsStrogatz())
    run.run_for(6)
    twin, other = duplicate(run), run.fork(OverDelivery())
    other.run_for(8)
    for one in (run, twin):
        one.run_for(8)
    worlds.assert_same_run(run, twin)
    assert friends(run) == friends(twin)
    assert other.society.image > run.society.image
    assert other.society._talk.graph is run.society._talk.graph  # shared by all arms


@pytest.mark.parametrize("block", [7, 100, BLOCK])
def test_blocks_never_show_in_talk(block: int):
    """Every column to the bit; sums of the books to rounding."""
    whole, parts = (start(OverDelivery(), BarabasiAlbert(), block=size) for size in (10**9, block))
    for run in (whole, parts):
        run.run_for(12)
    worlds.assert_equal(worlds.columns_of(whole), worlds.columns_of(parts))
    assert whole.society.image == parts.society.image


@all_networks
def test_arms_with_other_arrivals_leave_the_ties_of_all_they_share_alone(network: str):
    plain, more = (start(Attracting(a), NETWORKS[network], arrivals=Arrivals(organic=800)) for a in (1.0, 2.0))
    for run in (plain, more):
        run.run_for(10)
    one, two = friends(plain), friends(more)
    assert len(two) > len(one) + 80
    assert {key: known & one.keys() for key, known in two.items() if key in one} == one


def test_referred_customers_know_who_referred_them():
    run = start(Nothing(), StochasticBlocks())
    run.run_for(8)
    known, keys = friends(run), run.table[KEY]
    referred = keys[run.records.crm[SOURCE] == REFERRED]
    assert len(referred) > 30
    assert all(len(known[int(key)]) >= 1 for key in referred)
    assert all(int(key) in known[friend] for key in referred for friend in known[int(key)])


def test_all_is_heard_when_the_week_is_over_and_those_who_have_left_hear_nothing():
    """What they had heard is forgotten, 15% a week, and nothing is added."""
    run = start(Nothing(), WattsStrogatz())
    run.run_for(10)
    gone, heard = ~run.table[ACTIVE], run.customers.get("heard")
    assert (heard[~gone] != 0).mean() > 0.3
    assert len(run.society.carry()[0]) == 0
    kept = {"heard": 0.85**5, "friends_left": 0.85**5, "expect_technical": 1.0}
    before = {name: run.customers.get(name)[gone] for name in kept}
    run.run_for(5)
    for name, share in kept.items():
        after = run.customers.get(name)[: len(gone)][gone]
        np.testing.assert_allclose(after, before[name] * np.float32(share), rtol=1e-5, err_msg=name)


def test_a_scandal_spreads_by_talk_to_those_who_saw_nothing_of_it():
    """Nobody buys but one in ten: the others' expectation falls only where they have friends."""
    n = 500
    people = worlds.met(n, rate=np.where(np.arange(n) % 10 == 0, 30.0, 1e-6), dropout=1e-6)
    scandal = Scenario({"scandal": Event(technical=-0.4, functional=-0.4)})
    tied, alone = (
        worlds.model(people=people, network=network, scenario=scandal) for network in (WattsStrogatz(), NoNetwork())
    )
    for run in (tied, alone):
        run.run_for(6)
    others = np.arange(n) % 10 > 0
    told, not_told = (run.customers.get("expect_functional")[others] for run in (tied, alone))
    assert (told <= not_told + 1e-6).all()
    assert (told < not_told - 0.02).mean() > 0.3
    assert tied.customers.get("loyalty")[others].mean() < alone.customers.get("loyalty")[others].mean()
    assert tied.society.image < 0.65 < alone.society.image


def test_a_worse_image_lowers_the_number_and_the_hopes_of_arrivals():
    scandal = Scenario({"scandal": Event(technical=-0.5, functional=-0.5)})
    parts = {"scenario": scandal, "arrivals": Arrivals(organic=2_000), "mind": Mind()}
    blind, seen = (start(Nothing(), WattsStrogatz(), reputation=Reputation(pull=p), **parts) for p in (0.0, 8.0))
    for run in (blind, seen):
        run.run_for(12)
    assert len(seen.table) < 0.9 * len(blind.table)
    assert set(seen.table[KEY].tolist()) <= set(blind.table[KEY].tolist())
    hopes = blind.customers.select(blind.customers.get("start") > 11.0).get("expect_technical")
    assert hopes.mean() < 0.69
    assert blind.conditions.brand == blind.society.image


@all_networks
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_hardly_anybody_can_talk(network: str, n: int):
    run = worlds.model(n, network=NETWORKS[network], arrivals=Arrivals(organic=500, referral=0.1))
    run.run_for(6)
    empty = worlds.model(n, network=NETWORKS[network])
    empty.run_for(3)
    assert len(run.table) > 20 + n
    assert len(empty.table) == n
