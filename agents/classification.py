"""What a customer would be called: classifications of state and acts, never causes.

Every customer has one label in each at any week. Labels are small numbers; the names stand beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents import customers as c
from sim.baseline import Standing
from sim.chance import F32, Bool
from sim.people import ACTIVE, LEFT, RATE, RETURNS
from sim.records import LAST, MEMBER, POINTS, PURCHASES
from sim.scenario import Conditions
from sim.table import Rows

U8 = NDArray[np.uint8]

LOYALTY_TYPES = ("gone", "none", "latent", "inertia", "convenience", "price", "incentive", "monopoly", "super-value")
LIFE_STAGES = ("lapsed", "not yet", "acquaintance", "stable", "advocate", "at risk", "won back")
QUADRANTS = ("gone", "terrorist", "hostage", "mercenary", "apostle")
QUALITY_CELLS = ("gone", "destructive", "still hopeful", "easily poached", "loyal")
DICK_BASU = ("gone", "no loyalty", "latent loyalty", "spurious loyalty", "loyalty")
CLASSIFICATIONS = {
    "loyalty type": LOYALTY_TYPES,
    "life-cycle stage": LIFE_STAGES,
    "satisfaction and loyalty": QUADRANTS,
    "product and service": QUALITY_CELLS,
    "attitude and patronage": DICK_BASU,
}

HIGH, LOW = 0.5, -1.0  # loyalty in standard deviations from where the population stood
PRICE_MINDED, REWARD_MINDED, SETTLED = 1.2, 0.5, 0.3  # price sensitivity, appeal of rewards, need for variety
LOCKED_IN = 0.2  # competition below which there is hardly a choice
SILENT = 2.0  # own mean gaps without a purchase, after which patronage is not kept up: e^-2 or 14% by chance alone
NEW = 2  # purchases up to which one is an acquaintance


@dataclass(frozen=True)
class Standpoint:
    """All that a classification looks at [N].

    Attributes:
        people: state and traits.
        crm: the firm's records of the same customers.
        week: now.
        conditions: what holds for everybody.
        standing: where the population stood at the fork.
        promise: quality the firm promises; service that keeps it is satisfactory.
        contract: whether a contract keeps patronage up until it ends.
    """

    people: Rows
    crm: Rows
    week: int
    conditions: Conditions
    standing: Standing
    promise: float
    contract: bool

    @property
    def attitude(self) -> F32:
        """Loyalty in standard deviations from where the population stood [N]."""
        return (self.people[c.LOYALTY] - np.float32(self.standing.center)) / np.float32(self.standing.spread)

    @property
    def patronage(self) -> Bool:
        """Who keeps buying [N]: not silent for longer than usual; under contract, everybody who has not left."""
        active = self.people[ACTIVE]
        if self.contract:
            return active.copy()
        silent = (self.week - self.crm[LAST]) * self.people[RATE]  # in mean gaps between purchases
        kept: Bool = active & (silent <= SILENT)
        return kept


def classify(at: Standpoint) -> dict[str, U8]:
    """The label of every customer [N] in each classification, as a place in its names."""
    return {
        "loyalty type": loyalty_type(at),
        "life-cycle stage": life_stage(at),
        "satisfaction and loyalty": quadrant(at),
        "product and service": quality_cell(at),
        "attitude and patronage": dick_basu(at),
    }


def loyalty_type(at: Standpoint) -> U8:
    """Seven kinds of loyalty, or none [N]: the first of these that holds.

    monopoly: no choice; super-value: a high attitude and patronage; latent: a high attitude without patronage;
    incentive: patronage of a member with points whom rewards attract; price: patronage of the price-minded while the
    price is no higher than usual; convenience: patronage of those who seek no variety and are not dissatisfied;
    inertia: patronage for no such reason. Without patronage or attitude there is no loyalty.
    """
    people, kept, fond = at.people, at.patronage, at.attitude >= HIGH
    choice = np.full(len(people), at.conditions.competition >= LOCKED_IN)
    member = at.crm[MEMBER] & (at.crm[POINTS] > 0) & (people[c.REWARD_APPEAL] >= REWARD_MINDED)
    cheap = (people[c.PRICE_SENSITIVITY] >= PRICE_MINDED) & (at.conditions.price <= 1)
    settled = (people[c.VARIETY] < SETTLED) & (people[c.SATISFACTION] >= 0)
    rules = (
        ("gone", ~people[ACTIVE]),
        ("monopoly", ~choice),
        ("super-value", fond & kept),
        ("latent", fond & ~kept),
        ("incentive", kept & member),
        ("price", kept & cheap),
        ("convenience", kept & settled),
        ("inertia", kept),
        ("none", ~kept),
    )
    return _first(rules, LOYALTY_TYPES)


def life_stage(at: Standpoint) -> U8:
    """Acquaintance, stable, advocate, at risk, lapsed, won back [N].

    Won back: has left, came back, and is not at risk again. At risk: silent for longer than usual, or an attitude far
    below where the population stood. Advocate: a high attitude, patronage and engagement above where it starts.
    """
    people, kept, attitude = at.people, at.patronage, at.attitude
    engaged = people[c.ENGAGEMENT] > c.ENGAGEMENT.start
    rules = (
        ("lapsed", ~np.isnan(people[LEFT])),
        ("not yet", ~people[ACTIVE]),
        ("at risk", ~kept | (attitude <= LOW)),
        ("won back", people[RETURNS] > 0),
        ("acquaintance", at.crm[PURCHASES] <= NEW),
        ("advocate", (attitude >= HIGH) & engaged),
        ("stable", kept),
    )
    return _first(rules, LIFE_STAGES)


def quadrant(at: Standpoint) -> U8:
    """Satisfied or not by bound or not [N] (Jones & Sasser 1995).

    Apostles are satisfied and mean to stay, mercenaries satisfied and free to go, hostages dissatisfied and bound,
    terrorists dissatisfied and about to go. Bound: the attitude is no lower than where the population stood, or there
    is hardly a choice.
    """
    satisfied = at.people[c.SATISFACTION] >= 0
    bound = (at.attitude >= 0) | (at.conditions.competition < LOCKED_IN)
    return _four(at.people[ACTIVE], satisfied, bound)


def quality_cell(at: Standpoint) -> U8:
    """What is delivered by how it is delivered [N]: each is good when what is remembered keeps the promise.

    Loyal: both good; easily poached: only the product; still hopeful: only the service; destructive: neither.
    """
    product = at.people[c.PERCEIVED_TECHNICAL] >= np.float32(at.promise)
    service = at.people[c.PERCEIVED_FUNCTIONAL] >= np.float32(at.promise)
    return _four(at.people[ACTIVE], product, service)


def dick_basu(at: Standpoint) -> U8:
    """Relative attitude by repeat patronage [N] (Dick & Basu 1994): loyalty, latent, spurious, none."""
    high, kept = at.attitude >= 0, at.patronage
    return np.where(at.people[ACTIVE], 1 + high + 2 * kept.astype(np.uint8), 0).astype(np.uint8)


def _four(there: Bool, first: Bool, second: Bool) -> U8:
    """0 for those who are gone, 1 neither, 2 only the second, 3 only the first, 4 both."""
    return np.where(there, 1 + 2 * first.astype(np.uint8) + second, 0).astype(np.uint8)


def _first(rules: tuple[tuple[str, Bool], ...], names: tuple[str, ...]) -> U8:
    """The place of the first rule that holds, for every customer."""
    places = [np.uint8(names.index(name)) for name, _ in rules]
    return np.select([mask for _, mask in rules], places).astype(np.uint8)
