"""Can I rely on them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from agents.customers import BENEVOLENCE, COMPETENCE, INTEGRITY
from sim.chance import F32
from sim.exchange import Encounters
from sim.parameters import ASSUMED, Parametric, param
from sim.table import Column, Rows

FACETS = (COMPETENCE, BENEVOLENCE, INTEGRITY)


@runtime_checkable
class Trust(Protocol):
    """Moves three facets with what was lived [E] (Mayer, Davis & Schoorman 1995)."""

    writes: ClassVar[tuple[Column[Any], ...]]

    def update(self, people: Rows, lived: Encounters, felt: F32, unease: F32 | None) -> None: ...


@dataclass(frozen=True)
class AsymmetricTrust(Parametric):
    """Slow to build, fast to lose: T <- T + build (1 - T) s for good news s > 0, T + lose T s for bad.

    Source: Slovic 1993 (asymmetry principle). News is what was done against what was promised. Where trust rests, bad
    news weighs as much more as good news is more frequent: about twice, for a firm that promises a little less than it
    delivers.
    """

    build: float = param(0.06, unit="share of the room above", low=0, high=1, doc="gain from good news", source=ASSUMED)
    lose: float = param(0.15, unit="share of what there is", low=0, high=1, doc="loss from bad news", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = FACETS

    def update(self, people: Rows, lived: Encounters, felt: F32, unease: F32 | None) -> None:
        """Move each facet [E] by its news."""
        for facet, news in zip(FACETS, facet_news(lived, unease), strict=True):
            trust = people[facet]
            step = np.where(news > 0, self.build * (1 - trust), self.lose * trust)
            people[facet] = np.clip(trust + step * news, 0, 1)


@dataclass(frozen=True)
class BetaEvidence(Parametric):
    """Beta reputation: trust is the mean of a Beta belief over good and bad evidence, and old evidence fades.

    A steady-state approximation with n = 1 / (1 - keep) pieces of evidence at all times: news of size |s| moves trust
    by w / (n + w) of the way to 1 or 0, w = `scale` |s|. Source: Josang & Ismail 2002, who let the evidence grow.
    """

    keep: float = param(0.90, unit="share per encounter", low=0, high=0.999, doc="evidence kept", source=ASSUMED)
    scale: float = param(3.0, unit="evidence per unit news", low=0, high=50, doc="weight of news", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = FACETS

    def update(self, people: Rows, lived: Encounters, felt: F32, unease: F32 | None) -> None:
        """Move each facet [E] by its evidence."""
        settled = 1 / (1 - self.keep)
        for facet, news in zip(FACETS, facet_news(lived, unease), strict=True):
            weight = self.scale * np.abs(news)
            people[facet] = people[facet] + weight / (settled + weight) * ((news > 0) - people[facet])


@dataclass(frozen=True)
class NoTrust:
    """Trust plays no part."""

    writes: ClassVar[tuple[Column[Any], ...]] = ()

    def update(self, people: Rows, lived: Encounters, felt: F32, unease: F32 | None) -> None:
        """Nothing moves."""


def facet_news(lived: Encounters, unease: F32 | None) -> tuple[F32, F32, F32]:
    """What an encounter says about ability, good will and honesty [E]: what was done against what was promised.

    Ability is heard in what is delivered, good will in how, honesty in both.
    Being known too well counts against honesty.
    """
    able = lived.technical - np.float32(lived.promised)
    caring = lived.functional - np.float32(lived.promised)
    honest = np.float32(0.5) * (able + caring)
    return able, caring, honest if unease is None else honest - unease
