"""What customers say reaches friends and the public: ties, this week's talk, the firm's image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.chance import F32, Chance, Index
from sim.exchange import Heard, Said
from sim.network import Network, Talk
from sim.people import KEY, SEGMENT
from sim.scenario import USUAL_BRAND, Reputation
from sim.table import Block, Table

PUBLISHED = 0.9  # share of the firm's own words that is left after a week (assumed)


class Society:
    """Who talks to whom, what was said this week, and what the public thinks of the firm.

    Args:
        network: how ties come about.
        reputation: how the image follows what is told.
        chance: all luck; ties are drawn once in a life.
    """

    def __init__(self, network: Network, reputation: Reputation, chance: Chance) -> None:
        self._told = reputation.start  # what people have told makes of it
        self._published = 0.0  # how far the firm's own words have moved it
        self._network, self._reputation, self._life = network, reputation, chance.life
        self._talk: Talk | None = None
        self._week: list[Said] = []

    @property
    def image(self) -> float:
        """The firm's public image: what is told, and what the firm says itself, which leaves nothing once forgotten."""
        return min(max(self._told + self._published, 0.0), 1.0)

    def connect(self, table: Table) -> None:
        """Tie the initial customers together."""
        if len(table):
            graph = self._network.connect(table[SEGMENT], self._life().rows(table[KEY]).named("network"))
            self._talk = None if graph is None else Talk(graph)

    def befriend(self, table: Table, rows: Block, referrers: Index | None) -> None:
        """Arrivals know some initial customers, and whoever referred them."""
        if self._talk is None:
            return
        graph, draws = self._talk.graph, self._life().rows(rows[KEY]).named("friends")
        friends = self._network.meet(graph, table[SEGMENT][: len(graph)], rows[SEGMENT], draws)
        if referrers is not None:
            friends = np.column_stack([friends, referrers.astype(np.int32)])
        self._talk.join(np.arange(rows.start, rows.stop), friends)

    def note(self, said: Said, start: int) -> None:
        """Remember what a block, whose first row is `start`, has said."""
        if self._talk is not None:
            self._week.append(Said(said.rows + start, said.quality, said.attitude, said.feeling, said.left + start))

    def publish(self, shift: float) -> None:
        """What the firm itself does for its image this week; what it did before is half forgotten after seven weeks."""
        self._published = min(max(PUBLISHED * self._published + shift, -1.0), 1.0)

    def carry(self) -> tuple[Index, Heard]:
        """Who hears this week's talk [H], rows ascending, and what; the image moves with it."""
        if self._talk is None:
            return np.zeros(0, np.intp), _SILENCE
        said, self._week = _joined(self._week), []
        if len(said.rows):
            quality = said.quality.take(said.rows.argsort(kind="stable"))  # blocks let go and tell in turns
            self._told = self._reputation.after(self._told, float(quality.mean()))
        return _carried(self._talk, said)


def _joined(parts: Sequence[Said]) -> Said:
    """What was said in all blocks, one after the other."""
    rows, values = np.zeros(0, np.intp), np.zeros(0, np.float32)
    return Said(
        np.concatenate([rows, *(part.rows for part in parts)]),
        np.concatenate([values, *(part.quality for part in parts)]),
        np.concatenate([values, *(part.attitude for part in parts)]),
        np.concatenate([values, *(part.feeling for part in parts)]),
        np.concatenate([rows, *(part.left for part in parts)]),
    )


def _carried(talk: Talk, said: Said) -> tuple[Index, Heard]:
    """From rows that tell or leave to rows that hear; means over the friends who tell."""
    reached, tellers, sums = talk.spread(said.rows, [said.quality, said.attitude, said.feeling])
    bereft, leavers, _ = talk.spread(said.left, [])
    hearers = np.union1d(reached, bereft)
    at, there = np.searchsorted(hearers, reached), np.searchsorted(hearers, bereft)

    def over(values: F32, places: Index, otherwise: float = 0.0) -> F32:
        full = np.full(len(hearers), otherwise, np.float32)
        full[places] = values
        return full

    quality, attitude, feeling = (over(total / tellers, at, usual) for total, usual in zip(sums, _NOTHING, strict=True))
    return hearers, Heard(over(tellers, at), quality, attitude, feeling, over(leavers, there))


_NOTHING = (USUAL_BRAND, 0.0, 0.0)  # quality, attitude and feeling where nobody told
_SILENCE = Heard(*(np.zeros(0, np.float32) for _ in range(5)))
