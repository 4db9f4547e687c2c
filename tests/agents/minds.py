"""Customers, encounters, talk and acts made by hand, for the tests of minds and theories."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.customers import STATE, TRAITS
from sim.exchange import Acts, Encounters, Heard, Said
from sim.people import RATE, SEGMENT, START
from sim.table import Block, Column, Rows, Table

F32 = np.float32
ROUNDING = 2e-6  # a few float32 roundings of numbers around 1
HELD = (SEGMENT, RATE, START, *TRAITS, *STATE)
FOR_ALL = ("promised", "staff_mood", "price", "rival", "rival_price", "brand")  # one number for all in an encounter
NOTHING = (  # None unless given
    "fit", "intrusion", "reward", "moment", "recovery", "needless", "candour", "slight", "misheard",
)  # fmt: skip


def people(n: int = 1, **values: Any) -> Block:
    """n customers with every trait and state at its start, and the values given by column name."""
    table = Table(HELD, n)
    rows, known = table.block(0, n), {column.name: column for column in table.columns}
    for name, value in values.items():
        rows[known[name]][:] = value
    return rows


def lived(n: int = 1, *, promised: float = 0.68, **values: Any) -> Encounters:
    """n encounters of quality 0.7 without failure, moment, recovery, fit, intrusion or reward unless given."""
    parts: dict[str, Any] = {"technical": 0.7, "functional": 0.7, "failure": 0.0, "promised": promised}
    parts |= dict.fromkeys(NOTHING) | values
    return Encounters(**{k: v if v is None or k in FOR_ALL else array(v, n) for k, v in parts.items()})


def heard(n: int = 1, **values: Any) -> Heard:
    """What one friend told each of n customers: usual quality, no judgement, no feeling; nobody left."""
    parts: dict[str, Any] = {"tellers": 1, "quality": 0.7, "attitude": 0, "feeling": 0, "leavers": 0} | values
    return Heard(**{name: array(value, n) for name, value in parts.items()})


def acts(n: int = 1, **values: Any) -> Acts:
    """n customers who did nothing unless said otherwise."""
    rows, no = np.arange(n), np.zeros(n, np.bool_)
    kinds = {"bought": np.uint8, "answer": np.int8, "moment": F32, "paid": F32}
    parts: dict[str, Any] = {"bought": 0, "answer": -1, "moment": 0, "paid": 0}
    parts |= dict.fromkeys(("left", "renewed", "complained", "referred", "told", "bad"), False) | values
    done = {k: np.broadcast_to(np.asarray(v, kinds.get(k, np.bool_)), n).copy() for k, v in parts.items()}
    none = np.zeros(0, F32)
    said = Said(np.flatnonzero(no), none, none, none, np.flatnonzero(no))
    return Acts(rows=rows, seen=False, spent=None, price=1.0, said=said, **done)


def array(values: Any, n: int = 1) -> np.ndarray:
    """A writable float32 array [n]."""
    return np.full(n, values, F32)


def columns(rows: Rows) -> dict[str, np.ndarray]:
    """Copies of all columns, by name."""
    return {column.name: rows[column].copy() for column in HELD}


def unmoved(rows: Rows, before: dict[str, np.ndarray], but: tuple[Column, ...] = ()) -> None:
    """Every column but those named holds to the bit what it held before."""
    moved = [c.name for c in HELD if c not in but and rows[c].tobytes() != before[c.name].tobytes()]
    assert not moved, f"moved: {', '.join(moved)}"


def in_range(rows: Rows, column: Column, slack: float = 1e-6) -> bool:
    """Whether a column holds finite numbers within its declared range."""
    values = rows[column]
    return bool(
        np.isfinite(values).all() and (values >= column.low - slack).all() and (values <= column.high + slack).all()
    )


def close(value: Any, expected: Any) -> None:
    """The first of the values, or each of them, is the number worked out by hand."""
    values = np.asarray(value)
    np.testing.assert_allclose(values if np.ndim(expected) else values[0], expected, rtol=3e-6, atol=3e-7)


def at_least(values: Any, others: Any, slack: float = ROUNDING) -> None:
    """No value lies below its counterpart by more than rounding."""
    short = np.asarray(others) - np.asarray(values)
    assert (short <= slack).all(), f"{short.max():g} below, in row {short.argmax()}"
