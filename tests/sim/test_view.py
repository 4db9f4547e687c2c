"""A firm sees its records, its books and its own notes, can tamper with none of them, and never sees a state."""

from __future__ import annotations

import copy
import gc
import pickle
from typing import Any

import numpy as np
import pytest

from agents.mind import Mind, NoMind
from sim.behaviour import Contractual
from sim.chance import Chance
from sim.people import ACTIVE, DROPOUT, LEFT, PATIENCE, RATE, SEGMENT
from sim.plan import Offer, Plan
from sim.records import BIRTHDAY, CRM, FILED, KNOWN, POINTS, PURCHASES, STATED, UNKNOWN_DAY, Survey
from sim.table import Column
from sim.view import View
from tests.sim import worlds


@pytest.fixture
def run():
    made = worlds.model(100)
    made.run_for(3)
    return made


@pytest.fixture
def view(run) -> View:
    return run.records.view(run.week)


class Notes:
    """Notes every week it saw, in the firm's memory; asks some to join a club; spends 2 a week on nobody."""

    def plan(self, view: View, draws: Any) -> Plan:
        view.memory.setdefault("weeks", []).append(view.week)
        view.desk("club").memory["asked"] = view.memory["weeks"][-1]
        return Plan(offers=(Offer("club", np.arange(len(view)) % 2 == 0, 1.0),), overhead=2.0, line="club")


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


@pytest.mark.parametrize(
    "read",
    [lambda v: v[PURCHASES], lambda v: v[POINTS], lambda v: v[KNOWN], lambda v: v.member("club")],
    ids=["purchases", "points", "known", "member"],
)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_what_is_read_cannot_be_written(run, view: View, read, write):
    before = read(view).copy()
    with pytest.raises((ValueError, TypeError, AttributeError)):
        write(read(view))
    np.testing.assert_array_equal(read(view), before)


def test_no_way_back_from_an_array_to_the_records(run, view: View):
    """Whatever hangs on the array, no link leads to memory that the CRM uses."""
    run.records.members("club")[:] = True
    for seen, kept in (
        (view[PURCHASES], run.records.crm[PURCHASES]),
        (view.member("club"), run.records.members("club")),
    ):
        assert not np.shares_memory(seen, kept)
        assert isinstance(seen.base, bytes)
        assert not gc.get_referents(seen.base)


@pytest.mark.parametrize("name", ["week", "customers", "_read", "_member", "memory", "spent", "anything"])
def test_nothing_on_the_view_can_be_set(view: View, name: str):
    with pytest.raises(AttributeError, match=f"the View is sealed: {name} cannot be set; return a Plan instead"):
        setattr(view, name, 0)
    with pytest.raises((AttributeError, TypeError)):
        view[PURCHASES] = np.zeros(100, np.uint16)
    with pytest.raises(TypeError):
        view.spent["club"] = 0.0


@pytest.mark.parametrize("column", [ACTIVE, RATE, DROPOUT, PATIENCE, Column("trust", np.float32)], ids=lambda c: c.name)
def test_a_firm_does_not_see_the_soul(view: View, column: Column):
    with pytest.raises(KeyError, match=f"the View has no '{column.name}'; a firm sees"):
        view[column]


def test_a_look_alike_column_is_refused(view: View):
    with pytest.raises(KeyError):
        view[Column("purchases", np.uint8)]


def test_no_crm_column_is_a_column_of_the_state(run):
    """Neither by value nor by name does a View answer to a column of the customers' own table."""
    assert not set(CRM) & set(run.table.columns)
    assert not {column.name for column in CRM} & {column.name for column in run.table.columns}


