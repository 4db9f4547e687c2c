"""The same customers with and without a play: what the firm has on record of them, and what is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.errors import ParameterError
from sim.ledger import F64
from sim.model import CustomerModel
from sim.people import ACTIVE, KEY, LEFT
from sim.plan import Plan
from sim.records import ANSWER, ANSWERED, KNOWN, LAST, PURCHASES, SPEND
from sim.view import View
from sim.world import Strategy
from strategies.targeting import Targeting


@dataclass(frozen=True, eq=False)
class Moment:
    """How the customers [n] stand at the beginning of a week, on record and in truth.

    Attributes:
        week: which week.
        known: not known to have left.
        met: has ever bought.
        there: counts as a customer for the firm: not seen leaving, or, where nobody is seen leaving, bought of late.
        spend: money on record so far.
        answer: latest survey answer; NaN for none.
        answered: when it came.
        gone: has left; the firm may not know.
        score: what a survey would hear without noise, 0-10; NaN for those who are no customers.
    """

    week: int
    known: Bool
    met: Bool
    there: Bool
    spend: F64
    answer: F64
    answered: F32
    gone: Bool
    score: F64


@dataclass(frozen=True, eq=False)
class Window:
    """A stretch of weeks, between two moments of one world."""

    first: Moment
    last: Moment

    def seen(self, metric: str) -> F64:
        """What the records show of each customer [n]; NaN where they show nothing."""
        if metric == "spend":
            return self.last.spend - self.first.spend
        if metric == "retention":
            return self.last.there.astype(float)
        return np.where(self.last.answered >= self.first.week, self.last.answer, np.nan)

    def true(self, metric: str) -> F64:
        """What is true of each customer [n]; NaN for the feelings of those who have left."""
        if metric == "spend":
            return self.last.spend - self.first.spend
        return (~self.last.gone).astype(float) if metric == "retention" else self.last.score


@dataclass(frozen=True, eq=False)
class Assigned:
    """The targeting of a play, for those customers only who were assigned to it."""

    of: Targeting
    to: Bool

    def pick(self, view: View, draws: Draws) -> Bool:
        """Picked, and assigned to the play; those who came since are in no test [N]."""
        chosen = np.zeros(len(view), np.bool_)
        chosen[: len(self.to)] = self.to
        return self.of.pick(view, draws) & chosen


class Worlds:
    """One firm before a play, and what becomes of its customers with the play for all, for some and for nobody.

    Args:
        root: the model at the fork.
        play: what is evaluated; its weeks count from the launch.
        nothing: what the firm does otherwise.
        weeks: of history before the launch, and of the test.
        recent: weeks within which a customer must have bought to count as one, where leaving is not seen.
    """

    def __init__(self, root: CustomerModel, play: Strategy, nothing: Strategy, weeks: int, recent: int) -> None:
        self._recent, self._weeks, self._nothing = recent, weeks, nothing
        self._play = launched(play, weeks)
        self._stem = root.fork(nothing)
        self.n = len(root.table)
        self.start = self._moment(self._stem)
        self._stem.run_for(weeks)
        self.launch = self._moment(self._stem)

    @property
    def history(self) -> Window:
        """The weeks before the launch."""
        return Window(self.start, self.launch)

    @cached_property
    def nobody(self) -> Window:
        """The test's weeks without the play."""
        return self._lived(self._nothing)[0]

    @cached_property
    def everybody(self) -> Window:
        """The test's weeks with the play for all."""
        return self._for_all[0]

    @cached_property
    def members(self) -> Bool:
        """Who has joined what the play offers, when it is offered to all [n]; nobody if there is nothing to join."""
        return self._for_all[1]

    def trial(self, treated: Bool) -> Window:
        """The test's weeks with the play for some [n].

        Raises:
            ParameterError: the play cannot be kept from anybody.
        """
        play: Any = self._play
        if not hasattr(play, "targeting"):
            name = type(play).__name__
            raise ParameterError(f"job.play: {name} has no targeting, so nobody can be held out: choose another play.")
        return self._lived(replace(play, targeting=Assigned(play.targeting, treated)))[0]

    def order(self) -> F32:
        """A lasting random number of each customer, which decides who is in a test [n]."""
        return self._luck("in the test")

    def coin(self) -> F32:
        """A lasting random number of each customer, which decides who is held out [n]."""
        return self._luck("held out")

    def _luck(self, name: str) -> F32:
        keys = self._stem.table[KEY][: self.n]
        return self._stem.chance.at(self.launch.week).rows(keys).named("field test").lasting(name)

    @cached_property
    def _for_all(self) -> tuple[Window, Bool]:
        return self._lived(self._play)

    def _lived(self, strategy: Strategy) -> tuple[Window, Bool]:
        model = self._stem.fork(strategy)
        model.run_for(self._weeks)
        line = getattr(strategy, "line", "")
        joined: Bool = model.records.members(line)[: self.n].copy()
        return Window(self.launch, self._moment(model)), joined

    def _moment(self, model: CustomerModel) -> Moment:
        crm, n = model.records.crm, self.n
        active = model.table[ACTIVE][:n]
        score = np.full(n, np.nan)
        people = model.table.block(0, n).some(np.flatnonzero(active))
        score[active] = model.mind.lean(people, Plan(), model.conditions).score
        known, last = crm[KNOWN][:n].copy(), crm[LAST][:n]
        seen = model.world.behaviour.leaving_is_seen
        return Moment(
            week=model.week,
            known=known,
            met=crm[PURCHASES][:n] > 0,
            there=known if seen else known & (last >= model.week - self._recent),
            spend=crm[SPEND][:n].astype(float),
            answer=np.where(crm[ANSWER][:n] < 0, np.nan, crm[ANSWER][:n]),
            answered=crm[ANSWERED][:n].copy(),
            gone=~np.isnan(model.table[LEFT][:n]),
            score=score,
        )


def launched(play: Strategy, week: int) -> Strategy:
    """A play whose weeks are counted from the launch."""
    about: Any = play
    moved: Callable[..., Strategy] = replace
    return moved(about, start=about.start + week) if hasattr(about, "start") else play
