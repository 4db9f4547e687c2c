"""Plan, firm and conditions -> encounters: what is delivered to those who come."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.chance import F32, Draws, normal
from sim.exchange import Encounters, Plan
from sim.journey import BuyingCentre, Journey
from sim.parameters import ASSUMED, Parametric, param
from sim.people import BASKET
from sim.scenario import USUAL, Conditions
from sim.table import Rows


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
    staff_mood: float = param(
        0.0, unit="-1 to 1", low=-1, high=1, doc="feeling that staff show, which customers catch", source=ASSUMED
    )
    journey: Journey = field(default_factory=Journey)
    buying_centre: BuyingCentre = field(default_factory=BuyingCentre)

    def deliver(self, people: Rows, plan: Plan, draws: Draws, conditions: Conditions = USUAL) -> Encounters:
        """What each of these customers lives this week [E]; `plan` and `draws` are theirs."""
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
        return Encounters(
            technical=_quality(technical, plan.technical),
            functional=_quality(functional, plan.functional),
            promised=min(max(self.promise + conditions.promise, 0.0), 1.0),
            failure=severity,
            fit=fit,
            intrusion=intrusion,
            reward=_share_of_spend(plan.reward, people),
            moment=course.moment,
            recovery=self._put_right(severity, plan, draws, conditions),
            effort=course.effort,
            staff_mood=self.staff_mood,
            price=conditions.price,
            rival=conditions.rival,
            brand=conditions.brand,
        )

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


def _share_of_spend(reward: F32 | None, people: Rows) -> F32 | None:
    if reward is None:
        return None
    return (reward / np.maximum(people[BASKET], np.float32(1e-6))).astype(np.float32, copy=False)


def _quality(level: F32, lift: F32 | None) -> F32:
    lifted = level if lift is None else level + lift
    return np.clip(lifted, 0, 1)
