"""Search in a unit cube by Optuna, asked and told in batches: the same points on any machine, and again after a stop.

The search knows nothing of studies. A point is a quantile 0-1 for each name; what it means is the caller's affair.
Optuna keeps nothing on disk: a search that was stopped is gone through again with the scores that are stored, and
comes to the same points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SAMPLERS = ("tpe", "nsga2", "random")
TOP = 0.999  # quantiles end here, so that -log(1 - u) does
_STARTUP = 0.2  # of the trials, before TPE begins to model

type Point = Mapping[str, float]


@dataclass(frozen=True)
class Score:
    """What a point brought.

    Attributes:
        goals: higher is better; NaN where nothing could be measured.
        violations: above 0 where a constraint is broken, by how much.
    """

    goals: tuple[float, ...]
    violations: tuple[float, ...] = ()

    @property
    def is_feasible(self) -> bool:
        """Whether all constraints hold and all goals are known."""
        return all(gap <= 0 for gap in self.violations) and all(math.isfinite(goal) for goal in self.goals)


@dataclass(frozen=True)
class Trial:
    """A point that was tried."""

    number: int
    point: Point
    score: Score


@dataclass(frozen=True)
class Plan:
    """How to search.

    Attributes:
        sampler: "tpe" (Bergstra, Bardenet, Bengio & Kegl 2011), "nsga2" (Deb, Pratap, Agarwal & Meyarivan 2002) or
            "random".
        trials: how many points in all.
        batch: how many are asked for before any is told: part of the search, not of the machine.
        seed: of the sampler.
        starts: points that are tried first.
    """

    sampler: str
    trials: int
    batch: int
    seed: int
    starts: tuple[Point, ...] = ()


def search(
    names: Sequence[str], goals: int, plan: Plan, evaluate: Callable[[int, Sequence[Point]], Sequence[Score]]
) -> list[Trial]:
    """All trials of a search, in order.

    Args:
        names: of the cube's axes.
        goals: how many there are; each is maximised.
        plan: how to search.
        evaluate: takes the number of the first point and a batch of points, and gives their scores.

    Example:
        >>> plan = Plan("tpe", trials=40, batch=4, seed=1)
        >>> found = search(["x"], 1, plan, lambda first, batch: [Score((-((p["x"] - 0.3) ** 2),)) for p in batch])
        >>> abs(max(found, key=lambda trial: trial.score.goals).point["x"] - 0.3) < 0.05
        True
    """
    from optuna.distributions import FloatDistribution  # a second, which only those pay who search
    from optuna.trial import TrialState

    axes = {name: FloatDistribution(0.0, TOP) for name in names}
    study = _study(plan, goals)
    for start in plan.starts[: plan.trials]:
        study.enqueue_trial(dict(start))
    trials: list[Trial] = []
    while len(trials) < plan.trials:
        asked = [study.ask(axes) for _ in range(min(plan.batch, plan.trials - len(trials)))]
        points = [{name: float(one.params[name]) for name in names} for one in asked]
        for one, point, score in zip(asked, points, evaluate(len(trials), points), strict=True):
            for place, gap in enumerate(score.violations):
                one.set_constraint(f"constraint {place}", gap if math.isfinite(gap) else 1.0)
            known = all(math.isfinite(goal) for goal in score.goals)
            study.tell(one, list(score.goals) if known else None, TrialState.COMPLETE if known else TrialState.FAIL)
            trials.append(Trial(len(trials), point, score))
    return trials


def best(trials: Sequence[Trial], count: int, alike: Callable[[Trial], object] = lambda one: one.score) -> list[Trial]:
    """The feasible trials with the highest first goal, the best first; of those that are alike the first one only."""
    ordered = sorted((one for one in trials if one.score.is_feasible), key=lambda one: -one.score.goals[0])
    different = {repr(alike(one)): one for one in reversed(ordered)}
    return [one for one in ordered if different[repr(alike(one))] is one][:count]


def _study(plan: Plan, goals: int) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    startup = max(2 * plan.batch, round(_STARTUP * plan.trials))
    samplers: dict[str, Callable[[], Any]] = {
        "tpe": lambda: optuna.samplers.TPESampler(seed=plan.seed, n_startup_trials=startup),
        "nsga2": lambda: optuna.samplers.NSGAIISampler(seed=plan.seed, population_size=max(startup, 4)),
        "random": lambda: optuna.samplers.RandomSampler(seed=plan.seed),
    }
    return optuna.create_study(directions=["maximize"] * goals, sampler=samplers[plan.sampler]())
