"""The CDNOW sample that the repository ships, read and fitted once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from experiments.calibration import BgNbd, GammaGamma, Summary, TransactionLog, fit_bgnbd, fit_gamma_gamma, read_log

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "experiments" / "data" / "cdnow_sample.csv"


@cache
def log() -> TransactionLog:
    return read_log(SAMPLE)


@cache
def summary() -> Summary:
    return log().summary(39)


@cache
def buying() -> BgNbd:
    return fit_bgnbd(summary()).model


@cache
def spending() -> GammaGamma:
    return fit_gamma_gamma(summary()).model


def histories(rows: list[tuple[int, float, float, float]], weeks: int = 39) -> Summary:
    """A summary of made-up customers, each given as repeats, recency, weeks observed and mean repeat spend."""
    x = np.array([row[0] for row in rows], np.int64)
    t_x, observed, z = (np.array([row[at] for row in rows], np.float64) for at in (1, 2, 3))
    first = np.full(len(rows), 20.0)
    names = np.array([f"{at:06d}" for at in range(len(rows))])
    return Summary(names, weeks - observed - 1 / 7, x, t_x, observed, z, first, first + x * z, weeks)
