"""Laws that hold for every theory, any customer, any week and any parameters in range."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import agents.theories
from agents import customers as c
from sim.parameters import Parametric
from sim.table import Block, Column
from tests.agents.alternatives import ALL, ANSWERS, IDLE
from tests.agents.anybody import N, any_theory, any_week, anybody, laws, live, seeds
from tests.agents.minds import columns, in_range, people, unmoved

every = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
BOUNDS = {"complain": (0, 1), "tell": (0, 1), "score": (0, 10), "quality": (0, 1), "attitude": (-1, 1)}


@every
@given(seed=seeds)
@laws
def test_a_theory_writes_only_what_it_declares(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, rows = any_theory(kind, rng), anybody(rng)
    before = columns(rows)
    for _ in range(2):
        live(theory, rows, any_week(rng))
    unmoved(rows, before, but=theory.writes)


@every
@given(seed=seeds)
@laws
def test_everything_stays_in_range_with_any_parameters(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, rows = any_theory(kind, rng), anybody(rng)
    for _ in range(3):
        said = live(theory, rows, any_week(rng))
        assert all(np.isfinite(values).all() for values in said)
    for column in theory.writes:
        assert in_range(rows, column), column.name


@every
@given(seed=seeds)
@laws
def test_everything_stays_float32_and_has_a_row_for_each_customer(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, rows = any_theory(kind, rng), anybody(rng)
    for values in live(theory, rows, any_week(rng)):
        assert values.dtype == np.float32
        assert values.shape == (N,)
    for column in theory.writes:
        assert rows[column].dtype == np.float32


@every
@given(seed=seeds)
@laws
def test_each_customer_lives_for_themselves(kind: type[Any], seed: int):
    """Three of the crowd, in any order, think to the bit what they think alone; so does the crowd in another order."""
    rng = np.random.default_rng(seed)
    theory, crowd, week = any_theory(kind, rng), anybody(rng), any_week(rng)
    start = columns(crowd)
    said = live(theory, crowd, week)
    for chosen in (rng.permutation(N)[:3], rng.permutation(N)):
        alone = people(len(chosen), **{name: v[chosen] for name, v in start.items() if name != "segment"})
        for one, many in zip(live(theory, alone, week.some(chosen)), said, strict=True):
            np.testing.assert_array_equal(one, many[chosen])
        unmoved(alone, {name: values[chosen] for name, values in columns(crowd).items()})


@every
@given(seed=seeds)
@laws
def test_a_theory_lives_through_gathered_rows_as_through_a_block(kind: type[Any], seed: int):
    """Reading a block gives views, reading gathered rows copies: neither shows; the others stay as they were."""
    rng = np.random.default_rng(seed)
    theory, crowd, week, chosen = any_theory(kind, rng), anybody(rng), any_week(rng), rng.permutation(N)[:7]
    start = columns(crowd)
    block = people(7, **{name: v[chosen] for name, v in start.items() if name != "segment"})
    said = live(theory, crowd.some(chosen), week.some(chosen))
    for one, other in zip(live(theory, block, week.some(chosen)), said, strict=True):
        np.testing.assert_array_equal(one, other)
    others = np.setdiff1d(np.arange(N), chosen)
    unmoved(crowd.some(chosen), columns(block))
    unmoved(crowd.some(others), {name: values[others] for name, values in start.items()})


@pytest.mark.parametrize("kind", ANSWERS[agents.theories.intention.Intention], ids=lambda kind: kind.__name__)
@given(seed=seeds)
@laws
def test_chances_are_chances_and_answers_are_answers(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    rows, week = anybody(rng), any_week(rng)
    leanings = any_theory(kind, rng).lean(rows, week.plan, week.conditions, week.standing)
    for name, (low, high) in BOUNDS.items():
        values = getattr(leanings, name)
        assert low <= values.min() <= values.max() <= high, name


@pytest.mark.parametrize("kind", IDLE, ids=lambda kind: kind.__name__)
@given(seed=seeds)
@laws
def test_no_answer_changes_nothing(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    rows = anybody(rng)
    before = columns(rows)
    live(kind(), rows, any_week(rng))
    assert kind.writes == ()
    unmoved(rows, before)


@pytest.mark.parametrize("question", ANSWERS, ids=lambda question: question.__name__)
def test_theories_answer_their_question_and_no_other(question: type):
    for kind in ANSWERS[question]:
        assert [asked for asked in ANSWERS if isinstance(kind(), asked)] == [question]
    assert len(ANSWERS[question]) >= 3  # published alternatives stand beside the default


def test_no_theory_is_missing_from_these_tests():
    found = set()
    for module in pkgutil.iter_modules(agents.theories.__path__):
        for _, kind in inspect.getmembers(import_module(f"agents.theories.{module.name}"), inspect.isclass):
            theory = hasattr(kind, "writes") and not getattr(kind, "_is_protocol", False)
            if theory and kind.__module__.startswith("agents.theories") and not inspect.isabstract(kind):
                found.add(kind)
    assert {kind for kind in found if not kind.__name__.startswith("_")} == set(ALL)


class Watched:
    """Rows that remember which columns were asked for."""

    def __init__(self, rows: Block) -> None:
        self.rows, self.asked = rows, set[Column]()

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: Column) -> np.ndarray:
        self.asked.add(column)
        return self.rows[column]

    def __setitem__(self, column: Column, values: np.ndarray) -> None:
        self.rows[column] = values


@every
def test_a_theory_reads_what_it_declares_and_nothing_else(kind: type[Any]):
    """Seed 1, ten weeks of anything: what is asked for is declared, what is declared as read is asked for."""
    rng = np.random.default_rng(1)
    watched = Watched(anybody(rng))
    for _ in range(10):
        live(kind(), watched, any_week(rng))
    assert watched.asked - set(kind.writes) == set(kind.reads) - set(kind.writes)


@every
def test_a_theory_writes_columns_of_the_state(kind: type[Any]):
    assert len(set(kind.writes)) == len(kind.writes)
    assert set(kind.writes) <= set(c.STATE)
    assert issubclass(kind, Parametric) or kind in IDLE
