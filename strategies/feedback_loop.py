"""Feedback loop: ask, care for those who are let down, mend the cause, tell them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import exp
from typing import ClassVar

import numpy as np

from sim.chance import Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.records import ANSWER, ANSWERED, COMPLAINED, KNOWN
from sim.view import View
from strategies.channels import CALL_CENTRE, Channel
from strategies.play import Play


@dataclass(frozen=True)
class FeedbackLoop(Play):
    """More customers are asked; low answers are followed up, their causes mended, and that is told.

    Closing the loop, for one customer and for the process (Markey, Reichheld & Dullweber 2009). With f pieces of bad
    news (low answers and complaints) heard so far per customer on record, quality rises by lift (1 - exp(-f / need)).
    Side effects: calls and surveys cost, calls are contacts, and asking raises hopes: `hope` is what customers take the
    survey to promise. Asked and ignored (`follow` = 0, `lift` = 0), they are let down by their own hopes.
    """

    survey: float = param(3.0, unit="multiple", low=0, high=100, doc="of customers who are asked", source=ASSUMED)
    low: int = param(6, unit="points of 10", low=0, high=10, doc="and below is a low answer: a detractor's")
    follow: float = param(1.0, unit="share", low=0, high=1, doc="of low answers that are called back", source=ASSUMED)
    redress: float = param(0.2, unit="quality 0-1", low=0, high=1, doc="complaints answered better", source=ASSUMED)
    lift: float = param(0.06, unit="quality 0-1", low=0, high=1, doc="most that mending improves", source=ASSUMED)
    need: float = param(
        0.3, unit="bad news per customer", low=1e-6, high=1e3, doc="heard by when 63% is mended", source=ASSUMED
    )
    hope: float = param(0.01, unit="quality", low=0, high=1, doc="what asking is taken to promise", source=ASSUMED)
    candour: float = param(0.3, unit="0-1", low=0, high=1, doc="telling what went wrong and is mended", source=ASSUMED)
    asking: float = param(
        0.03, unit="money per encounter", low=0, high=1e6, doc="survey and reading it", source=ASSUMED
    )
    mending: float = param(
        0.002, unit="money per customer and week", low=0, high=1e4, doc="removing causes", source=ASSUMED
    )
    channel: Channel = field(default_factory=lambda: CALL_CENTRE)

    line: ClassVar[str] = "feedback_loop"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Last week's bad news is followed up [N], all of it feeds the mending."""
        unhappy = whom & (view[ANSWERED] == view.week - 1) & (view[ANSWER] <= self.low)
        bad = unhappy | (whom & (view[COMPLAINED] == view.week - 1))
        heard = view.memory.get("heard", 0.0) + bad.sum() / max(int(view[KNOWN].sum()), 1)
        view.memory["heard"] = heard
        mended = 1 - exp(-heard / self.need)
        better = whom * np.float32(self.lift * mended)
        return replace(
            self.channel.send(
                view, unhappy & draws.happens("is called back", self.follow), draws, care=1.0, news=mended
            ),
            treated=whom,
            technical=better,
            functional=better,
            redress=whom * np.float32(self.redress),
            promise=whom * np.float32(self.hope),
            candour=whom * np.float32(self.candour * mended),
            encounter_cost=whom * np.float32(self.asking),
            overhead=self.mending * int(whom.sum()),
            survey=self.survey,
        )
