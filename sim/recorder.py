"""One pass a week over all rows: means by segment that Mesa's DataCollector and the tidy frame read off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.metrics import Metric
from sim.people import ACTIVE, SEGMENT
from sim.table import Rows

F64 = NDArray[np.float64]


class Recorder:
    """Weekly sums over active customers by segment: one page [columns + 1, S] a week, the last row counts heads."""

    def __init__(self, metrics: Sequence[Metric], segments: int) -> None:
        self.metrics = tuple(metric for metric in metrics if metric.columns)
        self.columns = tuple({column.name: column for m in self.metrics for column in m.columns}.values())
        self.segments = segments
        self.weeks: list[F64] = []

    def open(self) -> None:
        """Turn to a new week."""
        self.weeks.append(np.zeros((len(self.columns) + 1, self.segments)))

    def add(self, rows: Rows) -> None:
        """Add one block: pairwise float32 sums within it, float64 across; no threads, so the same bits anywhere."""
        page = self.weeks[-1]
        segment, active = rows[SEGMENT], rows[ACTIVE]
        masks = [(active & (segment == s)).astype(np.float32) for s in range(self.segments)]
        product = np.empty(len(rows), np.float32)
        for s, mask in enumerate(masks):
            page[-1, s] += mask.sum()
            for i, column in enumerate(self.columns):
                page[i, s] += np.multiply(rows[column], mask, out=product).sum()

    def value(self, name: str, week: int = -1) -> float:
        """Mean of a metric over all active customers; NaN when nobody is active."""
        return float(self.by_segment(name, week)[-1])

    def by_segment(self, name: str, week: int = -1) -> F64:
        """Mean of a metric by segment and, last, over all [S + 1]; "active" gives head counts instead."""
        page = self.weeks[week]
        heads = np.append(page[-1], page[-1].sum())
        if name == "active":
            return heads
        metric = next(m for m in self.metrics if m.name == name)
        names = [column.name for column in self.columns]
        sums = np.mean([page[names.index(column.name)] for column in metric.columns], axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            means: F64 = np.append(sums, sums.sum()) / heads
        return means
