"""Plan and firm -> encounters: what is delivered to those who come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.chance import F32, Draws, normal
from sim.exchange import Encounters, Plan
from sim.parameters import ASSUMED, Parametric, param
from sim.people import BASKET
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
    fit_gain: float = param(
        0.20, unit="quality per unit fit", low=0, high=1, doc="what a fitting personal touch adds", source=ASSUMED
    )

    def deliver(self, people: Rows, plan: Plan, draws: Draws) -> Encounters:
        """What each of these customers lives this week [E]; `plan` and `draws` are theirs."""
        fails, worst, delivered, manner = draws.uniforms("failure", "severity", "technical", "functional")
        severity = worst * (fails < self.failure) * np.float32(self.severity)
        technical = self.technical + self.spread * normal(delivered) - severity
        functional = self.functional + self.spread * normal(manner)
        fit = intrusion = None
        if plan.depth is not None and plan.accuracy is not None:
            hit = draws.happens("personal touch", plan.accuracy)
            fit = np.where(hit, plan.depth, -plan.depth)  # a personal touch that misses is as wrong as it was deep
            intrusion = plan.depth * plan.accuracy
            functional = functional + self.fit_gain * fit
        return Encounters(
            technical=_quality(technical, plan.technical),
            functional=_quality(functional, plan.functional),
            promised=self.promise,
            failure=severity,
            fit=fit,
            intrusion=intrusion,
            reward=_share_of_spend(plan.reward, people),
        )


def _share_of_spend(reward: F32 | None, people: Rows) -> F32 | None:
    if reward is None:
        return None
    return (reward / np.maximum(people[BASKET], np.float32(1e-6))).astype(np.float32, copy=False)


def _quality(level: F32, lift: F32 | None) -> F32:
    lifted = level if lift is None else level + lift
    return np.clip(lifted, 0, 1)
