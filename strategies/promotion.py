"""Promotion: a lower price now and then, or for good."""

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
class Promotion(Play):
    """A discount every so many weeks; with `every` = 1 a lasting one.

    It makes people buy now. Side effects: the margin of all who would have bought anyway is given away; the price paid
    becomes the price that feels normal (reference price: Kalyanaram & Winer 1995), so the usual one feels dear
    afterwards; and discounts teach to look at the price (Mela, Gupta & Lehmann 1997).
    """

    every: int = param(8, unit="weeks", low=1, high=520, doc="done every so many weeks", source=ASSUMED)
    depth: float = param(0.15, unit="share of the price", low=0, high=0.95, doc="the discount", source=ASSUMED)
    leaflet: float = param(
        0.03, unit="money per customer and promotion", low=0, high=1e4, doc="making it known", source=ASSUMED
    )

    line: ClassVar[str] = "promotion"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """A lower price for those picked [N]."""
        return Plan(
            treated=whom,
            price=np.where(whom, np.float32(1 - self.depth), np.float32(1)),
            cost=whom * np.float32(self.leaflet),
        )
