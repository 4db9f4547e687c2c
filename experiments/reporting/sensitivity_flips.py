"""Which assumption would flip the decision: flips in words, and the tables of those that do and those that do not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.inference.intervals import Interval
from experiments.reporting.sheet import Cell, Table, difference
from experiments.reporting.wording import NONE, named, places, plain, scale_of, spelled, unit_of
from experiments.sensitivity.results import SensitivityResult, rows_of

RULE = (
    "Each parameter is moved alone over its range, all else at the study's values and under the same luck, until "
    "another arm has the higher mean ('flips at'). It 'may flip' from where the 95% interval of the winner's lead over "
    "some arm holds zero, and has 'surely flipped' from where that interval lies below zero."
)
_NEVER = "not in the range"


@dataclass(frozen=True)
class Turn:
    """One side of one parameter on which the winner may be overtaken.

    Attributes:
        factor: address.
        own: the study's value.
        may: as in `SensitivityResult.flips`, like the next three.
        flips: NaN if no other mean is higher within the range.
        surely: NaN if not within the range.
        rival: the arm that overtakes.
        reach: the end of the range if the study's value is 0, by which a distance is then measured; else that value.
    """

    factor: str
    own: float
    may: float
    flips: float
    surely: float
    rival: str
    reach: float

    @property
    def distance(self) -> float:
        """How far the flip, or the value from which it may be, is from the study's value, as a share of it."""
        at = self.may if math.isnan(self.flips) else self.flips
        return abs(at - self.own) / abs(self.reach)


def turns(result: SensitivityResult) -> list[Turn]:
    """Where the decision flips or may flip, real flips first, the nearest first.

    A lead that is not sure as the study stands may flip anywhere, which says nothing of a parameter: it is left out.
    """
    own = dict(zip(result.ranges["factor"], result.ranges["own"], strict=True))
    ends = {row.factor: max(abs(row.low), abs(row.high)) for row in rows_of(result.ranges)}
    found = [
        Turn(
            row.factor, own[row.factor], row.may, row.flips, row.surely, row.rival, own[row.factor] or ends[row.factor]
        )
        for row in rows_of(result.flips)
        if not math.isnan(row.flips) or not (math.isnan(row.may) or row.may == own[row.factor])
    ]
    return sorted(found, key=lambda turn: (math.isnan(turn.flips), turn.distance))


def steady(result: SensitivityResult) -> list[str]:
    """The parameters over whose whole range no other mean is higher, nor the lead less sure than in the study."""
    moved = {turn.factor for turn in turns(result)}
    return [factor for factor in result.factors if factor not in moved]


def nearest_lead(result: SensitivityResult, factor: str = "") -> tuple[float, str, Interval]:
    """Where the winner's lead is smallest over a range, over whom, and how large; without a parameter, as it stands."""
    factor_, own = factor or result.factors[0], float(result.ranges["own"].iloc[0])
    rows = result.leads[result.leads["factor"] == factor_]
    rows = rows if factor else rows[rows["at"] == own]
    row = min(rows_of(rows), key=lambda row: float(row.mean))
    return float(row.at), str(row.rival), Interval(row.mean, low=row.low, high=row.high, count=2)


def answers(result: SensitivityResult) -> list[tuple[str, str]]:
    """Who wins, by how much, and what is nearest to changing that."""
    _, rival, lead = nearest_lead(result)
    said = [
        ("Best as the study stands", f"{named(result.winner)}, before {named(rival)} by {spelled(lead, result.info)}")
    ]
    found = turns(result)
    real = [turn for turn in found if not math.isnan(turn.flips)]
    if real:
        said.append(("Nearest flip", sentence(real[0])))
    if len(real) > 1:
        others = "; ".join(sentence(turn) for turn in _one_each(real[1:], {real[0].factor})[:3])
        said += [("Then", others)] if others else []
    if not real:
        said.append(("No flip", f"{named(result.winner)} has the highest mean over the whole range of every parameter"))
    if not lead.low > 0:
        words = "the lead is not sure even as the study stands: take more replications or customers, or call it a tie"
        said.append(("Beware", words))
    count, total = len(steady(result)), len(result.factors)
    said.append(("Do not flip it alone", f"{count} of {total} parameters, anywhere in the ranges tried"))
    return said


