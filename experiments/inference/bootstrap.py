"""How sure is a difference that is not normal, and how sure are many at once? Studentised bootstraps of replications.

The percentile bootstrap is not offered: with 20 replications it covers too little (`python -m benchmarks.coverage`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from experiments.inference.intervals import F64, LEVEL, RESAMPLES, Interval, paired_t
from experiments.inference.refusals import at_least, within

TRUSTED = 10  # replications: with fewer the resamples are too few different ones (10 give 92,378, 5 give 126)
_BLOCK = 4_000_000  # weights held in memory at once
_FLAT = 1e-12  # a resample with less than this share of the variance has the same value everywhere


def bootstrap_t(differences: F64, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """Equal-tailed studentised bootstrap interval for the mean of paired differences [R] (Efron & Tibshirani 1993).

    Each resample gives `t* = (mean* - mean) / se*`; the interval is `mean - t*(high) se` to `mean - t*(low) se`, so a
    long tail of the differences lengthens the side that needs it. The p-value is where the interval touches zero.

    With fewer than `TRUSTED` replications it is Student's interval: resamples of so few hardly differ. Where there is
    nothing to resample (one replication, all differences equal) it is what `paired_t` says as well.

    Args:
        differences: one per replication [R]; what is not finite is left out.
        level: of confidence.
        resamples: how many; the smallest p-value is about two in so many.
        seed: fixed, so that the same study prints the same interval.

    Example:
        >>> bootstrap_t(np.array([1.0, 2.0, 3.0])) == paired_t(np.array([1.0, 2.0, 3.0]))
        True
    """
    within("level", level, 0, 1)
    at_least("resamples", resamples, 100)
    kept = differences[np.isfinite(differences)]
    plain = paired_t(kept, level)
    if len(kept) < TRUSTED or not plain.standard_error > 0:
        return plain
    drawn = np.sort(_studentised(kept[:, None], resamples, seed)[:, 0])
    mean, error = plain.mean, plain.standard_error
    low, high = (drawn[_rank(share, resamples)] for share in ((1 - level) / 2, (1 + level) / 2))
    seen = mean / error
    beyond = min(int((drawn >= seen).sum()), int((drawn <= seen).sum()))
    p_value = min(2 * (beyond + 1) / (resamples + 1), 1.0)
    return Interval(mean, error, float(mean - high * error), float(mean - low * error), p_value, len(kept))


def simultaneous(
    differences: F64, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[Interval, ...]:
    """Intervals that hold all at once, and p-values corrected for asking many questions, by the bootstrap of max |t|.

    Whole replications are resampled, so questions that share their luck cost less than Bonferroni takes. All intervals
    are `mean ± c se` with one c, the level's quantile of the largest |t*|. P-values step down (Romano & Wolf 2005,
    Econometrica 73:1237): each is compared with the largest |t*| of the questions not yet answered, so a p-value may
    lie below 1 - level where the interval, which does not step down, still holds zero.

    A column that is exactly the same in all replications asks no question (a placebo): it gets what `paired_t` says and
    costs the others nothing. With fewer than `TRUSTED` replications c is Bonferroni's, from Student's t.

    Args:
        differences: replications by questions [R, K]; a row that is not finite in some question is left out.
        level: with which all intervals hold.
        resamples: how many; the smallest p-value is about one in so many.
        seed: fixed, so that the same study prints the same.

    Returns:
        One interval per question [K].
    """
    within("level", level, 0, 1)
    at_least("resamples", resamples, 100)
    speaks = np.isfinite(differences)
    kept = differences[speaks[:, speaks.any(axis=0)].all(axis=1)]
    found = [paired_t(column, level) for column in kept.T]
    asked = [place for place, one in enumerate(found) if one.standard_error > 0]
    if not asked:
        return tuple(found)
    if len(kept) < TRUSTED:
        for place in asked:
            found[place] = _bonferroni(kept[:, place], len(asked), level)
        return tuple(found)
    drawn = np.abs(_studentised(kept[:, asked], resamples, seed))
    critical = float(np.sort(drawn.max(axis=1))[_rank(level, resamples)])
    seen = np.array([abs(found[place].mean) / found[place].standard_error for place in asked])
    for place, p_value in zip(asked, _step_down(seen, drawn), strict=True):
        one = found[place]
        half = critical * one.standard_error
        found[place] = replace(one, low=one.mean - half, high=one.mean + half, p_value=float(p_value))
    return tuple(found)


def _studentised(values: F64, resamples: int, seed: int) -> F64:
    """The t of each column in each resample of the rows, about the mean of all [B, K]; a flat resample has infinite t.

    Resamples are counts of the rows, so that all columns are done by two matrix products.
    """
    count = len(values)
    spread = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / spread
    drawn = np.empty((resamples, values.shape[1]))
    done = 0
    for weights in _resamples(count, resamples, seed):
        means = weights @ scaled
        variances = np.maximum(weights @ scaled**2 - means**2, 0.0)
        variances[variances < _FLAT] = 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            found = means / np.sqrt(variances / (count - 1))
        drawn[done : done + len(weights)] = np.where(np.abs(means) < _FLAT, 0.0, found)
        done += len(weights)
    return drawn


def _resamples(count: int, resamples: int, seed: int) -> Iterator[F64]:
    """Which share of each resample each row is [b, R], in blocks that fit into memory."""
    rng = np.random.default_rng(seed)
    most = max(1, _BLOCK // count)
    for done in range(0, resamples, most):
        block = min(most, resamples - done)
        rows = rng.integers(count, size=(block, count)) + count * np.arange(block)[:, None]
        yield np.bincount(rows.ravel(), minlength=block * count).reshape(block, count) / count


def _rank(share: float, resamples: int) -> int:
    """The place of a quantile among sorted resamples, so that exactly the share lies below on average."""
    return min(max(math.ceil(round(share * (resamples + 1), 6)) - 1, 0), resamples - 1)


def _step_down(seen: F64, drawn: F64) -> F64:
    """Step-down p-values [K] from the |t| seen [K] and in each resample [B, K]."""
    order = np.argsort(-seen, kind="stable")
    largest = np.maximum.accumulate(drawn[:, order[::-1]], axis=1)[:, ::-1]  # of the question and all after it
    beyond = (largest >= seen[order]).sum(axis=0)
    p_values = np.empty(len(seen))
    p_values[order] = np.maximum.accumulate((beyond + 1) / (len(drawn) + 1))
    return p_values


def _bonferroni(values: F64, questions: int, level: float) -> Interval:
    one = paired_t(values, 1 - (1 - level) / questions)
    return replace(one, p_value=min(one.p_value * questions, 1.0))
