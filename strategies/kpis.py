"""What a firm can measure of how it is doing, from the View alone, and on how much each number rests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.errors import ParameterError
from sim.people import REASONS
from sim.records import ANSWER, ANSWERED, COMPLAINED, CONTACTS, GONE, KNOWN, LAST, SPEND, STATED
from sim.view import View

KPIS = {  # what is better: more, 1, or less, -1
    "buyers": 1, "churn": -1, "nps": 1, "complaints": -1, "spend": 1, "contacts": -1, "cost": -1,
}  # fmt: skip
EFFORT = ("contacts", "cost")  # doing more of a play makes these worse
_COUNTED = {"nps": "answers", "complaints": "buyers"}
_DISMISSED = REASONS.index("dismissed")


@dataclass(frozen=True)
class Reading:
    """A KPI as measured.

    Attributes:
        kpi: its name.
        value: what it was; NaN where nothing was there to measure.
        rests_on: on how many answers, buyers or customers.
    """

    kpi: str
    value: float
    rests_on: int

    def better(self, than: float) -> float:
        """By how much it is better than a target, in its own unit; negative is worse."""
        return KPIS[self.kpi] * (self.value - than)

    def __str__(self) -> str:
        return f"{self.kpi} {self.value:.3g} on {self.rests_on:,} {_COUNTED.get(self.kpi, 'customers')}"


def measure(view: View, kpi: str, window: int) -> Reading:
    """One KPI over the last `window` weeks.

    * buyers: share of the customers on record who bought.
    * churn: share of the customers on record who were seen leaving; nobody is in a market without contracts.
    * nps: promoters (9-10) less detractors (0-6) among those whose latest answer is that new, -100 to 100.
    * complaints: customers who complained, per customer who bought.
    * spend: money per customer and week since this was last measured, whatever the window; NaN the first time.
    * contacts, cost: the same for contacts made and money spent on plays.
    """
    since = view.week - window
    known = view[KNOWN]
    customers = int(known.sum())
    if kpi == "buyers":
        return _share(kpi, int((known & (view[LAST] >= since)).sum()), customers)
    if kpi == "churn":
        left = int(((view[GONE] >= since) & (view[STATED] != _DISMISSED)).sum())
        return _share(kpi, left, customers + left)
    if kpi == "nps":
        answers = view[ANSWER][(view[ANSWERED] >= since) & (view[ANSWER] >= 0)]
        return _share(kpi, 100 * (int((answers >= 9).sum()) - int((answers <= 6).sum())), len(answers))
    if kpi == "complaints":
        return _share(kpi, int((view[COMPLAINED] >= since).sum()), int((view[LAST] >= since).sum()))
    return _flow(view, kpi, customers)


def refuse_unknown(owner: str, kpi: str) -> None:
    """Refuse a KPI that nobody measures."""
    if kpi not in KPIS:
        raise ParameterError(f"{owner}.kpi = {kpi!r} is not measured: write one of {', '.join(KPIS)}.")


def _share(kpi: str, part: float, whole: int) -> Reading:
    return Reading(kpi, part / whole if whole else float("nan"), whole)


def _flow(view: View, kpi: str, customers: int) -> Reading:
    """What was added to a running total since it was last looked at, per customer and week."""
    if kpi == "cost":
        total = sum(view.spent.values())
    else:
        total = float(view[SPEND if kpi == "spend" else CONTACTS].sum(dtype=np.float64))
    totals = view.desk("totals").memory
    week, before = totals.get(kpi, (view.week, total))
    totals[kpi] = view.week, total
    if week == view.week or not customers:
        return Reading(kpi, float("nan"), 0)
    return Reading(kpi, (total - before) / (view.week - week) / customers, customers)
