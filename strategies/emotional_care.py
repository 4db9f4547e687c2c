"""Emotional care: birthdays, festivals, help with what is not the firm's business."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.errors import ParameterError
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.records import BIRTHDAY, UNKNOWN_DAY, WEEKS
from sim.view import View
from strategies.channels import DIGITAL, Channel, send
from strategies.play import Play

CARD = Channel(cost=1.0, reach=0.9, richness=0.5, intimacy=0.8, digital=0.3)  # written by hand; assumed


@dataclass(frozen=True)
class EmotionalCare(Play):
    """Wishes at the right time, and help with needs of life (relational benefits: Gwinner, Gremler & Bitner 1998).

    Birthdays, as far as they are known, get a card; festivals a message to all; and where a need outside the business
    comes to light the firm helps. Week 0 of the model counts as week 0 of the year.

    Cost: every contact tried, and the help.

    Side effect: more than `tolerance` weeks too early or too late (`offset`), the wish reads as manipulation, and costs
    trust instead of building it.
    """

    warmth: float = param(1.0, unit="0-1", low=0, high=1, doc="care that a timely wish shows", source=ASSUMED)
    birthdays: bool = param(True, unit="yes or no", doc="whether birthdays are kept", source=ASSUMED)
    festivals: tuple[int, ...] = param(
        (5, 51), unit="weeks of the year, 0-51", doc="festivals: Spring Festival, turn of the year", source=ASSUMED
    )
    offset: int = param(0, unit="weeks", low=-12, high=12, doc="late, or early where negative", source=ASSUMED)
    tolerance: int = param(1, unit="weeks", low=0, high=12, doc="early or late and still well meant", source=ASSUMED)
    misread: float = param(
        0.8, unit="0-1", low=0, high=1, doc="manipulation read into a wish ill-timed", source=ASSUMED
    )
    needs: float = param(
        0.001, unit="chance per week", low=0, high=1, doc="a need outside the business comes to light", source=ASSUMED
    )
    help: float = param(1.0, unit="0-1", low=0, high=1, doc="care that helping shows", source=ASSUMED)
    help_cost: float = param(8.0, unit="money per need", low=0, high=1e6, doc="what helping costs", source=ASSUMED)
    channel: Channel = CARD
    festive: Channel = DIGITAL

    line: ClassVar[str] = "emotional_care"

    def __post_init__(self) -> None:
        super().__post_init__()
        wrong = [week for week in self.festivals if week not in range(WEEKS)]
        if wrong:
            raise ParameterError(
                f"EmotionalCare.festivals: {wrong[0]!r} is no week of the year: "
                f"write whole numbers from 0 to {WEEKS - 1}."
            )

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Wishes and help for those picked whose day or need it is [N]."""
        today = (view.week - self.offset) % WEEKS
        birthday = view[BIRTHDAY]
        helped = whom & draws.happens("need", self.needs)
        called = helped | (whom & (birthday == today) & (birthday != UNKNOWN_DAY) & self.birthdays)
        wish = np.float32(self.warmth if abs(self.offset) <= self.tolerance else -self.misread)
        care = np.where(helped, np.float32(self.help), wish)
        cards = whom & ~called & (today in self.festivals)
        posts = (self.channel, called, draws.named("personal")), (self.festive, cards, draws.named("mass"))
        sent = send(view, posts, care)
        assert sent.cost is not None
        helping: F32 = helped * np.float32(self.help_cost)
        return replace(sent, treated=called | cards, cost=sent.cost + helping)
