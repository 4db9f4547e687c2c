"""Results of a job in a folder: frames as Parquet, the rest as JSON, which comes last and marks it complete."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa

from experiments.results import MetricInfo
from sim.errors import StoreError

_ABOUT = "study.json"


def save_frames(result: object, frames: Sequence[str], folder: Path) -> None:
    """Write a result, a dataclass of the named frames and of what JSON can hold.

    Raises:
        StoreError: the folder cannot be written.
    """
    own = [field.name for field in fields(cast(Any, result)) if field.name not in frames]  # not what is cached beside
    about = {name: _plain(getattr(result, name)) for name in own}
    text = json.dumps(about, indent=1, ensure_ascii=False, allow_nan=False)
    try:
        for name in frames:
            getattr(result, name).to_parquet(folder / f"{name}.parquet", engine="pyarrow", index=False)
        (folder / _ABOUT).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write results to {folder}: {error}. Choose a folder you may write to.") from error


def load_frames[T](kind: type[T], frames: Sequence[str], folder: Path) -> T:
    """Read what `save_frames` wrote; `metrics` become `MetricInfo` again.

    Raises:
        StoreError: the folder holds no complete result of this kind.
    """
    try:
        about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        about |= {name: pd.read_parquet(folder / f"{name}.parquet", engine="pyarrow") for name in frames}
        about["metrics"] = tuple(MetricInfo(**info) for info in about["metrics"])
        return kind(**about)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(f"{folder} holds no complete {kind.__name__}: {error}. Run it again.") from error


def joined(tables: Iterable[pa.Table]) -> pd.DataFrame:
    """One frame from Arrow tables, of one piece each; a column that holds nothing in one takes another's type."""
    parts = list(tables)
    usual = {field.name: field.type for part in parts for field in part.schema}
    held = pa.concat_tables(map(_without_empty, parts), promote_options="permissive")
    for place, field in enumerate(held.schema):
        if pa.types.is_null(field.type):
            held = held.set_column(place, field.name, pa.nulls(len(held), usual[field.name]))
    frame: pd.DataFrame = held.to_pandas()
    return frame


def _without_empty(table: pa.Table) -> pa.Table:
    """Columns that hold nothing are of no type: pandas gives them any."""
    for place, name in enumerate(table.column_names):
        if table[name].null_count == len(table):
            table = table.set_column(place, name, pa.nulls(len(table)))
    return table


def _plain(value: Any) -> Any:
    """What JSON can write."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
