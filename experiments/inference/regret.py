"""What each plan loses by not being the one that is best in a setting (Savage 1951, JASA 46:55-67)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.inference.intervals import F64
from experiments.inference.selection import expected_regret, share_best

_HIGH = 0.95


@dataclass(frozen=True)
class Regret:
    """What a plan loses over many settings, and how often it loses nothing.

    Attributes:
        mean: expected regret.
        high: what it loses less than in 95% of the settings.
        worst: largest regret of all settings.
        best: share of settings in which it is the best.
        harm: share in which it is worse than the control.
    """

    mean: float
    high: float
    worst: float
    best: float
    harm: float


def regrets(benefits: F64) -> F64:
    """Best of a setting less each plan [..., S, A], from benefits of the same shape, higher is better.

    Example:
        >>> regrets(np.array([[1.0, 0.0], [0.0, 3.0]])).tolist()
        [[0.0, 1.0], [3.0, 0.0]]
    """
    lost: F64 = benefits.max(axis=-1, keepdims=True) - benefits
    return lost


def regret_table(plausible: F64) -> tuple[Regret, ...]:
    """One line per plan, in the order of the arms, the control first.

    The 95th percentile and the largest are taken over settings in each draw, and then averaged over draws.

    Args:
        plausible: draws of each plan's difference from the control in each setting [draws, S, A], higher is better.
    """
    lost = regrets(plausible)
    flat = plausible.reshape(-1, plausible.shape[-1])
    means, shares = expected_regret(flat), share_best(flat)
    high = np.quantile(lost, _HIGH, axis=1).mean(axis=0)
    worst, harm = lost.max(axis=1).mean(axis=0), (plausible < 0).mean(axis=(0, 1))
    return tuple(Regret(*map(float, line)) for line in zip(means, high, worst, shares, harm, strict=True))


def chance_least(plausible: F64, seed: int = 0) -> F64:
    """How firmly each plan has the smallest expected regret: its share of bootstrap samples of the settings [A].

    There is no such share for the largest regret: no sample holds a setting worse than those there are.

    Args:
        plausible: draws of each plan's difference from the control in each setting [draws, S, A], higher is better; a
            sample is taken for each draw.
        seed: of the sampling.
    """
    rng, settings = np.random.default_rng(seed), plausible.shape[1]
    return share_best(np.stack([one[rng.integers(settings, size=settings)].mean(axis=0) for one in plausible]))


def minimax(table: tuple[Regret, ...]) -> int:
    """The plan whose largest regret is smallest."""
    return min(range(len(table)), key=lambda place: table[place].worst)


def least_expected(table: tuple[Regret, ...]) -> int:
    """The plan with the smallest expected regret, which is the one with the highest mean."""
    return min(range(len(table)), key=lambda place: table[place].mean)
