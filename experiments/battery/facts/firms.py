"""Firms: whether those with happier customers do better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from agents.customers import SATISFACTION
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import by_hand, with_state
from experiments.battery.field import MONTHLY, Levels, invited, life, opened, rated
from experiments.battery.laboratory import Laboratory
from experiments.battery.questionnaire import TEN
from experiments.battery.statistics import F64, correlation
from sim.chance import F32, Bool, Index
from sim.people import ACTIVE, KEY, Newcomers
from sim.records import SPEND

FIRMS, EACH = 100, 4  # firms, and customers of each per hundred of a laboratory's
QUALITY, CHURN, MARGIN = 0.06, 0.3, 0.3  # SD between firms: of quality, logit of dropout, log margin
LIVED, YEAR = 26, 26  # weeks before the survey, and weeks of performance after it
HALF = 0.5


def _performance(laboratory: Laboratory) -> Mapping[str, float]:
    people = invited(laboratory, MONTHLY, EACH * laboratory.sample.customers)
    firm = np.arange(len(people)) % FIRMS
    quality, churn, margin = (_of_firms(laboratory, name) for name in ("quality", "churn", "margin"))
    lift = np.float32(QUALITY) * quality[firm]
    model = opened(laboratory, MONTHLY, _leaving_sooner(people, np.float32(CHURN) * churn[firm]), Levels(lift, lift))
    model.run_for(LIVED)
    there, before = model.table[ACTIVE].copy(), model.records.crm[SPEND].copy()
    opinion = model.table[SATISFACTION] if SATISFACTION in model.table.columns else None
    satisfied = _mean(rated(laboratory, model.table[KEY], opinion, "satisfaction", TEN), there, firm)
    model.run_for(YEAR)
    revenue = _mean((model.records.crm[SPEND] - before).astype(np.float64), there, firm)
    found = {
        f"margins {share:.0%}": correlation(satisfied, revenue * np.exp(share * MARGIN * margin.astype(np.float64)))
        for share in (0.0, HALF, 1.0)
    }
    return {**found, "quality": correlation(satisfied, quality.astype(np.float64))}


def _of_firms(laboratory: Laboratory, name: str) -> F32:
    """A standard normal number of each firm."""
    return life(laboratory).rows(np.arange(FIRMS, dtype=np.uint64)).normal(f"firm's {name}")


def _leaving_sooner(people: Newcomers, shift: F32) -> Newcomers:
    """The same customers, the logit of whose dropout is shifted."""
    odds = people.dropout / (1 - people.dropout) * np.exp(shift)
    return replace(people, dropout=odds / (1 + odds))


def _mean(values: F64, who: Bool, firm: Index) -> F64:
    """Mean of each firm's customers [firms]; 0 for one that has none left."""
    total = np.bincount(firm[who], values[who], FIRMS)
    mean: F64 = total / np.maximum(np.bincount(firm[who], minlength=FIRMS), 1)
    return mean


F20 = Fact(
    id="F20",
    short="happy firms",
    title="Satisfaction and performance go together weakly across firms",
    source="Otto, Szymanski & Varadarajan 2020, JAMS 48:543-564",
    status=Status.SEEN,
    situation=(
        "100 independent firms with 48 customers each and monthly renewals, unlike in quality (SD 0.06), in how their "
        "market leaves (SD 0.3 of the logit) and in margin (SD 0.3 of its logarithm), all unrelated and assumed. "
        "Customers are asked once (1-10), after 26 weeks; performance is the profit per customer of the 26 weeks after."
    ),
    claims=(Claim("margins 100%", "mean satisfaction with performance, r", "0.10 to 0.35 (V)", 0.05, 0.35),),
    measure=_performance,
    kind=by_hand,
    scored=with_state("satisfaction", SATISFACTION),
    why=(
        "How closely the two go together is a matter of how unlike firms are otherwise, which is assumed: in the "
        "integrated mind r is 0.36 with margins all alike, and 0.14 with half of their spread. And firms of 48 "
        "customers keep luck in their performance: with 120 customers each r is about 0.10."
    ),
    shown={
        "margins 50%": "r with half of the spread of margins",
        "margins 0%": "r with margins all alike",
        "quality": "mean satisfaction with quality delivered, r",
    },
    field=True,
)
