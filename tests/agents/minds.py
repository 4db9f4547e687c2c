"""Customers and encounters made by hand, for the tests of minds and theories."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.customers import STATE, TRAITS
from sim.exchange import Encounters
from sim.people import SEGMENT
from sim.table import Block, Column, Table

F32 = np.float32


def people(n: int = 1, **values: Any) -> Block:
    """n customers with every trait and state at its start, and the values given by column name."""
    rows = Table([SEGMENT, *TRAITS, *STATE], n).block(0, n)
    for column in (*TRAITS, *STATE):
        if column.name in values:
            rows[column] = array(values.pop(column.name), n)
    assert not values, f"no such columns: {values}"
    return rows


def lived(n: int = 1, *, promised: float = 0.68, **values: Any) -> Encounters:
    """n encounters of quality 0.7 without failure, fit, intrusion or reward unless given."""
    parts: dict[str, Any] = {"technical": 0.7, "functional": 0.7, "failure": 0.0, "fit": None, "intrusion": None}
    parts |= {"reward": None} | values
    return Encounters(promised=promised, **{k: v if v is None else array(v, n) for k, v in parts.items()})


def array(values: Any, n: int) -> np.ndarray:
    """A writable float32 array [n]."""
    return np.broadcast_to(np.asarray(values, F32), n).copy()


def columns(rows: Block) -> dict[str, np.ndarray]:
    """Copies of all columns, by name."""
    return {column.name: rows[column].copy() for column in (SEGMENT, *TRAITS, *STATE)}


def in_range(rows: Block, column: Column, slack: float = 1e-6) -> bool:
    """Whether a column holds finite numbers within its declared range."""
    values = rows[column]
    return bool(
        np.isfinite(values).all() and (values >= column.low - slack).all() and (values <= column.high + slack).all()
    )
