"""What researchers compute from answers: correlations, slopes on either side of a point, curvature, odds, hazards."""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


def correlation(first: F64, second: F64) -> float:
    """Pearson's r; 0 where one of them does not vary.

    Example:
        >>> correlation(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
        1.0
    """
    a, b = first - first.mean(), second - second.mean()
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return round(float((a * b).sum()) / size, 12) if size > 0 else 0.0


def standardised(values: F64) -> F64:
    """With mean 0 and standard deviation 1; zeros where nothing varies."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros(len(values))


def slopes(outcome: F64, *causes: F64) -> F64:
    """Ordinary least squares of an outcome on its causes, without the intercept [C]."""
    matrix = np.column_stack([np.ones(len(outcome)), *causes])
    fit: F64 = np.linalg.lstsq(matrix, outcome, rcond=None)[0]
    return fit[1:]


def explained(outcome: F64, *causes: F64) -> float:
    """R squared of a regression on all causes."""
    matrix = np.column_stack([np.ones(len(outcome)), *causes])
    fit = np.linalg.lstsq(matrix, outcome, rcond=None)[0]
    total = float(outcome.var())
    return 1 - float((outcome - matrix @ fit).var()) / total if total > 0 else 0.0


def either_side(outcome: F64, cause: F64, middle: float) -> tuple[float, float]:
    """Slopes of an outcome below and above a point of its cause, both in one regression."""
    below, above = slopes(outcome, np.minimum(cause - middle, 0), np.maximum(cause - middle, 0))
    return float(below), float(above)


def bend(outcome: F64, ratings: F64) -> tuple[float, float]:
    """Curvature of the mean outcome over ratings, and its rise, from a parabola over the whole range of the ratings.

    The rise is that from the lowest to the highest rating; the bend is the rise over the upper half less that over the
    lower half. Bend / rise is +1 for a curve that is flat at first and then steep, 0 for a line, -1 for the reverse.
    """
    low, high = float(ratings.min()), float(ratings.max())
    if high == low:
        return 0.0, 0.0
    x = 2 * (ratings - low) / (high - low) - 1
    linear, square = slopes(outcome, x, x * x)
    return 2 * float(square), 2 * float(linear)


def cubic(outcome: F64, cause: F64) -> float:
    """Coefficient of the cube of a cause in a cubic, all standardised: above 0 the ends are steeper than the middle."""
    x = standardised(cause)
    return float(slopes(standardised(outcome), x, x * x, x**3)[2])


def odds_ratio(chance: float, reference: float) -> float:
    """Odds of one chance over odds of another.

    Example:
        >>> odds_ratio(0.8, 0.5)
        4.0
    """
    return round(chance / (1 - chance) / (reference / (1 - reference)), 12)


def hazard_ratio(covariate: F64, exits: NDArray[np.intp], periods: int) -> float:
    """Hazard ratio per unit of a covariate: Cox's partial likelihood, ties after Breslow.

    Args:
        covariate: of each customer [N].
        exits: period in which each left, counted from 0; `periods` for those who never did [N].
        periods: how long they were followed.

    Returns:
        exp(b); 1 when nobody left.
    """
    order = np.argsort(-exits, kind="stable")  # those who stayed longest first: a risk set is a run from the start
    x, left = covariate[order], exits[order]
    last = np.searchsorted(-left, -np.arange(periods), side="right")  # members of each period's risk set
    events = np.bincount(left[left < periods], minlength=periods)
    total = float(x[left < periods].sum())
    b = 0.0
    for _ in range(12):
        weight = np.exp(b * x)
        sums = [np.concatenate([[0.0], np.cumsum(weight * x**power)])[last] for power in range(3)]
        mean = sums[1] / np.maximum(sums[0], 1e-300)
        gradient = total - float((events * mean).sum())
        information = float((events * (sums[2] / np.maximum(sums[0], 1e-300) - mean * mean)).sum())
        step = gradient / information if information > 0 else 0.0
        b += float(np.clip(step, -1, 1))
        if abs(step) < 1e-9:
            break
    return float(np.exp(b))


def promoters(answers: F64) -> float:
    """Net promoter score of 0-10 answers: share of 9 and 10 less share of 6 and below (Reichheld 2003)."""
    return float((answers >= 9).mean() - (answers <= 6).mean())


def log_or_nan(value: float) -> float:
    """Natural logarithm; NaN for what has none."""
    return log(value) if 0 < value < float("inf") else float("nan")
