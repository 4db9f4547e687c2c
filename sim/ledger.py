"""Revenue, margin, cost and counts, by week and segment; discounted value within the horizon and beyond it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Bool, Index
from sim.clock import weekly_discount
from sim.exchange import Acts
from sim.parameters import Parametric, param
from sim.people import REASONS, SEGMENT
from sim.plan import Plan
from sim.table import Block

F64 = NDArray[np.float64]
COUNTS = (
    "purchases", "left", "renewed", "complained", "referred", "praised", "warned", "encounters", "contacted",
    "returned", "dismissed", "joined",
)  # fmt: skip
_DENSE = 4_096  # shorter arrays are not worth looking through


@dataclass(frozen=True)
class Accounts(Parametric):
    """How money is valued."""

    margin: float = param(
        0.30,
        unit="share of revenue",
        low=0,
        high=1,
        doc="gross margin",
        source="Fader, Hardie & Lee 2005 JMR, not checked",
    )
    discount: float = param(
        0.15, unit="per year", low=0, high=2, doc="discount rate", source="Fader, Hardie & Lee 2005 JMR, not checked"
    )

    def factor(self, week: F64 | F32 | int) -> F64:
        """Present value of one unit of money paid in a week, seen from the model's week 0."""
        return np.exp(-weekly_discount(self.discount) * np.asarray(week, np.float64))


class Ledger:
    """Sums by segment [S], one page per week."""

    def __init__(self, segments: int) -> None:
        self.segments = segments
        self.weeks: list[dict[str, F64]] = []
        self._spent: dict[str, float] = {}

    def open(self) -> None:
        """Turn to a new week."""
        self.weeks.append({name: np.zeros(self.segments) for name in ("revenue", "cost", *COUNTS)})

    @property
    def spent(self) -> dict[str, float]:
        """Money spent so far, by line, undiscounted."""
        return dict(self._spent)

    def book(self, people: Block, plan: Plan, acts: Acts, came: NDArray[np.intp]) -> None:
        """Enter one block's week; every cost is booked when it is taken, under the line of the play that takes it."""
        for bill in plan.bills:
            if bill.cost is not None:
                self._cost(bill.line, people[SEGMENT], bill.cost)
        if not len(acts.rows):
            return
        segment = people[SEGMENT].take(acts.rows)
        self._add("encounters", people[SEGMENT].take(came), None)
        self._add("revenue", segment, acts.paid)
        for name, amount in (
            ("purchases", acts.bought),
            ("left", acts.left),
            ("renewed", acts.renewed),
            ("complained", acts.complained),
            ("referred", acts.referred),
            ("praised", acts.told & ~acts.bad),
            ("warned", acts.bad),
        ):
            self._add(name, segment, amount)
        for name, joined in acts.joined:
            self._add("joined", segment, joined)
            self._add(f"joined: {name}", segment, joined)
        if acts.reason is not None and acts.left.any():
            for place, name in enumerate(REASONS):
                if (over := acts.reason == place).any() and place:
                    self._add(f"left: {name}", segment, over)
        if not isinstance(acts.price, float) or acts.price != 1:
            share = (1 - 1 / np.asarray(acts.price)).astype(np.float32)
            self._add("premium", segment, acts.paid * share)
        for line, money in acts.bills:
            self._cost(line, segment, money)

    def book_overhead(self, plan: Plan) -> None:
        """Enter what a plan spends on nobody in particular, on all segments alike."""
        for bill in plan.bills:
            if bill.overhead:
                every = np.arange(self.segments, dtype=np.uint8)
                self._cost(bill.line, every, np.full(self.segments, bill.overhead / self.segments))

    def book_returns(self, people: Block, plan: Plan, back: Index) -> F32:
        """Enter what those cost who came back, at rows of the block; that money [R]."""
        total = np.zeros(len(back), np.float32)
        for bill in plan.bills:
            if bill.welcome is not None:
                money = bill.welcome.take(back)
                self._cost(bill.line, people[SEGMENT].take(back), money)
                total += money
        return total

    def count(self, people: Block, rows: Mapping[str, Index]) -> None:
        """Count rows of a block under each name."""
        for name, index in rows.items():
            if len(index):
                self._add(name, people[SEGMENT].take(index), None)

    def owe(self, line: str, segment: NDArray[np.uint8], amount: F32) -> None:
        """Enter a liability [n] that falls due with the horizon, as a cost of the last week."""
        if not self.weeks:
            self.open()
        self._cost(line, segment, amount)

    def _cost(self, line: str, segment: NDArray[np.uint8], amount: F32 | F64) -> None:
        sums = self._sums(segment, amount)
        self._enter("cost", sums)
        self._enter(f"cost: {line}", sums)
        self._spent[line] = self._spent.get(line, 0.0) + float(sums.sum())

    def _add(self, name: str, segment: NDArray[np.uint8], amount: F32 | F64 | Bool | NDArray[np.uint8] | None) -> None:
        self._enter(name, self._sums(segment, amount))

    def _enter(self, name: str, sums: F64) -> None:
        page = self.weeks[-1]
        page[name] = page[name] + sums if name in page else sums

    def _sums(self, segment: NDArray[np.uint8], amount: F32 | F64 | Bool | NDArray[np.uint8] | None) -> F64:
        if amount is not None and len(amount) > _DENSE:  # mostly nought: what one play spends on few
            rows = np.flatnonzero(amount != 0)
            if 2 * len(rows) < len(amount):
                segment, amount = segment.take(rows), amount.take(rows)
        return np.bincount(segment, amount, self.segments).astype(np.float64, copy=False)

    def discounted(self, name: str, accounts: Accounts) -> F64:
        """Present value of a line over all weeks so far [S]."""
        weeks = enumerate(accounts.factor(np.arange(len(self.weeks), dtype=np.float64)))
        return sum((self.by_segment(name, accounts, week) * factor for week, factor in weeks), np.zeros(self.segments))

    def value(self, name: str, accounts: Accounts, week: int = -1) -> float:
        """One week's total of a line; `margin` and `profit` are derived from revenue and cost."""
        return float(self.by_segment(name, accounts, week).sum())

    def by_segment(self, name: str, accounts: Accounts, week: int = -1) -> F64:
        """One week's total of a line by segment [S]."""
        page = self.weeks[week]
        if name in ("margin", "profit"):  # goods cost what they cost at the usual price, so a premium is all margin
            premium = page.get("premium", np.zeros(self.segments))
            margin = (page["revenue"] - premium) * accounts.margin + premium
            return margin if name == "margin" else margin - page["cost"]
        if name not in page and not name.startswith("cost: "):
            raise KeyError(f"the ledger has no line '{name}'; it has {sorted(page)}, margin and profit")
        return page.get(name, np.zeros(self.segments))