def test_nothing_that_can_be_reached_from_a_view_is_a_customers_state(run, view: View):
    """Attributes, slots, items, closures, bound selves and whatever the garbage collector knows of; not modules.

    The CRM table stands behind the reader, in a closure that a strategy has no business in; the people's table, the
    model, the records themselves, which could write, and the chances of all luck stand nowhere.
    """
    run.strategy.plan(view, None)
    seen, wait = {}, [view, view.desk("club")]
    while wait:
        thing = wait.pop()
        if id(thing) in seen or isinstance(thing, type) or hasattr(thing, "__file__"):
            continue
        seen[id(thing)] = thing
        links = [value for value in gc.get_referents(thing) if value is not getattr(thing, "__globals__", None)]
        wait += links + [getattr(thing, name) for name in getattr(type(thing), "__slots__", ()) if hasattr(thing, name)]
    kinds = {type(thing).__name__ for thing in seen.values()}
    assert {"View", "Table", "function", "cell"} <= kinds  # the walk gets as far as the reader's closure
    assert not kinds & {"CustomerModel", "Records", "Ledger", "World", "Chance", "Society", "Block", "Some", "Draws"}
    tables = [thing for thing in seen.values() if type(thing).__name__ == "Table"]
    assert tables == [run.records.crm]
    arrays = [thing for thing in seen.values() if isinstance(thing, np.ndarray)]
    assert arrays
    state = [run.table[column] for column in run.table.columns]
    assert not any(np.shares_memory(array, held) for array in arrays for held in state)


def test_the_view_holds_no_handle_that_writes(view: View):
    for handle in (view._read, view._member):
        assert not hasattr(handle, "__self__")


def test_a_view_of_nobody_is_empty():
    nobody = worlds.model(0).records.view(0)
    assert len(nobody) == 0
    assert all(len(nobody[column]) == 0 for column in CRM)
    assert len(nobody.member("club")) == 0


def test_a_view_kept_from_an_earlier_week_is_over(run, view: View):
    """It would show today's records under the old week's number."""
    run.step()
    for read in (lambda: view[PURCHASES], lambda: view.member("club"), lambda: view.desk("a").member("club")):
        with pytest.raises(RuntimeError, match="the View of week 3 is over: read what you need in the week you plan"):
            read()


class Keeps:
    """A strategy that remembers what it saw, as an adaptive one may."""

    def plan(self, view: View, draws: object) -> Plan:
        self.seen = view.memory["seen"] = view
        return Plan(line="keeps")


@pytest.mark.parametrize("twice", [copy.deepcopy, lambda run: pickle.loads(pickle.dumps(run))], ids=["copy", "pickle"])
def test_a_model_whose_strategy_keeps_its_view_can_be_copied(twice):
    run = worlds.model(20, Keeps())
    run.run_for(2)
    twin = twice(run)
    assert twin.week == 2
    with pytest.raises(RuntimeError, match="a copied View cannot be read: take 'purchases' from the View of the week"):
        twin.strategy.seen[PURCHASES]
    twin.step()


def test_memory_is_the_firms_own_and_no_arm_shares_it():
    """Two forks of one model and the model itself note on their own; another replication begins with nothing."""
    run = worlds.model(people=worlds.met(20), strategy=Notes())
    run.run_for(2)
    one, two = run.fork(Notes()), run.fork(Notes())
    one.run_for(2)
    run.step()
    memories = [arm.records.memory for arm in (run, one, two)]
    assert [memory["weeks"] for memory in memories] == [[0, 1, 2], [0, 1, 2, 3], [0, 1]]
    assert [memory["club"]["asked"] for memory in memories] == [2, 3, 1]
    assert worlds.model(20, seed=2).records.memory == {}
    assert two.records.view(2).memory["weeks"] == [0, 1]


def test_each_desk_has_a_memory_of_its_own(view: View):
    one, two = view.desk("one"), view.desk("two")
    one.memory["tries"], two.memory["tries"] = 1, 2
    assert view.memory == {"one": {"tries": 1}, "two": {"tries": 2}}
    assert view.desk("one").memory["tries"] == 1
    assert (one.week, len(one), one.spent) == (view.week, len(view), view.spent)
    np.testing.assert_array_equal(one[PURCHASES], view[PURCHASES])


