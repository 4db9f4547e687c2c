"""Who walks in: segments with shares, traits, spreads and correlations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents import customers as c
from sim.chance import Draws
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param
from sim.people import SEGMENT
from sim.table import Column, Rows

_TRAITS = {column.name: column for column in c.TRAITS}


@dataclass(frozen=True)
class Segment(Parametric):
    """One kind of customer; traits not named keep the column's own start value as mean.

    Attributes:
        share: weight among all segments; shares are normalised to sum to 1.
        traits: mean of each named trait, within the trait's range.
    """

    share: float = param(1.0, unit="weight", low=0, high=1e6, doc="how many belong here", source=ASSUMED)
    traits: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, mean in self.traits.items():
            column = _trait(name, "Segment.traits")
            if not _is_number(mean) or not column.low <= mean <= column.high:
                raise ParameterError(
                    f"Segment.traits.{name} = {mean!r} is not a number from {column.low:g} to {column.high:g} "
                    f"({column.doc}): choose one in that range."
                )


def _default_segments() -> dict[str, Segment]:
    return {
        "steady": Segment(0.5, {"negativity": 1.8, "reactivity": 0.4, "memory": 0.20, "comfort": 0.65}),
        "demanding": Segment(
            0.3, {"negativity": 2.6, "reactivity": 0.7, "memory": 0.35, "voice": 0.35, "comfort": 0.50}
        ),
        "deal_seeking": Segment(0.2, {"negativity": 2.0, "reactivity": 0.5, "reward_appeal": 0.75, "comfort": 0.55}),
    }


@dataclass(frozen=True)
class Segments(Parametric):
    """The population's segments; traits scatter around their segment's means by a Gaussian copula.

    Attributes:
        segments: by name.
        spread: standard deviation of a trait relative to the width of its range.
        correlations: `"trait trait": r` for pairs that go together within a segment.
    """

    segments: Mapping[str, Segment] = field(default_factory=_default_segments)
    spread: float = param(0.12, unit="share of the range", low=0, high=0.5, doc="scatter of traits", source=ASSUMED)
    correlations: Mapping[str, float] = field(default_factory=lambda: {"negativity reactivity": 0.4})

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.segments or sum(segment.share for segment in self.segments.values()) <= 0:
            raise ParameterError("Segments need at least one segment with a share above 0.")
        if len(self.segments) > 200:
            raise ParameterError(f"Segments: {len(self.segments)} are too many: at most 200.")
        self._mixing()

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        """The traits this writes."""
        return c.TRAITS

    @property
    def names(self) -> tuple[str, ...]:
        """Names by segment number."""
        return tuple(self.segments)

    def enter(self, people: Rows, draws: Draws) -> None:
        """Segment and traits of new rows [n], addressed by their keys."""
        shares = np.array([segment.share for segment in self.segments.values()])
        edges = np.cumsum(shares / shares.sum())[:-1].astype(np.float32)
        number = np.searchsorted(edges, draws.uniform("segment")).astype(np.uint8)
        people[SEGMENT] = number
        luck = [draws.normal(column.name) for column in c.TRAITS]
        for column, weights in zip(c.TRAITS, self._mixing().astype(np.float32), strict=True):
            # added one by one: a matrix product rounds one customer in another way than several
            z = sum((weight * normal for weight, normal in zip(weights, luck, strict=True) if weight), np.float32(0))
            means = [segment.traits.get(column.name, column.start) for segment in self.segments.values()]
            width = np.float32(self.spread * (column.high - column.low))
            people[column] = np.clip(np.array(means, np.float32).take(number) + width * z, column.low, column.high)

    def _mixing(self) -> NDArray[np.float64]:
        """Cholesky factor of the traits' correlations [T, T]."""
        names = list(_TRAITS)
        matrix = np.eye(len(names))
        for pair, r in self.correlations.items():
            parts = pair.split()
            if len(parts) != 2 or parts[0] == parts[1] or not _is_number(r) or not -1 < r < 1:
                raise ParameterError(
                    f"Segments.correlations: {pair!r}: {r!r} needs two traits and a number between -1 and 1."
                )
            i, j = (names.index(_trait(part, "Segments.correlations").name) for part in parts)
            if matrix[i, j] != 0:
                raise ParameterError(f"Segments.correlations names the pair {pair!r} twice: keep one of them.")
            matrix[i, j] = matrix[j, i] = r
        try:
            return np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            raise ParameterError(
                f"Segments.correlations {dict(self.correlations)} cannot hold together: weaken one."
            ) from None


def _trait(name: str, where: str) -> Column[np.float32]:
    if name not in _TRAITS:
        raise ParameterError(f"{where}: there is no trait '{name}'; there are {sorted(_TRAITS)}.")
    return _TRAITS[name]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
