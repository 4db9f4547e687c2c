"""A laboratory for minds: a warmed population, from which rooms are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from agents.customers import STATE
from experiments.battery.diary import DIARY, expected, note
from experiments.battery.questionnaire import Questionnaire, Wave
from experiments.battery.room import Room
from experiments.battery.sample import Sample
from sim.chance import Index
from sim.scenario import Conditions
from sim.table import Column, Table
from sim.world import Mind

WARM_UP = 12


class Laboratory:
    """A mind and a sample of customers: rooms start from the population after its warm-up.

    Args:
        mind: whose answers are wanted.
        sample: who is invited.
        warm_up: encounters that everybody has lived before.
        questionnaire: how customers answer a survey.

    Example:
        >>> from agents.mind import Mind
        >>> room = Laboratory(Mind(), Sample(seed=1, customers=100)).room("demo")
        >>> room.visit()
        >>> len(room.lean().leave)
        100
    """

    def __init__(
        self, mind: Mind, sample: Sample, warm_up: int = WARM_UP, questionnaire: Questionnaire | None = None
    ) -> None:
        self.mind, self.sample, self.warm_up = mind, sample, warm_up
        self.questionnaire = questionnaire or Questionnaire()
        self._warmed: dict[int, Table] = {}
        self._shared: dict[str, tuple[Room, ...]] = {}

    def warmed(self, encounters: int | None = None) -> Table:
        """The population after so many ordinary encounters, as `CustomerModel` warms it; not to be written to."""
        count = self.warm_up if encounters is None else encounters
        if count not in self._warmed:
            sample, mind = self.sample, self.mind
            table = _copied(sample.table, (*STATE, *mind.columns, *DIARY))
            people = table.block(0, len(table))
            mind.begin(people)
            for number in range(count):
                lived, before = sample.ordinary(number), expected(people)
                mind.appraise(people, lived)
                mind.settle(people)
                mind.begin(people)
                note(people, lived, before)
            self._warmed[count] = table
        return self._warmed[count]

    def room(
        self, name: str, arms: int = 1, *, encounters: int | None = None, among: Index | None = None,
        conditions: Conditions | None = None,
    ) -> Room:  # fmt: skip
        """A room of its own, with the whole sample in each arm, anchored on where it stands.

        Args:
            name: addresses the room's luck.
            arms: copies of the sample, which differ in nothing until they are treated differently.
            encounters: warm-up of another length.
            among: places of those who are let in.
            conditions: what holds there, if not the usual.
        """
        table = _copied(self.warmed(encounters), (), arms, among)
        return Room(name, self.mind, self.sample, table, arms, conditions or self.sample.usual)

    def ask(self, rooms: Sequence[Room], wave: str) -> Wave:
        """Survey everybody in these rooms as they stand now."""
        return self.questionnaire.ask(rooms, wave)

    def shared(self, name: str, make: Callable[[], tuple[Room, ...]]) -> tuple[Room, ...]:
        """Rooms that several facts only look at, made when they are first asked for."""
        if name not in self._shared:
            self._shared[name] = make()
        return self._shared[name]


def _copied(table: Table, more: tuple[Column[Any], ...] = (), arms: int = 1, among: Index | None = None) -> Table:
    """A table with the same rows, or some of them, once per arm, and with more columns."""
    rows = np.tile(np.arange(len(table)) if among is None else among, arms)
    copy = Table((*table.columns, *more), len(rows))
    for column in table.columns:
        copy[column] = table[column].take(rows)
    return copy
