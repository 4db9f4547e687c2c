"""Community: salons, member groups and stories that customers share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.chance import Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import BELONGING, Offer, Plan
from sim.records import LAST
from sim.view import View
from strategies.play import Play


@dataclass(frozen=True)
class Community(Play):
    """A brand community that customers join of their own accord.

    Meeting others who like the brand engages and binds (Muniz & O'Guinn 2001; Algesheimer, Dholakia & Herrmann 2005),
    and members are asked to tell their story. Side effects: only some want it and those were attached before, so
    members compared with others say more than the community has done; salons cost whatever they bring.
    """

    ease: float = param(0.20, unit="share", low=0, high=1, doc="of the indifferent who join", source=ASSUMED)
    rhythm: int = param(4, unit="weeks", low=1, high=520, doc="between salons", source=ASSUMED)
    part: float = param(0.5, unit="0-1", low=0, high=1, doc="part a member has at a salon", source=ASSUMED)
    stories: float = param(0.5, unit="0-1", low=0, high=1, doc="how warmly stories are asked for", source=ASSUMED)
    quiet: float = param(
        26.0, unit="weeks", low=1, high=520, doc="silence after which a member is not invited", source=ASSUMED
    )
    salon: float = param(0.5, unit="money per member and salon", low=0, high=1e6, doc="hosting", source=ASSUMED)
    upkeep: float = param(
        0.001, unit="money per customer and week", low=0, high=1e4, doc="platform and moderation", source=ASSUMED
    )

    line: ClassVar[str] = "community"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Those picked are asked to join; members who still come meet and are asked for stories [N]."""
        members = view.member(self.line) & whom
        there = members & (view.week - view[LAST] <= self.quiet)
        invited = there & ((view.week - self.start) % self.rhythm == 0)
        return Plan(
            treated=whom,
            belonging=invited * np.float32(self.part),
            prompt=there * np.float32(self.stories),
            cost=invited * np.float32(self.salon),
            overhead=self.upkeep * int(whom.sum()),
            offers=(Offer(self.line, whom & ~members, self.ease, BELONGING),),
        )
