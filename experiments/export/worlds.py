"""One firm before a play, and three worlds after it: the play for those assigned, for everybody, for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.export.assignment import propensity
from experiments.export.books import CustomerBooks
from experiments.field_test.worlds import Assigned, launched
from experiments.results import OWED
from sim.chance import Bool
from sim.errors import ParameterError
from sim.ledger import F64
from sim.model import CustomerModel
from sim.people import KEY
from sim.records import KNOWN, PURCHASES
from sim.table import Table
from sim.world import Strategy


@dataclass(frozen=True)
class Trial:
    """How a play is tried out.

    Attributes:
        play: what is tried; its weeks count from the launch.
        nothing: what the firm does otherwise.
        history: weeks before the launch.
        weeks: weeks from the launch to the horizon.
        assignment: how customers are assigned.
        share: of customers that are assigned.
        strength: of a targeted assignment.
    """

    play: Strategy
    nothing: Strategy
    history: int
    weeks: int
    assignment: str
    share: float
    strength: float


class Worlds:
    """The worlds of one replication; all have the same customers and luck.

    Args:
        root: the model at the fork.
        trial: what is tried out.

    Attributes:
        n: customers in the table at the launch; those who come later are in no export.
        there: on record at the launch, and not known to have left [n].
        chances: of each to be assigned [n].
        assigned: who is [n].
        pages: the firm's records at the start, and at the end of every week of the world that is observed.
        launch: the model at the launch.
        observed: with the play for those assigned, at the horizon.
        everybody: with the play for all who are there.
        nobody: without the play.
    """

    def __init__(self, root: CustomerModel, trial: Trial) -> None:
        stem = root.fork(trial.nothing)
        self.pages = [_page(stem), *_lived(stem, trial.history)]
        self.launch, self.n = stem, len(stem.table)
        self.there: Bool = stem.records.crm[KNOWN] & (stem.records.crm[PURCHASES] > 0)
        view = stem.records.view(stem.week)
        self.chances: F64 = propensity(trial.assignment, view, self.there, trial.share, trial.strength)
        luck = stem.chance.at(stem.week).rows(stem.table[KEY]).named("export")
        self.assigned: Bool = luck.lasting("assigned") < self.chances
        _refuse_one_sided(int(self.assigned.sum()), int(self.there.sum()))
        play: Any = launched(trial.play, trial.history)
        self.observed = self._world(replace(play, targeting=Assigned(play.targeting, self.assigned)))
        self.pages += _lived(self.observed, trial.weeks)
        self.everybody = self._world(replace(play, targeting=Assigned(play.targeting, self.there)))
        self.nobody = self._world(trial.nothing)
        for model in (self.everybody, self.nobody):
            model.run_for(trial.weeks)
        for model in (self.observed, self.everybody, self.nobody):
            model.close(OWED)

    def profit(self, model: CustomerModel) -> F64:
        """Margin less cost of each customer from the launch on, discounted to it [n]."""
        books = model.ledger
        assert isinstance(books, CustomerBooks)
        return books.profit(self.n) / model.world.accounts.factor(self.launch.week)

    def consistent(self) -> Bool:
        """Whose observed life is, to the bit, the one with the play for all, or that without it, as assigned [n].

        Not all are where customers influence each other: by talk, by a budget or staff that they share, or by a
        targeting that ranks them among each other.
        """
        same: Bool = np.where(self.assigned, self._same(self.everybody), self._same(self.nobody))
        return same

    def _same(self, other: CustomerModel) -> Bool:
        pairs = ((self.observed.table, other.table), (self.observed.records.crm, other.records.crm))
        return _equal(*pairs[0], self.n) & _equal(*pairs[1], self.n)

    def _world(self, strategy: Strategy) -> CustomerModel:
        model = self.launch.fork(strategy)
        model.ledger = CustomerBooks(model.ledger, model.world.accounts)
        return model


def _refuse_one_sided(assigned: int, there: int) -> None:
    """Where nobody, or everybody, is assigned there is nothing to learn from."""
    if not 0 < assigned < there:
        raise ParameterError(
            f"{there} customers are on record at the launch and {assigned} are assigned to the play: there is nothing "
            f"to compare. Choose a larger population.size, or a job.hold_out nearer to a half."
        )


def _lived(model: CustomerModel, weeks: int) -> Iterator[dict[str, Any]]:
    """The records at the end of each week."""
    for _ in range(weeks):
        model.run_for(1)
        yield _page(model)


def _page(model: CustomerModel) -> dict[str, Any]:
    """The records as they stand, copied, by column."""
    return {column.name: model.records.crm[column].copy() for column in model.records.crm.columns}


def _equal(one: Table, other: Table, n: int) -> Bool:
    """Which of the first n rows are equal in all columns [n]; NaN equals NaN."""
    same = np.ones(n, np.bool_)
    for column in one.columns:
        a, b = one[column][:n], other[column][:n]
        same &= (a == b) | ((a != a) & (b != b))
    return same
