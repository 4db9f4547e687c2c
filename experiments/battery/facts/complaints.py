"""Complaints: what they and their answers do to staying and to the intent to buy again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from agents.customers import SATISFACTION
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import emergent, with_state
from experiments.battery.field import SHOP, invited, leaning, leaving, opened
from experiments.battery.laboratory import Laboratory
from experiments.battery.statistics import F64, slopes, standardised
from sim.chance import Bool, Draws
from sim.model import CustomerModel
from sim.people import ACTIVE
from sim.plan import Plan
from sim.records import COMPLAINTS, PURCHASES
from sim.scenario import Event, Scenario
from sim.view import View
from sim.world import Strategy
from strategies.service_recovery import ServiceRecovery

WELL, BADLY = 0.90, 0.10  # how well complaints are answered
HISTORY, WATCHED = 26, 26  # weeks in which customers get a past, and weeks in which they are watched


@dataclass(frozen=True)
class Answering:
    """Complaints are answered so well, or, without a quality, those of every second customer well and others badly.

    Attributes:
        usual: how well the firm answers without it.
        quality: how well it answers now.
    """

    usual: float
    quality: float | None = None

    def plan(self, view: View, draws: Draws) -> Plan:
        """Lift or lower the quality of each customer's answer [N]."""
        wanted = np.where(_well(len(view)), WELL, BADLY) if self.quality is None else np.full(len(view), self.quality)
        return Plan(redress=(wanted - self.usual).astype(np.float32))


def _well(customers: int) -> Bool:
    """Every second customer [N]."""
    every_second: Bool = np.arange(customers) % 2 == 0
    return every_second


def _stopping(laboratory: Laboratory) -> Mapping[str, float]:
    play = Answering(laboratory.sample.service.redress)
    model = opened(laboratory, SHOP, invited(laboratory, SHOP), play)
    model.run_for(HISTORY)
    weeks = [_watched_week(model) for _ in range(WATCHED)]
    change, chance, spoke, well, bought, before = (np.concatenate(part) for part in zip(*weeks, strict=True))
    past, loud = standardised(np.log(bought)), (before > 0).astype(np.float64)
    causes = (spoke * (1 - well), spoke * well, past, loud, spoke * past, spoke * loud)
    in_vain, recovered, _, _, buffer, worse = map(float, slopes(change, *causes))
    of_chance = slopes(chance, *causes)
    return {
        "recovered": recovered,
        "in vain": in_vain - recovered,
        "prior purchases": buffer,
        "prior complaints": worse,
        "purchases, chance": 100 * float(of_chance[4]),
        "complaints, chance": 100 * float(of_chance[5]),
        "complaints": float(spoke.sum()),
    }


def _watched_week(model: CustomerModel) -> tuple[F64, ...]:
    """A week, and what it did to those who bought in it and stay [E].

    Change of the logit and of the chance of stopping at the next purchase, who complained, who is answered well,
    purchases and complaints before.
    """
    crm, everybody = model.records.crm, np.arange(len(model.table))
    leaned = leaning(model, everybody)
    bought, complained = crm[PURCHASES].copy(), crm[COMPLAINTS].copy()
    model.step()
    rows = np.flatnonzero((crm[PURCHASES] > bought) & model.table[ACTIVE])
    before, now = leaned.take(rows), leaning(model, rows)
    chance = leaving(model, rows, now) - leaving(model, rows, before)
    spoke, well = (crm[COMPLAINTS] > complained).take(rows), _well(len(everybody)).take(rows)
    parts = (now - before, chance, spoke, well, bought.take(rows), complained.take(rows))
    return tuple(part.astype(np.float64) for part in parts)


