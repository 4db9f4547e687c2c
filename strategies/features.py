"""What the CRM says of each customer, as numbers to learn from, and what a firm learns from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Bool, Index
from sim.people import REASONS
from sim.records import (
    ANSWER,
    ANSWERED,
    COMPLAINED,
    COMPLAINTS,
    CONTACTED_AT,
    CONTACTS,
    GONE,
    LAST,
    OPTED_OUT,
    POINTS,
    PURCHASES,
    REFERRALS,
    RETURNED,
    SINCE,
    SPEND,
    STATED,
)
from sim.view import View

F64 = NDArray[np.float64]
FEATURES = (
    "recency", "frequency", "tenure", "gap", "late", "spend", "complaints", "complained lately", "answers lately",
    "answer", "contacts", "contacted lately", "opted out", "points", "referrals", "returned",
)  # fmt: skip
MOST = 20_000  # customers learnt from: more cost time and hardly sharpen so few weights
_LATELY = np.float32(13.0)  # weeks in which an event's weight falls to a third
_NEUTRAL = 7.0  # the answer of somebody indifferent
_DISMISSED = REASONS.index("dismissed")


@dataclass(frozen=True, eq=False)
class Logit:
    """A fitted logistic regression: the chance is 1 / (1 + exp(-(intercept + features @ weights))).

    It does not reach beyond what it has learnt from: features count as the nearest value between `low` and `high`.
    """

    weights: F64
    intercept: float
    low: F64
    high: F64

    def chance(self, features: F32) -> F32:
        """Predicted chance [N] for features [N, F]."""
        within = np.clip(features, self.low, self.high)  # in float64, so that no rounding decides a ranking
        logit = within @ self.weights + self.intercept
        chance: F32 = (1 / (1 + np.exp(-np.clip(logit, -50, 50)))).astype(np.float32)
        return chance


def features(view: View) -> F32:
    """One row per customer and one column per entry of FEATURES [N, F]; amounts as logarithms."""
    week = np.float32(view.week)
    last, since, bought = view[LAST], view[SINCE], view[PURCHASES].astype(np.float32)
    silence, tenure = np.maximum(week - last, 0), np.maximum(week - since, 0)
    gap = np.where(bought > 1, (last - since) / np.maximum(bought - 1, 1), tenure)
    answered = np.exp((view[ANSWERED] - week) / _LATELY)
    columns = (
        np.log1p(silence),
        np.log1p(bought),
        np.log1p(tenure),
        np.log1p(gap),
        np.log1p(silence / np.maximum(gap, np.float32(1 / 7))),
        np.log1p(np.maximum(view[SPEND], 0) / np.maximum(bought, 1)),
        np.log1p(view[COMPLAINTS].astype(np.float32)),
        np.exp((view[COMPLAINED] - week) / _LATELY),
        answered,
        answered * (view[ANSWER] - np.float32(_NEUTRAL)),
        np.log1p(view[CONTACTS]),
        np.exp((view[CONTACTED_AT] - week) / _LATELY),
        view[OPTED_OUT],
        np.log1p(np.maximum(view[POINTS], 0)),
        np.log1p(view[REFERRALS].astype(np.float32)),
        view[RETURNED],
    )
    return np.stack([column.astype(np.float32, copy=False) for column in columns], axis=1)


def learn(rows: F32, happened: Bool) -> Logit | None:
    """A logistic regression (scikit-learn, L2, standardised features); None where all rows [n, F] ended alike."""
    if len(rows) == 0 or happened.all() or not happened.any():
        return None
    from sklearn.linear_model import LogisticRegression  # here: importing it takes seconds that few runs need
    from threadpoolctl import threadpool_limits

    exact = rows.astype(np.float64)
    center, spread = exact.mean(axis=0), exact.std(axis=0)
    spread[spread < 1e-6] = 1.0
    with threadpool_limits(1):  # sums in one order: the same fit whatever the number of workers
        fitted: Any = LogisticRegression(solver="newton-cholesky", max_iter=100)
        fitted.fit((exact - center) / spread, happened)
    weights: F64 = fitted.coef_[0] / spread
    return Logit(weights, float(fitted.intercept_[0] - weights @ center), exact.min(axis=0), exact.max(axis=0))


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What was known of some customers in a week, kept until it shows what became of them.

    Attributes:
        week: when it was taken.
        rows: whose records these are [n].
        features: what was known [n, F].
        purchases: on record then [n].
        returned: how often they had come back by then [n].
    """

    week: int
    rows: Index
    features: F32
    purchases: NDArray[np.uint32]
    returned: NDArray[np.uint8]

    @classmethod
    def of(cls, view: View, about: F32, who: Bool) -> Snapshot:
        """Those of `who` [N], or evenly spread `MOST` of them, with their features `about` [N, F]."""
        rows = np.flatnonzero(who)
        rows = rows[:: -(-len(rows) // MOST) or 1]
        return cls(view.week, rows, about[rows], view[PURCHASES][rows], view[RETURNED][rows])

    def lost(self, view: View) -> tuple[Bool, Bool]:
        """Who is lost since [n], and who counts [n]: not those the firm itself let go.

        A firm that sees customers leave (a contract) takes who left; one that never saw any, who bought nothing since.
        """
        gone, dismissed = view[GONE], view[STATED] == _DISMISSED
        if (~np.isnan(gone) & ~dismissed).any():
            lost = (gone[self.rows] >= self.week) | (view[RETURNED][self.rows] > self.returned)
        else:
            lost = view[PURCHASES][self.rows] == self.purchases
        return lost, ~dismissed[self.rows]
