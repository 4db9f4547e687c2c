"""Reward program: points for purchases, a reward at the threshold, tiers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.chance import F32, Draws
from sim.exchange import Plan, View
from sim.parameters import ASSUMED, Parametric, param
from sim.records import EARNED, POINTS
from strategies.targeting import Everyone, Targeting


@dataclass(frozen=True)
class RewardProgram(Parametric):
    """Points, tiers and the pull of a reward in reach (goal gradient: Kivetz, Urminsky & Zheng 2006).

    Side effects: those who would buy anyway are rewarded too; outstanding points are a liability, less the breakage;
    what holds customers is the incentive, so it ends with the program.
    """

    points: float = param(
        1.0, unit="points per money spent", low=0, high=1e3, doc="how points are earned", source=ASSUMED
    )
    threshold: float = param(100.0, unit="points", low=1e-6, high=1e9, doc="points that make a reward", source=ASSUMED)
    worth: float = param(5.0, unit="money per reward", low=0, high=1e6, doc="what a reward costs", source=ASSUMED)
    take_up: float = param(0.7, unit="share", low=0, high=1, doc="who enrols when asked", source=ASSUMED)
    tier_at: float = param(300.0, unit="points earned", low=1e-6, high=1e9, doc="full recognition", source=ASSUMED)
    breakage: float = param(0.2, unit="share", low=0, high=1, doc="points never redeemed", source=ASSUMED)
    upkeep: float = param(
        0.002, unit="money per member and week", low=0, high=1e4, doc="running the program", source=ASSUMED
    )
    weeks: int = param(10_000, unit="weeks", low=0, high=10_000, doc="when it ends", source=ASSUMED)
    targeting: Targeting = field(default_factory=Everyone)

    def plan(self, view: View, draws: Draws) -> Plan:
        """What members see on their card [N], and the reward that their next purchase brings."""
        enrolled = draws.lasting("enrol") < self.take_up
        member = self.targeting.pick(view, draws) & enrolled & (view.week < self.weeks)
        card = member.astype(np.float32)
        balance = view[POINTS]
        ready = card * (balance >= self.threshold)
        progress: F32 = card * np.clip(balance / np.float32(self.threshold), 0, 1)
        return Plan(
            treated=member,
            progress=progress,
            status=card * np.clip(view[EARNED] / np.float32(self.tier_at), 0, 1),
            reward=ready * np.float32(self.worth),
            redeemed=ready * np.float32(self.threshold),
            points=card * np.float32(self.points),
            cost=card * np.float32(self.upkeep),
            line="reward_program",
            point_value=self.worth / self.threshold * (1 - self.breakage),  # earned points are honoured when it ends
        )
