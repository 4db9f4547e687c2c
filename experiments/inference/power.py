"""How many replications, and of how many customers, show a difference?"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, nct
from scipy.stats import t as student

from experiments.inference.intervals import LEVEL
from experiments.inference.refusals import at_least, within

POWER = 0.8
_MOST = 10**9
_SURE = 6.0  # standard errors from which on nobody finds the opposite (less than 1e-6), and SciPy may say NaN


def power_of(sd: float, difference: float, replications: int, level: float = LEVEL) -> float:
    """The chance that a paired t test finds a difference that is there (noncentral t, two-sided).

    Args:
        sd: standard deviation of one replication's paired difference.
        difference: true mean difference, in the same unit.
        replications: how many; one alone shows nothing.
        level: 1 - α of the test.

    Example:
        >>> round(power_of(sd=1.0, difference=0.66, replications=20), 2)
        0.8
    """
    within("level", level, 0, 1)
    at_least("replications", replications, 1)
    _refuse_spread(sd)
    if replications == 1:
        return 0.0
    if sd == 0:
        return float(difference != 0)
    return _power(abs(difference) / sd * math.sqrt(replications), replications, level)


def replications_needed(sd: float, difference: float, level: float = LEVEL, power: float = POWER) -> int:
    """The smallest number of replications whose paired t test finds a difference with so much power.

    Args:
        sd: standard deviation of one replication's paired difference.
        difference: true mean difference that is to be shown; 0 cannot be.
        level: 1 - α of the test.
        power: with which it is to be found.

    Example:
        >>> replications_needed(sd=1.0, difference=0.5)
        34
    """
    within("level", level, 0, 1)
    within("power", power, 0, 1)
    _refuse_spread(sd)
    within("abs(difference)", abs(difference), 0)
    if sd == 0:
        return 2
    size = abs(difference) / sd
    low, high = 1, 2
    while _power(size * math.sqrt(high), high, level) < power:
        low, high = high, 2 * high
        within("replications needed", high, 0, _MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _power(size * math.sqrt(middle), middle, level) >= power else (middle, high)
    return high


def customers_needed(
    sd: float, customers: int, replications: int, difference: float, level: float = LEVEL, power: float = POWER
) -> int:
    """With how many customers in each replication so many replications show a difference, by `spread_at`'s law.

    Args:
        sd: standard deviation of one replication's paired difference, found with so many customers.
        customers: in a replication of that pilot.
        replications: that are to be run, 2 or more.
        difference: true mean difference that is to be shown; 0 cannot be.
        level: 1 - α of the test.
        power: with which it is to be found.

    Example:
        >>> customers_needed(sd=1.0, customers=1_000, replications=34, difference=0.5)
        981
    """
    at_least("customers", customers, 1)
    within("abs(difference)", abs(difference), 0)
    _refuse_spread(sd)
    return max(1, math.ceil(customers * (difference_shown(sd, replications, level, power) / difference) ** 2))


def difference_shown(sd: float, replications: int, level: float = LEVEL, power: float = POWER) -> float:
    """The smallest true difference that so many replications show with the power asked for.

    Args:
        sd: standard deviation of one replication's paired difference.
        replications: how many, 2 or more.
        level: 1 - α of the test.
        power: with which it is to be found; more than α, which even no difference is found with.

    Example:
        >>> round(difference_shown(sd=1.0, replications=20), 2)
        0.66
    """
    within("level", level, 0, 1)
    within("power", power, 1 - level, 1)
    at_least("replications", replications, 2)
    _refuse_spread(sd)
    shift = float(brentq(lambda ncp: _power(ncp, replications, level) - power, 0.0, _far(replications, level, power)))
    return shift * sd / math.sqrt(replications)


def spread_at(sd: float, customers: int, others: int) -> float:
    """The spread of a paired difference with another number of customers: `sd sqrt(customers / others)`.

    It holds for what customers do by themselves: a replication's difference is then a mean over independent customers.
    It does not hold where talk, queues, staff or a shared budget couple them: what one customer does then moves others,
    the effective number of independent customers is smaller and need not grow with their number. Measure it there.

    Example:
        >>> spread_at(sd=0.02, customers=1_000, others=4_000)
        0.01
    """
    at_least("customers", customers, 1)
    at_least("others", others, 1)
    return sd * math.sqrt(customers / others)


def spread_interval(sd: float, count: int, level: float = LEVEL) -> tuple[float, float]:
    """The chi-square interval of a standard deviation found from so many normal values.

    Example:
        >>> [round(bound, 2) for bound in spread_interval(1.0, 20)]
        [0.76, 1.46]
    """
    within("level", level, 0, 1)
    at_least("count", count, 2)
    freedom = count - 1
    high, low = (float(chi2.ppf(share, freedom)) for share in ((1 - level) / 2, (1 + level) / 2))
    return sd * math.sqrt(freedom / low), sd * math.sqrt(freedom / high)


def _power(shift: float, replications: int, level: float) -> float:
    """Power at a shift of so many standard errors."""
    freedom = replications - 1
    critical = float(student.ppf(0.5 + level / 2, freedom))
    wrong_side = float(nct.cdf(-critical, freedom, shift)) if shift < _SURE else 0.0
    return float(nct.sf(critical, freedom, shift)) + wrong_side


def _far(replications: int, level: float, power: float) -> float:
    """A shift with more than the power asked for."""
    shift = 1.0
    while _power(shift, replications, level) <= power:
        shift *= 2
    return shift


def _refuse_spread(sd: float) -> None:
    within("sd", sd, -np.finfo(float).tiny)
