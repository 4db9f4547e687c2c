"""What do I expect next?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from agents.customers import EXPECT_FUNCTIONAL, EXPECT_TECHNICAL, EXPERIENCE, SOCIABILITY
from sim.chance import F32
from sim.exchange import Encounters, Heard
from sim.parameters import ASSUMED, Parametric, param
from sim.table import Column, Rows

_SOURCES = "Zeithaml, Berry & Parasuraman 1993: promises, word of mouth and past experience; size assumed"


@runtime_checkable
class Expectation(Protocol):
    """Learns from what was lived; last in the week, so that the gap is measured against the old expectation."""

    writes: ClassVar[tuple[Column[Any], ...]]

    def learn(self, people: Rows, lived: Encounters) -> None: ...
    def hear(self, people: Rows, heard: Heard) -> None: ...


@dataclass(frozen=True)
class _FourSources(Parametric, ABC):
    """What all share: own experience, the firm's promise, its brand image and word of mouth, each with its weight."""

    promise: float = param(
        0.05, unit="share of the gap", low=0, high=0.5, doc="weight of what is promised", source=_SOURCES
    )
    brand: float = param(
        0.05, unit="share of the gap", low=0, high=0.5, doc="weight of the brand's public image", source=_SOURCES
    )
    word_of_mouth: float = param(
        0.10, unit="share of the gap", low=0, high=1, doc="weight of what a friend tells", source=_SOURCES
    )
    writes: ClassVar[tuple[Column[Any], ...]] = (EXPECT_TECHNICAL, EXPECT_FUNCTIONAL)
    reads: ClassVar[tuple[Column[Any], ...]] = (SOCIABILITY,)

    def learn(self, people: Rows, lived: Encounters) -> None:
        """Move each expectation [E] towards what was delivered, then towards promise and brand image."""
        open_to = self._openness(people)
        promised = np.float32(self.promise) * np.asarray(lived.promised, np.float32)
        told = (promised + np.float32(self.brand * lived.brand)) * open_to
        kept = 1 - np.float32(self.promise + self.brand) * open_to
        for column, quality in ((EXPECT_TECHNICAL, lived.technical), (EXPECT_FUNCTIONAL, lived.functional)):
            expected = people[column]
            people[column] = told + kept * (expected + self._step(people, quality - expected))

    def hear(self, people: Rows, heard: Heard) -> None:
        """Move each expectation [H] towards what friends tell, the further the more of them do."""
        trusted = self.word_of_mouth * 2 * people[SOCIABILITY]
        weight = (1 - (1 - np.minimum(trusted, 1)) ** heard.tellers) * self._openness(people)
        for column in (EXPECT_TECHNICAL, EXPECT_FUNCTIONAL):
            people[column] = people[column] + weight * (heard.quality - people[column])

    def _openness(self, people: Rows) -> F32 | np.float32:
        """By how much the weights of what others say count: fully, unless a theory says otherwise."""
        return np.float32(1)

    @abstractmethod
    def _step(self, people: Rows, gap: F32) -> F32:
        """By how much the newest experience moves the expectation [E]."""


@dataclass(frozen=True)
class Adaptive(_FourSources):
    """Adaptive expectation: a fixed share of each gap is learnt, E <- E + gain (Q - E).

    Then E <- E + promise (P - E) + brand (B - E). Source: Nerlove 1958 for the rule; Boulding, Kalra, Staelin &
    Zeithaml 1993 for expectations of service that are updated by each delivery. A lift that is delivered again and
    again becomes the new expectation.
    """

    gain: float = param(
        0.30, unit="share of the gap", low=0, high=1, doc="weight of the newest experience", source=ASSUMED
    )

    def _step(self, people: Rows, gap: F32) -> F32:
        return np.float32(self.gain) * gap


@dataclass(frozen=True)
class AdaptationLevel(_FourSources):
    """Adaptation level: what is usual becomes neutral, sooner on the way up than on the way down (a ratchet).

    E <- E + up (Q - E) for Q > E, E + down (Q - E) otherwise. Source: Helson 1964 (what was met so far sets the level);
    Rust & Oliver 2000 (delight raises the bar for all that follows); unequal steps are our reading of it.
    """

    up: float = param(0.40, unit="share of the gap", low=0, high=1, doc="getting used to better", source=ASSUMED)
    down: float = param(0.15, unit="share of the gap", low=0, high=1, doc="getting used to worse", source=ASSUMED)

    def _step(self, people: Rows, gap: F32) -> F32:
        return gap * np.where(gap > 0, np.float32(self.up), np.float32(self.down))


@dataclass(frozen=True)
class Bayesian(_FourSources):
    """Bayesian updating: the more evidence, the smaller the step.

    E <- E + (Q - E) / max(n + prior, 1) with n encounters of evidence, and n <- keep n + 1: old evidence fades,
    the first belief does not. What promise, brand and friends say counts less in the same measure, by (1 + prior) /
    (n + prior). Source: Rust, Inman, Jia & Zahorik 1999; Boulding, Kalra & Staelin 1999.
    """

    prior: float = param(2.0, unit="encounters", low=0, high=1e3, doc="weight of the first belief", source=ASSUMED)
    keep: float = param(0.95, unit="share", low=0.5, high=1, doc="evidence kept per encounter", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = (EXPECT_TECHNICAL, EXPECT_FUNCTIONAL, EXPERIENCE)

    def learn(self, people: Rows, lived: Encounters) -> None:
        """Move each expectation [E] by a step that shrinks with experience."""
        super().learn(people, lived)
        people[EXPERIENCE] = people[EXPERIENCE] * np.float32(self.keep) + 1

    def _openness(self, people: Rows) -> F32 | np.float32:
        open_to: F32 = np.float32(1 + self.prior) / np.maximum(people[EXPERIENCE] + np.float32(self.prior), 1)
        return np.minimum(open_to, 1)

    def _step(self, people: Rows, gap: F32) -> F32:
        step: F32 = gap / np.maximum(people[EXPERIENCE] + np.float32(self.prior), 1)
        return step


@dataclass(frozen=True)
class Fixed:
    """A norm that nothing moves: the comparison standard of static disconfirmation (Oliver 1980)."""

    writes: ClassVar[tuple[Column[Any], ...]] = ()
    reads: ClassVar[tuple[Column[Any], ...]] = ()

    def learn(self, people: Rows, lived: Encounters) -> None:
        """Nothing is learnt."""

    def hear(self, people: Rows, heard: Heard) -> None:
        """Nobody is listened to."""
