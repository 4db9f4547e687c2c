"""What plays share that change the firm itself, so that everybody lives them."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass

import numpy as np

from sim.errors import ParameterError
from sim.records import KNOWN, LAST, PURCHASES
from sim.view import View
from strategies.play import Play
from strategies.targeting import Everyone


@dataclass(frozen=True, kw_only=True)
class WholeFirm(Play, ABC):
    """A play on the firm: it reaches whoever comes, so there is nobody to pick and nobody to hold out."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.targeting != Everyone():
            raise ParameterError(
                f"{type(self).__name__}.targeting = {self.targeting!r}: what changes the firm itself reaches all, so "
                f"nobody can be picked. Leave targeting at Everyone()."
            )

    def customers(self, view: View) -> int:
        """Customers on record who are not known to have left: those whom letters and pages are made for."""
        return int(np.count_nonzero(view[KNOWN]))

    def visits(self, view: View) -> float:
        """Purchases a week since the play last looked at the books, which is what staff have to serve.

        In the play's first week there is nothing to compare with: then it is those who bought in the last four weeks.
        """
        total = int(view[PURCHASES].sum(dtype=np.int64))
        week, before, visits = view.memory.get("books", (None, 0, 0.0))
        if week is None:
            visits = float(np.count_nonzero(view[LAST] >= view.week - 4)) / 4
        elif week < view.week:  # asked again in the same week, it says the same
            visits = (total - before) / (view.week - week)
        view.memory["books"] = view.week, total, visits
        return float(visits)
