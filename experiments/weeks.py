"""What happened week by week: the one frame of a study that is too large to be held, read a metric at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.errors import StoreError

WORDS, NUMBERS = ("metric", "segment", "arm"), ("replicate", "week")
_WORD = pa.dictionary(pa.int32(), pa.string())
_SCHEMA = pa.schema(
    [(name, _WORD) for name in WORDS] + [(name, pa.int64()) for name in NUMBERS] + [("value", pa.float64())]
)
_AT_ONCE = 2**19  # rows that are written together


class Weeks:
    """Weekly measures: metric, segment (a name or "all"), arm, replicate, week (0 = fork), value.

    Args:
        source: a Parquet file, or a table in memory.

    Raises:
        StoreError: there is no such file, or it holds something else.
    """

    def __init__(self, source: Path | pa.Table) -> None:
        self.source: Any = source
        self._about: Any = None
        try:
            if isinstance(source, Path):
                self._about = pq.read_metadata(source)
            held: Any = self._about.schema.to_arrow_schema() if isinstance(source, Path) else source.schema
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"{source} cannot be read: {error}. Run the study again.") from error
        if missing := set(_SCHEMA.names) - set(held.names):
            raise StoreError(f"{source} has no column {', '.join(sorted(missing))}: it does not hold a study's weeks.")

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Weeks:
        """Weekly measures that are in memory already."""
        return cls(_typed(pa.Table.from_pandas(frame, preserve_index=False)))

    def rows(self, metric: str, arm: str | None = None, segment: str | None = None) -> pd.DataFrame:
        """One metric, of one arm and one segment if they are named: segment, arm, replicate, week, value."""
        parts = [_only(part, metric=metric, arm=arm, segment=segment) for part in self._parts(metric)]
        found: pd.DataFrame = pa.concat_tables([*parts, _SCHEMA.empty_table()]).to_pandas()
        return found.drop(columns="metric")

    def holds(self, metric: str, segment: str | None = None) -> bool:
        """Whether a metric is held, for a segment if one is named."""
        return any(len(_only(part, metric=metric, segment=segment)) for part in self._parts(metric))

    @cached_property
    def last(self) -> int:
        """The last week."""
        return max((pc.max(part["week"]).as_py() for part in self._parts(columns=["week"]) if len(part)), default=0)

    def frame(self) -> pd.DataFrame:
        """All of it, in memory: for small studies."""
        found: pd.DataFrame = pa.concat_tables([*self._parts(), _SCHEMA.empty_table()]).to_pandas()
        return found

    def write(self, path: Path) -> None:
        """Write all of it to a file, a bit at a time; nothing if it is that file."""
        if path != self.source:
            write_weeks(self._parts(), path)

    def _parts(self, metric: str | None = None, columns: Sequence[str] = _SCHEMA.names) -> Iterator[pa.Table]:
        """The file a bit at a time, without the bits that hold other metrics only."""
        if self._about is None:
            yield self.source.select(list(columns))
            return
        try:
            with pq.ParquetFile(self.source, metadata=self._about, page_checksum_verification=True) as file:
                for place in range(self._about.num_row_groups):
                    if metric is None or self._may_hold(place, metric):
                        part = file.read_row_group(place, columns=list(columns))
                        yield _typed(part) if len(columns) == len(_SCHEMA) else part
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"{self.source} cannot be read: {error}. Run the study again.") from error

    def _may_hold(self, place: int, metric: str) -> bool:
        """Whether a group of rows may hold a metric, by what the file says of it."""
        group = self._about.row_group(place)
        column = next(group.column(n) for n in range(group.num_columns) if group.column(n).path_in_schema == "metric")
        known = column.statistics
        return known is None or not known.has_min_max or known.min <= metric <= known.max


def write_weeks(tables: Iterable[pa.Table], path: Path) -> None:
    """Write weekly measures that come in pieces: each metric by itself, so that one is found fast.

    Args:
        tables: each with the columns of `Weeks`, in any order.
        path: the file.
    """
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd", write_page_checksum=True) as file:
        for batch in _batches(tables):
            codes = _places(batch["metric"])
            order = np.argsort(codes, kind="stable")
            ordered, starts = batch.take(order), np.flatnonzero(np.diff(codes[order], prepend=-1))
            for start, end in itertools.pairwise([*starts.tolist(), len(order)]):
                file.write_table(ordered.slice(start, end - start))


def _batches(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Pieces together until there are enough rows to be worth it, words as text."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(map(len, held)) >= _AT_ONCE:
            yield _together(held)
            held = []
    if held:
        yield _together(held)


def _together(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables([_typed(table) for table in tables]).unify_dictionaries().combine_chunks()


def _places(words: pa.ChunkedArray) -> NDArray[np.int16]:
    """Where each word stands in the order of the words [rows]."""
    coded = words.combine_chunks()
    places = np.argsort(np.argsort(np.array(coded.dictionary.to_pylist(), dtype=str))).astype(np.int16)
    found: NDArray[np.int16] = places[coded.indices.to_numpy()]
    return found


def _typed(table: pa.Table) -> pa.Table:
    """The columns of a table in the order and the types of the file."""
    columns = {name: table[name] for name in _SCHEMA.names}
    coded = {
        name: column if name not in WORDS or pa.types.is_dictionary(column.type) else column.dictionary_encode()
        for name, column in columns.items()
    }
    return pa.table(coded).cast(_SCHEMA)


def _only(table: pa.Table, **wanted: str | None) -> pa.Table:
    """The rows that have these words."""
    for name, word in wanted.items():
        if word is not None:
            table = table.filter(pc.equal(table[name].cast(pa.string()), word))
    return table
