"""Who comes to the market: customers whose first purchase is due, organic arrivals off one tape, and referrals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.chance import F32, U64, Chance, Week, key_of, poisson
from sim.clock import weekly_rate
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param
from sim.people import REFERRED, Newcomers


@dataclass(frozen=True)
class Arrivals(Parametric):
    """How many new customers come, per year, and what may at most attract them.

    Every week one tape of Poisson(organic x ceiling) candidates is drawn, the same in all arms; candidate j enters if
    its luck is below attraction / ceiling. So an arm that attracts more adds customers and changes nobody else
    (thinning: Lewis & Shedler 1979).
    """

    organic: float = param(
        0.0, unit="customers per year", low=0, high=1e8, doc="arrivals without any play", source=ASSUMED
    )
    ceiling: float = param(
        2.0, unit="multiple", low=1, high=20, doc="largest attraction a play may reach", source=ASSUMED
    )
    referral: float = param(
        0.0, unit="chance per encounter", low=0, high=0.5, doc="a customer refers somebody", source=ASSUMED
    )
    match: float = param(
        0.2, unit="logit of dropout", low=0, high=5, doc="by how much better those fit who were referred",
        source="direction: Schmitt, Skiera & Van den Bulte 2011 (referred customers churn less); size assumed",
    )  # fmt: skip

    def organic_keys(self, week: int, attraction: float, luck: Week, fame: float = 1.0) -> U64:
        """Keys of this week's organic arrivals [n]; the plan's attraction and the image's fame multiply their rate."""
        if not 0 <= attraction <= self.ceiling:
            raise ParameterError(
                f"Plan.attraction = {attraction:g} is outside 0 to {self.ceiling:g}: raise market.arrivals.ceiling."
            )
        expected = weekly_rate(self.organic) * self.ceiling
        if expected == 0:
            return np.zeros(0, np.uint64)
        parts = max(1, int(np.ceil(expected / 50)))  # a count is drawn in parts of at most 50, below the draw's limit
        u = luck.rows(key_of("tape", week, np.arange(parts))).uniform("candidates")
        candidates = int(poisson(u, np.full(parts, expected / parts, np.float32)).sum(dtype=np.int64))
        keys = key_of("organic", week, np.arange(candidates)) if candidates else np.zeros(0, np.uint64)
        enters = luck.rows(keys).uniform("enters") < attraction * fame / self.ceiling
        return keys[enters]


def newcomers_at(
    week: int, keys: U64, source: int, behaviour: Behaviour, luck: Week, chance: Chance, match: float = 0.0
) -> Newcomers:
    """Unmet customers who arrive during this week, each at their own moment; a match lowers the dropout of referred."""
    start: F32 = week + luck.rows(keys).named(f"source {source}").uniform("arrives")
    drawn = behaviour.newcomers(keys, start, source, chance.life().rows(keys).named("arrival"))
    if source != REFERRED or match == 0:
        return drawn
    odds = drawn.dropout / (1 - drawn.dropout) * np.float32(np.exp(-match))
    return replace(drawn, dropout=odds / (1 + odds))


def referred_keys(referrers: U64, ordinals: NDArray[np.uint16]) -> U64:
    """Identity of those whom a customer refers: the referrer's key and how many they had referred before."""
    return key_of("referral", referrers, ordinals)
