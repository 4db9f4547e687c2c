"""One step is one week; what is given per year becomes a weekly chance or rate here and nowhere else."""

from __future__ import annotations

from math import log1p

DAYS_PER_WEEK = 7
WEEKS_PER_YEAR = 365.25 / DAYS_PER_WEEK


def weekly_rate(per_year: float) -> float:
    """Events per week from events per year."""
    return per_year / WEEKS_PER_YEAR


def weekly_discount(per_year: float) -> float:
    """Weekly continuous discount rate from a yearly effective one.

    >>> round(weekly_discount(0.15) * WEEKS_PER_YEAR, 4)
    0.1398
    """
    return log1p(per_year) / WEEKS_PER_YEAR
