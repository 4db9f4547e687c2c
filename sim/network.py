"""Who talks to whom: ties made once among the initial customers, and what grows with arrivals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Draws, Index
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Graph:
    """Ties among the initial customers, compressed by row: row i talks with `friends[first[i]:first[i + 1]]`.

    Every tie is there in both directions; there are no self-ties and no double ties. The arrays are read-only, so all
    arms share one graph, also after a copy.

    Attributes:
        first: where a row's friends begin [n + 1].
        friends: rows of the friends, ascending within a row [arcs].
    """

    first: I64
    friends: I32

    def __post_init__(self) -> None:
        self.first.setflags(write=False)
        self.friends.setflags(write=False)

    def __len__(self) -> int:
        return len(self.first) - 1

    def __deepcopy__(self, memo: dict[int, Any]) -> Graph:
        return self


@runtime_checkable
class Network(Protocol):
    """How ties come about. Double ties and self-ties are dropped: a tiny population has fewer than wanted."""

    def connect(self, segment: U8, draws: Draws) -> Graph | None:
        """The ties among the initial customers, whose segments [n] are in row order; None: nobody talks."""

    def meet(self, graph: Graph, settled: U8, segment: U8, draws: Draws) -> I32:
        """Rows of the initial customers whom arrivals know [n, k]; the same row may come twice.

        A choice depends on the arrival's luck and the initial customers only, never on who else arrived. `settled` are
        the segments of the initial customers [len(graph)], `segment` those of the arrivals [n].
        """


@dataclass(frozen=True)
class NoNetwork:
    """Nobody talks."""

    def connect(self, segment: U8, draws: Draws) -> Graph | None:
        return None

    def meet(self, graph: Graph, settled: U8, segment: U8, draws: Draws) -> I32:
        return np.empty((len(segment), 0), np.int32)


@dataclass(frozen=True)
class _Sociable(Parametric):
    friends: int = param(6, unit="customers, even", low=2, high=50, doc="mean number of friends", source=ASSUMED)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.friends % 2:
            raise ParameterError(
                f"{type(self).__name__}.friends = {self.friends} is odd, allowed are even numbers from 2 to 50: a "
                f"customer makes half of the ties. Choose {self.friends - 1} or {self.friends + 1}."
            )


@dataclass(frozen=True)
class WattsStrogatz(_Sociable):
    """A small world: neighbours on a ring know each other, and some ties lead far away (Watts & Strogatz 1998).

    The ring follows the rows. Tie (i, i + j), j up to friends / 2, gets a new far end with chance `rewire`: anybody,
    uniformly. Rewired onto oneself or an existing tie, it is dropped. Arrivals know friends / 2 initial customers,
    uniformly drawn.

    Example:
        >>> from sim.chance import Chance
        >>> luck = Chance(1).life().rows(np.arange(5, dtype=np.uint64))
        >>> graph = WattsStrogatz(friends=2, rewire=0.0).connect(np.zeros(5, np.uint8), luck)
        >>> graph.friends[graph.first[0] : graph.first[1]].tolist()
        [1, 4]
    """

    rewire: float = param(0.1, unit="chance", low=0, high=1, doc="a tie leads to anybody", source=ASSUMED)

    def connect(self, segment: U8, draws: Draws) -> Graph | None:
        n, ties = len(segment), self.friends // 2
        everyone = np.arange(n)
        ends = []
        for tie in range(ties):
            anybody = _below(draws, f"tie {tie} leads to", n)
            rewired = draws.happens(f"tie {tie} is rewired", self.rewire)
            ends.append(np.where(rewired, anybody, (everyone + tie + 1) % n))
        return _graph(n, np.tile(everyone, ties), np.concatenate(ends))

    def meet(self, graph: Graph, settled: U8, segment: U8, draws: Draws) -> I32:
        return _picked(draws, self.friends // 2, len(graph)).astype(np.int32)


@dataclass(frozen=True)
class BarabasiAlbert(_Sociable):
    """Who has friends gets more: a few customers know very many (Barabási & Albert 1999).

    The first friends / 2 + 1 rows all know each other. Each later row, in row order, knows friends / 2 earlier ones,
    drawn in proportion to their ties so far; a customer drawn twice counts once. Drawing an end of an earlier tie
    uniformly does this in linear time (Batagelj & Brandes 2005). Arrivals draw likewise, from the initial ties only;
    they know nobody if there are none.
    """

    def connect(self, segment: U8, draws: Draws) -> Graph | None:
        n, ties = len(segment), self.friends // 2
        founders = min(n, ties + 1)
        pairs = np.stack(np.triu_indices(founders, 1), axis=1)
        before = pairs.size + 2 * ties * np.maximum(np.arange(n) - founders, 0)  # ends of the ties made by earlier rows
        drawn = [_below(draws, f"tie {tie} leads to", before)[founders:] for tie in range(ties)]
        far = _followed(np.stack(drawn, axis=1).ravel() - pairs.size, ties, founders, pairs.ravel())
        newcomers = np.repeat(np.arange(founders, n), ties)
        return _graph(n, np.concatenate([pairs[:, 0], newcomers]), np.concatenate([pairs[:, 1], far]))

    def meet(self, graph: Graph, settled: U8, segment: U8, draws: Draws) -> I32:
        return graph.friends[_picked(draws, self.friends // 2, len(graph.friends))]


@dataclass(frozen=True)
class StochasticBlocks(_Sociable):
    """Birds of a feather: segments are blocks, and most ties stay within one (Holland, Laskey & Leinhardt 1983).

    Each customer draws friends / 2 ties: with chance `within` to somebody of the own segment, else to anybody, both
    uniformly. Drawing oneself or a friend again is dropped. An arrival draws likewise among the initial customers,
    and anybody if none of them is of its segment.
    """

    within: float = param(0.8, unit="chance", low=0, high=1, doc="a tie stays within the segment", source=ASSUMED)

    def connect(self, segment: U8, draws: Draws) -> Graph | None:
        far = self._chosen(segment, segment, draws.named("connects"))
        return _graph(len(segment), np.repeat(np.arange(len(segment)), far.shape[1]), far.ravel())

    def meet(self, graph: Graph, settled: U8, segment: U8, draws: Draws) -> I32:
        return self._chosen(settled, segment, draws.named("meets")).astype(np.int32)

    def _chosen(self, settled: U8, segment: U8, draws: Draws) -> I64:
        """Rows among the settled, drawn by customers of these segments [n, k]."""
        grouped = np.argsort(settled, kind="stable")
        sizes = np.bincount(settled, minlength=256)
        size, start = sizes.take(segment), (np.cumsum(sizes) - sizes).take(segment)
        chosen = np.empty((len(segment), self.friends // 2 if len(settled) else 0), np.int64)
        for tie in range(chosen.shape[1]):
            alike = draws.happens(f"tie {tie} stays within", self.within) & (size > 0)
            place = _below(draws, f"tie {tie} leads to", np.where(alike, size, len(settled)))
            chosen[:, tie] = grouped.take(np.where(alike, start + place, place))
        return chosen


class Talk:
    """The ties of one model: the initial graph, shared by all arms, and what grew since.

    Example:
        >>> pair = Graph(np.array([0, 1, 2]), np.array([1, 0], np.int32))
        >>> talk = Talk(pair)
        >>> talk.join(np.array([2]), np.array([[0]]))
        >>> reached, told, (sums,) = talk.spread(np.array([1, 2]), [np.array([0.5, 2.0], np.float32)])
        >>> reached.tolist(), told.tolist(), sums.tolist()
        ([0], [2.0], [2.5])
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._later: I64 = np.empty(0, np.int64)  # arcs made since, packed and ascending; replaced, never written

    def join(self, row: NDArray[np.integer], friends: NDArray[np.integer]) -> None:
        """Tie arrivals to those they know, in both directions.

        Args:
            row: rows of the arrivals [m], none of them an initial customer.
            friends: rows each of them knows [m, k]; itself and doubles are dropped.
        """
        new = _arcs(np.repeat(row, friends.shape[1]), friends.ravel())
        merged = np.sort(np.concatenate([self._later, new]), kind="stable")  # merges sorted runs in linear time
        self._later = _distinct(merged)

    def spread(self, rows: Index, values: Sequence[F32]) -> tuple[Index, F32, list[F32]]:
        """Carry what `rows` say to all their friends, also to those who have left.

        Costs time by the ties of the speakers, but for one byte per customer. The order of the speakers never shows:
        sums are taken in double precision by ascending row of the speaker.

        Args:
            rows: who speaks, each once [S].
            values: what they say, each [S].

        Returns:
            Rows reached, ascending [H]; how many told each [H]; sums of each value [H].
        """
        order = np.argsort(rows, kind="stable")
        speaker, reached = self._arcs_of(rows.take(order))
        span = int(reached.max(initial=-1)) + 1
        hears = np.zeros(span, np.bool_)
        hears[reached] = True
        hearers = np.flatnonzero(hears)
        place = np.empty(span, np.int32)  # read only where written, so only those pages are touched
        place[hearers] = np.arange(len(hearers), dtype=np.int32)
        hearer, teller = place.take(reached), order.take(speaker)
        told = np.bincount(hearer).astype(np.float32)
        return hearers, told, [np.bincount(hearer, value.take(teller)).astype(np.float32) for value in values]

    def __deepcopy__(self, memo: dict[int, Any]) -> Talk:
        twin = Talk(self.graph)
        twin._later = self._later
        memo[id(self)] = twin
        return twin

    def _arcs_of(self, speakers: Index) -> tuple[Index, I64]:
        """All arcs of ascending rows: places of the speakers [arcs] and whom they reach [arcs]."""
        initial = speakers[: np.searchsorted(speakers, len(self.graph))]
        speaker, arcs = _runs(self.graph.first.take(initial), self.graph.first.take(initial + 1))
        reached = self.graph.friends.take(arcs).astype(np.int64)
        if len(self._later) == 0:
            return speaker, reached
        starts = np.searchsorted(self._later, speakers << 32)
        later_speaker, arcs = _runs(starts, np.searchsorted(self._later, (speakers + 1) << 32))
        later = self._later.take(arcs) & 0xFFFFFFFF
        return np.concatenate([speaker, later_speaker]), np.concatenate([reached, later])


