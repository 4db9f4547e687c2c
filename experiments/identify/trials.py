"""What the firm tries out on some of its customers, one thing after the other."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.chance import Draws
from sim.errors import ParameterError
from sim.parameters import Parametric, param
from sim.plan import Plan
from sim.view import View
from sim.world import Strategy
from strategies.targeting import Everyone, Targeting


@dataclass(frozen=True)
class Trial(Parametric):
    """A strategy that is played for some weeks and then ends.

    Attributes:
        strategy: what is tried out; its own targeting says on whom.
    """

    strategy: Strategy
    start: int = param(0, unit="week", low=0, high=10_000, doc="first week of it")
    weeks: int = param(4, unit="weeks", low=1, high=10_000, doc="how long it lasts")

    @property
    def end(self) -> int:
        """The first week after it."""
        return self.start + self.weeks


@dataclass(frozen=True)
class Trials:
    """A firm's trials, one at a time; in the other weeks nothing is planned.

    `strategy/targeting@...=random_share` picks the same customers in every trial: they are the firm's test group, and
    all others its lasting control group.

    Attributes:
        trials: by name.
    """

    trials: Mapping[str, Trial] = field(default_factory=dict)

    def __post_init__(self) -> None:
        order = sorted(self.trials.items(), key=lambda item: item[1].start)
        for (first, earlier), (second, later) in itertools.pairwise(order):
            if later.start < earlier.end:
                raise ParameterError(
                    f"trials.{second}.start = {later.start} lies within trials.{first}, which lasts until week "
                    f"{earlier.end - 1}: only one thing is tried at a time. Choose {earlier.end} or later."
                )

    def plan(self, view: View, draws: Draws) -> Plan:
        """The plan of the trial that is on this week."""
        for trial in self.trials.values():
            if trial.start <= view.week < trial.end:
                return trial.strategy.plan(view, draws)
        return Plan(line="nothing")


@dataclass(frozen=True)
class Levers(Parametric):
    """Single levers of a plan, moved for those picked: what a firm can vary on purpose to learn from it.

    Referrals are encouraged for everybody, so they alone treat nobody in particular.
    """

    technical: float = param(0.0, unit="quality", low=-1, high=1, doc="lift of technical quality")
    functional: float = param(0.0, unit="quality", low=-1, high=1, doc="lift of functional quality")
    recovery: float = param(0.0, unit="quality", low=-1, high=1, doc="lift of how well failures are put right")
    wait: float = param(1.0, unit="multiple", low=0.01, high=100, doc="multiplier of all waits")
    referral: float = param(1.0, unit="multiple", low=0, high=1e6, doc="multiplier of referrals, for everybody")
    targeting: Targeting = field(default_factory=Everyone)

    def plan(self, view: View, draws: Draws) -> Plan:
        """The levers for those picked [N]; everybody else is served as usual."""
        picked = self.targeting.pick(view, draws)
        card = picked.astype(np.float32)
        return Plan(
            treated=picked if self._moves else None,
            technical=card * np.float32(self.technical) if self.technical else None,
            functional=card * np.float32(self.functional) if self.functional else None,
            recovery=card * np.float32(self.recovery) if self.recovery else None,
            wait=np.where(picked, np.float32(self.wait), np.float32(1)) if self.wait != 1 else None,
            referral=self.referral,
            line="levers",
        )

    @property
    def _moves(self) -> bool:
        """Whether it treats some otherwise than others."""
        return bool(self.technical or self.functional or self.recovery or self.wait != 1)
