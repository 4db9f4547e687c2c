"""How a firm could find out more before it decides: an A/B test or a survey, what it shows, how exactly, at what price.

An investigation says what it looks at; what that is in each setting is seen by `experiments.information.fieldwork`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from experiments.study import Study
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param

F64 = NDArray[np.float64]

OUTCOMES = ("profit", "revenue", "retention")  # what customers do, as a firm has it on record
_WIDTHS = {"-1 to 1": 2.0, "0 to 1": 1.0, "0-1": 1.0, "quality 0-1": 1.0}  # of what a survey of 0-10 is mapped on
_POINTS = 10.0


@dataclass(frozen=True)
class Look:
    """What is looked at: one arm's mean of an outcome or state in the first weeks, and the spread between customers."""

    arm: str
    of: str
    weeks: int

    @property
    def mean(self) -> str:
        """Under which name a piece of work leaves the mean."""
        return f"{self.of} after {self.weeks} weeks"

    @property
    def spread(self) -> str:
        """Under which name it leaves the standard deviation between customers."""
        return f"spread of {self.mean}"


@runtime_checkable
class Investigation(Protocol):
    """A way to find out more.

    Attributes:
        customers: in the investigation.
        price: per customer in it.
        fixed: whatever their number.
    """

    customers: int
    price: float
    fixed: float

    @property
    def smallest(self) -> int:
        """With fewer customers nothing can be said."""

    def looks(self, control: str) -> tuple[Look, ...]:
        """What is looked at."""

    def meaning(self, control: str) -> str:
        """What is looked at, in words."""

    def check(self, where: str, study: Study) -> None:
        """Refuse what the study does not have."""

    def shows(self, means: Sequence[F64]) -> F64:
        """What it would show if it were exact, from the mean of each look."""

    def noise(self, spreads: Sequence[F64], customers: int, study: Study) -> F64:
        """Standard deviation of what it shows with so many customers, from the spread of each look."""


@dataclass(frozen=True)
class ABTest(Parametric):
    """Half of some customers, at random, get a play; after some weeks they are compared with the other half.

    Attributes:
        arm: the play.
        outcome: what is compared, per customer: profit (margin less what the play spent on them), revenue, retention.
    """

    arm: str = ""
    outcome: str = "profit"
    weeks: int = param(13, unit="weeks", low=1, high=2_600, doc="how long the test goes on")
    customers: int = param(1_000, unit="customers", low=20, high=20_000_000, doc="in both halves")
    price: float = param(
        1.0, unit="money per customer", low=0, high=1e6, doc="of a customer in the test", source=ASSUMED
    )
    fixed: float = param(0.0, unit="money", low=0, high=1e12, doc="of the test, however large", source=ASSUMED)

    smallest: ClassVar[int] = 20

    def looks(self, control: str) -> tuple[Look, ...]:
        """The play and the control."""
        return Look(self.arm, self.outcome, self.weeks), Look(control, self.outcome, self.weeks)

    def meaning(self, control: str) -> str:
        """What is compared with what."""
        names = f"{self.arm} with {control}".replace("_", " ")
        return f"A/B test of {names}: difference in {self.outcome} per customer after {_weeks(self.weeks)}"

    def check(self, where: str, study: Study) -> None:
        """Refuse an arm that is not run, an outcome that nobody sees, and weeks beyond the horizon."""
        _check_arm(f"{where}.arm", self.arm, study)
        if self.arm == study.control:
            raise ParameterError(f"{where}.arm = '{self.arm}' is the control: nothing would differ. Name another arm.")
        if self.outcome not in OUTCOMES:
            raise ParameterError(f"{where}.outcome = '{self.outcome}' is none of {', '.join(OUTCOMES)}: choose one.")
        if self.outcome == "retention" and not study.market.leaving_is_seen:
            raise ParameterError(
                f"{where}.outcome = 'retention': in this market nobody is seen leaving. Choose profit or revenue."
            )
        _check_weeks(f"{where}.weeks", self.weeks, study)

    def shows(self, means: Sequence[F64]) -> F64:
        """The difference."""
        return means[0] - means[1]

    def noise(self, spreads: Sequence[F64], customers: int, study: Study) -> F64:
        """Of the difference of two means of half of the customers each."""
        return np.asarray(np.sqrt((spreads[0] ** 2 + spreads[1] ** 2) / (customers / 2)))


