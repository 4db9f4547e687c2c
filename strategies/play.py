"""What all plays share: whom they reach, when, and for how much money."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from sim.chance import Bool, Draws
from sim.parameters import Parametric, param
from sim.plan import Plan
from sim.view import View
from strategies.targeting import Everyone, Targeting

UNLIMITED = 1e12


@dataclass(frozen=True, kw_only=True)
class Play(Parametric, ABC):
    """A play treats those its targeting picks, in its weeks, until its budget is spent.

    A play is a value: what it has to remember stands in the View's memory, on a desk of its own. What customers' acts
    cost (a visit, a complaint) is known a week later, so a budget can be passed by what the acts of one week cost; the
    play then ends, and the journal says so.

    Attributes:
        targeting: whom it is meant for.
        line: under which the ledger books what it costs; also names the play's desk and its offers.
    """

    start: int = param(0, unit="week", low=0, high=10_000, doc="first week of it")
    weeks: int = param(10_000, unit="weeks", low=0, high=10_000, doc="how long it goes on")
    every: int = param(1, unit="weeks", low=1, high=520, doc="done every so many weeks")
    budget: float = param(UNLIMITED, unit="money", low=0.01, high=UNLIMITED, doc="when so much is spent it ends")
    targeting: Targeting = field(default_factory=Everyone)

    line: ClassVar[str] = "play"

    def plan(self, view: View, draws: Draws) -> Plan:
        """The week's plan [N], within the play's weeks and budget."""
        desk = view.desk(self.line)
        spent = view.spent.get(self.line, 0.0)
        if spent >= self.budget and "spent up" not in desk.memory:
            desk.memory["spent up"] = view.week
            note = f"{self.line}: the budget of {self.budget:,.2f} is spent ({spent:,.2f}); the play ends"
            return self.rest(desk).but(line=self.line, notes=(note,))
        if "spent up" in desk.memory or not self.runs(view.week):
            return self.rest(desk).but(line=self.line)
        plan: Any = self.treat(desk, self._picked(desk, draws), draws)
        if not isinstance(plan, Plan):
            raise TypeError(f"treat() returned {type(plan).__name__}, not a Plan")
        notes = tuple(f"{self.line}: {note}" for note in desk.memory.pop("notes", ()))  # what the targeting had to say
        booked: Plan = plan.but(line=self.line, notes=(*plan.notes, *notes))
        return booked

    @abstractmethod
    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """What is done to those picked [N]; `view` has a memory of the play's own."""

    def rest(self, view: View) -> Plan:
        """What is planned in weeks that are not the play's, or when its money is gone: nothing, unless a play says."""
        return Plan()

    def _picked(self, view: View, draws: Draws) -> Bool:
        whom: Any = self.targeting.pick(view, draws)  # a stranger's may be anything
        if not isinstance(whom, np.ndarray) or whom.dtype != np.bool_ or whom.shape != (len(view),):
            got = f"{whom.dtype} of shape {whom.shape}" if isinstance(whom, np.ndarray) else type(whom).__name__
            raise TypeError(
                f"{type(self.targeting).__name__}.pick() returned {got}, not an array of bool with one entry for each "
                f"of the {len(view)} customers."
            )
        picked: Bool = whom
        return picked

    def runs(self, week: int) -> bool:
        """Whether this is one of the play's weeks."""
        return self.start <= week < self.start + self.weeks and (week - self.start) % self.every == 0
