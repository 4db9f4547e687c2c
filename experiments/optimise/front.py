"""Several goals at once: which points no other is better than, and a few of them that show the whole front."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


def nondominated(values: F64) -> NDArray[np.bool_]:
    """Which rows [n] no other row is as good as in all goals and better in one; higher is better.

    Args:
        values: [n, G].

    Example:
        >>> nondominated(np.array([[1.0, 2.0], [2.0, 1.0], [0.5, 2.0]])).tolist()
        [True, True, False]
    """
    no_worse = (values[None, :, :] >= values[:, None, :]).all(axis=2)
    better = (values[None, :, :] > values[:, None, :]).any(axis=2)
    free: NDArray[np.bool_] = ~(no_worse & better).any(axis=1)
    return free


def thinned(values: F64, count: int) -> list[int]:
    """At most so many rows of [n, G], spread over the front: the best in each goal, then what is farthest from these.

    Goals are scaled to their ranges; equal rows count once.

    Example:
        >>> thinned(np.array([[0.0, 1.0], [0.1, 0.9], [0.5, 0.5], [1.0, 0.0]]), 3)
        [0, 2, 3]
    """
    _, first = np.unique(values, axis=0, return_index=True)
    rows = np.sort(first)
    width = np.ptp(values[rows], axis=0)
    scaled = (values[rows] - values[rows].min(axis=0)) / np.where(width > 0, width, 1.0)
    chosen = list(dict.fromkeys(int(place) for place in scaled.argmax(axis=0)))[:count]
    while len(chosen) < min(count, len(rows)):
        gaps = np.linalg.norm(scaled[:, None, :] - scaled[None, chosen, :], axis=2).min(axis=1)
        chosen.append(int(gaps.argmax()))
    return sorted(int(rows[place]) for place in chosen)
