"""Ways to reach a customer, and what gets through: cost, reach, richness, intimacy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.parameters import ASSUMED, Parametric, param
from sim.plan import Plan
from sim.records import OPTED_OUT
from sim.view import View

_RICH = "order of channels: Daft & Lengel 1986 (media richness); sizes assumed"


@dataclass(frozen=True)
class Channel(Parametric):
    """One way to reach customers.

    What is meant as care or news gets through by its richness; an intimate channel counts as more of a contact, for
    better and worse.
    """

    cost: float = param(0.05, unit="money per contact", low=0, high=1e6, doc="what a contact costs", source=ASSUMED)
    reach: float = param(0.6, unit="chance", low=0, high=1, doc="a contact gets to the customer", source=ASSUMED)
    richness: float = param(0.3, unit="share", low=0, high=1, doc="how much of what is meant gets across", source=_RICH)
    intimacy: float = param(1.0, unit="contacts", low=0, high=5, doc="how much of a contact it is", source=ASSUMED)
    digital: float = param(1.0, unit="0 to 1", low=0, high=1, doc="0 in person, 1 digital", source=ASSUMED)

    def send(self, view: View, whom: Bool, draws: Draws, care: F32 | float = 0.0, news: F32 | float = 0.0) -> Plan:
        """A contact this week with each of those [N] who have not opted out; paid whether it gets there or not."""
        return send(view, ((self, whom, draws),), care, news)


def send(
    view: View, posts: Sequence[tuple[Channel, Bool, Draws]], care: F32 | float = 0.0, news: F32 | float = 0.0
) -> Plan:
    """Contacts through several channels in one week, as one plan.

    Args:
        view: tells who has opted out.
        posts: channels, each with customers of its own [N], who must not overlap, and luck.
        care: how much a contact is meant to show good will, -1 to 1, of each [N] or of all.
        news: how useful it is meant to be, 0-1.
    """
    none, n = view[OPTED_OUT], len(view)
    treated, digital = np.zeros(n, np.bool_), np.full(n, posts[-1][0].digital, np.float32)
    contact, warm, useful, cost = (np.zeros(n, np.float32) for _ in range(4))
    for channel, whom, draws in posts:
        rows = np.flatnonzero(whom & ~none)  # mostly few, and luck is the same however many are asked for it
        there = rows[draws.some(rows).happens("gets there", channel.reach)]
        treated[rows], cost[rows], digital[rows] = True, channel.cost, channel.digital
        contact[there] = channel.intimacy
        for meant, arrives in ((care, warm), (news, useful)):
            kind = meant.take(there) if isinstance(meant, np.ndarray) else np.float32(meant)
            arrives[there] = np.float32(channel.richness) * kind
    return Plan(treated=treated, contact=contact, care=warm, news=useful, digital=digital, cost=cost)


BRANCH = Channel(cost=6.0, reach=0.3, richness=0.9, intimacy=1.2, digital=0.0)
CALL_CENTRE = Channel(cost=3.0, reach=0.4, richness=0.6, intimacy=1.2, digital=0.2)
DIGITAL = Channel()
ACCOUNT_MANAGER = Channel(cost=15.0, reach=0.8, richness=0.95, intimacy=1.5, digital=0.0)
EXECUTIVE = Channel(cost=60.0, reach=0.7, richness=1.0, intimacy=1.5, digital=0.0)
PUBLIC_RELATIONS = Channel(cost=0.02, reach=0.2, richness=0.3, intimacy=0.1, digital=0.5)
MASS_MEDIA = Channel(cost=0.01, reach=0.35, richness=0.15, intimacy=0.1, digital=0.5)
CHANNELS = {
    "branch": BRANCH, "call_centre": CALL_CENTRE, "digital": DIGITAL, "account_manager": ACCOUNT_MANAGER,
    "executive": EXECUTIVE, "public_relations": PUBLIC_RELATIONS, "mass_media": MASS_MEDIA,
}  # fmt: skip
