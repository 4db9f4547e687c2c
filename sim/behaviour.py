"""The standard model of buying and leaving: BG/NBD without a contract, shifted beta-geometric with one.

Psychology and plays only shift its rates: with every shift at zero it is exactly the marketing scientists' benchmark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv

from sim.chance import F32, U64, Bool, Draws, Index
from sim.errors import ParameterError
from sim.exchange import U8
from sim.parameters import ASSUMED, Parametric, param
from sim.people import BASKET, DROPOUT, PATIENCE, RATE, START, STRAIN, STRATUM, Newcomers
from sim.table import Column, Rows

F64 = NDArray[np.float64]
_SPEND = "Fader & Hardie 2013, as the tests of the R package CLVTools quote it"
_LEAST = np.float32(1e-12)  # strain of a purchase that cannot end anything
_SURE = np.float32(1 - 1e-6)  # no chance of leaving is larger, so strain stays finite


@dataclass(frozen=True)
class Decision:
    """What those concerned decided [E]: purchases, their last moment (weeks), money paid, who left, who renewed."""

    bought: U8
    moment: F32
    paid: F32
    left: Bool
    renewed: Bool


@dataclass(frozen=True)
class Occasion:
    """What a decision is made on [E].

    Attributes:
        week: the running week.
        came: purchases wanted after the first one (contractual: service uses).
        trial: whose first purchase (or signature) falls in this week.
        due: whose contract is up for renewal.
        multiplier: by how much psychology, plays and baseline multiply the rate.
        hold: the baseline's shift of the logit of leaving, by stratum [S].
    """

    week: int
    came: U8
    trial: Bool
    due: Bool
    multiplier: F32
    hold: F32


@runtime_checkable
class Behaviour(Protocol):
    """How customers of a market buy and leave."""

    leaving_is_seen: ClassVar[bool]
    leaving_follows_purchase: ClassVar[bool]
    columns: ClassVar[tuple[Column[Any], ...]]  # those it needs beside the usual ones

    def effect(self, people: Rows, multiplier: F32, demand: float) -> F32:
        """What multiplies the rate [N] when psychology, plays and baseline wish `multiplier`; demand is a log rate."""

    def elsewhere(self, people: Rows, rate: F32, week: int, demand: float, draws: Draws) -> None:
        """What customers buy from others this week [N], when `rate` is what they buy here."""

    def due(self, people: Rows, week: int) -> Index:
        """Who decides this week without having to come [rows]."""

    def decide(self, people: Rows, occasion: Occasion, lean: F32, draws: Draws) -> Decision:
        """Buy, renew or leave [E]; adds to the strain of those who could have left."""

    def newcomers(self, keys: U64, start: F32, source: int, draws: Draws) -> Newcomers:
        """Customers nobody has met yet, drawn from the population."""

    def hazard_weight(self, rate: F32, multiplier: F32) -> F32:
        """What a customer's chance of leaving is multiplied with in a week [N]: its weight in a mean over customers."""

    def beyond(self, people: Rows, week: int, discount: float) -> F32:
        """Expected discounted revenue after `week` of each customer still active [N], at calibrated rates."""


class OneFirm(Parametric):
    """A market in which nobody looks at what customers buy elsewhere."""

    columns: ClassVar[tuple[Column[Any], ...]] = ()

    def effect(self, people: Rows, multiplier: F32, demand: float) -> F32:
        """The multiplier itself, and demand's [N]."""
        return multiplier * np.float32(np.exp(demand)) if demand else multiplier

    def elsewhere(self, people: Rows, rate: F32, week: int, demand: float, draws: Draws) -> None:
        """Nobody looks."""


