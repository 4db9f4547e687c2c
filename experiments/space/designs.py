"""Designs: which settings of some factors are run. A grid, a paired list, a Latin hypercube, Sobol's sequence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.space.factors import Factor
from experiments.space.points import Setting
from sim.errors import ParameterError

F64 = NDArray[np.float64]


def levels_of(factor: Factor, levels: int) -> tuple[float, ...]:
    """The values a factor takes in a grid: its own, or so many at equal distances; whole numbers at most once each."""
    if factor.values:
        return factor.values
    spaced = np.linspace(factor.low, factor.high, levels)
    return tuple(float(value) for value in (np.unique(np.rint(spaced)) if factor.is_whole else spaced))


def grid_size(factors: Sequence[Factor], levels: int) -> int:
    """How many settings a grid would have."""
    return math.prod(len(levels_of(factor, levels)) for factor in factors)


def grid(factors: Sequence[Factor], levels: int = 5) -> tuple[Setting, ...]:
    """Every value of each factor with every value of the others; the last factor varies fastest.

    Raises:
        ParameterError: a factor names a value twice.
    """
    for factor in factors:
        if len(set(factor.values)) < len(factor.values):
            raise ParameterError(f"{factor.address} names a value twice in a grid: name each once.")
    return _settings(factors, product(*(levels_of(factor, levels) for factor in factors)))


def paired(factors: Sequence[Factor]) -> tuple[Setting, ...]:
    """A list of settings: the first values of all factors together, then the second ones, and so on.

    Raises:
        ParameterError: a factor has no values, or not as many as the others.
    """
    counts = {factor.address: len(factor.values) for factor in factors}
    if lacking := [address for address, count in counts.items() if not count]:
        raise ParameterError(f"a paired list needs values, and {lacking[0]} has a range: write '{lacking[0]} A|B|C'.")
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{address} has {count}" for address, count in counts.items())
        raise ParameterError(f"a paired list needs as many values of each factor: {said}.")
    return _settings(factors, zip(*(factor.values for factor in factors), strict=True))


def latin_hypercube(factors: Sequence[Factor], settings: int, seed: int) -> tuple[Setting, ...]:
    """Settings of which each falls into another slice of every factor's range (McKay, Beckman & Conover 1979)."""
    return at_quantiles(factors, qmc.LatinHypercube(len(factors), rng=seed).random(settings))


def sobol(factors: Sequence[Factor], settings: int, seed: int) -> tuple[Setting, ...]:
    """Sobol's sequence (1967), scrambled (Owen 1995): fills the ranges evenly, also in pairs of factors.

    Args:
        factors: what is varied.
        settings: how many; rounded up to a power of two, where the sequence is balanced: see `sobol_size`.
        seed: of the scrambling.
    """
    sequence = qmc.Sobol(len(factors), scramble=True, rng=seed)
    return at_quantiles(factors, sequence.random_base2(sobol_size(settings).bit_length() - 1))


def sobol_size(settings: int) -> int:
    """The next power of two.

    Example:
        >>> sobol_size(64), sobol_size(65), sobol_size(1)
        (64, 128, 1)
    """
    return 1 << (settings - 1).bit_length()


def at_quantiles(factors: Sequence[Factor], quantiles: F64) -> tuple[Setting, ...]:
    """Settings at quantiles of the factors' ranges [S, K], each from 0 to 1."""
    return _settings(factors, ([f.at(float(u)) for f, u in zip(factors, row, strict=True)] for row in quantiles))


def distinct(factors: Sequence[Factor]) -> float:
    """How many different settings there are at all; infinite where a factor is continuous."""
    counts = [
        len(set(factor.values)) or (factor.high - factor.low + 1 if factor.is_whole else math.inf) for factor in factors
    ]
    return math.prod(counts)


def frame_of(settings: Sequence[Setting]) -> pd.DataFrame:
    """Which value every factor has at which setting: columns setting and one for each address."""
    rows = [{"setting": place, **setting.values} for place, setting in enumerate(settings)]
    return pd.DataFrame(rows)


def _settings(factors: Sequence[Factor], rows: Iterable[Iterable[float]]) -> tuple[Setting, ...]:
    names = [factor.address for factor in factors]
    return tuple(Setting(dict(zip(names, row, strict=True))) for row in rows)
