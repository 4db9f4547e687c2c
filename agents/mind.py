"""The order of the theories within a week."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from agents.customers import COMFORT, LOYALTY, STATE, VALENCE
from agents.metrics import MIND
from agents.reception import Reception
from agents.theories.commitment import Commitment, CommitmentTrust
from agents.theories.emotion import Emotion, ValenceArousal
from agents.theories.expectation import Adaptive, Expectation
from agents.theories.intention import Intention
from agents.theories.loyalty import Integrated
from agents.theories.satisfaction import AsymmetricDisconfirmation, Satisfaction
from agents.theories.trust import AsymmetricTrust, Trust
from agents.theories.value import QualityForPrice, Value
from sim.baseline import Standing
from sim.chance import F32
from sim.exchange import Acts, Contacts, Encounters, Heard, Leanings
from sim.metrics import Metric
from sim.parameters import Parametric, param
from sim.plan import Offer, Plan
from sim.scenario import USUAL, Conditions
from sim.table import Column, Rows

QUESTIONS = ("expectation", "satisfaction", "emotion", "trust", "value", "commitment", "intention")


@dataclass(frozen=True)
class Mind(Parametric):
    """Seven questions, each answered by one theory; parts are swapped one by one.

    Example:
        >>> from agents.theories.expectation import Bayesian
        >>> Mind(expectation=Bayesian()).expectation.keep
        0.95
    """

    expectation: Expectation = field(default_factory=Adaptive)
    satisfaction: Satisfaction = field(default_factory=AsymmetricDisconfirmation)
    emotion: Emotion = field(default_factory=ValenceArousal)
    trust: Trust = field(default_factory=AsymmetricTrust)
    value: Value = field(default_factory=QualityForPrice)
    commitment: Commitment = field(default_factory=CommitmentTrust)
    intention: Intention = field(default_factory=Integrated)
    reception: Reception = field(default_factory=Reception)
    envy: float = param(
        1.0, unit="quality per unit slight", low=0, high=5, doc="unfairness felt by those who see others get more",
        source="direction: Adams 1965; Feinberg, Krishna & Zhang 2002 (betrayal); size assumed, not checked",
    )  # fmt: skip
    creepiness: float = param(
        1.0, unit="quality per unit beyond comfort", low=0, high=5, doc="unease at being known too well",
        source="direction: Awad & Krishnan 2006; size assumed",
    )  # fmt: skip
    standing: Standing = field(default_factory=Standing, metadata={"internal": True})  # set by the baseline

    @property
    def parts(self) -> tuple[Any, ...]:
        """The seven theories, in the order of the questions."""
        return tuple(getattr(self, question) for question in QUESTIONS)

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        """The usual state, and whatever columns a theory brings of its own."""
        return tuple(dict.fromkeys((*STATE, *(column for part in self.parts for column in part.writes))))

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What is reported: measures of which some theory moves a column, and those that a theory brings."""
        moved = {column for part in self.parts for column in part.writes}
        usual = tuple(metric for metric in MIND if moved & set(metric.columns))
        return usual + tuple(metric for part in self.parts for metric in getattr(part, "measures", ()))

    def begin(self, people: Rows) -> None:
        """Rows [n] bring what a theory says their past has built; most theories say nothing of it."""
        for part in self.parts:
            if hasattr(part, "begin"):
                part.begin(people)

    def appraise(self, people: Rows, lived: Encounters) -> None:
        """Those who lived something judge, feel, trust, value, bind, weigh and, last, learn [E]."""
        lived = self.reception.understand(people, lived)
        unease = self._unease(people, lived)
        if unease is not None:  # being known too well, or treated worse than others, spoils how it was done
            lived = replace(lived, functional=np.clip(lived.functional - unease, 0, 1))
        felt = self.satisfaction.judge(people, lived)
        self.emotion.feel(people, lived, felt)
        self.trust.update(people, lived, felt, unease)
        self.value.worth(people, lived)
        self.commitment.bind(people, lived)
        self.intention.weigh(people, lived)
        self.expectation.learn(people, lived)

    def hear(self, people: Rows, heard: Heard) -> None:
        """What friends tell moves expectation, feeling and attitude [H]."""
        self.expectation.hear(people, heard)
        self.emotion.catch(people, heard)
        self.intention.hear(people, heard)

    def reached(self, people: Rows, contacts: Contacts) -> F32:
        """Contacts are taken in [A]; the chance of each to want no more of them."""
        (loyal, stated), feeling = self._stated(people), people[VALENCE].copy()
        weary = self.reception.reached(people, contacts)
        self._feels(people, feeling)
        self._moves_on(people, loyal, stated)
        return weary

    def join(self, people: Rows, offer: Offer) -> F32:
        """Shift of the logit of joining an offer [E]."""
        return self.reception.join(people, offer, self.standing)

    def acted(self, people: Rows, acts: Acts) -> None:
        """What was done binds and becomes habit, and what was said to it counts [E]."""
        self.commitment.acted(people, acts)
        self.intention.acted(people, acts)
        if acts.answered is not None:
            (loyal, stated), feeling = self._stated(people), people[VALENCE].copy()
            self.reception.answered(people, acts)
            self._feels(people, feeling)
            self._moves_on(people, loyal, stated)
            people[LOYALTY] = np.where(acts.complained, people[LOYALTY], loyal)

    def reconsider(self, people: Rows, plan: Plan) -> F32:
        """Shift of the logit of coming back [L]."""
        return self.reception.reconsider(people, plan)

    def returned(self, people: Rows, plan: Plan) -> None:
        """What coming back for such an offer teaches [R]."""
        self.reception.returned(people, plan)

    def settle(self, people: Rows) -> None:
        """A week passes [N]: what fades, fades."""
        for part in (*self.parts, self.reception):
            if hasattr(part, "fade"):
                part.fade(people)

    def wish(self, people: Rows, plan: Plan, conditions: Conditions = USUAL) -> F32 | None:
        """Shift of the log purchase rate [N]."""
        shift: F32 = self.intention.wish(people, plan, conditions, self.standing)
        return shift

    def lean(self, people: Rows, plan: Plan, conditions: Conditions = USUAL) -> Leanings:
        """Where those lean who have an occasion to act [E]."""
        leanings = self.intention.lean(people, plan, conditions, self.standing)
        return self.reception.lean(people, plan, leanings, self.standing)

    def loyalty(self, people: Rows) -> F32:
        """The index that the baseline standardises [N]."""
        return people[LOYALTY]

    def anchored(self, center: float, spread: float) -> Self:
        """The same mind, measuring loyalty from where the population stood at the fork."""
        return replace(self, standing=Standing(center, spread))

    def _stated(self, people: Rows) -> tuple[F32, F32]:
        """Loyalty as it stands, and as it would be stated now [n]: some of what it is made of moves with the weeks."""
        loyal = people[LOYALTY].copy()
        self.intention.restate(people)
        return loyal, people[LOYALTY].copy()

    def _moves_on(self, people: Rows, loyal: F32, stated: F32) -> None:
        """Loyalty moves by what has changed since it was stated, and by nothing else."""
        self.intention.restate(people)
        people[LOYALTY] = loyal + (people[LOYALTY] - stated)

    def _feels(self, people: Rows, before: F32) -> None:
        """Where the theory of emotion knows no feeling, nothing would ever end one: it stays as it was before [n]."""
        if VALENCE not in self.emotion.writes:
            people[VALENCE] = before

    def _unease(self, people: Rows, lived: Encounters) -> F32 | None:
        unease = None
        if lived.intrusion is not None:
            unease = np.float32(self.creepiness) * np.maximum(lived.intrusion - people[COMFORT], 0)
        if lived.slight is not None:
            slighted = np.float32(self.envy) * lived.slight
            unease = slighted if unease is None else unease + slighted
        return unease


