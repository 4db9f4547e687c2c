"""What holds for everybody in a week: the firm's usual ways, shocks to them, price, rivals, public image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from sim.chance import Week
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
        demand: shift of the log rate at which everybody buys.
        rival_price: price of the best alternative as a multiple of the firm's usual price.
        poaching: how strongly rivals court the firm's customers, shift of the logit of leaving.
        absent: share of staff that is not there.
        languages: share of language gaps that the firm bridges, 0-1.
        contacts: most contacts a customer may get in a week.
        rivals: chance of each named rival to get a customer who goes to one.
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
    demand: float = 0.0
    rival_price: float = 1.0
    poaching: float = 0.0
    absent: float = 0.0
    languages: float = 1.0
    contacts: float = 100.0
    rivals: tuple[float, ...] = ()


USUAL = Conditions()


@dataclass(frozen=True)
class Alternative:
    """What the rivals offer the firm's customers in a week.

    Attributes:
        quality: quality of the best of them, 0-1.
        price: price of the best of them as a multiple of the firm's usual price.
        poaching: how strongly they court the firm's customers, shift of the logit of leaving.
        shares: chance of each named rival to get a customer who goes to one; empty where none has a name.
    """

    quality: float = USUAL_RIVAL
    price: float = 1.0
    poaching: float = 0.0
    shares: tuple[float, ...] = ()


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
    rival_price: float = param(0.0, unit="share", low=-0.9, high=10, doc="change of the best rival's price")
    poaching: float = param(0.0, unit="logit", low=0, high=5, doc="how strongly rivals court customers")
    demand: float = param(0.0, unit="log rate", low=-5, high=5, doc="shift of how often everybody buys")
    brand: float = param(0.0, unit="quality", low=-1, high=1, doc="shift of the firm's public image")
    absent: float = param(0.0, unit="share", low=0, high=0.95, doc="staff that is not there")
    contacts: float = param(100.0, unit="per week", low=0, high=100, doc="most contacts a customer may get")

    def size(self, week: int) -> float:
        """How much of it holds in a week, 0 to 1."""
        age = week - self.start
        return min((age + 1) / self.ramp, 1.0) if 0 <= age < self.weeks else 0.0


_SHIFTS = ("technical", "functional", "failure", "recovery", "promise", "poaching", "demand")
_QUALITY = ("rival", "brand")


@dataclass(frozen=True)
class Scenario:
    """What happens to everybody in the meantime: a calendar of events, the same in all arms.

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
        quality = {name: getattr(usual, name) + sum(s * getattr(e, name) for e, s in sizes) for name in _QUALITY}
        prices = {
            name: getattr(usual, name) * float(np.prod([1 + s * getattr(e, name) for e, s in sizes]))
            for name in ("price", "rival_price")
        }
        there = float(np.prod([1 - s * e.absent for e, s in sizes]))
        contacts = min([usual.contacts, *(e.contacts for e, s in sizes if s > 0)])
        within = {name: min(max(value, 0.0), 1.0) for name, value in quality.items()}
        return replace(usual, **shifts, **within, **prices, absent=1 - there, contacts=contacts)


@dataclass(frozen=True)
class Rivals(Parametric):
    """One outside option without a name: what the best alternative offers, and how free customers are to take it."""

    quality: float = param(
        USUAL_RIVAL, unit="quality 0-1", low=0, high=1, doc="quality of the best alternative", source=ASSUMED
    )
    competition: float = param(
        1.0, unit="0 to 1", low=0, high=1, doc="0: locked in, feelings do not count; 1: free to leave",
        source="direction: Jones & Sasser 1995; size assumed",
    )  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """Nobody has a name."""
        return ()

    @property
    def usual(self) -> Alternative:
        """What is offered in any week."""
        return Alternative(self.quality)

    def at_rest(self) -> Self:
        """The same: nobody moves."""
        return self

    def enter(self, model: Any) -> None:
        """Nobody comes on stage."""

    def move(self, model: Any, price: float, luck: Week) -> Alternative:
        """The same in every week."""
        return self.usual


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
