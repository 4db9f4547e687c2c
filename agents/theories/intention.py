"""What will I do?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from agents.customers import (
    BENEVOLENCE,
    COMPETENCE,
    INTEGRITY,
    LOYALTY,
    REWARD_APPEAL,
    SATISFACTION,
    SATISFACTION_LAST,
    VALENCE,
    VOICE,
)  # fmt: skip
from sim.baseline import Standing
from sim.chance import F32
from sim.exchange import Leanings, Plan
from sim.parameters import ASSUMED, Parametric, param
from sim.table import Column, Rows


@runtime_checkable
class Intention(Protocol):
    """Weighs what was lived into a loyalty index and turns it into shifts of what the standard model would do."""

    writes: ClassVar[tuple[Column[Any], ...]]

    def weigh(self, people: Rows) -> None: ...
    def wish(self, people: Rows, plan: Plan, standing: Standing) -> F32: ...
    def lean(self, people: Rows, plan: Plan, standing: Standing) -> Leanings: ...


@dataclass(frozen=True)
class _LoyaltyIntention(Parametric, ABC):
    """What all share: z = (loyalty - mean) / sd where the population stood at the fork.

    The log rate shifts by `pull` z + 2 appeal `gradient` progress^2 (goal gradient: Kivetz, Urminsky & Zheng 2006), the
    logit of leaving by -`hold` z - `mood` valence - 2 appeal `stake` progress - `status` tier, where appeal is how much
    rewards attract the customer, 0.5 on average: what would be forfeited holds customers only as long as it is offered.
    """

    pull: float = param(0.08, unit="log rate per sd", low=0, high=2, doc="loyalty raises buying", source=ASSUMED)
    hold: float = param(0.35, unit="logit per sd", low=0, high=3, doc="loyalty lowers leaving", source=ASSUMED)
    mood: float = param(
        0.20, unit="logit per unit valence", low=0, high=3, doc="feeling lowers leaving", source=ASSUMED
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
    recommend: float = param(
        0.40, unit="log chance per sd", low=0, high=3, doc="loyalty makes advocates", source=ASSUMED
    )
    writes: ClassVar[tuple[Column[Any], ...]] = (LOYALTY,)

    def weigh(self, people: Rows) -> None:
        """Write the loyalty index [E]."""
        people[LOYALTY] = self._index(people)

    def wish(self, people: Rows, plan: Plan, standing: Standing) -> F32:
        """Shift of the log purchase rate [N]."""
        gain = self.pull / standing.spread
        shift = people[LOYALTY] * np.float32(gain)
        shift -= np.float32(gain * standing.center)
        if plan.progress is not None:
            shift += self.gradient * 2 * people[REWARD_APPEAL] * np.square(plan.progress)
        return shift

    def lean(self, people: Rows, plan: Plan, standing: Standing) -> Leanings:
        """Leaving, complaining, recommending, and what a survey would hear [E]."""
        z = (people[LOYALTY] - np.float32(standing.center)) / np.float32(standing.spread)
        leave: F32 = -self.hold * z - self.mood * people[VALENCE]
        if plan.progress is not None:
            leave -= self.stake * 2 * people[REWARD_APPEAL] * plan.progress
        if plan.status is not None:
            leave -= self.status * plan.status
        last = people[SATISFACTION_LAST]
        return Leanings(
            leave=leave,
            complain=people[VOICE] * np.maximum(-last, 0),
            recommend=self.recommend * z,
            score=np.clip(7 + 3 * people[SATISFACTION], 0, 10),
        )

    @abstractmethod
    def _index(self, people: Rows) -> F32:
        """The raw index [E]."""


@dataclass(frozen=True)
class SatisfactionLoyalty(_LoyaltyIntention):
    """Loyalty is cumulative satisfaction (Oliver 1980; Fornell 1992)."""

    def _index(self, people: Rows) -> F32:
        return people[SATISFACTION]


@dataclass(frozen=True)
class Integrated(_LoyaltyIntention):
    """Loyalty weighs cumulative satisfaction and trust: w S + (1 - w) (2 T - 1).

    Source: Garbarino & Johnson 1999 (satisfaction or trust carries intentions, depending on the customer); one weighted
    sum for all is our simplification.
    """

    weight: float = param(0.6, unit="share", low=0, high=1, doc="satisfaction, against trust", source=ASSUMED)

    def _index(self, people: Rows) -> F32:
        trust = _trust(people)
        weight = np.float32(self.weight)
        return weight * people[SATISFACTION] + (1 - weight) * (2 * trust - 1)


@dataclass(frozen=True)
class RelativeAttitude(_LoyaltyIntention):
    """Loyalty is attitude relative to what others offer: trust and satisfaction above the best alternative.

    tanh(steepness (S + 2 T - 1 - alternative) / 2): a sure attitude differs little from a surer one, a contested one
    much. Source: Dick & Basu 1994 (relative attitude); the functional form is ours.
    """

    alternative: float = param(0.0, unit="index", low=-2, high=2, doc="attitude towards the best rival", source=ASSUMED)
    steepness: float = param(2.0, unit="per unit", low=0.1, high=20, doc="how contested", source=ASSUMED)

    def _index(self, people: Rows) -> F32:
        trust = _trust(people)
        lead = people[SATISFACTION] + 2 * trust - 1 - np.float32(self.alternative)
        index: F32 = np.tanh(self.steepness * lead / 2)
        return index


def _trust(people: Rows) -> F32:
    """Mean of the three facets [E]."""
    return np.float32(1 / 3) * (people[COMPETENCE] + people[BENEVOLENCE] + people[INTEGRITY])
