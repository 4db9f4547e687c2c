"""A fact is one small declaration: source, situation, measure and band; here is what a declaration holds."""

from __future__ import annotations

import dataclasses as dc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from experiments.battery.laboratory import Laboratory
from sim.errors import ParameterError
from sim.world import Mind


class Kind(StrEnum):
    """What passing shows.

    Attributes:
        EMERGENT: nobody put the result in; it counts.
        BUILT_IN: the mechanism was put in by hand: passing shows consistency, not truth.
        IDENTITY: it follows from definitions alone.
    """

    EMERGENT = "emergent"
    BUILT_IN = "built-in"
    IDENTITY = "identity"


class Status(StrEnum):
    """How well the published number is known here."""

    RECOMPUTED = "R"
    SEEN = "V"
    MEMORY = "M"


@dataclass(frozen=True)
class Claim:
    """One thing a fact says about one measured number.

    With a null it is a sign or an order: the 95% interval must exclude the null, and the mean must reach the minimum
    effect, which is `low` or `high`. Without a null the whole interval must lie between `low` and `high`.

    Attributes:
        measure: name among the measured numbers.
        says: what is measured, in words.
        published: what the source found, with its status.
        low: lower end.
        high: upper end.
        null: value of no effect, for a sign or an order.
        over: name of the number that `measure` is divided by: a ratio of two means.
        is_ratio: whether the number is a positive ratio, which is averaged and judged as a logarithm.
    """

    measure: str
    says: str
    published: str
    low: float = -inf
    high: float = inf
    null: float | None = None
    over: str = ""
    is_ratio: bool = False

    def __post_init__(self) -> None:
        one_sided = (self.low == -inf) != (self.high == inf)
        if not self.low < self.high or (self.null is not None and not one_sided):
            raise ParameterError(
                f"Claim '{self.measure}' runs from {self.low:g} to {self.high:g} with null {self.null}: give low below "
                f"high, and with a null just one of them, the minimum effect."
            )
        if self.null is not None and self.low < self.null < self.high:
            raise ParameterError(
                f"Claim '{self.measure}': its null {self.null:g} lies within its band: put the minimum effect beyond."
            )

    @property
    def numbers(self) -> tuple[str, ...]:
        """The measured numbers that it takes."""
        return (self.measure, self.over) if self.over else (self.measure,)

    @property
    def band(self) -> str:
        """What has to hold, in words."""
        if self.null is not None:
            return f"{self._reach}, interval excludes {self.null:g}"
        return self._reach if self.low == -inf or self.high == inf else f"{self.low:.2f} to {self.high:.2f}"

    @property
    def _reach(self) -> str:
        return f">= {self.low:.2f}" if self.high == inf else f"<= {self.high:.2f}"


def _always(_: Mind) -> str:
    return ""


@dataclass(frozen=True)
class Fact:
    """One published fact.

    Attributes:
        id: as in the list of facts.
        short: a name of one or two words.
        title: in a few words.
        source: authors, year, journal, volume and pages.
        status: how well its numbers are known here.
        situation: what is done in the laboratory, in a sentence or two, and what is assumed in it.
        claims: what must hold, all of it.
        measure: one replication: numbers by name, of every claim and of everything in `shown`.
        kind: what passing shows, for a mind.
        scored: why a mind is not scored on this; empty when it is.
        shown: numbers that are printed and not judged, name -> words.
        why: the best explanation found for failing (filled in after looking at results).
        why_by_mind: the same for single minds of the package, by name.
        field: whether it is measured in the engine (`field.py`), which takes longer: fewer prior draws are tried.
        mindless: whether no mind is asked, so that one measurement is everybody's.
    """

    id: str
    short: str
    title: str
    source: str
    status: Status
    situation: str
    claims: tuple[Claim, ...]
    measure: Callable[[Laboratory], Mapping[str, float]]
    kind: Callable[[Mind], Kind]
    scored: Callable[[Mind], str] = _always
    shown: Mapping[str, str] = dc.field(default_factory=dict)
    why: str = ""
    why_by_mind: Mapping[str, str] = dc.field(default_factory=dict)
    field: bool = False
    mindless: bool = False

    @property
    def numbers(self) -> tuple[str, ...]:
        """All numbers of one replication, in a fixed order."""
        taken = [name for claim in self.claims for name in claim.numbers]
        return tuple(dict.fromkeys([*taken, *self.shown]))

    def measured(self, laboratory: Laboratory) -> dict[str, float]:
        """One replication: `numbers` by name."""
        found = self.measure(laboratory)
        return {name: float(found[name]) for name in self.numbers}
