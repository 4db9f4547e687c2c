"""Referral: ask customers to bring others, and look after those who come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.parameters import ASSUMED, param
from sim.people import REFERRED
from sim.plan import Plan
from sim.records import KNOWN, PURCHASES, REFERRALS, SINCE, SOURCE, SPEND
from sim.view import View
from strategies.play import Play

_PATIENCE = 26  # weeks without any referral after which the journal says so


@dataclass(frozen=True)
class Referral(Play):
    """A two-sided referral program (Schmitt, Skiera & Van den Bulte 2011; Ryu & Feick 2007).

    The referrer is asked warmly (`prompt`) or paid (`bounty`); who comes gets `welcome` with the first purchase and is
    looked after for `protected` weeks: better service, failures put right. `share` gives referrers a part of what
    those they brought spend, for as long as they spend it, split among them by how many they brought.

    It needs a world in which customers refer at all: the play multiplies `market.arrivals.referral`, which is 0 in the
    main job on CDNOW, so there it costs and brings nobody; after half a year without a referral the journal says so.

    Cost: asking at each visit, bounties, welcome gifts, the care of newcomers, and what is shared. With a bounty,
    `fraud` of all referrals are claimed a second time for nobody.

    Side effect: money crowds out the wish to recommend of those who would have done it for nothing (Jin & Huang 2014)
    and invites fraud: preset `referral_cash`.
    """

    prompt: float = param(0.8, unit="0-1", low=0, high=1, doc="how warmly customers are asked", source=ASSUMED)
    bounty: float = param(0.0, unit="money per referral", low=0, high=1e6, doc="paid to the referrer", source=ASSUMED)
    welcome: float = param(
        3.5, unit="money per newcomer", low=0, high=1e6, doc="gift with the newcomer's first purchase", source=ASSUMED
    )
    protected: int = param(12, unit="weeks", low=0, high=520, doc="newcomers are looked after", source=ASSUMED)
    attention: float = param(
        0.05, unit="quality", low=0, high=1, doc="better service for newcomers who were referred", source=ASSUMED
    )
    recovery: float = param(
        0.15, unit="quality", low=0, high=1, doc="failures put right for newcomers who were referred", source=ASSUMED
    )
    attention_cost: float = param(
        1.0, unit="money per visit", low=0, high=1e6, doc="looking after a newcomer", source=ASSUMED
    )
    share: float = param(
        0.0, unit="share of revenue", low=0, high=1, doc="of what newcomers spend, for referrers", source=ASSUMED
    )
    ease: float = param(
        1.2, unit="multiple", low=1, high=20, doc="how much easier referring is made", source=ASSUMED
    )  # fmt: skip
    asking: float = param(0.05, unit="money per visit", low=0, high=1e6, doc="what asking costs", source=ASSUMED)
    fraud: float = param(0.05, unit="share", low=0, high=5, doc="bounties claimed for nobody", source=ASSUMED)

    line: ClassVar[str] = "referral"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Those picked are asked [N]; those who were referred are welcomed and looked after."""
        asked = whom.astype(np.float32)
        referred = view[KNOWN] & (view[SOURCE] == REFERRED)
        new = referred & (view.week - view[SINCE] < self.protected) & (self.protected > 0)
        brought = self._brought(view)
        return Plan(
            treated=whom | new,
            prompt=asked * np.float32(self.prompt) if self.prompt else None,
            bounty=asked * np.float32(self.bounty) if self.bounty else None,
            reward=(referred & (view[PURCHASES] == 0)) * np.float32(self.welcome) if self.welcome else None,
            functional=new * np.float32(self.attention),
            recovery=new * np.float32(self.recovery),
            cost=self._shared(view) if self.share else None,
            encounter_cost=asked * np.float32(self.asking) + new * np.float32(self.attention_cost),
            overhead=self.bounty * self.fraud * brought,
            referral=self.ease if whom.any() else 1.0,
            notes=self._doubts(view),
        )

    def _brought(self, view: View) -> float:
        """Referrals on record since this was last asked."""
        total = float(view[REFERRALS].sum())
        before: float = view.memory.get("referrals", total)
        view.memory["referrals"] = total
        return max(total - before, 0.0)

    def _shared(self, view: View) -> F32:
        """What referrers get of the revenue from those who were referred, since this was last asked [N]."""
        revenue = float(view[SPEND][view[SOURCE] == REFERRED].sum(dtype=np.float64))
        before: float = view.memory.get("revenue", revenue)
        view.memory["revenue"] = revenue
        brought = view[REFERRALS] * view[KNOWN].astype(np.float32)
        part: F32 = brought * np.float32(self.share * max(revenue - before, 0.0) / max(float(brought.sum()), 1.0))
        return part

    def _doubts(self, view: View) -> tuple[str, ...]:
        """Said once: nobody refers anybody."""
        if view.week - self.start < _PATIENCE or "doubted" in view.memory or view[REFERRALS].any():
            return ()
        view.memory["doubted"] = view.week
        return (f"{self.line}: no customer has referred anybody so far; market.arrivals.referral may be 0",)
