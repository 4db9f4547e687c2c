"""What is it worth to know more before deciding? Expected value of perfect, of partial and of sample information.

Settings are draws of what is uncertain. Who decides now takes the arm that is best on average over them; who knew more
would take another one in some of them. The gain is what the knowledge is worth, per unit of the benefit.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb, sqrt

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

_DEGREES = 5  # of the polynomials that are tried, at most
_ROWS_PER_TERM = 4  # a polynomial has at most a term for so many settings
_REDRAWN = 200  # times the regression is redrawn from its own uncertainty
_PERMUTED, _REDRAWN_THEN = 99, 50
_FLAT = 1e-12  # knowledge that varies less than so, relative to its size, is a constant


@dataclass(frozen=True)
class Worth:
    """What knowing something before deciding is worth.

    Attributes:
        value: expected gain, in units of the benefit; never below 0 but by noise where it is cross-fitted.
        standard_error: of the value: another ensemble, and another fit, would give another one.
        changes: chance that the decision would be another one than now.
    """

    value: float
    standard_error: float = 0.0
    changes: float = 0.0


def best_now(benefits: F64) -> int:
    """The arm with the highest expected benefit [S, A]: the decision without knowing more."""
    return int(benefits.mean(axis=0).argmax())


def perfect(benefits: F64) -> Worth:
    """Expected value of perfect information: E max_a b(s, a) - max_a E b(s, a), for benefits without noise [S, A].

    Benefits estimated with noise make it too large, as the largest of several noisy numbers is: see `perfect_noisy`.

    Example:
        >>> perfect(np.array([[0.0, 1.0], [0.0, -2.0]])).value
        0.5
    """
    now = best_now(benefits)
    return _worth(benefits.max(axis=1) - benefits[:, now], benefits.argmax(axis=1) != now)


def perfect_noisy(benefits: F64) -> tuple[Worth, Worth]:
    """Expected value of perfect information from replications [S, R, A], as a value too low and one too high.

    The low one chooses a setting's arm by all replications but one and values it by that one, each in turn: who chooses
    by noise is not rewarded for it, but sometimes loses by it. The high one chooses and values by the same numbers. The
    truth lies between their expectations; both close in on it as replications grow.
    """
    now, count = best_now(benefits.mean(axis=1)), benefits.shape[1]
    if count < 2:
        raise ValueError(f"{count} replication cannot be split: choose 2 or more.")
    others = (benefits.sum(axis=1, keepdims=True) - benefits) / (count - 1)
    chosen = others.argmax(axis=2)
    gains = np.take_along_axis(benefits, chosen[:, :, None], axis=2)[:, :, 0] - benefits[:, :, now]
    return _worth(gains.mean(axis=1), (chosen != now).mean(axis=1)), perfect(benefits.mean(axis=1))


def partial(benefits: F64, known: F64, seed: int = 0) -> Worth:
    """Expected value of partial perfect information: of knowing some parameters (or any data) exactly.

    Benefits are regressed on what is known (Strong, Oakley & Brennan 2014, Medical Decision Making 34:311-326); the
    fitted value is what is expected of an arm once it is known, and other uncertainty and noise average out. Here the
    regression is a polynomial whose degree is chosen by leaving one setting out (PRESS); degree 0, nothing to be
    learnt, is among them. What the fit gains by its own error (the largest of several uncertain numbers is too large)
    is estimated by redrawing it from its uncertainty, and taken off.

    Args:
        benefits: of each arm in each setting [S, A], or their means over replications.
        known: what would be known [S, K], or [S].
        seed: of the redrawing.
    """
    return _partial(benefits, _basis(known), seed, _REDRAWN)


def noise_floor(benefits: F64, known: F64, level: float = 0.95, permutations: int = _PERMUTED, seed: int = 0) -> float:
    """What `partial` gives for knowledge that has nothing to do with the benefits: a quantile over permutations.

    A value below it cannot be told from nothing.
    """
    rng = np.random.default_rng(seed)
    fits = _basis(known)
    orders = [rng.permutation(len(benefits)) for _ in range(permutations)]
    values = [_partial(benefits[order], fits, seed, _REDRAWN_THEN).value for order in orders]
    return float(np.quantile(values, level))


def sample(benefits: F64, seen: F64, noise: F64, rounds: int = 10, seed: int = 0) -> Worth:
    """Expected value of sample information: of seeing noisy data before deciding.

    Data are simulated in each setting and benefits regressed on them (Strong, Oakley, Brennan & Breeze 2015, Medical
    Decision Making 35:570-583). What is simulated and what it is worth come from different replications, else the noise
    they share would pass for knowledge.

    Args:
        benefits: of each arm [S, R, A].
        seen: what the study would show without its own noise [S, R, K], from the same replications.
        noise: standard deviation of what the study adds [S, K], beyond what replications have themselves.
        rounds: times data are simulated.
        seed: of the data.
    """
    rng = np.random.default_rng(seed)
    count = benefits.shape[1]
    if count < 2:
        raise ValueError(f"{count} replication cannot be split: choose 2 or more.")
    found = []
    for turn in range(rounds):
        place = turn % count
        data = seen[:, place] + noise * rng.standard_normal(noise.shape)
        found.append(partial(np.delete(benefits, place, axis=1).mean(axis=1), data, seed + turn))
    mean, error, changes = (
        float(np.mean([getattr(one, name) for one in found])) for name in ("value", "standard_error", "changes")
    )
    return Worth(mean, error, changes)


def sampling_gain(worth: Worth, deciding_for: float, price: float) -> Worth:
    """Expected net benefit of sampling: what the information is worth to all it decides for, less its price."""
    return Worth(worth.value * deciding_for - price, worth.standard_error * deciding_for, worth.changes)


def _worth(gains: F64, changed: NDArray[np.bool_] | F64) -> Worth:
    """The mean gain over settings [S] with its standard error."""
    error = float(gains.std(ddof=1)) / sqrt(len(gains)) if len(gains) > 1 else 0.0
    return Worth(float(gains.mean()), error, float(changed.mean()))


def _partial(benefits: F64, bases: list[F64], seed: int, times: int) -> Worth:
    now = best_now(benefits)
    gaps = np.delete(benefits - benefits[:, [now]], now, axis=1)
    fits = [_fit(gap, bases) for gap in gaps.T]
    if all(basis.shape[1] == 1 for basis, _, _ in fits):
        return Worth(0.0)
    fitted = np.stack([fit for _, fit, _ in fits], axis=1)
    best = np.maximum(fitted.max(axis=1), 0.0)
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), size=(len(gaps), times))
    redrawn = np.stack([fit[:, None] + basis @ (basis.T @ (left[:, None] * signs)) for basis, fit, left in fits])
    values = np.maximum(redrawn.max(axis=0), 0.0).mean(axis=0) - np.maximum(redrawn.mean(axis=1).max(axis=0), 0.0)
    value = float(best.mean())
    error = sqrt(float(values.var(ddof=1)) + float(best.var(ddof=1)) / len(best))
    return Worth(max(2 * value - float(values.mean()), 0.0), error, float((best > 0).mean()))


def _fit(gap: F64, bases: list[F64]) -> tuple[F64, F64, F64]:
    """The polynomial that predicts a left-out setting best: its basis [S, T], fitted values and left-out errors [S]."""
    found = None
    for basis in bases:
        fitted = basis @ (basis.T @ gap)
        missed = (gap - fitted) / np.maximum(1 - (basis**2).sum(axis=1), _FLAT)
        error = float(missed @ missed)
        if found is None or error < found[0]:
            found = error, (basis, fitted, missed)
    assert found is not None
    return found[1]


def _basis(known: F64) -> list[F64]:
    """Orthonormal columns that span the polynomials of degree 0, 1, 2, ... in what is known, each [S, T]."""
    known = np.asarray(known, np.float64).reshape(len(known), -1)
    spread = known.std(axis=0)
    moves = spread > _FLAT * np.maximum(np.abs(known).max(axis=0, initial=0.0), 1e-300)
    scaled = (known[:, moves] - known[:, moves].mean(axis=0)) / spread[moves]
    rows, width = scaled.shape
    columns, bases = [np.ones(rows)], [np.full((rows, 1), 1 / sqrt(rows))]
    for degree in range(1, _DEGREES + 1 if width else 1):
        if degree > 1 and comb(width + degree, degree) > rows / _ROWS_PER_TERM:
            break
        columns += [scaled[:, places].prod(axis=1) for places in combinations_with_replacement(range(width), degree)]
        left, size, _ = np.linalg.svd(np.stack(columns, axis=1), full_matrices=False)
        bases.append(left[:, size > 1e-9 * size[0]])
    return bases
