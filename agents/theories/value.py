"""Is it worth it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from agents.customers import (
    BENEVOLENCE,
    COMPETENCE,
    DEAL_MINDED,
    INTEGRITY,
    MEMORY,
    PRICE_SENSITIVITY,
    REFERENCE_PRICE,
    RISK_AVERSION,
    VALUE,
)  # fmt: skip
from sim.chance import F32
from sim.exchange import Encounters
from sim.parameters import ASSUMED, Parametric, param
from sim.table import Column, Rows


@runtime_checkable
class Value(Protocol):
    """Weighs what is got against what is given [E]."""

    writes: ClassVar[tuple[Column[Any], ...]]

    def worth(self, people: Rows, lived: Encounters) -> None: ...


@dataclass(frozen=True)
class NoValue:
    """Worth plays no part."""

    writes: ClassVar[tuple[Column[Any], ...]] = ()
    reads: ClassVar[tuple[Column[Any], ...]] = ()

    def worth(self, people: Rows, lived: Encounters) -> None:
        """Nothing moves."""


@dataclass(frozen=True)
class QualityForPrice(Parametric):
    """What is got for what is given, beside the best alternative.

    v = tanh(benefit (Q - R) + reward r - money s (log(price / reference) - log rival price) - effort w), with R the
    best rival's quality, less `risk` times risk aversion for what is untried, r the reward as a share of spend, at most
    1, s price sensitivity, w waiting in doublings, and the rival's price a multiple of the firm's usual one. Value
    moves towards v by the customer's memory, the reference price towards the price paid by `getting_used`; every
    discount makes one look more at prices. Source: Zeithaml 1988 (get against give: price, effort, risk); Kalyanaram &
    Winer 1995 (reference prices adapt); the form is ours.
    """

    benefit: float = param(3.0, unit="per unit quality", low=0, high=20, doc="weight of quality", source=ASSUMED)
    money: float = param(2.0, unit="per log price", low=0, high=20, doc="weight of the price", source=ASSUMED)
    reward: float = param(0.5, unit="per share of spend", low=0, high=5, doc="weight of a reward", source=ASSUMED)
    effort: float = param(0.10, unit="per doubling of waits", low=0, high=2, doc="weight of waiting", source=ASSUMED)
    risk: float = param(
        0.10, unit="quality", low=0, high=1, doc="what an untried rival is discounted at full aversion", source=ASSUMED
    )
    schooling: float = param(
        0.10, unit="sensitivity per log discount", low=0, high=5, doc="a discount teaches to look at the price",
        source="direction: Mela, Gupta & Lehmann 1997; size assumed",
    )  # fmt: skip
    getting_used: float = param(
        0.15, unit="share per encounter", low=0, high=1, doc="how fast a price becomes normal", source=ASSUMED
    )
    writes: ClassVar[tuple[Column[Any], ...]] = (VALUE, REFERENCE_PRICE, DEAL_MINDED)
    reads: ClassVar[tuple[Column[Any], ...]] = (MEMORY, PRICE_SENSITIVITY, RISK_AVERSION)

    def worth(self, people: Rows, lived: Encounters) -> None:
        """Value and reference price after this encounter [E]."""
        price, reference = np.asarray(lived.price, np.float32), people[REFERENCE_PRICE]
        paid = price if lived.needless is None else price * (1 + lived.needless)  # which does not feel normal later
        now = self._now(people, lived, np.log(paid / reference))
        so_far = people[VALUE]
        people[VALUE] = so_far + people[MEMORY] * (now - so_far)
        normal = reference + self.getting_used * (price - reference)
        people[REFERENCE_PRICE] = np.clip(normal, REFERENCE_PRICE.low, REFERENCE_PRICE.high)
        if (price < 1).any():
            learnt = people[DEAL_MINDED] + np.float32(self.schooling) * np.maximum(-np.log(price), 0)
            people[DEAL_MINDED] = np.minimum(learnt, np.float32(DEAL_MINDED.high))

    def _now(self, people: Rows, lived: Encounters, dearer: F32) -> F32:
        """Value of this encounter [E], -1 to 1; `dearer` is the log of price over reference."""
        rival = np.float32(lived.rival) - self.risk * people[RISK_AVERSION]
        quality = np.float32(0.5) * (lived.technical + lived.functional)
        if lived.rival_price != 1:
            dearer = dearer - np.float32(np.log(lived.rival_price))
        net = self.benefit * (quality - rival) - self.money * people[PRICE_SENSITIVITY] * dearer
        if lived.reward is not None:
            net = net + self.reward * np.minimum(lived.reward, 1)
        now: F32 = np.tanh(net - self.effort * lived.effort).astype(np.float32, copy=False)
        return now


@dataclass(frozen=True)
class EquityDrivers(QualityForPrice):
    """The three drivers of customer equity: value, brand and relationship.

    v = w_v v_value + w_b tanh(image (brand - rival)) + w_r (2 trust - 1 + fit / 2), the last within -1 to 1, each
    relative to the best alternative where it has one; the weights are shares, of their sum when that exceeds 1. Source:
    Rust, Lemon & Zeithaml 2004, who estimate the drivers' weights by a logit for each industry; equal weights are
    assumed here, and trust and a fitting personal touch stand for the relationship.
    """

    brand: float = param(0.33, unit="share", low=0, high=1, doc="weight of brand equity", source=ASSUMED)
    relationship: float = param(0.33, unit="share", low=0, high=1, doc="weight of relationship equity", source=ASSUMED)
    image: float = param(3.0, unit="per unit quality", low=0, high=20, doc="weight of the public image", source=ASSUMED)
    reads: ClassVar[tuple[Column[Any], ...]] = (*QualityForPrice.reads, COMPETENCE, BENEVOLENCE, INTEGRITY)

    def _now(self, people: Rows, lived: Encounters, dearer: F32) -> F32:
        bond = np.float32(2 / 3) * (people[COMPETENCE] + people[BENEVOLENCE] + people[INTEGRITY]) - 1
        if lived.fit is not None:
            bond = np.clip(bond + np.float32(0.5) * lived.fit, -1, 1)
        brand = float(np.tanh(self.image * (lived.brand - lived.rival)))
        own = max(1 - self.brand - self.relationship, 0.0)
        whole = own + self.brand + self.relationship
        mixed = own * super()._now(people, lived, dearer) + self.relationship * bond + np.float32(self.brand * brand)
        return (mixed / np.float32(whole)).astype(np.float32, copy=False)
