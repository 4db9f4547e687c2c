"""The researcher's survey: noisy ratings with a halo, of any construct, in every mind.

An answer is sign x sqrt(halo) h + sqrt(reliability - halo) z + sqrt(1 - reliability) e, put on a scale of whole points:
h is the customer's general impression, the same in all answers of a study (sign -1 where a high answer speaks against
the firm); z the construct, standardised in the sample (pure noise where nobody has an opinion); e noise of one item.
Two items with nothing in common but the halo thus correlate by `halo`, two that ask the very same by `reliability`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from experiments.battery.constructs import CONSTRUCTS
from experiments.battery.room import Room
from experiments.battery.statistics import standardised
from sim.errors import ParameterError
from sim.exchange import Leanings
from sim.parameters import Parametric, param

F64 = NDArray[np.float64]
_SURVEY = (
    "recomputed from customerSat, R package bayesm 3.1-5: 1,811 customers, 10 items (Rossi, Gilula & Allenby 2001)"
)


@dataclass(frozen=True)
class Scale:
    """The points of a rating scale; several items are averaged."""

    low: int
    high: int
    items: int = 1


FIVE, SEVEN, TEN, ELEVEN = Scale(1, 5), Scale(1, 7), Scale(1, 10), Scale(0, 10)
SEVEN_BY_FOUR = Scale(1, 7, items=4)  # a multi-item scale, as studies of constructs use


@dataclass(frozen=True)
class Yardstick:
    """Mean and standard deviation by which a construct is standardised; a spread of 0 means nobody has an opinion."""

    mean: float
    spread: float


@dataclass(frozen=True)
class Questionnaire(Parametric):
    """How people answer; defaults are read off one real survey and off nothing else.

    Its least related items (competitive prices, distribution) correlate .35, so the halo shares no more than that; its
    closest (two on prices) correlate .78, so a single item's reliability is no less than that. Both ends are taken as
    they are. Its mean of 6.6 and spread of 2.5 on 1-10 place answers on every scale.
    """

    halo: float = param(0.35, unit="share of variance", low=0, high=1, doc="general impression", source=_SURVEY)
    reliability: float = param(0.78, unit="share of variance", low=0, high=1, doc="all but noise", source=_SURVEY)
    center: float = param(0.626, unit="share of the scale", low=0, high=1, doc="mean good answer", source=_SURVEY)
    spread: float = param(0.275, unit="share of the scale", low=0.01, high=1, doc="spread of answers", source=_SURVEY)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.halo > self.reliability:
            raise ParameterError(
                f"Questionnaire.halo = {self.halo:g} is above its reliability, {self.reliability:g}: it is part of "
                f"that, so choose a halo of at most the reliability."
            )

    def ask(self, rooms: Sequence[Room], wave: str) -> Wave:
        """Begin a survey of everybody in these rooms; `wave` names its luck."""
        return Wave(self, tuple(rooms), wave)

    def put(self, answers: Sequence[F64], scale: Scale, good: int, signed: bool) -> F64:
        """Standardised answers, one array [N] per item, as the mean of whole points on a scale [N]."""
        center = 0.5 if signed else self.center if good > 0 else 1 - self.center
        width = scale.high - scale.low
        points = [scale.low + width * (center + self.spread * answer) for answer in answers]
        total: F64 = sum((np.rint(one).clip(scale.low, scale.high) for one in points), np.zeros(1))
        return total / len(points)


class Wave:
    """One survey of some rooms: everybody answers as they stand at that moment."""

    def __init__(self, questionnaire: Questionnaire, rooms: tuple[Room, ...], name: str) -> None:
        self._how, self._rooms, self._name = questionnaire, rooms, name
        self._when = [room.visits for room in rooms]

    def latent(self, construct: str) -> F64 | None:
        """What everybody thinks, before halo and noise [N]; None when this mind has no such construct.

        Raises:
            RuntimeError: the customers have lived on since the survey began.
        """
        if self._when != [room.visits for room in self._rooms]:
            raise RuntimeError(f"the survey '{self._name}' is over: begin a new one after a visit.")
        asked = CONSTRUCTS[construct]
        parts = [
            asked.read(room.moved, room.people, lean) for room, lean in zip(self._rooms, self.leanings, strict=True)
        ]
        values = [part for part in parts if part is not None]
        return np.concatenate(values).astype(np.float64) if values else None

    def yardstick(self, construct: str) -> Yardstick:
        """By what this wave standardises a construct, to be used in a later wave of the same people."""
        values = self.latent(construct)
        if values is None:
            return Yardstick(0.0, 0.0)
        spread = float(values.std())
        return Yardstick(float(values.mean()), spread if spread > 1e-6 else 0.0)

    def rate(self, construct: str, scale: Scale = SEVEN, against: Yardstick | None = None, blank: bool = False) -> F64:
        """Ratings of a construct [N].

        Args:
            construct: what is asked.
            scale: points and items.
            against: standardise by an earlier wave.
            blank: answer by halo and noise alone, as if nobody had an opinion.
        """
        asked, name = CONSTRUCTS[construct], f"{construct} {scale}{' blank' * blank}"
        impression = self.impression(construct, against, name, blank)
        noise = sqrt(1 - self._how.reliability)
        answers = [impression + noise * self._normal(f"{name} {item}") for item in range(scale.items)]
        return self._how.put(answers, scale, asked.good, asked.signed)

    def amount(self, construct: str) -> F64:
        """A construct stated as an amount of money, in standard deviations [N]: no halo, no points, only noise."""
        z, share = self._standardised(construct, None, f"{construct} amount"), self._how.reliability
        return sqrt(share) * z + sqrt(1 - share) * self._normal(f"{construct} amount")

    def straight(self, construct: str, scale: Scale) -> F64:
        """Ratings of something that follows a construct in a straight line [N]: the null for the shape of a link.

        What bends here is bent by scale, halo and noise.
        """
        how, name, values = self._how, f"straight {construct} {scale}", self.latent(construct)
        z = self._normal(f"{name} no opinion") if values is None or not values.std() else standardised(values)
        impression = sqrt(how.halo) * self._halo + sqrt(how.reliability - how.halo) * z
        noise = sqrt(1 - how.reliability)
        answers = [impression + noise * self._normal(f"{name} {item}") for item in range(scale.items)]
        return how.put(answers, scale, good=1, signed=False)

    def impression(self, construct: str, against: Yardstick | None, name: str, blank: bool) -> F64:
        """The part of an answer that repeats from item to item [N]."""
        how, good = self._how, CONSTRUCTS[construct].good
        z = self._normal(f"{name} no opinion") if blank else self._standardised(construct, against, name)
        return good * sqrt(how.halo) * self._halo + sqrt(how.reliability - how.halo) * z

    @cached_property
    def leanings(self) -> tuple[Leanings, ...]:
        """How everybody leans, room by room."""
        return tuple(room.lean() for room in self._rooms)

    def _standardised(self, construct: str, against: Yardstick | None, name: str) -> F64:
        by = against or self.yardstick(construct)
        values = self.latent(construct)
        if values is None or not by.spread:
            return self._normal(f"{name} no opinion")
        mean = 0.0 if CONSTRUCTS[construct].signed else by.mean
        return (values - mean) / by.spread

    @cached_property
    def _halo(self) -> F64:
        return self._each("halo")  # no wave's own: a customer's impression lasts

    def _normal(self, name: str) -> F64:
        return self._each(f"{self._name} {name}")

    def _each(self, name: str) -> F64:
        return np.concatenate([room.normal(name) for room in self._rooms]).astype(np.float64)
