"""What a statistic refuses: numbers outside the range in which it means something."""

from __future__ import annotations

import math

from sim.errors import ParameterError


def within(name: str, value: float, low: float, high: float = math.inf) -> None:
    """Refuse a number that does not lie strictly between two bounds.

    Raises:
        ParameterError: names the argument, the value and the allowed range.
    """
    if not low < value < high:
        allowed = f"above {low:g}" if math.isinf(high) else f"between {low:g} and {high:g}"
        raise ParameterError(f"{name} = {value!r} is not {allowed}: choose a value {allowed}.")


def at_least(name: str, value: int, least: int) -> None:
    """Refuse a count that is too small.

    Raises:
        ParameterError: names the argument, the value and the smallest allowed.
    """
    if value < least:
        raise ParameterError(f"{name} = {value!r} is less than {least}: choose {least} or more.")
