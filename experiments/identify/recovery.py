"""How well parameters can be read off summaries: a linear regression, judged on draws it has not seen.

After Carrella, Bailey & Madsen 2020 (JASSS 23(1):7, as remembered, not checked): simulate at parameters drawn from
their prior ranges, regress each parameter on what was observed, and call a parameter unidentifiable whose out-of-sample
predictivity is near zero. With more summaries than draws the coefficients need help. Here they come from the other
direction, of which much is known: parameters were drawn independently, and they are fewer than the draws. So each
summary is regressed on all parameters (ridge, its penalty by leave-one-out), s = B t + e, and that is read backwards by
Bayes' rule for means and covariances, t = (c I + B C^-1 B')^-1 B C^-1 s with C = cov(e) (Bayes linear: Goldstein &
Wooff 2007). B is not known exactly, which looks like knowledge: the caution c, and a factor that takes back what is put
down to a parameter without ground, are learnt inside the training draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

F64 = NDArray[np.float64]

PENALTIES: F64 = np.logspace(0, 5, 16)
_UNIT = np.sqrt(12.0)  # a quantile is uniform: standard deviation 1 / sqrt(12)
_FAR = 4.0  # standard deviations at which a summary is cut off: a few draws lie far out
_INNER = 5  # folds inside the training draws
CAUTION = (1.0, 3.0, 10.0, 30.0)  # tried: precision of the belief before any data, times that of the draws
SHRINK = 0.8  # predicts best out of sample for the two minds it was tried on, with 160 and with 400 draws


def predicted(readings: Sequence[F64], quantiles: F64, folds: int, seed: int) -> list[F64]:
    """Each draw's quantiles [D, P] as read off its summaries by a regression on the draws of the other folds.

    Args:
        readings: summaries [D, S] to read from.
        quantiles: of all that was drawn [D, P].
        folds: into which the draws are cut.
        seed: of the cut.

    Returns:
        For each reading: what is read from it and those before it. Each parameter is read from the one that does best
        within the training draws, so that what adds nothing does no harm.
    """
    fold = folds_of(len(quantiles), folds, seed)
    read = [np.empty_like(quantiles) for _ in readings]
    for number in range(folds):
        train, test = fold != number, fold == number
        tried = [_read(summaries[train], quantiles[train], summaries[test]) for summaries in readings]
        best, least = tried[0]
        for whole, (found, missed) in zip(read, tried, strict=True):
            best, least = np.where(missed < least, found, best), np.minimum(missed, least)
            whole[test] = best
    return read


def folds_of(draws: int, folds: int, seed: int) -> NDArray[np.intp]:
    """The fold of each draw [D]: as equal in size as can be, by luck."""
    places = np.random.default_rng([seed, draws, folds]).permutation(draws)
    return places % folds


def r_squared(true: F64, read: F64) -> F64:
    """1 - squared error over squared deviation from the mean, of each column [P]; near 0 or below: nothing is known."""
    spread = np.square(true - true.mean(axis=0)).sum(axis=0)
    share: F64 = 1 - np.square(true - read).sum(axis=0) / spread
    return share


def r_squared_interval(true: F64, read: F64, seed: int, samples: int = 1_000) -> tuple[F64, F64]:
    """95% percentile bootstrap over draws of each R^2: low [P], high [P]; the regression is not fitted again."""
    rng = np.random.default_rng([seed, *true.shape])
    squared = np.square(true - read)
    values = np.empty((samples, true.shape[1]))
    for number in range(samples):
        weight = np.bincount(rng.integers(0, len(true), len(true)), minlength=len(true)).astype(np.float64)
        mean = weight @ true / len(true)
        values[number] = 1 - (weight @ squared) / np.maximum(weight @ np.square(true) - len(true) * mean**2, 1e-12)
    low, high = np.percentile(values, [2.5, 97.5], axis=0)
    return low, high


@dataclass(frozen=True)
class Pair:
    """Two parameters that are mistaken for each other.

    Attributes:
        first: column of the one.
        second: column of the other.
        correlation: of the errors. Below 0, more of the one is mistaken for more of the other (their product shows);
            above 0, for less of the other (their ratio shows).
    """

    first: int
    second: int
    correlation: float


def confounded(true: F64, read: F64, least: float) -> tuple[Pair, ...]:
    """Pairs of columns whose errors go together, the closest first.

    Args:
        true: quantiles [D, P].
        read: quantiles as they were read [D, P].
        least: smallest correlation that is told; it is raised to what luck does not reach among so many pairs.
    """
    errors = true - read
    count = errors.shape[1]
    if count < 2:
        return ()
    correlations = np.atleast_2d(np.asarray(np.corrcoef(errors.T), np.float64))
    first, second = np.triu_indices(count, 1)
    least = max(least, _by_luck(len(errors), len(first)))
    pairs = [Pair(int(i), int(j), float(correlations[i, j])) for i, j in zip(first, second, strict=True)]
    told = [pair for pair in pairs if abs(pair.correlation) >= least]
    return tuple(sorted(told, key=lambda pair: -abs(pair.correlation)))


def ridge(design: F64, values: F64, penalties: F64 = PENALTIES) -> tuple[F64, F64]:
    """Slopes [P, S] and leave-one-out errors [D, S] of values [D, S] on a design [D, P], a penalty for each column.

    b = (X'X + k I)^-1 X'y, k the penalty with the least leave-one-out error, (y - fit) / (1 - leverage), in closed form
    (Hoerl & Kennard 1970; Golub, Heath & Wahba 1979). Both are centred; an intercept is not penalised.
    """
    draws = len(design)
    x, y = design - design.mean(axis=0), values - values.mean(axis=0)
    left, size, right = np.linalg.svd(x, full_matrices=False)
    inside = left.T @ y
    best = np.full(y.shape[1], np.inf)
    slopes, errors = np.zeros((x.shape[1], y.shape[1])), y.copy()
    for penalty in penalties:
        kept = size**2 / (size**2 + penalty)
        leverage = np.square(left) @ kept + 1 / draws
        missed = (y - left @ (kept[:, None] * inside)) / (1 - leverage)[:, None]
        loss = np.square(missed).mean(axis=0)
        better = loss < best
        best[better] = loss[better]
        slopes[:, better] = (right.T @ ((size / (size**2 + penalty))[:, None] * inside))[:, better]
        errors[:, better] = missed[:, better]
    return slopes, errors


def weighed(errors: F64, slopes: F64, share: float = SHRINK) -> F64:
    """C^-1 B' [S, P] for slopes B [P, S], C the shrunk covariance of errors [D, S].

    C = (1 - share) E'E / D + share diag(E'E / D): most of what correlates is luck, so the correlations are taken a
    `share` nearer to 0. As E has few rows, C is inverted by Woodbury's identity.
    """
    draws = len(errors)
    scale = np.sqrt(share * np.maximum(np.square(errors).mean(axis=0), 1e-12))
    e, b = errors / scale, (slopes / scale).T
    inside = np.linalg.solve(np.eye(draws) + (1 - share) / draws * (e @ e.T), e @ b)
    weight: F64 = (b - (1 - share) / draws * (e.T @ inside)) / scale[:, None]
    return weight


def _read(train: F64, quantiles: F64, test: F64) -> tuple[F64, F64]:
    """Quantiles of test draws as read off their summaries [T, P]; squared error within the training draws [P]."""
    known, new = _standardised(train, test)
    parameters = (quantiles - 0.5) * _UNIT
    inner = np.arange(len(parameters)) % _INNER
    trial = np.empty((len(CAUTION), *parameters.shape))
    for number in range(_INNER):
        here = inner == number
        trial[:, here] = _backwards(known[~here], parameters[~here], known[here])
    factor = (trial * parameters).sum(axis=1) / np.maximum(np.square(trial).sum(axis=1), 1e-12)
    factor = np.maximum(factor, 0)  # [cautions, P]
    missed = np.square(parameters - factor[:, None] * trial).sum(axis=1)
    best = missed.argmin(axis=0)[None]
    chosen = np.take_along_axis(factor[:, None] * _backwards(known, parameters, new), best[None], axis=0)[0]
    read: F64 = 0.5 + chosen / _UNIT
    return read, np.take_along_axis(missed, best, axis=0)[0]


def _backwards(summaries: F64, parameters: F64, new: F64) -> F64:
    """Bayes linear expectation of parameters (mean 0, variance 1 / caution) given new summaries [cautions, T, P]."""
    slopes, errors = ridge(parameters, summaries)
    weight = weighed(errors, slopes)
    told, prior = slopes @ weight, np.eye(len(slopes))
    away = (new - summaries.mean(axis=0)) @ weight
    return np.stack([np.linalg.solve(caution * prior + told.T, away.T).T for caution in CAUTION])


def _standardised(train: F64, test: F64) -> tuple[F64, F64]:
    """Summaries in standard deviations of the training draws, cut off far out; what does not vary is left out."""
    mean, spread = train.mean(axis=0), train.std(axis=0)
    varies = spread > 1e-9
    both = [np.clip((one[:, varies] - mean[varies]) / spread[varies], -_FAR, _FAR) for one in (train, test)]
    return both[0], both[1]


def _by_luck(draws: int, pairs: int) -> float:
    """The correlation that the closest of so many unrelated pairs passes once in twenty studies."""
    return float(np.tanh(ndtri(1 - 0.025 / pairs) / np.sqrt(max(draws - 3, 1))))
