"""Do nothing: the control arm, and a placebo that goes through all motions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.chance import Draws
from sim.exchange import Plan, View


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
        """Plan nothing more and nothing else for everybody [N]: lifts of zero, waits times one."""
        zero = np.zeros(len(view), np.float32)
        draws.uniform("placebo")  # luck of its own must not disturb anybody's
        return Plan(
            treated=np.zeros(len(view), np.bool_),
            technical=zero,
            functional=zero,
            depth=zero,
            accuracy=zero,
            progress=zero,
            status=zero,
            reward=zero,
            redeemed=zero,
            points=zero,
            cost=zero,
            encounter_cost=zero,
            recovery=zero,
            wait=np.ones(len(view), np.float32),
            line="placebo",
        )
