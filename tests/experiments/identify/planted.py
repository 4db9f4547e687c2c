"""A mind whose parameters are known to show, or not to: what the recovery study is held against."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from agents.mind import NoMind
from experiments.population import Population
from experiments.study import Study
from sim.behaviour import Contractual
from sim.exchange import Leanings
from sim.parameters import param
from sim.plan import Plan
from sim.scenario import USUAL, Conditions, Event, Scenario
from sim.table import Rows
from strategies import Nothing


@dataclass(frozen=True)
class Loud(NoMind):
    """Everybody complains with the same chance; a second parameter does nothing at all."""

    voice: float = param(0.2, unit="chance", low=0, high=1, doc="to complain of an encounter")
    idle: float = param(1.0, unit="1", low=0, high=10, doc="nothing")

    def lean(self, people: Rows, plan: Plan, conditions: Conditions = USUAL) -> Leanings:
        return replace(super().lean(people, plan, conditions), complain=np.full(len(people), self.voice, np.float32))


def small_study(**changes: object) -> Study:
    """A subscription of a few customers for twelve weeks, with a week of failures in the ninth."""
    study = Study(
        arms={"nothing": Nothing()},
        mind=Loud(),
        market=Contractual(period=4, alpha=1.0, beta=20.0, uses_mean=1.0, fee=20.0),
        population=Population(start="cohort", size=100),
        scenario=Scenario({"failures": Event(start=8, weeks=1, failure=0.5)}),
        weeks=12,
        warm_up=1,
    )
    return replace(study, **changes)  # type: ignore[arg-type]
