"""The way of an optimisation: references, search, finalists on fresh luck until one may be named, and what it brings.

Three lots of luck, none used twice: replications 0.. for the search, the next for the selection, the last to confirm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from experiments.calibrated import Calibration
from experiments.inference.intervals import F64
from experiments.inference.selection import Selection, kim_nelson
from experiments.jobs import Bench
from experiments.optimise.decision import EQUAL, Decision
from experiments.optimise.front import nondominated, thinned
from experiments.optimise.goals import Yardstick, by_replicate
from experiments.optimise.results import AT_RANDOM, BY_HAND, CONFIRMATION, CONTROL, FOUND, SEARCHED, SELECTION
from experiments.optimise.runs import Runs, Task
from experiments.optimise.search import Plan, Point, Score, Trial, best, search
from experiments.optimise.split import Given
from experiments.study import Study
from sim.baseline import Baseline
from sim.errors import ParameterError
from sim.world import Strategy

STEP = 5  # replications between two looks at who is left: part of the procedure, not of the machine
_REFERENCES = 0  # number of the first piece; trials come next


@dataclass(frozen=True)
class Finals:
    """How finalists are judged.

    Attributes:
        finalists: how many of the search take part.
        first: fresh replications before anybody may be dropped.
        most: fresh replications at most.
        confirm: replications that tell what the chosen one brings.
        indifference: smallest difference in the goal that matters.
        confidence: chance that the choice is right.
    """

    finalists: int
    first: int
    most: int
    confirm: int
    indifference: float
    confidence: float


@dataclass(frozen=True)
class Contestant:
    """An arm of the finals.

    Attributes:
        name: of the arm.
        kind: how it came about.
        strategy: what it does.
        frame: its numbers under the luck of the search.
        given: what each cell of the split gets.
        values: parameters, by address.
        trial: of a search; -1 for those made by hand.
    """

    name: str
    kind: str
    strategy: Strategy
    frame: pd.DataFrame
    given: Mapping[str, Given] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    trial: int = -1


@dataclass(frozen=True)
class Outcome:
    """What came of a campaign: trials by search with their numbers, contestants, and their fresh numbers by stage."""

    trials: Mapping[str, Sequence[Trial]]
    frames: Mapping[int, pd.DataFrame]
    control: pd.DataFrame
    contestants: Sequence[Contestant]
    fresh: Mapping[str, pd.DataFrame]
    selection: Selection | None
    chosen: str


@dataclass(frozen=True, eq=False)
class Campaign:
    """An optimisation ready to be run.

    Attributes:
        study: the world, its arms and its control; its replications are those of a trial.
        decision: what may be decided.
        yardstick: what is aimed at.
        plans: searches by name, the first one the search itself, a second its rival.
        finals: how finalists are judged.
        calibration: of the study.
        baseline: of the study.
        bench: where pieces are computed and kept.
    """

    study: Study
    decision: Decision
    yardstick: Yardstick
    plans: Mapping[str, Plan]
    finals: Finals
    calibration: Calibration
    baseline: Baseline
    bench: Bench[pd.DataFrame]

    def run(self) -> Outcome:
        """All of it; what is kept from an earlier try is not computed again."""
        arms = {name: strategy for name, (strategy, _) in self._by_hand().items()}
        whole = self._round({_REFERENCES: Task(arms, self._searched)}, "references")[_REFERENCES]
        control = whole[whole["arm"] == self.study.control]
        frames: dict[int, pd.DataFrame] = {}
        trials = {name: self._search(name, control, frames) for name in self.plans}
        contestants = self._contestants(whole, trials, frames)
        fresh, selection = self._selection(contestants, control)
        chosen = self._leader(contestants, fresh, selection) if selection else ""
        stages = {SELECTION: fresh}
        if chosen:
            stages[CONFIRMATION] = self._confirmation(contestants, fresh, chosen)
        return Outcome(trials, frames, control, contestants, stages, selection, chosen)

    def seeds(self) -> dict[str, tuple[int, int]]:
        """First and last seed of each lot of luck, by what it is for."""
        a, b = self.study.replications, self.study.replications + self.finals.most
        lots = {SEARCHED: (0, a), SELECTION: (a, b), CONFIRMATION: (b, b + self.finals.confirm)}
        return {name: (self.study.seed_of(low), self.study.seed_of(high - 1)) for name, (low, high) in lots.items()}

    def number(self, name: str, place: int) -> int:
        """Under which number a piece of a stage is kept: references, then each search, then both lots of fresh luck."""
        begins, number = {}, 1
        for plan_name, plan in self.plans.items():
            begins[plan_name], number = number, number + plan.trials
        begins |= {SELECTION: number, CONFIRMATION: number + self.finals.most}
        return begins[name] + place

    @property
    def _searched(self) -> tuple[int, ...]:
        return tuple(range(self.study.replications))

    def _by_hand(self) -> dict[str, tuple[Strategy, dict[str, Given]]]:
        """The study's own arms, the control first; plays of a split are run within the budget."""
        split, nothing = self.decision.split, dict[str, Given]()
        parts = {cell.play for cell in split.cells} if split else set()
        own = {name: (strategy, nothing) for name, strategy in self.study.chosen.items() if name not in parts}
        return own | self.decision.single_plays()

    def _round(self, tasks: Mapping[int, Task], word: str) -> dict[int, pd.DataFrame]:
        split = self.decision.split
        single = [name for _, given in self.decision.single_plays().values() for name in given]
        cells = (*(cell.name for cell in split.cells), *single) if split else ()
        periods = split.periods if split else 1
        work = Runs(self.study, self.calibration, self.baseline, tasks, cells, periods)
        self.bench.compute(work, tasks.keys(), word)
        return {number: self.bench.pieces[number] for number in tasks}

    def _search(self, name: str, control: pd.DataFrame, frames: dict[int, pd.DataFrame]) -> list[Trial]:
        """One search; the numbers of its trials are added to `frames`."""
        plan = self.plans[name]

        def evaluate(first: int, points: Sequence[Point]) -> list[Score]:
            tasks = {}
            for place, point in enumerate(points, first):
                strategy = self._allowed(point)
                if strategy is not None:
                    tasks[self.number(name, place)] = Task({"trial": strategy}, self._searched)
            word = f"{name}: trials {first + 1}-{first + len(points)} of {plan.trials}"
            frames.update(self._round(tasks, word))
            numbers = [self.number(name, place) for place in range(first, first + len(points))]
            none = Score((float("nan"),) * len(self.yardstick.goals))
            return [self.yardstick.score(frames[one], control) if one in frames else none for one in numbers]

        return search(self.decision.names, len(self.yardstick.goals), plan, evaluate)

    def _allowed(self, point: Point) -> Strategy | None:
        """The strategy at a point; None where a play refuses a combination of values that are allowed one by one."""
        try:
            return self.decision.strategy(point)
        except ParameterError:
            return None

    def _contestants(
        self, whole: pd.DataFrame, trials: Mapping[str, Sequence[Trial]], frames: Mapping[int, pd.DataFrame]
    ) -> list[Contestant]:
        """The control, what was made by hand, and the best (or the front) of each search."""
        found = []
        for name, (strategy, given) in self._by_hand().items():
            kind = CONTROL if name == self.study.control else BY_HAND
            values = self.decision.own_values() if name == self.decision.arm else {}
            found.append(Contestant(name, kind, strategy, whole[whole["arm"] == name], given, values))
        (main, own), *rivals = trials.items()
        if EQUAL in self.decision.starts():
            found.append(self._tried(EQUAL, BY_HAND, main, own[0], frames))
        taken = {repr(one.strategy) for one in found}
        new = [one for one in own if repr(self._allowed(one.point)) not in taken]
        chosen = [("trial", FOUND, main, one) for one in self._finalists(new, self.finals.finalists)]
        chosen += [("random trial", AT_RANDOM, name, one) for name, own in rivals for one in self._finalists(own, 1)]
        found += [self._tried(f"{word} {one.number + 1}", kind, name, one, frames) for word, kind, name, one in chosen]
        return found

    def _tried(
        self, said: str, kind: str, search_name: str, one: Trial, frames: Mapping[int, pd.DataFrame]
    ) -> Contestant:
        """A trial of a search as a contestant."""
        frame, decision = frames[self.number(search_name, one.number)], self.decision
        given, values = decision.given(one.point), decision.values(one.point)
        return Contestant(said, kind, decision.strategy(one.point), frame, given, values, one.number)

    def _finalists(self, trials: Sequence[Trial], count: int) -> list[Trial]:
        if len(self.yardstick.goals) == 1:
            return best(trials, count, lambda one: self.decision.strategy(one.point))
        feasible = [one for one in trials if one.score.is_feasible]
        if not feasible:
            return []
        values = np.array([one.score.goals for one in feasible])
        front = np.flatnonzero(nondominated(values))
        return [feasible[front[place]] for place in thinned(values[front], count)]

    def _selection(
        self, contestants: Sequence[Contestant], control: pd.DataFrame
    ) -> tuple[pd.DataFrame, Selection | None]:
        """Fresh numbers of all contestants, and with one goal what Kim & Nelson's procedure says of the eligible."""
        strategies = {one.name: one.strategy for one in contestants}
        fresh = self._fresh(strategies, SELECTION, 0, self.finals.first)
        if len(self.yardstick.goals) > 1:
            return fresh, None
        eligible = [one.name for one in contestants if self.is_feasible(one)]
        while True:
            values = self._goal(fresh, eligible)
            found = kim_nelson(values, self.finals.indifference, self.finals.confidence, self.finals.first)
            if found.best is not None or len(values) >= self.finals.most:
                return fresh, found
            left = {self.study.control, *(eligible[place] for place in found.survivors)}
            more = {name: strategy for name, strategy in strategies.items() if name in left}
            until = min(len(values) + STEP, self.finals.most)
            fresh = pd.concat([fresh, self._fresh(more, SELECTION, len(values), until)], ignore_index=True)

    def is_feasible(self, one: Contestant) -> bool:
        """Whether a contestant kept all constraints under the luck of the search; the control always may be chosen."""
        return one.kind == CONTROL or all(gap <= 0 for gap in self.yardstick.broken(one.frame).values())

    def _fresh(self, strategies: Mapping[str, Strategy], stage: str, first: int, until: int) -> pd.DataFrame:
        """Replications of a stage, one piece each, all arms under the same luck."""
        offset = self.study.replications + (self.finals.most if stage == CONFIRMATION else 0)
        places = range(first, until)
        tasks = {self.number(stage, place): Task(strategies, (offset + place,)) for place in places}
        found = self._round(tasks, f"{stage}: fresh replications {first + 1}-{until}")
        return pd.concat(found.values(), ignore_index=True)

    def _goal(self, fresh: pd.DataFrame, names: Sequence[str]) -> F64:
        """The goal [R, A], higher is better; NaN where an arm had been dropped before."""
        (goal,) = self.yardstick.goals
        rows = fresh[fresh["metric"] == goal.name]
        wide = rows.pivot(index="replicate", columns="arm", values="value").sort_index()
        values: F64 = wide[list(names)].to_numpy(np.float64) * goal.better
        return values

    def _leader(self, contestants: Sequence[Contestant], fresh: pd.DataFrame, selection: Selection) -> str:
        """Who was chosen, or who leads those that are left."""
        eligible = [one.name for one in contestants if self.is_feasible(one)]
        if selection.best is not None:
            return eligible[selection.best]
        left = [eligible[place] for place in selection.survivors]
        return left[int(self._goal(fresh, left).mean(axis=0).argmax())]

    def _confirmation(self, contestants: Sequence[Contestant], fresh: pd.DataFrame, chosen: str) -> pd.DataFrame:
        """The chosen one, the control and what it is to be compared with, under luck by which nothing was chosen."""
        by_hand = [one.name for one in contestants if one.kind == BY_HAND and one.name != EQUAL]
        means = {name: self._first(fresh, name) for name in by_hand if self._may_win(contestants, name)}
        best_by_hand = [max(means, key=lambda name: means[name])] if means else []
        always = [one.name for one in contestants if one.name == EQUAL or one.kind in (CONTROL, AT_RANDOM)]
        wanted = {chosen, *best_by_hand, *always}
        strategies = {one.name: one.strategy for one in contestants if one.name in wanted}
        return self._fresh(strategies, CONFIRMATION, 0, self.finals.confirm)

    def _may_win(self, contestants: Sequence[Contestant], name: str) -> bool:
        return any(one.name == name and self.is_feasible(one) for one in contestants)

    def _first(self, fresh: pd.DataFrame, name: str) -> float:
        """Mean goal over the replications that all contestants were run in."""
        (goal,) = self.yardstick.goals
        values = by_replicate(fresh[fresh["arm"] == name], goal.name)[: self.finals.first]
        return float(values.mean()) * goal.better
