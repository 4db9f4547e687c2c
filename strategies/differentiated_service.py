"""Differentiated service: the best for the best, and what the others make of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from sim.chance import Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.records import KNOWN
from sim.view import View
from strategies.play import Play
from strategies.targeting import Targeting, ValueTier


@dataclass(frozen=True)
class DifferentiatedService(Play):
    """Those the targeting picks (by default the best by RFM) get better service and standing, the rest less or as ever.

    Serving customers by their value: the customer pyramid (Zeithaml, Rust & Lemon 2001). Side effect: the rest see that
    others get more and feel it as unfair (Adams 1965; betrayal: Feinberg, Krishna & Zhang 2002, not checked), by what
    they see of the difference; and who falls out of the best group misses what had become expected.
    """

    technical: float = param(0.03, unit="quality 0-1", low=0, high=1, doc="the best get more", source=ASSUMED)
    functional: float = param(0.10, unit="quality 0-1", low=0, high=1, doc="the best are served better", source=ASSUMED)
    status: float = param(0.8, unit="0-1", low=0, high=1, doc="recognition of the best", source=ASSUMED)
    less: float = param(0.0, unit="quality 0-1", low=0, high=1, doc="taken from the rest's service", source=ASSUMED)
    seen: float = param(0.3, unit="share", low=0, high=1, doc="of the difference that the rest see", source=ASSUMED)
    cost: float = param(1.0, unit="money per encounter", low=0, high=1e6, doc="serving one of the best", source=ASSUMED)
    targeting: Targeting = field(default_factory=ValueTier)

    line: ClassVar[str] = "differentiated_service"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """More for those picked, less or the sight of it for the others on record [N]."""
        others = view[KNOWN] & ~whom
        difference = (self.technical + self.functional) / 2 + self.less / 2
        return Plan(
            treated=whom,
            technical=whom * np.float32(self.technical),
            functional=np.where(whom, np.float32(self.functional), others * np.float32(-self.less)),
            status=whom * np.float32(self.status),
            slight=others * np.float32(min(self.seen * difference, 1.0)),
            encounter_cost=whom * np.float32(self.cost),
        )
