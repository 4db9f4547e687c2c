"""What the same luck saves: variance of a difference between two arms, and the time until it is known well enough."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

from benchmarks.situation import PLAYS, Situation, situation
from benchmarks.twin import TunedTwin, Twin
from sim.model import CustomerModel
from sim.people import ACTIVE
from strategies import Nothing, OverDelivery

WANTED = 0.005  # half width of the 95% interval of the churn difference: half a point
_Z = 1.959964
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """Variance of an unpaired difference over that of the paired one, with a 95% interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3g} ({self.low:.2g} to {self.high:.2g})"


@dataclass(frozen=True)
class Gain:
    """Over-delivery against nothing.

    Attributes:
        ratios: variance ratio of each outcome.
        predicted: variance ratio of churn that the share of changed fates predicts.
        changed: share of customers active at the fork who leave in one arm only (f).
        effect: difference of the two churn rates (d).
        churn: churn rate of control and of the play.
        paired_sd: standard deviation of one replication's paired churn difference.
        unpaired_sd: the same with different seeds in the two arms.
        paired_seconds: one replication: customers, warm-up, fork, two arms.
        unpaired_seconds: two replications of one arm each.
    """

    ratios: dict[str, Ratio]
    predicted: float
    changed: float
    effect: float
    churn: tuple[float, float]
    paired_sd: float
    unpaired_sd: float
    paired_seconds: float
    unpaired_seconds: float

    @property
    def seconds_paired(self) -> float:
        """Seconds until the churn difference is known to half a point, with the same luck in both arms."""
        return replications(self.paired_sd) * self.paired_seconds

    @property
    def seconds_unpaired(self) -> float:
        """The same with luck of their own."""
        return replications(self.unpaired_sd) * self.unpaired_seconds


def replications(sd: float) -> float:
    """How many replications it takes; part of one stands for fewer customers."""
    return (_Z * sd / WANTED) ** 2


def gain(n: int, weeks: int, seeds: int) -> Gain:
    """Run both arms from the same warm model, seed by seed; unpaired variance is the sum of the two arms' variances."""
    where = situation(weeks)
    outcomes: list[F64] = []
    fates: list[F64] = []
    clocks: list[tuple[float, float]] = []
    for seed in range(1, seeds + 1):
        begin = time.perf_counter()
        warm = where.engine(n, seed)
        built = time.perf_counter()
        arms = warm.fork(Nothing()), warm.fork(PLAYS["over_delivery"])
        for arm in arms:
            arm.run_for(weeks)
        clocks.append((built - begin, time.perf_counter() - built))
        outcomes.append(np.array([_outcome(warm, arm) for arm in arms]))
        fates.append(_fates(warm, *arms))
    values = np.stack(outcomes)  # [R, 2, outcomes]
    changed, control, treated = np.mean(fates, axis=0)
    effect = treated - control
    build, run = np.median(clocks, axis=0)
    unpaired = values.var(axis=0, ddof=1).sum(axis=0)
    paired = (values[:, 1] - values[:, 0]).var(axis=0, ddof=1)
    return Gain(
        ratios={name: _ratio(unpaired[i] / paired[i], seeds) for i, name in enumerate(OUTCOMES)},
        predicted=(control * (1 - control) + treated * (1 - treated)) / (changed - effect**2),
        changed=changed,
        effect=effect,
        churn=(control, treated),
        paired_sd=float(np.sqrt(paired[0])),
        unpaired_sd=float(np.sqrt(unpaired[0])),
        paired_seconds=build + run,
        unpaired_seconds=2 * build + run,
    )


def twin_seconds(n: int, weeks: int, kind: type[Twin] = TunedTwin) -> float:
    """Seconds of one unpaired replication of the twin: both arms, each with customers of its own."""
    where: Situation = situation(weeks)
    begin = time.perf_counter()
    for seed, play in ((1, None), (2, OverDelivery())):
        kind(where.world, where.customers(n, seed), where.baseline, play, seed).run_for(weeks)
    return time.perf_counter() - begin


OUTCOMES = ("churn", "satisfaction", "profit")


def _outcome(warm: CustomerModel, arm: CustomerModel) -> list[float]:
    """Share who left of those active at the fork, mean satisfaction of the active at the end, profit per customer."""
    weekly = arm.datacollector.model_vars
    heads = float(warm.table[ACTIVE].sum())
    return [sum(weekly["left"]) / heads, weekly["satisfaction"][-1], sum(weekly["profit"]) / len(arm.table)]


def _fates(warm: CustomerModel, control: CustomerModel, treated: CustomerModel) -> F64:
    """Of those active at the fork: share whose fate differs between the arms, and churn in each."""
    begun = warm.table[ACTIVE]
    gone = [~arm.table[ACTIVE][begun] for arm in (control, treated)]
    return np.array([np.mean(gone[0] != gone[1]), gone[0].mean(), gone[1].mean()])


def _ratio(value: float, seeds: int) -> Ratio:
    """Interval of a variance ratio by the F distribution; a sum of two arms has about twice the freedom."""
    above, below = 2 * (seeds - 1), seeds - 1
    low, high = f_distribution.ppf([0.025, 0.975], above, below)
    return Ratio(float(value), float(value / high), float(value / low))
