"""How sure is a difference? Paired t, Fieller's ratio, Holm's correction, bootstrap ranks.

All of them measure Monte Carlo noise: what another set of replications of the same model would change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

F64 = NDArray[np.float64]

LEVEL = 0.95
RESAMPLES = 4_000


@dataclass(frozen=True)
class Interval:
    """A mean with its standard error, interval and two-sided p-value; NaN where one replication defines none."""

    mean: float
    standard_error: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p_value: float = math.nan
    count: int = 1

    @property
    def known(self) -> bool:
        """Whether there are bounds at all."""
        return not math.isnan(self.low)

    @property
    def sign(self) -> int:
        """+1 or -1 if the interval lies on one side of zero, 0 if it holds zero or is undefined."""
        return int(self.low > 0) - int(self.high < 0)


def paired_t(differences: F64, level: float = LEVEL) -> Interval:
    """Student's interval for the mean of paired differences [R], one per replication.

    Differences that are all exactly zero (a placebo) give exactly zero everywhere, and p = 1.

    Example:
        >>> paired_t(np.array([1.0, 2.0, 3.0])).mean
        2.0
    """
    kept = differences[np.isfinite(differences)]
    count = len(kept)
    if count == 0:
        return Interval(math.nan, count=0)
    mean = float(kept.mean())
    if count == 1:
        return Interval(mean)
    error = float(kept.std(ddof=1)) / math.sqrt(count)
    half = float(student.ppf(0.5 + level / 2, count - 1)) * error
    p_value = 2 * float(student.sf(abs(mean) / error, count - 1)) if error > 0 else float(mean == 0)
    return Interval(mean, error, mean - half, mean + half, p_value, count)


def fieller(top: F64, bottom: F64, level: float = LEVEL) -> Interval:
    """Interval for mean(top) / mean(bottom) from paired replications [R] (Fieller 1954, JRSS B 16:175-185).

    The bounds solve `(b² - t²v_bb) q² - 2 (ab - t²v_ab) q + (a² - t²v_aa) = 0`, a and b the means, v the (co)variances
    of the means. If the bottom's own interval holds zero, no bounded interval exists: the bounds are then infinite. A
    bottom of exactly zero has no ratio: NaN.
    """
    count = len(top)
    if count == 0 or float(bottom.mean()) == 0:
        return Interval(math.nan, count=count)
    a, b = float(top.mean()), float(bottom.mean())
    if count == 1:
        return Interval(a / b)
    (v_aa, v_ab), (_, v_bb) = np.cov(top, bottom) / count
    t2 = float(student.ppf(0.5 + level / 2, count - 1)) ** 2
    square, middle, constant = b * b - t2 * v_bb, a * b - t2 * v_ab, a * a - t2 * v_aa
    if square <= 0:
        return Interval(a / b, low=-math.inf, high=math.inf, count=count)
    root = math.sqrt(max(middle * middle - square * constant, 0.0))
    return Interval(a / b, low=(middle - root) / square, high=(middle + root) / square, count=count)


def holm(p_values: F64) -> F64:
    """Holm's step-down correction for several questions at once (Holm 1979, Scand. J. Statist. 6:65-70); NaN stays.

    Example:
        >>> [round(float(p), 6) for p in holm(np.array([0.01, 0.04, 0.03]))]
        [0.03, 0.06, 0.06]
    """
    corrected = np.full(len(p_values), np.nan)
    asked = np.flatnonzero(np.isfinite(p_values))
    order = asked[np.argsort(p_values[asked], kind="stable")]
    steps = np.arange(len(order), 0, -1) * p_values[order]
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return corrected


def chance_best(values: F64, resamples: int = RESAMPLES, seed: int = 0) -> F64:
    """Share of bootstrap resamples of the replications in which each arm's mean is the highest.

    Monte Carlo noise only: with more replications one share tends to 1, whether or not the model is right.

    Args:
        values: [R, A], replications by arms; a resample takes whole rows, so arms keep their common luck.
        resamples: how many.
        seed: fixed, so that the same study prints the same share.

    Returns:
        [A], summing to 1; NaN with a single replication.
    """
    count, arms = values.shape
    if count < 2:
        return np.full(arms, np.nan)
    rng = np.random.default_rng(seed)
    winners = [int(values[rng.integers(count, size=count)].mean(axis=0).argmax()) for _ in range(resamples)]
    return np.bincount(winners, minlength=arms) / resamples
