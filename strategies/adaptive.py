"""Strategies that read KPIs and change: more or less of a play, phase after phase, a reserve that is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.chance import Draws
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param
from sim.plan import Plan
from sim.view import View
from sim.world import Strategy
from strategies.combining import combine, planned, scaled
from strategies.kpis import EFFORT, KPIS, Reading, measure, refuse_unknown
from strategies.nothing import Nothing
from strategies.over_delivery import OverDelivery

_KPI = f"what is watched: {', '.join(KPIS)}"


@dataclass(frozen=True)
class Adaptive(Parametric):
    """Reviews a KPI and does more of a play when it is worse than the target, less when it is better.

    Side effect: a KPI is a sample. Without patience and on few answers the firm chases noise, and customers get used to
    a level that is taken away again.
    """

    play: Strategy = field(default_factory=OverDelivery)
    kpi: str = param("nps", unit="1", doc=_KPI)
    target: float = param(30.0, unit="as the KPI", doc="where it should be", source=ASSUMED)
    margin: float = param(0.0, unit="as the KPI", low=0, doc="too little off the target to act on", source=ASSUMED)
    every: int = param(13, unit="weeks", low=1, high=520, doc="time between reviews", source=ASSUMED)
    window: int = param(13, unit="weeks", low=1, high=520, doc="what a review looks back on", source=ASSUMED)
    step: float = param(0.5, unit="of the play", low=0.001, high=10, doc="by how much it changes", source=ASSUMED)
    begin: float = param(1.0, unit="of the play", low=0, high=10, doc="how much of it at first", source=ASSUMED)
    most: float = param(2.0, unit="of the play", low=0, high=10, doc="how much of it at most", source=ASSUMED)
    patience: int = param(2, unit="reviews", low=1, high=100, doc="reviews in a row that say the same", source=ASSUMED)
    answers: int = param(50, unit="1", low=1, high=1_000_000, doc="fewest answers or customers to act on")

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_unknown("Adaptive", self.kpi)
        if self.begin > self.most:
            raise ParameterError(f"Adaptive.begin = {self.begin:g} is above most = {self.most:g}: lower it.")

    def plan(self, view: View, draws: Draws) -> Plan:
        """The play's plan [N], as much of it as the reviews have come to."""
        notes = view.desk("adaptive").memory
        age = view.week - notes.setdefault("began", view.week)
        said = self._review(view, notes, age) if age % self.every == 0 else ()
        plan = self.play.plan(view, draws)
        if not isinstance(plan, Plan):
            raise TypeError(f"{type(self.play).__name__}: plan() returned {type(plan).__name__}, not a Plan")
        plan = scaled(plan, notes.get("scale", self.begin))
        return plan.but(notes=(*plan.notes, *said))

    def _review(self, view: View, notes: dict[str, Any], age: int) -> tuple[str, ...]:
        """Change the scale if that many reviews in a row have asked for it; what the journal says."""
        reading = measure(view.desk("adaptive"), self.kpi, self.window)
        if age == 0:  # only to see where running totals stand
            return ()
        if reading.rests_on < self.answers:
            return (f"review: {reading}, too few to act on (at least {self.answers:,})",)
        scale, better = notes.get("scale", self.begin), reading.better(self.target)
        wish = 0 if abs(better) <= self.margin else 1 if better < 0 else -1
        wish *= -1 if self.kpi in EFFORT else 1
        streak = notes.get("streak", 0)
        notes["streak"] = streak + wish if streak * wish > 0 else wish
        if abs(notes["streak"]) < self.patience:
            return (f"review: {reading}, target {self.target:g}: {scale:g} times the play goes on",)
        notes["streak"], notes["scale"] = 0, min(max(scale + wish * self.step, 0.0), self.most)
        return (f"review: {reading}, target {self.target:g}: from {scale:g} to {notes['scale']:g} times the play",)


@dataclass(frozen=True)
class Phase(Parametric):
    """A part of the way: a strategy for some weeks, and what it is to reach by then."""

    strategy: Strategy = field(default_factory=Nothing)
    weeks: int = param(26, unit="weeks", low=1, high=10_000, doc="how long it takes", source=ASSUMED)
    kpi: str = param("nps", unit="1", doc=_KPI)
    target: float = param(30.0, unit="as the KPI", doc="what it is to reach", source=ASSUMED)
    answers: int = param(30, unit="1", low=1, high=1_000_000, doc="fewest answers or customers to judge it by")
    missed: str = param("next", unit="1", doc="'next' goes on to the next phase, 'stay' repeats this one")

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_unknown("Phase", self.kpi)
        if self.missed not in ("next", "stay"):
            raise ParameterError(f"Phase.missed = {self.missed!r} is unknown: write next or stay.")


