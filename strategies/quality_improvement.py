"""Quality improvement: a better product, paid for now and there later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.chance import Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.records import KNOWN
from sim.view import View
from strategies.play import Play


@dataclass(frozen=True)
class QualityImprovement(Play):
    """Quality grows to its full lift while it is paid for, one part of `delay` a week, and then has to be kept up.

    Quality is an investment that must be financially accountable (return on quality: Rust, Zahorik & Keiningham 1995).
    Side effects: the money goes out before anything comes back; what is delivered becomes expected; what nobody keeps
    up wears off, as rivals catch up. What was built stays for everybody when the play is over.
    """

    technical: float = param(0.08, unit="quality 0-1", low=0, high=1, doc="lift of what is delivered", source=ASSUMED)
    functional: float = param(0.0, unit="quality 0-1", low=0, high=1, doc="lift of how", source=ASSUMED)
    delay: int = param(26, unit="weeks", low=1, high=1_000, doc="until the full lift is there", source=ASSUMED)
    invest: float = param(
        0.01, unit="money per customer and week", low=0, high=1e4, doc="while it is built", source=ASSUMED
    )
    upkeep: float = param(0.003, unit="money per customer and week", low=0, high=1e4, doc="afterwards", source=ASSUMED)
    wear: float = param(
        0.01, unit="share per week", low=0, high=1, doc="of the lift is lost when nothing is paid", source=ASSUMED
    )

    line: ClassVar[str] = "quality_improvement"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """One more step, and what has been reached for those picked [N]."""
        before = view.memory.get("built", 0.0)
        view.memory["built"] = min(before + 1 / self.delay, 1.0)
        money = self.invest if before < 1 else self.upkeep
        return self._better(view, whom, money * int(whom.sum()))

    def rest(self, view: View) -> Plan:
        """What was built is still there, a little less every week [N]."""
        if not view.memory.get("built"):
            return Plan()
        if "spent up" in view.memory or view.week >= self.start + self.weeks:
            view.memory["built"] *= 1 - self.wear
        return self._better(view, view[KNOWN], 0.0)

    def _better(self, view: View, whom: Bool, money: float) -> Plan:
        built = view.memory["built"]
        return Plan(
            treated=whom,
            technical=whom * np.float32(self.technical * built),
            functional=whom * np.float32(self.functional * built),
            overhead=money,
        )
