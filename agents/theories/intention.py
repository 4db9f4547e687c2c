"""What will I do?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from agents import customers as c
from sim.baseline import Standing
from sim.chance import F32
from sim.exchange import Acts, Encounters, Heard, Leanings
from sim.parameters import ASSUMED, Parametric, param
from sim.plan import Plan
from sim.scenario import Conditions
from sim.table import Column, Rows


@runtime_checkable
class Intention(Protocol):
    """Weighs what was lived into a loyalty index and turns it into shifts of what the standard model would do."""

    writes: ClassVar[tuple[Column[Any], ...]]

    def weigh(self, people: Rows, lived: Encounters) -> None: ...
    def restate(self, people: Rows) -> None: ...
    def hear(self, people: Rows, heard: Heard) -> None: ...
    def acted(self, people: Rows, acts: Acts) -> None: ...
    def fade(self, people: Rows) -> None: ...
    def wish(self, people: Rows, plan: Plan, conditions: Conditions, standing: Standing) -> F32: ...
    def lean(self, people: Rows, plan: Plan, conditions: Conditions, standing: Standing) -> Leanings: ...


@dataclass(frozen=True)
class LoyaltyIntention(Parametric, ABC):
    """What all share: five intentions from one index, z = (loyalty - mean) / sd of the population at the fork.

    * buy: the log rate shifts by `pull` z + 2 appeal `gradient` progress^2 (goal gradient: Kivetz, Urminsky & Zheng
      2006) - `elasticity` s log price, and for a discount - `deal` s log (its price);
    * stay: the logit of leaving shifts by -freedom (`hold` z + `mood` valence) + `contagion` friends who left lately -
      2 appeal `stake` progress - 2 motive `status` tier + `outrage` s (max(log price - pay, 0) - max(-pay, 0)) +
      freedom poaching. Freedom is 0 for the locked in; what would be forfeited holds only as long as it is offered; a
      price rise hurts by as much as it passes what one would pay; rivals who court customers draw them away;
    * pay more: pay = `premium` z (1 + `elation` |z|), flat in the middle and steep at both ends (Homburg, Koschate &
      Hoyer 2005);
    * recommend: the log chance shifts by `recommend` z, and friends are told of an encounter with the chance
      2 sociability (`talk` + `stirred` |judgement|, `bitter` times that when it was bad) (Anderson 1998);
    * complain: voice times dissatisfaction (Hirschman 1970).

    Here s is price sensitivity. What friends tell moves the index by `hearsay` times what was heard lately.
    """

    pull: float = param(0.08, unit="log rate per sd", low=0, high=2, doc="loyalty raises buying", source=ASSUMED)
    hold: float = param(0.35, unit="logit per sd", low=0, high=3, doc="loyalty lowers leaving", source=ASSUMED)
    mood: float = param(
        0.20, unit="logit per unit valence", low=0, high=3, doc="feeling lowers leaving", source=ASSUMED
    )
    contagion: float = param(
        0.30, unit="logit per friend who left", low=0, high=3, doc="leaving is catching",
        source="direction: Nitzan & Libai 2011 (a neighbour's defection raises the hazard of leaving); size assumed",
    )  # fmt: skip
    hearsay: float = param(0.10, unit="index", low=0, high=1, doc="what friends said of the firm", source=ASSUMED)
    forget: float = param(
        0.85, unit="share per week", low=0, high=1, doc="kept of what was heard and who left", source=ASSUMED
    )
    gradient: float = param(
        0.20, unit="log rate at the goal", low=0, high=2, doc="acceleration towards a reward",
        source="Kivetz, Urminsky & Zheng 2006: inter-purchase time falls about 20%",
    )  # fmt: skip
    stake: float = param(
        0.30, unit="logit at the goal", low=0, high=3, doc="points that leaving forfeits", source=ASSUMED
    )
    status: float = param(
        0.20, unit="logit per tier 0-1", low=0, high=3, doc="tier that leaving forfeits", source=ASSUMED
    )
    elasticity: float = param(
        0.50, unit="log rate per log price", low=0, high=5, doc="a higher price lowers buying", source=ASSUMED
    )
    deal: float = param(
        0.50, unit="log rate per log discount", low=0, high=10, doc="a discount moves to buy now, whatever is normal",
        source="direction: Thaler 1985 (transaction utility); size assumed",
    )  # fmt: skip
    outrage: float = param(
        3.0, unit="logit per log price", low=0, high=20, doc="a price beyond what one would pay drives out",
        source=ASSUMED,
    )  # fmt: skip
    premium: float = param(
        0.05, unit="log price per sd", low=0, high=1, doc="loyalty tolerates a higher price", source=ASSUMED
    )
    elation: float = param(
        0.5, unit="per sd", low=0, high=5, doc="how much steeper at the ends",
        source="shape: Homburg, Koschate & Hoyer 2005; size assumed",
    )  # fmt: skip
    recommend: float = param(
        0.40, unit="log chance per sd", low=0, high=3, doc="loyalty makes advocates", source=ASSUMED
    )
    talk: float = param(0.05, unit="chance", low=0, high=1, doc="friends are told of the ordinary", source=ASSUMED)
    stirred: float = param(
        0.30, unit="chance per unit judgement", low=0, high=1, doc="friends are told of what stirs",
        source="shape: Anderson 1998 (U, steeper for the dissatisfied); size assumed",
    )  # fmt: skip
    bitter: float = param(1.5, unit="multiple", low=0.1, high=5, doc="more so when it was bad", source=ASSUMED)
    involve: float = param(
        0.10, unit="share of the gap", low=0, high=1, doc="how fast engagement follows acts", source=ASSUMED
    )
    writes: ClassVar[tuple[Column[Any], ...]] = (c.LOYALTY, c.HEARD, c.FRIENDS_LEFT, c.ENGAGEMENT)
    reads: ClassVar[tuple[Column[Any], ...]] = (
        c.SATISFACTION, c.SATISFACTION_LAST, c.VALENCE, c.PERCEIVED_TECHNICAL, c.PERCEIVED_FUNCTIONAL, c.VOICE,
        c.REWARD_APPEAL, c.STATUS_MOTIVE, c.PRICE_SENSITIVITY, c.SOCIABILITY,
        c.REFERENCE_PRICE, c.DEAL_MINDED,
    )  # fmt: skip

    def weigh(self, people: Rows, lived: Encounters) -> None:
        """Write the loyalty index [E]."""
        self.restate(people)

    def restate(self, people: Rows) -> None:
        """Write the index anew from what is felt and thought now, without another encounter [n]."""
        people[c.LOYALTY] = self._index(people) + np.float32(self.hearsay) * people[c.HEARD]

    def hear(self, people: Rows, heard: Heard) -> None:
        """What friends tell moves the attitude, and their leaving is remembered [H]."""
        before = people[c.HEARD]
        weight = np.minimum(2 * people[c.SOCIABILITY], 1) * (heard.tellers > 0) * np.float32(0.5)
        change = weight * (heard.attitude - before)
        people[c.HEARD] = before + change
        people[c.LOYALTY] = people[c.LOYALTY] + np.float32(self.hearsay) * change
        people[c.FRIENDS_LEFT] = people[c.FRIENDS_LEFT] + heard.leavers

    def acted(self, people: Rows, acts: Acts) -> None:
        """Speaking up, answering and telling are engagement [E]."""
        spoke = acts.complained | acts.referred | acts.told | (acts.answer >= 0)
        people[c.ENGAGEMENT] = people[c.ENGAGEMENT] + self.involve * (spoke - people[c.ENGAGEMENT])

    def fade(self, people: Rows) -> None:
        """A week passes [N]: what was heard is forgotten, and no longer moves the index."""
        if people[c.HEARD].any():
            people[c.LOYALTY] -= np.float32(self.hearsay * (1 - self.forget)) * people[c.HEARD]
        for column in (c.HEARD, c.FRIENDS_LEFT):
            if people[column].any():  # most weeks, in most worlds, nobody has heard anything
                people[column] *= np.float32(self.forget)

    def wish(self, people: Rows, plan: Plan, conditions: Conditions, standing: Standing) -> F32:
        """Shift of the log purchase rate [N]."""
        gain = self.pull / standing.spread
        shift = people[c.LOYALTY] * np.float32(gain)
        shift -= np.float32(gain * standing.center)
        if plan.progress is not None:
            shift += self.gradient * 2 * people[c.REWARD_APPEAL] * np.square(plan.progress)
        dearer = dearness(people, plan, conditions)
        if plan.price is not None:
            shift += np.float32(self.deal) * np.maximum(-np.log(plan.price), 0) * _price_minded(people)
        if dearer is not None:
            shift -= np.float32(self.elasticity) * dearer * _price_minded(people)
        return shift

    def lean(self, people: Rows, plan: Plan, conditions: Conditions, standing: Standing) -> Leanings:
        """Staying, complaining, recommending, paying, and what a survey or a friend would hear [E]."""
        z = (people[c.LOYALTY] - np.float32(standing.center)) / np.float32(standing.spread)
        feeling, last = people[c.VALENCE], people[c.SATISFACTION_LAST]
        pay = np.float32(self.premium) * z * (1 + np.float32(self.elation) * np.abs(z))
        freedom = np.float32(-conditions.competition)
        leave: F32 = freedom * (self.hold * z + self.mood * feeling)
        leave += self.contagion * people[c.FRIENDS_LEFT]
        if plan.progress is not None:
            leave -= self.stake * 2 * people[c.REWARD_APPEAL] * plan.progress
        if plan.status is not None:
            leave -= self.status * 2 * people[c.STATUS_MOTIVE] * plan.status
        dearer, price = dearness(people, plan, conditions), None
        if dearer is not None:
            beyond = np.maximum(dearer - pay, 0) - np.maximum(-pay, 0)
            price = self.outrage * _price_minded(people) * beyond
            leave += price
        rival = None
        if conditions.poaching:
            rival = np.full(len(people), conditions.competition * conditions.poaching, np.float32)
            leave += rival
        bitter = 1 + np.float32(self.bitter - 1) * (last < 0)
        tell = 2 * people[c.SOCIABILITY] * (self.talk + self.stirred * bitter * np.abs(last))
        return Leanings(
            leave=leave,
            complain=people[c.VOICE] * np.maximum(-last, 0),
            recommend=self.recommend * z,
            score=np.clip(7 + 3 * people[c.SATISFACTION], 0, 10),
            pay=pay,
            tell=np.minimum(tell, 1),
            quality=np.float32(0.5) * (people[c.PERCEIVED_TECHNICAL] + people[c.PERCEIVED_FUNCTIONAL]),
            attitude=last,
            feeling=feeling,
            price=price,
            rival=rival,
        )

    @abstractmethod
    def _index(self, people: Rows) -> F32:
        """The raw index [E]."""


def dearness(people: Rows, plan: Plan, conditions: Conditions) -> F32 | None:
    """Log of the price over the price that feels normal [n]; None where everybody pays what is normal to them."""
    normal = people[c.REFERENCE_PRICE]
    if plan.price is None and conditions.price == 1 and not (normal != 1).any():
        return None
    price = np.float32(conditions.price) if plan.price is None else plan.price * np.float32(conditions.price)
    dearer: F32 = np.log(price / normal)
    return dearer


def _price_minded(people: Rows) -> F32:
    """Price sensitivity [n], what discounts have taught included."""
    return people[c.PRICE_SENSITIVITY] + people[c.DEAL_MINDED]


def trust_of(people: Rows) -> F32:
    """Mean of the three facets [E]."""
    return np.float32(1 / 3) * (people[c.COMPETENCE] + people[c.BENEVOLENCE] + people[c.INTEGRITY])
