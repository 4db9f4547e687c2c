"""Churn prevention: find customers at risk and approach them before they leave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from sim.chance import Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.records import KNOWN, LAST
from sim.view import View
from strategies.channels import CALL_CENTRE, Channel
from strategies.dates import dates
from strategies.play import Play
from strategies.targeting import Lapsing, Targeting


@dataclass(frozen=True)
class ChurnPrevention(Play):
    """A contact that cares, with or without a gift or a better price, for those who seem about to leave.

    Whom to reach is the whole question: a contact keeps those whom attention persuades, and wakes those who stay only
    because they do not think about it, so the riskiest are not the best targets (Ascarza, Iyengar & Schleicher 2016;
    Ascarza 2018). Gift and price hold for `valid` weeks, for one purchase.

    Cost: every contact tried, and gifts when they are collected; a discount shows as less revenue.

    Side effects: inert customers are woken and leave; contacts past what is tolerated repel, make some opt out and
    drive some away (`apart` holds them back); a discount lowers the price that feels normal.
    """

    care: float = param(0.8, unit="-1 to 1", low=-1, high=1, doc="how much the contact cares", source=ASSUMED)
    news: float = param(0.3, unit="0-1", low=0, high=1, doc="how useful the contact is", source=ASSUMED)
    gift: float = param(
        0.0, unit="money per customer", low=0, high=1e6, doc="with the next purchase", source=ASSUMED
    )  # fmt: skip
    discount: float = param(0.0, unit="share", low=0, high=0.9, doc="off the next purchase", source=ASSUMED)
    valid: int = param(4, unit="weeks", low=1, high=520, doc="how long gift and price hold", source=ASSUMED)
    apart: int = param(8, unit="weeks", low=1, high=520, doc="between two contacts with a customer", source=ASSUMED)
    channel: Channel = CALL_CENTRE
    targeting: Targeting = field(default_factory=Lapsing, kw_only=True)

    line: ClassVar[str] = "churn_prevention"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """A contact with each of those picked who had none lately [N]; what was offered holds for a while."""
        tried, reached = dates(view, "tried"), dates(view, "reached")
        plan = self.channel.send(view, whom & (view.week - tried >= self.apart), draws, self.care, self.news)
        assert plan.treated is not None
        assert plan.contact is not None
        tried[plan.treated] = view.week
        reached[plan.contact > 0] = view.week
        return self._with_offer(view, plan)

    def rest(self, view: View) -> Plan:
        """What was offered holds in other weeks, too, unless the money is gone."""
        return Plan() if "spent up" in view.memory else self._with_offer(view, Plan())

    def _with_offer(self, view: View, plan: Plan) -> Plan:
        """A plan, with gift and price for those reached lately who have not bought since [N]."""
        if not self.gift and not self.discount:
            return plan
        reached = dates(view, "reached")
        holds = view[KNOWN] & (view.week - reached < self.valid) & (view[LAST] < reached)
        return replace(
            plan,
            treated=holds if plan.treated is None else plan.treated | holds,
            reward=holds * np.float32(self.gift) if self.gift else None,
            price=1 - holds * np.float32(self.discount) if self.discount else None,
        )
