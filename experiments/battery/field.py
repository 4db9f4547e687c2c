"""A field for minds: facts that a room cannot hold, since they need the engine's market, plays, staff or ties.

Nothing is held to the standard model here, as in a room: loyalty is measured from where the field's own customers stand
after their warm-up, and no weekly shifts are added. All arms of a field share their luck.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.battery.laboratory import Laboratory
from experiments.battery.questionnaire import SEVEN_BY_FOUR, Scale
from experiments.battery.statistics import F64, standardised
from sim.behaviour import Behaviour, Contractual, NonContractual, leave_chance
from sim.chance import F32, U64, Draws, Index, Week
from sim.model import CustomerModel
from sim.people import INITIAL, Newcomers
from sim.plan import Plan
from sim.scenario import Reputation, Rivals
from sim.view import View
from sim.world import Strategy, World
from strategies.nothing import Nothing

MONTHLY = Contractual(alpha=1.0, beta=32.0, period=4)  # 3% leave at their first renewal, fewer later: assumed
SHOP = NonContractual(r=2.0, alpha=8.0, a=0.4, b=7.6)  # a purchase a month, after which 5% stay away: assumed


@dataclass(frozen=True, eq=False)
class Levels:
    """Each customer is served at a level of quality of their own [N], the same in every week; None is the usual."""

    technical: F32 | None = None
    functional: F32 | None = None

    def plan(self, view: View, draws: Draws) -> Plan:
        """The lifts."""
        return Plan(technical=self.technical, functional=self.functional)


def invited(laboratory: Laboratory, market: Behaviour, customers: int | None = None) -> Newcomers:
    """Customers of a market who made their first purchase as the field opens [n].

    Args:
        laboratory: whose luck it is; customers have the keys, and so the traits, that they have there.
        market: how they buy and leave.
        customers: how many; None for as many as the laboratory has.
    """
    keys = np.arange(laboratory.sample.customers if customers is None else customers, dtype=np.uint64)
    drawn = market.newcomers(keys, np.zeros(len(keys), np.float32), INITIAL, life(laboratory).rows(keys).named("field"))
    return replace(drawn, active=np.ones(len(keys), np.bool_), purchases=np.ones(len(keys), np.uint16))


def arriving(laboratory: Laboratory, market: Behaviour, weeks: int, customers: int | None = None) -> Newcomers:
    """Customers who make their first purchase some time in the first so many weeks [n]."""
    met = invited(laboratory, market, customers)
    start = np.float32(weeks) * life(laboratory).rows(met.keys).lasting("field begins")
    return replace(
        met, start=start, last=start.copy(), active=np.zeros(len(met), np.bool_), purchases=np.zeros_like(met.purchases)
    )


def opened(
    laboratory: Laboratory, market: Behaviour, people: Newcomers, strategy: Strategy | None = None, **parts: Any
) -> CustomerModel:
    """A model of the laboratory's mind and firm, whose customers are warmed and measured from where they stand.

    Args:
        laboratory: mind, cast, firm, warm-up and seed.
        market: how customers buy and leave.
        people: who they are.
        strategy: what the firm does; nothing by default.
        parts: of the world, where they are not the laboratory's.
    """
    sample, usual = laboratory.sample, laboratory.sample.usual
    about: dict[str, Any] = {
        "service": sample.service,
        "rivals": Rivals(quality=usual.rival, competition=usual.competition),
        "reputation": Reputation(start=usual.brand),
        "warm_up": laboratory.warm_up,
    }
    world = World(laboratory.mind, sample.cast, behaviour=market, **(about | parts))
    model = CustomerModel(world, people, strategy or Nothing(), seed=sample.chance.seed)
    if len(world.mind.columns):
        index = model.mind.loyalty(model.table.block(0, len(model.table))).astype(np.float64)
        stand = replace(model.baseline, center=float(index.mean()), spread=max(float(index.std()), 1e-6))
        model.baseline, model.mind = stand, world.mind.anchored(stand.center, stand.spread)
    return model


def leaning(model: CustomerModel, rows: Index) -> F32:
    """How far those rows lean towards leaving now: the shift of its logit [n]."""
    return model.mind.lean(model.table.block(0, len(model.table)).some(rows), Plan(), model.conditions).leave


def leaving(model: CustomerModel, rows: Index, lean: F32) -> F32:
    """Their chance of leaving at the next decision, if they lean so [n]."""
    return leave_chance(model.table.block(0, len(model.table)).some(rows), np.zeros(1, np.float32), lean)


def rated(
    laboratory: Laboratory, keys: U64, values: NDArray[np.floating] | None, name: str, scale: Scale = SEVEN_BY_FOUR
) -> F64:
    """What people say of something good when they are asked [n], with the laboratory's halo, noise and scale.

    Args:
        laboratory: its questionnaire and luck.
        keys: of those who are asked.
        values: what they think, or None where this mind has no opinion.
        name: of the question.
        scale: points and items.
    """
    how, luck = laboratory.questionnaire, life(laboratory).rows(keys).named("field survey")
    thought = None if values is None or not values.std() else standardised(values.astype(np.float64))
    z = luck.normal(f"{name} no opinion").astype(np.float64) if thought is None else thought
    shared = sqrt(how.halo) * luck.normal("halo") + sqrt(how.reliability - how.halo) * z
    noise = sqrt(1 - how.reliability)
    answers = [shared + noise * luck.normal(f"{name} {item}") for item in range(scale.items)]
    return how.put(answers, scale, good=1, signed=False)


def life(laboratory: Laboratory) -> Week:
    """Luck that is drawn once in a life, fresh: whatever was drawn before may be drawn again."""
    return laboratory.sample.chance.life()
