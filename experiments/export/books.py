"""The ledger, kept by customer as well: what each brings and costs, discounted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Index
from sim.exchange import Acts
from sim.ledger import F64, Accounts, Ledger
from sim.plan import Plan
from sim.table import Block


class CustomerBooks(Ledger):
    """The same books as the ledger it goes on from, and from then on margin less cost of each customer.

    What a plan spends on nobody in particular is in the firm's books only.

    Args:
        ledger: the books so far.
        accounts: margin and discount rate.
    """

    def __init__(self, ledger: Ledger, accounts: Accounts) -> None:
        super().__init__(ledger.segments)
        self.weeks, self._spent = [*ledger.weeks], ledger.spent
        self._accounts, self._profit = accounts, np.zeros(0)

    def profit(self, n: int) -> F64:
        """Margin less cost of the first n customers, discounted to the model's week 0 [n]."""
        self._reach(n)
        return self._profit[:n].copy()

    def book(self, people: Block, plan: Plan, acts: Acts, came: NDArray[np.intp]) -> None:
        """Enter one block's week, by segment and by customer."""
        super().book(people, plan, acts, came)
        for bill in plan.bills:
            if bill.cost is not None:
                self._credit(np.arange(people.start, people.stop), -bill.cost)
        if len(acts.rows):
            rows = acts.rows + people.start
            self._credit(rows, self._margin(acts))
            for _, money in acts.bills:
                self._credit(rows, -money)

    def book_returns(self, people: Block, plan: Plan, back: Index) -> F32:
        """Enter what those cost who came back."""
        total = super().book_returns(people, plan, back)
        self._credit(back + people.start, -total)
        return total

    def owe(self, line: str, segment: NDArray[np.uint8], amount: F32) -> None:
        """Enter a liability that falls due with the horizon."""
        super().owe(line, segment, amount)
        self._credit(np.arange(len(amount)), -amount)

    def _margin(self, acts: Acts) -> F64:
        """Margin on what was paid [E]; what is paid above the usual price is all margin."""
        paid, margin = acts.paid.astype(float), self._accounts.margin
        premium = paid * (1 - 1 / np.asarray(acts.price, float))
        return (paid - premium) * margin + premium

    def _credit(self, rows: Index, money: F32 | F64) -> None:
        if len(rows):
            self._reach(int(rows[-1]) + 1)
            self._profit[rows] += money * self._accounts.factor(len(self.weeks) - 1)

    def _reach(self, n: int) -> None:
        """Make room for n customers."""
        if n > len(self._profit):
            self._profit = np.append(self._profit, np.zeros(n - len(self._profit)))
