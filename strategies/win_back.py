"""Win-back: understand who left, ask them back, leave the door open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.parameters import ASSUMED, param
from sim.people import REASONS
from sim.plan import Plan
from sim.records import GONE, KNOWN, LAST, PURCHASES, RETURNED, STATED
from sim.view import View
from strategies.channels import DIGITAL, Channel
from strategies.dates import dates, tally
from strategies.play import Play

_LEFT_ALONE = tuple(REASONS.index(name) for name in ("need", "dismissed"))


@dataclass(frozen=True)
class WinBack(Play):
    """Those seen to leave, and those silent for long, are asked back (Thomas, Blattberg & Fox 2004).

    In earnest: listened to and apologised to (`invite`). With money: `welcome` is paid when they come back, and
    `discount` holds from the offer, and again from the return, for `discount_weeks`. A delay after leaving, so many
    tries, then the door is left open: asked once in `door` weeks. Who said that the need is over is left alone, and so
    is whom the firm let go. The targeting says who of the silent is asked; who is seen to have left always is. Where
    leaving is not seen, most who are silent have not left: to them the letter is one more contact.

    Cost: every contact tried, `welcome` when they come back; a discount shows as less revenue.

    Side effects: whoever comes back over the price learns to look at it, finds the usual price dear once the discount
    is over, and leaves sooner (second lives differ by reason and offer: Kumar, Bhagwat & Zhang 2015); the silent who
    had not left are woken, and get the discount too. Presets `win_back` and `win_back_by_price`.
    """

    invite: float = param(0.9, unit="0-1", low=0, high=1, doc="how seriously they are asked back", source=ASSUMED)
    welcome: float = param(0.0, unit="money per return", low=0, high=1e6, doc="paid for coming back", source=ASSUMED)
    discount: float = param(0.0, unit="share", low=0, high=0.9, doc="lower price for coming back", source=ASSUMED)
    discount_weeks: int = param(26, unit="weeks", low=1, high=520, doc="how long it holds", source=ASSUMED)
    delay: int = param(4, unit="weeks", low=0, high=520, doc="peace after leaving", source=ASSUMED)
    silence: int = param(
        39, unit="weeks", low=1, high=1_000, doc="without purchase, taken for leaving", source=ASSUMED
    )  # fmt: skip
    tries: int = param(3, unit="offers", low=1, high=100, doc="at most, before it rests", source=ASSUMED)
    apart: int = param(8, unit="weeks", low=1, high=520, doc="between two tries", source=ASSUMED)
    door: int = param(52, unit="weeks", low=0, high=520, doc="between later reminders; 0 is none", source=ASSUMED)
    channel: Channel = DIGITAL

    line: ClassVar[str] = "win_back"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """An offer to each of those who are to be asked this week [N]."""
        asked, tries = dates(view, "asked"), tally(view, "tries")
        tries[view[LAST] > asked] = 0  # who has bought since begins anew
        silent = whom & (view[PURCHASES] > 0) & (view.week - view[LAST] >= self.silence)
        knocks = np.where(tries < self.tries, self.apart, self.door or np.inf)
        due = (self._gone(view) | silent) & (view.week - asked >= knocks)
        plan = self.channel.send(view, due, draws, self.invite)
        assert plan.treated is not None
        assert plan.contact is not None
        asked[plan.treated] = view.week
        tries[plan.treated] += 1
        reached = plan.contact > 0
        dates(view, "offered")[reached] = view.week
        return replace(
            plan,
            invite=reached * np.float32(self.invite) if self.invite else None,
            welcome=reached * np.float32(self.welcome) if self.welcome else None,
            price=self._price(view),
        )

    def rest(self, view: View) -> Plan:
        """The price that was offered holds in other weeks, too, unless the money is gone."""
        return Plan() if "spent up" in view.memory else Plan(price=self._price(view))

    def _gone(self, view: View) -> Bool:
        """Who was seen to leave long enough ago, and did not ask for peace [N]."""
        gone: Bool = ~view[KNOWN] & (view.week - np.nan_to_num(view[GONE], nan=np.inf) >= self.delay)
        return gone & ~np.isin(view[STATED], _LEFT_ALONE)

    def _price(self, view: View) -> F32 | None:
        """The discount, for those asked lately and those who came back lately [N]; None where there is none."""
        if not self.discount:
            return None
        offered, returns = dates(view, "offered"), tally(view, "returns")
        offered[(view[RETURNED] > returns) & (offered > np.float32(-1e5))] = view.week
        returns[:] = view[RETURNED]
        holds = view.week - offered < self.discount_weeks
        price: F32 = 1 - holds * np.float32(self.discount)
        return price
