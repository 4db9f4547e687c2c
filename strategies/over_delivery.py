"""Over-delivery: give more than was promised."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.chance import Draws
from sim.exchange import Plan, View
from sim.parameters import ASSUMED, Parametric, param
from strategies.targeting import Everyone, Targeting


@dataclass(frozen=True)
class OverDelivery(Parametric):
    """A positive surprise at every encounter or now and then (Rust & Oliver 2000).

    Side effect: what is delivered becomes expected. The same surprise works less the second time, and stopping it falls
    short of the expectation it has raised.
    """

    lift: float = param(0.12, unit="quality 0-1", low=0, high=1, doc="how much better than usual", source=ASSUMED)
    chance: float = param(1.0, unit="chance per encounter", low=0, high=1, doc="how often it happens", source=ASSUMED)
    price: float = param(1.50, unit="money per surprise", low=0, high=1e6, doc="what one costs", source=ASSUMED)
    weeks: int = param(10_000, unit="weeks", low=0, high=10_000, doc="when it stops", source=ASSUMED)
    targeting: Targeting = field(default_factory=Everyone)

    def plan(self, view: View, draws: Draws) -> Plan:
        """Lift both dimensions of quality for those picked [N]; paid only when they come."""
        surprised = self.targeting.pick(view, draws) & (view.week < self.weeks)
        if self.chance < 1:
            surprised = surprised & draws.happens("surprise", self.chance)
        lift = surprised * np.float32(self.lift)
        cost = surprised * np.float32(self.price)
        return Plan(treated=surprised, technical=lift, functional=lift, encounter_cost=cost, line="over_delivery")
