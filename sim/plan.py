"""What a firm does in a week: whom it treats and how, what it offers, what it pays for it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Bool, Index

REWARD, BELONGING, BARGAIN = "reward", "belonging", "bargain"  # the motives an offer may speak to


@dataclass(frozen=True)
class Offer:
    """Something that customers may join when they come; whether they do is their own choice.

    Attributes:
        name: under which the firm's records keep who has joined.
        to: who is asked [N].
        ease: share that joins among those who are indifferent, 0-1.
        motive: what it speaks to: "reward", "belonging" or "bargain".
        gain: what joining is worth to a customer, relative to the usual spend of a visit.
        ends: whether everybody's membership ends this week.
    """

    name: str
    to: Bool
    ease: float = 0.5
    motive: str = REWARD
    gain: float = 0.05
    ends: bool = False

    def __post_init__(self) -> None:
        if getattr(self.to, "dtype", None) != np.bool_:
            raise TypeError(f"Offer.to of '{self.name}' is no array of bool [N]: give one entry per customer.")
        if not 0 <= self.ease <= 1:
            raise ValueError(f"Offer.ease of '{self.name}' = {self.ease!r} is outside 0 to 1: give a share.")
        if self.motive not in (REWARD, BELONGING, BARGAIN):
            raise ValueError(
                f"Offer.motive of '{self.name}' = {self.motive!r} is unknown: write '{REWARD}', '{BELONGING}' or "
                f"'{BARGAIN}'."
            )


@dataclass(frozen=True)
class Plan:
    """Whom the firm treats this week and how [N]; None is "nobody" or "nothing".

    Attributes:
        treated: whom the play is meant for, whether or not they come.
        technical: lift of technical quality (what is delivered) at an encounter, quality 0-1.
        functional: lift of functional quality (how it is delivered) at an encounter, quality 0-1.
        depth: how personal the service is, 0-1.
        accuracy: chance that a personal touch fits the customer, 0-1.
        promise: shift of the quality that is promised, quality -1 to 1.
        candour: how openly weak points are told, 0-1: an encounter then says more of honesty.
        slight: how much less than others the customer is seen to get, quality 0-1.
        recovery: lift of how well a failure is put right, quality 0-1.
        wait: multiplier of all waits at the touchpoints of an encounter.
        price: price as a multiple of what others pay.
        upsell: what is sold on top of what was wanted, as a share of the spend; customers accept or do not.
        suits: chance that what is sold on top is what the customer needs, 0-1.
        progress: how far on the way to the next reward the customer sees themselves, 0-1.
        status: recognition that comes with a tier, 0-1.
        reward: money's worth handed over with the next purchase.
        redeemed: points given up for that reward.
        points: points earned per unit of money spent.
        contact: calls, visits or messages that reach the customer this week; those who opted out get none.
        care: how much a contact shows that the firm means well, 1, or reads as manipulation, -1.
        news: how useful a contact is, 0-1.
        digital: how digital a contact is, 0 (in person) to 1; None is half of it.
        belonging: part the customer is given in a community or in making the product, 0-1.
        redress: lift of how well a complaint is answered, quality -1 to 1.
        amends: money's worth handed to whoever complains.
        bounty: money's worth handed to whoever refers somebody.
        prompt: how warmly a customer is asked to refer somebody, without money, 0-1.
        invite: how seriously somebody who has left is asked back: listened to, apologised to, 0-1.
        welcome: money's worth offered for coming back.
        dismiss: whom the firm lets go.
        cost: money spent on the customer this week, whether or not they come.
        encounter_cost: money spent if they come.
        line: name under which the ledger books what this costs.
        overhead: money spent this week on nobody in particular.
        point_value: money one outstanding point is expected to cost later (liability).
        attraction: multiplier of organic arrivals.
        referral: multiplier of the chance that a customer refers somebody.
        image: shift of the firm's public image this week, quality.
        survey: multiplier of the share of customers who are asked how it was.
        training: hours of training per member of staff this week.
        incentive: what staff get for service, as a share of their wage.
        crew: members of staff on duty beyond the usual, as a share of them.
        culture: what is done for a service culture among staff, 0-1.
        languages: share of the language gap that is bridged beyond what the firm bridges anyway, 0-1.
        offers: what customers may join.
        notes: what the firm's journal says of this week.
        parts: the plays' own bills, when several plays were put into one plan.
    """

    treated: Bool | None = None
    technical: F32 | None = None
    functional: F32 | None = None
    depth: F32 | None = None
    accuracy: F32 | None = None
    promise: F32 | None = None
    candour: F32 | None = None
    slight: F32 | None = None
    recovery: F32 | None = None
    wait: F32 | None = None
    price: F32 | None = None
    upsell: F32 | None = None
    suits: F32 | None = None
    progress: F32 | None = None
    status: F32 | None = None
    reward: F32 | None = None
    redeemed: F32 | None = None
    points: F32 | None = None
    contact: F32 | None = None
    care: F32 | None = None
    news: F32 | None = None
    digital: F32 | None = None
    belonging: F32 | None = None
    redress: F32 | None = None
    amends: F32 | None = None
    bounty: F32 | None = None
    prompt: F32 | None = None
    invite: F32 | None = None
    welcome: F32 | None = None
    dismiss: Bool | None = None
    cost: F32 | None = None
    encounter_cost: F32 | None = None
    line: str = "plan"
    overhead: float = 0.0
    point_value: float = 0.0
    attraction: float = 1.0
    referral: float = 1.0
    image: float = 0.0
    survey: float = 1.0
    training: float = 0.0
    incentive: float = 0.0
    crew: float = 0.0
    culture: float = 0.0
    languages: float = 0.0
    offers: tuple[Offer, ...] = ()
    notes: tuple[str, ...] = ()
    parts: tuple[Plan, ...] = ()

    def __post_init__(self) -> None:
        for name in ARRAYS:
            value = getattr(self, name)
            if value is None:
                continue
            wanted = np.bool_ if name in _FLAGS else np.float32
            if not isinstance(value, np.ndarray) or value.dtype != wanted:
                got = getattr(value, "dtype", type(value).__name__)
                raise TypeError(f"Plan.{name} holds {wanted.__name__}, got {got}: give an array [N] of that type.")
            if name in _FLAGS or not len(value):
                continue
            bottom, top = value.min(), value.max()  # NaN and infinity show here
            if not np.isfinite(bottom) or not np.isfinite(top):
                raise ValueError(f"Plan.{name} holds NaN or infinity: give every customer a number.")
            low, high = RANGES[name]
            if not low <= bottom <= top <= high:
                raise ValueError(f"Plan.{name} runs from {bottom:g} to {top:g}: allowed are {low:g} to {high:g}.")
        self._check_scalars()

    def _check_scalars(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not isinstance(value, int | float | np.number):
                raise TypeError(f"Plan.{name} = {value!r} is no number: give one from {low:g} to {high:g}.")
            if not low <= value <= high or abs(value) == np.inf:
                raise ValueError(f"Plan.{name} = {value!r} is outside {low:g} to {high:g}: give a finite number.")
        if not isinstance(self.line, str):
            raise TypeError(f"Plan.line = {self.line!r} is no text: give the name under which it is booked.")
        for name, kind in (("offers", Offer), ("notes", str), ("parts", Plan)):
            value = getattr(self, name)
            if not isinstance(value, tuple) or not all(isinstance(entry, kind) for entry in value):
                raise TypeError(f"Plan.{name} = {value!r} is no tuple of {kind.__name__}: write (one,) or (one, two).")

    def check(self, customers: int) -> None:
        """Refuse a plan that was not made for so many customers."""
        arrays = {f"Plan.{name}": getattr(self, name) for name in ARRAYS}
        arrays |= {f"Offer.to of '{offer.name}'": offer.to for offer in self.offers}
        for name, value in arrays.items():
            if value is not None and value.shape != (customers,):
                raise ValueError(f"{name} has shape {value.shape}; there are {customers} customers: one row each.")
        for part in self.parts:
            part.check(customers)

    @property
    def bills(self) -> tuple[Plan, ...]:
        """The plans whose money is to be booked, each under its own line."""
        return self.parts or (self,)

    def but(self, **values: Any) -> Plan:
        """The same plan with other values, none of them checked: for those that cannot be out of range."""
        plan = copy.copy(self)
        for name, value in values.items():
            object.__setattr__(plan, name, value)
        return plan

    def part(self, start: int, stop: int) -> Plan:
        """The plan for rows start to stop."""
        return self._each(lambda values: values[start:stop])

    def some(self, rows: Index) -> Plan:
        """The plan for chosen rows."""
        return self._each(lambda values: values.take(rows))

    def _each(self, pick: Callable[[NDArray[Any]], NDArray[Any]]) -> Plan:
        part = copy.copy(self)  # what was checked once needs no second check
        for name, values in vars(self).items():
            if isinstance(values, np.ndarray):
                object.__setattr__(part, name, pick(values))
        if self.offers:
            object.__setattr__(part, "offers", tuple(_of(offer, pick) for offer in self.offers))
        if self.parts:
            object.__setattr__(part, "parts", tuple(bill._each(pick) for bill in self.parts))
        return part


def _of(offer: Offer, pick: Callable[[NDArray[Any]], NDArray[Any]]) -> Offer:
    part = copy.copy(offer)
    object.__setattr__(part, "to", pick(offer.to))
    return part


_FLAGS = ("treated", "dismiss")
MONEY = ("reward", "amends", "bounty", "welcome", "cost", "encounter_cost")
RANGES = {
    **dict.fromkeys(("technical", "functional", "recovery", "redress", "promise", "care"), (-1.0, 1.0)),
    **dict.fromkeys(("wait", "price"), (0.01, 100.0)),
    **dict.fromkeys(("depth", "accuracy", "progress", "status", "candour", "slight", "suits"), (0.0, 1.0)),
    **dict.fromkeys(("news", "digital", "belonging", "prompt", "invite"), (0.0, 1.0)),
    **dict.fromkeys((*MONEY, "redeemed", "points"), (0.0, np.inf)),
    "upsell": (0.0, 5.0),
    "contact": (0.0, 100.0),
}
LIMITS = {
    "overhead": (0.0, np.inf),
    "point_value": (0.0, np.inf),
    "attraction": (0.0, np.inf),
    "referral": (0.0, np.inf),
    "image": (-1.0, 1.0),
    "survey": (0.0, 100.0),
    "training": (0.0, 40.0),
    "incentive": (0.0, 1.0),
    "crew": (-1.0, 10.0),
    "culture": (0.0, 1.0),
    "languages": (0.0, 1.0),
}
ARRAYS = tuple(field.name for field in fields(Plan) if field.default is None)
