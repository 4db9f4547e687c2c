"""Morris screening and Sobol indices, by SALib: at which quantiles of the factors to run, and what the runs say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

type F64 = NDArray[np.float64]

LEVELS = 4  # of a factor in a Morris design
MOVE = LEVELS / (2 * (LEVELS - 1))  # share of its range that a factor moves by at once
_RESAMPLES = 500  # for the 95% half-widths; SALib's bootstrap over trajectories, or over base rows
INDEX = ["factor", "index", "value", "half"]
PAIR = ["factor", "other", "value", "half"]


def morris_design(factors: int, trajectories: int, seed: int) -> F64:
    """Random trajectories on a grid of four levels (Morris 1991): quantiles [T * (K + 1), K].

    Each step of a trajectory moves one factor by two thirds of its range.
    """
    made = morris_sample.sample(_problem(range(factors)), trajectories, num_levels=LEVELS, seed=seed)
    return np.asarray(made, float)


def sobol_design(factors: int, base: int, second_order: bool, seed: int) -> F64:
    """Saltelli's rows (Saltelli 2002) from a scrambled Sobol sequence: quantiles [N * (K + 2), K], or N * (2 K + 2)."""
    made = sobol_sample.sample(_problem(range(factors)), base, calc_second_order=second_order, seed=seed)
    return np.asarray(made, float)


def morris_indices(names: Sequence[str], design: F64, outcome: F64, seed: int) -> pd.DataFrame:
    """What one move of each factor does to an outcome [S], from where the trajectories happened to be.

    A move is two thirds of the range; SALib's own numbers are per whole range, 1.5 times as large.

    Returns:
        Rows of factor, index, value, half: "mu" is the mean change, "mu_star" the mean absolute change (Campolongo,
        Cariboni & Saltelli 2007) with its 95% half-width, "sigma" the standard deviation of the change.
    """
    found = morris_analysis.analyze(
        _problem(names), design, outcome.astype(float), num_resamples=_RESAMPLES, num_levels=LEVELS, seed=seed
    )
    rows: list[tuple[str, str, float, float]] = []
    for index in ("mu", "mu_star", "sigma"):
        halves = found["mu_star_conf"] if index == "mu_star" else np.full(len(names), np.nan)
        rows += [
            (name, index, float(value) * MOVE, float(half) * MOVE)
            for name, value, half in zip(names, found[index], halves, strict=True)
        ]
    return pd.DataFrame(rows, columns=INDEX)


def sobol_indices(
    names: Sequence[str], outcome: F64, second_order: bool, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of an outcome's variance [S]: of each factor alone (S1), with all its interactions (ST), of pairs (S2).

    S1 and ST as in Saltelli et al. 2010, S2 as in Saltelli 2002. An outcome that does not vary has shares of 0.

    Returns:
        Rows of factor, index ("S1", "ST"), value, half; and rows of factor, other, value, half, without rows unless
        `second_order`.
    """
    count = len(names)
    if np.ptp(outcome) == 0:
        found: dict[str, F64] = {name: np.zeros(count) for name in ("S1", "S1_conf", "ST", "ST_conf")}
        found |= {name: np.zeros((count, count)) for name in ("S2", "S2_conf")}
    else:
        found = sobol_analysis.analyze(
            _problem(names), outcome.astype(float), second_order, num_resamples=_RESAMPLES, seed=seed + 1
        )  # SALib takes a seed of 0 for none
    rows = [
        (name, index, float(found[index][place]), float(found[f"{index}_conf"][place]))
        for index in ("S1", "ST")
        for place, name in enumerate(names)
    ]
    pairs = [
        (names[one], names[other], float(found["S2"][one, other]), float(found["S2_conf"][one, other]))
        for one, other in (_pairs(count) if second_order else ())
    ]
    return pd.DataFrame(rows, columns=INDEX), pd.DataFrame(pairs, columns=PAIR)


def _problem(names: Sequence[object]) -> dict[str, Any]:
    """Factors as SALib takes them, all between 0 and 1."""
    return {"num_vars": len(names), "names": [str(name) for name in names], "bounds": [[0.0, 1.0]] * len(names)}


def _pairs(count: int) -> Iterator[tuple[int, int]]:
    return ((one, other) for one in range(count) for other in range(one + 1, count))
