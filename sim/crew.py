"""Who serves customers: what a week asks of a crew, and the firm that has none to speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from sim.chance import Chance, Draws, Week
from sim.clock import weekly_rate
from sim.market import Arrivals
from sim.people import ACTIVE, RATE, START
from sim.plan import Plan
from sim.scenario import Conditions
from sim.service import Served
from sim.table import Rows


@dataclass(frozen=True)
class CrewWeek:
    """What a crew was like in one week, while it served; the load is what the week then brought.

    Attributes:
        heads: members of staff.
        on_duty: members who were there.
        skill: mean of all members, 0-1.
        morale: mean of all members, 0-1.
        capital: psychological capital, mean of all members, 0-1.
        culture: service culture, 0-1.
        functional: mean shift of functional quality by those on duty; the load of the week before is in it.
        load: customers who came over customers who can be served well; 1 is all that those on duty can do.
        quit: members who left at the end of the week.
    """

    heads: int
    on_duty: int
    skill: float
    morale: float
    capital: float
    culture: float
    functional: float
    load: float
    quit: int


@runtime_checkable
class Staff(Protocol):
    """A crew at work in one model.

    A week opens with who is there, goes on with serving, and closes with what it did to staff.
    """

    @property
    def history(self) -> list[CrewWeek]: ...  # one entry per week that is over
    def open(self, plan: Plan, conditions: Conditions, luck: Week) -> None: ...
    def serve(self, draws: Draws) -> Served | None: ...  # [E], who serves whom; may be asked more than once
    def close(self, came: float, luck: Week) -> None: ...  # so many customers came


@runtime_checkable
class Crew(Protocol):
    """What kind of staff a firm has; a value that a study names."""

    def hire(self, model: Any, people: Rows, arrivals: Arrivals, chance: Chance) -> Staff: ...


@dataclass(frozen=True)
class NoCrew:
    """No staff to speak of: service is what the firm's level says, whoever gives it."""

    def hire(self, model: Any, people: Rows, arrivals: Arrivals, chance: Chance) -> Staff:
        """Nobody."""
        return Nobody()


class Nobody:
    """A floor without staff of their own state."""

    @property
    def history(self) -> list[CrewWeek]:
        """Nothing."""
        return []

    def open(self, plan: Plan, conditions: Conditions, luck: Week) -> None:
        """Nothing."""

    def serve(self, draws: Draws) -> Served | None:
        """Nobody in particular."""
        return None

    def close(self, came: float, luck: Week) -> None:
        """Nothing."""


def usual_traffic(people: Rows, arrivals: Arrivals) -> float:
    """Customers who come in an ordinary week, for whom a firm has staffed its floor; at least one.

    That is sum(1 - exp(-rate)) over active customers; of customers still to come, whose start is known, the busiest
    week of first purchases and visits after them counts.

    Args:
        people: rows [N] as they stand when the model begins.
        arrivals: who else is expected.
    """
    visits = -np.expm1(-people[RATE].astype(np.float64))
    start, active = people[START], people[ACTIVE]
    coming = ~active & (start >= 0)
    launch = 0.0
    if coming.any():
        week = start[coming].astype(np.intp)
        launch = float((np.bincount(week) + np.cumsum(np.bincount(week, visits[coming]))).max())
    return max(float(visits[active].sum()) + launch + weekly_rate(arrivals.organic), 1.0)
