"""Networks have the shape their authors derived; talk reaches exactly the friends, whatever the order."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse, stats

from sim.chance import Chance, Draws, key_of
from sim.errors import ParameterError
from sim.network import BarabasiAlbert, Graph, Network, NoNetwork, StochasticBlocks, Talk, WattsStrogatz

NETWORKS = [WattsStrogatz(), BarabasiAlbert(), StochasticBlocks()]
each_network = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: type(network).__name__)
SHARES = np.array([0.5, 0.3, 0.15, 0.05])


def luck(keys: np.ndarray, seed: int = 1) -> Draws:
    return Chance(seed).life().rows(keys).named("network")


def segments(n: int) -> np.ndarray:
    """Segments 0-3 in the shares `SHARES`, scattered over the rows."""
    return np.searchsorted(np.cumsum(SHARES), luck(np.arange(n, dtype=np.uint64)).uniform("segment")).astype(np.uint8)


def graph_of(network: Network, n: int, seed: int = 1, segment: np.ndarray | None = None) -> Graph:
    graph = network.connect(segments(n) if segment is None else segment, luck(np.arange(n, dtype=np.uint64), seed))
    assert graph is not None
    return graph


def met(network: Network, graph: Graph, keys: np.ndarray, segment: np.ndarray | None = None) -> np.ndarray:
    segment = np.zeros(len(keys), np.uint8) if segment is None else segment
    return network.meet(graph, segments(len(graph)), segment, luck(keys))


def matrix(graph: Graph) -> sparse.csr_array:
    n = len(graph)
    return sparse.csr_array((np.ones(len(graph.friends)), graph.friends, graph.first), shape=(n, n))


def degrees(graph: Graph) -> np.ndarray:
    return np.diff(graph.first)


def clustering(graph: Graph) -> float:
    """Share of pairs of friends of one customer who are friends themselves."""
    ties, degree = matrix(graph), degrees(graph)
    return float((ties @ ties).multiply(ties).sum() / (degree * (degree - 1)).sum())


@given(
    network=st.one_of(
        st.builds(WattsStrogatz, friends=st.sampled_from([2, 6, 50]), rewire=st.floats(0, 1)),
        st.builds(BarabasiAlbert, friends=st.sampled_from([2, 6, 50])),
        st.builds(StochasticBlocks, friends=st.sampled_from([2, 6, 50]), within=st.floats(0, 1)),
    ),
    segment=st.lists(st.sampled_from([0, 1, 2, 255]), max_size=60),
    seed=st.integers(0, 2**31 - 1),
)
def test_ties_go_both_ways_once_and_never_to_oneself(network: Network, segment: list[int], seed: int):
    graph = graph_of(network, len(segment), seed, np.array(segment, np.uint8))
    ties = np.zeros((len(segment), len(segment)), int)
    np.add.at(ties, (np.repeat(np.arange(len(segment)), degrees(graph)), graph.friends), 1)
    assert len(graph) == len(segment)
    assert (ties == ties.T).all()
    assert ties.max(initial=0) <= 1
    assert ties.trace() == 0


@each_network
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_tiny_populations(network: Network, n: int):
    graph = graph_of(network, n, segment=np.zeros(n, np.uint8))
    friends = met(network, graph, np.arange(100, 105, dtype=np.uint64))
    assert friends.dtype == graph.friends.dtype == np.int32
    assert len(friends) == 5
    assert set(friends.ravel().tolist()) <= set(range(n))
    assert friends.shape[1] == (3 if n > 1 or (n == 1 and not isinstance(network, BarabasiAlbert)) else 0)
    assert met(network, graph, np.zeros(0, np.uint64)).shape == (0, friends.shape[1])


@pytest.mark.parametrize("network", [WattsStrogatz(rewire=0.0), BarabasiAlbert()], ids=["ring", "hubs"])
@pytest.mark.parametrize("n", [2, 3, 4])
def test_up_to_four_customers_all_know_each_other(network: Network, n: int):
    assert degrees(graph_of(network, n)).tolist() == [n - 1] * n


@each_network
@pytest.mark.parametrize("friends", [2, 6, 10])
def test_customers_have_as_many_friends_as_said(network: Network, friends: int):
    """Seed 1, 20,000 customers: few doubles are dropped, at most 1 % of all ties."""
    mean = degrees(graph_of(type(network)(friends=friends), 20_000)).mean()
    assert 0.99 * friends <= mean <= friends


@pytest.mark.parametrize("friends", [4, 6, 10])
def test_the_ring_has_the_clustering_of_the_formula(friends: int):
    """Watts & Strogatz 1998: 3 (k - 2) / (4 (k - 1))."""
    graph = graph_of(WattsStrogatz(friends=friends, rewire=0.0), 1_000)
    assert clustering(graph) == pytest.approx(3 * (friends - 2) / (4 * (friends - 1)), rel=1e-12)


@pytest.mark.parametrize("rewire", [0.01, 0.1, 0.3, 1.0])
def test_rewiring_opens_the_triangles(rewire: float):
    """Seed 1, 50,000 customers: clustering falls as (1 - rewire)^3 (Barrat & Weigt 2000), within 0.01."""
    assert clustering(graph_of(WattsStrogatz(rewire=rewire), 50_000)) == pytest.approx(
        0.6 * (1 - rewire) ** 3, abs=0.01
    )


def test_rewired_ties_lead_anywhere():
    """Seed 1, 50,000 customers, all ties rewired: distance along the ring is uniform (Kolmogorov-Smirnov p > 0.001)."""
    n = 50_000
    graph = graph_of(WattsStrogatz(friends=2, rewire=1.0), n)
    one = np.repeat(np.arange(n), degrees(graph))
    distance = np.abs(one - graph.friends)[one < graph.friends]
    assert stats.kstest(np.minimum(distance, n - distance) / (n / 2), "uniform").pvalue > 0.001


def test_hubs_have_the_tail_of_the_formula():
    """Seed 1, 200,000 customers: m (m + 1) / (k (k + 1)) of them have k friends or more (Bollobás et al. 2001).

    Within 4 standard errors and 3 %; the slope of the logarithm is near -2.
    """
    n, ties = 200_000, 3
    degree = degrees(graph_of(BarabasiAlbert(), n))
    at_least = np.array([5, 10, 20, 40, 80])
    share = np.array([(degree >= k).mean() for k in at_least])
    expected = ties * (ties + 1) / (at_least * (at_least + 1))
    assert (np.abs(share - expected) < 4 * np.sqrt(expected / n) + 0.03 * expected).all()
    assert np.polyfit(np.log(at_least[1:]), np.log(share[1:]), 1)[0] == pytest.approx(-2, abs=0.4)
    assert degree.max() > 20 * degrees(graph_of(WattsStrogatz(), n)).max()


def test_who_was_there_first_has_more_friends():
    """Seed 1, 200,000 customers: row t has m sqrt(n / t) friends on average (Barabási & Albert 1999), within 5 %."""
    n = 200_000
    degree = degrees(graph_of(BarabasiAlbert(), n))
    for start in (1_000, 10_000, 100_000):
        rows = np.arange(start, 2 * start)
        assert degree[rows].mean() == pytest.approx((3 * np.sqrt(n / rows)).mean(), rel=0.05)


@pytest.mark.parametrize("within", [0.0, 0.5, 0.8, 1.0])
def test_ties_stay_within_segments_as_often_as_said(within: float):
    """Seed 1, 50,000 customers, 150,000 ties: within + (1 - within) sum of squared shares, 4 standard errors of 0.5."""
    segment = segments(50_000)
    graph = graph_of(StochasticBlocks(within=within), len(segment))
    alike = segment.repeat(degrees(graph)) == segment[graph.friends]
    expected = within + (1 - within) * ((np.bincount(segment) / len(segment)) ** 2).sum()
    assert alike.mean() == pytest.approx(expected, abs=4 * 0.5 / np.sqrt(150_000))


def test_arrivals_know_their_own_segment_and_anybody_if_it_is_empty():
    """Seed 1, 20,000 arrivals with 3 ties each, 4 standard errors of 0.5."""
    network, settled = StochasticBlocks(within=0.8), segments(2_000)
    graph, keys = graph_of(network, 2_000), key_of("organic", 3, np.arange(20_000))
    shares = np.bincount(settled) / len(settled)
    for segment, expected in ((3, 0.8 + 0.2 * shares[3]), (9, 0.0)):
        friends = met(network, graph, keys, np.full(len(keys), segment, np.uint8))
        assert (settled[friends] == segment).mean() == pytest.approx(expected, abs=4 * 0.5 / np.sqrt(friends.size))
    assert len(np.unique(friends)) == 2_000


@pytest.mark.parametrize("network", [WattsStrogatz(), BarabasiAlbert()], ids=["anybody", "hubs by their friends"])
def test_arrivals_know(network: Network):
    """Seed 1, 100,000 arrivals with 3 ties each among 500 customers: chi-squared p > 0.001."""
    graph = graph_of(network, 500)
    friends = met(network, graph, key_of("organic", 0, np.arange(100_000)))
    weight = degrees(graph) if isinstance(network, BarabasiAlbert) else np.ones(500)
    expected = weight / weight.sum() * friends.size
    assert stats.chisquare(np.bincount(friends.ravel(), minlength=500), expected).pvalue > 0.001


def test_arrivals_can_know_every_row_of_a_large_market():
    """A draw of 23 bits would reach the odd ones of 2^24 rows only: 30,000 ties, 4 standard errors of 0.5."""
    large = Graph(np.zeros(2**24 + 1, np.int64), np.zeros(0, np.int32))
    arriving, keys = np.zeros(10_000, np.uint8), key_of("organic", 0, np.arange(10_000))
    friends = WattsStrogatz().meet(large, np.zeros(len(large), np.uint8), arriving, luck(keys))
    assert (friends % 2).mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(30_000))


@each_network
def test_the_same_seed_makes_the_same_ties(network: Network):
    one, two, other = (graph_of(network, 5_000, seed) for seed in (4, 4, 5))
    assert (matrix(one) != matrix(two)).nnz == 0
    assert (matrix(one) != matrix(other)).nnz > 1_000


@each_network
def test_whom_an_arrival_knows_depends_on_nobody_else(network: Network):
    """Two arms with different arrivals: who came to both knows the same customers."""
    graph, keys = graph_of(network, 5_000), key_of("organic", 7, np.arange(1_000))
    segment = segments(1_000)
    some = np.flatnonzero(luck(keys).uniform("comes in this arm, too") < 0.3)[::-1]
    friends = met(network, graph, keys, segment)
    np.testing.assert_array_equal(met(network, graph, keys[some], segment[some]), friends[some])
    assert (friends[1:] != friends[:-1]).mean() > 0.9


def grown(network: Network, n: int, arrivals: int) -> tuple[Talk, np.ndarray]:
    """Talk among n customers and arrivals who joined in several parts and know each other, too; and its matrix."""
    talk, ties = Talk(graph := graph_of(network, n)), np.zeros((n + arrivals, n + arrivals), bool)
    ties[:n, :n] = matrix(graph).toarray() > 0
    friends = met(network, graph, key_of("organic", 0, np.arange(arrivals))).astype(np.intp)
    rows = np.arange(n, n + arrivals)
    friends = np.column_stack([friends, rows - 1, rows, rows // 2])  # with a self-tie and likely doubles
    for part in np.array_split(np.arange(arrivals), 3):
        talk.join(rows[part], friends[part])
        ties[rows[part, None], friends[part]] = ties[friends[part], rows[part, None]] = True
    np.fill_diagonal(ties, False)
    return talk, ties


@given(
    network=st.sampled_from(NETWORKS),
    n=st.integers(1, 40),
    arrivals=st.integers(0, 20),
    seed=st.integers(0, 2**31 - 1),
    speaks=st.floats(0, 1),
)
def test_talk_reaches_exactly_the_friends(network: Network, n: int, arrivals: int, seed: int, speaks: float):
    talk, ties = grown(network, n, arrivals)
    generator = np.random.default_rng(seed)
    rows = generator.permutation(np.flatnonzero(generator.random(len(ties)) < speaks))
    values = [generator.normal(size=len(rows)).astype(np.float32) for _ in range(2)]
    reached, told, sums = talk.spread(rows, values)
    np.testing.assert_array_equal(reached, np.flatnonzero(ties[rows].any(axis=0)))
    np.testing.assert_array_equal(told, ties[rows].sum(axis=0)[reached])
    for value, total in zip(values, sums, strict=True):
        np.testing.assert_allclose(total, (value.astype(float) @ ties[rows])[reached], rtol=1e-6, atol=1e-6)
    assert {array.dtype for array in (told, *sums)} == {np.dtype(np.float32)}


def test_the_order_of_the_speakers_never_shows():
    """Bit by bit, with values over eight orders of magnitude."""
    talk, ties = grown(BarabasiAlbert(), 2_000, 500)
    generator = np.random.default_rng(1)
    rows = np.flatnonzero(generator.random(len(ties)) < 0.5)
    value = (generator.normal(size=len(rows)) * 10.0 ** generator.integers(-4, 4, len(rows))).astype(np.float32)
    reached, told, (total,) = talk.spread(rows, [value])
    for order in (generator.permutation(len(rows)) for _ in range(5)):
        again, told_again, (total_again,) = talk.spread(rows[order], [value[order]])
        assert (again == reached).all() & (told_again == told).all() & (total_again == total).all()


def test_arms_share_the_graph_and_not_what_grew():
    talk, _ = grown(WattsStrogatz(), 50, 5)
    before = talk.spread(np.arange(55), [])[1].tolist()
    twin = copy.deepcopy(talk)
    assert twin.graph is talk.graph is copy.deepcopy(talk.graph)
    assert twin.spread(np.arange(55), [])[1].tolist() == before
    for _ in range(2):  # the second time everything is known
        twin.join(np.array([55]), np.array([[0, 1, 54]]))
    reached, told, _ = twin.spread(np.array([55]), [])
    assert (reached.tolist(), told.tolist()) == ([0, 1, 54], [1, 1, 1])
    assert talk.spread(np.array([55]), [])[0].tolist() == []
    assert talk.spread(np.arange(55), [])[1].tolist() == before
    with pytest.raises(ValueError, match="read-only"):
        talk.graph.friends[0] = 7


def test_who_has_no_friends_reaches_nobody():
    alone = Talk(graph_of(StochasticBlocks(within=1.0), 3, segment=np.arange(3, dtype=np.uint8)))
    reached, told, sums = alone.spread(np.arange(3), [np.ones(3, np.float32), np.ones(3, np.float32)])
    assert [len(array) for array in (reached, told, *sums)] == [0] * 4


def test_without_a_network_nobody_talks():
    assert NoNetwork().connect(segments(10), luck(np.arange(10, dtype=np.uint64))) is None
    assert met(NoNetwork(), graph_of(WattsStrogatz(), 10), np.arange(4, dtype=np.uint64)).shape == (4, 0)
    assert all(isinstance(network, Network) for network in (NoNetwork(), *NETWORKS))


@each_network
@pytest.mark.parametrize(
    ("friends", "says"),
    [
        (3, "is odd, allowed are even numbers from 2 to 50: a customer makes half of the ties. Choose 2 or 4."),
        (52, "is outside 2 to 50"),
        (6.0, "is not a whole number"),
    ],
)
def test_a_bad_number_of_friends_is_refused(network: Network, friends: object, says: str):
    with pytest.raises(ParameterError, match=f"{type(network).__name__}.friends = {friends!r} {says}"):
        type(network)(friends=friends)


@pytest.mark.parametrize("build", [lambda p: WattsStrogatz(rewire=p), lambda p: StochasticBlocks(within=p)])
@pytest.mark.parametrize("chance", [-0.1, 1.1, float("nan"), "0.5"])
def test_a_bad_chance_is_refused(build, chance: object):
    with pytest.raises(ParameterError, match=r"(rewire|within) = .* is (outside 0 to 1|not a number)"):
        build(chance)
