"""How large is a difference, apart from how sure it is? Effect sizes on scales that other fields know."""

from __future__ import annotations

import math

import numpy as np

from experiments.inference.intervals import Interval
from experiments.inference.refusals import within
from sim.errors import ParameterError


def cohen_h(share: float, other: float) -> float:
    """Difference of two shares where 90% against 95% counts more than 50% against 55% (Cohen 1988).

    `h = 2 asin sqrt(share) - 2 asin sqrt(other)`; Cohen calls 0.2 small, 0.5 medium, 0.8 large.

    Example:
        >>> round(cohen_h(0.95, 0.90), 3), round(cohen_h(0.55, 0.50), 3)
        (0.192, 0.1)
    """
    for name, value in (("share", share), ("other", other)):
        if not 0 <= value <= 1:
            raise ParameterError(f"{name} = {value!r} is outside 0 to 1: give shares of customers.")
    return 2 * math.asin(math.sqrt(share)) - 2 * math.asin(math.sqrt(other))


def standardised(difference: Interval, spread: float) -> Interval:
    """A difference in standard deviations between customers of the control arm at the horizon (Glass's Δ, 1976).

    The spread must be the one between customers. That between replications is no property of a market: it shrinks with
    the number of customers simulated, and would make any effect as large as one likes.

    Args:
        difference: of means, in the unit of the measure.
        spread: standard deviation of the measure between customers of the control arm, taken as known.
    """
    within("spread", spread, 0)
    return Interval(
        difference.mean / spread, difference.standard_error / spread, difference.low / spread,
        difference.high / spread, difference.p_value, difference.count,
    )  # fmt: skip


def needed_to_treat(difference: Interval) -> Interval:
    """How many customers the plan must be run for to keep one more (or, if negative, to lose one more): 1 / difference.

    Where the difference's interval holds zero, the bounds go through infinity (Altman 1998, BMJ 317:1309): from `low`
    customers to keep one more, over infinitely many (no effect), to `-high` customers to lose one more. `low` is then
    larger than `high`: what lies between them is what is excluded. `needed_in_words` writes it so.

    Args:
        difference: of two shares of customers, the higher the better.

    Example:
        >>> kept = needed_to_treat(Interval(0.05, low=-0.05, high=0.25))
        >>> round(kept.mean), round(kept.low), round(kept.high)
        (20, 4, -20)
    """
    if difference.low == difference.high == 0:
        return Interval(math.inf, math.nan, math.inf, math.inf, difference.p_value, difference.count)
    low = _inverse(difference.high, -math.inf)
    high = _inverse(difference.low, math.inf)
    return Interval(_inverse(difference.mean, math.inf), math.nan, low, high, difference.p_value, difference.count)


def needed_in_words(needed: Interval) -> str:
    """A number needed to treat as Altman writes it: NNTB to benefit one, NNTH to harm one; whole customers.

    Example:
        >>> needed_in_words(needed_to_treat(Interval(0.05, low=-0.05, high=0.25)))
        'NNTB 20 (NNTB 4 to infinity to NNTH 20)'
        >>> needed_in_words(needed_to_treat(Interval(0.05, low=0.04, high=0.1)))
        'NNTB 20 (10 to 25)'
    """
    mean = _labelled(needed.mean)
    if math.isnan(needed.mean) or not needed.known or needed.low == needed.high == math.inf:
        return mean
    if needed.low > needed.high:
        return f"{mean} ({_labelled(needed.low)} to infinity to {_labelled(needed.high)})"
    ends = sorted((abs(needed.low), abs(needed.high)))
    return f"{mean} ({_whole(ends[0])} to {_whole(ends[1])})"


def _inverse(value: float, at_zero: float) -> float:
    return 1 / value if value != 0 else at_zero


def _labelled(value: float) -> str:
    if math.isnan(value):
        return "none"
    return "infinity" if math.isinf(value) else f"NNT{'B' if value > 0 else 'H'} {_whole(abs(value))}"


def _whole(value: float) -> str:
    """A whole number of customers, rounded up as is usual; the last digit of a float is no customer."""
    return "infinity" if math.isinf(value) else f"{math.ceil(np.round(value, 6)):,}"
