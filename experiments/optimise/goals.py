"""What is aimed at and what must hold, read from the numbers of runs; goals are paired differences from the control."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.configuration.similar import nearest
from experiments.horizon import measures
from experiments.inference.intervals import F64
from experiments.optimise.search import Score
from experiments.results import MetricInfo
from experiments.study import Study
from sim.errors import ParameterError

SPENT = "spent"
_OF_MINDS = ("loyalty", "satisfaction", "trust")


def metrics_of(study: Study) -> tuple[MetricInfo, ...]:
    """What every run of a study is measured by, churn and the money spent among it."""
    known = {metric.name for metric in study.mind.metrics}
    usual = [info for info in measures(study.data.currency) if info.name not in _OF_MINDS or info.name in known]
    churn = MetricInfo("churn", "share", -1, "Churn")
    return (*usual, churn, MetricInfo(SPENT, study.data.currency, -1, "Money spent, all customers, undiscounted"))


@dataclass(frozen=True)
class Yardstick:
    """Goals and constraints.

    Attributes:
        goals: what is aimed at.
        at_least: lowest allowed mean by metric.
        at_most: highest allowed mean by metric; of money spent no replication may pass it.
    """

    goals: tuple[MetricInfo, ...]
    at_least: Mapping[str, float]
    at_most: Mapping[str, float]

    @property
    def bounded(self) -> tuple[str, ...]:
        """Metrics under a constraint."""
        return tuple(dict.fromkeys((*self.at_least, *self.at_most)))

    def gains(self, own: pd.DataFrame, control: pd.DataFrame) -> dict[str, F64]:
        """Each goal minus the control's under the same luck [R], by name, in the metric's own direction."""
        names = [goal.name for goal in self.goals]
        return {name: by_replicate(own, name) - by_replicate(control, name) for name in names}

    def level(self, own: pd.DataFrame, metric: str) -> float:
        """What a constraint looks at: a mean over replications, of money spent the most."""
        values = by_replicate(own, metric)
        return float(values.max() if metric == SPENT else values.mean())

    def broken(self, own: pd.DataFrame) -> dict[str, float]:
        """By how much each constraint is broken (above 0) or kept, relative to its bound; NaN counts as broken."""
        gaps = {f"{name} at least {low:g}": (low - self.level(own, name), low) for name, low in self.at_least.items()}
        gaps |= {
            f"{name} at most {high:g}": (self.level(own, name) - high, high) for name, high in self.at_most.items()
        }
        scaled = {said: gap / (abs(bound) or 1.0) for said, (gap, bound) in gaps.items()}
        return {said: gap if math.isfinite(gap) else 1.0 for said, gap in scaled.items()}

    def score(self, own: pd.DataFrame, control: pd.DataFrame) -> Score:
        """What a trial brought, each goal turned so that higher is better."""
        found = self.gains(own, control)
        goals = tuple(float(found[goal.name].mean()) * goal.better for goal in self.goals)
        return Score(goals, tuple(self.broken(own).values()))


def yardstick_of(
    study: Study, goals: Sequence[str], at_least: Mapping[str, float], at_most: Mapping[str, float], budget: float
) -> Yardstick:
    """Goals and constraints of a job; a budget is a constraint.

    Raises:
        ParameterError: a metric that the study does not have, or that is neither good nor bad.
    """
    known = {info.name: info for info in metrics_of(study)}
    for where, names in (("job.goals", goals), ("job.at_least", at_least), ("job.at_most", at_most)):
        for name in names:
            if name not in known:
                has = ", ".join(known)
                raise ParameterError(
                    f"{where}: '{name}' is no measure of this study.{nearest(name, known)} There are {has}."
                )
    if not goals or len(set(goals)) < len(goals):
        raise ParameterError(f"job.goals = {list(goals)}: name one measure or several, each once, e.g. [value].")
    if {"churn", "retention"} <= set(goals):
        raise ParameterError("job.goals: churn is 1 - retention, so the two are one goal: name one of them.")
    for name in goals:
        if known[name].better == 0:
            raise ParameterError(f"job.goals: '{name}' is neither good nor bad; bound it with job.at_most.{name}=...")
    for name in set(at_least) & set(at_most):
        if at_least[name] > at_most[name]:
            raise ParameterError(
                f"job.at_least.{name} = {at_least[name]:g} is above job.at_most.{name} = {at_most[name]:g}: lower it."
            )
    spend = {SPENT: min(budget, at_most.get(SPENT, math.inf))} if budget else {}
    return Yardstick(tuple(known[name] for name in goals), dict(at_least), {**at_most, **spend})


def by_replicate(frame: pd.DataFrame, metric: str) -> F64:
    """One metric of one arm, in the order of replications [R]; NaN where it was not measured."""
    rows = frame[frame["metric"] == metric].sort_values("replicate")
    return rows["value"].to_numpy(np.float64) if len(rows) else np.full(frame["replicate"].nunique(), np.nan)
