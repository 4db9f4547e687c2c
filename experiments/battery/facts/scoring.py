"""Scoring: whether the firm's own churn score finds those who will leave, and how long it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from agents.customers import LOYALTY
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import emergent, with_state
from experiments.battery.field import MONTHLY, arriving, leaning, leaving, opened
from experiments.battery.laboratory import Laboratory
from sim.chance import F32, Bool, Draws
from sim.model import CustomerModel
from sim.plan import Plan
from sim.records import GONE, KNOWN
from sim.view import View
from strategies.scores import ChurnRisk

QUARTER = 13  # weeks
JOINING = 39  # weeks in which customers sign
CUSTOMERS = 4  # times those of the laboratory: a score has to be learnt
_SCORE = "churn score"


@dataclass(frozen=True)
class Watching:
    """The firm scores its customers once a quarter, when some are there, and does nothing about it.

    The score is fitted once, to what became in a quarter of those of week `JOINING`, and used as it is ever after.
    """

    score: ChurnRisk = field(default_factory=lambda: ChurnRisk(window=QUARTER, every=520))

    def plan(self, view: View, draws: Draws) -> Plan:
        """Nothing; the score is noted."""
        if view.week >= JOINING and view.week % QUARTER == 0:
            view.memory[_SCORE] = self.score.score(view, draws)
        return Plan()


def _lifts(laboratory: Laboratory) -> Mapping[str, float]:
    people = arriving(laboratory, MONTHLY, JOINING, CUSTOMERS * laboratory.sample.customers)
    model = opened(laboratory, MONTHLY, people, Watching())
    model.run_for(JOINING + QUARTER)
    everybody = np.arange(len(people))
    found: dict[str, float] = {}
    for name in ("at once", "a quarter on"):
        known, lean = model.records.crm[KNOWN].copy(), leaning(model, everybody)
        chance = leaving(model, everybody, lean)
        model.step()  # the score is made as the week begins
        score = model.records.memory[_SCORE]
        model.run_for(QUARTER - 1)
        found[name] = _lift(model, known, score)
        found.setdefault("leaning", _lift(model, known, lean))
        found.setdefault("chance", _lift(model, known, chance))
        found.setdefault("churn", 400 / QUARTER * float((~model.records.crm[KNOWN])[known].mean()))
    return found


def _lift(model: CustomerModel, known: Bool, score: F32) -> float:
    """Share that left of the tenth with the highest score, over that of all [those known as it was made]."""
    left = (~np.isnan(model.records.crm[GONE]))[known]
    top = np.argsort(-score[known], kind="stable")[: len(left) // 10]
    return float(left[top].mean() / left.mean())


F28 = Fact(
    id="F28",
    short="churn score",
    title="A churn score finds leavers about twice as often as chance, and keeps its power for three months",
    source="Neslin et al. 2006, J. Marketing Research 43(2):204-211",
    status=Status.SEEN,
    situation=(
        "A market with monthly renewals (3% leave at the first one, fewer later: assumed). Customers sign within 39 "
        "weeks; the firm's own score (the play's ChurnRisk: a logistic regression on its CRM) is fitted to who left in "
        "the quarter after, and ranks customers twice, at once and a quarter later. Nothing is done about it."
    ),
    claims=(
        Claim("at once", "top-decile lift over the next quarter", "about 2 (M)", 1.3, 4.0, is_ratio=True),
        Claim(
            "a quarter on", "the same with the score a quarter old", "keeps its power (V)", low=1.15, null=1.0,
            is_ratio=True,
        ),
    ),
    measure=_lifts,
    kind=emergent,
    scored=with_state("loyalty", LOYALTY),
    why=(
        "The firm's records say little of who leaves. Most of the true chance's lift is what customers are by nature, "
        "which under contract shows in tenure alone; the leaning of the integrated mind has by itself a lift of 1.3, "
        "and the records show little of that: 24,000 customers to learn from give no more than about 1.16. Where "
        "loyalty grows with use (habit, four stages) they say more."
    ),
    shown={
        "chance": "lift at once of the true chance of leaving",
        "leaning": "lift at once of the true leaning alone",
        "churn": "customers who leave in four weeks, %",
    },
    field=True,
)  # fmt: skip
