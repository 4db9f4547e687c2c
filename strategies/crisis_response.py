"""Crisis response: save up in calm weeks, notice a crisis in the figures, answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.chance import Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.records import ANSWER, ANSWERED, COMPLAINED, LAST
from sim.view import View
from strategies.play import Play

_FEW = 10  # answers that say nothing
_SLOW = 0.1  # weight of the newest calm week in what is usual


@dataclass(frozen=True)
class CrisisResponse(Play):
    """A risk reserve, an alarm on the firm's own figures, and an open, generous answer while it is on.

    Every week a premium is paid into a reserve until it holds its target; that is when the ledger books it. An alarm
    goes when complaints per buyer or survey answers of the last week are worse than usual by more than `surge` or
    `drop` and by more than `sure` standard errors. From then on, until `lasts` weeks after the last alarm, the reserve
    pays for public explanation, better recovery and answers, and candour, as long as it holds out. Accepting
    responsibility and making amends repair most when the firm is to blame (Coombs 2007). Side effects: in calm times
    the reserve is money for nothing; a small firm's figures are noisy, so it answers false alarms or notices late.
    """

    premium: float = param(
        0.005, unit="money per customer and week", low=0, high=1e4, doc="paid into the reserve", source=ASSUMED
    )
    target: float = param(0.25, unit="money per customer", low=0, high=1e6, doc="a full reserve", source=ASSUMED)
    effort: float = param(
        0.03, unit="money per customer and week", low=1e-9, high=1e4, doc="cost of a full response", source=ASSUMED
    )
    settle: int = param(4, unit="weeks", low=1, high=520, doc="to learn what is usual", source=ASSUMED)
    surge: float = param(1.5, unit="multiple", low=1, high=100, doc="of usual complaints that alarms", source=ASSUMED)
    drop: float = param(0.7, unit="points of 10", low=0, high=10, doc="in answers that alarms", source=ASSUMED)
    sure: float = param(4.0, unit="standard errors", low=0, high=20, doc="before it counts", source=ASSUMED)
    lasts: int = param(6, unit="weeks", low=1, high=520, doc="of response after the last alarm", source=ASSUMED)
    image: float = param(0.005, unit="quality per week", low=0, high=1, doc="public explanation", source=ASSUMED)
    recovery: float = param(0.25, unit="quality 0-1", low=0, high=1, doc="failures put right better", source=ASSUMED)
    redress: float = param(0.25, unit="quality 0-1", low=0, high=1, doc="complaints answered better", source=ASSUMED)
    candour: float = param(0.6, unit="0-1", low=0, high=1, doc="how openly it is told", source=ASSUMED)

    line: ClassVar[str] = "crisis_response"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """The premium, and the response [N] while a crisis is on and the reserve holds out."""
        notes, people = view.memory, int(whom.sum())
        reserve = notes.get("reserve", 0.0)
        paid = max(min(self.premium * people, self.target * people - reserve), 0.0)
        reserve += paid
        said = self._watch(view)
        strength = 0.0
        if view.week < notes.get("until", -1) and people:
            strength = min(reserve / (self.effort * people), 1.0)
            reserve -= strength * self.effort * people
        notes["reserve"] = reserve
        if not strength:
            return Plan(overhead=paid, notes=said)
        much = np.float32(strength) * whom
        return Plan(
            treated=whom,
            recovery=much * np.float32(self.recovery),
            redress=much * np.float32(self.redress),
            candour=much * np.float32(self.candour),
            image=self.image * strength,
            overhead=paid,
            notes=said,
        )

    def _watch(self, view: View) -> tuple[str, ...]:
        """Look at last week's figures: learn what is usual, or raise the alarm; what the journal says of it."""
        notes = view.memory
        if view.week == 0:
            return ()
        buyers = int((view[LAST] >= view.week - 1).sum())
        complaints = int((view[COMPLAINED] == view.week - 1).sum())
        answers = view[ANSWER][view[ANSWERED] == view.week - 1].astype(np.float64)
        if notes.get("seen", 0) >= self.settle and self._alarms(notes, buyers, complaints, answers):
            on, notes["until"] = view.week < notes.get("until", -1), view.week + self.lasts
            seen = f"crisis: {complaints} complaints of {buyers} buyers, usually {notes['usual']:.1%}"
            return () if on else (seen,)
        if view.week >= notes.get("until", -1) and buyers:
            weight = max(1 / (notes.get("seen", 0) + 1), _SLOW)
            notes["seen"] = notes.get("seen", 0) + 1
            notes["usual"] = _moved(notes.get("usual", 0.0), complaints / buyers, weight)
            if len(answers):
                notes["answers"] = _moved(notes.get("answers", float(answers.mean())), float(answers.mean()), weight)
        return ()

    def _alarms(self, notes: dict[str, Any], buyers: int, complaints: int, answers: NDArray[np.float64]) -> bool:
        expected = notes["usual"] * buyers
        many = bool(
            complaints > self.surge * expected and complaints - expected > self.sure * max(expected, 1.0) ** 0.5
        )
        if many or len(answers) < _FEW or "answers" not in notes:
            return many
        fall = notes["answers"] - float(answers.mean())
        return bool(fall > self.drop and fall > self.sure * float(answers.std(ddof=1)) / len(answers) ** 0.5)


def _moved(usual: float, now: float, weight: float) -> float:
    return usual + weight * (now - usual)
