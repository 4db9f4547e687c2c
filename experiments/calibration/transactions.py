"""What a firm's log of purchases holds, and the few numbers per customer that the calibration needs of it.

Time is counted as the published BG/NBD does on CDNOW (Fader, Hardie & Lee 2005): purchases fall on whole days, one per
customer and day, and a window of 39 weeks is the 273 days 0..272, so a customer of day d is observed for (272 - d)/7
weeks.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.chance import Index
from sim.clock import DAYS_PER_WEEK
from sim.errors import DataError

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Summary:
    """One row per customer who bought within the window [n], ordered by customer id; arrays are read-only.

    Attributes:
        customer: customer ids, as text.
        start: weeks from the log's first day to the first purchase.
        frequency: repeat purchases within the window (x).
        recency: weeks from the first to the last purchase within the window (t_x); 0 without repeats.
        observed: weeks from the first purchase to the end of the window (T).
        mean_repeat_spend: mean money per repeat purchase; 0 without repeats.
        first_spend: money spent at the first purchase.
        total_spend: money spent within the window, the first purchase included.
        weeks: length of the window.
    """

    customer: NDArray[np.str_]
    start: F64
    frequency: I64
    recency: F64
    observed: F64
    mean_repeat_spend: F64
    first_spend: F64
    total_spend: F64
    weeks: int

    def __post_init__(self) -> None:
        for field in fields(self):
            if isinstance(array := getattr(self, field.name), np.ndarray):
                array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def clock_start(self) -> F64:
        """Weeks from the opening of the window to the moment from which `observed` counts [n].

        A day later than `start`: a purchase counts from the end of its day, so `clock_start + observed` is the window.
        """
        return self.weeks - self.observed


@dataclass(frozen=True, eq=False)
class TransactionLog:
    """Purchases [p], ordered by customer and day, at most one per customer and day; arrays are read-only.

    Attributes:
        source: the file it was read from.
        customers: distinct customer ids [n], sorted as text.
        customer: row of `customers` that each purchase belongs to [p].
        day: days from the log's first day [p].
        amount: money of each purchase [p].
        first_day: date of the log's first purchase.
        calibration_weeks: window the log was checked for.
        notes: what a reader of the results should know about the log.
    """

    source: str
    customers: NDArray[np.str_]
    customer: Index
    day: I64
    amount: F64
    first_day: date
    calibration_weeks: int
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.customers, self.customer, self.day, self.amount):
            array.flags.writeable = False

    @property
    def weeks(self) -> int:
        """Whole weeks the log covers."""
        return int(self.day.max() + 1) // DAYS_PER_WEEK

    def summary(self, weeks: int | None = None) -> Summary:
        """Frequency, recency, time observed and spend by the end of `weeks` (the calibration window if not given).

        Raises:
            DataError: the log is shorter than the window, or nobody bought twice within it.
        """
        window = self.calibration_weeks if weeks is None else weeks
        inside = self._inside(window)
        first = self._first_purchases()
        kept = first & inside
        people = self.customer[kept]
        purchases = np.bincount(self.customer[inside], minlength=len(self.customers))[people]
        again = inside & ~first
        repeat_spend = np.bincount(self.customer[again], self.amount[again], minlength=len(self.customers))[people]
        last = np.zeros(len(self.customers), np.int64)
        last[self.customer[inside]] = self.day[inside]  # days ascend within a customer: the last one written stays
        day, first_spend = self.day[kept], self.amount[kept]
        if purchases.max() < 2:
            raise DataError(
                f"{self.source}: no repeat purchases: none of {len(people)} customers bought on a second day within "
                f"{window} weeks, so no buying rate can be estimated. Use a longer window or a log of more customers."
            )
        return Summary(
            customer=self.customers[people],
            start=day / DAYS_PER_WEEK,
            frequency=purchases - 1,
            recency=(last[people] - day) / DAYS_PER_WEEK,
            observed=(window * DAYS_PER_WEEK - 1 - day) / DAYS_PER_WEEK,
            mean_repeat_spend=repeat_spend / np.maximum(purchases - 1, 1),
            first_spend=first_spend,
            total_spend=first_spend + repeat_spend,
            weeks=window,
        )

    def holdout(self, weeks: int | None = None) -> I64:
        """Purchases after the window, for the customers of `summary(weeks)` in their order [n].

        Raises:
            DataError: the log ends with the window or before.
        """
        window = self.calibration_weeks if weeks is None else weeks
        inside = self._inside(window)
        if inside.all():
            raise DataError(
                f"{self.source}: nothing was bought after week {window}, the log covers {self.weeks} weeks. "
                f"Choose a window of fewer than {self.weeks} weeks to leave a hold-out period."
            )
        people = self.customer[self._first_purchases() & inside]
        return np.bincount(self.customer[~inside], minlength=len(self.customers))[people]

    def cumulative_repeats(self) -> I64:
        """Repeat purchases of all customers by the end of each whole week of the log [weeks]."""
        week = self.day[~self._first_purchases()] // DAYS_PER_WEEK
        return np.cumsum(np.bincount(week, minlength=self.weeks))[: self.weeks]

    def _first_purchases(self) -> NDArray[np.bool_]:
        return np.diff(self.customer, prepend=-1) > 0

    def _inside(self, weeks: int) -> NDArray[np.bool_]:
        if weeks < 1:
            raise DataError(f"{self.source}: a window of {weeks} weeks holds nothing. Use 1 week or more.")
        days = int(self.day.max()) + 1
        if days < weeks * DAYS_PER_WEEK:
            raise DataError(
                f"{self.source}: the log covers {days} days ({days / DAYS_PER_WEEK:.1f} weeks, from {self.first_day}), "
                f"shorter than the calibration window of {weeks} weeks. Set population.calibration_weeks to "
                f"{self.weeks} or less, or bring a longer log."
            )
        return self.day < weeks * DAYS_PER_WEEK
