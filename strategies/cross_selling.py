"""Cross-selling: something on top, to those whom it suits or to whoever agrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.chance import Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import REWARD, Offer, Plan
from sim.view import View
from strategies.play import Play


@dataclass(frozen=True)
class CrossSelling(Play):
    """Who agrees to it buys something on top at every visit from the next one on, until all are asked anew.

    Buying in more categories goes with staying longer (Reinartz & Kumar 2003; not checked), and some cross-buying
    destroys profit (Shah, Kumar, Qu & Chen 2012; not checked). Side effects: being pitched to wears on service by
    `pressure`; what was not needed is regretted, at the encounter at which it is paid for. Pushing the dearest package
    (much `ease`, little `suits`) brings revenue now and loses customers later.
    """

    share: float = param(0.15, unit="share of the spend", low=0, high=5, doc="what is sold on top", source=ASSUMED)
    suits: float = param(0.8, unit="chance", low=0, high=1, doc="that it is what the customer needs", source=ASSUMED)
    term: int = param(52, unit="weeks", low=1, high=520, doc="until all are asked anew", source=ASSUMED)
    ease: float = param(0.2, unit="share", low=0, high=1, doc="of the indifferent who agree", source=ASSUMED)
    pressure: float = param(
        0.005, unit="quality 0-1", low=0, high=1, doc="service lost by being pitched to", source=ASSUMED
    )
    pitch: float = param(0.05, unit="money per encounter", low=0, high=1e6, doc="time and commission", source=ASSUMED)

    line: ClassVar[str] = "cross_selling"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Those picked are asked until they agree; who has agreed buys on top [N]."""
        agreed = view.member(self.line) & whom
        anew = view.week > self.start and (view.week - self.start) % self.term == 0
        asked = whom if anew else whom & ~agreed
        return Plan(
            treated=whom,
            upsell=agreed * np.float32(self.share),
            suits=np.full(len(view), self.suits, np.float32),
            functional=asked * np.float32(-self.pressure),
            encounter_cost=whom * np.float32(self.pitch),
            offers=(Offer(self.line, asked, self.ease, REWARD, gain=0.0, ends=anew),),
        )
