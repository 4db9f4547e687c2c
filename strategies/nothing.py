"""Do nothing: the control arm, and a placebo that goes through all motions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.chance import Draws
from sim.plan import ARRAYS, Offer, Plan
from sim.view import View


@dataclass(frozen=True)
class Nothing:
    """No treatment: what happens anyway."""

    def plan(self, view: View, draws: Draws) -> Plan:
        """Plan nothing."""
        return Plan(line="nothing")


@dataclass(frozen=True)
class Placebo:
    """Every lever is moved, but to where it stands, so all code runs and nothing may differ from control."""

    def plan(self, view: View, draws: Draws) -> Plan:
        """Plan nothing more and nothing else for everybody [N]: lifts of zero, waits and prices times one."""
        nobody, zero, one = np.zeros(len(view), np.bool_), *np.zeros((2, len(view)), np.float32)
        one += 1
        draws.uniform("placebo")  # luck of its own must not disturb anybody's
        still: dict[str, Any] = dict.fromkeys(ARRAYS, zero)
        still |= {"treated": nobody, "dismiss": nobody, "wait": one, "price": one}
        return Plan(**still, offers=(Offer("placebo", nobody),), line="placebo")
