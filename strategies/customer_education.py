"""Customer education: newcomers learn what the product is good for, with partners' help."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.records import SINCE
from sim.view import View
from strategies.channels import DIGITAL, Channel
from strategies.play import Play


@dataclass(frozen=True)
class CustomerEducation(Play):
    """Lessons for newcomers; who has had them gets more out of the product.

    Customers produce the service with the firm, and those who know how are better served (Bowen 1986; education and
    trust: Eisingerich & Bell 2008; both not checked). Each lesson sent makes a customer more able, up to `lessons` of
    them; partners' resources make service smoother. Side effects: lessons are contacts, which tire, wake those who stay
    out of inertia and lead some to opt out; they go to newcomers, of whom many would not have stayed.
    """

    newcomer: float = param(52.0, unit="weeks", low=0, high=1e4, doc="since the first purchase", source=ASSUMED)
    gap: int = param(3, unit="weeks", low=1, high=520, doc="between lessons", source=ASSUMED)
    lessons: int = param(4, unit="lessons", low=1, high=100, doc="all there is to know", source=ASSUMED)
    skill: float = param(0.05, unit="quality 0-1", low=0, high=1, doc="more got out of it then", source=ASSUMED)
    resources: float = param(0.01, unit="quality 0-1", low=0, high=1, doc="lift by what partners add", source=ASSUMED)
    making: float = param(
        0.001, unit="money per customer and week", low=0, high=1e4, doc="lessons and partners", source=ASSUMED
    )
    channel: Channel = field(default_factory=lambda: DIGITAL)

    line: ClassVar[str] = "customer_education"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """A lesson to newcomers who are not through, and what all have learnt so far [N]."""
        had = self._had(view)
        young = view.week - view[SINCE] <= self.newcomer
        due = whom & young & (had < self.lessons) & ((view.week - self.start) % self.gap == 0)
        lesson = self.channel.send(view, due, draws, news=1.0)
        able = np.minimum(had / np.float32(self.lessons), 1)
        assert lesson.contact is not None
        view.memory["lessons"] = had + (lesson.contact > 0)
        return replace(
            lesson,
            treated=whom & (young | (had > 0)),
            technical=whom * able * np.float32(self.skill),
            functional=whom * (had > 0) * np.float32(self.resources),
            overhead=self.making * int(whom.sum()),
        )

    def rest(self, view: View) -> Plan:
        """What was learnt is not forgotten [N]."""
        able = np.minimum(self._had(view) / np.float32(self.lessons), 1)
        return Plan(technical=able * np.float32(self.skill)) if able.any() else Plan()

    def _had(self, view: View) -> F32:
        """Lessons that have reached each customer [N]; none for those who came since."""
        noted = view.memory.get("lessons", np.zeros(0, np.float32))
        had = np.zeros(len(view), np.float32)
        had[: len(noted)] = noted
        return had
