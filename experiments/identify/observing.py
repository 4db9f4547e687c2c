"""What a firm writes down: its CRM at the end of each window of weeks, and its books by segment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.ledger import Ledger
from sim.model import CustomerModel
from sim.records import (
    ANSWER,
    COMPLAINTS,
    EARNED,
    KNOWN,
    MEMBER,
    POINTS,
    PURCHASES,
    REFERRALS,
    TREATED,
    Records,
)  # fmt: skip
from sim.table import Column

F64 = NDArray[np.float64]
SEEN = (KNOWN, PURCHASES, COMPLAINTS, REFERRALS, ANSWER, EARNED, POINTS, MEMBER, TREATED)  # of the CRM
BOOKED = ("encounters", "left", "complained")  # of the ledger; who told friends what, no firm hears


class Firm(Protocol):
    """What is looked at: records and books, and nothing else of a model."""

    @property
    def records(self) -> Records: ...
    @property
    def ledger(self) -> Ledger: ...


@dataclass(frozen=True, eq=False)
class Page:
    """What is on record at the end of a window.

    Attributes:
        start: first week of the window.
        stop: the week after it.
        crm: columns of the CRM by name, one row per customer so far [N].
        booked: sums over the window by segment as recorded, by line [S].
    """

    start: int
    stop: int
    crm: Mapping[str, NDArray[Any]]
    booked: Mapping[str, F64]

    def __getitem__[T: np.generic](self, column: Column[T]) -> NDArray[T]:
        values: NDArray[T] = self.crm[column.name]
        return values

    def __len__(self) -> int:
        return len(self.crm[KNOWN.name])


def windows_of(weeks: int, width: int) -> tuple[tuple[int, int], ...]:
    """The horizon in windows of so many weeks; a rest that fills none is left out."""
    return tuple((start, start + width) for start in range(0, weeks - width + 1, width))


def page_of(firm: Firm, start: int, stop: int) -> Page:
    """What is on record now, at the end of the window from `start` to `stop`."""
    crm = firm.records.crm
    weeks = firm.ledger.weeks[start:stop]
    none = np.zeros(firm.ledger.segments)
    booked = {line: np.sum([page[line] for page in weeks], axis=0) if weeks else none for line in BOOKED}
    return Page(start, stop, {column.name: crm[column].copy() for column in SEEN}, booked)


def watched(model: CustomerModel, windows: tuple[tuple[int, int], ...]) -> Iterator[Page]:
    """Run a model window by window: what is on record at the end of each."""
    for start, stop in windows:
        model.run_for(stop - model.week)
        yield page_of(model, start, stop)
