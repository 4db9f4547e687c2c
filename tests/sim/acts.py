"""Customers who act as they are told to lean, one by one or all alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from agents.mind import NoMind
from sim.acting import act
from sim.behaviour import Occasion
from sim.chance import Chance
from sim.exchange import Acts, Leanings
from sim.people import KEY
from sim.plan import Offer, Plan
from sim.scenario import USUAL, Conditions
from tests.sim import worlds

N = 20_000


@dataclass(frozen=True)
class Leans(NoMind):
    """Leans as said, one number for all or one each, joins with this shift, and remembers how it acted."""

    how: dict[str, Any] = field(default_factory=dict)
    joins: float = 0.0
    seen: list[Acts] = field(default_factory=list)

    def lean(self, people: Any, plan: Plan, conditions: Conditions = USUAL) -> Leanings:
        usual = vars(super().lean(people, plan, conditions))
        each = {name: np.broadcast_to(np.asarray(v, np.float32), len(people)).copy() for name, v in self.how.items()}
        return Leanings(**{**usual, **each})

    def join(self, people: Any, offer: Offer) -> np.ndarray:
        return np.full(len(people), self.joins, np.float32)

    def acted(self, people: Any, acts: Acts) -> None:
        self.seen.append(acts)


def acts_of(
    how: dict[str, Any], n: int = N, came: Any = 1, due: Any = False, conditions: Conditions = USUAL,
    plan: Plan | None = None, who: dict[str, Any] | None = None, week: int = 0, joins: float = 0.0, **parts: Any,
) -> tuple[Acts, Any]:  # fmt: skip
    """Seed 1: what n customers do who came and are due as said, and the model they live in."""
    mind, people = Leans(how, joins), worlds.met(n, behaviour=parts.get("behaviour", worlds.LIVELY), **(who or {}))
    run = worlds.model(people=people, mind=mind, **parts)
    visits, decides = (np.broadcast_to(np.asarray(v, d), n).copy() for v, d in ((came, np.uint8), (due, np.bool_)))
    occasion = Occasion(week, visits, np.zeros(n, np.bool_), decides, np.ones(n, np.float32), np.zeros(1, np.float32))
    luck = Chance(1).at(week).rows(run.table[KEY])
    return act(run.table.block(0, n), np.arange(n), occasion, plan or Plan(), mind, run.world, luck, conditions), run


def off(share: float, expected: float, n: int = N) -> float:
    """Standard errors between a share of n and a chance."""
    return abs(share - expected) / np.sqrt(expected * (1 - expected) / n)