@dataclass(frozen=True)
class NonContractual(OneFirm):
    """BG/NBD: Poisson purchases, and after each repeat purchase a chance to drop out (Fader, Hardie & Lee 2005).

    A purchase rate multiplied by m leaves the dropout chance per purchase divided by m, so that buying faster does
    not by itself kill faster; `dropout_clock="purchase"` turns this off.
    """

    r: float = param(
        0.243, unit="1", low=1e-3, high=100, doc="shape of the purchase rates", source="Fader, Hardie & Lee 2005"
    )
    alpha: float = param(
        4.414, unit="weeks", low=1e-3, high=1e4, doc="scale of the rates", source="Fader, Hardie & Lee 2005"
    )
    a: float = param(0.793, unit="1", low=1e-3, high=100, doc="first dropout shape", source="Fader, Hardie & Lee 2005")
    b: float = param(2.426, unit="1", low=1e-3, high=100, doc="second dropout shape", source="Fader, Hardie & Lee 2005")
    spend_p: float = param(6.25, unit="1", low=0.05, high=1e3, doc="shape of one purchase", source=_SPEND)
    spend_q: float = param(3.74, unit="1", low=1.01, high=1e3, doc="shape between customers", source=_SPEND)
    spend_gamma: float = param(15.44, unit="money", low=1e-6, high=1e9, doc="scale of spend", source=_SPEND)
    dropout_clock: str = "calendar"

    leaving_is_seen: ClassVar[bool] = False
    leaving_follows_purchase: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.dropout_clock not in ("calendar", "purchase"):
            raise ParameterError(
                f"NonContractual.dropout_clock = {self.dropout_clock!r} is unknown: write 'calendar' or 'purchase'."
            )

    def due(self, people: Rows, week: int) -> Index:
        """Nobody: without a contract leaving follows a purchase."""
        return np.zeros(0, np.intp)

    def decide(self, people: Rows, occasion: Occasion, lean: F32, draws: Draws) -> Decision:
        """Purchases until patience ends [E]; the trial purchase carries no dropout chance."""
        chance = leave_chance(people, occasion.hold, lean)
        if self.dropout_clock == "calendar":
            chance = chance / occasion.multiplier
        return until_dropout(people, occasion, chance, self.spend_p, draws)

    def newcomers(self, keys: U64, start: F32, source: int, draws: Draws) -> Newcomers:
        """Rates ~ Gamma(r, alpha), dropout ~ Beta(a, b), mean spend ~ spend_p / Gamma(spend_q, spend_gamma)."""
        rate = gammaincinv(self.r, draws.uniform("rate").astype(np.float64)) / self.alpha
        dropout = betaincinv(self.a, self.b, draws.uniform("dropout").astype(np.float64))
        nu = gammaincinv(self.spend_q, draws.uniform("basket").astype(np.float64)) / self.spend_gamma
        return unmet(keys, start, source, rate, dropout, self.spend_p / nu)

    def hazard_weight(self, rate: F32, multiplier: F32) -> F32:
        """Coins tossed a week [N]; a multiplied rate tosses more only where their chance is not divided by it."""
        return rate * multiplier if self.dropout_clock == "purchase" else rate

    def beyond(self, people: Rows, week: int, discount: float) -> F32:
        """Basket times l / (l p + discount): purchases at rate l until one, each with chance p, is the last [N]."""
        rate = people[RATE]
        return people[BASKET] * rate / (rate * people[DROPOUT] + discount)


@dataclass(frozen=True)
class Contractual(OneFirm):
    """Shifted beta-geometric: at every renewal the customer leaves with a chance of their own (Fader & Hardie 2007)."""

    alpha: float = param(0.668, unit="1", low=1e-3, high=1e3, doc="first churn shape", source="Fader & Hardie 2007")
    beta: float = param(3.806, unit="1", low=1e-3, high=1e3, doc="second churn shape", source="Fader & Hardie 2007")
    period: int = param(
        52, unit="weeks", low=1, high=520, doc="time between renewals", source="Fader & Hardie 2007 (yearly)"
    )
    uses_mean: float = param(0.25, unit="uses per week", low=0, high=50, doc="mean service uses", source=ASSUMED)
    uses_shape: float = param(1.0, unit="1", low=0.05, high=100, doc="shape of uses between customers", source=ASSUMED)
    fee: float = param(100.0, unit="money per period", low=0, high=1e9, doc="price of a period", source=ASSUMED)

    leaving_is_seen: ClassVar[bool] = True
    leaving_follows_purchase: ClassVar[bool] = False

    def due(self, people: Rows, week: int) -> Index:
        """Whose renewal date lies in [week, week + 1)."""
        age = week - np.floor(people[START])  # whole weeks: a date keeps its place within the week at every renewal
        return np.flatnonzero((age > 0) & (age % self.period == 0))

    def decide(self, people: Rows, occasion: Occasion, lean: F32, draws: Draws) -> Decision:
        """Pay at signature and at every renewal, unless patience has ended [E]."""
        step = -np.log1p(-np.minimum(leave_chance(people, occasion.hold, lean), _SURE))
        people[STRAIN] = people[STRAIN] + step * occasion.due
        left = occasion.due & (people[STRAIN] >= people[PATIENCE])
        renewed = occasion.due & ~left
        renewal = occasion.week + people[START] % 1
        moment = np.where(left, renewal, _moment(people[START], occasion, occasion.came, draws))
        return Decision(
            occasion.came + occasion.trial, moment, people[BASKET] * (renewed | occasion.trial), left, renewed
        )

    def newcomers(self, keys: U64, start: F32, source: int, draws: Draws) -> Newcomers:
        """Churn chance ~ Beta(alpha, beta); service uses ~ Gamma with the given mean and shape; one fee for all."""
        uses = gammaincinv(self.uses_shape, draws.uniform("rate").astype(np.float64)) * self.uses_mean / self.uses_shape
        theta = betaincinv(self.alpha, self.beta, draws.uniform("dropout").astype(np.float64))
        return unmet(keys, start, source, uses, theta, np.full(len(keys), self.fee))

    def hazard_weight(self, rate: F32, multiplier: F32) -> F32:
        """All count alike: renewals do not depend on use [N]."""
        return np.ones_like(rate)

    def beyond(self, people: Rows, week: int, discount: float) -> F32:
        """Fees of all renewals to come: a geometric series from the next renewal date on [N]."""
        wait = np.mod(people[START] - week, np.float32(self.period))
        stays = 1 - people[DROPOUT]
        first, later = np.exp(-discount * wait), float(np.exp(-discount * self.period))
        return people[BASKET] * stays * first / (1 - stays * later)


