"""Plan, firm and conditions -> encounters: what is delivered to those who come."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Draws, Index, normal
from sim.exchange import Encounters
from sim.journey import BuyingCentre, Journey
from sim.parameters import ASSUMED, Parametric, param
from sim.people import BASKET
from sim.plan import Plan
from sim.scenario import USUAL, Conditions
from sim.table import Rows


@dataclass(frozen=True)
class Served:
    """What those add who served each customer [E].

    Attributes:
        functional: shift of functional quality.
        mood: feeling that they show, -1 to 1.
        by: number of the member of staff, 1 the first; None where nobody has one.
    """

    functional: F32
    mood: F32
    by: NDArray[np.uint32] | None = None


@dataclass(frozen=True)
class Service(Parametric):
    """The firm's level, consistency and promise; quality runs from 0 to 1.

    Technical quality is what is delivered, functional quality how (Gronroos 1984).
    """

    technical: float = param(0.70, unit="quality 0-1", low=0, high=1, doc="mean technical quality", source=ASSUMED)
    functional: float = param(0.70, unit="quality 0-1", low=0, high=1, doc="mean functional quality", source=ASSUMED)
    spread: float = param(0.12, unit="quality", low=0, high=0.5, doc="inconsistency between encounters", source=ASSUMED)
    promise: float = param(0.66, unit="quality 0-1", low=0, high=1, doc="quality the firm promises", source=ASSUMED)
    failure: float = param(0.04, unit="chance per encounter", low=0, high=1, doc="chance of a failure", source=ASSUMED)
    severity: float = param(
        0.40, unit="quality", low=0, high=1, doc="quality lost in the worst failure", source=ASSUMED
    )
    recovery: float = param(
        0.45, unit="quality 0-1", low=0, high=1, doc="how well failures are put right", source=ASSUMED
    )
    fit_gain: float = param(
        0.20, unit="quality per unit fit", low=0, high=1, doc="what a fitting personal touch adds", source=ASSUMED
    )
    redress: float = param(
        0.40, unit="quality 0-1", low=0, high=1, doc="how well complaints are answered", source=ASSUMED
    )
    regret: float = param(
        0.30, unit="quality per share of spend", low=0, high=2, doc="what buying without need spoils", source=ASSUMED
    )
    languages: float = param(
        1.0, unit="share", low=0, high=1, doc="gaps of language and culture that are bridged", source=ASSUMED
    )
    staff_mood: float = param(
        0.0, unit="-1 to 1", low=-1, high=1, doc="feeling that staff show, which customers catch", source=ASSUMED
    )
    journey: Journey = field(default_factory=Journey)
    buying_centre: BuyingCentre = field(default_factory=BuyingCentre)

    def deliver(
        self, people: Rows, plan: Plan, draws: Draws, conditions: Conditions = USUAL, served: Served | None = None
    ) -> Encounters:
        """What each of these customers lives this week [E]; `plan`, `draws` and who has `served` them are theirs."""
        fails, worst, delivered, manner = draws.uniforms("failure", "severity", "technical", "functional")
        severity = worst * (fails < self.failure + conditions.failure) * np.float32(self.severity)
        course = self.journey.travel(draws, plan.wait)
        view = self.buying_centre.view(draws)
        technical = (self.technical + conditions.technical) + self.spread * normal(delivered) - severity + view
        functional = (self.functional + conditions.functional) + self.spread * normal(manner) + course.mean + view
        fit = intrusion = None
        if plan.depth is not None and plan.accuracy is not None:
            hit = draws.happens("personal touch", plan.accuracy)
            fit = np.where(hit, plan.depth, -plan.depth)  # a personal touch that misses is as wrong as it was deep
            intrusion = plan.depth * plan.accuracy
            functional = functional + self.fit_gain * fit
        price = conditions.price if plan.price is None else plan.price * np.float32(conditions.price)
        needless = None
        if plan.upsell is not None:
            needless = plan.upsell if plan.suits is None else plan.upsell * ~draws.happens("suits", plan.suits)
            technical = technical - self.regret * needless
        if served is not None:
            functional = functional + served.functional
        languages = min(conditions.languages + plan.languages, 1.0)
        return Encounters(
            technical=_quality(technical, plan.technical),
            functional=_quality(functional, plan.functional),
            promised=self._promised(plan, conditions),
            failure=severity,
            fit=fit,
            intrusion=intrusion,
            reward=None if plan.reward is None else share_of_spend(plan.reward, people),
            moment=course.moment,
            recovery=self._put_right(severity, plan, draws, conditions),
            effort=course.effort,
            staff_mood=self.staff_mood if served is None else served.mood + np.float32(self.staff_mood),
            price=price,
            rival=conditions.rival,
            rival_price=conditions.rival_price,
            brand=conditions.brand,
            needless=needless,
            candour=plan.candour,
            slight=plan.slight,
            languages=languages,
            misheard=draws.normal("misheard") if languages < 1 else None,
        )

    def answer(self, plan: Plan, draws: Draws, rows: Index) -> F32:
        """How well each complaint is answered [len(rows)]; `rows` are the places of those who complain."""
        quality = self.redress + self.spread * draws.some(rows).normal("redress")
        if plan.redress is not None:
            quality = quality + plan.redress.take(rows)
        answer: F32 = np.clip(quality, 0, 1).astype(np.float32, copy=False)
        return answer

    def _promised(self, plan: Plan, conditions: Conditions) -> F32 | float:
        """What was promised to each [E], or to all alike."""
        usual = self.promise + conditions.promise
        if plan.promise is None:
            return min(max(usual, 0.0), 1.0)
        promised: F32 = np.clip(plan.promise + np.float32(usual), 0, 1)
        return promised

    def _put_right(self, severity: F32, plan: Plan, draws: Draws, conditions: Conditions) -> F32 | None:
        """How well each failure was put right [E], 0 where nothing failed; None when nothing failed at all."""
        failed = np.flatnonzero(severity)
        if not len(failed):
            return None
        quality = (self.recovery + conditions.recovery) + self.spread * draws.some(failed).normal("recovery")
        if plan.recovery is not None:
            quality = quality + plan.recovery.take(failed)
        recovery = np.zeros(len(severity), np.float32)
        recovery[failed] = np.clip(quality, 0, 1)
        return recovery


def share_of_spend(money: F32, people: Rows) -> F32:
    """Money's worth relative to the usual spend of each [E]."""
    return (money / np.maximum(people[BASKET], np.float32(1e-6))).astype(np.float32, copy=False)


def _quality(level: F32, lift: F32 | None) -> F32:
    lifted = level if lift is None else level + lift
    return np.clip(lifted, 0, 1)
