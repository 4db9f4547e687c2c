"""What loyalty is made of: one index per theory, all with the intentions that `intention` derives from it."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from agents import customers as c
from agents.theories.intention import LoyaltyIntention, trust_of
from agents.theories.practice import practise, settled
from sim.chance import F32
from sim.exchange import Acts, Encounters
from sim.parameters import ASSUMED, param
from sim.people import RATE
from sim.scenario import USUAL_RIVAL
from sim.table import Column, Rows

_WRITES, _READS = LoyaltyIntention.writes, LoyaltyIntention.reads
_TRUST = (c.COMPETENCE, c.BENEVOLENCE, c.INTEGRITY)


@dataclass(frozen=True)
class SatisfactionLoyalty(LoyaltyIntention):
    """Loyalty is cumulative satisfaction (Oliver 1980; Fornell 1992)."""

    def _index(self, people: Rows) -> F32:
        return people[c.SATISFACTION]


@dataclass(frozen=True)
class CommitmentLoyalty(LoyaltyIntention):
    """Commitment alone mediates: (2 A - 1) + calculative (2 K - 1), A affective and K calculative commitment.

    Source: Morgan & Hunt 1994 (commitment is the key mediating variable); Rusbult 1980 (commitment decides to stay).
    """

    calculative: float = param(
        0.3, unit="weight", low=0, high=2, doc="calculative, beside affective commitment",
        source="direction: Gustafsson, Johnson & Roos 2005; size assumed",
    )  # fmt: skip
    reads: ClassVar[tuple[Column[Any], ...]] = (*_READS, c.AFFECTIVE, c.CALCULATIVE)

    def _index(self, people: Rows) -> F32:
        return (2 * people[c.AFFECTIVE] - 1) + np.float32(self.calculative) * (2 * people[c.CALCULATIVE] - 1)


@dataclass(frozen=True)
class ValueLoyalty(LoyaltyIntention):
    """Loyalty is perceived value beside the best alternative (Rust, Lemon & Zeithaml 2004)."""

    reads: ClassVar[tuple[Column[Any], ...]] = (*_READS, c.VALUE)

    def _index(self, people: Rows) -> F32:
        return people[c.VALUE]


@dataclass(frozen=True)
class _Practised(LoyaltyIntention, ABC):
    """What theories with a habit share: H <- H + growth (1 - H) in a week with a purchase, H <- fades H in every week.

    It begins where the customer's rate of buying has made it settle.
    """

    growth: float = param(
        0.05, unit="share of the room per week with a purchase", low=0, high=1, doc="how it builds", source=ASSUMED
    )
    fades: float = param(0.99, unit="share per week", low=0, high=1, doc="how it is kept", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = (*_WRITES, c.HABIT)
    reads: ClassVar[tuple[Column[Any], ...]] = (*_READS, RATE)

    def begin(self, people: Rows) -> None:
        """The habit is as strong as the rate of buying has made it [n]."""
        people[c.HABIT] = settled(people, self.growth, self.fades)

    def acted(self, people: Rows, acts: Acts) -> None:
        """Purchases build the habit [E]."""
        super().acted(people, acts)
        people[c.HABIT] = practise(people[c.HABIT], acts, self.growth)

    def fade(self, people: Rows) -> None:
        """A habit not kept up is lost [N]."""
        super().fade(people)
        people[c.HABIT] *= np.float32(self.fades)


@dataclass(frozen=True)
class RelativeAttitude(_Practised):
    """Loyalty is attitude relative to what others offer, and repeat patronage.

    (1 - patronage) a + patronage H (1 + a) / 2, a = tanh(steepness (S + 2 T - 1 - alternative - rivalry L) / 2) the
    relative attitude, L the best rival's lead over its usual quality as far as it was noticed, H the strength of
    repeat patronage. A sure attitude differs little from a surer one, a contested one much; without patronage a good
    attitude is latent loyalty, patronage with a bad one spurious. Source: Dick & Basu 1994; the functional form is
    ours.
    """

    alternative: float = param(0.0, unit="index", low=-2, high=2, doc="attitude towards the best rival", source=ASSUMED)
    steepness: float = param(2.0, unit="per unit", low=0.1, high=20, doc="how contested", source=ASSUMED)
    rivalry: float = param(
        2.0, unit="index per unit quality", low=0, high=20, doc="a better rival lowers the relative attitude",
        source=ASSUMED,
    )  # fmt: skip
    patronage: float = param(0.3, unit="share", low=0, high=1, doc="weight of repeat patronage", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = (*_WRITES, c.HABIT, c.RIVAL)
    reads: ClassVar[tuple[Column[Any], ...]] = (*_READS, *_TRUST, c.VARIETY, RATE)

    def weigh(self, people: Rows, lived: Encounters) -> None:
        """Notice the rival, sooner if variety is sought, then write the index [E]."""
        people[c.RIVAL] = people[c.RIVAL] + people[c.VARIETY] * (np.float32(lived.rival) - people[c.RIVAL])
        super().weigh(people, lived)

    def _index(self, people: Rows) -> F32:
        rival = np.float32(self.rivalry) * (people[c.RIVAL] - np.float32(USUAL_RIVAL))
        lead = people[c.SATISFACTION] + 2 * trust_of(people) - 1 - np.float32(self.alternative) - rival
        attitude, share = np.tanh(self.steepness * lead / 2), np.float32(self.patronage)
        index: F32 = (1 - share) * attitude + share * people[c.HABIT] * (1 + attitude) / 2
        return index


@dataclass(frozen=True)
class FourStages(_Practised):
    """Loyalty grows in stages: cognitive, affective, conative, action; each follows the one before it.

    Cognitive moves to the lead over the best alternative, `belief` times (quality remembered - rival), with `pace`;
    fondness to the mean of cognitive and satisfaction; conative to fondness; and the index weighs conative loyalty and
    action inertia H, (1 - action) conative + action (2 H - 1). Source: Oliver 1999; the equations are ours.
    """

    belief: float = param(4.0, unit="per unit quality", low=0, high=20, doc="weight of the lead", source=ASSUMED)
    pace: float = param(0.4, unit="share of the gap", low=0, high=1, doc="how fast a stage follows", source=ASSUMED)
    action: float = param(0.3, unit="share", low=0, high=1, doc="weight of action inertia", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = (*_WRITES, c.HABIT, c.COGNITIVE, c.FONDNESS, c.CONATIVE)

    def weigh(self, people: Rows, lived: Encounters) -> None:
        """Move the stages one after the other, the last first, then write the index [E]."""
        perceived = np.float32(0.5) * (people[c.PERCEIVED_TECHNICAL] + people[c.PERCEIVED_FUNCTIONAL])
        lead = np.clip(self.belief * (perceived - np.float32(lived.rival)), -1, 1)
        liking = np.float32(0.5) * (people[c.COGNITIVE] + people[c.SATISFACTION])
        for stage, aim in ((c.CONATIVE, people[c.FONDNESS]), (c.FONDNESS, liking), (c.COGNITIVE, lead)):
            people[stage] = people[stage] + np.float32(self.pace) * (aim - people[stage])
        super().weigh(people, lived)

    def _index(self, people: Rows) -> F32:
        share = np.float32(self.action)
        return (1 - share) * people[c.CONATIVE] + share * (2 * people[c.HABIT] - 1)


@dataclass(frozen=True)
class Habitual(_Practised):
    """Habit: what has often been done is done again, and the stronger the habit the less attitude counts.

    The index is H + (1 - H) S, H the strength of the habit and S cumulative satisfaction. Source: Triandis 1977 (habit
    and intention share behaviour out); Wood & Neal 2009.
    """

    growth: float = param(
        0.08, unit="share of the room per week with a purchase", low=0, high=1, doc="how it builds", source=ASSUMED
    )

    def _index(self, people: Rows) -> F32:
        habit = people[c.HABIT]
        index: F32 = habit + (1 - habit) * people[c.SATISFACTION]
        return index


@dataclass(frozen=True)
class Integrated(LoyaltyIntention):
    """Loyalty weighs cumulative satisfaction, trust, value and affective commitment, all on -1 to 1.

    s S + t (2 T - 1) + v V + a (2 A - 1). Source: Garbarino & Johnson 1999 (satisfaction, trust or
    commitment carries intentions, depending on the customer) and Johnson, Herrmann & Huber 2006 (value and affective
    commitment carry them, sooner or later); one weighted sum for all is our simplification.
    """

    satisfaction: float = param(0.4, unit="weight", low=0, high=1, doc="cumulative satisfaction", source=ASSUMED)
    trust: float = param(0.2, unit="weight", low=0, high=1, doc="trust", source=ASSUMED)
    value: float = param(0.2, unit="weight", low=0, high=1, doc="perceived value", source=ASSUMED)
    commitment: float = param(0.2, unit="weight", low=0, high=1, doc="affective commitment", source=ASSUMED)
    reads: ClassVar[tuple[Column[Any], ...]] = (*_READS, *_TRUST, c.VALUE, c.AFFECTIVE)

    def _index(self, people: Rows) -> F32:
        judged = self.satisfaction * people[c.SATISFACTION] + self.trust * (2 * trust_of(people) - 1)
        index: F32 = judged + self.value * people[c.VALUE] + self.commitment * (2 * people[c.AFFECTIVE] - 1)
        return index
