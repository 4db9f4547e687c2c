"""What a firm sees, made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.chance import Chance, Draws
from sim.plan import Plan
from sim.records import CRM
from sim.table import Table
from sim.view import View


def view(n: int, week: int = 10, **columns: Any) -> View:
    """n customers known to the firm, with the CRM columns given."""
    crm = Table(CRM, n)
    for column in CRM:
        if column.name in columns:
            crm[column] = np.broadcast_to(np.asarray(columns.pop(column.name), column.dtype), n)
    assert not columns, f"no such columns: {columns}"
    return View(week, n, lambda column: crm[column])


def luck(n: int, week: int = 10, seed: int = 1) -> Draws:
    """Draws of customers 0..n-1, as a strategy gets them."""
    return Chance(seed).at(week).rows(np.arange(n, dtype=np.uint64)).named("strategy")


def arrays(plan: Plan) -> dict[str, np.ndarray]:
    """The arrays a plan holds, by name."""
    return {name: value for name, value in vars(plan).items() if isinstance(value, np.ndarray)}
