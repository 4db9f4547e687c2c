"""What is measured: the default study's customers, existing customers of the CDNOW log at week 39, at any size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from agents.mind import Mind, NoMind
from experiments.calibrated import Calibration, calibrate, customers_of, world_of
from experiments.pilot import solve_baseline
from experiments.study import Study
from sim.baseline import Baseline
from sim.model import CustomerModel
from sim.people import Newcomers
from sim.world import Strategy, World
from strategies import (
    Nothing,
    OverDelivery,
    PersonalisedService,
    Portfolio,
    RewardProgram,
    ServiceRecovery,
    TieredCommunication,
)

PLAYS: dict[str, Strategy] = {
    "over_delivery": OverDelivery(),
    "personalised_service": PersonalisedService(),
    "reward_program": RewardProgram(),
}
FIVE: dict[str, Strategy] = {
    **PLAYS,
    "service_recovery": ServiceRecovery(),
    "tiered_communication": TieredCommunication(),
}
PORTFOLIO = Portfolio(FIVE)


@dataclass(frozen=True, eq=False)
class Situation:
    """A world, its baseline and where its customers come from; the same for the engine and the twin.

    Attributes:
        study: the default study, over the weeks that are run.
        calibration: the fit of the shipped log.
        baseline: shifts that hold the control arm to the standard model.
        busier: factor on every purchase rate; 1 is the log's own.
    """

    study: Study
    calibration: Calibration
    baseline: Baseline
    busier: float = 1.0

    @property
    def world(self) -> World:
        return world_of(self.study, self.calibration)

    def customers(self, n: int, seed: int) -> Newcomers:
        newcomers = customers_of(self.study, self.calibration, seed, n)
        return replace(newcomers, rate=newcomers.rate * np.float32(self.busier))

    def engine(self, n: int, seed: int = 1, strategy: Strategy | None = None) -> CustomerModel:
        """The engine with warmed minds, at week 0."""
        newcomers = self.customers(n, seed)
        return CustomerModel(self.world, newcomers, strategy or Nothing(), baseline=self.baseline, seed=seed)


def situation(
    weeks: int = 52, mind: Mind | NoMind | None = None, busier: float = 1.0, pilot: int = 20_000
) -> Situation:
    """The default study, or one with another mind; the pilot that solves its baseline has `pilot` customers."""
    return replace(_solved(weeks, mind or Mind(), pilot), busier=busier)


@cache
def _solved(weeks: int, mind: Mind | NoMind, pilot: int) -> Situation:
    study = Study(arms={"nothing": Nothing(), **PLAYS}, weeks=weeks, mind=mind)
    calibration = calibrate(study)
    plain = isinstance(mind, NoMind)
    return Situation(study, calibration, Baseline.none() if plain else solve_baseline(study, calibration, pilot))
