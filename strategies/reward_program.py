"""Reward program: points for purchases, a reward at the threshold, tiers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import REWARD, Offer, Plan
from sim.records import EARNED, KNOWN, POINTS
from sim.view import View
from strategies.play import Play


@dataclass(frozen=True)
class RewardProgram(Play):
    """Points, tiers and the pull of a reward in reach (goal gradient: Kivetz, Urminsky & Zheng 2006).

    Those picked are asked to join when they come; whether they do is their own act, so heavy buyers and the loyal are
    more often among the members (Leenheer, van Heerde, Bijmolt & Smidts 2007). Whoever is in stays in, whatever the
    targeting says later. Points begin with the purchase after joining. `every` is how often customers are asked.

    Cost: rewards when they are redeemed, upkeep of each card, exclusive service when members come, and at the horizon
    what outstanding points still owe, less the breakage; points are honoured when the program ends.

    Side effects: those who would buy anyway are rewarded too; outstanding points are a liability; what holds customers
    is the incentive, so it ends with the program.
    """

    points: float = param(
        1.0, unit="points per money spent", low=0, high=1e3, doc="how points are earned", source=ASSUMED
    )
    threshold: float = param(100.0, unit="points", low=1e-6, high=1e9, doc="points that make a reward", source=ASSUMED)
    worth: float = param(5.0, unit="money per reward", low=0, high=1e6, doc="what a reward costs", source=ASSUMED)
    take_up: float = param(
        0.7, unit="share", low=0, high=1, doc="who joins when asked, among the indifferent", source=ASSUMED
    )
    gain: float = param(
        0.05, unit="share of the spend", low=0, high=5, doc="what joining is worth to a customer", source=ASSUMED
    )
    tiers: int = param(
        4, unit="tiers", low=2, high=100, doc="ordinary, VIP, investor, private butler", source=ASSUMED
    )  # fmt: skip
    tier_at: float = param(300.0, unit="points earned", low=1e-6, high=1e9, doc="highest tier", source=ASSUMED)
    exclusive: float = param(
        0.0, unit="quality 0-1", low=0, high=1, doc="better service in the highest tier", source=ASSUMED
    )
    exclusive_cost: float = param(
        0.0, unit="money per visit", low=0, high=1e6, doc="what that costs in the highest tier", source=ASSUMED
    )
    breakage: float = param(0.2, unit="share", low=0, high=1, doc="points never redeemed", source=ASSUMED)
    upkeep: float = param(
        0.002, unit="money per member and week", low=0, high=1e4, doc="running the program", source=ASSUMED
    )

    line: ClassVar[str] = "reward_program"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Those picked are asked to join [N]; members see their card, and get the reward they have reached."""
        member = view.member(self.line) & view[KNOWN]
        offer = Offer(self.line, whom & ~member, self.take_up, REWARD, self.gain)
        return replace(self._card(view, member), treated=whom | member, offers=(offer,))

    def rest(self, view: View) -> Plan:
        """Cards count in all weeks of the program; when it is over, memberships end and points earned are honoured."""
        if view.week < self.start:
            return Plan()
        member = view.member(self.line)
        if "spent up" not in view.memory and view.week < self.start + self.weeks:
            return self._card(view, member & view[KNOWN])
        ends = (Offer(self.line, np.zeros(len(view), np.bool_), ends=True),) if member.any() else ()
        return Plan(offers=ends, point_value=self._point_value)

    @property
    def _point_value(self) -> float:
        """Money that an outstanding point is expected to cost."""
        return self.worth / self.threshold * (1 - self.breakage)

    def _card(self, view: View, member: Bool) -> Plan:
        """What members see on their card [N], and the reward that their next purchase brings."""
        card = member.astype(np.float32)
        balance = view[POINTS]
        ready = card * (balance >= self.threshold)
        progress: F32 = card * np.clip(balance / np.float32(self.threshold), 0, 1)
        steps = np.float32(self.tiers - 1)
        climbed = np.clip(view[EARNED] / np.float32(self.tier_at), 0, 1) * steps
        status: F32 = card * np.floor(climbed + np.float32(1e-4)) / steps
        return Plan(
            treated=member,
            progress=progress,
            status=status,
            functional=status * np.float32(self.exclusive) if self.exclusive else None,
            reward=ready * np.float32(self.worth),
            redeemed=ready * np.float32(self.threshold),
            points=card * np.float32(self.points),
            cost=card * np.float32(self.upkeep),
            encounter_cost=status * np.float32(self.exclusive_cost) if self.exclusive_cost else None,
            point_value=self._point_value,
        )
