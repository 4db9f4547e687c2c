"""Whom to reach, from the View alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param
from sim.records import ANSWER, ANSWERED, COMPLAINED, FILED, KNOWN, LAST, PURCHASES, RETURNED, SINCE, SPEND
from sim.view import View

STAGES = ("new", "active", "lapsing", "returned")


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
        repeats, silence = _silence(view)
        return view[KNOWN] & (repeats > 0) & (silence > self.gaps) & (silence <= self.lost)


@dataclass(frozen=True)
class LifeStage(Parametric):
    """Where customers stand in their life with the firm, as the CRM sees it: each is in one of four stages.

    * returned: has left and come back;
    * new: first bought within the last `young` weeks;
    * lapsing: silent for more than `gaps` own mean gaps, or, with a single purchase, for more than `young` weeks;
    * active: all others.
    """

    stage: str = param("new", unit="1", doc="new, active, lapsing or returned")
    young: float = param(13.0, unit="weeks", low=0, high=520, doc="how long one is new", source=ASSUMED)
    gaps: float = param(2.0, unit="own mean gaps", low=0, high=100, doc="silence that worries", source=ASSUMED)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.stage not in STAGES:
            raise ParameterError(f"LifeStage.stage = {self.stage!r} is unknown: write one of {', '.join(STAGES)}.")

    def pick(self, view: View, draws: Draws) -> Bool:
        """Everybody in that stage [N]."""
        known, returned = view[KNOWN], view[RETURNED] > 0
        if self.stage == "returned":
            return known & returned
        new = ~returned & (view.week - view[SINCE] <= self.young)
        if self.stage == "new":
            return known & new
        repeats, silence = _silence(view)
        late = np.where(repeats > 0, silence > self.gaps, view.week - view[LAST] > self.young)
        return known & ~returned & ~new & (late if self.stage == "lapsing" else ~late)


@dataclass(frozen=True)
class SurveyAnswer(Parametric):
    """Those whose latest survey answer lies in a range and is not too old; who was silent is never picked."""

    least: int = param(0, unit="points of 10", low=0, high=10, doc="lowest answer that counts")
    most: int = param(6, unit="points of 10", low=0, high=10, doc="highest answer that counts (6: detractors)")
    within: float = param(26.0, unit="weeks", low=0, high=10_000, doc="how old it may be", source=ASSUMED)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.least > self.most:
            raise ParameterError(
                f"SurveyAnswer.least = {self.least} is above most = {self.most}, so nobody is ever picked: lower it."
            )

    def pick(self, view: View, draws: Draws) -> Bool:
        """Those who answered so [N]."""
        answer = view[ANSWER]
        fresh = view[ANSWERED] >= view.week - self.within
        return view[KNOWN] & fresh & (answer >= self.least) & (answer <= self.most)


@dataclass(frozen=True)
class Silent(Parametric):
    """Customers nobody hears of: they buy or not, but have neither complained nor answered a survey for so long.

    Many of the dissatisfied leave without a complaint (exit instead of voice: Hirschman 1970), so a firm that treats
    those it hears from misses them.
    """

    weeks: float = param(52.0, unit="weeks", low=0, high=10_000, doc="without a word", source=ASSUMED)

    def pick(self, view: View, draws: Draws) -> Bool:
        """Those without a word [N]."""
        heard = np.maximum(view[COMPLAINED], view[ANSWERED])
        return view[KNOWN] & (heard < view.week - self.weeks)


@dataclass(frozen=True)
class Filed(Parametric):
    """A segment as the firm has it on file; some customers are filed wrongly, and go by what the file says."""

    segment: int = param(0, unit="place", low=0, high=199, doc="which, from 0 in the order of the study's segments")

    def pick(self, view: View, draws: Draws) -> Bool:
        """Everybody filed there [N]."""
        there: Bool = view[FILED] == self.segment
        return view[KNOWN] & there


@dataclass(frozen=True)
class And:
    """Those whom both pick.

    Two random shares have the same luck: a tenth of a tenth is that tenth.

    Example:
        >>> lapsing_best = And(Lapsing(), ValueTier(0.2))
    """

    one: Targeting = field(default_factory=Everyone)
    other: Targeting = field(default_factory=Everyone)

    def pick(self, view: View, draws: Draws) -> Bool:
        """Picked by the one and by the other [N]."""
        return self.one.pick(view, draws) & self.other.pick(view, draws)


@dataclass(frozen=True)
class Or:
    """Those whom at least one picks."""

    one: Targeting = field(default_factory=Everyone)
    other: Targeting = field(default_factory=Everyone)

    def pick(self, view: View, draws: Draws) -> Bool:
        """Picked by the one or by the other [N]."""
        return self.one.pick(view, draws) | self.other.pick(view, draws)


@dataclass(frozen=True)
class Not:
    """Those known whom another way of targeting leaves out."""

    of: Targeting = field(default_factory=Everyone)

    def pick(self, view: View, draws: Draws) -> Bool:
        """Known and not picked [N]."""
        return view[KNOWN] & ~self.of.pick(view, draws)


@dataclass(frozen=True)
class HoldOut(Parametric):
    """Keeps a lasting random share of customers untreated, so that the firm can measure what a play does."""

    share: float = param(0.1, unit="share", low=0.001, high=0.999, doc="customers kept untreated", source=ASSUMED)
    of: Targeting = field(default_factory=Everyone)

    def pick(self, view: View, draws: Draws) -> Bool:
        """Picked and not held out [N]."""
        return self.of.pick(view, draws) & ~self.held(draws)

    def held(self, draws: Draws) -> Bool:
        """Who is held out, the same customers in every week [N]."""
        return draws.lasting("hold-out") < self.share


def rfm_score(view: View) -> F32:
    """Mean percentile rank 0-1 of recency, frequency and money [N], among all on record."""
    ranks = [rank_of(values) for values in (view[LAST], view[PURCHASES].astype(np.float32), view[SPEND])]
    return np.mean(ranks, axis=0, dtype=np.float32)


def rank_of(values: F32) -> F32:
    """Share of customers with a smaller value [N]; equal values get equal ranks."""
    order = np.argsort(values)
    ascending = values[order]
    ranks = np.empty(len(values), np.float32)
    ranks[order] = np.searchsorted(ascending, ascending) / max(len(values), 1)  # asked in order, which is fast
    return ranks


def _silence(view: View) -> tuple[F32, F32]:
    """Repeat purchases [N] and the time since the last one in the customer's own mean gaps [N]."""
    repeats = view[PURCHASES].astype(np.float32) - 1
    gap = (view[LAST] - view[SINCE]) / np.maximum(repeats, 1)
    silence = (np.float32(view.week) - view[LAST]) / np.maximum(gap, np.float32(1 / 7))
    return repeats, silence.astype(np.float32, copy=False)