@dataclass(frozen=True)
class Survey(Parametric):
    """Some customers are asked how they feel; a share answers, each with the study's noise of an answer.

    Attributes:
        state: what is asked for, one of the mind's states: satisfaction, trust, ...
        arm: which customers are asked: those who live under it; empty for the control's.
    """

    state: str = "satisfaction"
    arm: str = ""
    weeks: int = param(1, unit="weeks", low=1, high=2_600, doc="until they are asked; 1 is as soon as can be")
    customers: int = param(2_000, unit="customers", low=20, high=20_000_000, doc="who are asked")
    response: float = param(0.20, unit="share", low=0.001, high=1, doc="of those asked who answer", source=ASSUMED)
    price: float = param(0.5, unit="money per customer", low=0, high=1e6, doc="of asking one", source=ASSUMED)
    fixed: float = param(0.0, unit="money", low=0, high=1e12, doc="of the survey, however large", source=ASSUMED)

    smallest: ClassVar[int] = 20

    def looks(self, control: str) -> tuple[Look, ...]:
        """Those who are asked."""
        return (Look(self.arm or control, self.state, self.weeks),)

    def meaning(self, control: str) -> str:
        """Who is asked for what, and when."""
        asked = f"Survey of {self.state} after {_weeks(self.weeks)} under {self.arm or control}".replace("_", " ")
        return f"{asked}; {self.response:.0%} of those asked answer"

    def check(self, where: str, study: Study) -> None:
        """Refuse an arm that is not run, a state that the mind does not have, and weeks beyond the horizon."""
        if self.arm:
            _check_arm(f"{where}.arm", self.arm, study)
        states = {metric.name: metric.unit for metric in study.mind.metrics if metric.unit in _WIDTHS}
        if self.state not in states:
            has = f"this mind can be asked for {', '.join(states)}" if states else "this mind has none"
            raise ParameterError(f"{where}.state = '{self.state}' cannot be asked for: {has}. Choose one of them.")
        _check_weeks(f"{where}.weeks", self.weeks, study)

    def shows(self, means: Sequence[F64]) -> F64:
        """The mean."""
        return means[0]

    def noise(self, spreads: Sequence[F64], customers: int, study: Study) -> F64:
        """Of a mean over those who answer: customers differ, and each answer has the noise of `study.survey`."""
        unit = next(metric.unit for metric in study.mind.metrics if metric.name == self.state)
        answer = study.survey.noise * _WIDTHS[unit] / _POINTS
        return np.asarray(np.sqrt((spreads[0] ** 2 + answer**2) / max(customers * self.response, 1.0)))


def sizes_of(investigation: Investigation, most: int) -> tuple[int, ...]:
    """Sample sizes a curve is drawn over: the one that is asked about, halved and doubled, within what there is.

    Example:
        >>> sizes_of(ABTest("gift", customers=400), 3000)
        (25, 50, 100, 200, 400, 800, 1600, 3000)
    """
    wanted = [investigation.customers * 2.0**step for step in range(-4, 5)]
    return tuple(sorted({round(min(max(size, investigation.smallest), most)) for size in wanted}))


def price_of(investigation: Investigation, customers: int) -> float:
    """What an investigation of that size costs."""
    return investigation.fixed + investigation.price * customers


def _weeks(count: int) -> str:
    return f"{count} week{'s' * (count != 1)}"


def _check_arm(where: str, arm: str, study: Study) -> None:
    if arm not in study.chosen:
        raise ParameterError(f"{where} = '{arm}' is none of the arms {list(study.chosen)}: name one of them.")


def _check_weeks(where: str, weeks: int, study: Study) -> None:
    if weeks > study.weeks:
        raise ParameterError(
            f"{where} = {weeks} lies beyond the horizon of {study.weeks} weeks: choose {study.weeks} or less."
        )
