"""Who competes with the firm, and where customers go who leave it for somebody else."""

from __future__ import annotations

from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Bool, Draws, Week
from sim.exchange import U8
from sim.people import REASONS
from sim.scenario import Alternative

NEEDLESS = ("still here", "need", "dismissed")  # who left for one of these does not look for another firm


@runtime_checkable
class Competition(Protocol):
    """What the stage asks of those who compete with the firm."""

    @property
    def competition(self) -> float: ...  # how free customers are to leave, 0 to 1
    @property
    def names(self) -> tuple[str, ...]: ...  # of rivals; those without a name are one outside option
    @property
    def usual(self) -> Alternative: ...  # what is offered before anybody has moved
    def at_rest(self) -> Self: ...  # the same rivals, none of whom ever moves: the pilot's
    def enter(self, model: Any) -> None: ...  # agents come on stage
    def move(self, model: Any, price: float, luck: Week) -> Alternative: ...  # a week's offers, given the firm's price


def gone_to(reason: U8, left: Bool, shares: tuple[float, ...], draws: Draws) -> U8:
    """The rival each leaver goes to [E]: 1 for the first named one, 0 for none.

    Who has no need any more, or was let go, goes to nobody; all others still need what the firm sells and choose a
    rival with the chances `shares`.
    """
    to = np.zeros(len(left), np.uint8)
    seeking = np.flatnonzero(left & ~np.isin(reason, [REASONS.index(name) for name in NEEDLESS]))
    if shares and len(seeking):
        u = draws.some(seeking).uniform("goes to")
        to[seeking] = 1 + np.searchsorted(np.cumsum(shares)[:-1], u)
    return to


def price_seen(price: F32 | None, usual: float, known: Bool) -> float:
    """The firm's price as rivals see it: the mean over its customers, as a multiple of its usual price."""
    return usual if price is None or not known.any() else usual * float(price[known].mean())


def chances(attraction: NDArray[np.float64]) -> tuple[float, ...]:
    """A logit over attractions [k] (McFadden 1974)."""
    weights = np.exp(attraction - attraction.max())
    return tuple((weights / weights.sum()).tolist())
