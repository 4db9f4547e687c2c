"""Columns, tables that grow, blocks that are views, and chosen rows that scatter."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.table import Block, Column, Table

AGE = Column("age", np.float32, 40.0, unit="years")
ACTIVE = Column("active", np.bool_)
LEFT = Column("left", np.float32, float("nan"))
COUNT = Column("count", np.uint8, 3)


def table(n: int = 5) -> Table:
    made = Table([AGE, ACTIVE, LEFT, COUNT], n)
    made[AGE] = np.arange(n, dtype=np.float32)
    return made


def test_columns_start_as_declared():
    rows = Table([AGE, ACTIVE, LEFT, COUNT], 2)
    assert rows[AGE].tolist() == [40.0, 40.0]
    assert rows[ACTIVE].tolist() == [False, False]
    assert np.isnan(rows[LEFT]).all()
    assert rows[COUNT].tolist() == [3, 3]
    assert [rows[c].dtype for c in (AGE, ACTIVE, COUNT)] == [np.float32, np.bool_, np.uint8]


def test_an_unknown_column_is_named():
    with pytest.raises(KeyError, match=r"no column 'height'; there are \['active', 'age', 'count', 'left'\]"):
        table()[Column("height", np.float32)]
    assert AGE in table()
    assert Column("height", np.float32) not in table()


@given(st.lists(st.integers(0, 40), max_size=12))
def test_rows_are_for_ever_however_a_table_grows(steps: list[int]):
    grown = Table([AGE, LEFT], 0)
    expected: list[float] = []
    for extra in steps:
        new = grown.grow(extra)
        assert len(new) == extra
        assert (new[AGE] == 40).all()
        assert np.isnan(new[LEFT]).all()
        new[AGE] = np.arange(len(expected), len(expected) + extra, dtype=np.float32)
        expected += range(len(expected), len(expected) + extra)
        assert len(grown) == len(expected)
        np.testing.assert_array_equal(grown[AGE], np.array(expected, np.float32))


def test_growth_is_cheap():
    """10,000 arrivals one by one copy each column a few dozen times, not 10,000 times."""
    rows, rooms = Table([AGE], 100), set()
    for _ in range(10_000):
        rows.grow(1)
        rooms.add(len(rows._data["age"]))
    assert len(rooms) < 20


def test_rows_grown_into_spare_room_are_clean():
    rows = Table([AGE], 10)
    rows.grow(1)[AGE][...] = 7
    assert rows.grow(1)[AGE][0] == 40


@pytest.mark.parametrize("size", [1, 2, 5, 6, 10**9])
def test_blocks_cover_the_table_in_order(size: int):
    blocks = list(table().blocks(size))
    assert [place for b in blocks for place in range(b.start, b.stop)] == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(np.concatenate([b[AGE] for b in blocks]), np.arange(5))
    assert not list(Table([AGE], 0).blocks(size))


def test_a_block_is_a_view():
    rows = table()
    block = rows.block(1, 3)
    block[AGE] = np.array([8, 9], np.float32)
    block[AGE] += 1
    block[ACTIVE][:] = True
    np.testing.assert_array_equal(rows[AGE], [0, 9, 10, 3, 4])
    np.testing.assert_array_equal(rows[ACTIVE], [False, True, True, False, False])


def test_some_rows_gather_and_scatter():
    rows = table()
    some = rows.block(1, 5).some(np.array([3, 0]))
    assert len(some) == 2
    np.testing.assert_array_equal(some[AGE], [4, 1])
    some[AGE] = np.array([40, 10], np.float32)
    some[AGE] += 1
    np.testing.assert_array_equal(some[AGE], [41, 11])
    np.testing.assert_array_equal(rows[AGE], [0, 11, 2, 3, 41])


def test_nobody_can_be_chosen():
    rows = table()
    nobody = rows.block(0, 5).some(np.zeros(0, np.intp))
    nobody[AGE] = np.zeros(0, np.float32)
    assert len(nobody[AGE]) == 0
    np.testing.assert_array_equal(rows[AGE], np.arange(5))


@pytest.mark.parametrize(
    ("column", "values"),
    [(AGE, np.zeros(5)), (AGE, np.zeros(5, np.int64)), (ACTIVE, np.zeros(5, np.uint8)), (COUNT, np.zeros(5, np.int64))],
)
def test_another_dtype_is_refused(column: Column, values: np.ndarray):
    block = table().block(0, 5)
    for rows in (block, block.some(np.arange(5))):
        with pytest.raises(TypeError, match=rf"'{column.name}' holds {column.dtype.__name__}, got {values.dtype}"):
            rows[column] = values


def test_a_constant_that_widens_is_refused():
    block = table().block(0, 5)
    with pytest.raises(TypeError, match="a constant made it wider"):
        block[AGE] = block[AGE] + block[ACTIVE] * 0.5


def test_a_copy_shares_nothing():
    rows = table()
    rows.grow(3)
    for twin in (copy.deepcopy(rows), pickle.loads(pickle.dumps(rows))):
        np.testing.assert_array_equal(twin[AGE], rows[AGE])
        twin[AGE][0] = 99
        twin.grow(5)
        assert rows[AGE][0] == 0
        assert (len(rows), len(twin)) == (8, 13)


def test_bytes_are_counted_without_spare_room():
    rows = table(100)
    rows.grow(1)
    assert rows.nbytes == 101 * (4 + 1 + 4 + 1)


def test_a_block_keeps_its_place():
    block = table().block(2, 4)
    assert isinstance(block, Block)
    assert (len(block), block.start, block.stop) == (2, 2, 4)


def test_a_whole_table_refuses_another_dtype_too():
    with pytest.raises(TypeError, match="'count' holds uint8"):
        table()[COUNT] = np.full(5, 300.7)


def test_columns_written_from_one_array_stay_apart():
    """`people[LOYALTY] = people[SATISFACTION]` is what SatisfactionLoyalty does."""
    some = Table([AGE, LEFT], 3).block(0, 3).some(np.arange(3))
    some[LEFT] = some[AGE]
    some[AGE] += 1
    np.testing.assert_array_equal(some[LEFT], [40, 40, 40])


def test_two_different_columns_of_one_name_are_refused():
    with pytest.raises(ValueError, match="age"):
        Table([AGE, Column("age", np.uint8, 3)], 2)
