"""The same luck in every arm: a draw is addressed by seed, decision, week and the customer's key.

`(seed, decision, week)` picks a SplitMix64 stream (Steele, Lea & Flood 2014), the customer's key the position in it. A
draw thus depends on nobody else: not on row, block, number of customers or other decisions.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.errors import ChanceError

F32 = NDArray[np.float32]
Bool = NDArray[np.bool_]
U64 = NDArray[np.uint64]
Index = NDArray[np.intp]

MOST = 254  # largest count a week can hold; one more, the first purchase, still fits a byte
LIFE = -1_000_000  # the "week" of draws that are made once in a life
_ALL = 2**64 - 1
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SCALE = np.float32(2.0**-23)  # 23 bits: one more and the largest draw would round to 1
_HALF = np.float32(2.0**-24)
_CHUNK = 8_192  # rows hashed at a time: the two scratch arrays stay in the first-level cache


class Chance:
    """All the luck of one replication.

    Example:
        >>> keys = np.arange(3, dtype=np.uint64)
        >>> first = Chance(7).at(0).rows(keys).uniform("buy")
        >>> bool((first == Chance(7).at(0).rows(keys).uniform("buy")).all())
        True
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def at(self, week: int) -> Week:
        """The luck of one week."""
        return Week(self.seed, week)

    def life(self) -> Week:
        """Luck drawn once in a life, whatever the week it is asked for."""
        return Week(self.seed, LIFE)


class Week:
    """The luck of one week; refuses to draw a decision twice for the same rows."""

    def __init__(self, seed: int, week: int) -> None:
        self._seed, self._week = seed, week
        self._here = _word(f"{seed}|{week}")
        self._drawn: dict[str, int] = {}

    def rows(self, keys: U64, start: int = 0) -> Draws:
        """The luck of a run of rows that begins at row `start` and has these keys [n]."""
        return Draws(self, keys, start, start + len(keys))

    def one(self, decision: str) -> float:
        """A uniform draw on (0, 1) that belongs to nobody."""
        return float(Draws(self, np.zeros(1, np.uint64), 0, 1).uniform(f"{decision} (nobody)")[0])

    def claim(self, decision: str, start: int, stop: int) -> int:
        """The address of a decision's stream; raises ChanceError when rows from `start` were drawn before."""
        if self._drawn.get(decision, 0) > start:
            raise ChanceError(f"'{decision}' was drawn twice in week {self._week}: give the second draw its own name.")
        self._drawn[decision] = max(stop, start + 1)
        return (self._here + _word(decision)) & _ALL

    def lasting(self, decision: str) -> int:
        """The address of a decision's stream that belongs to no week, so it may be read again."""
        return (_word(f"{self._seed}|{LIFE}") + _word(decision)) & _ALL


