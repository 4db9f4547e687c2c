"""A plan holds what it says, refuses what makes no sense, and keeps its rows together when it is cut up."""

from __future__ import annotations

import copy
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

from sim.errors import StrategyError
from sim.plan import ARRAYS, LIMITS, RANGES, Offer, Plan
from tests.sim import worlds

FLAGS = ("treated", "dismiss")


def amounts(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def asks(n: int, name: str = "club") -> Offer:
    return Offer(name, np.arange(n) % 2 == 0)


class Plays:
    """A strategy that returns this plan every week."""

    def __init__(self, plan: Any) -> None:
        self.made = plan

    def plan(self, view: Any, draws: Any) -> Any:
        return self.made


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.uint8, np.float16])
def test_a_plan_refuses_another_dtype(name: str, dtype: type):
    with pytest.raises(TypeError, match=rf"Plan\.{name} holds \w+, got {np.dtype(dtype)}"):
        Plan(**{name: np.zeros(3, dtype)})


@pytest.mark.parametrize("name", ARRAYS)
def test_masks_are_bool_and_amounts_are_float32(name: str):
    right, wrong = (np.bool_, np.float32) if name in FLAGS else (np.float32, np.bool_)
    Plan(**{name: np.ones(3, right)})
    with pytest.raises(TypeError, match=rf"Plan\.{name} holds {right.__name__}, got {np.dtype(wrong)}"):
        Plan(**{name: np.ones(3, wrong)})
    for bare in (0.5, [0.5]):
        with pytest.raises(TypeError, match=rf"Plan\.{name} holds"):
            Plan(**{name: bare})


def test_every_amount_has_a_range_and_every_number_limits():
    """Nothing that a plan may hold goes unchecked; names of ranges that no plan has would check nothing."""
    assert set(RANGES) == set(ARRAYS) - set(FLAGS)
    numbers = {name for name, value in vars(Plan()).items() if isinstance(value, float)}
    assert set(LIMITS) == numbers
    assert Plan() == Plan(**{name: getattr(Plan(), name) for name in numbers})  # the defaults lie within


@pytest.mark.parametrize(("name", "low", "high"), [(name, *ends) for name, ends in RANGES.items()])
def test_the_ends_of_a_range_are_allowed_and_nothing_beyond(name: str, low: float, high: float):
    top = min(high, 1e6)
    held = getattr(Plan(**{name: amounts(low, top)}), name)
    assert held.tolist() == amounts(low, top).tolist()
    for beyond in [low - 0.1] + [high + 0.1] * bool(np.isfinite(high)):
        with pytest.raises(ValueError, match=rf"Plan\.{name} runs from .* allowed are {low:g} to {high:g}\."):
            Plan(**{name: amounts(low, beyond)})
    for wrong in (np.nan, np.inf, -np.inf):
        with pytest.raises(ValueError, match=rf"Plan\.{name} holds NaN or infinity"):
            Plan(**{name: amounts(low, wrong)})
    assert len(getattr(Plan(**{name: amounts()}), name)) == 0  # a firm without customers


@pytest.mark.parametrize(("name", "low", "high"), [(name, *ends) for name, ends in LIMITS.items()])
def test_numbers_for_the_whole_firm_have_limits(name: str, low: float, high: float):
    for fine in (low, min(high, 1e6)):
        assert getattr(Plan(**{name: fine}), name) == fine
    for wrong in [low - 0.1, np.nan, np.inf] + [high + 0.1] * bool(np.isfinite(high)):
        with pytest.raises(ValueError, match=rf"Plan\.{name} = .* is outside {low:g} to {high:g}: give a finite"):
            Plan(**{name: wrong})


def test_what_is_no_number_no_name_and_no_tuple_is_refused():
    """Text for a number, a bare note (which would be read letter by letter), and entries of another kind."""
    for name in LIMITS:
        with pytest.raises(TypeError, match=rf"Plan\.{name} = '5' is no number"):
            Plan(**{name: "5"})
    with pytest.raises(TypeError, match=r"Plan\.line = 5 is no text"):
        Plan(line=5)
    for name, values in (("notes", ("said", (1,), ["said"])), ("offers", (asks(3), ("club",))), ("parts", (Plan(),))):
        for wrong in values:
            with pytest.raises(TypeError, match=rf"Plan\.{name} = .* is no tuple of"):
                Plan(**{name: wrong})


def test_offers_are_checked():
    everybody = np.ones(3, np.bool_)
    for wrong in (np.ones(3, np.float32), [True], None):
        with pytest.raises(TypeError, match=r"Offer\.to of 'club' is no array of bool \[N\]"):
            Offer("club", wrong)
    for ease in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match=rf"Offer\.ease of 'club' = {ease} is outside 0 to 1"):
            Offer("club", everybody, ease)
    with pytest.raises(ValueError, match=r"Offer\.motive of 'club' = 'greed' is unknown"):
        Offer("club", everybody, motive="greed")
    assert [Offer("club", everybody, motive=m).motive for m in ("reward", "belonging", "bargain")]


