"""Multilingual service: customers are understood, and understand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.chance import Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.view import View
from strategies.whole_firm import WholeFirm


@dataclass(frozen=True, kw_only=True)
class MultilingualService(WholeFirm):
    """Staff, letters and pages in customers' own languages bridge part of the gaps of language and culture.

    Across a gap service loses and promises are misread (language in service encounters: Holmqvist & Gronroos 2012, not
    checked). Needs a firm that does not bridge all gaps anyway (`service.languages` below 1); where there is nothing to
    bridge it only costs. Side effect: it costs the same for those who never needed it; ended, the gaps are back at
    once.
    """

    share: float = param(0.5, unit="share", low=0, high=1, doc="gaps that are bridged in addition", source=ASSUMED)
    upkeep: float = param(
        0.02, unit="money per customer and week", low=0, high=1e6, doc="all gaps bridged: people, pages, translation",
        source=ASSUMED,
    )  # fmt: skip
    interpreter: float = param(
        0.10, unit="money per encounter", low=0, high=1e6, doc="all gaps bridged: time it takes", source=ASSUMED
    )

    line: ClassVar[str] = "multilingual_service"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """The share of gaps bridged; upkeep weekly, the rest when they come [N]."""
        return Plan(
            treated=whom,
            languages=self.share,
            overhead=self.upkeep * self.share * self.customers(view),
            encounter_cost=whom * np.float32(self.interpreter * self.share),
        )
