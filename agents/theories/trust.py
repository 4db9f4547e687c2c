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
CANDOUR = 0.15  # news of honesty in full openness, quality (two-sided messages: Crowley & Hoyer 1994; size assumed)


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
    delivers. A failure that is put right speaks for ability, and there the good news weighs more: T <- T + solved
    (1 - T) r for a recovery r above what one may expect, T + unsolved T r below it (Sirdeshmukh, Singh & Sabol 2002:
    in problem solving successes weigh more than failures, in benevolence less).
    """

    build: float = param(0.06, unit="share of the room above", low=0, high=1, doc="gain from good news", source=ASSUMED)
    lose: float = param(0.15, unit="share of what there is", low=0, high=1, doc="loss from bad news", source=ASSUMED)
    solved: float = param(
        0.20, unit="share of the room above", low=0, high=1, doc="gain from a problem solved",
        source="direction: Sirdeshmukh, Singh & Sabol 2002; size assumed",
    )  # fmt: skip
    unsolved: float = param(
        0.10, unit="share of what there is", low=0, high=1, doc="loss from a problem left unsolved",
        source="direction: Sirdeshmukh, Singh & Sabol 2002; size assumed",
    )  # fmt: skip
    norm: float = param(0.5, unit="quality", low=0, high=1, doc="recovery that one may expect", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = FACETS
    reads: ClassVar[tuple[Column[Any], ...]] = ()

    def update(self, people: Rows, lived: Encounters, felt: F32, unease: F32 | None) -> None:
        """Move each facet [E] by its news."""
        for facet, news in zip(FACETS, facet_news(lived, unease), strict=True):
            trust = people[facet]
            step = np.where(news > 0, self.build * (1 - trust), self.lose * trust)
            people[facet] = np.clip(trust + step * news, 0, 1)
        if lived.recovery is not None:
            able, news = people[COMPETENCE], (lived.recovery - np.float32(self.norm)) * (lived.failure > 0)
            step = np.where(news > 0, self.solved * (1 - able), self.unsolved * able)
            people[COMPETENCE] = np.clip(able + step * news, 0, 1)


@dataclass(frozen=True)
class BetaEvidence(Parametric):
    """Beta reputation: trust is the mean of a Beta belief over good and bad evidence, and old evidence fades.

    A steady-state approximation with n = 1 / (1 - keep) pieces of evidence at all times: news of size |s| moves trust
    by w / (n + w) of the way to 1 or 0, w = `scale` |s|. A failure that is put right is evidence of ability.
    Source: Josang & Ismail 2002, who let the evidence grow.
    """

    keep: float = param(0.90, unit="share per encounter", low=0, high=0.999, doc="evidence kept", source=ASSUMED)
    scale: float = param(3.0, unit="evidence per unit news", low=0, high=50, doc="weight of news", source=ASSUMED)
    norm: float = param(0.5, unit="quality", low=0, high=1, doc="recovery that one may expect", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = FACETS
    reads: ClassVar[tuple[Column[Any], ...]] = ()

    def update(self, people: Rows, lived: Encounters, felt: F32, unease: F32 | None) -> None:
        """Move each facet [E] by its evidence."""
        for facet, news in zip(FACETS, facet_news(lived, unease), strict=True):
            self._hear(people, facet, news)
        if lived.recovery is not None:
            self._hear(people, COMPETENCE, (lived.recovery - np.float32(self.norm)) * (lived.failure > 0))

    def _hear(self, people: Rows, facet: Column[np.float32], news: F32) -> None:
        weight = self.scale * np.abs(news)
        step = weight / (1 / (1 - self.keep) + weight)
        people[facet] = people[facet] + step * ((news > 0) - people[facet])


@dataclass(frozen=True)
class NoTrust:
    """Trust plays no part."""

    writes: ClassVar[tuple[Column[Any], ...]] = ()
    reads: ClassVar[tuple[Column[Any], ...]] = ()

    def update(self, people: Rows, lived: Encounters, felt: F32, unease: F32 | None) -> None:
        """Nothing moves."""


def facet_news(lived: Encounters, unease: F32 | None) -> tuple[F32, F32, F32]:
    """What an encounter says about ability, good will and honesty [E]: what was done against what was promised.

    Ability is heard in what is delivered, good will in how, honesty in both.
    Being known too well counts against honesty, weak points openly told count for it.
    """
    able = lived.technical - np.float32(lived.promised)
    caring = lived.functional - np.float32(lived.promised)
    honest = np.float32(0.5) * (able + caring)
    if lived.candour is not None:
        honest = honest + np.float32(CANDOUR) * lived.candour
    return able, caring, honest if unease is None else honest - unease
