"""Service recovery: answer complaints well and fast, put failures right before anybody complains."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import ClassVar

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.records import COMPLAINED
from sim.view import View
from strategies.channels import DIGITAL, Channel
from strategies.play import Play

_JUSTICE = "direction: Tax, Brown & Chandrashekaran 1998 (justice of complaint handling); size assumed"


@dataclass(frozen=True)
class ServiceRecovery(Play):
    """Listen, empathise, apologise, solve, fast (Tax, Brown & Chandrashekaran 1998; Smith, Bolton & Wagner 1999).

    An answer to a complaint gains quality by each of the four steps and by `speed` for every doubling of how much
    faster than usual it comes. The proactive variant puts failures right for all, whether or not they complain; else
    only those are helped who speak up. The loop is closed by asking a week later whether it is well now.

    Cost: staff time per complaint and the follow-up, both booked the week after the complaint; watching for failures
    at every visit; amends as they are paid.

    Side effect: money for those who complain teaches that complaining pays. The failing alternative, preset
    `compensation_only`, pays and does nothing else: complaints rise, and those who stay silent get nothing.
    """

    listen: float = param(0.05, unit="quality", low=0, high=1, doc="being heard out", source=_JUSTICE)
    empathise: float = param(0.08, unit="quality", low=0, high=1, doc="being understood", source=_JUSTICE)
    apologise: float = param(0.07, unit="quality", low=0, high=1, doc="an apology", source=_JUSTICE)
    solve: float = param(0.10, unit="quality", low=0, high=1, doc="a solution", source=_JUSTICE)
    recovery: float = param(
        0.15, unit="quality", low=0, high=1, doc="how much better failures are put right", source=ASSUMED
    )
    proactive: bool = param(True, unit="yes or no", doc="failures are put right without a complaint", source=ASSUMED)
    answer_hours: float = param(2.0, unit="hours", low=0.01, high=1e4, doc="until a complaint is answered")
    fix_hours: float = param(24.0, unit="hours", low=0.01, high=1e4, doc="until a failure is put right")
    usual_answer: float = param(24.0, unit="hours", low=0.01, high=1e4, doc="answer without the play", source=ASSUMED)
    usual_fix: float = param(96.0, unit="hours", low=0.01, high=1e4, doc="fix without the play", source=ASSUMED)
    speed: float = param(
        0.03, unit="quality per doubling", low=0, high=1, doc="what being faster than usual adds",
        source="direction: Smith, Bolton & Wagner 1999 (response speed); size assumed",
    )  # fmt: skip
    amends: float = param(0.0, unit="money per complaint", low=0, high=1e6, doc="compensation", source=ASSUMED)
    case_cost: float = param(
        4.0, unit="money per complaint", low=0, high=1e6, doc="staff time for a case", source=ASSUMED
    )
    watch: float = param(
        0.10, unit="money per visit", low=0, high=1e6, doc="finding and mending failures nobody complains of",
        source=ASSUMED,
    )  # fmt: skip
    follow_up: float = param(
        0.8, unit="0-1", low=0, high=1, doc="care shown in asking afterwards; 0 does not ask", source=ASSUMED
    )
    channel: Channel = DIGITAL

    line: ClassVar[str] = "service_recovery"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Better answers and recoveries for those picked [N]; cases of the weeks since are closed and paid for."""
        served = whom.astype(np.float32)
        since = max(view.week - self.every, self.start)
        cases = whom & (view[COMPLAINED] >= since)
        asked = self.channel.send(view, cases & (self.follow_up > 0), draws, self.follow_up)
        assert asked.cost is not None
        staff: F32 = cases * np.float32(self.case_cost)
        return Plan(
            treated=whom,
            redress=served * np.float32(self._redress),
            recovery=served * np.float32(self._recovery) if self.proactive else None,
            amends=served * np.float32(self.amends) if self.amends else None,
            contact=asked.contact,
            care=asked.care,
            digital=asked.digital,
            cost=asked.cost + staff,
            encounter_cost=served * np.float32(self.watch) if self.proactive else None,
        )

    @property
    def _redress(self) -> float:
        """How much better a complaint is answered, quality."""
        steps = self.listen + self.empathise + self.apologise + self.solve
        return _within(steps + self.speed * log2(self.usual_answer / self.answer_hours))

    @property
    def _recovery(self) -> float:
        """How much better a failure is put right, quality."""
        return _within(self.recovery + self.speed * log2(self.usual_fix / self.fix_hours))


def _within(quality: float) -> float:
    return min(max(quality, -1.0), 1.0)
