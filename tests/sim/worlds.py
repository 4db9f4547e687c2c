"""Small worlds for the engine's tests: newcomers, models and exact comparison of everything they hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.mind import Mind
from agents.segments import Segments
from sim.behaviour import Behaviour, NonContractual
from sim.chance import Chance
from sim.model import CustomerModel
from sim.people import KEY, Newcomers
from sim.world import Strategy, World
from strategies import Nothing

LIVELY = NonContractual(r=2.0, alpha=4.0, a=0.5, b=6.0)  # a purchase every other week: much happens in few weeks


def newcomers(
    n: int, *, behaviour: Behaviour = LIVELY, start: Any = 0.0, seed: int = 1, first: int = 0, **columns: Any
) -> Newcomers:
    """Customers `first`..`first + n - 1` nobody has met yet; `columns` overwrites any of their arrays."""
    keys = np.arange(first, first + n, dtype=np.uint64)
    starts = np.broadcast_to(np.asarray(start, np.float32), n).copy()
    drawn = behaviour.newcomers(keys, starts, 0, Chance(seed).life().rows(keys).named("initial"))
    fixed = {
        name: np.broadcast_to(np.asarray(value, getattr(drawn, name).dtype), n).copy()
        for name, value in columns.items()
    }
    return replace(drawn, **fixed)


def met(n: int, *, start: float = -20.0, **columns: Any) -> Newcomers:
    """Customers who are active and have one purchase on record when the model begins."""
    return newcomers(n, start=start, **{"active": True, "purchases": 1, "last": start, **columns})


def world(**parts: Any) -> World:
    """A world with the default mind and cast, and the lively market, unless said otherwise."""
    return World(**{"mind": Mind(), "cast": Segments(), "behaviour": LIVELY, "warm_up": 3, **parts})


def model(
    n: int = 500, strategy: Strategy | None = None, *, people: Newcomers | None = None, seed: int = 1, **parts: Any
) -> CustomerModel:
    """A model of n fresh customers or of those given; `block` and `baseline` go to the model, the rest to its world."""
    options = {name: parts.pop(name) for name in ("block", "baseline") if name in parts}
    stage = world(**parts)
    someone = newcomers(n, behaviour=stage.behaviour, seed=seed) if people is None else people
    return CustomerModel(stage, someone, strategy or Nothing(), seed=seed, **options)


def columns_of(run: CustomerModel) -> dict[str, NDArray[Any]]:
    """Every column of the state and of the CRM, by name."""
    return {column.name: table[column] for table in (run.table, run.records.crm) for column in table.columns}


def by_key(run: CustomerModel, keys: NDArray[np.uint64]) -> dict[str, NDArray[Any]]:
    """Every column of the customers with these keys, in the order of the keys."""
    order = np.argsort(run.table[KEY])
    rows = order[np.searchsorted(run.table[KEY], keys, sorter=order)]
    assert (run.table[KEY][rows] == keys).all()
    return {name: values[rows] for name, values in columns_of(run).items()}


def assert_equal(one: dict[str, NDArray[Any]], other: dict[str, NDArray[Any]], but: tuple[str, ...] = ()) -> None:
    """All columns are equal to the bit; a NaN equals a NaN."""
    assert one.keys() == other.keys()
    for name in one.keys() - set(but):
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def assert_same_books(one: CustomerModel, other: CustomerModel) -> None:
    """Every page of recorder and ledger is equal to the bit; a line only one of them has must be zero."""
    np.testing.assert_array_equal(np.array(one.recorder.weeks), np.array(other.recorder.weeks))
    for page, twin in zip(one.ledger.weeks, other.ledger.weeks, strict=True):
        for line in page.keys() | twin.keys():
            zero = np.zeros(one.ledger.segments)
            np.testing.assert_array_equal(page.get(line, zero), twin.get(line, zero), err_msg=line)


def assert_same_run(one: CustomerModel, other: CustomerModel) -> None:
    """Two models hold the same customers, records and books, to the bit."""
    assert one.week == other.week
    assert_equal(columns_of(one), columns_of(other))
    assert_same_books(one, other)
