"""Over-delivery: give more than was promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.chance import Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.view import View
from strategies.play import Play


@dataclass(frozen=True)
class OverDelivery(Play):
    """A positive surprise at every encounter or now and then (Rust & Oliver 2000).

    Side effect: what is delivered becomes expected. The same surprise works less the second time, and stopping it falls
    short of the expectation it has raised.
    """

    lift: float = param(0.12, unit="quality 0-1", low=0, high=1, doc="how much better than usual", source=ASSUMED)
    chance: float = param(1.0, unit="chance per encounter", low=0, high=1, doc="how often it happens", source=ASSUMED)
    price: float = param(1.50, unit="money per surprise", low=0, high=1e6, doc="what one costs", source=ASSUMED)

    line: ClassVar[str] = "over_delivery"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Lift both dimensions of quality for those picked [N]; paid only when they come."""
        surprised = whom & draws.happens("surprise", self.chance) if self.chance < 1 else whom
        lift = surprised * np.float32(self.lift)
        cost = surprised * np.float32(self.price)
        return Plan(treated=surprised, technical=lift, functional=lift, encounter_cost=cost)
