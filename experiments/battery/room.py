"""A room of the laboratory: customers who live what an experimenter has scripted, week by week.

Nothing is held to the standard model here. The frozen weekly shifts of a study keep *churn over a horizon* where the
standard model has it; a fact compares customers of one population at one time, so it is enough that loyalty is measured
from where that population itself stands (`Room.anchor`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from experiments.battery.diary import expected, note
from experiments.battery.sample import Sample, Script
from sim.behaviour import leave_chance
from sim.chance import F32, Bool, Draws, normal
from sim.exchange import Acts, Leanings, Said
from sim.people import DROPOUT, KEY
from sim.plan import Plan
from sim.scenario import Conditions
from sim.table import Block, Column, Rows, Table
from sim.world import Mind


class Room:
    """Customers in a laboratory: they live encounters, and one may ask how they lean; all arms share their luck.

    Attributes:
        people: everybody, arm after arm [N].
        arm: number of each one's arm [N].
        moved: the columns that some theory of the mind writes.
        visits: how often they have been visited here.
    """

    def __init__(self, name: str, mind: Mind, sample: Sample, table: Table, arms: int, conditions: Conditions) -> None:
        self.name, self.mind, self._sample, self._conditions = name, mind, sample, conditions
        self.people: Block = table.block(0, len(table))
        self.arm = np.repeat(np.arange(arms), len(table) // arms)
        self._luck, self.visits = sample.chance.at(0), 0
        self.moved = moved(mind)
        if len(mind.columns):
            self.anchor()

    def anchor(self, index: F32 | None = None) -> None:
        """Measure loyalty from where these customers stand now, or from where a wider population [M] stands."""
        stand = (self.mind.loyalty(self.people) if index is None else index).astype(np.float64)
        self.mind = self.mind.anchored(float(stand.mean()), max(float(stand.std()), 1e-6))

    def visit(
        self, lift: F32 | None = None, *, functional: F32 | None = None, severity: F32 | None = None,
        recovery: F32 | None = None, among: Bool | None = None,
    ) -> None:  # fmt: skip
        """One encounter with the firm, and what follows from it, week's end included.

        Args:
            lift: of both dimensions of quality [N].
            functional: of functional quality, beside `lift` [N].
            severity: of a failure that is made to happen [N], 0 for none; without it failures come as they come.
            recovery: how well that failure is put right [N].
            among: who comes [N]; everybody else has a quiet week.
        """
        self.visits += 1
        holds = self._conditions
        rows = np.arange(len(self.people)) if among is None else np.flatnonzero(among)
        guests: Rows = self.people if among is None else self.people.some(rows)
        luck = self._draws(f"visit {self.visits}").some(rows)
        script = Script(rows, lift, functional, severity, recovery)
        lived = self._sample.delivered(guests, script, luck, holds, f"{self.name} {self.visits}")
        before = expected(guests)
        self.mind.appraise(guests, lived)
        note(guests, lived, before)
        if len(self.mind.columns):
            tells = self.uniform(f"visit {self.visits} tells").take(rows)
            complains = self.uniform(f"visit {self.visits} complains").take(rows)
            self.mind.acted(guests, _acts(self.mind.lean(guests, Plan(), holds), complains, tells))
        self.mind.settle(self.people)

    def lean(self, competition: float | None = None) -> Leanings:
        """How everybody leans now [N], perhaps as free to leave as in another market."""
        holds = self._conditions if competition is None else replace(self._conditions, competition=competition)
        return self.mind.lean(self.people, Plan(), holds)

    def leaving(self, nature: F32, competition: float | None = None) -> F32:
        """Chance of each to leave at the next decision [N], around what it is by nature, as the sample has it."""
        self.people[DROPOUT] = nature.take(self.people[KEY].astype(np.intp))
        return leave_chance(self.people, np.zeros(1, np.float32), self.lean(competition).leave)

    def uniform(self, name: str) -> F32:
        """Uniform numbers for a decision of the experimenter [N], the same in all arms and whenever asked for."""
        address = (self.name, len(self.people), name)
        return self._sample.luck(address, lambda: self._draws(name).uniform("u"))

    def normal(self, name: str) -> F32:
        """Standard normal numbers, likewise [N]."""
        address = (self.name, len(self.people), name, "normal")
        return self._sample.luck(address, lambda: normal(self.uniform(name)))

    def _draws(self, name: str) -> Draws:
        """Luck of everybody for something that happens to them [N]."""
        return self._luck.rows(self.people[KEY]).named(f"{self.name} {name}")


def moved(mind: Mind) -> frozenset[Column[Any]]:
    """The columns that some theory of a mind writes; all its own for a mind that is not made of theories."""
    parts = getattr(mind, "parts", None)
    return frozenset(mind.columns if parts is None else (column for part in parts for column in part.writes))


def _acts(leanings: Leanings, complains: F32, tells: F32) -> Acts:
    """What those who came did [E]: everybody bought once; complaining and telling as they lean and luck has it."""
    n = len(leanings.leave)
    told, no, zero = tells < leanings.tell, np.zeros(n, np.bool_), np.zeros(n, np.float32)
    nobody, nothing = np.zeros(0, np.intp), np.zeros(0, np.float32)
    return Acts(
        rows=np.arange(n),
        bought=np.ones(n, np.uint8),
        moment=zero,
        paid=zero,
        left=no,
        seen=False,
        renewed=no,
        complained=complains < leanings.complain,
        referred=no,
        told=told,
        bad=told & (leanings.attitude < 0),
        answer=np.full(n, -1, np.int8),
        spent=None,
        price=1.0,
        said=Said(nobody, nothing, nothing, nothing, nobody),
    )
