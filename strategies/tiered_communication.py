"""Tiered communication: how often, through what and about what each tier of customers hears from the firm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Bool, Draws, Index
from sim.errors import ParameterError
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.records import KNOWN, LAST
from sim.view import View
from strategies.channels import ACCOUNT_MANAGER, DIGITAL, Channel, send
from strategies.play import Play
from strategies.targeting import rfm_score

SILENT, ORDINARY, POTENTIAL, BEST = range(4)
ADVISER = replace(ACCOUNT_MANAGER, cost=3.0)  # a store's; a bank's account manager costs more per contact
_REVIEW = 13  # weeks between two rankings: a quarter
_MANY = "direction: Godfrey, Seiders & Voss 2011 (past an ideal level contacts repel); size assumed, not checked"


@dataclass(frozen=True)
class TieredCommunication(Play):
    """The best by RFM hear from a person once a quarter, the potential monthly, the ordinary two or three times.

    The silent are touched lightly. What is sent is useful (`value`), warm (`emotion`) or pushes to buy (`action`), in
    parts of 70:20:10. The best are also answered at once (`real_time`). Tiers are ranked anew every quarter, and
    everyone's turn comes in a week of their own. Source: tiers by value (Zeithaml, Rust & Lemon 2001, customer
    pyramid); frequency, channel and fatigue (Godfrey, Seiders & Voss 2011); the numbers are practice, assumed.

    Cost: every message tried by its channel; real-time answers at every visit of the best.

    Side effect: too much of it, or too much pushing, tires, makes some opt out and drives some away: preset
    `over_contact`.
    """

    best: float = param(0.2, unit="share", low=0, high=1, doc="counted as the best by RFM", source=ASSUMED)
    potential: float = param(0.3, unit="share", low=0, high=1, doc="the next by RFM", source=ASSUMED)
    silence: int = param(26, unit="weeks", low=1, high=1_000, doc="without purchase, of those not best", source=ASSUMED)
    best_every: int = param(13, unit="weeks", low=1, high=520, doc="between messages to the best", source=ASSUMED)
    potential_every: int = param(4, unit="weeks", low=1, high=520, doc="to the potential", source=ASSUMED)
    ordinary_every: int = param(5, unit="weeks", low=1, high=520, doc="to the ordinary", source=ASSUMED)
    silent_every: int = param(26, unit="weeks", low=1, high=520, doc="to the silent", source=ASSUMED)
    burst: float = param(1.0, unit="messages", low=0, high=20, doc="sent each time", source=_MANY)
    value: float = param(0.7, unit="share", low=0, high=1, doc="of messages that are useful", source=ASSUMED)
    emotion: float = param(0.2, unit="share", low=0, high=1, doc="of messages that are warm", source=ASSUMED)
    action: float = param(0.1, unit="share", low=0, high=1, doc="of messages that push to buy", source=ASSUMED)
    pressure: float = param(0.5, unit="0-1", low=0, high=1, doc="how manipulative pushing reads", source=ASSUMED)
    real_time: float = param(0.7, unit="multiple", low=0.05, high=1, doc="of the waits of the best", source=ASSUMED)
    real_time_cost: float = param(0.5, unit="money per visit", low=0, high=1e6, doc="of the best", source=ASSUMED)
    personal: Channel = ADVISER
    mass: Channel = DIGITAL

    line: ClassVar[str] = "tiered_communication"

    def __post_init__(self) -> None:
        super().__post_init__()
        for names, most in ((("value", "emotion", "action"), 1.0), (("best", "potential"), None)):
            total = sum(getattr(self, name) for name in names)
            if total > 1 + 1e-6 or (most is not None and total < 1 - 1e-6):
                wanted = "add up to 1" if most is not None else "be at most 1 together"
                raise ParameterError(
                    f"TieredCommunication: {', '.join(names)} are {total:g} together; they have to {wanted}: "
                    f"change one of them."
                )

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """Messages to those whose turn it is among those picked [N]."""
        tier = self._tiers(view)
        due = whom & self._turn(view, tier, draws)
        best = tier == BEST
        care, news = self._content(np.flatnonzero(due), draws)
        posts = (self.personal, due & best, draws.named("personal")), (self.mass, due & ~best, draws.named("mass"))
        sent = send(view, posts, care, news)
        assert sent.contact is not None
        assert sent.cost is not None
        served = whom & best
        return replace(
            sent,
            treated=due | served,
            contact=sent.contact * np.float32(self.burst),
            wait=1 - served * np.float32(1 - self.real_time),
            cost=sent.cost * np.float32(self.burst),
            encounter_cost=served * np.float32(self.real_time_cost),
        )

    def _tiers(self, view: View) -> NDArray[np.int8]:
        """The tier of each customer [N]; ranked once a quarter, newcomers are ordinary until then."""
        kept = view.memory.get("tiers")
        if kept is None or view.week - view.memory["ranked"] >= _REVIEW:
            kept, view.memory["ranked"] = self._rank(view), view.week
        elif len(kept) < len(view):
            kept = np.append(kept, np.full(len(view) - len(kept), ORDINARY, np.int8))
        view.memory["tiers"] = kept
        tiers: NDArray[np.int8] = kept
        return tiers

    def _rank(self, view: View) -> NDArray[np.int8]:
        """Tiers by RFM among those known [N]; those without a purchase for long are silent unless they are the best."""
        known, tiers = view[KNOWN], np.full(len(view), ORDINARY, np.int8)
        if not known.any():
            return tiers
        score = rfm_score(view)
        edges = np.quantile(score[known], [1 - self.best, max(1 - self.best - self.potential, 0)])
        tiers[score >= edges[1]] = POTENTIAL if self.potential else ORDINARY
        tiers[view.week - view[LAST] >= self.silence] = SILENT
        if self.best:
            tiers[score >= edges[0]] = BEST
        return tiers

    def _turn(self, view: View, tier: NDArray[np.int8], draws: Draws) -> Bool:
        """Whose turn it is [N]: each has a lasting place within the weeks between two messages."""
        kept = view.memory.get("turns")
        if kept is None or len(kept[0]) < len(tier) or view.memory["ranked"] == view.week:
            every = [self.silent_every, self.ordinary_every, self.potential_every, self.best_every]
            apart = np.array(every, np.int16)[tier]
            kept = view.memory["turns"] = apart, (draws.lasting("place") * apart).astype(np.int16)
        turn: Bool = (np.int16(view.week) + kept[1]) % kept[0] == 0
        return turn

    def _content(self, due: Index, draws: Draws) -> tuple[F32, F32]:
        """Care and news of what is sent this week [N]; 0 for those whose turn it is not."""
        care, news = np.zeros((2, len(draws)), np.float32)
        kind = draws.some(due).uniform("content")
        useful, pushes = kind < self.value, kind >= self.value + self.emotion
        care[due] = (~useful & ~pushes) - pushes * np.float32(self.pressure)
        news[due] = useful
        return care, news