def _below(draws: Draws, decision: str, bound: int | I64) -> I64:
    """Uniform whole numbers below a bound [n], of two draws: the 2^23 values of one are too few for millions."""
    coarse, fine = draws.uniforms(decision, f"{decision}, finely")
    uniform = coarse.astype(np.float64) - 2.0**-24 + fine * 2.0**-23
    return (uniform * bound).astype(np.int64)


def _picked(draws: Draws, ties: int, n: int) -> I64:
    """For each arrival, whole numbers below n [len(draws), ties]; none at all if n is 0."""
    return np.stack([_below(draws, f"acquaintance {tie}", n) for tie in range(ties)], axis=1)[:, : ties if n else 0]


def _followed(at: I64, ties: int, founders: int, founding: I64) -> I64:
    """Rows at the far ends of the newcomers' ties [t], by pointer jumping: chains are short, and halve each round.

    `at` [t] is the end each tie copies: 2e is the newcomer's end of tie e, 2e + 1 its far end, below 0 is one of
    the `founding` ends. Each newcomer makes so many `ties`, the first of them in row `founders`.
    """
    following = np.flatnonzero((at >= 0) & (at % 2 == 1))
    while len(following):
        at[following] = step = at.take(at.take(following) // 2)
        following = following[(step >= 0) & (step % 2 == 1)]
    far = founders + at // (2 * ties)
    far[at < 0] = founding[at[at < 0]]
    return far


def _graph(n: int, one: I64, other: I64) -> Graph:
    """The graph of n customers with ties between `one` and `other` [ties]."""
    arcs = _arcs(one, other)
    first = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(arcs >> 32, minlength=n), out=first[1:])
    return Graph(first, (arcs & 0xFFFFFFFF).astype(np.int32))


def _arcs(one: NDArray[np.integer], other: NDArray[np.integer]) -> I64:
    """Ties as arcs in both directions, packed as row * 2^32 + friend: ascending, no self-ties, no doubles."""
    apart = one != other
    one, other = one[apart].astype(np.int64), other[apart].astype(np.int64)
    arcs = np.concatenate([(one << 32) | other, (other << 32) | one])
    arcs.sort()
    return _distinct(arcs)


def _distinct(ascending: I64) -> I64:
    distinct: I64 = ascending[np.diff(ascending, prepend=-1) != 0]
    return distinct


def _runs(starts: I64, stops: I64) -> tuple[Index, I64]:
    """All places in runs [starts, stops): the run of each place, and the place."""
    lengths = stops - starts
    run = np.repeat(np.arange(len(starts)), lengths)
    return run, np.arange(len(run)) + (starts - np.cumsum(lengths) + lengths).take(run)
