"""Whom to reach, from the View alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.errors import ParameterError
from sim.exchange import View
from sim.parameters import ASSUMED, Parametric, param
from sim.records import KNOWN, LAST, PURCHASES, SINCE, SPEND


@runtime_checkable
class Targeting(Protocol):
    """Picks customers [N]; never one the firm knows to have left."""

    def pick(self, view: View, draws: Draws) -> Bool: ...


@dataclass(frozen=True)
class Everyone:
    """All customers on record."""

    def pick(self, view: View, draws: Draws) -> Bool:
        """Everybody not known to have left [N]."""
        return view[KNOWN]


@dataclass(frozen=True)
class RandomShare(Parametric):
    """A lasting random share: who is in stays in, as in a field test."""

    share: float = param(0.5, unit="share", low=0, high=1, doc="how many are reached", source=ASSUMED)

    def pick(self, view: View, draws: Draws) -> Bool:
        """The same customers in every week [N]."""
        return (draws.lasting("random share") < self.share) & view[KNOWN]


@dataclass(frozen=True)
class ValueTier(Parametric):
    """The best by recency, frequency and monetary value: mean of three percentile ranks, after Hughes 1994."""

    top: float = param(0.2, unit="share", low=0, high=1, doc="how many count as the best", source=ASSUMED)

    def pick(self, view: View, draws: Draws) -> Bool:
        """The top share of those known, ranked by RFM [N]; ties stay together."""
        known = view[KNOWN]
        if not known.any() or self.top == 0:
            return np.zeros(len(view), np.bool_)
        score = rfm_score(view)
        return known & (score >= np.quantile(score[known], 1 - self.top))


@dataclass(frozen=True)
class Lapsing(Parametric):
    """Silent for longer than usual: the time since the last purchase, in the customer's own mean gaps."""

    gaps: float = param(2.0, unit="own mean gaps", low=0, high=100, doc="silence that worries", source=ASSUMED)
    lost: float = param(
        6.0, unit="own mean gaps", low=0, high=1e3, doc="silence that is taken as farewell", source=ASSUMED
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.lost <= self.gaps:
            raise ParameterError(
                f"Lapsing.lost = {self.lost:g} is not above gaps = {self.gaps:g}, so nobody is ever picked: raise it."
            )

    def pick(self, view: View, draws: Draws) -> Bool:
        """Repeat buyers who are late but not yet given up [N]."""
        repeats = view[PURCHASES].astype(np.float32) - 1
        gap = (view[LAST] - view[SINCE]) / np.maximum(repeats, 1)
        silence = (view.week - view[LAST]) / np.maximum(gap, np.float32(1 / 7))
        return view[KNOWN] & (repeats > 0) & (silence > self.gaps) & (silence <= self.lost)


def rfm_score(view: View) -> F32:
    """Mean percentile rank 0-1 of recency, frequency and money [N], among all on record."""
    ranks = [_rank(values) for values in (view[LAST], view[PURCHASES].astype(np.float32), view[SPEND])]
    return np.mean(ranks, axis=0, dtype=np.float32)


def _rank(values: F32) -> F32:
    """Share of customers with a smaller value [N]; equal values get equal ranks."""
    return (np.searchsorted(np.sort(values), values) / max(len(values), 1)).astype(np.float32)
