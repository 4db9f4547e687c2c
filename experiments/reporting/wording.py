"""How numbers are written: units, signs, digits that the noise allows, and an exact zero as 0."""

from __future__ import annotations

import math
from collections.abc import Iterable

from experiments.inference.intervals import Interval
from experiments.results import MetricInfo

UNDEFINED = "n/a (one replication)"
NONE = "none"
_MOST_DIGITS = 4


def places(intervals: Iterable[Interval], scale: float = 1.0) -> int:
    """Digits after the point: enough for the largest mean, and one or two that count in the widest half-width."""
    lines = list(intervals)
    means = [abs(line.mean) * scale for line in lines if math.isfinite(line.mean)]
    largest = max(means, default=0.0)
    digits = _digits(largest, 3 if largest >= 1 else 2)
    halves = [(line.high - line.low) / 2 * scale for line in lines if line.known and math.isfinite(line.high)]
    if halves and max(halves) > 0:
        digits = min(max(digits, _digits(max(halves), 1)), _digits(max(halves), 2))
    return digits


def number(value: float, digits: int, signed: bool = True) -> str:
    """A number with a fixed count of digits.

    Example:
        >>> number(0.0, 2), number(-0.001, 2), number(1234.5, 1), number(float("nan"), 2)
        ('0', '0.00', '+1,234.5', 'none')
    """
    if math.isnan(value):
        return NONE
    if value == 0:
        return "0"
    text = f"{value:{'+' if signed else ''},.{digits}f}"
    return text.lstrip("+-") if float(text.replace(",", "")) == 0 else text


def is_nil(text: str) -> bool:
    """Whether a printed number is zero in all digits shown: what it was is then too small to be told.

    Example:
        >>> is_nil("0.00"), is_nil("-0.02"), is_nil("none")
        (True, False, False)
    """
    return any(letter.isdigit() for letter in text) and not any(letter in "123456789" for letter in text)


def count_of(count: int, noun: str) -> str:
    """A count and its noun: "1 week", "2 weeks".

    Example:
        >>> count_of(1, "week"), count_of(1200, "week")
        ('1 week', '1,200 weeks')
    """
    return f"{count:,} {noun}{'s' if count != 1 else ''}"


def scale_of(info: MetricInfo) -> float:
    """Shares are written as percentages, all else as it is."""
    return 100.0 if info.unit == "share" else 1.0


def unit_of(info: MetricInfo, of_difference: bool = True) -> str:
    """Unit in words: the difference of two percentages is in points."""
    if info.unit != "share":
        return info.unit
    return "points" if of_difference and info.name != "roi" else "%"


def level(value: float, info: MetricInfo) -> str:
    """A level with three digits that count, its percent sign included."""
    scaled = value * scale_of(info)
    return number(scaled, _digits(abs(scaled), 3), signed=False) + ("%" if info.unit == "share" else "")


def bounds(interval: Interval, info: MetricInfo, digits: int) -> str:
    """The interval in words: "+0.2 to +0.4", "unbounded", or why there is none."""
    if math.isnan(interval.mean):
        return NONE
    if not interval.known:
        return UNDEFINED
    if math.isinf(interval.high):
        return "unbounded"
    low, high = (number(bound * scale_of(info), digits) for bound in (interval.low, interval.high))
    return "exactly 0" if low == high == "0" else f"{low} to {high}"


def spelled(interval: Interval, info: MetricInfo) -> str:
    """A difference in a sentence: mean, unit and interval."""
    digits = places([interval], scale_of(info))
    mean = number(interval.mean * scale_of(info), digits)
    inside = bounds(interval, info, digits)
    if interval.mean == 0 and inside in ("exactly 0", NONE):
        return f"exactly 0 {unit_of(info)}".rstrip()
    note = f"95% interval {inside}" if interval.known else "no interval: one replication"
    return f"{mean} {unit_of(info)} ({note})".replace(" %", "%")


def plain(arm: str) -> str:
    """An arm's name as it is read: reward_program -> reward program."""
    return arm.replace("_", " ")


def named(arm: str) -> str:
    """An arm's name in a sentence; the quotes matter when an arm is called "nothing"."""
    return f'"{plain(arm)}"'


def listed(names: Iterable[str]) -> str:
    """Names in a row: a, b and c.

    Example:
        >>> listed(["a", "b", "c"])
        'a, b and c'
    """
    all_names = list(names)
    return " and ".join([", ".join(all_names[:-1]), all_names[-1]] if len(all_names) > 1 else all_names)


def _digits(size: float, wanted: int) -> int:
    if size <= 0 or not math.isfinite(size):
        return wanted - 1
    return min(max(wanted - 1 - math.floor(math.log10(size)), 0), _MOST_DIGITS)