F11 = Fact(
    id="F11",
    short="after complaints",
    title="Complaints raise stopping: prior purchases buffer, prior complaints worsen, recovery does not fully offset",
    source="Knox & van Oest 2014, J. Marketing 78(5):42-57",
    status=Status.SEEN,
    situation=(
        "Customers of a shop without a contract (a purchase a month, after which 5% stay away: assumed) are watched "
        "for 26 weeks after 26 others. Complaints come as they come; those of every second customer are answered well "
        "(0.9), the others' badly (0.1; assumed). Regressed is the change, over the week of a purchase, of the logit "
        "of stopping at the next one: on complaint and answer, and on both times prior purchases (log) and prior "
        "complaints (any)."
    ),
    claims=(
        Claim("recovered", "a recovered complaint less none, logit", "above 0 (V)", low=0.05, null=0.0),
        Claim("in vain", "an unrecovered less a recovered one, logit", "above 0 (V)", low=0.05, null=0.0),
        Claim(
            "prior purchases", "a complaint's effect per SD of prior purchases, logit", "below 0 (V)", high=-0.02,
            null=0.0,
        ),
        Claim(
            "prior complaints", "a complaint's effect, complained before less not, logit", "above 0 (V)", low=0.02,
            null=0.0,
        ),
    ),
    measure=_stopping,
    kind=emergent,
    scored=with_state("satisfaction", SATISFACTION),
    why=(
        "An answer is judged by itself and moves satisfaction, feeling and trust as a visit does, so a good one does "
        "more good than its occasion did harm: with answers of 0.6 the order of the integrated mind would be as "
        "published, with 0.7 no more. And nothing but a habit lets prior purchases buffer: satisfaction moves as far "
        "after many visits as after few."
    ),
    shown={
        "purchases, chance": "prior purchases: the same of the chance of stopping, points",
        "complaints, chance": "prior complaints: the same of the chance of stopping, points",
        "complaints": "complaints watched",
    },
    field=True,
)  # fmt: skip

SERIOUS = 0.60  # severity of the worst failure; on average they are half as bad, as serious as a room's
QUICK, SLOW = 2.0, 24.0  # hours until a complaint is answered


def _intents(laboratory: Laboratory) -> Mapping[str, float]:
    usual = laboratory.sample.service
    firm = replace(usual, severity=SERIOUS)
    calendar = Scenario({"failures": Event(weeks=1, failure=1.0, recovery=-1.0, demand=1.5)})
    field = opened(laboratory, SHOP, invited(laboratory, SHOP), service=firm, scenario=calendar)
    arms: dict[str, Strategy] = {
        "in vain": Answering(usual.redress, BADLY),
        "resolved": _answers(SLOW),
        "quickly": _answers(QUICK),
    }
    found = {}
    for name, play in arms.items():
        model = field.fork(play)
        model.step()
        crm = model.records.crm
        troubled = (crm[PURCHASES] > field.records.crm[PURCHASES]) & model.table[ACTIVE]
        spoke = crm[COMPLAINTS] > 0
        found[name] = _intent(model, troubled & spoke)
        found["silent"] = _intent(model, troubled & ~spoke)  # the same in all arms
    order = ("silent", "in vain", "resolved", "quickly")
    steps = {f"{high} over {low}": found[high] - found[low] for low, high in pairwise(order)}
    return {**found, **steps}


def _answers(hours: float) -> ServiceRecovery:
    """Complaints are solved, in so many hours; nothing else is done."""
    return ServiceRecovery(answer_hours=hours, proactive=False, follow_up=0.0)


def _intent(model: CustomerModel, who: Bool) -> float:
    """Mean leaning to buy again of some, in logits; 0 where there is nobody."""
    rows = np.flatnonzero(who)
    return -float(leaning(model, rows).mean()) if len(rows) else 0.0


F27 = Fact(
    id="F27",
    short="speaking up",
    title="After a serious problem: silent, complained in vain, resolved, resolved quickly, in intent to buy again",
    source="TARP, as quoted in secondary sources",
    status=Status.SEEN,
    situation=(
        "Customers of the shop of F11 all have a failure in one week that nobody puts right unasked (severity 0 to "
        "0.60, mean 0.30, as serious as in F12: assumed). They complain or keep silent as they lean; in three arms "
        "complaints are answered badly (0.1), solved within a day, and within two hours (the play service_recovery). "
        "Intent to buy again is the leaning to stay right after it."
    ),
    claims=(
        Claim("in vain over silent", "complained in vain less silent, logit", "19% - 9% (V)", low=0.05, null=0.0),
        Claim("resolved over in vain", "resolved less complained in vain, logit", "54% - 19% (V)", low=0.05, null=0.0),
        Claim(
            "quickly over resolved", "resolved quickly less resolved, logit", "82% - 54% (V)", low=0.02, null=0.0,
        ),
    ),
    measure=_intents,
    kind=emergent,
    scored=with_state("satisfaction", SATISFACTION),
    why=(
        "A bad answer is judged like a bad visit, and speaking up relieves too little (0.05) to make up for it: in "
        "vain ranks below silence, with the firm's usual answers (0.4), too; from about 0.45 on it would rank above. "
        "Nor are those who speak up the more attached ones here: they are the more dissatisfied. Where satisfaction "
        "comes to loyalty late (commitment, four stages), an answer hardly shows in the week it is given."
    ),
    shown={name: f"leaning to stay: {name}" for name in ("silent", "in vain", "resolved", "quickly")},
    field=True,
)  # fmt: skip
