"""Co-creation: councils, beta tests and naming rights for those who want a part in the product."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import ClassVar

import numpy as np

from sim.chance import Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import BELONGING, Offer, Plan
from sim.records import KNOWN, LAST
from sim.view import View
from strategies.play import Play


@dataclass(frozen=True)
class CoCreation(Play):
    """Customers who like to belong join a council; it binds them, and what they contribute makes the product better.

    Taking part engages and the firm learns from its customers (Prahalad & Ramaswamy 2004). With c meetings attended so
    far per customer on record, technical quality is lifted by lift (1 - exp(-c / need)) for everybody the play is meant
    for. Side effects: only some want it, so members are those who were attached anyway; sessions are paid at once and
    the product improves late; the better product soon becomes what is expected.
    """

    ease: float = param(0.10, unit="share", low=0, high=1, doc="of the indifferent who join", source=ASSUMED)
    rhythm: int = param(8, unit="weeks", low=1, high=520, doc="between meetings", source=ASSUMED)
    part: float = param(0.8, unit="0-1", low=0, high=1, doc="part a member is given at a meeting", source=ASSUMED)
    recognition: float = param(0.3, unit="0-1", low=0, high=1, doc="names on products, thanks", source=ASSUMED)
    lift: float = param(0.06, unit="quality 0-1", low=0, high=1, doc="most that ideas can improve", source=ASSUMED)
    need: float = param(
        0.4, unit="meetings per customer", low=1e-6, high=1e3, doc="input that gives 63% of it", source=ASSUMED
    )
    quiet: float = param(
        26.0, unit="weeks", low=1, high=520, doc="silence after which a member is not invited", source=ASSUMED
    )
    session: float = param(2.0, unit="money per member and meeting", low=0, high=1e6, doc="hosting", source=ASSUMED)
    upkeep: float = param(
        0.001, unit="money per customer and week", low=0, high=1e4, doc="putting ideas to use", source=ASSUMED
    )

    line: ClassVar[str] = "co_creation"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Those picked are asked to join, members meet every so many weeks, and all have the better product [N]."""
        members = view.member(self.line) & whom
        invited = members & (view.week - view[LAST] <= self.quiet) & self._meets(view.week)
        view.memory["input"] = view.memory.get("input", 0.0) + invited.sum() / max(int(view[KNOWN].sum()), 1)
        better = self.lift * (1 - exp(-view.memory["input"] / self.need))
        return Plan(
            treated=whom,
            technical=whom * np.float32(better),
            belonging=invited * np.float32(self.part),
            status=members * np.float32(self.recognition),
            cost=invited * np.float32(self.session),
            overhead=self.upkeep * int(whom.sum()),
            offers=(Offer(self.line, whom & ~members, self.ease, BELONGING),),
        )

    def _meets(self, week: int) -> bool:
        return (week - self.start) % self.rhythm == 0
