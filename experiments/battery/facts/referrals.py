"""Referrals: whether those who were brought by a friend stay longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from agents.customers import LOYALTY
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import by_hand, with_state
from experiments.battery.field import MONTHLY, invited, opened
from experiments.battery.laboratory import Laboratory
from sim.chance import Draws
from sim.market import Arrivals
from sim.model import CustomerModel
from sim.network import WattsStrogatz
from sim.people import LEFT, ORGANIC, REFERRED, START
from sim.plan import Plan
from sim.records import SOURCE
from sim.view import View

OPEN, FOLLOWED, EARLY = 8, 52, 24  # weeks in which customers come, are followed after that, and are young
ORGANIC_COME, REFERS = 3.6, 0.20  # organic arrivals a year per customer at the start, chance of a referral per visit


@dataclass(frozen=True)
class Doors:
    """The firm takes nobody in from a week on."""

    closed: int

    def plan(self, view: View, draws: Draws) -> Plan:
        """Nothing, until it closes."""
        return Plan() if view.week < self.closed else Plan(attraction=0.0, referral=0.0)


def _hazards(laboratory: Laboratory) -> Mapping[str, float]:
    people = invited(laboratory, MONTHLY)
    coming = Arrivals(organic=ORGANIC_COME * len(people), referral=REFERS)
    model = opened(laboratory, MONTHLY, people, Doors(OPEN - 1), network=WattsStrogatz(), arrivals=coming)
    model.run_for(OPEN + FOLLOWED)
    ages = {"all": (0, FOLLOWED), "early": (0, EARLY), "late": (EARLY, FOLLOWED)}
    found = {name: _ratio(model, *span) for name, span in ages.items()}
    return found | {"referred": float((model.records.crm[SOURCE] == REFERRED).sum())}


def _ratio(model: CustomerModel, begin: int, end: int) -> float:
    """Hazard of leaving, referred over organic arrivals, per renewal at an age of `begin` to `end` weeks.

    Mantel and Haenszel's mean over renewals: at each the two groups are of one age.
    """
    crm, start, left = model.records.crm, model.table[START], model.table[LEFT]
    source = crm[SOURCE]
    dates = np.arange(MONTHLY.period, end, MONTHLY.period)
    top, bottom = 0.0, 0.0
    for age in dates[dates > begin]:
        age_left, seen = np.floor(left) - np.floor(start), model.week - np.floor(start) > age
        here = seen & ~(age_left < age)  # NaN, for those who never left, is not below
        exits = here & (age_left == age)
        (risk, gone), (risk_other, gone_other) = (
            (float((here & (source == kind)).sum()), float((exits & (source == kind)).sum()))
            for kind in (REFERRED, ORGANIC)
        )
        everybody = max(risk + risk_other, 1.0)
        top += gone * risk_other / everybody
        bottom += gone_other * risk / everybody
    return top / bottom if bottom else float("nan")


F10 = Fact(
    id="F10",
    short="referred stay",
    title="Referred customers churn less, and the gap persists",
    source="Schmitt, Skiera & Van den Bulte 2011, J. Marketing 75(1):46-59",
    status=Status.SEEN,
    situation=(
        "A market with monthly renewals (3% leave at the first one, fewer later: assumed) and ties between customers "
        "(Watts-Strogatz). For 8 weeks customers come by themselves and by referral, in like numbers, and are followed "
        "for a year; their hazards are compared at the same age (Mantel-Haenszel). Referred newcomers are given a "
        "better match (arrivals.match, 0.2 of the logit: assumed)."
    ),
    claims=(
        Claim("all", "hazard of leaving, referred / others", "0.82 (M)", 0.70, 0.95, is_ratio=True),
        Claim("late", "the same, after half a year", "persists (V)", high=0.95, null=1.0, is_ratio=True),
    ),
    measure=_hazards,
    kind=by_hand,
    scored=with_state("loyalty", LOYALTY),
    why="Not known to fail: the match was put in for it. Without it the ratio is about 1, whatever ties do.",
    shown={
        "early": "hazard ratio in the first half-year",
        "referred": "referred customers",
    },
    field=True,
)
