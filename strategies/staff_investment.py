"""Staff investment: training, incentives, more hands and a service culture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.chance import Bool, Draws
from sim.parameters import ASSUMED, param
from sim.plan import Plan
from sim.view import View
from strategies.whole_firm import WholeFirm

HOURS = 40.0  # a working week


@dataclass(frozen=True, kw_only=True)
class StaffInvestment(WholeFirm):
    """Better and happier staff serve better, and customers stay (service-profit chain: Heskett et al. 1994).

    Needs a study with staff (`crew=team`); without, it only costs. It works with delay: skill is built hour by hour and
    lasts beyond the play, culture grows over months, morale follows pay within weeks and falls when it ends. Side
    effects: the wage bill; training takes staff off the floor, so load rises at first and too much training at once
    spoils service; additional hands begin as novices.

    Weekly cost, in proportion to the visits of the week before, as the wage bill is:

        visits (wages (training / 40 (1 + course) + incentive + crew) + program culture)
    """

    training: float = param(2.0, unit="hours per member and week", low=0, high=40, doc="training", source=ASSUMED)
    incentive: float = param(0.05, unit="share of wages", low=0, high=1, doc="paid for good service", source=ASSUMED)
    crew: float = param(0.0, unit="share of staff", low=-1, high=10, doc="more members on duty", source=ASSUMED)
    culture: float = param(0.5, unit="0 to 1", low=0, high=1, doc="done for a service culture", source=ASSUMED)
    wages: float = param(3.0, unit="money per visit", low=0, high=1e6, doc="wage bill as it is", source=ASSUMED)
    course: float = param(
        0.5, unit="share of wages", low=0, high=100, doc="trainers, for an hour of training", source=ASSUMED
    )
    program: float = param(0.15, unit="money per visit", low=0, high=1e6, doc="culture in full", source=ASSUMED)

    line: ClassVar[str] = "staff_investment"

    def treat(self, view: View, whom: Bool, draws: Draws) -> Plan:
        """What is done for staff this week; it is meant for every customer [N]."""
        share = self.training / HOURS * (1 + self.course) + self.incentive + self.crew
        money = self.wages * share + self.program * self.culture
        return Plan(
            treated=whom,
            training=self.training,
            incentive=self.incentive,
            crew=self.crew,
            culture=self.culture,
            overhead=max(money, 0.0) * self.visits(view),  # wages saved are no income of the play
        )