def test_a_plan_is_frozen_and_parts_keep_their_rows():
    plan = Plan(cost=np.arange(6, dtype=np.float32), treated=np.arange(6) > 2, line="x", attraction=1.5)
    with pytest.raises(FrozenInstanceError):
        plan.line = "y"
    part = plan.part(2, 5)
    assert part.cost.tolist() == [2, 3, 4]
    assert part.treated.tolist() == [False, True, True]
    assert part.some(np.array([2, 0])).cost.tolist() == [4, 2]
    assert (part.line, part.attraction, part.technical) == ("x", 1.5, None)
    assert (len(plan.cost), len(plan.treated)) == (6, 6)
    nothing = Plan(line="nothing")
    assert nothing.part(0, 3) == nothing
    assert copy.deepcopy(plan).cost.tolist() == plan.cost.tolist()


def test_every_array_offer_and_bill_is_cut_alike():
    """Each array holds its row's number, or which rows are odd; so every cut names the rows it took."""
    number, odd = np.linspace(0.02, 0.06, 5, dtype=np.float32), np.arange(5) % 2 == 1
    arrays = {name: odd if name in FLAGS else number for name in ARRAYS}
    bills = (Plan(cost=number, line="one"), Plan(cost=2 * number, overhead=3.0, line="two"))
    plan = Plan(**arrays, offers=(Offer("club", odd), Offer("card", ~odd, 0.9)), parts=bills, notes=("said",))
    for cut, rows in ((plan.part(1, 4), [1, 2, 3]), (plan.some(np.array([4, 1])), [4, 1])):
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(cut, name), arrays[name][rows], err_msg=name)
        assert [(offer.name, offer.ease) for offer in cut.offers] == [("club", 0.5), ("card", 0.9)]
        np.testing.assert_array_equal(cut.offers[0].to, odd[rows])
        np.testing.assert_array_equal(cut.offers[1].to, ~odd[rows])
        assert [bill.line for bill in cut.bills] == ["one", "two"]
        np.testing.assert_array_equal(cut.bills[1].cost, 2 * number[rows])
        assert (cut.bills[1].overhead, cut.notes) == (3.0, ("said",))
        cut.check(len(rows))
    plan.check(5)
    assert len(plan.offers[0].to) == len(plan.parts[0].cost) == 5  # the whole is as it was


def test_a_plan_without_parts_is_its_own_bill():
    plan = Plan(cost=amounts(1, 2), line="x")
    assert plan.bills == (plan,)


WRONG = {
    "an array": (Plan(technical=np.zeros(99, np.float32)), r"Plan\.technical has shape \(99,\)"),
    "a mask": (Plan(dismiss=np.zeros(101, np.bool_)), r"Plan\.dismiss has shape \(101,\)"),
    "one row": (Plan(cost=amounts(1)), r"Plan\.cost has shape \(1,\)"),
    "two columns": (Plan(cost=np.zeros((100, 2), np.float32)), r"Plan\.cost has shape \(100, 2\)"),
    "an offer": (Plan(offers=(asks(99),)), r"Offer\.to of 'club' has shape \(99,\)"),
    "a bill": (Plan(parts=(Plan(cost=np.zeros(99, np.float32)),)), r"Plan\.cost has shape \(99,\)"),
    "an offer in a bill": (Plan(parts=(Plan(offers=(asks(99),)),)), r"Offer\.to of 'club' has shape \(99,\)"),
}


@pytest.mark.parametrize(("plan", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_plan_for_unknown_rows_is_refused_naming_strategy_and_week(plan: Plan, said: str):
    run = worlds.model(100)
    run.run_for(2)
    fork = run.fork(Plays(plan))
    with pytest.raises(StrategyError, match=rf"strategy Plays, week 2: ValueError: {said}; there are 100 customers"):
        fork.step()


def test_what_is_no_plan_is_refused_and_a_strangers_error_is_named():
    class Breaks:
        def plan(self, view: Any, draws: Any) -> Plan:
            return Plan(cost=amounts(-1))

    with pytest.raises(StrategyError, match=r"strategy Plays, week 0: TypeError: plan\(\) returned dict, not a Plan"):
        worlds.model(5, Plays({})).step()
    with pytest.raises(StrategyError, match=r"strategy Breaks, week 0: ValueError: Plan\.cost runs from -1") as caught:
        worlds.model(5, Breaks()).step()
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_plan_changed_is_checked_again():
    plan = Plan(contact=amounts(1, 2))
    with pytest.raises(ValueError, match=r"Plan\.contact runs"):
        replace(plan, contact=amounts(1, 101))
