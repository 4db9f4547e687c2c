"""A market in which customers hold a repertoire: NBD-Dirichlet (Goodhardt, Ehrenberg & Chatfield 1984)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv

from sim.behaviour import Decision, Occasion, leave_chance, unmet, until_dropout
from sim.chance import F32, U64, Chance, Draws, Index, poisson
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param
from sim.people import BASKET, DROPOUT, ELSEWHERE, RATE, SHARE, START, Newcomers
from sim.table import Column, Rows

F64 = NDArray[np.float64]
_FORM = "form: Goodhardt, Ehrenberg & Chatfield 1984; size assumed"
_SPEND = "Fader & Hardie 2013, as the tests of the R package CLVTools quote it"
_QUARTER = 13  # weeks whose purchases are drawn at once


@dataclass(frozen=True)
class Repertoire(Parametric):
    """NBD-Dirichlet: a customer buys in the category at a rate of their own and gives this firm a share of it.

    Category rates ~ Gamma, shares ~ Beta, which is a Dirichlet with all rivals taken together; purchases here are
    Poisson(rate x share), those elsewhere Poisson(rate x (1 - share)). A multiplier m moves the odds of choosing this
    firm, share' = m share / (1 - share + m share), so that psychology and plays win purchases from rivals and leave the
    category's size alone; only demand moves that. With every multiplier at 1 and `dropout` at 0 it is NBD-Dirichlet
    exactly; the purchase with which a customer is first seen comes on top. Who has left buys elsewhere all they need.

    Example:
        >>> Repertoire(share=0.25).shape_here
        0.3
    """

    mean: float = param(0.25, unit="per week", low=1e-6, high=50, doc="mean purchases in the category", source=_FORM)
    shape: float = param(1.0, unit="1", low=0.01, high=100, doc="shape of the category's rates", source=_FORM)
    share: float = param(
        0.3, unit="share", low=0.001, high=0.999, doc="this firm's share of the category", source=_FORM
    )
    diversity: float = param(
        1.2, unit="1", low=0.01, high=1e3, source=_FORM,
        doc="sum of the Dirichlet's parameters: near 0 everybody buys from one firm, large and all share out alike",
    )  # fmt: skip
    dropout: float = param(
        0.0, unit="chance", low=0, high=0.99, doc="mean chance to leave for good after a repeat purchase",
        source=ASSUMED,
    )  # fmt: skip
    alikeness: float = param(
        3.2, unit="1", low=0.01, high=1e3, doc="sum of the two shapes of the chance to leave",
        source="Fader, Hardie & Lee 2005 (0.793 + 2.426)",
    )  # fmt: skip
    spend_p: float = param(6.25, unit="1", low=0.05, high=1e3, doc="shape of one purchase", source=_SPEND)
    spend_q: float = param(3.74, unit="1", low=1.01, high=1e3, doc="shape between customers", source=_SPEND)
    spend_gamma: float = param(15.44, unit="money", low=1e-6, high=1e9, doc="scale of spend", source=_SPEND)

    leaving_is_seen: ClassVar[bool] = False
    leaving_follows_purchase: ClassVar[bool] = True
    columns: ClassVar[tuple[Column[Any], ...]] = (SHARE, ELSEWHERE)

    @property
    def shape_here(self) -> float:
        """This firm's parameter of the Dirichlet."""
        return self.share * self.diversity

    def effect(self, people: Rows, multiplier: F32, demand: float) -> F32:
        """What multiplies the rate here [N] when the odds of choosing this firm and the category's rate are moved."""
        share = people[SHARE]
        gain: F32 = multiplier / (1 + share * (multiplier - 1))
        return gain * np.float32(np.exp(demand))

    def elsewhere(self, people: Rows, rate: F32, week: int, demand: float, draws: Draws) -> None:
        """Purchases from others this week [N]: what the category's rate leaves, from the start of the relationship."""
        open_for = np.clip(week + 1 - people[START], 0, 1)
        category = people[RATE] / people[SHARE] * open_for * np.float32(np.exp(demand))
        bought = poisson(draws.uniform("buys elsewhere"), np.maximum(category - rate, 0))
        people[ELSEWHERE] = people[ELSEWHERE] + bought

    def due(self, people: Rows, week: int) -> Index:
        """Nobody: without a contract leaving follows a purchase."""
        return np.zeros(0, np.intp)

    def decide(self, people: Rows, occasion: Occasion, lean: F32, draws: Draws) -> Decision:
        """Purchases until patience ends [E]; as often as somebody comes more, a purchase carries less risk."""
        chance = leave_chance(people, occasion.hold, lean) / occasion.multiplier
        return until_dropout(people, occasion, chance, self.spend_p, draws)

    def newcomers(self, keys: U64, start: F32, source: int, draws: Draws) -> Newcomers:
        """Category rates ~ Gamma, shares ~ Beta, chances to leave ~ Beta, mean spend as in Gamma-Gamma."""
        rates = _category_rates(self, draws)
        here, others = self.shape_here, self.diversity - self.shape_here
        share = np.clip(betaincinv(here, others, _uniform(draws, "share")), 1e-6, 1 - 1e-6)
        nu = gammaincinv(self.spend_q, _uniform(draws, "basket")) / self.spend_gamma
        made = unmet(keys, start, source, rates * share, np.zeros(len(keys)), self.spend_p / nu)
        return replace(made, share=share.astype(np.float32), dropout=self._dropouts(draws))

    def _dropouts(self, draws: Draws) -> F32:
        """Chances to leave after a repeat purchase ~ Beta [n]; zero for all where their mean is."""
        if self.dropout == 0:
            return np.zeros(len(draws), np.float32)
        a, b = self.dropout * self.alikeness, (1 - self.dropout) * self.alikeness
        return np.clip(betaincinv(a, b, _uniform(draws, "dropout")), 1e-6, 1 - 1e-6).astype(np.float32)

    def hazard_weight(self, rate: F32, multiplier: F32) -> F32:
        """Coins tossed a week [N]; a multiplied rate tosses more of them, each with as much less of a chance."""
        return rate

    def beyond(self, people: Rows, week: int, discount: float) -> F32:
        """Basket times l / (l p + discount): purchases at rate l until one, each with chance p, is the last [N]."""
        rate = people[RATE]
        return people[BASKET] * rate / (rate * people[DROPOUT] + discount)


