"""How was it?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from agents import customers as c
from sim.chance import F32
from sim.exchange import Encounters
from sim.parameters import ASSUMED, Parametric, param
from sim.table import Column, Rows

_ENOUGH = 40.0  # as delighted as can be, and e^40 is still finite in float32


@runtime_checkable
class Satisfaction(Protocol):
    """Judges an encounter, returns the judgement [E] between -1 and 1, and keeps the running one."""

    writes: ClassVar[tuple[Column[Any], ...]]

    def judge(self, people: Rows, lived: Encounters) -> F32: ...


@dataclass(frozen=True)
class _Judgement(Parametric, ABC):
    """What all judgements share: two dimensions of quality, moments that stand out, recoveries, rewards, a memory.

    What stands out of an encounter is its most extreme and its last touchpoint (Kahneman, Fredrickson, Schreiber &
    Redelmeier 1993). A failure that is put right is judged as well: a share of the judgement is r = tanh(slope
    (recovery - norm)) (recovery disconfirmation: Smith, Bolton & Wagner 1999). Where r is better than the failure felt,
    the share is halved when one failure is remembered already (less credit the second time: Maxham & Netemeyer 2002).
    """

    slope: float = param(2.5, unit="per unit gap", low=0, high=20, doc="steepness near zero", source=ASSUMED)
    functional: float = param(0.5, unit="weight", low=0, high=1, doc="how it was done, against what", source=ASSUMED)
    moment: float = param(
        0.5, unit="weight", low=0, high=1, doc="peak and end, against the mean of all touchpoints", source=ASSUMED
    )
    recovery: float = param(
        0.6, unit="share of the judgement", low=0, high=1, doc="how a failure was put right", source=ASSUMED
    )
    norm: float = param(0.5, unit="quality", low=0, high=1, doc="recovery that one may expect", source=ASSUMED)
    reward: float = param(0.10, unit="per share of spend", low=0, high=2, doc="pleasure of a reward", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = (
        c.SATISFACTION_LAST, c.SATISFACTION, c.DISCONFIRMATION, c.PERCEIVED_TECHNICAL, c.PERCEIVED_FUNCTIONAL,
        c.FAILURES,
    )  # fmt: skip
    reads: ClassVar[tuple[Column[Any], ...]] = (c.EXPECT_TECHNICAL, c.EXPECT_FUNCTIONAL, c.MEMORY, c.FORGIVENESS)

    def judge(self, people: Rows, lived: Encounters) -> F32:
        """This encounter's satisfaction [E]; cumulative satisfaction moves towards it by the customer's memory."""
        gap = self._gap(people, lived)
        felt = np.tanh(self.slope * self._felt(people, lived, gap))
        if lived.recovery is not None:
            felt = self._recovered(people, lived.recovery, lived.failure, felt)
        if lived.reward is not None:
            felt = np.minimum(felt + self.reward * np.minimum(lived.reward, 1), 1)
        memory = people[c.MEMORY]
        people[c.SATISFACTION_LAST] = felt
        people[c.DISCONFIRMATION] = np.clip(gap, c.DISCONFIRMATION.low, c.DISCONFIRMATION.high)
        people[c.FAILURES] = people[c.FAILURES] * (1 - people[c.FORGIVENESS]) + (lived.failure > 0)
        for column, now in (
            (c.SATISFACTION, felt),
            (c.PERCEIVED_TECHNICAL, lived.technical),
            (c.PERCEIVED_FUNCTIONAL, lived.functional),
        ):
            so_far = people[column]
            people[column] = so_far + memory * (now - so_far)
        return felt

    @abstractmethod
    def _felt(self, people: Rows, lived: Encounters, gap: F32) -> F32:
        """What is felt before it saturates [E]; `gap` is delivered minus expected quality."""

    def _mix(self, technical: F32, functional: F32) -> F32:
        return (1 - self.functional) * technical + self.functional * functional

    def _gap(self, people: Rows, lived: Encounters) -> F32:
        """Delivered minus expected quality [E], what stood out in it counted more."""
        manner = self._manner(lived) - people[c.EXPECT_FUNCTIONAL]
        return self._mix(lived.technical - people[c.EXPECT_TECHNICAL], manner)

    def _manner(self, lived: Encounters) -> F32:
        """Functional quality as it is remembered of one encounter [E]."""
        return lived.functional if lived.moment is None else lived.functional + self.moment * lived.moment

    def _recovered(self, people: Rows, recovery: F32, failure: F32, felt: F32) -> F32:
        """A judgement [E] that also counts how a failure was put right."""
        handled = np.tanh(self.slope * (recovery - np.float32(self.norm)))
        share = self.recovery * (failure > 0) / np.where(handled > felt, 1 + people[c.FAILURES], np.float32(1))
        return (felt + share * (handled - felt)).astype(np.float32, copy=False)


@dataclass(frozen=True)
class AsymmetricDisconfirmation(_Judgement):
    """tanh(slope g) for a gain and tanh(slope k g) for a loss, k > 1 the customer's negativity bias.

    Source: Anderson & Sullivan 1993 (falling short moves satisfaction more than exceeding); Kahneman & Tversky 1979 and
    Tversky & Kahneman 1992 (loss aversion, median 2.25).
    """

    reads: ClassVar[tuple[Column[Any], ...]] = (*_Judgement.reads, c.NEGATIVITY)

    def _felt(self, people: Rows, lived: Encounters, gap: F32) -> F32:
        return np.where(gap < 0, gap * people[c.NEGATIVITY], gap)


@dataclass(frozen=True)
class Disconfirmation(_Judgement):
    """Expectancy disconfirmation: satisfaction rises with the gap and, by assimilation, with the expectation itself.

    tanh(slope (gap + assimilation (E - 0.5))). Source: Oliver 1980.
    """

    assimilation: float = param(
        0.3, unit="per unit expectation", low=0, high=2, doc="pull of the level", source=ASSUMED
    )

    def _felt(self, people: Rows, lived: Encounters, gap: F32) -> F32:
        level = self._mix(people[c.EXPECT_TECHNICAL], people[c.EXPECT_FUNCTIONAL]) - 0.5
        return gap + self.assimilation * level


@dataclass(frozen=True)
class PerformanceOnly(_Judgement):
    """Satisfaction follows performance alone: tanh(slope (Q - neutral)).

    Source: Churchill & Surprenant 1982, who found it for a durable good.
    """

    neutral: float = param(0.6, unit="quality", low=0, high=1, doc="quality that leaves one cold", source=ASSUMED)

    def _felt(self, people: Rows, lived: Encounters, gap: F32) -> F32:
        return self._mix(lived.technical, self._manner(lived)) - np.float32(self.neutral)


@dataclass(frozen=True)
class ZoneOfTolerance(_Judgement):
    """Between adequate and desired service differences hardly count; below and above they do.

    With a = E - tolerance and d = E + desire: inner (gap within the zone) + (Q - d) above it, k (Q - a) below it,
    k the negativity bias. Better alternatives raise what is adequate: tolerance shrinks by `alternatives` times the
    rival's lead over the expectation. Source: Zeithaml, Berry & Parasuraman 1993; Parasuraman, Berry & Zeithaml 1991.
    """

    tolerance: float = param(0.10, unit="quality", low=0, high=0.5, doc="adequate lies so far below", source=ASSUMED)
    desire: float = param(0.08, unit="quality", low=0, high=0.5, doc="desired lies so far above", source=ASSUMED)
    inner: float = param(0.3, unit="slope", low=0, high=1, doc="what counts within the zone", source=ASSUMED)
    alternatives: float = param(
        0.5, unit="quality per unit lead", low=0, high=2, doc="rivals raise what is adequate", source=ASSUMED
    )
    reads: ClassVar[tuple[Column[Any], ...]] = (*_Judgement.reads, c.NEGATIVITY)

    def _felt(self, people: Rows, lived: Encounters, gap: F32) -> F32:
        expected = self._mix(people[c.EXPECT_TECHNICAL], people[c.EXPECT_FUNCTIONAL])
        lead = np.maximum(np.float32(lived.rival) - expected, 0)
        room = np.maximum(self.tolerance - self.alternatives * lead, 0)
        within = np.clip(gap, -room, np.float32(self.desire))
        above, below = np.maximum(gap - np.float32(self.desire), 0), np.minimum(gap + room, 0)
        felt: F32 = self.inner * within + above + people[c.NEGATIVITY] * below
        return felt


@dataclass(frozen=True)
class Kano(_Judgement):
    """Kano's classes: what is delivered must be; how it is delivered is in part one-dimensional, in part attractive.

    A must-be attribute gives (1 - exp(-bend g)) / bend: its lack hurts, more of it hardly pleases. An attractive one
    gives (exp(bend g) - 1) / bend: its presence delights, its lack is hardly missed. Source: Kano, Seraku, Takahashi &
    Tsuji 1984 for the classes; the exponential forms are the usual ones.
    """

    bend: float = param(4.0, unit="per unit gap", low=0.1, high=20, doc="how unlike the classes are", source=ASSUMED)
    attractive: float = param(
        0.5, unit="share", low=0, high=1, doc="of functional quality that is attractive", source=ASSUMED
    )

    def _felt(self, people: Rows, lived: Encounters, gap: F32) -> F32:
        bend = self.bend
        lack = lived.technical - people[c.EXPECT_TECHNICAL]
        must_be = (-np.expm1(-bend * lack) / bend).astype(np.float32, copy=False)
        manner = self._manner(lived) - people[c.EXPECT_FUNCTIONAL]
        attractive = (np.expm1(np.minimum(bend * manner, _ENOUGH)) / bend).astype(np.float32, copy=False)
        pleases = manner + self.attractive * (attractive - manner)
        return self._mix(must_be, pleases.astype(np.float32, copy=False))


@dataclass(frozen=True)
class Equity(_Judgement):
    """Was it fair? What was got for the price, against what others are known to get.

    (1 - fairness) gap + fairness (Q - brand - weight s log price), s price sensitivity: public image tells what others
    get. Source: Oliver & Swan 1989 (fairness beside disconfirmation); the linear form is ours.
    """

    fairness: float = param(0.5, unit="share", low=0, high=1, doc="fairness, against disconfirmation", source=ASSUMED)
    weight: float = param(
        0.5, unit="quality per log price", low=0, high=3, doc="what the price asks for", source=ASSUMED
    )
    reads: ClassVar[tuple[Column[Any], ...]] = (*_Judgement.reads, c.PRICE_SENSITIVITY)

    def _felt(self, people: Rows, lived: Encounters, gap: F32) -> F32:
        got = self._mix(lived.technical, self._manner(lived)) - np.float32(lived.brand)
        paid = lived.price if lived.needless is None else lived.price * (1 + lived.needless)
        given = np.float32(self.weight) * np.log(np.asarray(paid, np.float32)) * people[c.PRICE_SENSITIVITY]
        return gap + self.fairness * (got - given - gap)
