"""The twin is the same model: engine and twin agree in distribution, and a twin with one thing wrong does not.

48 seeds of 2,000 customers and 40 weeks. Both sides get the same customers in each seed and luck of their own; a mean
difference is measured in standard errors over seeds. Some 60 are looked at, so |t| < 4 is asked of each (3 would fail
by chance one time in four that somebody renames a draw) and a mistake has to reach 5. That is slow; the fast run has 8
seeds of 300 customers, where |t| < 6 is asked: with 7 degrees of freedom as rare as 4 with 23. (The first 24 of
the 48 seeds alone give 4.8 on the spread of valence, the other 24 give -0.5: hence 48.) Customers buy 4 times
as often as in the log, so that more is lived. Two settings: the default mind without a play, and over-delivery met by a
mind that acts more on what it feels, so that a mistake in what loyalty and feelings do shows in the totals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from agents.customers import AROUSAL, LOYALTY, SATISFACTION, SATISFACTION_LAST, VALENCE
from agents.mind import Mind
from agents.theories.intention import Integrated
from benchmarks.situation import Situation, situation
from benchmarks.twin import Customer, TunedTwin, Twin
from sim.model import CustomerModel
from sim.people import ACTIVE, LEFT, STRAIN, Newcomers
from sim.records import ANSWER, COST, LAST, PURCHASES, SPEND
from sim.world import World
from strategies import OverDelivery

WEEKS, BUSIER = 40, 4.0
AGREE, DIFFER, AGREE_IN_FEW = 4.0, 5.0, 6.0
FLOWS = ("purchases", "encounters", "left", "complained", "revenue", "cost", "profit")
MEANS = (
    "active",
    "satisfaction",
    "competence",
    "benevolence",
    "integrity",
    "trust",
    "loyalty",
    "valence",
    "expectation",
)
STATE = (SATISFACTION_LAST, SATISFACTION, LOYALTY, VALENCE, AROUSAL, STRAIN, LEFT)
RECORD = (LAST, PURCHASES, SPEND, COST, ANSWER)
Measured = dict[str, float]
Change = Callable[[World], World]


class Size(NamedTuple):
    """How many runs of how many customers."""

    seeds: int
    customers: int


FULL, FEW = Size(48, 2_000), Size(8, 300)
PLAIN, LOUD = Mind(), Mind(intention=Integrated(pull=0.4, hold=1.0, mood=1.0))


def here(loud: bool) -> Situation:
    return situation(WEEKS, LOUD if loud else PLAIN, BUSIER)


def measure(model: CustomerModel | Twin, state: dict[str, np.ndarray], before: Newcomers) -> Measured:
    """What is compared: totals over the weeks, means in the last one, and the spread and records of customers."""
    weekly = model.datacollector.get_model_vars_dataframe()
    active, answered = state["active"] > 0, state["answer"] >= 0
    once = state["purchases"] - before.purchases == 1
    amounts = (state["spend"] - before.spend)[once] / before.basket[once]
    return {
        **{name: float(weekly[name].sum()) for name in FLOWS},
        **{name: float(weekly[name].iloc[-1]) for name in MEANS},
        "loyalty in week 3": float(weekly["loyalty"].iloc[3]),
        "spread of satisfaction": float(state["satisfaction"][active].std()),
        "spread of loyalty": float(state["loyalty"][active].std()),
        "spread of valence": float(state["valence"][active].std()),
        "arousal": float(state["arousal"][active].mean()),
        "strain": float(state["strain"].mean()),
        "last judgement of those who left": float(state["satisfaction_last"][state["left"] >= 0].mean()),
        "week of leaving": float(np.nanmean(state["left"])),
        "moment in the week": float(np.mod(state["last"][state["last"] > 0], 1).mean()),
        "purchases on record": float(state["purchases"].mean()),
        "spend on record": float(np.log(state["spend"] + 1).mean()),
        "cost on record": float(state["cost"].mean()),
        "spread of an amount": float(amounts.std()),
        "answers": float(answered.sum()),
        "mean answer": float(state["answer"][answered].mean()),
        "spread of answers": float(state["answer"][answered].std()),
    }


@cache
def engine_runs(loud: bool, size: Size) -> tuple[Measured, ...]:
    def run(seed: int) -> Measured:
        model = here(loud).engine(size.customers, seed, OverDelivery() if loud else None)
        model.run_for(WEEKS)
        tables = {ACTIVE: model.table, **dict.fromkeys(STATE, model.table), **dict.fromkeys(RECORD, model.records.crm)}
        state = {column.name: table[column].astype(float) for column, table in tables.items()}
        return measure(model, state, here(loud).customers(size.customers, seed))

    return tuple(run(seed) for seed in range(size.seeds))


def twin_runs(loud: bool, size: Size, kind: type[Twin], change: Change) -> list[Measured]:
    there = here(loud)
    world, play = change(there.world), OverDelivery() if loud else None

    def run(seed: int) -> Measured:
        customers = there.customers(size.customers, seed)
        model = kind(world, customers, there.baseline, play, seed=5_000 + seed)
        model.run_for(WEEKS)
        names = [column.name for column in (*STATE, *RECORD)]
        state = {name: np.array([getattr(c, name) for c in model.everybody], float) for name in names}
        fading = model.mind.emotion.keep ** (WEEKS - np.array([c.felt_in for c in model.everybody]))
        state |= {name: state[name] * fading for name in ("valence", "arousal")}
        state |= {"active": np.array([c in model.agents for c in model.everybody], float)}
        return measure(model, state, customers)

    return [run(seed) for seed in range(size.seeds)]


def t_values(engine: tuple[Measured, ...], twin: list[Measured]) -> dict[str, float]:
    """Mean difference over its standard error, for every measure that is not the same number in all runs."""
    values = {}
    for name in engine[0]:
        difference = np.array([t[name] - e[name] for e, t in zip(engine, twin, strict=True)])
        assert np.isfinite(difference).all(), name
        error = difference.std(ddof=1) / np.sqrt(len(difference))
        values[name] = 0.0 if not difference.any() else float(difference.mean() / error)
    return values


def worst(
    loud: bool, kind: type[Twin] = Twin, change: Change = lambda world: world, size: Size = FULL
) -> tuple[float, str]:
    """The largest |t| and the measure it belongs to."""
    found = t_values(engine_runs(loud, size), twin_runs(loud, size, kind, change))
    return max((abs(t), name) for name, t in found.items())


both_settings = pytest.mark.parametrize("loud", [False, True], ids=["nothing", "over_delivery"])


@both_settings
def test_a_few_small_runs_of_engine_and_twin_agree(loud):
    assert worst(loud, size=FEW) < (AGREE_IN_FEW, "")


@pytest.mark.slow
@both_settings
def test_engine_and_twin_agree_in_distribution(loud):
    assert worst(loud) < (AGREE, "")


@pytest.mark.slow
def test_the_tuned_twin_is_the_same_model():
    assert worst(True, TunedTwin) < (AGREE, "")


class CountsPurchases(Customer):
    """Dropout by purchase: those who buy faster die faster."""

    def decide(self, came, multiplier):
        return super().decide(came, 1.0)


class ForgetsTheFading(Customer):
    """Valence does not fade between encounters."""

    def live(self, lift):
        self.felt_in = self.model.week
        super().live(lift)


def scaled(part: str, field: str, factor: float) -> Change:
    """The world with one constant multiplied: `part` is a part of the mind, or of the world."""

    def change(world: World) -> World:
        owner = world.mind if hasattr(world.mind, part) else world
        old = getattr(owner, part)
        new = replace(owner, **{part: replace(old, **{field: getattr(old, field) * factor})})
        return new if owner is world else replace(world, mind=new)

    return change


WRONG_CONSTANTS = [
    ("service", "failure", 1.25),
    ("expectation", "gain", 1.15),
    ("satisfaction", "slope", 1.10),
    ("emotion", "keep", 1.02),
    ("trust", "lose", 1.05),
    ("intention", "hold", 1.30),
    ("intention", "pull", 1.30),
    ("intention", "mood", 3.00),
    ("survey", "share", 1.25),
    ("behaviour", "spend_p", 0.75),
]
WRONG_CODE = {"dropout by purchase": CountsPurchases, "feelings do not fade": ForgetsTheFading}


def test_a_large_mistake_shows_in_a_few_small_runs():
    """Measured: 22 standard errors."""
    assert worst(True, type("WrongTwin", (Twin,), {"customer": ForgetsTheFading}), size=FEW) > (2 * AGREE_IN_FEW, "")


@pytest.mark.slow
@pytest.mark.parametrize(("part", "field", "factor"), WRONG_CONSTANTS)
def test_one_wrong_constant_shows(part, field, factor):
    assert worst(True, change=scaled(part, field, factor)) > (DIFFER, "")


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG_CODE)
def test_one_wrong_line_shows(name):
    assert worst(True, type("WrongTwin", (Twin,), {"customer": WRONG_CODE[name]})) > (DIFFER, "")
