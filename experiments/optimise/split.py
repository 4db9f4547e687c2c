"""A budget split over plays, segments and time, as one portfolio; a point in a cube says how.

Shares lie uniformly on the simplex where quantiles u are uniform: share_i = e_i / sum(e), e = -log(1 - u), one e for
each cell and one for what is kept (normalised exponentials, a Dirichlet(1); Devroye 1986, not checked). So every split
gives out the budget at most.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from experiments.optimise.search import TOP, Point
from sim.errors import ParameterError
from sim.world import Strategy
from strategies.nothing import Nothing
from strategies.play import UNLIMITED, Play
from strategies.portfolio import Portfolio
from strategies.targeting import And, Everyone, Targeting
from strategies.whole_firm import WholeFirm

KEPT = "kept"  # money that is given to nobody
LEAST = 0.02  # a share below it is not worth a play, and is kept


@dataclass(frozen=True)
class Cell:
    """A play for a segment."""

    name: str
    play: str
    targeting: Targeting


@dataclass(frozen=True)
class Given:
    """What a cell gets: money for the horizon, and the week from which it may spend it."""

    money: float
    start: int


@dataclass(frozen=True)
class Split:
    """What can be split.

    Attributes:
        cells: plays x segments.
        budget: money for the horizon.
        periods: into how many the horizon is cut; a cell begins with one of them.
        weeks: the horizon.
        contact_cap: most contacts of one customer in four weeks, by all plays.
    """

    cells: tuple[Cell, ...]
    budget: float
    periods: int
    weeks: int
    contact_cap: float = UNLIMITED

    @property
    def names(self) -> tuple[str, ...]:
        """The axes of the cube: a share for each cell and for what is kept, and when each begins."""
        shares = [_share(name) for name in (*(cell.name for cell in self.cells), KEPT)]
        return (*shares, *(_start(cell.name) for cell in self.cells if self.periods > 1))

    def given(self, point: Point) -> dict[str, Given]:
        """What each cell gets at a point; cells without money are not named."""
        weights = {name: -math.log1p(-point[_share(name)]) for name in (*(cell.name for cell in self.cells), KEPT)}
        total = sum(weights.values())
        shares = {cell.name: weights[cell.name] / total if total else 0.0 for cell in self.cells}
        return {
            name: Given(self.budget * share, self._week(point.get(_start(name), 0.0)))
            for name, share in shares.items()
            if share >= LEAST
        }

    def portfolio(self, given: Mapping[str, Given], plays: Mapping[str, Strategy]) -> Strategy:
        """The plan that spends it: each cell a portfolio of one play, which looks a week ahead and stops in time.

        Args:
            given: by cell.
            plays: by name; their own targeting is kept, and only customers of the segment are reached.
        """
        cells: dict[str, Strategy] = {}
        for cell in self.cells:
            if cell.name not in given:
                continue
            play, own = plays[cell.play], given[cell.name]
            assert isinstance(play, Play)
            timed = replace(play, start=max(play.start, own.start), targeting=_both(play.targeting, cell.targeting))
            cells[cell.name] = Portfolio({cell.play: timed}, budget=own.money)
        if not cells:
            return Nothing()
        return Portfolio(cells, budget=self.budget, contact_cap=self.contact_cap)

    def equal(self, plays: Sequence[str] = ()) -> Point:
        """The point at which some plays, or all, share the budget equally over segments, from week 0 on."""
        among = [cell.name for cell in self.cells if not plays or cell.play in plays]
        return {name: TOP if name in {_share(cell) for cell in among} else 0.0 for name in self.names}

    def _week(self, u: float) -> int:
        return min(int(u * self.periods), self.periods - 1) * self.weeks // self.periods


def cells_of(plays: Mapping[str, Strategy], segments: Mapping[str, Targeting]) -> tuple[Cell, ...]:
    """All plays for all segments; what changes the firm itself reaches everybody and is one cell.

    Raises:
        ParameterError: an arm is no single play, so that nobody can say whom it reaches and when.
    """
    found = []
    for name, play in plays.items():
        if not isinstance(play, Play):
            raise ParameterError(
                f"job.plays: '{name}' is a {type(play).__name__}, no single play: a budget is split over plays that "
                f"have a targeting and a start. Name its plays instead, or leave it out of compare."
            )
        if isinstance(play, WholeFirm) or not segments:
            found.append(Cell(name, name, Everyone()))
        else:
            found += [Cell(f"{name} for {segment}", name, whom) for segment, whom in segments.items()]
    return tuple(found)


def _both(own: Targeting, segment: Targeting) -> Targeting:
    if isinstance(segment, Everyone):
        return own
    return segment if isinstance(own, Everyone) else And(own, segment)


def _share(cell: str) -> str:
    return f"share of {cell}"


def _start(cell: str) -> str:
    return f"start of {cell}"
