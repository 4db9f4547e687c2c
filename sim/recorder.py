"""One pass a week over all rows: means by segment that Mesa's DataCollector and the tidy frame read off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import TheoryError
from sim.metrics import Metric
from sim.people import ACTIVE, SEGMENT
from sim.table import Column, Rows

F64 = NDArray[np.float64]


class Recorder:
    """Weekly sums over active customers by segment: head counts and means, one page a week."""

    def __init__(
        self, metrics: Sequence[Metric], segments: int, author: Callable[[Column[Any]], str] | None = None
    ) -> None:
        self.metrics = tuple(metric for metric in metrics if metric.columns)
        self.columns = tuple({column.name: column for m in self.metrics for column in m.columns}.values())
        self.segments, self._author = segments, author
        self.weeks: list[F64] = []
        self._place = {"active": 0} | {metric.name: at for at, metric in enumerate(self.metrics, 1)}
        self._mix = np.array([[column in metric.columns for column in self.columns] for metric in self.metrics], float)
        self._mix = self._mix.reshape(len(self.metrics), len(self.columns)) / [[len(m.columns)] for m in self.metrics]
        self._sums = np.zeros((len(self.columns) + 1, segments))

    def open(self) -> None:
        """Turn to a new week."""
        self._sums = np.zeros((len(self.columns) + 1, self.segments))

    def add(self, rows: Rows) -> None:
        """Add one block: pairwise float32 sums within it, float64 across; no threads, so the same bits anywhere."""
        page = self._sums
        segment, active = rows[SEGMENT], rows[ACTIVE]
        masks = [(active & (segment == s)).astype(np.float32) for s in range(self.segments)]
        product = np.empty(len(rows), np.float32)
        for s, mask in enumerate(masks):
            page[-1, s] += mask.sum()
            for i, column in enumerate(self.columns):
                page[i, s] += np.multiply(rows[column], mask, out=product).sum()

    def close(self, week: int = 0) -> None:
        """Turn the week's sums into head counts and means, by segment and over all [1 + M, S + 1].

        Raises:
            TheoryError: a column holds NaN or infinity.
        """
        if not np.isfinite(self._sums).all():
            place = int(np.flatnonzero(~np.isfinite(self._sums).all(axis=1))[0])
            column = self.columns[place]
            author = self._author(column) if self._author else "the theory that writes it"
            raise TheoryError(f"'{column.name}' holds NaN or infinity in week {week}: mend {author}.")
        sums = np.append(self._sums, self._sums.sum(axis=1, keepdims=True), axis=1)
        heads = sums[-1:]
        with np.errstate(invalid="ignore", divide="ignore"):
            self.weeks.append(np.concatenate([heads, self._mix @ sums[:-1] / heads]))

    def __contains__(self, name: str) -> bool:
        return name in self._place

    def value(self, name: str, week: int = -1) -> float:
        """Mean of a metric over all active customers, NaN when there are none; "active" is how many there are."""
        return float(self.weeks[week][self._place[name], -1])

    def by_segment(self, name: str, week: int = -1) -> F64:
        """The same by segment and, last, over all [S + 1]."""
        row: F64 = self.weeks[week][self._place[name]]
        return row