def test_members_are_those_who_joined_in_this_arm():
    """Everybody is asked who sits in an even row; who has come since has joined, arrivals of later weeks are none."""
    run = worlds.model(people=worlds.met(40, rate=30.0, dropout=1e-6), strategy=Notes(), mind=NoMind())
    run.step()
    other = run.fork(Notes())
    even = np.arange(40) % 2 == 0
    np.testing.assert_array_equal(run.records.view(1).member("club"), even)
    run.records.members("club")[0] = False
    assert other.records.view(1).member("club")[0]
    unheard = run.records.view(1).member("another")
    assert unheard.dtype == np.bool_
    assert not unheard.any()
    run.records.crm.grow(3)
    np.testing.assert_array_equal(run.records.view(1).member("club")[40:], [False] * 3)


def test_a_view_tells_what_was_spent_up_to_last_week():
    seen: list[dict[str, float]] = []

    class Looks(Notes):
        def plan(self, view: View, draws: Any) -> Plan:
            seen.append(dict(view.spent))
            return super().plan(view, draws)

    worlds.model(5, Looks()).run_for(3)
    assert seen == [{}, pytest.approx({"club": 2.0}), pytest.approx({"club": 4.0})]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_a_share_of_the_files_is_wrong_and_birthdays_are_known_of_a_share(share: float):
    """Seed 3, 40,000 newcomers of 4 segments: shares within 4 standard errors, wrong entries and days spread evenly."""
    n, segment = 40_000, (np.arange(40_000) % 4).astype(np.uint8)
    luck = Chance(3).life().rows(np.arange(n, dtype=np.uint64))
    filed, birthday = Survey(misfiled=share, birthdays=share).file(segment, 4, luck)
    error = 4 * np.sqrt(share * (1 - share) / n)
    assert abs((filed != segment).mean() - share) <= error
    assert abs((birthday != UNKNOWN_DAY).mean() - share) <= error
    assert filed.dtype == birthday.dtype == np.uint8
    if share:
        off = np.bincount((filed[filed != segment].astype(int) - segment[filed != segment]) % 4, minlength=4)
        assert off[0] == 0
        assert abs(off[1:] / off.sum() - 1 / 3).max() < 4 * np.sqrt(2 / 9 / off.sum())
        days = np.bincount(birthday[birthday != UNKNOWN_DAY], minlength=52)
        assert len(days) == 52
        assert abs(days / days.sum() - 1 / 52).max() < 5 * np.sqrt(1 / 52 / days.sum())


def test_with_one_segment_nobody_is_filed_wrong():
    luck = Chance(3).life().rows(np.arange(50, dtype=np.uint64))
    assert not Survey(misfiled=1.0).file(np.zeros(50, np.uint8), 1, luck)[0].any()


def test_a_runs_files_are_as_the_survey_makes_them():
    """Seed 1, 4,000 customers: a tenth misfiled, 60% of birthdays, within 4 standard errors; known from the start."""
    run = worlds.model(4_000, mind=Mind(), warm_up=0)
    crm, wrong, known = run.records.crm, 0.1, 0.6
    assert abs((crm[FILED] != run.table[SEGMENT]).mean() - wrong) < 4 * np.sqrt(wrong * (1 - wrong) / 4_000)
    assert abs((crm[BIRTHDAY] != UNKNOWN_DAY).mean() - known) < 4 * np.sqrt(known * (1 - known) / 4_000)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_share_of_leavers_says_why_where_leaving_is_seen(share: float):
    """Seed 1, 4,000 contracts, one renewal: without minds all leave for want of need, within 4 standard errors."""
    market, survey = Contractual(period=2, alpha=2, beta=2), Survey(exit=share)
    run = worlds.model(4_000, behaviour=market, mind=NoMind(), survey=survey)
    run.run_for(3)
    gone, stated = ~np.isnan(run.table[LEFT]), run.records.crm[STATED]
    assert gone.sum() > 1_000
    assert not stated[~gone].any()
    assert set(stated[gone]) <= {0, 1}
    assert abs((stated[gone] == 1).mean() - share) <= 4 * np.sqrt(share * (1 - share) / gone.sum())