def until_dropout(people: Rows, occasion: Occasion, chance: F32, spend_p: float, draws: Draws) -> Decision:
    """Purchases until patience ends [E], each a Gamma(spend_p) amount around the customer's own mean (Gamma-Gamma).

    `chance` to drop out follows every purchase but the first one.
    """
    step = np.maximum(-np.log1p(-np.minimum(chance, _SURE)), _LEAST)
    last = np.ceil((people[PATIENCE] - people[STRAIN]) / step).clip(1, 1e6)  # the purchase that would end it
    left = occasion.came >= last
    repeats = np.minimum(occasion.came, last).astype(np.uint8)
    people[STRAIN] = people[STRAIN] + step * repeats
    bought = repeats + occasion.trial
    moment = _moment(people[START], occasion, repeats, draws)
    paid = gamma_quantile(draws.uniform("spend"), spend_p, bought) * people[BASKET]
    return Decision(bought, moment, paid, left, np.zeros(len(left), np.bool_))


def leave_chance(people: Rows, hold: F32, lean: F32) -> F32:
    """The logistic of logit(dropout) + hold of the stratum + lean [E]; exactly the dropout where both are 0."""
    dropout = people[DROPOUT]
    shift = lean + (hold[0] if len(hold) == 1 else hold.take(people[STRATUM]))
    odds = dropout * np.exp(np.minimum(shift, 40))  # beyond 40 the chance is 1 in float32
    chance: F32 = odds / (odds + (1 - dropout))
    return chance


def unmet(keys: U64, start: F32, source: int, rate: F64, dropout: F64, basket: F64) -> Newcomers:
    """Newcomers with nothing on record yet [n]."""
    n = len(keys)
    return Newcomers(
        keys=keys,
        start=start,
        active=np.zeros(n, np.bool_),
        rate=np.maximum(rate, 1e-7).astype(np.float32),
        dropout=np.clip(dropout, 1e-6, 1 - 1e-6).astype(np.float32),
        basket=basket.astype(np.float32),
        purchases=np.zeros(n, np.uint16),
        last=start.copy(),
        spend=np.zeros(n, np.float32),
        source=np.full(n, source, np.uint8),
    )


def gamma_quantile(u: F32, shape: float, count: U8) -> F32:
    """Quantile of the sum of `count` Gamma(shape) amounts with mean 1 each [E].

    Single purchases, nearly all there are, are read off a table of the exact quantile (relative error below 1e-3
    between the outer 1e-5 tails); the others are inverted exactly.
    """
    grid, values = _gamma_table(shape)
    amount = np.interp(u, grid, values)
    several = np.flatnonzero(count != 1)
    if len(several):
        k = count.take(several).astype(np.float64)
        amount[several] = np.where(k > 0, gammaincinv(np.maximum(k, 1) * shape, u.take(several)) / shape, 0)
    return amount.astype(np.float32)


_TABLES: dict[float, tuple[F64, F64]] = {}


def _gamma_table(shape: float) -> tuple[F64, F64]:
    table = _TABLES.get(shape)
    if table is None:
        logits = np.linspace(-17, 17, 2_049)
        grid = 1 / (1 + np.exp(-logits))
        table = _TABLES[shape] = grid, gammaincinv(shape, grid) / shape
    return table


def _moment(start: F32, occasion: Occasion, repeats: U8, draws: Draws) -> F32:
    """Time of the last purchase made [E]: the `repeats`-th of `came` uniform moments in what is left of the week."""
    before = np.where(occasion.trial, start - occasion.week, 0).astype(np.float32)
    passed = np.zeros(len(before), np.float32)
    rows, at = np.flatnonzero(repeats > 0), 0
    while len(rows):
        u = draws.some(rows).uniform(f"moment {at}")
        remaining = (occasion.came.take(rows) - at).astype(np.float32)
        passed[rows] = 1 - (1 - passed.take(rows)) * u ** (1 / remaining)
        at += 1
        rows = rows[repeats.take(rows) > at]
    moment: F32 = occasion.week + before + (1 - before) * passed
    return moment
