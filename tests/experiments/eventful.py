"""A study in which much happens: customers are let go, come back, are referred, pay less; and its replication."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from experiments.calibrated import calibrate
from experiments.pilot import solve_baseline
from experiments.population import Population
from experiments.replication import Replication, arms_of, replicate, root_of
from experiments.study import Study
from sim.behaviour import Contractual
from sim.chance import Draws
from sim.market import Arrivals
from sim.model import CustomerModel
from sim.plan import Plan
from sim.records import SOURCE
from sim.second_life import SecondLife
from sim.view import View
from strategies import Nothing

LET_GO, WEEKS, SIZE = 5, 20, 400  # the week in which every tenth customer is let go
WELCOME = 2.0


@dataclass(frozen=True)
class Eventful:
    """Lets every tenth customer go, asks back whoever left, gives discounts, rewards referrals, keeps a journal."""

    budget: float = 10_000.0

    def plan(self, view: View, draws: Draws) -> Plan:
        """A bit of everything [N]."""
        everyone = np.ones(len(view), np.float32)
        first = np.flatnonzero(view[SOURCE] == 0)[::10]
        farewell = np.isin(np.arange(len(view)), first) & (view.week == LET_GO)
        note = (f"week {view.week}: {len(view)} customers on record",) if view.week % 8 == 0 else ()
        return Plan(
            treated=np.ones(len(view), np.bool_), invite=everyone, welcome=everyone * np.float32(WELCOME),
            dismiss=farewell, price=everyone * np.float32(0.9), referral=3.0, overhead=1.0, line="eventful", notes=note,
        )  # fmt: skip


STUDY = Study(
    arms={"nothing": Nothing(), "eventful": Eventful()}, market=Contractual(period=4), weeks=WEEKS, replications=2,
    population=Population(start="cohort", size=SIZE), arrivals=Arrivals(organic=200.0, referral=0.01),
    second_life=SecondLife(ease=0.2), warm_up=2,
)  # fmt: skip


@cache
def lived() -> tuple[CustomerModel, CustomerModel, Replication]:
    """The eventful model at the horizon, the control's, and the replication that both belong to."""
    calibration = calibrate(STUDY)
    baseline = solve_baseline(STUDY, calibration, size=1_000)
    ends = dict(arms_of(STUDY, root_of(STUDY, calibration, baseline, 0)))
    return ends["eventful"], ends["nothing"], replicate(STUDY, calibration, baseline, 0)
