"""Rival firms: price, quality and poaching, and how they answer what the firm does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import mesa
import numpy as np

from sim.chance import Week
from sim.clock import weekly_rate
from sim.competition import chances
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param
from sim.scenario import Alternative

MOST = 6  # rivals


@dataclass(frozen=True)
class Competitor(Parametric):
    """A rival's ways: what it offers in ordinary times, how it answers the firm, and how often it courts customers."""

    quality: float = param(0.65, unit="quality 0-1", low=0, high=1, doc="quality in ordinary times", source=ASSUMED)
    price: float = param(
        1.0, unit="multiple of the firm's usual price", low=0.05, high=20, doc="price in ordinary times", source=ASSUMED
    )
    follow: float = param(
        0.5, unit="share of the cut", low=0, high=1, doc="how far it follows a price cut of the firm",
        source="direction: Steenkamp, Nijs, Hanssens & Dekimpe 2005 (most do not react at all); size assumed",
    )  # fmt: skip
    quickness: float = param(
        0.25, unit="share of the gap per week", low=0, high=1, doc="how fast its price moves", source=ASSUMED
    )
    match: float = param(
        0.01, unit="share of the gap per week", low=0, high=1,
        doc="how fast its quality follows what the firm's public image has gained", source=ASSUMED,
    )  # fmt: skip
    campaigns: float = param(
        1.0, unit="per year", low=0, high=26, doc="campaigns that court customers of others", source=ASSUMED
    )
    poaching: float = param(
        0.3, unit="logit of leaving", low=0, high=5, doc="how strongly a campaign courts them", source=ASSUMED
    )
    campaign: int = param(4, unit="weeks", low=1, high=52, doc="length of a campaign", source=ASSUMED)
    enters: int = param(0, unit="week", low=0, high=10_000, doc="when it enters the market")

    @property
    def resting(self) -> Competitor:
        """The same offer, for ever."""
        return replace(self, follow=0.0, match=0.0, campaigns=0.0)


class RivalFirm(mesa.Agent):
    """A rival on stage: it sees the firm's price and public image, nothing else.

    Attributes:
        name: as the customers' column WENT_TO counts it.
        ways: what it is like in ordinary times, and how it answers.
        quality: quality offered now, 0-1.
        price: price now, as a multiple of the firm's usual price.
        courting: weeks that its present campaign goes on.
    """

    def __init__(self, model: mesa.Model, name: str, ways: Competitor) -> None:
        super().__init__(model)
        self.name, self.ways = name, ways
        self.quality, self.price, self.courting = ways.quality, ways.price, 0

    def move(self, price: float, gain: float, luck: Week) -> None:
        """A week passes: price and quality go part of the way, a campaign ends or begins.

        Args:
            price: the firm's price, as a multiple of its usual one.
            gain: how much better the firm's public image is than at the start.
            luck: the week's, the same in all arms.
        """
        ways = self.ways
        wanted = ways.price * (1 - ways.follow * max(1 - price, 0.0))
        self.price += ways.quickness * (wanted - self.price)
        self.quality += ways.match * (min(ways.quality + max(gain, 0.0), 1.0) - self.quality)
        self.courting = max(self.courting - 1, 0)
        begins = luck.one(f"campaign of {self.name}") < weekly_rate(ways.campaigns)
        if begins and not self.courting:
            self.courting = ways.campaign

    @property
    def poaching(self) -> float:
        """How strongly it courts customers now, shift of the logit of leaving."""
        return self.ways.poaching if self.courting else 0.0


def _three() -> dict[str, Competitor]:
    return {
        "peer": Competitor(),
        "premium": Competitor(quality=0.72, price=1.25, follow=0.0),
        "discounter": Competitor(quality=0.55, price=0.88, follow=1.0),
    }


@dataclass(frozen=True)
class Competitors(Parametric):
    """Named rival firms that answer price cuts, catch up in quality and court customers.

    Attraction is `worth` times quality - `money` times log price, and what a campaign adds. Customers measure the firm
    against the most attractive rival; who leaves it for another firm chooses one by a logit over attractions (McFadden
    1974); all campaigns that run court them together.

    Attributes:
        firms: rivals by name, one to six.

    Example:
        >>> Competitors({"peer": Competitor(), "cheap": Competitor(quality=0.5, price=0.9)}).usual.quality
        0.65
    """

    firms: Mapping[str, Competitor] = field(default_factory=_three)
    competition: float = param(
        0.6, unit="0 to 1", low=0, high=1, doc="0: locked in, feelings and rivals do not count; 1: free to leave",
        source="direction: Jones & Sasser 1995; size assumed",
    )  # fmt: skip
    worth: float = param(3.0, unit="per unit quality", low=0, high=20, doc="weight of quality", source=ASSUMED)
    money: float = param(2.0, unit="per log price", low=0, high=20, doc="weight of the price", source=ASSUMED)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.firms) <= MOST:
            raise ParameterError(
                f"Competitors.firms has {len(self.firms)} rivals: name 1 to {MOST}, or choose rivals=monopoly for none."
            )
        if all(firm.enters for firm in self.firms.values()):
            raise ParameterError(
                "Competitors.firms: no rival is there in week 0. Let one have enters = 0, or choose rivals=monopoly."
            )

    @property
    def names(self) -> tuple[str, ...]:
        """All rivals, those included who enter later."""
        return tuple(self.firms)

    @property
    def usual(self) -> Alternative:
        """What those offer who are there from the start, as long as nobody moves."""
        return self._alternative([(firm.quality, firm.price, 0.0, not firm.enters) for firm in self.firms.values()])

    def at_rest(self) -> Self:
        """The rivals who are there from the start, none of whom ever moves."""
        return replace(self, firms={name: firm.resting for name, firm in self.firms.items() if not firm.enters})

    def enter(self, model: Any) -> None:
        """Bring an agent on stage for every rival, also for those who enter later."""
        for name, ways in self.firms.items():
            RivalFirm(model, name, ways)

    def move(self, model: Any, price: float, luck: Week) -> Alternative:
        """All rivals move; what they offer this week.

        Args:
            model: the stage, a `sim.model.CustomerModel`.
            price: the firm's price last week, as a multiple of its usual one.
            luck: the week's.
        """
        gain = model.society.image - model.world.reputation.start
        firms: list[RivalFirm] = list(model.agents_by_type[RivalFirm])
        for firm in firms:
            firm.move(price, gain, luck)
        return self._alternative([(f.quality, f.price, f.poaching, f.ways.enters <= model.week) for f in firms])

    def _alternative(self, offers: list[tuple[float, float, float, bool]]) -> Alternative:
        """The best of some offers: quality, price, poaching and whether it is there [k]."""
        quality, price, poaching = (np.array(column) for column in list(zip(*offers, strict=True))[:3])
        there = np.array([offer[3] for offer in offers])
        attraction = np.where(there, self.worth * quality - self.money * np.log(price), -np.inf)
        best = int(attraction.argmax())
        courted = float(poaching[there].sum())
        return Alternative(float(quality[best]), float(price[best]), courted, chances(attraction + poaching))