def sentence(turn: Turn) -> str:
    """A flip in words.

    Example:
        >>> sentence(Turn("mind.trust.build", 0.06, 0.03, 0.021, float("nan"), "placebo", 0.06))
        'mind.trust.build would have to fall from 0.06 to 0.021 (-65%); then "placebo" is best'
    """
    verb = "fall" if turn.flips < turn.own else "rise"
    where = f"from {turn.own:.3g} to {turn.flips:.3g} ({change(turn.own, turn.flips)})"
    return f"{turn.factor} would have to {verb} {where}; then {named(turn.rival)} is best"


def change(own: float, value: float) -> str:
    """How far a value is from the study's: in percent of it, or as it is where that is 0.

    Example:
        >>> change(0.06, 0.021), change(0.0, 0.5)
        ('-65%', '+0.5')
    """
    return f"{(value - own) / abs(own):+.0%}" if own else f"{value - own:+.3g}"


def flips_table(result: SensitivityResult, meanings: bool = True) -> Table:
    """Every parameter that flips the decision, or may; on the page with what it means."""
    said = {row.factor: f"{row.doc}{'' if row.unit == '1' else f', {row.unit}'}" for row in rows_of(result.ranges)}
    rows = [
        [
            Cell(turn.factor, said[turn.factor] if meanings else ""),
            Cell(f"{turn.own:.3g}"),
            _place(turn.may, turn.own),
            _place(turn.flips, turn.own, tone="worse"),
            _place(turn.surely, turn.own),
            Cell(plain(turn.rival)),
        ]
        for turn in turns(result)
    ]
    return Table(
        f'What would change the decision for "{plain(result.winner)}"',
        ["Parameter", "In the study", "May flip from", "Flips at", "Surely from", "Then best"],
        rows or [[Cell("none of the parameters tried"), *[Cell(NONE)] * 5]],
        "Real flips first, the nearest to the study's value first. Percent of the study's value.",
        frozenset({5}),
    )


def steady_table(result: SensitivityResult) -> Table | None:
    """Every parameter that does not flip the decision alone, with the smallest lead over its range."""
    names, (_, _, lead) = steady(result), nearest_lead(result)
    words = "surely stays best" if lead.low > 0 else "has the highest mean throughout, but its lead is not sure"
    if not names:
        return None
    found = {name: nearest_lead(result, name) for name in names}
    scale = scale_of(result.info)
    digits = places([lead for _, _, lead in found.values()], scale)
    ranges = {row.factor: row for row in rows_of(result.ranges)}
    rows = [
        [
            Cell(name),
            Cell(f"{ranges[name].low:.3g} to {ranges[name].high:.3g}", f"{ranges[name].own:.3g} now"),
            difference(lead, digits, scale),
            Cell(f"{at:.3g}"),
            Cell(plain(rival)),
        ]
        for name, (at, rival, lead) in sorted(found.items(), key=lambda item: item[1][2].mean)
    ]
    return Table(
        f'No flip: "{plain(result.winner)}" {words}',
        ["Parameter", "Range tried", f"Smallest lead, {unit_of(result.info)}", "There at", "Over"],
        rows,
        "The smallest lead with its paired 95% interval.",
        frozenset({4}),
    )


def _one_each(found: Sequence[Turn], told: set[str]) -> list[Turn]:
    """The first turn of each parameter that has not been told."""
    first = {turn.factor: turn for turn in reversed(found) if turn.factor not in told}
    return [turn for turn in found if first.get(turn.factor) is turn]


def _place(value: float, own: float, tone: str = "open") -> Cell:
    if math.isnan(value):
        return Cell(_NEVER)
    return Cell("as it stands") if value == own else Cell(f"{value:.3g}", change(own, value), tone)
