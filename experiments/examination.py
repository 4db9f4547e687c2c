"""A mind is examined before it is let near a study: each theory writes what it declares, and only numbers."""

from __future__ import annotations

import dataclasses as dc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.customers import TRAITS
from agents.segments import Segments
from sim.acting import act
from sim.behaviour import NonContractual, Occasion
from sim.chance import Chance, Draws
from sim.errors import CxlabError, TheoryError
from sim.exchange import Acts, Heard
from sim.people import ACTIVE, BASKET, DROPOUT, KEY, PEOPLE, RATE
from sim.plan import Plan
from sim.records import Survey
from sim.scenario import Conditions
from sim.service import Service
from sim.table import Block, Column, Table
from sim.world import Mind, World

_CUSTOMERS, _WEEKS = 64, 4


def examine(mind: Mind) -> None:
    """Let a few customers live through all that can happen, and watch every theory.

    Raises:
        TheoryError: a theory writes a column it did not declare, gives or writes NaN, writes another type, or fails;
            names theory, column and week.
    """
    if not mind.columns:
        return
    cast = Segments()
    table = Table((*PEOPLE, *cast.columns, *mind.columns), _CUSTOMERS)
    people = table.block(0, _CUSTOMERS)
    people[KEY], people[ACTIVE] = np.arange(_CUSTOMERS, dtype=np.uint64), np.ones(_CUSTOMERS, np.bool_)
    for column, value in ((RATE, 0.1), (DROPOUT, 0.1), (BASKET, 10.0)):
        people[column] = np.full(_CUSTOMERS, value, np.float32)
    life = Chance(0).life().rows(people[KEY])
    cast.enter(people, life.named("cast"))
    watch = _Watch(table.columns)
    _watched(mind, watch).begin(people)
    for week in range(_WEEKS):
        watch.week = week
        _live(_watched(mind, watch), people, cast, week)


def _live(mind: Mind, people: Block, cast: Segments, week: int) -> None:
    """One week in which everything happens: treatment, failures, a price, a rival, friends, acts."""
    world = World(mind, cast, NonContractual(), Service(failure=0.5), Survey(share=1.0))
    draws = Chance(0).at(week).rows(people[KEY])
    conditions = Conditions(price=1.0 + 0.1 * week, rival=0.5 + 0.1 * week)
    plan = _plan(draws)
    mind.appraise(people, world.service.deliver(people, plan, draws, conditions))
    mind.wish(people, plan, conditions)
    n = len(people)
    often, never = np.ones(n, np.uint8), np.zeros(n, np.bool_)
    occasion = Occasion(week, often, never, never, np.ones(n, np.float32), np.zeros(1, np.float32))
    _act(people, occasion, plan, mind, world, draws, conditions)
    told = [draws.uniform(name) for name in ("heard quality", "heard attitude", "heard feeling")]
    tellers = np.rint(2 * draws.uniform("tellers")).astype(np.float32)
    mind.hear(people, Heard(tellers, told[0], 2 * told[1] - 1, 2 * told[2] - 1, tellers))
    mind.settle(people)
    mind.loyalty(people)


def _act(
    people: Block, occasion: Occasion, plan: Plan, mind: Mind, world: World, draws: Draws, conditions: Conditions
) -> Acts:
    return act(people, np.arange(len(people)), occasion, plan, mind, world, draws, conditions)


def _plan(draws: Draws) -> Plan:
    names = ("depth", "accuracy", "progress", "status", "reward", "candour", "slight", "promise", "price")
    levers: dict[str, Any] = {name: draws.uniform(f"plan {name}") for name in names}
    levers["price"] += np.float32(0.5)  # from half the usual price to half as much again
    return Plan(**levers)


class _Watch:
    """What is compared before and after a theory has been asked."""

    def __init__(self, columns: tuple[Column[Any], ...]) -> None:
        self.columns, self.week = columns, 0

    def copy(self, people: Any) -> dict[str, NDArray[Any]]:
        return {column.name: people[column].copy() for column in self.columns}

    def compare(self, theory: str, writes: tuple[Any, ...], before: dict[str, NDArray[Any]], people: Any) -> None:
        for column in self.columns:
            now, then = people[column], before[column.name]
            changed = not ((now == then) | ((now != now) & (then != then))).all()
            if changed and column not in writes:
                traits = " (a trait: nobody may)" if column in TRAITS else ""
                raise TheoryError(
                    f"{theory} wrote '{column.name}'{traits} in week {self.week} without declaring it: add the column "
                    f"to {theory}.writes, or leave it alone."
                )
            if changed and now.dtype.kind == "f" and not np.isfinite(now).all():
                where = f"'{column.name}' in week {self.week}"
                raise TheoryError(f"{theory} wrote NaN or infinity to {where}: mend {theory}.")

    def compare_read(self, theory: str, declared: Any, read: dict[str, Column[Any]]) -> None:
        """Whether a theory that says what it reads reads nothing else; what it writes it may read."""
        reads = getattr(declared, "reads", None)
        if reads is None:
            return
        for column in read.values():
            if column not in reads and column not in declared.writes:
                raise TheoryError(
                    f"{theory} read '{column.name}' in week {self.week} without declaring it: add the column to "
                    f"{theory}.reads."
                )


class _Reader:
    """Rows that remember which columns were asked for."""

    def __init__(self, people: Any) -> None:
        self._people = people
        self.read: dict[str, Column[Any]] = {}

    def __len__(self) -> int:
        return len(self._people)

    def __getitem__(self, column: Column[Any]) -> NDArray[Any]:
        self.read[column.name] = column
        values: NDArray[Any] = self._people[column]
        return values

    def __setitem__(self, column: Column[Any], values: NDArray[Any]) -> None:
        self._people[column] = values


def _watched(mind: Mind, watch: _Watch) -> Mind:
    """The mind with each of its theories under watch."""
    about: Any = mind
    parts = {name: getattr(mind, name) for name in getattr(about, "__dataclass_fields__", ())}
    theories = {name: _Theory(part, watch) for name, part in parts.items() if hasattr(part, "writes")}
    watched: Mind = replace(about, **theories) if theories else mind
    return watched


class _Theory:
    """A theory that is watched; answers whatever the theory answers."""

    def __init__(self, theory: Any, watch: _Watch) -> None:
        self._theory, self._watch = theory, watch

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._theory, name)
        return self._called(name, value) if callable(value) else value

    def _called(self, method: str, function: Callable[..., Any]) -> Callable[..., Any]:
        theory, watch = type(self._theory).__name__, self._watch

        def called(people: Any, *others: Any) -> Any:
            before, reader = watch.copy(people), _Reader(people)
            try:
                result = function(reader, *others)
            except CxlabError:
                raise
            except Exception as error:  # a stranger's code may raise anything; the cause stays attached
                raise TheoryError(
                    f"{theory}.{method}() failed in week {watch.week}: {type(error).__name__}: {error}. Mend {theory}."
                ) from error
            watch.compare(theory, self._theory.writes, before, people)
            watch.compare_read(theory, self._theory, reader.read)
            values = vars(result).items() if dc.is_dataclass(result) else [("", result)]
            for part, array in values:
                if isinstance(array, np.ndarray) and array.dtype.kind == "f" and not np.isfinite(array).all():
                    where = f"{method}() '{part}'" if part else f"{method}()"
                    raise TheoryError(f"{theory}.{where} is NaN or infinite in week {watch.week}: mend {theory}.")
            return result

        return called
