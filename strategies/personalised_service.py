"""Personalised service: know the customer and show it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.chance import Draws
from sim.exchange import Plan, View
from sim.parameters import ASSUMED, Parametric, param
from sim.records import PURCHASES
from strategies.targeting import Everyone, Targeting


@dataclass(frozen=True)
class PersonalisedService(Parametric):
    """Service that fits the person, as far as the data allow.

    A personal touch fits with chance n / (n + data_need) after n purchases on record, else it misses and is felt as
    wrong. Side effect: the more of their data customers see used (depth x accuracy), the more of them find it past
    their comfort (personalisation-privacy paradox: Awad & Krishnan 2006).
    """

    depth: float = param(0.4, unit="0-1", low=0, high=1, doc="how personal it gets", source=ASSUMED)
    data_need: float = param(1.0, unit="purchases", low=0, high=1e3, doc="record at which half fits", source=ASSUMED)
    at_least: int = param(2, unit="purchases", low=0, high=1_000, doc="record needed to begin", source=ASSUMED)
    price: float = param(
        0.5, unit="money per encounter at depth 1", low=0, high=1e6, doc="staff time and systems", source=ASSUMED
    )
    upkeep: float = param(
        0.005, unit="money per customer and week", low=0, high=1e4, doc="keeping the data", source=ASSUMED
    )
    targeting: Targeting = field(default_factory=Everyone)

    def plan(self, view: View, draws: Draws) -> Plan:
        """Depth and accuracy for those picked [N]; upkeep weekly, the rest when they come."""
        purchases = view[PURCHASES].astype(np.float32)
        served = self.targeting.pick(view, draws) & (purchases >= self.at_least)
        return Plan(
            treated=served,
            depth=served * np.float32(self.depth),
            accuracy=served * (purchases / np.maximum(purchases + np.float32(self.data_need), np.float32(1e-6))),
            cost=served * np.float32(self.upkeep),
            encounter_cost=served * np.float32(self.price * self.depth),
            line="personalised_service",
        )
