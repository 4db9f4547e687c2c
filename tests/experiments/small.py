"""A small weekly subscription in which much happens in few weeks, for jobs that compare many arms."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.population import Population
from experiments.study import Study
from sim.behaviour import Contractual
from sim.world import Strategy

WEEKLY = Contractual(alpha=1.0, beta=40.0, period=1, uses_mean=1.0, fee=35.0)
TINY = (
    "population.size=150",
    "weeks=8",
    "replications=2",
    "warm_up=3",
    "job.pilot=300",
    "execution.progress=false",
    "execution.workers=1",
)


def study(arms: Mapping[str, Strategy], size: int = 200, weeks: int = 8, replications: int = 2) -> Study:
    """A study of these arms."""
    return Study(
        arms=arms,
        market=WEEKLY,
        population=Population(start="cohort", size=size),
        weeks=weeks,
        replications=replications,
        warm_up=3,
    )
