"""What crosses the counter cannot be tampered with and holds what it says."""

from __future__ import annotations

import copy
import gc
import pickle
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from sim.exchange import Plan, View
from sim.people import ACTIVE, DROPOUT, PATIENCE, RATE
from sim.records import CRM, KNOWN, POINTS, PURCHASES
from sim.table import Column
from tests.sim import worlds

ARRAYS = [field.name for field in fields(Plan) if "None" in str(field.type)]


@pytest.fixture
def run():
    made = worlds.model(100)
    made.run_for(3)
    return made


@pytest.fixture
def view(run) -> View:
    return run.records.view(run.week)


def test_the_view_shows_the_crm(run, view: View):
    assert len(view) == view.customers == 100
    assert view.week == 3
    for column in CRM:
        np.testing.assert_array_equal(view[column], run.records.crm[column])
        assert view[column].dtype == column.dtype


WRITES = {
    "item": lambda a: a.__setitem__(0, 1),
    "slice": lambda a: a.__setitem__(slice(None), 1),
    "in place": lambda a: np.add(a, a, out=a),
    "fill": lambda a: a.fill(1),
    "sort": lambda a: a.sort(),
    "copyto": lambda a: np.copyto(a, 1),
    "unlock": lambda a: a.setflags(write=True),
    "unlock by flag": lambda a: setattr(a.flags, "writeable", True),
    "unlock a view": lambda a: a.view().setflags(write=True),
    "unlock a slice": lambda a: a[:2].setflags(write=True),
    "unlock a reinterpretation": lambda a: a.view(np.uint8).setflags(write=True),
    "its base": lambda a: a.base.__setitem__(0, 1),
    "base of its base": lambda a: memoryview(a.base).__setitem__(0, 1),
    "buffer": lambda a: memoryview(a).__setitem__(0, 1),
}


@pytest.mark.parametrize("column", [PURCHASES, POINTS, KNOWN], ids=lambda column: column.name)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_column_cannot_be_written(run, view: View, column: Column, write):
    before = run.records.crm[column].copy()
    with pytest.raises((ValueError, TypeError, AttributeError)):
        write(view[column])
    np.testing.assert_array_equal(run.records.crm[column], before)


def test_no_way_back_from_an_array_to_the_records(run, view: View):
    """Whatever hangs on the array, no link leads to memory that the CRM uses."""
    seen = view[PURCHASES]
    assert not np.shares_memory(seen, run.records.crm[PURCHASES])
    assert isinstance(seen.base, bytes)
    assert not gc.get_referents(seen.base)


@pytest.mark.parametrize("name", ["week", "customers", "_read", "anything"])
def test_nothing_on_the_view_can_be_set(view: View, name: str):
    with pytest.raises(AttributeError, match=f"the View is sealed: {name} cannot be set; return a Plan instead"):
        setattr(view, name, 0)
    with pytest.raises((AttributeError, TypeError)):
        view[PURCHASES] = np.zeros(100, np.uint16)


@pytest.mark.parametrize("column", [ACTIVE, RATE, DROPOUT, PATIENCE, Column("trust", np.float32)], ids=lambda c: c.name)
def test_a_firm_does_not_see_the_soul(view: View, column: Column):
    with pytest.raises(KeyError, match=f"the View has no '{column.name}'; a firm sees"):
        view[column]


def test_a_look_alike_column_is_refused(view: View):
    with pytest.raises(KeyError):
        view[Column("purchases", np.uint8)]


def test_a_view_of_nobody_is_empty():
    nobody = worlds.model(0).records.view(0)
    assert len(nobody) == 0
    assert all(len(nobody[column]) == 0 for column in CRM)


def test_a_view_kept_from_an_earlier_week_is_over(run, view: View):
    """It would show today's records under the old week's number."""
    run.step()
    with pytest.raises(RuntimeError, match="the View of week 3 is over: read what you need in the week you plan for"):
        view[PURCHASES]


def test_the_view_holds_no_handle_on_the_records(view: View):
    with pytest.raises(AttributeError):
        view._read.__self__.crm[PURCHASES][:] = 99


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.uint8, np.float16])
def test_a_plan_refuses_another_dtype(name: str, dtype: type):
    with pytest.raises(TypeError, match=rf"Plan\.{name} holds \w+, got {np.dtype(dtype)}"):
        Plan(**{name: np.zeros(3, dtype)})


def test_masks_are_bool_and_amounts_are_float32():
    assert len(ARRAYS) == 14
    for name in ARRAYS:
        right, wrong = (np.bool_, np.float32) if name == "treated" else (np.float32, np.bool_)
        Plan(**{name: np.ones(3, right)})
        with pytest.raises(TypeError):
            Plan(**{name: np.ones(3, wrong)})


def test_a_plan_is_frozen_and_parts_keep_their_rows():
    plan = Plan(cost=np.arange(6, dtype=np.float32), treated=np.arange(6) > 2, line="x", attraction=1.5)
    with pytest.raises(FrozenInstanceError):
        plan.line = "y"
    part = plan.part(2, 5)
    assert part.cost.tolist() == [2, 3, 4]
    assert part.treated.tolist() == [False, True, True]
    assert part.some(np.array([2, 0])).cost.tolist() == [4, 2]
    assert (part.line, part.attraction, part.technical) == ("x", 1.5, None)
    nothing = Plan(line="nothing")
    assert nothing.part(0, 3) == nothing
    assert copy.deepcopy(plan).cost.tolist() == plan.cost.tolist()


@pytest.mark.parametrize("name", ["technical", "cost", "points", "treated"])
def test_a_plan_refuses_a_bare_number(name: str):
    with pytest.raises(TypeError, match=name):
        Plan(**{name: 0.5})


@pytest.mark.parametrize("length", [99, 101, 1])
def test_a_plan_of_another_length_is_refused(length: int):
    class Wrong:
        def plan(self, view: View, draws: object) -> Plan:
            return Plan(technical=np.full(length, 0.1, np.float32), line="wrong")

    with pytest.raises((TypeError, ValueError), match="100"):
        worlds.model(100, Wrong()).run_for(2)


@pytest.mark.parametrize("name", ["technical", "progress", "cost", "accuracy"])
def test_a_plan_refuses_nan(name: str):
    with pytest.raises(ValueError, match=name):
        Plan(**{name: np.array([0, np.nan], np.float32)})
    with pytest.raises(ValueError, match="infinity"):
        Plan(**{name: np.array([0, np.inf], np.float32)})


class Keeps:
    """A strategy that remembers what it saw, as an adaptive one may."""

    def plan(self, view: View, draws: object) -> Plan:
        self.seen = view
        return Plan(line="keeps")


@pytest.mark.parametrize("twice", [copy.deepcopy, lambda run: pickle.loads(pickle.dumps(run))], ids=["copy", "pickle"])
def test_a_model_whose_strategy_keeps_its_view_can_be_copied(twice):
    run = worlds.model(20, Keeps())
    run.run_for(2)
    assert twice(run).week == 2