@dataclass(frozen=True)
class Panel:
    """What a panel of households shows of each firm in a category [k].

    Attributes:
        share: share of all purchases.
        penetration: share of households that bought at least once.
        frequency: purchases per buyer.
        requirements: share of category requirements: the firm's part of what its buyers buy in the category.
        sole: share of its buyers who bought from nobody else.
    """

    share: F64
    penetration: F64
    frequency: F64
    requirements: F64
    sole: F64


def category(
    market: Repertoire, shares: Sequence[float], weeks: int = 52, households: int = 10_000, seed: int = 1
) -> NDArray[np.int64]:
    """Purchases of households in a category of k firms [k, N], bought as in `market`, whatever its own share is.

    Args:
        market: how often the category is bought, and how alike repertoires are.
        shares: market share of each firm [k]; they add up to 1.
        weeks: length of the panel.
        households: size of the panel.
        seed: all luck of the panel.

    Raises:
        ParameterError: the shares are no shares.

    Example:
        >>> large, small = panel_of(category(Repertoire(), [0.8, 0.2], households=1_000)).penetration
        >>> bool(large > small)
        True
    """
    if min(shares, default=0) <= 0 or abs(sum(shares) - 1) > 1e-6:
        raise ParameterError(f"category(shares={list(shares)}): give positive shares that add up to 1.")
    keys = np.arange(households, dtype=np.uint64)
    draws = Chance(seed).life().rows(keys).named("panel")
    rates = _category_rates(market, draws)
    weights = np.stack([
        gammaincinv(market.diversity * share, _uniform(draws, f"firm {firm}")) for firm, share in enumerate(shares)
    ])  # fmt: skip
    split = weights / np.maximum(weights.sum(axis=0), np.finfo(np.float64).tiny)
    return np.stack([_bought(rates * part, weeks, draws.named(f"buys {firm}")) for firm, part in enumerate(split)])


def panel_of(bought: NDArray[np.integer]) -> Panel:
    """What purchases show of each firm; `bought` has a row per firm and a column per household [k, N].

    A model with this market is a category of two: `panel_of(np.stack([PURCHASES, ELSEWHERE]))`, the purchases with
    which customers were first seen taken off.
    """
    bought = bought.astype(np.float64)
    buyers, everything = bought > 0, bought.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Panel(
            share=bought.sum(axis=1) / everything.sum(),
            penetration=buyers.mean(axis=1),
            frequency=bought.sum(axis=1) / buyers.sum(axis=1),
            requirements=bought.sum(axis=1) / (buyers * everything).sum(axis=1),
            sole=(buyers & (bought == everything)).sum(axis=1) / buyers.sum(axis=1),
        )


def _category_rates(market: Repertoire, draws: Draws) -> F64:
    rates: F64 = gammaincinv(market.shape, _uniform(draws, "rate")) * (market.mean / market.shape)
    return rates


def _bought(rates: F64, weeks: int, draws: Draws) -> NDArray[np.int64]:
    """Purchases of each household in so many weeks [N]."""
    parts = -(-weeks // _QUARTER)
    one = (rates * (weeks / parts)).astype(np.float32)
    return np.sum([poisson(draws.uniform(f"part {part}"), one).astype(np.int64) for part in range(parts)], axis=0)


def _uniform(draws: Draws, decision: str) -> F64:
    return draws.uniform(decision).astype(np.float64)
