"""What do I expect next?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from agents.customers import EXPECT_FUNCTIONAL, EXPECT_TECHNICAL, EXPERIENCE
from sim.chance import F32
from sim.exchange import Encounters
from sim.parameters import ASSUMED, Parametric, param
from sim.table import Column, Rows


@runtime_checkable
class Expectation(Protocol):
    """Learns from what was lived; last in the week, so that the gap is measured against the old expectation."""

    writes: ClassVar[tuple[Column[Any], ...]]

    def learn(self, people: Rows, lived: Encounters) -> None: ...


@dataclass(frozen=True)
class Adaptive(Parametric):
    """Adaptive expectation: a fixed share of each gap is learnt, E <- E + gain (Q - E).

    Source: Nerlove 1958 for the rule; Boulding, Kalra, Staelin & Zeithaml 1993 for expectations of service that are
    updated by each delivery. A lift that is delivered again and again becomes the new expectation.
    """

    gain: float = param(
        0.30, unit="share of the gap", low=0, high=1, doc="weight of the newest experience", source=ASSUMED
    )
    writes: ClassVar[tuple[Column[Any], ...]] = (EXPECT_TECHNICAL, EXPECT_FUNCTIONAL)

    def learn(self, people: Rows, lived: Encounters) -> None:
        """Move each expectation [E] towards what was delivered."""
        for column, quality in ((EXPECT_TECHNICAL, lived.technical), (EXPECT_FUNCTIONAL, lived.functional)):
            people[column] = _towards(people[column], quality, np.float32(self.gain))


@dataclass(frozen=True)
class Bayesian(Parametric):
    """Bayesian updating: the more evidence, the smaller the step.

    E <- E + (Q - E) / max(n + prior, 1) with n encounters of evidence, and n <- keep n + 1: old evidence fades,
    the first belief does not. Source: Rust, Inman, Jia & Zahorik 1999; Boulding, Kalra & Staelin 1999.
    """

    prior: float = param(2.0, unit="encounters", low=0, high=1e3, doc="weight of the first belief", source=ASSUMED)
    keep: float = param(0.95, unit="share", low=0.5, high=1, doc="evidence kept per encounter", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = (EXPECT_TECHNICAL, EXPECT_FUNCTIONAL, EXPERIENCE)

    def learn(self, people: Rows, lived: Encounters) -> None:
        """Move each expectation [E] by a step that shrinks with experience."""
        evidence = people[EXPERIENCE]
        gain = np.float32(1) / np.maximum(evidence + np.float32(self.prior), 1)
        for column, quality in ((EXPECT_TECHNICAL, lived.technical), (EXPECT_FUNCTIONAL, lived.functional)):
            people[column] = _towards(people[column], quality, gain)
        people[EXPERIENCE] = evidence * np.float32(self.keep) + 1


@dataclass(frozen=True)
class Fixed:
    """A norm that experience does not move: the comparison standard of static disconfirmation (Oliver 1980)."""

    writes: ClassVar[tuple[Column[Any], ...]] = ()

    def learn(self, people: Rows, lived: Encounters) -> None:
        """Nothing is learnt."""


def _towards(expected: F32, quality: F32, gain: F32 | np.float32) -> F32:
    return expected + gain * (quality - expected)  # a convex step between two numbers in 0-1: no clip needed
