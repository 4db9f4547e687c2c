"""What a researcher can ask, in every mind: each construct is read from the mind's state, or from what was lived.

A mind that does not move a construct has no opinion of its own about it; then the answer is about the facts that the
customer met, or about nothing at all (`None`), and the questionnaire hears noise and halo.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents import customers as c
from experiments.battery import diary as d
from sim.chance import F32
from sim.exchange import Leanings
from sim.table import Column, Rows

type Reading = Callable[[Rows, Leanings], F32]


@dataclass(frozen=True)
class Construct:
    """One thing that can be asked.

    Attributes:
        name: as facts ask for it.
        asks: what the customer is asked.
        columns: the state that holds it; a mind has the construct if some theory of it moves one of these.
        state: what answers in such a mind; by default the mean of the columns.
        lived: what answers in all other minds; None when nothing does.
        source: what the answer comes from, in words.
        good: +1 when a high answer speaks for the firm, -1 when it speaks against it; halo follows it.
        signed: whether its zero means something, as in "as expected".
    """

    name: str
    asks: str
    columns: tuple[Column[np.float32], ...] = ()
    state: Reading | None = None
    lived: Reading | None = None
    source: str = ""
    good: int = 1
    signed: bool = False

    def read(self, moved: Set[Column[Any]], people: Rows, leanings: Leanings) -> F32 | None:
        """The latent answer of each customer [N], with a mind that moves these columns; None when it has none."""
        if not any(column in moved for column in self.columns):
            return None if self.lived is None else self.lived(people, leanings)
        if self.state is not None:
            return self.state(people, leanings)
        total: F32 = sum((people[column] for column in self.columns[1:]), people[self.columns[0]])
        return total


def _quality(people: Rows, _: Leanings) -> F32:
    return np.float32(0.5) * (people[d.LIVED_TECHNICAL] + people[d.LIVED_FUNCTIONAL])


def _equity(people: Rows, leanings: Leanings) -> F32:
    given = np.float32(0.5) * people[c.PRICE_SENSITIVITY] * np.log(people[d.PRICE_PAID])
    return _quality(people, leanings) - people[d.BRAND_SEEN] - given


def _alternatives(people: Rows, _: Leanings) -> F32:
    return people[d.RIVAL_SEEN] + np.float32(0.2) * (people[c.VARIETY] - people[c.RISK_AVERSION])


def _surprise(people: Rows, _: Leanings) -> F32:
    return people[c.REACTIVITY] * (people[d.LAST_QUALITY] - people[d.LIVED_BEFORE])


def _kept(people: Rows, leanings: Leanings) -> F32:
    return _quality(people, leanings) - people[d.PROMISED]


def _promise(column: Column[np.float32]) -> Reading:
    return lambda people, _: people[column] - people[d.PROMISED]


def _put_in(people: Rows, _: Leanings) -> F32:
    return np.log1p(people[d.VISITS])


def _column(column: Column[np.float32]) -> Reading:
    return lambda people, _: people[column]


_EXPECTED = (c.EXPECT_TECHNICAL, c.EXPECT_FUNCTIONAL)
_TRUST = (c.COMPETENCE, c.BENEVOLENCE, c.INTEGRITY)
_ALL = (
    Construct(
        "expectation", "what was expected of the last visit, asked before it", _EXPECTED, _column(d.EXPECTED_THEN),
        _column(d.LIVED_BEFORE), "expectation before the visit; else quality lived before it",
    ),
    Construct(
        "outlook", "what is expected of the next visit", _EXPECTED, None, _quality,
        "expectation now; else quality lived so far, the recent more",
    ),
    Construct(
        "performance", "how good the last visit was", lived=_column(d.LAST_QUALITY),
        source="quality of the last visit, in every mind",
    ),
    Construct(
        "disconfirmation", "better or worse than expected", (c.DISCONFIRMATION,), None,
        lambda people, _: people[d.LAST_QUALITY] - people[d.LIVED_BEFORE],
        "gap of the last visit; else its quality less that lived before", signed=True,
    ),
    Construct(
        "equity", "fair, for the price and beside what others get", lived=_equity,
        source="quality lived - public image - price sensitivity x log price / 2, in every mind",
    ),
    Construct(
        "affect", "how one feels about the firm", (c.VALENCE,), None, _surprise,
        "valence; else reactivity x (last quality - quality lived before)",
    ),
    Construct("visit", "satisfied with the last visit", (c.SATISFACTION_LAST,), source="satisfaction with the visit"),
    Construct("satisfaction", "satisfied with the firm", (c.SATISFACTION,), source="cumulative satisfaction"),
    Construct(
        "trust", "can rely on them", _TRUST, None, _kept,
        "mean of the facets; else quality lived - quality promised",
    ),
    Construct(
        "competence", "they are able", (c.COMPETENCE,), None, _promise(d.LIVED_TECHNICAL),
        "the facet; else technical quality lived - promised",
    ),
    Construct(
        "benevolence", "they mean well", (c.BENEVOLENCE,), None, _promise(d.LIVED_FUNCTIONAL),
        "the facet; else functional quality lived - promised",
    ),
    Construct(
        "integrity", "they keep their word", (c.INTEGRITY,), None,
        _kept,
        "the facet; else quality lived - quality promised",
    ),
    Construct(
        "care", "how one was treated", lived=_column(d.LIVED_FUNCTIONAL),
        source="functional quality lived so far, in every mind",
    ),
    Construct(
        "solving", "how the last problem was dealt with", lived=_column(d.PUT_RIGHT),
        source="recovery of the last failure, in every mind",
    ),
    Construct("value", "worth its price", (c.VALUE,), None, _equity, "perceived value; else equity"),
    Construct(
        "commitment", "committed to the firm", (c.AFFECTIVE,), None, lambda _, leanings: -leanings.leave,
        "affective commitment; else the leaning to stay",
    ),
    Construct(
        "costs", "leaving would cost", (c.CALCULATIVE,), None, _put_in, "calculative commitment; else log visits",
    ),
    Construct(
        "investment", "has put much into it", (c.INVESTMENT,), None, _put_in, "investment; else log visits",
    ),
    Construct(
        "alternatives", "others would do as well", (c.ALTERNATIVES,), None, _alternatives,
        "best alternative as it seems; else rival + (variety - risk aversion) / 5", good=-1,
    ),
    Construct(
        "shared values", "we value the same", lived=_column(c.PRONENESS),
        source="relationship proneness, in every mind",
    ),
    Construct(
        "repurchase", "would buy again", lived=lambda _, leanings: -leanings.leave,
        source="leaning to stay, in every mind",
    ),
    Construct(
        "leaving", "means to leave", lived=lambda _, leanings: leanings.leave, source="leaning to leave, in every mind",
        good=-1,
    ),
    Construct(
        "pay", "what one would pay", lived=lambda _, leanings: leanings.pay,
        source="leaning to pay more, in every mind",
    ),
    Construct(
        "recommend", "would recommend", lived=lambda _, leanings: leanings.recommend,
        source="leaning to recommend, in every mind",
    ),
    Construct(
        "complaining", "would complain or has complained", lived=lambda _, leanings: leanings.complain,
        source="chance to complain, in every mind", good=-1,
    ),
    Construct(
        "negative talk", "told others of something bad",
        lived=lambda _, leanings: leanings.tell * (leanings.attitude < 0),
        source="chance to tell of a bad visit, in every mind", good=-1,
    ),
)  # fmt: skip
CONSTRUCTS = {construct.name: construct for construct in _ALL}
