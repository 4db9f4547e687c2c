"""What is varied, and between which values: a factor is a declared parameter with a range or a list of values."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from experiments.configuration.similar import nearest
from experiments.priors import FACTOR
from experiments.space.declared import Declared, declared, found
from experiments.study import Study
from sim.errors import ParameterError

_AROUND_ZERO = 0.5
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})")
_HOW = "Write ADDRESS, ADDRESS LOW..HIGH or ADDRESS A|B|C, e.g. 'arms.over_delivery.lift 0.05..0.4'."


@dataclass(frozen=True)
class Factor:
    """A parameter that is varied.

    Attributes:
        address: which one.
        low: lowest value.
        high: highest value.
        values: the values of a grid; empty where the whole range is meant.
        about: its declaration.
    """

    address: str
    low: float
    high: float
    values: tuple[float, ...]
    about: Declared

    @property
    def is_whole(self) -> bool:
        """Whether it takes whole numbers (or on and off) only."""
        return self.about.kind != "float"

    def at(self, u: float) -> float:
        """The value at a quantile of the range: uniform, whole numbers each with the same share."""
        if self.values:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        if self.is_whole:
            return min(math.floor(self.low + u * (self.high - self.low + 1)), self.high)
        return self.low + u * (self.high - self.low)


def factors_from(texts: Sequence[str], study: Study, where: str = "job.factors") -> tuple[Factor, ...]:
    """Factors as a configuration writes them.

    `ADDRESS LOW..HIGH` gives the range and `ADDRESS A|B|C` the values. `ADDRESS` alone takes a third to three times the
    study's value, within what is allowed (on or off for a switch); `mind.trust.*` means all that match.

    Raises:
        ParameterError: an unknown parameter or one of an arm that is not run, bounds reversed or outside what is
            allowed, the same parameter twice.
    """
    known = declared(study)
    idle = tuple(f"arms.{name}." for name in study.arms if name not in study.chosen)
    run = {address: about for address, about in known.items() if not address.startswith(idle)}
    factors = [factor for text in texts for factor in _factors(str(text), run, where, set(known))]
    for place, factor in enumerate(factors):
        if factor.address in {other.address for other in factors[:place]}:
            raise ParameterError(f"{where}: '{factor.address}' is there twice: name each parameter once.")
    return tuple(factors)


def usual_range(about: Declared) -> tuple[float, float]:
    """What one would believe of an assumed size: a third to three times the value, within what is allowed.

    Around a value of 0 it is half a unit (one, for whole numbers) on both sides; a switch is off or on.
    """
    if about.kind == "bool":
        return 0.0, 1.0
    if about.value == 0:
        around = 1.0 if about.kind == "int" else _AROUND_ZERO
        return max(about.low, -around), min(about.high, around)
    ends = sorted((about.value / FACTOR, about.value * FACTOR))
    low, high = max(about.low, ends[0]), min(about.high, ends[1])
    return (math.ceil(low), math.floor(high)) if about.kind == "int" else (low, high)


def _factors(text: str, known: dict[str, Declared], where: str, there: set[str]) -> list[Factor]:
    """What one text names among the `known` parameters that are run; `there` are those that the study has at all."""
    address, _, rest = text.replace(":", " ").strip().partition(" ")
    rest = rest.replace(" ", "")
    if "*" in address or "?" in address:
        matching = [about for name, about in known.items() if fnmatchcase(name, address)]
        if not matching:
            raise ParameterError(f"{where}: no parameter of this study matches '{address}'.{nearest(address, known)}")
        return [_factor(about, rest, where) for about in matching]
    if address in there and address not in known:
        arm = address.split(".")[1]
        raise ParameterError(f"{where}: '{address}' changes nothing: {arm} is not run. Add it: compare='[...,{arm}]'.")
    try:
        about = found(known, address)
    except ParameterError as error:
        raise ParameterError(f"{where}: {error}") from error
    return [_factor(about, rest, where)]


def _factor(about: Declared, rest: str, where: str) -> Factor:
    values: tuple[float, ...] = ()
    if not rest:
        low, high = usual_range(about)
    elif between := _RANGE.fullmatch(rest):
        low, high = float(between[1]), float(between[2])
        if low > high:
            raise ParameterError(
                f"{where}: {about.address} {rest} has its bounds reversed: write {about.address} {high:g}..{low:g}."
            )
    else:
        try:
            values = tuple(_number(word) for word in rest.split("|"))
        except ValueError:
            raise ParameterError(f"{where}: '{about.address} {rest}' cannot be read. {_HOW}") from None
        low, high = min(values), max(values)
    if about.kind != "float" and not all(value == round(value) for value in (low, high, *values)):
        wanted = "true or false" if about.kind == "bool" else "whole numbers"
        raise ParameterError(f"{where}: {about.address} {rest} is not in {wanted} ({about.unit}): {about.doc}.")
    if not (about.low <= low and high <= about.high):
        raise ParameterError(
            f"{where}: {about.address} {rest or f'{low:g}..{high:g}'} leaves what is allowed, {about.low:g} to "
            f"{about.high:g} ({about.unit}): {about.doc}. Choose values in that range."
        )
    if low == high and not values:
        raise ParameterError(f"{where}: {about.address} {low:g}..{high:g} does not vary: give a range, LOW..HIGH.")
    return Factor(about.address, low, high, values, about)


def _number(word: str) -> float:
    switches = {"true": 1.0, "false": 0.0}
    number = switches[word.lower()] if word.lower() in switches else float(word)
    if not math.isfinite(number):
        raise ValueError(word)
    return number
