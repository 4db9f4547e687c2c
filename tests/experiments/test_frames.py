"""A job's result in a folder: what is written is read again, and what cannot be written or read says so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from experiments.frames import load_frames, save_frames
from experiments.results import MetricInfo
from sim.errors import StoreError


@dataclass(frozen=True, eq=False)
class Small:
    """A result with one frame."""

    table: pd.DataFrame
    metrics: tuple[MetricInfo, ...]
    weeks: int


RESULT = Small(pd.DataFrame({"arm": ["a", "b"], "value": [1.5, -2.0]}), (MetricInfo("value", "USD", 1, "Value"),), 52)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    save_frames(RESULT, ("table",), tmp_path)
    found = load_frames(Small, ("table",), tmp_path)
    pd.testing.assert_frame_equal(found.table, RESULT.table)
    assert (found.metrics, found.weeks) == (RESULT.metrics, RESULT.weeks)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot write results to .*file.*Choose a folder you may write to"):
        save_frames(RESULT, ("table",), tmp_path / "file")


def test_a_half_written_result_is_refused(tmp_path: Path) -> None:
    save_frames(RESULT, ("table",), tmp_path)
    (tmp_path / "table.parquet").unlink()
    with pytest.raises(StoreError, match=r"holds no complete Small: .*Run it again"):
        load_frames(Small, ("table",), tmp_path)
