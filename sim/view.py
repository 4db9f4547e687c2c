"""What a firm can know: its records, its books and its own notes. Never a customer's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import Bool
from sim.table import Column

_NOTHING: Mapping[str, float] = MappingProxyType({})


class View:
    """What a firm can know, read-only: `view[PURCHASES]` gives a sealed copy of a CRM column [N].

    A strategy cannot write to it, cannot make it writable, and cannot ask for anything but CRM columns.

    Attributes:
        week: the running week.
        customers: how many customers are on record.
        spent: money spent so far, by the line it was booked under.
        memory: what the firm has noted for itself in this run, by name: fitted scores, decisions, dates. A strategy is
            a value and remembers nothing; what it needs next week it writes here.
    """

    __slots__ = ("_member", "_read", "customers", "memory", "spent", "week")

    week: int
    customers: int
    spent: Mapping[str, float]
    memory: dict[str, Any]
    _read: Callable[[Column[Any]], NDArray[Any]]
    _member: Callable[[str], Bool]

    def __init__(
        self, week: int, customers: int, read: Callable[[Column[Any]], NDArray[Any]],
        member: Callable[[str], Bool] | None = None, spent: Mapping[str, float] = _NOTHING,
        memory: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        sealed = {"week": week, "customers": customers, "_read": read, "spent": MappingProxyType(dict(spent))}
        sealed |= {"_member": member or _nobody(customers), "memory": {} if memory is None else memory}
        for name, value in sealed.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"the View is sealed: {name} cannot be set; return a Plan instead.")

    def __reduce__(self) -> tuple[Any, ...]:
        return View, (self.week, self.customers, _over)  # a copy has no records to read

    def __len__(self) -> int:
        return self.customers

    def __getitem__[T: np.generic](self, column: Column[T]) -> NDArray[T]:
        sealed: NDArray[T] = self._read(column)
        return sealed

    def member(self, offer: str) -> Bool:
        """Who has joined an offer and is still in [N], by the offer's name."""
        return self._member(offer)

    def desk(self, name: str) -> View:
        """The same View with a memory of its own under this name: what one play notes no other overwrites."""
        own = self.memory.setdefault(name, {})
        return View(self.week, self.customers, self._read, self._member, self.spent, own)


def _nobody(customers: int) -> Callable[[str], Bool]:
    return lambda _: np.zeros(customers, np.bool_)


def _over(column: Column[Any]) -> NDArray[Any]:
    raise RuntimeError(f"a copied View cannot be read: take '{column.name}' from the View of the week you plan for.")
