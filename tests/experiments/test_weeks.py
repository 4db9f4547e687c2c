"""The weekly frame: written in pieces, read a metric at a time, the same numbers as in one frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments import weeks as module
from experiments.weeks import Weeks, write_weeks
from sim.errors import StoreError

METRICS, ARMS, SEGMENTS = ["trust", "active", "cost: gift"], ["nothing", "plan"], ["all", "loyal"]


def piece(replicate: int) -> pd.DataFrame:
    """A replication's weeks."""
    names = ["week", "metric", "segment", "arm"]
    index = pd.MultiIndex.from_product([range(4), METRICS, SEGMENTS, ARMS], names=names)
    values = np.random.default_rng(replicate).normal(size=len(index))
    return pd.DataFrame({"value": values}, index=index).reset_index().assign(replicate=replicate)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Seven replications, three at a time."""
    monkeypatch.setattr(module, "_AT_ONCE", 3 * len(piece(0)))
    write_weeks((pa.Table.from_pandas(piece(number)) for number in range(7)), tmp_path / "weeks.parquet")
    return tmp_path / "weeks.parquet"


def whole() -> pd.DataFrame:
    return pd.concat([piece(number) for number in range(7)], ignore_index=True)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Words as text, in one order."""
    words = {name: str for name in ("metric", "segment", "arm") if name in frame}
    order = sorted(set(frame) - {"value"})
    return frame.astype(words).sort_values(order)[[*order, "value"]].reset_index(drop=True)


def test_nothing_is_lost_or_changed(file: Path) -> None:
    pd.testing.assert_frame_equal(plain(Weeks(file).frame()), plain(whole()), check_exact=True)


@pytest.mark.parametrize("arm", [None, "plan"])
@pytest.mark.parametrize("segment", [None, "all"])
def test_a_metric_is_read_alone(file: Path, arm: str | None, segment: str | None) -> None:
    frame = whole()
    frame = frame[frame["metric"] == "trust"].drop(columns="metric")
    frame = frame[(frame["arm"] == (arm or frame["arm"])) & (frame["segment"] == (segment or frame["segment"]))]
    for held in (Weeks(file), Weeks.of(whole())):
        pd.testing.assert_frame_equal(plain(held.rows("trust", arm, segment)), plain(frame), check_exact=True)


def test_what_is_held_is_known(file: Path) -> None:
    for held in (Weeks(file), Weeks.of(whole())):
        assert held.last == 3
        assert [held.holds(metric) for metric in (*METRICS, "nonsense")] == [True, True, True, False]
        assert (held.holds("trust", "all"), held.holds("trust", "nobody")) == (True, False)
        assert held.rows("nonsense").empty


def test_other_metrics_are_not_read(file: Path) -> None:
    """Each group of rows holds one metric: three groups of replications, three metrics."""
    about = pq.read_metadata(file)
    assert about.num_row_groups == 9
    groups = [Weeks(file)._may_hold(place, "trust") for place in range(9)]
    assert sum(groups) == 3


def test_a_frame_of_an_older_version_is_read(tmp_path: Path) -> None:
    """It held words as text, in the order of the replications."""
    whole().to_parquet(tmp_path / "weeks.parquet", index=False)
    found = Weeks(tmp_path / "weeks.parquet")
    pd.testing.assert_frame_equal(plain(found.frame()), plain(whole()), check_exact=True)
    assert len(found.rows("trust", "plan", "all")) == 28


def test_it_is_written_again_as_it_is(file: Path, tmp_path: Path) -> None:
    Weeks(file).write(tmp_path / "copy.parquet")
    Weeks.of(whole()).write(tmp_path / "other.parquet")
    for name in ("copy", "other"):
        found = Weeks(tmp_path / f"{name}.parquet").frame()
        pd.testing.assert_frame_equal(plain(found), plain(whole()), check_exact=True)


def test_what_cannot_be_read_says_so(file: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone.parquet cannot be read: .*Run the study again"):
        Weeks(tmp_path / "gone.parquet")
    pd.DataFrame({"arm": ["a"]}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(StoreError, match="does not hold a study's weeks"):
        Weeks(tmp_path / "other.parquet")
    held, content = Weeks(file), bytearray(file.read_bytes())
    content[60] ^= 255
    file.write_bytes(content)
    with pytest.raises(StoreError, match="cannot be read"):
        held.frame()
