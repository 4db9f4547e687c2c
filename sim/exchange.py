"""What crosses the counter: frozen types of arrays, one per hand-over. [N] is every customer, [E] those concerned."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Bool, Index
from sim.scenario import USUAL_BRAND, USUAL_RIVAL
from sim.table import Column

U8 = NDArray[np.uint8]
I8 = NDArray[np.int8]


class View:
    """What a firm can know, read-only: `view[PURCHASES]` gives a sealed copy of a CRM column [N].

    A strategy cannot write to it, cannot make it writable, and cannot ask for anything but CRM columns.
    """

    __slots__ = ("_read", "customers", "week")

    def __init__(self, week: int, customers: int, read: Callable[[Column[Any]], NDArray[Any]]) -> None:
        object.__setattr__(self, "week", week)
        object.__setattr__(self, "customers", customers)
        object.__setattr__(self, "_read", read)

    week: int
    customers: int
    _read: Callable[[Column[Any]], NDArray[Any]]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"the View is sealed: {name} cannot be set; return a Plan instead.")

    def __reduce__(self) -> tuple[Any, ...]:
        return View, (self.week, self.customers, _over)  # a copy has no records to read

    def __len__(self) -> int:
        return self.customers

    def __getitem__[T: np.generic](self, column: Column[T]) -> NDArray[T]:
        sealed: NDArray[T] = self._read(column)
        return sealed


def _over(column: Column[Any]) -> NDArray[Any]:
    raise RuntimeError(f"a copied View cannot be read: take '{column.name}' from the View of the week you plan for.")


@dataclass(frozen=True)
class Plan:
    """Whom the firm treats this week and how [N]; None is "nobody" or "nothing".

    Attributes:
        treated: whom the play is meant for, whether or not they come.
        technical: lift of technical quality (what is delivered) at an encounter, quality 0-1.
        functional: lift of functional quality (how it is delivered) at an encounter, quality 0-1.
        depth: how personal the service is, 0-1.
        accuracy: chance that a personal touch fits the customer, 0-1.
        progress: how far on the way to the next reward the customer sees themselves, 0-1.
        status: recognition that comes with a tier, 0-1.
        reward: money's worth handed over with the next purchase.
        redeemed: points given up for that reward.
        points: points earned per unit of money spent.
        cost: money spent on the customer this week, whether or not they come.
        encounter_cost: money spent if they come.
        recovery: lift of how well a failure is put right, quality 0-1.
        wait: multiplier of all waits at the touchpoints of an encounter.
        line: name under which the ledger books what this costs.
        point_value: money one outstanding point is expected to cost later (liability).
        attraction: multiplier of organic arrivals.
        referral: multiplier of the chance that a customer refers somebody.
    """

    treated: Bool | None = None
    technical: F32 | None = None
    functional: F32 | None = None
    depth: F32 | None = None
    accuracy: F32 | None = None
    progress: F32 | None = None
    status: F32 | None = None
    reward: F32 | None = None
    redeemed: F32 | None = None
    points: F32 | None = None
    cost: F32 | None = None
    encounter_cost: F32 | None = None
    recovery: F32 | None = None
    wait: F32 | None = None
    line: str = "plan"
    point_value: float = 0.0
    attraction: float = 1.0
    referral: float = 1.0

    def __post_init__(self) -> None:
        for name in _ARRAYS:
            value = getattr(self, name)
            if value is None:
                continue
            wanted = np.bool_ if name == "treated" else np.float32
            if not isinstance(value, np.ndarray) or value.dtype != wanted:
                got = getattr(value, "dtype", type(value).__name__)
                raise TypeError(f"Plan.{name} holds {wanted.__name__}, got {got}: give an array [N] of that type.")
            if not np.isfinite(value.sum()):
                raise ValueError(f"Plan.{name} holds NaN or infinity: give every customer a number.")
            low, high = _RANGES.get(name, (-np.inf, np.inf))
            if len(value) and not low <= value.min() <= value.max() <= high:
                raise ValueError(
                    f"Plan.{name} runs from {value.min():g} to {value.max():g}: allowed are {low:g} to {high:g}."
                )

    def check(self, customers: int) -> None:
        """Refuse a plan that was not made for so many customers."""
        for name in _ARRAYS:
            value = getattr(self, name)
            if value is not None and value.shape != (customers,):
                raise ValueError(f"Plan.{name} has shape {value.shape}; there are {customers} customers: one row each.")

    def spent(self, came: Bool) -> F32 | None:
        """What is spent on those who come [N], beyond the weekly cost; None when nothing is."""
        parts = [part for part in (self.encounter_cost, self.reward) if part is not None]
        if not parts:
            return None
        total: F32 = sum(parts[1:], parts[0]) * came
        return total

    def part(self, start: int, stop: int) -> Plan:
        """The plan for rows start to stop."""
        return self._each(lambda values: values[start:stop])

    def some(self, rows: Index) -> Plan:
        """The plan for chosen rows."""
        return self._each(lambda values: values.take(rows))

    def _each(self, pick: Callable[[NDArray[Any]], NDArray[Any]]) -> Plan:
        part = copy.copy(self)  # what was checked once needs no second check
        for name in _ARRAYS:
            values = getattr(self, name)
            if values is not None:
                object.__setattr__(part, name, pick(values))
        return part


_RANGES = {
    **dict.fromkeys(("technical", "functional", "recovery"), (-1.0, 1.0)),
    "wait": (0.01, 100.0),
    **dict.fromkeys(("depth", "accuracy", "progress", "status"), (0.0, 1.0)),
    **dict.fromkeys(("reward", "redeemed", "points", "cost", "encounter_cost"), (0.0, np.inf)),
}
_ARRAYS = tuple(field.name for field in fields(Plan) if field.default is None)


@dataclass(frozen=True)
class Encounters:
    """What was lived this week [E], one composite encounter per customer who came.

    Attributes:
        technical: delivered technical quality, 0-1.
        functional: delivered functional quality, 0-1.
        promised: quality the firm had promised, 0-1.
        failure: severity of a failure, 0 when nothing failed.
        fit: how well a personal touch fitted, -1 to 1; None when nobody had one.
        intrusion: how much personal data the customer saw used, 0-1; None when nobody did.
        reward: money's worth of what was handed over, relative to the customer's usual spend; None when nothing was.
        moment: mean of the most extreme and the last touchpoint, beyond the mean of all; None where all were alike.
        recovery: how well a failure was put right, 0-1; counts only where one happened; None when none did.
        effort: waiting, in doublings of what feels normal.
        staff_mood: feeling that staff showed, -1 to 1.
        price: price as a multiple of the usual one.
        rival: quality of the best alternative, 0-1.
        brand: public image of the firm's quality, 0-1.
    """

    technical: F32
    functional: F32
    promised: float
    failure: F32
    fit: F32 | None = None
    intrusion: F32 | None = None
    reward: F32 | None = None
    moment: F32 | None = None
    recovery: F32 | None = None
    effort: F32 | float = 0.0
    staff_mood: float = 0.0
    price: float = 1.0
    rival: float = USUAL_RIVAL
    brand: float = USUAL_BRAND


@dataclass(frozen=True)
class Heard:
    """What reached customers from friends this week [H].

    Attributes:
        tellers: friends who told of an encounter; 0 for those who only saw a friend leave.
        quality: mean quality told, 0-1; what is usual where nobody told.
        attitude: mean judgement told, -1 to 1; 0 where nobody told.
        feeling: mean valence of those who told, -1 to 1; 0 where nobody told.
        leavers: friends who left.
    """

    tellers: F32
    quality: F32
    attitude: F32
    feeling: F32
    leavers: F32

    def some(self, rows: Index) -> Heard:
        """The part that reached chosen rows."""
        return Heard(*(getattr(self, field.name).take(rows) for field in fields(self)))


@dataclass(frozen=True)
class Said:
    """What customers tell their friends this week [T], at `rows` of the table, and who left [L].

    Attributes:
        rows: who tells.
        quality: quality told of, 0-1.
        attitude: judgement told, -1 to 1.
        feeling: valence that shows, -1 to 1.
        left: rows of those who left.
    """

    rows: Index
    quality: F32
    attitude: F32
    feeling: F32
    left: Index


@dataclass(frozen=True)
class Leanings:
    """Where customers lean who have an occasion to act [E]; zero shifts and chances are the standard model.

    Attributes:
        leave: shift of the logit of leaving.
        complain: chance to complain about what was lived.
        recommend: shift of the log chance to refer somebody.
        score: what a survey would hear without noise, 0-10.
        pay: premium over the usual price that would be accepted, as a log ratio; 0 where the population stood.
        tell: chance to tell friends of what was lived.
        quality: quality that would be told of, 0-1.
        attitude: judgement that would be told, -1 to 1.
        feeling: valence that would show, -1 to 1.
    """

    leave: F32
    complain: F32
    recommend: F32
    score: F32
    pay: F32
    tell: F32
    quality: F32
    attitude: F32
    feeling: F32


@dataclass(frozen=True)
class Acts:
    """What customers did this week [E], at `rows` of the block.

    Attributes:
        rows: place of each customer in the block, ascending.
        bought: purchases, the first (trial) one included; contractual: service uses.
        moment: time of the last purchase, in weeks, the fraction within the week included.
        paid: money paid this week.
        left: who ended the relationship, with the last purchase or at the renewal.
        seen: whether the firm notices those who left (a contract that is not renewed).
        renewed: who renewed a contract.
        complained: who complained.
        referred: who referred somebody.
        told: who told friends of what was lived.
        bad: whose telling was of a bad one.
        answer: survey answer 0-10, -1 for none.
        spent: money the plan spent on those who came, beyond its weekly cost; None when it spends none.
        price: multiple of the usual price that was paid.
        said: what was told, at rows of the block.
    """

    rows: Index
    bought: U8
    moment: F32
    paid: F32
    left: Bool
    seen: bool
    renewed: Bool
    complained: Bool
    referred: Bool
    told: Bool
    bad: Bool
    answer: I8
    spent: F32 | None
    price: float
    said: Said
