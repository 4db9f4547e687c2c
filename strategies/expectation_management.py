"""Expectation management: promise what can be kept, and tell the weak points."""

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
class ExpectationManagement(Play):
    """Honest promises and openly told weak points, or the opposite.

    Promises are one source of expectations (Zeithaml, Berry & Parasuraman 1993), and honesty is heard in what
    is kept of them; a weak point that is told makes the teller credible (two-sided messages: Crowley & Hoyer
    1994). Side effect: who promises less attracts fewer newcomers, arrivals are multiplied by exp(pull x
    promise). The other way round lies over-promising: more come, are let down, and stop believing.
    """

    promise: float = param(
        -0.05, unit="quality", low=-0.5, high=0.3, doc="more promised than usual, below 0 less", source=ASSUMED
    )
    candour: float = param(0.5, unit="0-1", low=0, high=1, doc="how openly weak points are told", source=ASSUMED)
    pull: float = param(
        2.0, unit="log arrivals per unit quality", low=0, high=20, doc="promises attract newcomers", source=ASSUMED
    )
    cost: float = param(
        0.03, unit="money per encounter", low=0, high=1e6, doc="texts and time to explain", source=ASSUMED
    )
    campaign: float = param(
        0.0, unit="money per customer and week", low=0, high=1e4, doc="advertising the promise", source=ASSUMED
    )

    line: ClassVar[str] = "expectation_management"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Promise and candour for those picked [N]; newcomers hear the promise as well."""
        return Plan(
            treated=whom,
            promise=whom * np.float32(self.promise),
            candour=whom * np.float32(self.candour),
            attraction=float(np.exp(self.pull * self.promise)),
            encounter_cost=whom * np.float32(self.cost),
            overhead=self.campaign * int(whom.sum()),
        )
