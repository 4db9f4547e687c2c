"""What holds for everybody in a week: the firm's usual ways, shocks to them, price, rivals, public image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from sim.parameters import ASSUMED, Parametric, param

USUAL_RIVAL = 0.65  # quality of the best alternative in ordinary times
USUAL_BRAND = 0.70  # what is publicly said of the firm in ordinary times: the quality it delivers


@dataclass(frozen=True)
class Conditions:
    """What holds for everybody in one week.

    Attributes:
        technical: shift of the technical quality delivered.
        functional: shift of the functional quality delivered.
        failure: shift of the chance of a failure.
        recovery: shift of how well a failure is put right.
        promise: shift of the quality promised.
        price: price as a multiple of the usual one.
        rival: quality of the best alternative, 0-1.
        competition: how free customers are to leave, from 0 (locked in) to 1 (free).
        brand: public image of the firm's quality, 0-1.
    """

    technical: float = 0.0
    functional: float = 0.0
    failure: float = 0.0
    recovery: float = 0.0
    promise: float = 0.0
    price: float = 1.0
    rival: float = USUAL_RIVAL
    competition: float = 1.0
    brand: float = USUAL_BRAND


USUAL = Conditions()


@dataclass(frozen=True)
class Event(Parametric):
    """A change that begins in one week, grows to its full size, and ends."""

    start: int = param(0, unit="week", low=0, high=10_000, doc="first week of it")
    weeks: int = param(10_000, unit="weeks", low=1, high=10_000, doc="how long it lasts")
    ramp: int = param(1, unit="weeks", low=1, high=10_000, doc="weeks until it has its full size; 1 is at once")
    technical: float = param(0.0, unit="quality", low=-1, high=1, doc="shift of technical quality")
    functional: float = param(0.0, unit="quality", low=-1, high=1, doc="shift of functional quality")
    failure: float = param(0.0, unit="chance", low=-1, high=1, doc="shift of the chance of a failure")
    recovery: float = param(0.0, unit="quality", low=-1, high=1, doc="shift of how well failures are put right")
    promise: float = param(0.0, unit="quality", low=-1, high=1, doc="shift of the quality promised")
    price: float = param(0.0, unit="share", low=-0.9, high=10, doc="change of the price")
    rival: float = param(0.0, unit="quality", low=-1, high=1, doc="shift of the best rival's quality")

    def size(self, week: int) -> float:
        """How much of it holds in a week, 0 to 1."""
        age = week - self.start
        return min((age + 1) / self.ramp, 1.0) if 0 <= age < self.weeks else 0.0


_SHIFTS = ("technical", "functional", "failure", "recovery", "promise")


@dataclass(frozen=True)
class Scenario:
    """A calendar of events, the same in all arms.

    Attributes:
        events: by name.

    Example:
        >>> Scenario({"decline": Event(start=4, ramp=10, technical=-0.2)}).at(8).technical
        -0.1
    """

    events: Mapping[str, Event] = field(default_factory=dict)

    def at(self, week: int, usual: Conditions = USUAL) -> Conditions:
        """The conditions of a week: the usual ones, moved by every event that holds then."""
        if not self.events:
            return usual
        sizes = [(event, event.size(week)) for event in self.events.values()]
        shifts = {name: getattr(usual, name) + sum(s * getattr(e, name) for e, s in sizes) for name in _SHIFTS}
        rival = usual.rival + sum(s * e.rival for e, s in sizes)
        price = usual.price * float(np.prod([1 + s * e.price for e, s in sizes]))
        return replace(usual, **shifts, rival=min(max(rival, 0.0), 1.0), price=price)


@dataclass(frozen=True)
class Rivals(Parametric):
    """The outside option: what the best alternative offers, and how free customers are to take it."""

    quality: float = param(
        USUAL_RIVAL, unit="quality 0-1", low=0, high=1, doc="quality of the best alternative", source=ASSUMED
    )
    competition: float = param(
        1.0, unit="0 to 1", low=0, high=1, doc="0: locked in, feelings do not count; 1: free to leave",
        source="direction: Jones & Sasser 1995; size assumed",
    )  # fmt: skip


@dataclass(frozen=True)
class Reputation(Parametric):
    """Public image: a running mean of the quality that customers tell of; it moves newcomers and their number."""

    start: float = param(USUAL_BRAND, unit="quality 0-1", low=0, high=1, doc="brand image at the start", source=ASSUMED)
    memory: float = param(
        0.05, unit="share per week", low=0, high=1, doc="weight of what was told this week", source=ASSUMED
    )
    pull: float = param(
        2.0, unit="log arrivals per unit quality", low=0, high=20, doc="a better image attracts more", source=ASSUMED
    )

    def after(self, image: float, told: float) -> float:
        """The image after a week in which a mean quality of `told` was told."""
        return image + self.memory * (told - image)

    def attraction(self, image: float) -> float:
        """By how much the image multiplies arrivals."""
        return float(np.exp(self.pull * (image - self.start)))