@dataclass(frozen=True)
class Phases(Parametric):
    """Phases in order, each with a target that is checked at its end; the last one goes on and is checked again.

    A target missed, or measured on too few, repeats the phase or not, as the phase says; the journal notes both. The
    plays of phases that are over rest: what they owe is honoured.
    """

    phases: Mapping[str, Phase] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.phases:
            raise ParameterError("Phases.phases is empty: give at least one phase by name, e.g. phases.first=...")

    def plan(self, view: View, draws: Draws) -> Plan:
        """The running phase's plan [N], booked under the phase's name."""
        notes, names = view.desk("phases").memory, list(self.phases)
        at, began = notes.setdefault("phase", (0, view.week))
        phase = self.phases[names[at]]
        said: tuple[str, ...] = ()
        if view.week == began:
            measure(_desk(view, names[at]), phase.kpi, phase.weeks)  # where the running totals stand now
        elif view.week - began >= phase.weeks:
            at, said = self._check(view, names, at)
            notes["phase"] = at, view.week
            measure(_desk(view, names[at]), self.phases[names[at]].kpi, phase.weeks)
        plans = {
            name: planned(self.phases[name].strategy, name, view, draws, resting=name != names[at])
            for name in names[: at + 1]
        }
        plan = combine(plans, "phases")
        return plan.but(notes=(*plan.notes, *said))

    def _check(self, view: View, names: list[str], at: int) -> tuple[int, tuple[str, ...]]:
        """Which phase comes now, and what the journal says of the one that ends."""
        name, phase = names[at], self.phases[names[at]]
        reading = measure(_desk(view, name), phase.kpi, phase.weeks)
        enough = reading.rests_on >= phase.answers
        met = enough and reading.better(phase.target) >= 0
        now = min(at + 1, len(names) - 1) if met or phase.missed == "next" else at
        verdict = "met" if met else "missed" if enough else f"not judged (needs {phase.answers:,})"
        goes_on = f"'{names[now]}' goes on" if now == at else f"'{names[now]}' begins"
        return now, (f"phase '{name}': {reading}, target {phase.target:g} {verdict}; {goes_on}",)


@dataclass(frozen=True)
class Trigger(Parametric):
    """A reserve that is called when a KPI is worse than a threshold."""

    reserve: Strategy = field(default_factory=OverDelivery)
    kpi: str = param("nps", unit="1", doc=_KPI)
    threshold: float = param(0.0, unit="as the KPI", doc="worse than this calls the reserve", source=ASSUMED)
    weeks: int = param(13, unit="weeks", low=1, high=10_000, doc="how long the reserve runs", source=ASSUMED)
    every: int = param(4, unit="weeks", low=1, high=520, doc="time between looks", source=ASSUMED)
    window: int = param(13, unit="weeks", low=1, high=520, doc="what a look looks back on", source=ASSUMED)
    answers: int = param(30, unit="1", low=1, high=1_000_000, doc="fewest answers or customers to act on")

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_unknown("Trigger", self.kpi)

    def alarm(self, reading: Reading) -> bool:
        """Whether a reading calls the reserve."""
        return reading.rests_on >= self.answers and reading.better(self.threshold) < 0


@dataclass(frozen=True)
class Triggers(Parametric):
    """The usual strategy, and reserves for some weeks whenever their KPI is worse than its threshold.

    Side effect: an alarm on few answers is often a false one, and a reserve that comes and goes is got used to.
    """

    usual: Strategy = field(default_factory=Nothing)
    triggers: Mapping[str, Trigger] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.triggers or "usual" in self.triggers:
            raise ParameterError(
                f"Triggers.triggers has {', '.join(self.triggers) or 'no entry'}: give at least one trigger by name, "
                f"and none is called 'usual'."
            )

    def plan(self, view: View, draws: Draws) -> Plan:
        """The usual plan and those of the reserves that run [N], each booked under its own name."""
        plans, said = {"usual": planned(self.usual, "usual", view, draws)}, []
        for name, trigger in self.triggers.items():
            notes = view.desk("triggers").desk(name).memory
            said += _watch(trigger, name, view, notes)
            if "until" in notes:
                plans[name] = planned(trigger.reserve, name, view, draws, resting=view.week >= notes["until"])
        plan = combine(plans, "triggers")
        return plan.but(notes=(*plan.notes, *said))


def _watch(trigger: Trigger, name: str, view: View, notes: dict[str, Any]) -> list[str]:
    """Call or dismiss a reserve; what the journal says of it."""
    until, said = notes.get("until", -1), []
    if view.week == until:
        said.append(f"{name}: the reserve has run its {trigger.weeks} weeks and ends")
    began: int = notes.setdefault("began", view.week)
    if (view.week - began) % trigger.every == 0 and view.week >= until:
        reading = measure(_desk(view, name), trigger.kpi, trigger.window)
        if trigger.alarm(reading):
            notes["until"] = view.week + trigger.weeks
            said.append(f"{name}: {reading}, worse than {trigger.threshold:g}: the reserve runs {trigger.weeks} weeks")
    return said


def _desk(view: View, name: str) -> View:
    """Where the running totals behind one phase's or trigger's KPI are kept."""
    return view.desk("readings").desk(name)
