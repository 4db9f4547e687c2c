"""Pass or fail: intervals over replications against a claim's band, and point estimates for single draws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.battery.fact import Claim
from experiments.inference.intervals import Interval, fieller, paired_t

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Judgement:
    """A claim's mean with its 95% interval, and whether it holds; `said` is why not."""

    claim: Claim
    mean: float
    low: float
    high: float
    holds: bool
    said: str


def judged(claim: Claim, values: Mapping[str, F64]) -> Judgement:
    """A claim judged on replications [R] of its numbers."""
    lines = [values[name] for name in claim.numbers]
    broken = int((~np.isfinite(np.stack(lines))).any(axis=0).sum())
    interval = _interval(claim, lines)
    holds = not broken and _holds(claim, interval)
    said = (
        f"undefined in {broken} of {len(lines[0])} replications" if broken else "" if holds else _why(claim, interval)
    )
    return Judgement(claim, interval.mean, interval.low, interval.high, holds, said)


def holds_at(claim: Claim, numbers: Mapping[str, float]) -> bool:
    """Whether one replication's point estimate lies in a claim's band, or beyond its minimum effect."""
    value = numbers[claim.measure]
    if claim.over:
        bottom = numbers[claim.over]
        value = value / bottom if bottom > 0 else math.nan
    return claim.low <= value <= claim.high


def _interval(claim: Claim, lines: list[F64]) -> Interval:
    """Student's interval over replications; of the logarithm for a ratio, Fieller's for a quotient of two means."""
    if claim.over:
        top, bottom = lines
        quotient = fieller(top, bottom)
        return quotient if float(bottom.mean()) > 0 else Interval(quotient.mean, low=-math.inf, high=math.inf)
    (values,) = lines
    if not claim.is_ratio:
        return paired_t(values)
    logs = paired_t(np.log(np.where(values > 0, values, np.nan)))
    return Interval(math.exp(logs.mean), low=math.exp(logs.low), high=math.exp(logs.high), count=logs.count)


def _holds(claim: Claim, interval: Interval) -> bool:
    if not interval.known:
        return False
    if claim.null is None:
        return claim.low <= interval.low and interval.high <= claim.high
    excluded = interval.low > claim.null if claim.high == math.inf else interval.high < claim.null
    return excluded and claim.low <= interval.mean <= claim.high


def _why(claim: Claim, interval: Interval) -> str:
    """In a few words, why a claim does not hold."""
    if not interval.known or math.isinf(interval.high):
        return "no bounded interval"
    beyond = interval.mean < claim.low or interval.mean > claim.high
    if claim.null is None:
        return "outside the band" if beyond else "interval reaches out of the band"
    up = claim.high == math.inf
    if (interval.high < claim.null) if up else (interval.low > claim.null):
        return "the opposite"
    if interval.low <= claim.null <= interval.high:
        return "not told apart from nothing"
    return "right sign, below the minimum effect"
