"""The books of one run at the horizon: money by line, discounted, and who left, came back and came anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.results import OWED
from sim.model import CustomerModel
from sim.people import ACTIVE, ORGANIC, REASONS, REFERRED, RETURNS, SEGMENT
from sim.records import SOURCE

F64 = NDArray[np.float64]
_NO_LIMIT = 1e12  # a play's budget from here on is no budget


def books_of(model: CustomerModel) -> dict[str, F64]:
    """Discounted money by line over the horizon [S], of all customers of a segment, new ones included.

    `discounts` is the money given up by prices below the usual, `premiums` what prices above it brought, netted within
    a week and segment; both are part of revenue and margin already. `cost: LINE` are the lines of `cost`.
    """
    ledger, accounts = model.ledger, model.world.accounts
    lines = sorted({name for page in ledger.weeks for name in page if name.startswith("cost: ") and page[name].any()})
    books = {name: ledger.discounted(name, accounts) for name in ("revenue", "margin", "cost", *lines)}
    none = np.zeros(ledger.segments)
    premium = np.array([page.get("premium", none) for page in ledger.weeks]).reshape(-1, ledger.segments)
    factor = accounts.factor(np.arange(len(ledger.weeks), dtype=np.float64))[:, None]
    books["discounts"] = -(np.minimum(premium, 0) * factor).sum(axis=0)
    books["premiums"] = (np.maximum(premium, 0) * factor).sum(axis=0)
    books["profit"] = books["margin"] - books["cost"]
    books["value_beyond"] = np.bincount(model.table[SEGMENT], model.value_beyond(), ledger.segments)
    return books


def movements_of(model: CustomerModel, initial: int) -> dict[str, F64]:
    """Customers by segment [S]: who left and why, who came back, who came anew after the fork.

    `left: REASON` counts leavings, so somebody who came back and left again counts twice; `came_back` counts second
    lives, `back_again` those of them that go on at the horizon. `new: SOURCE` counts arrivals.

    Args:
        model: at the horizon.
        initial: how many rows there were at the fork.
    """
    ledger, table = model.ledger, model.table

    def total(name: str) -> F64:
        return sum((page[name] for page in ledger.weeks if name in page), np.zeros(ledger.segments))

    def count(mask: NDArray[np.bool_]) -> F64:
        return np.bincount(table[SEGMENT][mask], minlength=ledger.segments).astype(np.float64)

    found = {f"left: {reason}": total(f"left: {reason}") for reason in REASONS[1:-1]}
    found["left: dismissed"] = total("dismissed")  # the firm's doing: the ledger counts it when it is done
    found["came_back"] = total("returned")
    found["back_again"] = count((table[RETURNS] > 0) & table[ACTIVE])
    new = np.arange(len(table)) >= initial
    source = model.records.crm[SOURCE]
    found["new: referred"] = count(new & (source == REFERRED))
    found["new: organic"] = count(new & (source == ORGANIC))
    return found


def budget_use(model: CustomerModel) -> list[float]:
    """Share of the budget that was spent, undiscounted, as a list of one; empty for a strategy without a budget."""
    budget = getattr(model.strategy, "budget", _NO_LIMIT)
    if not 0 < budget < _NO_LIMIT:
        return []
    return [sum(money for line, money in model.ledger.spent.items() if line != OWED) / budget]
