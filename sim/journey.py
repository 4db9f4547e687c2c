"""What an encounter is made of: touchpoints with waits and moments of truth, and the several eyes of an account."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.chance import F32, Draws, normal
from sim.parameters import ASSUMED, Parametric, param

TOUCHPOINTS = ("pre-sale", "purchase", "delivery", "after-sale")
_WAITS = [0, 2, 3]  # the touchpoints at which one waits


@dataclass(frozen=True)
class Course:
    """How the journey of each customer went [E], as deviations from the encounter's level of functional quality.

    Attributes:
        mean: over the touchpoints.
        moment: mean of the most extreme touchpoint and the last one, beyond `mean`: what memory keeps of an episode
            (Kahneman, Fredrickson, Schreiber & Redelmeier 1993).
        effort: waiting in doublings of the wait that feels normal, 0 where it is normal; [1] where all wait alike.
    """

    mean: F32
    moment: F32
    effort: F32


@dataclass(frozen=True)
class Journey(Parametric):
    """Before, at and after a purchase: pre-sale answer, purchase, delivery, after-sale answer.

    A wait of twice what feels normal costs `impatience` of quality at its touchpoint, four times twice that: waiting is
    felt in ratios (form assumed; that waits lower the evaluation of service: Taylor 1994).
    """

    spread: float = param(
        0.08, unit="quality", low=0, high=0.5, doc="how much touchpoints differ within an encounter", source=ASSUMED
    )
    pre_sale_hours: float = param(4.0, unit="hours", low=0.01, high=1e4, doc="until a question is answered")
    delivery_hours: float = param(48.0, unit="hours", low=0.01, high=1e4, doc="until delivery")
    after_sale_hours: float = param(4.0, unit="hours", low=0.01, high=1e4, doc="until help comes")
    normal_answer: float = param(4.0, unit="hours", low=0.01, high=1e4, doc="answer that feels normal", source=ASSUMED)
    normal_delivery: float = param(
        48.0, unit="hours", low=0.01, high=1e4, doc="delivery that feels normal", source=ASSUMED
    )
    impatience: float = param(
        0.05, unit="quality per doubling", low=0, high=0.5, doc="what waiting longer costs", source=ASSUMED
    )

    def travel(self, draws: Draws, wait: F32 | None) -> Course:
        """The touchpoints of each customer [E]; `wait` multiplies all waits."""
        deviations = np.stack(draws.uniforms(*TOUCHPOINTS))
        deviations = np.float32(self.spread) * normal(deviations)
        longer = np.float32(0) if wait is None else np.log2(wait)
        late = (self._doublings()[:, None] + longer).astype(np.float32, copy=False)
        deviations[_WAITS] -= np.float32(self.impatience) * late
        effort = late.mean(axis=0)
        mean = deviations.mean(axis=0)
        peak = np.take_along_axis(deviations, np.abs(deviations).argmax(axis=0)[None], axis=0)[0]
        return Course(mean, np.float32(0.5) * (peak + deviations[-1]) - mean, effort)

    def _doublings(self) -> F32:
        """How often the wait that feels normal is doubled, at each touchpoint that has one [3]."""
        hours = (self.pre_sale_hours, self.delivery_hours, self.after_sale_hours)
        normal_hours = (self.normal_answer, self.normal_delivery, self.normal_answer)
        return np.log2(np.array(hours) / normal_hours).astype(np.float32)


@dataclass(frozen=True)
class BuyingCentre(Parametric):
    """How many people decide for an account, and how far the least content of them can block it.

    One person is a consumer. In a firm, users, buyers and deciders see the same service with different eyes (Webster &
    Wind 1972); the account's view is their mean, drawn towards the worst by `veto`.
    """

    deciders: int = param(1, unit="people", low=1, high=12, doc="who decides for one account", source=ASSUMED)
    dissent: float = param(0.08, unit="quality", low=0, high=0.5, doc="spread of their views", source=ASSUMED)
    veto: float = param(0.3, unit="0 to 1", low=0, high=1, doc="weight of the least content", source=ASSUMED)

    def view(self, draws: Draws) -> F32:
        """By how much the account's view differs from one observer's [E]; [1] zero where one person decides."""
        if self.deciders == 1:
            return _ONE_VIEW
        names = [f"decider {one}" for one in range(self.deciders)]
        views = np.float32(self.dissent) * normal(np.stack(draws.uniforms(*names)))
        account: F32 = (1 - self.veto) * views.mean(axis=0) + self.veto * views.min(axis=0)
        return account


_ONE_VIEW = np.zeros(1, np.float32)
