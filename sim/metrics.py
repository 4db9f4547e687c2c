"""A metric: a name, a unit, which way is better, and how to read it off rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.table import Column


@dataclass(frozen=True)
class Metric:
    """What is reported of a run.

    Attributes:
        name: key in the tidy frame.
        unit: unit of the value.
        better: +1 when more is better, -1 when less is, 0 when neither.
        label: what a chart calls it.
        columns: per-customer columns whose mean over active customers it is; empty for sums of the ledger.
    """

    name: str
    unit: str
    better: int
    label: str
    columns: tuple[Column[Any], ...] = ()


FLOWS = (
    Metric("active", "customers", +1, "Active customers"),
    Metric("left", "customers per week", -1, "Customers who left"),
    Metric("purchases", "purchases per week", +1, "Purchases"),
    Metric("encounters", "customers per week", 0, "Customers who came"),
    Metric("complained", "customers per week", -1, "Complaints"),
    Metric("referred", "customers per week", +1, "Referrals"),
    Metric("praised", "customers per week", +1, "Told friends of a good encounter"),
    Metric("warned", "customers per week", -1, "Told friends of a bad encounter"),
    Metric("returned", "customers per week", +1, "Customers who came back"),
    Metric("renewed", "customers per week", +1, "Renewals"),
    Metric("revenue", "money per week", +1, "Revenue"),
    Metric("margin", "money per week", +1, "Gross margin"),
    Metric("cost", "money per week", -1, "Cost of the plan"),
    Metric("profit", "money per week", +1, "Profit"),
)
