"""How was it?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from agents.customers import EXPECT_FUNCTIONAL, EXPECT_TECHNICAL, MEMORY, NEGATIVITY, SATISFACTION, SATISFACTION_LAST
from sim.chance import F32
from sim.exchange import Encounters
from sim.parameters import ASSUMED, Parametric, param
from sim.table import Column, Rows


@runtime_checkable
class Satisfaction(Protocol):
    """Judges an encounter, returns the judgement [E] between -1 and 1, and keeps the running one."""

    writes: ClassVar[tuple[Column[Any], ...]]

    def judge(self, people: Rows, lived: Encounters) -> F32: ...


@dataclass(frozen=True)
class _Judgement(Parametric, ABC):
    """What all judgements share: two dimensions of quality, an extra for rewards, and a memory."""

    slope: float = param(2.5, unit="per unit gap", low=0, high=20, doc="steepness near zero", source=ASSUMED)
    functional: float = param(0.5, unit="weight", low=0, high=1, doc="how it was done, against what", source=ASSUMED)
    reward: float = param(0.10, unit="per share of spend", low=0, high=2, doc="pleasure of a reward", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = (SATISFACTION_LAST, SATISFACTION)

    def judge(self, people: Rows, lived: Encounters) -> F32:
        """This encounter's satisfaction [E]; cumulative satisfaction moves towards it by the customer's memory."""
        felt = np.tanh(self.slope * self._felt(people, lived))
        if lived.reward is not None:
            felt = np.minimum(felt + self.reward * np.minimum(lived.reward, 1), 1)
        people[SATISFACTION_LAST] = felt
        so_far = people[SATISFACTION]
        people[SATISFACTION] = so_far + people[MEMORY] * (felt - so_far)
        return felt

    @abstractmethod
    def _felt(self, people: Rows, lived: Encounters) -> F32:
        """What is felt before it saturates [E]."""

    def _mix(self, technical: F32, functional: F32) -> F32:
        return (1 - self.functional) * technical + self.functional * functional

    def _gap(self, people: Rows, lived: Encounters) -> F32:
        """Delivered minus expected quality [E]."""
        return self._mix(lived.technical - people[EXPECT_TECHNICAL], lived.functional - people[EXPECT_FUNCTIONAL])


@dataclass(frozen=True)
class AsymmetricDisconfirmation(_Judgement):
    """tanh(slope g) for a gain and tanh(slope k g) for a loss, k > 1 the customer's negativity bias.

    Source: Anderson & Sullivan 1993 (falling short moves satisfaction more than exceeding); Kahneman & Tversky 1979 and
    Tversky & Kahneman 1992 (loss aversion, median 2.25).
    """

    def _felt(self, people: Rows, lived: Encounters) -> F32:
        gap = self._gap(people, lived)
        return np.where(gap < 0, gap * people[NEGATIVITY], gap)


@dataclass(frozen=True)
class Disconfirmation(_Judgement):
    """Expectancy disconfirmation: satisfaction rises with the gap and, by assimilation, with the expectation itself.

    tanh(slope (gap + assimilation (E - 0.5))). Source: Oliver 1980.
    """

    assimilation: float = param(
        0.3, unit="per unit expectation", low=0, high=2, doc="pull of the level", source=ASSUMED
    )

    def _felt(self, people: Rows, lived: Encounters) -> F32:
        level = self._mix(people[EXPECT_TECHNICAL], people[EXPECT_FUNCTIONAL]) - 0.5
        return self._gap(people, lived) + self.assimilation * level


@dataclass(frozen=True)
class PerformanceOnly(_Judgement):
    """Satisfaction follows performance alone: tanh(slope (Q - neutral)).

    Source: Churchill & Surprenant 1982, who found it for a durable good.
    """

    neutral: float = param(0.6, unit="quality", low=0, high=1, doc="quality that leaves one cold", source=ASSUMED)

    def _felt(self, people: Rows, lived: Encounters) -> F32:
        return self._mix(lived.technical, lived.functional) - np.float32(self.neutral)
