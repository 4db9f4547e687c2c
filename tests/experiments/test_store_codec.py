"""What goes into a piece comes out of it, to the bit; what is no data does not go in, and reading runs no code."""

from __future__ import annotations

import json
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.store.codec import about_of, frame_of, packed, unpacked
from tests.experiments.faults.toy import Part

HOMES = ("tests", __name__.partition(".")[0])
ABOUT = {"address": "here", "number": 7}


@dataclass(frozen=True)
class Own:
    """Made of everything."""

    frame: pd.DataFrame
    array: np.ndarray[Any, Any]
    names: tuple[str, ...]
    by_pair: dict[tuple[str, str], list[tuple[bool, ...]]]
    share: float = 0.5


def back(piece: object) -> Any:
    content = packed(piece, ABOUT)
    assert about_of(content) == ABOUT
    return unpacked(content, HOMES)


FRAMES = {
    "usual": pd.DataFrame({"arm": ["a", "b"], "week": [1, 2], "value": [0.1, np.nan], "left": [True, False]}),
    "empty": pd.DataFrame({"arm": [], "value": []}),
    "no types": pd.DataFrame([], columns=["week", "note"]),
    "nothing": pd.DataFrame(),
    "categories": pd.DataFrame({"arm": pd.Categorical(["a", "b", "a"])}),
    "an index": pd.DataFrame({"value": [1.0, 2.0]}, index=pd.Index(["x", "y"], name="arm")),
    "half missing": pd.DataFrame({"note": ["said", None]}),
    "small numbers": pd.DataFrame({"x": np.array([1, 2], np.float32), "y": np.array([1, 2], np.uint8)}),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_frames_come_back(frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(back(frame), frame, check_exact=True)


ARRAYS = {
    "numbers": np.random.default_rng(1).normal(size=(3, 2, 4)),
    "few bits": np.array([[1, np.nan], [np.inf, -0.0]], np.float32),
    "flags": np.array([True, False]),
    "none": np.empty((0, 3)),
    "words": np.array(["a", "ünd"]),
    "whole": np.arange(4, dtype=np.uint8),
}


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
def test_arrays_come_back(array: np.ndarray[Any, Any]) -> None:
    found = back({"it": array})["it"]
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    "piece",
    [1, 0.1 + 0.2, float("inf"), "text", None, True, [], (), {}, [1, (2.5, "x")], {"a": {"b": []}}, {("a", 1): 2.0}],
    ids=str,
)
def test_plain_values_come_back(piece: object) -> None:
    found = back(piece)
    assert found == piece
    assert type(found) is type(piece)


def test_numbers_of_numpy_come_back() -> None:
    found = back([np.float32(0.1), np.int64(3), np.bool_(True)])
    assert [type(value) for value in found] == [np.float32, np.int64, np.bool_]
    assert found == [np.float32(0.1), 3, True]


def test_dataclasses_come_back() -> None:
    one = Own(FRAMES["usual"], ARRAYS["numbers"], ("a", "b"), {("habit", "f1"): [(True, False)], ("none", "f1"): []})
    found = back([one])[0]
    assert type(found) is Own
    pd.testing.assert_frame_equal(found.frame, one.frame)
    np.testing.assert_array_equal(found.array, one.array)
    assert (found.names, found.by_pair, found.share) == (one.names, one.by_pair, one.share)


def test_a_large_frame_can_be_read_alone() -> None:
    part = Part(FRAMES["usual"], FRAMES["categories"])
    frame = frame_of(packed(part, ABOUT), "weeks")
    pd.testing.assert_frame_equal(frame.to_pandas(), FRAMES["usual"])


@pytest.mark.parametrize(
    "piece",
    [object(), {1, 2}, np.array([object()]), lambda: 1, b"bytes", Own, Path()],
    ids=["object", "set", "array of objects", "function", "bytes", "class", "path"],
)
def test_what_is_no_data_is_refused(piece: object) -> None:
    with pytest.raises(TypeError, match="cannot be kept"):
        packed({"deep": [piece]}, ABOUT)


def test_a_dataclass_from_elsewhere_is_not_made() -> None:
    """The file names a class; only those of the packages that were asked for are taken, and nothing is imported."""
    content = packed(Own(FRAMES["usual"], ARRAYS["flags"], (), {}), ABOUT)
    with pytest.raises(ValueError, match="no dataclass of experiments in use here"):
        unpacked(content, ("experiments",))
    for name in ("os:system", "tests.nowhere:Own", "experiments.store.codec:packed", "tests:"):
        forged = pq.read_table(pa.BufferReader(content))
        tree = json.dumps({"dataclass": name, "fields": {}})
        sink = pa.BufferOutputStream()
        pq.write_table(forged.replace_schema_metadata({b"cxlab": b"{}", b"cxlab tree": tree}), sink)
        with pytest.raises(ValueError, match="no dataclass of"):
            unpacked(sink.getvalue().to_pybytes(), (*HOMES, "experiments"))


@pytest.mark.parametrize("content", [b"", b"PAR1", pickle.dumps("code"), b"PAR1" * 40], ids=["none", "short", "p", "x"])
def test_what_is_no_parquet_is_refused(content: bytes) -> None:
    with pytest.raises((ValueError, OSError)):
        about_of(content)


def test_a_parquet_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    FRAMES["usual"].to_parquet(tmp_path / "theirs.parquet")
    with pytest.raises(ValueError, match="no piece that cxlab wrote"):
        about_of((tmp_path / "theirs.parquet").read_bytes())


def test_the_same_piece_is_the_same_file() -> None:
    assert packed(FRAMES["usual"], ABOUT) == packed(FRAMES["usual"].copy(), ABOUT)