class Draws:
    """The luck of some customers [n]; every method gives one value per customer."""

    __slots__ = ("_keys", "_prefix", "_start", "_stop", "_week")

    def __init__(self, week: Week, keys: U64, start: int, stop: int, prefix: str = "") -> None:
        self._week, self._keys, self._start, self._stop, self._prefix = week, keys, start, stop, prefix

    def __len__(self) -> int:
        return len(self._keys)

    def some(self, rows: Index) -> Draws:
        """The luck of chosen rows of these [len(rows)]."""
        return Draws(self._week, self._keys.take(rows), self._start, self._stop, self._prefix)

    def named(self, prefix: str) -> Draws:
        """The same customers, other decisions: every name gets the prefix."""
        return Draws(self._week, self._keys, self._start, self._stop, f"{self._prefix}{prefix} ")

    def lasting(self, decision: str) -> F32:
        """Uniform on (0, 1), the same number in every week of the customer's life."""
        return self._read(self._week.lasting(self._prefix + decision))

    def uniform(self, decision: str) -> F32:
        """Uniform on (0, 1), never 0 or 1."""
        return self._read(self._week.claim(self._prefix + decision, self._start, self._stop))

    def uniforms(self, *decisions: str) -> list[F32]:
        """Uniforms of several decisions, each [n]: the same numbers as one by one, at less cost for few customers."""
        addresses = [self._week.claim(self._prefix + name, self._start, self._stop) for name in decisions]
        draws = np.empty((len(addresses), len(self._keys)), np.float32)
        column = np.array(addresses, np.uint64)[:, None]
        for at in range(0, len(self._keys), _CHUNK):
            _fill(draws[:, at : at + _CHUNK], self._keys[at : at + _CHUNK], column)
        return list(draws)

    def _read(self, address: int) -> F32:
        draws = np.empty(len(self._keys), np.float32)
        start = np.uint64(address)
        for at in range(0, len(draws), _CHUNK):
            _fill(draws[at : at + _CHUNK], self._keys[at : at + _CHUNK], start)
        return draws

    def exponential(self, decision: str) -> F32:
        """Exponential with mean 1, by inversion."""
        return -np.log(self.uniform(decision))

    def normal(self, decision: str) -> F32:
        """Standard normal, by inversion."""
        return normal(self.uniform(decision))

    def happens(self, decision: str, chance: F32 | float) -> Bool:
        """Whether an event of this chance falls."""
        return self.uniform(decision) < chance


def normal(u: F32) -> F32:
    """Standard normal quantile [n]."""
    return ndtri(u).astype(np.float32, copy=False)


def hashed(keys: U64, address: np.uint64) -> U64:
    """64 well-mixed bits per key [n]: position `key` of the SplitMix64 stream that starts at `address`."""
    bits = keys * _GAMMA + address
    _mix(bits)
    bits ^= bits >> np.uint64(31)
    return bits


def key_of(kind: str, first: NDArray[np.integer] | int, second: NDArray[np.integer] | int) -> U64:
    """Identity of an arrival [n], e.g. `key_of("organic", week, candidate)`; the same in every arm and seed."""
    outer = hashed(np.atleast_1d(np.asarray(first)).astype(np.uint64), np.uint64(_word(kind)))
    return hashed(outer ^ np.atleast_1d(np.asarray(second)).astype(np.uint64), np.uint64(_word(kind + " ordinal")))


def poisson(u: F32, rate: F32) -> NDArray[np.uint8]:
    """Poisson counts by inversion [n], at most `MOST`.

    One draw each, so one customer's rate never moves another's luck.
    """
    count = np.zeros(len(u), np.uint8)
    rows = np.flatnonzero(u < rate)  # 1 - exp(-rate) <= rate: nobody else can have one
    u64, rate64 = 1.0 - u[rows].astype(np.float64), rate[rows].astype(np.float64)
    term = np.exp(-rate64)
    below = term.copy()
    k = 0
    while len(rows) and k < MOST:
        more = u64 > below
        rows, u64, rate64, term, below = rows[more], u64[more], rate64[more], term[more], below[more]
        count[rows] += 1
        k += 1
        term *= rate64 / k
        below += term
    return count


def _fill(draws: F32, keys: U64, address: np.uint64 | U64) -> None:
    bits = keys * _GAMMA + address
    _mix(bits)  # SplitMix64's last xor-shift touches only bits that are dropped here
    np.right_shift(bits, np.uint64(41), out=bits)
    np.copyto(draws, bits.view(np.int64), casting="unsafe")
    np.multiply(draws, _SCALE, out=draws)
    np.add(draws, _HALF, out=draws)


def _mix(bits: U64) -> None:
    scratch = np.empty_like(bits)
    for shift, factor in ((np.uint64(30), _MIX_1), (np.uint64(27), _MIX_2)):
        np.right_shift(bits, shift, out=scratch)
        np.bitwise_xor(bits, scratch, out=bits)
        np.multiply(bits, factor, out=bits)


@lru_cache(maxsize=4_096)
def _word(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
