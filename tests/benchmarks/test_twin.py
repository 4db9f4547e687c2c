"""The twin is the same model: engine and twin agree in distribution, and a twin with one thing wrong does not.

16 seeds of 2,000 customers and 40 weeks; both sides get the same customers in each seed and luck of their own, so a
difference is compared with its standard error over seeds (|t| < 3). Customers buy 4 times as often as in the log, so that
more is lived in 40 weeks; over-delivery moves everybody's loyalty, so that what loyalty does shows in the totals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from agents.customers import AROUSAL, LOYALTY, SATISFACTION
from benchmarks.situation import Situation, situation
from benchmarks.twin import Customer, TunedTwin, Twin
from sim.people import ACTIVE, LEFT, STRAIN
from sim.records import ANSWER, COST, LAST, PURCHASES, SPEND
from strategies import OverDelivery

SEEDS, CUSTOMERS, WEEKS, BUSIER = range(16), 2_000, 40, 4.0
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
Measured = dict[str, float]


def here() -> Situation:
    return situation(WEEKS, busier=BUSIER)


def measure(model: object, state: dict[str, np.ndarray]) -> Measured:
    """What is compared: totals over the weeks, means in the last one, and the spread and records of customers."""
    weekly = model.datacollector.get_model_vars_dataframe()  # type: ignore[attr-defined]
    active, answered = state["active"], state["answer"] >= 0
    return {
        **{name: float(weekly[name].sum()) for name in FLOWS},
        **{name: float(weekly[name].iloc[-1]) for name in MEANS},
        "loyalty in week 3": float(weekly["loyalty"].iloc[3]),
        "spread of satisfaction": float(state["satisfaction"][active].std()),
        "spread of loyalty": float(state["loyalty"][active].std()),
        "strain": float(state["strain"].mean()),
        "week of leaving": float(np.nanmean(state["left"])),
        "moment in the week": float(np.mod(state["last"][state["last"] > 0], 1).mean()),
        "purchases on record": float(state["purchases"].mean()),
        "spend on record": float(np.log(state["spend"] + 1).mean()),
        "cost on record": float(state["cost"].mean()),
        "answers": float(answered.sum()),
        "mean answer": float(state["answer"][answered].mean()),
    }


@cache
def engine_runs(delights: bool) -> tuple[Measured, ...]:
    def run(seed: int) -> Measured:
        model = here().engine(CUSTOMERS, seed, OverDelivery() if delights else None)
        model.run_for(WEEKS)
        crm = model.records.crm
        columns = (ACTIVE, SATISFACTION, LOYALTY, AROUSAL, STRAIN, LEFT)
        state = {column.name: model.table[column].astype(float) for column in columns}
        state |= {column.name: crm[column].astype(float) for column in (LAST, PURCHASES, SPEND, COST, ANSWER)}
        return measure(model, state | {"active": model.table[ACTIVE]})

    return tuple(run(seed) for seed in SEEDS)


def twin_runs(
    delights: bool, kind: type[Twin] = Twin, world: Callable[[Situation], object] | None = None
) -> list[Measured]:
    def run(seed: int) -> Measured:
        there = here()
        changed = world(there) if world else there.world
        strategy = OverDelivery() if delights else None
        model = kind(changed, there.customers(CUSTOMERS, seed), there.baseline, strategy, seed=1_000 + seed)
        model.run_for(WEEKS)
        names = ("satisfaction", "loyalty", "strain", "left", "last", "purchases", "spend", "cost", "answer")
        state = {name: np.array([getattr(c, name) for c in model.everybody], float) for name in names}
        return measure(model, state | {"active": np.array([c in model.agents for c in model.everybody])})

    return [run(seed) for seed in SEEDS]


def t_values(engine: tuple[Measured, ...], twin: list[Measured]) -> dict[str, float]:
    """Mean difference over its standard error, for every measure that is not the same number in all runs."""
    values = {}
    for name in engine[0]:
        difference = np.array([t[name] - e[name] for e, t in zip(engine, twin, strict=True)])
        error = difference.std(ddof=1) / np.sqrt(len(difference))
        values[name] = 0.0 if not difference.any() else float(difference.mean() / error)
    return values


@pytest.mark.parametrize("delights", [False, True], ids=["nothing", "over_delivery"])
def test_engine_and_twin_agree_in_distribution(delights):
    apart = {name: t for name, t in t_values(engine_runs(delights), twin_runs(delights)).items() if not abs(t) < 3}
    assert not apart


@pytest.mark.slow
def test_the_tuned_twin_is_the_same_model():
    apart = {name: t for name, t in t_values(engine_runs(True), twin_runs(True, TunedTwin)).items() if not abs(t) < 3}
    assert not apart


class CountsPurchases(Customer):
    """Dropout by purchase: those who buy faster die faster."""

    def decide(self, came, multiplier):
        return super().decide(came, 1.0)


class ForgetsTheFading(Customer):
    """Valence does not fade between encounters."""

    def live(self, lift):
        self.felt_in = self.model.week
        super().live(lift)


def with_mind(part: str, **changes: float) -> Callable[[Situation], object]:
    """The world, with constants of one theory changed."""

    def world(there: Situation) -> object:
        mind = there.world.mind
        return replace(there.world, mind=replace(mind, **{part: replace(getattr(mind, part), **changes)}))

    return world


def with_service(**changes: float) -> Callable[[Situation], object]:
    return lambda there: replace(there.world, service=replace(there.world.service, **changes))


def with_survey(**changes: float) -> Callable[[Situation], object]:
    return lambda there: replace(there.world, survey=replace(there.world.survey, **changes))


WRONG_CONSTANTS = {
    "failures 4% -> 5%": with_service(failure=0.05),
    "spread of quality 0.12 -> 0.13": with_service(spread=0.13),
    "promise 0.68 -> 0.69": with_service(promise=0.69),
    "learning 0.30 -> 0.33": with_mind("expectation", gain=0.33),
    "slope 2.5 -> 2.6": with_mind("satisfaction", slope=2.6),
    "feeling kept 0.80 -> 0.82": with_mind("emotion", keep=0.82),
    "feeling gained 0.60 -> 0.65": with_mind("emotion", gain=0.65),
    "trust lost 0.30 -> 0.31": with_mind("trust", lose=0.31),
    "weight of satisfaction 0.60 -> 0.62": with_mind("intention", weight=0.62),
    "loyalty holds 0.50 -> 0.70": with_mind("intention", hold=0.70),
    "loyalty pulls 0.15 -> 0.20": with_mind("intention", pull=0.20),
    "surveys 10% -> 11%": with_survey(share=0.11),
}
WRONG_CODE = {"dropout by purchase": CountsPurchases, "feelings do not fade": ForgetsTheFading}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG_CONSTANTS)
def test_one_wrong_constant_shows(name):
    t = t_values(engine_runs(True), twin_runs(True, world=WRONG_CONSTANTS[name]))
    assert max(map(abs, t.values())) > 3.5


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG_CODE)
def test_one_wrong_line_shows(name):
    kind = type("WrongTwin", (Twin,), {"customer": WRONG_CODE[name]})
    t = t_values(engine_runs(True), twin_runs(True, kind))
    assert max(map(abs, t.values())) > 3.5
