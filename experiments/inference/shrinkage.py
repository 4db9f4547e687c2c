"""What arms differ by in each of many settings, when each setting was run a few times only.

The best of several noisy means looks better than it is, so the share of settings an arm wins, and what the others then
lose, are wrong if taken from the means as they stand. Here the noise is measured from the replications, all settings
together, and means are drawn towards what settings have in common by as much as noise explains of their spread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.inference.intervals import F64
from experiments.inference.refusals import at_least
from experiments.inference.selection import share_best

_DUST = 1e-9  # relative size below which a variance is rounding


@dataclass(frozen=True, eq=False)
class Spread:
    """Where the differences between arms and the control come from.

    Attributes:
        mean: over settings [A].
        noise: covariance of one replication about the mean of its setting, pooled over settings [A, A].
        between: covariance between settings of what has no noise [A, A].
        replications: of each setting.
    """

    mean: F64
    noise: F64
    between: F64
    replications: int

    @property
    def shares_of_noise(self) -> F64:
        """Which share of the variance between settings' means is noise [A]; 0 where nothing varies."""
        noise = np.diag(self.noise) / self.replications
        whole = noise + np.diag(self.between)
        return np.divide(noise, whole, out=np.zeros_like(whole), where=whole > 0)


def spread_of(differences: F64) -> Spread:
    """Variance components by analysis of variance: E(covariance of means) = between + noise / R.

    Where noise explains more than there is, the rest is taken as 0 (eigenvalues below 0 are).

    Args:
        differences: settings by replications by arms [S, R, A]; each setting has luck of its own.

    Raises:
        ParameterError: fewer than two replications, or settings.
    """
    settings, replications, arms = differences.shape
    at_least("replications", replications, 2)
    at_least("settings", settings, 2)
    means = differences.mean(axis=1)
    left = (differences - means[:, None, :]).reshape(-1, arms)
    noise = left.T @ left / (settings * (replications - 1))
    between = np.atleast_2d(np.cov(means.T)) - noise / replications
    values, vectors = np.linalg.eigh(between)
    return Spread(means.mean(axis=0), noise, (vectors * np.maximum(values, 0.0)) @ vectors.T, replications)


def plausible(differences: F64, draws: int = 400, seed: int = 0) -> F64:
    """What the differences without noise may be, given the replications [draws, S, A].

    With d the mean of a setting, mu the mean over settings, T the covariance between settings and V that of the noise
    of d, the truth of a setting is drawn from Normal(mu + T (T + V)^-1 (d - mu), T - T (T + V)^-1 T): the posterior of
    normal settings (empirical Bayes; Efron & Morris 1975, JASA 70:311-319). With little noise it is d itself. Arms that
    are equal in all replications stay equal.

    Args:
        differences: from the control, settings by replications by arms [S, R, A].
        draws: how many.
        seed: of the draws.
    """
    own, copies = _distinct(differences)
    spread, means = spread_of(own), own.mean(axis=1)
    keep = spread.between @ np.linalg.pinv(spread.between + spread.noise / spread.replications, _DUST, hermitian=True)
    centres = spread.mean + (means - spread.mean) @ keep.T
    values, vectors = np.linalg.eigh(spread.between - keep @ spread.between)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    luck = np.random.default_rng(seed).standard_normal((draws, *means.shape))
    drawn = centres + luck @ root.T
    constant = np.ptp(own, axis=(0, 1)) == 0
    drawn[:, :, constant] = means[:, constant]
    found: F64 = drawn[:, :, copies]
    return found


def chances_of_best(drawn: F64) -> F64:
    """In each setting, how likely each arm is the best [S, A]; arms that tie share.

    Args:
        drawn: what `plausible` gives [draws, S, A].
    """
    best = drawn == drawn.max(axis=2, keepdims=True)
    chances: F64 = (best / best.sum(axis=2, keepdims=True)).mean(axis=0)
    return chances


def chance_highest(differences: F64, draws: int = 4_000, seed: int = 0) -> F64:
    """How surely each arm has the highest mean over these settings, as far as Monte Carlo noise goes [A].

    Tends to 1 for one arm as replications grow, whether or not the model is right: it is no probability of being best.

    Args:
        differences: settings by replications by arms [S, R, A]; each setting has luck of its own.
        draws: how often the noise is drawn anew.
        seed: of the draws.
    """
    own, copies = _distinct(differences)
    spread, settings = spread_of(own), len(own)
    values, vectors = np.linalg.eigh(spread.noise / (settings * spread.replications))
    root = vectors * np.sqrt(np.where(values > _DUST * values.max(), values, 0.0))
    luck = np.random.default_rng(seed).standard_normal((draws, len(values)))
    return share_best((spread.mean + luck @ root.T)[:, copies])


def _distinct(differences: F64) -> tuple[F64, NDArray[np.intp]]:
    """The arms without those equal to another in all replications [S, R, D], and which of these each arm is [A]."""
    flat = differences.reshape(-1, differences.shape[2])
    _, first, copies = np.unique(flat, axis=1, return_index=True, return_inverse=True)
    return differences[:, :, first], copies.ravel()
