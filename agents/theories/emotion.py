"""How do I feel?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from agents.customers import AROUSAL, REACTIVITY, SOCIABILITY, VALENCE
from sim.chance import F32
from sim.exchange import Encounters, Heard
from sim.parameters import ASSUMED, Parametric, param
from sim.table import Column, Rows


@runtime_checkable
class Emotion(Protocol):
    """Feels an encounter [E], catches what friends feel [H], and fades with the weeks [N]."""

    writes: ClassVar[tuple[Column[Any], ...]]

    def feel(self, people: Rows, lived: Encounters, felt: F32) -> None: ...
    def catch(self, people: Rows, heard: Heard) -> None: ...
    def fade(self, people: Rows) -> None: ...


@dataclass(frozen=True)
class ValenceArousal(Parametric):
    """Two axes: valence moves with the judgement, arousal with its size and with failures; both decay exponentially.

    Source: Russell 1980 (circumplex); Westbrook & Oliver 1991 (consumption emotion and satisfaction).
    """

    gain: float = param(
        0.6, unit="per unit felt", low=0, high=2, doc="how strongly a judgement is felt", source=ASSUMED
    )
    keep: float = param(0.80, unit="share per week", low=0, high=1, doc="what is left of a feeling", source=ASSUMED)
    contagion: float = param(
        0.15, unit="share of the gap", low=0, high=1, doc="feeling caught from staff or a friend",
        source="direction: Hatfield, Cacioppo & Rapson 1994; Pugh 2001 (from staff); size assumed",
    )  # fmt: skip
    writes: ClassVar[tuple[Column[Any], ...]] = (VALENCE, AROUSAL)
    reads: ClassVar[tuple[Column[Any], ...]] = (REACTIVITY, SOCIABILITY)

    def feel(self, people: Rows, lived: Encounters, felt: F32) -> None:
        """Valence and arousal [E] move by reactivity times judgement."""
        push = self.gain * people[REACTIVITY] * felt
        shown = np.float32(self.contagion * lived.staff_mood)
        people[VALENCE] = np.clip(people[VALENCE] + push + shown, -1, 1)
        people[AROUSAL] = np.clip(people[AROUSAL] + np.abs(push) + lived.failure * people[REACTIVITY], 0, 1)

    def catch(self, people: Rows, heard: Heard) -> None:
        """Valence [H] moves towards what friends feel; the sociable catch more."""
        people[VALENCE] = people[VALENCE] + caught(self.contagion, people, heard) * (heard.feeling - people[VALENCE])

    def fade(self, people: Rows) -> None:
        """A week passes [N]."""
        people[VALENCE] *= np.float32(self.keep)
        people[AROUSAL] *= np.float32(self.keep)


@dataclass(frozen=True)
class PositiveNegative(Parametric):
    """Two unipolar affects: good encounters feed one, bad ones the other, and the bad fades sooner.

    Valence holds positive minus negative affect and arousal their sum, so p = (arousal + valence) / 2 and
    n = (arousal - valence) / 2. Source: Westbrook 1987 (two independent dimensions of consumption affect);
    Taylor 1991 (negative events are minimised afterwards).
    """

    gain: float = param(
        0.6, unit="per unit felt", low=0, high=2, doc="how strongly a judgement is felt", source=ASSUMED
    )
    keep_good: float = param(0.85, unit="share per week", low=0, high=1, doc="what is left of the good", source=ASSUMED)
    keep_bad: float = param(0.75, unit="share per week", low=0, high=1, doc="what is left of the bad", source=ASSUMED)
    contagion: float = param(
        0.15, unit="share of the gap", low=0, high=1, doc="feeling caught from staff or a friend",
        source="direction: Hatfield, Cacioppo & Rapson 1994; Pugh 2001 (from staff); size assumed",
    )  # fmt: skip
    writes: ClassVar[tuple[Column[Any], ...]] = (VALENCE, AROUSAL)
    reads: ClassVar[tuple[Column[Any], ...]] = (REACTIVITY, SOCIABILITY)

    def feel(self, people: Rows, lived: Encounters, felt: F32) -> None:
        """Add to the good or to the bad [E]; each is at most 0.5, so valence and arousal stay in their ranges."""
        good, bad = self._parts(people)
        push = self.gain * people[REACTIVITY] * felt
        push = push + np.float32(self.contagion * lived.staff_mood)
        self._store(people, np.minimum(good + np.maximum(push, 0), 0.5), np.minimum(bad - np.minimum(push, 0), 0.5))

    def catch(self, people: Rows, heard: Heard) -> None:
        """Friends' feeling adds to the good or to the bad [H], by how far it is from one's own."""
        good, bad = self._parts(people)
        push = caught(self.contagion, people, heard) * (heard.feeling - people[VALENCE])
        self._store(people, np.minimum(good + np.maximum(push, 0), 0.5), np.minimum(bad - np.minimum(push, 0), 0.5))

    def fade(self, people: Rows) -> None:
        """A week passes [N]."""
        good, bad = self._parts(people)
        self._store(people, good * np.float32(self.keep_good), bad * np.float32(self.keep_bad))

    @staticmethod
    def _parts(people: Rows) -> tuple[F32, F32]:
        half, arousal, valence = np.float32(0.5), people[AROUSAL], people[VALENCE]  # contacts move valence alone
        return np.maximum(half * (arousal + valence), 0), np.maximum(half * (arousal - valence), 0)

    @staticmethod
    def _store(people: Rows, good: F32, bad: F32) -> None:
        people[VALENCE], people[AROUSAL] = good - bad, good + bad


@dataclass(frozen=True)
class NoEmotion:
    """Cool judgement only."""

    writes: ClassVar[tuple[Column[Any], ...]] = ()
    reads: ClassVar[tuple[Column[Any], ...]] = ()

    def feel(self, people: Rows, lived: Encounters, felt: F32) -> None:
        """Nothing is felt."""

    def catch(self, people: Rows, heard: Heard) -> None:
        """Nothing is caught."""

    def fade(self, people: Rows) -> None:
        """Nothing fades."""


def caught(contagion: float, people: Rows, heard: Heard) -> F32:
    """Share of friends' feeling that is caught [H]: as contagious as they are sociable."""
    share: F32 = np.minimum(contagion * 2 * people[SOCIABILITY], 1) * (heard.tellers > 0)
    return share


def region(valence: F32, arousal: F32, stirred: float = 0.15) -> np.ndarray[Any, np.dtype[np.str_]]:
    """The named feeling of each customer [n]: delight, contentment, disappointment or anger (after Russell 1980)."""
    good, calm = valence >= 0, arousal < stirred
    return np.select([good & ~calm, good & calm, ~good & calm], ["delight", "contentment", "disappointment"], "anger")
