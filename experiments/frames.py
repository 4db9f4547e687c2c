"""Results of a job in a folder: frames as Parquet, the rest as JSON, which comes last and marks it complete."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.results import MetricInfo
from sim.errors import StoreError

_ABOUT = "study.json"


def save_frames(result: object, frames: Sequence[str], folder: Path) -> None:
    """Write a result, a dataclass of the named frames and of what JSON can hold.

    Raises:
        StoreError: the folder cannot be written.
    """
    about = {name: _plain(value) for name, value in vars(result).items() if name not in frames}
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


def _plain(value: Any) -> Any:
    """What JSON can write."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
