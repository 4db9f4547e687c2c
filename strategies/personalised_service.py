"""Personalised service: know the customer and show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.records import PURCHASES
from sim.view import View
from strategies.play import Play


@dataclass(frozen=True)
class PersonalisedService(Play):
    """Service that fits the person, as far as the data allow.

    A personal touch fits with chance n / (n + data_need) after n purchases on record, else it misses and is felt as
    wrong. Side effect: the more of their data customers see used (depth x accuracy), the more of them find it past
    their comfort (personalisation-privacy paradox: Awad & Krishnan 2006).

    With `uniform` the same money buys one treatment for all: it suits the share `average`, however long the record is.
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
    uniform: bool = param(False, unit="true or false", doc="one treatment for all, whatever is known of them")
    average: float = param(0.5, unit="share", low=0, high=1, doc="customers whom the one suits", source=ASSUMED)

    line: ClassVar[str] = "personalised_service"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Depth and accuracy for those picked [N]; upkeep weekly, the rest when they come."""
        purchases = view[PURCHASES].astype(np.float32)
        served = whom & (purchases >= self.at_least)
        return Plan(
            treated=served,
            depth=served * np.float32(self.depth),
            accuracy=served * self._accuracy(purchases),
            cost=served * np.float32(self.upkeep),
            encounter_cost=served * np.float32(self.price * self.depth),
        )

    def _accuracy(self, purchases: F32) -> F32:
        """Chance that the touch fits [N]."""
        if self.uniform:
            return np.full(len(purchases), self.average, np.float32)
        accuracy: F32 = purchases / np.maximum(purchases + np.float32(self.data_need), np.float32(1e-6))
        return accuracy
