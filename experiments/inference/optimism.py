"""The best of many looks better than it is: how much of what the best seems to bring is luck of choosing."""

from __future__ import annotations

import numpy as np

from experiments.inference.intervals import F64, LEVEL, Interval, paired_t


def judged_apart(values: F64, level: float = LEVEL) -> Interval:
    """What the best of several candidates brings when those who choose it do not judge it.

    For each replication r the candidate with the highest mean in all others is chosen, and its value in r is taken.
    Chosen and judged by the same replications, the highest mean is too high (winner's curse); its mean less this one
    is how much. The R values share most of their choices, so their interval is approximate.

    Args:
        values: replications by candidates [R, K], higher is better; NaN is never chosen.
        level: of the interval.

    Example:
        >>> judged_apart(np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 0.0]])).mean
        0.0
    """
    count = len(values)
    if count < 2:
        return Interval(float("nan"), count=count)
    others = (values.sum(axis=0) - values) / (count - 1)  # [R, K]: means without each replication
    chosen = np.where(np.isfinite(others), others, -np.inf).argmax(axis=1)
    return paired_t(values[np.arange(count), chosen], level)
