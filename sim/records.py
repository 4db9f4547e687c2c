"""What the firm writes down, surveys with noise and silence -> View."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Draws, normal
from sim.exchange import I8, Acts, Plan, View
from sim.parameters import ASSUMED, Parametric, param
from sim.people import Newcomers
from sim.table import Block, Column, Table

SINCE = Column("since", np.float32, unit="week", doc="time of the first purchase on record")
LAST = Column("last", np.float32, unit="week", doc="time of the last purchase on record")
PURCHASES = Column("purchases", np.uint32, doc="purchases on record, the first one included")
SPEND = Column("spend", np.float32, unit="money", doc="spend on record")
KNOWN = Column("known", np.bool_, 1, doc="not known to have left")
MEMBER = Column("member", np.bool_, doc="enrolled in a program")
POINTS = Column("points", np.float32, unit="points", doc="points not yet redeemed")
EARNED = Column("earned", np.float32, unit="points", doc="points earned so far")
TREATED = Column("treated", np.bool_, doc="some play was meant for this customer")
COST = Column("cost", np.float32, unit="money", doc="spent by plays on this customer")
COMPLAINTS = Column("complaints", np.uint16, doc="complaints so far")
REFERRALS = Column("referrals", np.uint16, doc="customers referred so far")
ANSWER = Column("answer", np.int8, -1, doc="latest survey answer 0-10, -1 none")
SOURCE = Column("source", np.uint8, doc="0 initial, 1 organic, 2 referred")
CRM = (
    SINCE, LAST, PURCHASES, SPEND, KNOWN, MEMBER, POINTS, EARNED, TREATED, COST, COMPLAINTS, REFERRALS, ANSWER, SOURCE,
)  # fmt: skip


@dataclass(frozen=True)
class Survey(Parametric):
    """Asks a share of those who came; the answer is noisy, and silence depends on feeling."""

    share: float = param(0.10, unit="share of encounters", low=0, high=1, doc="who is asked", source=ASSUMED)
    response: float = param(0.20, unit="chance", low=0, high=1, doc="answers when indifferent", source=ASSUMED)
    stirred: float = param(
        0.06, unit="chance per point from 7", low=0, high=0.2, doc="strong feelings answer more", source=ASSUMED
    )
    noise: float = param(1.0, unit="points of 10", low=0, high=5, doc="spread of an answer", source=ASSUMED)

    def ask(self, score: F32, draws: Draws) -> I8:
        """Answers 0-10 of those who came [E], -1 for silence."""
        asked, answers, noise = draws.uniforms("asked", "answers", "survey noise")
        willing = self.response + self.stirred * np.abs(score - 7)
        spoken = np.rint(score + self.noise * normal(noise)).clip(0, 10)
        return np.where((asked < self.share) & (answers < willing), spoken, -1).astype(np.int8)


class Records:
    """The firm's CRM: one row per customer, in the same order as the customers' own table."""

    def __init__(self) -> None:
        self.crm = Table(CRM, 0)
        self._current = [False]  # whether the latest View may still be read

    def enter(self, newcomers: Newcomers) -> None:
        """Open a record for each newcomer."""
        rows = self.crm.grow(len(newcomers))
        rows[SINCE], rows[LAST] = newcomers.start, newcomers.last
        rows[PURCHASES] = newcomers.purchases.astype(np.uint32)
        rows[SPEND], rows[SOURCE] = newcomers.spend, newcomers.source
        rows[KNOWN] = newcomers.purchases > 0

    def view(self, week: int) -> View:
        """What a strategy gets to see this week."""
        self._current[0] = False
        self._current = [True]
        return View(week, len(self.crm), _reader(self.crm, self._current, week))

    def write(self, people: Block, plan: Plan, acts: Acts) -> None:
        """Write a week of one block down; `plan` is the block's."""
        block = self.crm.block(people.start, people.stop)
        if plan.treated is not None:
            block[TREATED] |= plan.treated
        if plan.cost is not None:
            block[COST] += plan.cost
        if not len(acts.rows):
            return
        rows, paid = block.some(acts.rows), acts.paid
        bought = acts.bought > 0
        rows[PURCHASES] = rows[PURCHASES] + acts.bought
        rows[SPEND] = rows[SPEND] + paid
        rows[LAST] = np.where(bought, acts.moment, rows[LAST])
        rows[COMPLAINTS] = rows[COMPLAINTS] + acts.complained
        rows[REFERRALS] = rows[REFERRALS] + acts.referred
        rows[ANSWER] = np.where(acts.answer >= 0, acts.answer, rows[ANSWER])
        rows[KNOWN] = (rows[KNOWN] | bought) & ~(acts.left & acts.seen)
        if acts.spent is not None:
            rows[COST] = rows[COST] + acts.spent
        if plan.points is not None:
            rate = plan.points.take(acts.rows)
            earned = rate * paid
            rows[MEMBER] = rows[MEMBER] | ((rate > 0) & bought)
            rows[EARNED] = rows[EARNED] + earned
            rows[POINTS] = rows[POINTS] + earned
        if plan.redeemed is not None:
            rows[POINTS] = rows[POINTS] - plan.redeemed.take(acts.rows) * bought


def _reader(crm: Table, current: list[bool], week: int) -> Callable[[Column[Any]], NDArray[Any]]:
    """What a View reads through: immutable copies of CRM columns, in its own week only.

    A copy's memory is a bytes object, so nobody can unlock it or reach what it was copied from.
    """

    def read(column: Column[Any]) -> NDArray[Any]:
        if column not in CRM:
            raise KeyError(f"the View has no '{column.name}'; a firm sees {[known.name for known in CRM]}")
        if not current[0]:
            raise RuntimeError(f"the View of week {week} is over: read what you need in the week you plan for.")
        return np.frombuffer(crm[column].tobytes(), column.dtype)

    return read
