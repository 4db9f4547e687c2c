"""Exit policy: give in to a fair claim, let go who costs more than they bring; or concede at any price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.records import COMPLAINED, COMPLAINTS, COST, SPEND
from sim.view import View
from strategies.play import Play


@dataclass(frozen=True)
class ExitPolicy(Play):
    """Claims are met up to a limit; past it, whoever costs more than the margin they brought is let go.

    As far as the records show: a customer is let go with `limit` or more complaints on record, once spend x margin is
    less than what plays have spent on them plus `handling` per complaint (managing unprofitable customers: Mittal,
    Sarkees & Murshed 2008, not checked). Side effects: who is let go tells it, and others who see it leave or lose
    respect (direction: Haenlein & Kaplan 2012, not checked); some of those let go had been wronged.
    """

    limit: int = param(4, unit="complaints", low=1, high=10_000, doc="on record before one may be let go")
    amends: float = param(5.0, unit="money per complaint", low=0, high=1e6, doc="for a fair claim", source=ASSUMED)
    handling: float = param(8.0, unit="money per complaint", low=0, high=1e6, doc="the firm's reckoning of its work")
    margin: float = param(0.30, unit="share of spend", low=0, high=1, doc="the firm's reckoning of its margin")

    line: ClassVar[str] = "exit_policy"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Amends to those who complain and have not passed the limit, farewell to those who do not pay [N]."""
        complaints = view[COMPLAINTS]
        spent = view[COST] + np.float32(self.handling) * complaints
        farewell = whom & (complaints >= self.limit) & (view[SPEND] * np.float32(self.margin) < spent)
        fair = whom & (complaints < self.limit)
        return Plan(treated=whom, amends=fair * np.float32(self.amends), dismiss=farewell)


@dataclass(frozen=True)
class ConcedeAlways(Play):
    """Whoever complains gets money, more each time, and a discount for a while; nobody is ever let go.

    The failing alternative to an exit policy. Side effect: it calms, and it teaches that complaining pays
    (opportunistic claiming: Wirtz & McColl-Kennedy 2010, not checked), so that it costs more than it keeps.
    """

    amends: float = param(5.0, unit="money", low=0, high=1e6, doc="for a first complaint", source=ASSUMED)
    growth: float = param(0.5, unit="share", low=0, high=10, doc="more for each complaint before", source=ASSUMED)
    most: float = param(100.0, unit="money", low=0, high=1e6, doc="for one complaint", source=ASSUMED)
    discount: float = param(0.10, unit="share of the price", low=0, high=0.95, doc="after a complaint", source=ASSUMED)
    calm: float = param(8.0, unit="weeks", low=0, high=1e4, doc="that the discount lasts", source=ASSUMED)

    line: ClassVar[str] = "concede_always"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Amends that grow with the complaints on record, and a lower price for those who complained of late [N]."""
        raised: F32 = 1 + np.float32(self.growth) * view[COMPLAINTS].astype(np.float32)
        money = np.minimum(np.float32(self.amends) * raised, np.float32(self.most))
        cheaper = whom & (view.week - view[COMPLAINED] <= self.calm)
        return Plan(
            treated=whom,
            amends=whom * money,
            price=np.where(cheaper, np.float32(1 - self.discount), np.float32(1)),
        )
