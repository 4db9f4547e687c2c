"""Omnichannel service: the same answer everywhere, and fast."""

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
class Omnichannel(Play):
    """All channels know what the others know, and answers come within a promised time.

    Channels that agree make one smooth journey (Verhoef, Kannan & Inman 2015), and waits lower the evaluation of
    service (Taylor 1994). A wait of w times the usual costs cost (1 / w - 1) per encounter: halving it again takes
    twice as many people on call again. Side effects: every further halving is dearer than the one before and feels like
    no more; fast and smooth becomes expected, so giving it up hurts.
    """

    answer: float = param(30.0, unit="seconds", low=0.1, high=1e6, doc="time to an answer that is kept", source=ASSUMED)
    usual: float = param(60.0, unit="seconds", low=0.1, high=1e6, doc="time it takes without", source=ASSUMED)
    consistency: float = param(0.03, unit="quality 0-1", low=0, high=1, doc="lift as channels agree", source=ASSUMED)
    cost: float = param(0.15, unit="money per encounter", low=0, high=1e6, doc="of half the usual wait", source=ASSUMED)
    upkeep: float = param(
        0.004, unit="money per customer and week", low=0, high=1e4, doc="connected systems", source=ASSUMED
    )

    line: ClassVar[str] = "omnichannel"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Shorter waits and smoother journeys for those picked [N]."""
        wait = np.clip(self.answer / self.usual, 0.01, 100)
        return Plan(
            treated=whom,
            wait=np.where(whom, np.float32(wait), np.float32(1)),
            functional=whom * np.float32(self.consistency),
            encounter_cost=whom * np.float32(self.cost * max(1 / wait - 1, 0)),
            overhead=self.upkeep * int(whom.sum()),
        )
