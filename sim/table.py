"""Columns as typed keys, and three things that answer `rows[COLUMN]`: a table, a block of it, some rows of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

BLOCK = 65_536  # rows worked on at a time: the arrays in use stay near the core, calls are few (docs/performance.md)
Index = NDArray[np.intp]


@dataclass(frozen=True)
class Column[T: np.generic]:
    """One declared column: what it is called, what it holds, what it means.

    Attributes:
        name: the key under which it is stored; unique within a table.
        dtype: NumPy scalar type.
        start: value a new row begins with.
        unit: unit of the values, "1" for a pure number.
        low: smallest value the column may hold.
        high: largest value the column may hold.
        doc: meaning in one line.
    """

    name: str
    dtype: type[T]
    start: float = 0.0
    unit: str = "1"
    low: float = -math.inf
    high: float = math.inf
    doc: str = ""


class Rows(Protocol):
    """What every theory gets: `rows[LOYALTY]` reads, `rows[LOYALTY] = x` and `rows[LOYALTY] += x` write."""

    def __len__(self) -> int: ...
    def __getitem__[T: np.generic](self, column: Column[T]) -> NDArray[T]: ...
    def __setitem__[T: np.generic](self, column: Column[T], values: NDArray[T]) -> None: ...


class Table:
    """A struct of NumPy arrays; rows are for ever.

    Example:
        >>> AGE = Column("age", np.float32, 40.0)
        >>> table = Table([AGE], 2)
        >>> table[AGE].tolist()
        [40.0, 40.0]
    """

    def __init__(self, columns: Iterable[Column[Any]], n: int) -> None:
        self.columns = tuple(dict.fromkeys(columns))
        if len({column.name for column in self.columns}) < len(self.columns):
            raise ValueError(f"two columns share a name among {sorted(column.name for column in self.columns)}")
        self._n = n
        self._data: dict[str, NDArray[Any]] = {c.name: np.full(n, c.start, c.dtype) for c in self.columns}

    def __len__(self) -> int:
        return self._n

    def __contains__(self, column: Column[Any]) -> bool:
        return column.name in self._data

    def __getitem__[T: np.generic](self, column: Column[T]) -> NDArray[T]:
        try:
            return self._data[column.name][: self._n]
        except KeyError:
            raise KeyError(f"no column '{column.name}'; there are {sorted(self._data)}") from None

    def __setitem__[T: np.generic](self, column: Column[T], values: NDArray[T]) -> None:
        _refuse_other_dtype(column, values)
        self[column][...] = values

    def blocks(self, size: int = BLOCK) -> Iterator[Block]:
        """Runs of `size` rows that cover the table, in row order."""
        for start in range(0, self._n, size):
            yield Block(self, start, min(start + size, self._n))

    def block(self, start: int, stop: int) -> Block:
        """Rows start to stop."""
        return Block(self, start, stop)

    def grow(self, extra: int) -> Block:
        """Append `extra` rows at their start values and return them; capacity grows by half, so growth is cheap."""
        old, wanted = self._n, self._n + extra
        for column in self.columns:
            data = self._data[column.name]
            if wanted > len(data):
                room = np.empty(max(wanted, len(data) + len(data) // 2), column.dtype)
                room[:old] = data[:old]
                data = self._data[column.name] = room
            data[old:wanted] = column.start
        self._n = wanted
        return Block(self, old, wanted)

    def __deepcopy__(self, memo: dict[int, Any]) -> Table:
        twin = Table((), 0)
        twin.columns, twin._n = self.columns, self._n
        twin._data = {name: data[: self._n].copy() for name, data in self._data.items()}
        memo[id(self)] = twin
        return twin

    @property
    def nbytes(self) -> int:
        """Bytes of all columns, without spare capacity."""
        return sum(data[: self._n].nbytes for data in self._data.values())


class Block:
    """A run of rows: reading gives views, so nothing is copied."""

    __slots__ = ("_table", "_views", "start", "stop")

    def __init__(self, table: Table, start: int, stop: int) -> None:
        self._table, self.start, self.stop = table, start, stop
        self._views: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__[T: np.generic](self, column: Column[T]) -> NDArray[T]:
        view = self._views.get(column.name)
        if view is None:
            view = self._views[column.name] = self._table[column][self.start : self.stop]
        return view

    def __setitem__[T: np.generic](self, column: Column[T], values: NDArray[T]) -> None:
        target = self[column]
        if values is not target:  # `rows[C] += x` comes back with the very view
            _refuse_other_dtype(column, values)
            target[...] = values

    def some(self, index: Index) -> Some:
        """Chosen rows, by their place in this block."""
        return Some(self, index)


class Some:
    """Chosen rows of a block: reading gathers once, writing scatters."""

    __slots__ = ("_block", "_read", "index")

    def __init__(self, block: Block, index: Index) -> None:
        self._block, self.index = block, index
        self._read: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__[T: np.generic](self, column: Column[T]) -> NDArray[T]:
        values = self._read.get(column.name)
        if values is None:
            values = self._read[column.name] = self._block[column].take(self.index)
        return values

    def __setitem__[T: np.generic](self, column: Column[T], values: NDArray[T]) -> None:
        _refuse_other_dtype(column, values)
        # another column's values are copied, or a later `+=` on one would change both
        shared = any(values is other for name, other in self._read.items() if name != column.name)
        self._read[column.name] = values.copy() if shared else values
        self._block[column][self.index] = values


def _refuse_other_dtype(column: Column[Any], values: NDArray[Any]) -> None:
    if values.dtype != column.dtype:
        raise TypeError(f"'{column.name}' holds {column.dtype.__name__}, got {values.dtype}: a constant made it wider.")
