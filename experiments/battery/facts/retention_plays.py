"""Retention plays: whom to approach before they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import sqrt

import numpy as np

from agents.customers import LOYALTY, PERSUADABLE
from agents.reception import Reception
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import built_in, with_state
from experiments.battery.field import invited, life, opened
from experiments.battery.laboratory import Laboratory
from sim.behaviour import Contractual
from sim.chance import F32, Bool, Draws
from sim.model import CustomerModel
from sim.people import ACTIVE, DROPOUT, KEY
from sim.records import KNOWN
from sim.view import View
from strategies.churn_prevention import ChurnPrevention
from strategies.nothing import Nothing
from strategies.ranking import best
from strategies.scores import ChurnRisk, Uplift
from strategies.targeting import rank_of

TERM = 8  # weeks of a contract: a year, shortened
TERMS = Contractual(period=TERM)  # leaves as in the default market: 15% at the first renewal, fewer later
PILOT, CAMPAIGN = 3 * TERM, 4 * TERM  # weeks of the renewals at which the pilot and the campaign take place
TIMES = 4  # so many times the laboratory's customers: a pilot has to be large
SHARE = 0.3  # of customers whom the campaign pays for
CORRELATIONS = (-0.5, 0.0, 0.5)  # of the risk to leave with persuadability
SPREAD = 0.12  # of persuadability between customers, as `Segments` has it


@dataclass(frozen=True)
class Trial:
    """A randomised pilot at one renewal, a campaign at the next: to the same number of customers, by either score.

    Attributes:
        by_uplift: whether the campaign goes by uplift; else it goes by risk.
        risk: learnt at every renewal.
        uplift: learnt in the pilot.
    """

    by_uplift: bool = False
    risk: ChurnRisk = field(default_factory=lambda: ChurnRisk(window=TERM, every=TERM))
    uplift: Uplift = field(default_factory=lambda: Uplift(pilot=TERM))

    def pick(self, view: View, draws: Draws) -> Bool:
        """Nobody, then a random half, then those who promise most [N]."""
        if view.week == CAMPAIGN:  # each score is learnt only where it is used: both are costly
            score = self.uplift.score(view, draws) if self.by_uplift else self.risk.score(view, draws)
            return best(score, view[KNOWN], round(SHARE * int(view[KNOWN].sum())), draws)
        self.risk.score(view, draws)
        treated = self.uplift.piloted(view, draws) if view.week == PILOT else None
        return np.zeros(len(view), np.bool_) if treated is None else treated


def _gains(laboratory: Laboratory) -> Mapping[str, float]:
    people = invited(laboratory, TERMS, TIMES * laboratory.sample.customers)
    play = ChurnPrevention(every=TERM, apart=TERM, targeting=Trial())
    past = opened(laboratory, TERMS, people, play)
    past.run_for(PILOT)
    found = {}
    for correlation in CORRELATIONS:
        model = past.fork(play)
        model.table[PERSUADABLE] = _persuadable(laboratory, model, correlation)
        model.run_for(CAMPAIGN - PILOT)
        risk, uplift = _lost(model, play), _lost(model, replace(play, targeting=Trial(by_uplift=True)))
        name = "gain" if correlation == 0 else f"gain at {correlation:+.1f}"
        found[name] = risk - uplift
        if correlation == 0:
            nobody = _lost(model, Nothing())
            found |= {"churn": nobody, "by risk": nobody - risk, "by uplift": nobody - uplift}
            found["per target"] = found["gain"] / SHARE
    return found


def _persuadable(laboratory: Laboratory, model: CustomerModel, correlation: float) -> F32:
    """Persuadability of each customer [N], spread as ever, and correlated so with the rank of their risk to leave."""
    risk = rank_of(model.table[DROPOUT]) - np.float32(0.5)
    luck = life(laboratory).rows(model.table[KEY]).named("F7").normal("persuadable")
    z = correlation * sqrt(12) * risk + sqrt(1 - correlation**2) * luck
    return np.clip(PERSUADABLE.start + SPREAD * z, PERSUADABLE.low, PERSUADABLE.high).astype(np.float32)


def _lost(field: CustomerModel, play: ChurnPrevention | Nothing) -> float:
    """Customers lost at the campaign's renewal, in % of those who were there."""
    model = field.fork(play)
    model.step()
    return 100 * float((~model.table[ACTIVE])[field.table[ACTIVE]].mean())


F7 = Fact(
    id="F7",
    short="whom to keep",
    title="Proactive retention by predicted uplift keeps more than by predicted risk, for the same money",
    source="Ascarza 2018, J. Marketing Research 55(1):80-98",
    status=Status.SEEN,
    situation=(
        "4,800 customers under contracts that end together (15% leave at the first renewal, fewer later; eight weeks "
        "stand for a year). At the third renewal the firm calls a random half of them (the play churn_prevention, in "
        "the week of the renewal); at the fourth it calls the 30% most at risk (ChurnRisk), or the 30% with the "
        "highest uplift (Uplift, learnt in that pilot), both on its CRM. Risk and persuadability are independent; the "
        "curve over an assumed correlation stands beside it."
    ),
    claims=(
        Claim(
            "gain", "churn by risk less churn by uplift, points of all customers", "up to 4.1 and 8.7 (M)", low=1.0,
            null=0.0,
        ),
    ),
    measure=_gains,
    kind=built_in("reception", (Reception,)),
    scored=with_state("loyalty", LOYALTY),
    why=(
        "The sign is right but only shows in a larger firm: with 60,000 customers (one run) calling by risk loses 0.04 "
        "points, since calls wake the disloyal, and calling by uplift gains 0.04. A call moves the logit of leaving by "
        "nothing on average (attention and waking cancel); by our reckoning a perfect score beats risk by 0.3 points "
        "of all customers, 0.5 if account managers called; one point is out of reach of these sizes, whatever the "
        "correlation."
    ),
    shown={
        "gain at -0.5": "the same, those at risk less persuadable (r = -0.5)",
        "gain at +0.5": "the same, those at risk more persuadable (r = 0.5)",
        "per target": "the same, per customer called, points",
        "by risk": "churn that calling by risk prevents, points of all customers",
        "by uplift": "churn that calling by uplift prevents, points of all customers",
        "churn": "churn at that renewal if nobody is called, %",
    },
    field=True,
)  # fmt: skip