@dataclass(frozen=True)
class NoMind:
    """The standard model: nobody feels anything, so nothing shifts."""

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        """No state."""
        return ()

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Nothing to report."""
        return ()

    def begin(self, people: Rows) -> None:
        """Nothing."""

    def appraise(self, people: Rows, lived: Encounters) -> None:
        """Nothing."""

    def hear(self, people: Rows, heard: Heard) -> None:
        """Nothing."""

    def reached(self, people: Rows, contacts: Contacts) -> F32:
        """Nobody minds [A]."""
        return np.zeros(len(people), np.float32)

    def join(self, people: Rows, offer: Offer) -> F32:
        """No shift [E]."""
        return np.zeros(len(people), np.float32)

    def acted(self, people: Rows, acts: Acts) -> None:
        """Nothing."""

    def reconsider(self, people: Rows, plan: Plan) -> F32:
        """No shift [L]."""
        return np.zeros(len(people), np.float32)

    def returned(self, people: Rows, plan: Plan) -> None:
        """Nothing."""

    def settle(self, people: Rows) -> None:
        """Nothing."""

    def wish(self, people: Rows, plan: Plan, conditions: Conditions = USUAL) -> F32 | None:
        """No shift."""
        return None

    def lean(self, people: Rows, plan: Plan, conditions: Conditions = USUAL) -> Leanings:
        """No shift, no complaint, nothing told, an indifferent answer [E]."""
        zero = np.zeros(len(people), np.float32)
        return Leanings(
            leave=zero, complain=zero, recommend=zero, score=zero + 7, pay=zero, tell=zero, quality=zero,
            attitude=zero, feeling=zero,
        )  # fmt: skip

    def loyalty(self, people: Rows) -> F32:
        """Nobody is more loyal than another [N]."""
        return np.zeros(len(people), np.float32)

    def anchored(self, center: float, spread: float) -> Self:
        """The same."""
        return self
