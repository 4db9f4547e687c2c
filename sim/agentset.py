"""Customers with the idioms of Mesa's AgentSet, over columns instead of objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import Bool, Index
from sim.table import Table

type Which = Callable[[CustomerSet], Bool] | Bool | None


class Customer:
    """One row, read and written by attribute: `customer.satisfaction`, `customer.active`."""

    __slots__ = ("_set", "row")

    def __init__(self, owner: CustomerSet, row: int) -> None:
        object.__setattr__(self, "_set", owner)
        object.__setattr__(self, "row", row)

    row: int
    _set: CustomerSet

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._set.column(name)[self.row].item()

    def __setattr__(self, name: str, value: Any) -> None:
        self._set.column(name)[self.row] = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Customer) and self.row == other.row and self._set.shares(other._set)

    def __hash__(self) -> int:
        return hash(self.row)

    def __reduce__(self) -> tuple[Any, ...]:
        return Customer, (self._set, self.row)

    def __repr__(self) -> str:
        return f"Customer(row={self.row})"


class CustomerSet:
    """All or some customers of a model; names are those of the columns of the state and the CRM.

    Example:
        >>> from sim.table import Column, Table
        >>> AGE = Column("age", np.float32, 40.0)
        >>> people = CustomerSet(Table([AGE], 3))
        >>> people.select(lambda c: c.get("age") > 30).agg("age", np.mean)
        40.0
    """

    def __init__(self, *tables: Table, rows: Index | None = None) -> None:
        self._tables = tables
        self.rows: Index = np.arange(len(tables[0])) if rows is None else rows

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"CustomerSet({len(self)} customers)"

    def __iter__(self) -> Iterator[Customer]:
        return (Customer(self, int(row)) for row in self.rows)

    def __getitem__(self, place: int) -> Customer:
        return Customer(self, int(self.rows[place]))

    def __getattr__(self, name: str) -> NDArray[Any]:
        """`customers.valence`: a column's values [n], so Mesa's `lambda a: a.valence > 0.5` filters whole arrays."""
        if name.startswith("_"):
            raise AttributeError(name)
        values: NDArray[Any] = self.column(name)[self.rows]
        return values

    def shares(self, other: CustomerSet) -> bool:
        """Whether both look at the same model's tables."""
        return self._tables[0] is other._tables[0]

    def __contains__(self, customer: object) -> bool:
        return isinstance(customer, Customer) and customer.row in self.rows

    def select(self, filter_func: Which = None, at_most: int | float = np.inf) -> CustomerSet:
        """Those for whom the filter holds: a function of the set that returns a mask [n], or a mask.

        Args:
            filter_func: mask [n] or a function from this set to one; None selects everybody.
            at_most: at most so many, or so large a share when it is a float up to 1.
        """
        mask = filter_func(self) if callable(filter_func) else filter_func
        rows = self.rows if mask is None else self.rows[np.asarray(mask, np.bool_)]
        if isinstance(at_most, float) and at_most <= 1:
            at_most = int(at_most * len(self))
        return CustomerSet(*self._tables, rows=rows[: int(min(at_most, len(rows)))])

    def get(self, names: str | Sequence[str]) -> NDArray[Any] | list[NDArray[Any]]:
        """Values of one column [n], or a list of them."""
        if isinstance(names, str):
            return self.column(names)[self.rows]
        return [self.column(name)[self.rows] for name in names]

    def set(self, name: str, value: Any) -> CustomerSet:
        """Set a column for all in this set, to one value or to one each [n]."""
        self.column(name)[self.rows] = value
        return self

    def agg(self, name: str, func: Callable[[NDArray[Any]], Any] | Sequence[Callable[[NDArray[Any]], Any]]) -> Any:
        """A function of one column's values, or a list of what several functions give."""
        if not callable(func):
            return [self.agg(name, one) for one in func]
        value = func(self.column(name)[self.rows])
        return value.item() if isinstance(value, np.generic) else value

    def groupby(self, by: str | Callable[[CustomerSet], NDArray[Any]]) -> CustomerGroups:
        """Sets of those who share a value of a column, or of a function of the set, in ascending order of it."""
        values = by(self) if callable(by) else self.column(by)[self.rows]
        return CustomerGroups(
            {
                value.item(): CustomerSet(*self._tables, rows=self.rows[_equal(values, value)])
                for value in np.unique(values)
            }
        )

    def column(self, name: str) -> NDArray[Any]:
        """The whole column of a name, all rows of the model."""
        for table in self._tables:
            for column in table.columns:
                if column.name == name:
                    return table[column]
        known = sorted(column.name for table in self._tables for column in table.columns)
        raise AttributeError(f"customers have no '{name}'; they have {known}")


class CustomerGroups:
    """What `groupby` returns, as Mesa's does: pairs of value and set, counts and aggregates by value."""

    def __init__(self, groups: dict[Any, CustomerSet]) -> None:
        self.groups = groups

    def __len__(self) -> int:
        return len(self.groups)

    def __iter__(self) -> Iterator[tuple[Any, CustomerSet]]:
        return iter(self.groups.items())

    def count(self) -> dict[Any, int]:
        """How many customers share each value."""
        return {value: len(members) for value, members in self}

    def agg(self, name: str, func: Callable[[NDArray[Any]], Any]) -> dict[Any, Any]:
        """A function of one column's values, for each group."""
        return {value: members.agg(name, func) for value, members in self}


def _equal(values: NDArray[Any], value: Any) -> Bool:
    """Which values equal one, NaN equal to NaN [n]."""
    equal: Bool = (values == value) | ((values != values) & (value != value))
    return equal
