"""A piece of work as one Parquet file that holds data only: reading one cannot run code.

A piece is a frame, an array, a number or a text, or a list, tuple, mapping or frozen dataclass of such. The file has
one row: each frame is a column of type list of structs, each array a list, and the rest is JSON beside the schema.
DuckDB reads it too: `select unnest(weeks, recursive := true) from '000000-....parquet'`.
"""

from __future__ import annotations

import dataclasses as dc
import json
import sys
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

_ABOUT, _TREE = b"cxlab", b"cxlab tree"
_PLAIN = (str, int, float, bool, type(None))


def packed(piece: object, about: Mapping[str, Any]) -> bytes:
    """A piece as the content of a Parquet file.

    Args:
        piece: what is kept.
        about: what the file says about itself.

    Raises:
        TypeError: something in it is no data.
    """
    columns: dict[str, pa.Array] = {}
    tree = _node(piece, "piece", columns)
    table = pa.table(columns or {"piece": pa.nulls(1)})
    metadata = {_ABOUT: json.dumps(dict(about)), _TREE: json.dumps(tree)}
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(metadata), sink, compression="zstd", store_schema=True)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def about_of(content: bytes) -> dict[str, Any]:
    """What a file says about itself.

    Raises:
        ValueError: it is no Parquet file, or none of ours.
    """
    metadata = pq.read_schema(pa.BufferReader(content)).metadata or {}
    if _ABOUT not in metadata or _TREE not in metadata:
        raise ValueError("it is no piece that cxlab wrote")
    about: dict[str, Any] = json.loads(metadata[_ABOUT])
    return about


def unpacked(content: bytes, homes: Collection[str]) -> Any:
    """The piece in a file.

    Args:
        content: of the file.
        homes: packages whose dataclasses a piece may be made of; they must have been imported already.

    Raises:
        ValueError: it cannot be read as a piece.
    """
    table = pq.read_table(pa.BufferReader(content))
    return _value(json.loads(table.schema.metadata[_TREE]), table, frozenset(homes))


def frame_of(content: bytes, field: str) -> pa.Table:
    """One frame of a piece that is a dataclass or mapping of frames, as Arrow has it."""
    table = pq.read_table(pa.BufferReader(content), columns=[f"piece.{field}"])
    return _rows(table, f"piece.{field}")


def _node(value: Any, path: str, columns: dict[str, pa.Array]) -> Any:
    """The tree of a value; what is large goes into the columns."""
    if isinstance(value, pd.DataFrame):
        table = pa.Table.from_pandas(value)
        parts = [pa.concat_arrays(column.chunks) if column.num_chunks else column.combine_chunks() for column in table]
        rows = pa.StructArray.from_arrays(parts, fields=list(table.schema)) if parts else pa.nulls(len(value))
        columns[path] = _one_row(rows)
        return {"frame": path, "pandas": json.loads(table.schema.metadata[b"pandas"])}
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.hasobject:
            raise TypeError(f"{path} is an array of objects, which cannot be kept: make it an array of numbers or text")
        columns[path] = _one_row(pa.array(array.ravel()))
        kind = "array" if isinstance(value, np.ndarray) else "scalar"
        return {kind: path, "shape": list(array.shape), "dtype": array.dtype.str}
    if type(value) in _PLAIN:
        return value
    if dc.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dc.fields(value)}
        name = f"{type(value).__module__}:{type(value).__qualname__}"
        return {"dataclass": name, "fields": _children(fields, path, columns)}
    if isinstance(value, Mapping):
        if all(type(key) is str for key in value):
            return {"mapping": _children(value, path, columns)}
        pairs = [(_node(key, path, columns), item) for key, item in value.items()]
        return {"pairs": [[key, _node(item, f"{path}.{n}", columns)] for n, (key, item) in enumerate(pairs)]}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_node(item, f"{path}.{n}", columns) for n, item in enumerate(value)]}
    raise TypeError(
        f"{path} is a {type(value).__qualname__}, which cannot be kept: pieces are made of frames, arrays, numbers, "
        f"texts, lists, tuples, mappings and dataclasses"
    )


def _children(values: Mapping[str, Any], path: str, columns: dict[str, pa.Array]) -> dict[str, Any]:
    return {name: _node(value, f"{path}.{name}", columns) for name, value in values.items()}


def _one_row(values: pa.Array) -> pa.Array:
    """All values in one row of the file."""
    return pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)


def _rows(table: pa.Table, path: str) -> pa.Table:
    """A frame that was put into one row, without what pandas wants to know."""
    rows = _held(table, path)
    if not pa.types.is_struct(rows.type):
        return pa.table({})
    return pa.Table.from_arrays(rows.flatten(), names=[field.name for field in rows.type])


def _held(table: pa.Table, path: str) -> pa.Array:
    return table[path].chunk(0).flatten()


def _value(tree: Any, table: pa.Table, homes: frozenset[str]) -> Any:
    """What a tree stands for."""
    if type(tree) in _PLAIN:
        return tree
    match tree:
        case {"frame": path, "pandas": about}:
            return _rows(table, path).replace_schema_metadata({b"pandas": json.dumps(about)}).to_pandas()
        case {"array": path, "shape": shape, "dtype": dtype}:
            return _held(table, path).to_numpy(zero_copy_only=False).astype(dtype).reshape(shape)
        case {"scalar": path, "dtype": dtype}:
            return _held(table, path).to_numpy(zero_copy_only=False).astype(dtype)[0]
        case {"dataclass": name, "fields": fields}:
            return _class(name, homes)(**{name: _value(item, table, homes) for name, item in fields.items()})
        case {"mapping": items}:
            return {name: _value(item, table, homes) for name, item in items.items()}
        case {"pairs": pairs}:
            return {_value(key, table, homes): _value(item, table, homes) for key, item in pairs}
        case {"list": items}:
            return [_value(item, table, homes) for item in items]
        case {"tuple": items}:
            return tuple(_value(item, table, homes) for item in items)
    raise ValueError(f"it holds {str(tree)[:80]}, which this version of cxlab does not know")


def _class(name: str, homes: frozenset[str]) -> type[Any]:
    """A dataclass by name. Nothing is imported: whoever wants such pieces has its module already."""
    module, _, qualname = name.partition(":")
    found: Any = sys.modules.get(module) if module.partition(".")[0] in homes else None
    for part in qualname.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, type) or not dc.is_dataclass(found):
        raise ValueError(f"it is made of {name}, which is no dataclass of {', '.join(sorted(homes))} in use here")
    return found
