"""What may be decided: parameters of an arm, a budget split, or both; a point in a cube becomes a strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from experiments.optimise.search import Point
from experiments.optimise.split import Cell, Given, Split, cells_of
from experiments.space import Factor, factors_from, with_values
from experiments.study import Study
from sim.errors import ParameterError
from sim.world import Strategy
from strategies.targeting import Everyone, Targeting

EQUAL = "equal split"
_ARMS = "arms."


@dataclass(frozen=True)
class Decision:
    """A point -> a strategy.

    Attributes:
        study: whose arms are decided on.
        factors: parameters of arms that may be chosen.
        split: how a budget may be split; None where none is.
        arm: whose parameters are chosen where nothing is split.
    """

    study: Study
    factors: tuple[Factor, ...]
    split: Split | None
    arm: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The axes of the cube."""
        return (*(factor.address for factor in self.factors), *(self.split.names if self.split else ()))

    def strategy(self, point: Point) -> Strategy:
        """What is done at a point."""
        arms = with_values(self.study, self.values(point)).arms if self.factors else self.study.arms
        if self.split is None:
            return arms[self.arm]
        return self.split.portfolio(self.split.given(point), arms)

    def values(self, point: Point) -> dict[str, float]:
        """Parameters at a point, by address."""
        return {factor.address: factor.at(point[factor.address]) for factor in self.factors}

    def own_values(self) -> dict[str, float]:
        """The same parameters as the study has them."""
        return {factor.address: factor.about.value for factor in self.factors}

    def given(self, point: Point) -> dict[str, Given]:
        """What each cell gets at a point."""
        return self.split.given(point) if self.split else {}

    def starts(self) -> dict[str, Point]:
        """Where a search for a split begins, by name: an equal one, and each play alone, equally for all segments.

        Parameters of the arms stay what the study has, as near as a point can say it.
        """
        if self.split is None:
            return {}
        own = {factor.address: _place(factor) for factor in self.factors}
        plays = tuple(dict.fromkeys(cell.play for cell in self.split.cells))
        starts: dict[str, Point] = {EQUAL: {**own, **self.split.equal()}}
        more = {f"{play} alone": {**own, **self.split.equal((play,))} for play in plays}
        return starts | more if len(plays) > 1 else starts

    def single_plays(self) -> dict[str, tuple[Strategy, dict[str, Given]]]:
        """Each play of a split with all the money, for everybody from week 0: the strategy, and what its cell gets."""
        if self.split is None:
            return {}
        found = {}
        for play in dict.fromkeys(cell.play for cell in self.split.cells):
            own = [cell for cell in self.split.cells if cell.play == play]
            cell = own[0] if len(own) == 1 else Cell(f"{play} for everybody", play, Everyone())
            given = {cell.name: Given(self.split.budget, 0)}
            whole = replace(self.split, cells=(cell,))
            found[f"all on {play}"] = whole.portfolio(given, self.study.arms), given
        return found


def decision_of(
    study: Study, factors: Sequence[str], budget: float, plays: Sequence[str], segments: Mapping[str, Targeting],
    periods: int, contact_cap: float,
) -> Decision:  # fmt: skip
    """What a job may decide.

    Raises:
        ParameterError: nothing may be decided, or something that no firm decides.
    """
    if not factors and not budget:
        raise ParameterError(
            "nothing may be decided: give job.factors='[arms.NAME.PARAMETER LOW..HIGH]', or job.budget=MONEY to be "
            "split over the study's plays."
        )
    found = factors_from(factors, study)
    for factor in found:
        if not factor.address.startswith(_ARMS):
            raise ParameterError(
                f"job.factors: '{factor.address}' is no decision of the firm: only parameters of its plays are, "
                f"arms.NAME.PARAMETER. What the world may be like is for experiment=sweep or robustness."
            )
    among = {factor.address.split(".")[1] for factor in found}
    if budget:
        if budget < 1:
            raise ParameterError(
                f"job.budget = {budget:g} is too little to be split: give 1 or more, or 0 for no split."
            )
        own = _plays(study, plays)
        if strange := sorted(among - set(own)):
            raise ParameterError(
                f"job.factors: arms.{strange[0]} has no part in the split; there are {', '.join(own)}."
            )
        split = Split(cells_of(own, segments), budget, periods, study.weeks, contact_cap)
        return Decision(study, found, split)
    for name, value in (("plays", plays), ("segments", segments)):
        if value:
            raise ParameterError(f"job.{name} is for a budget that is split: give job.budget=MONEY, or leave it out.")
    if len(among) > 1:
        raise ParameterError(
            f"job.factors name {len(among)} arms ({', '.join(sorted(among))}): choose parameters of one, or put these "
            f"plays into one portfolio, or split a budget over them with job.budget=MONEY."
        )
    return Decision(study, found, None, among.pop())


def _plays(study: Study, names: Sequence[str]) -> dict[str, Strategy]:
    there = {name: strategy for name, strategy in study.chosen.items() if name != study.control}
    if unknown := [name for name in names if name not in there]:
        raise ParameterError(f"job.plays names {', '.join(unknown)}; the study runs {', '.join(there) or 'no play'}.")
    if len(set(names)) < len(names):
        raise ParameterError(f"job.plays = {list(names)} names a play twice: name it once.")
    if not there:
        raise ParameterError("job.budget is split over plays, and the study runs none: name some in compare.")
    return {name: there[name] for name in names or there}


def _place(factor: Factor) -> float:
    """The quantile nearest to the study's own value."""
    if factor.values:
        nearest = min(range(len(factor.values)), key=lambda place: abs(factor.values[place] - factor.about.value))
        return (nearest + 0.5) / len(factor.values)
    more = 1.0 if factor.is_whole else 0.0
    place = (factor.about.value + more / 2 - factor.low) / (factor.high - factor.low + more)
    return min(max(place, 0.0), 0.999)
