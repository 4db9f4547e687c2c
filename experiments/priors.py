"""Prior ranges of a mind's parameters, made from their declarations: what one would believe before seeing any data."""

from __future__ import annotations

import dataclasses as dc
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.world import Mind

FACTOR = 3.0  # sizes are assumed, so a third and three times the default are both believable
_AROUND_ZERO = 0.5


@dataclass(frozen=True)
class Prior:
    """The range of one parameter.

    Attributes:
        name: where it is, e.g. "satisfaction.slope".
        default: its default.
        low: lower end: a third of the default, not below what is allowed.
        high: upper end: three times the default, not above what is allowed.
    """

    name: str
    default: float
    low: float
    high: float

    def at(self, u: float) -> float:
        """The value at a quantile: log-uniform where the default is above 0, uniform where it is 0."""
        if self.low > 0:
            return float(self.low * (self.high / self.low) ** u)
        return self.low + (self.high - self.low) * u


def priors_of(mind: Mind) -> tuple[Prior, ...]:
    """The prior ranges of all parameters of a mind and its parts; none for a mind without any."""
    about: Any = mind
    own = [_prior(field, getattr(mind, field.name), "") for field in dc.fields(about) if "unit" in field.metadata]
    parts = [(f.name, getattr(mind, f.name)) for f in dc.fields(about) if dc.is_dataclass(getattr(mind, f.name))]
    inside = [
        _prior(field, getattr(part, field.name), f"{name}.")
        for name, part in parts
        for field in dc.fields(part)
        if "unit" in field.metadata
    ]
    return (*own, *inside)


def moved(mind: Mind, priors: Sequence[Prior], quantiles: Sequence[float] | np.ndarray[Any, Any]) -> Mind:
    """The mind with each parameter at its quantile [P] of its prior range."""
    values = {prior.name: prior.at(float(u)) for prior, u in zip(priors, quantiles, strict=True)}
    return with_values(mind, values)


def with_values(mind: Mind, values: dict[str, float]) -> Mind:
    """The mind with other parameters, given by name."""
    own = {name: value for name, value in values.items() if "." not in name}
    parts: dict[str, dict[str, float]] = {}
    for name, value in values.items():
        part, _, inside = name.partition(".")
        if inside:
            parts.setdefault(part, {})[inside] = value
    changed: dict[str, Any] = {part: replace(getattr(mind, part), **inside) for part, inside in parts.items()}
    about: Any = mind
    result: Mind = replace(about, **own, **changed)
    return result


def _prior(field: dc.Field[Any], default: float, where: str) -> Prior:
    low, high = field.metadata["low"], field.metadata["high"]
    if default == 0:
        return Prior(where + field.name, 0.0, max(low, -_AROUND_ZERO), min(high, _AROUND_ZERO))
    ends = sorted((default / FACTOR, default * FACTOR))
    return Prior(where + field.name, default, max(low, ends[0]), min(high, ends[1]))
