"""The side effects of the plays, seen where a strategist would look: in who leaves, on the CDNOW customers."""

from __future__ import annotations

from functools import cache

import numpy as np

from experiments.calibrated import calibrate
from experiments.pilot import solve_baseline
from experiments.population import Population
from experiments.replication import root_of
from experiments.study import Study
from sim.model import CustomerModel
from sim.world import Strategy
from strategies import Nothing, OverDelivery, PersonalisedService, RewardProgram

ARMS: dict[str, Strategy] = {
    "nothing": Nothing(),
    "personal": PersonalisedService(),
    "too personal": PersonalisedService(depth=1.0),
    "uniform": PersonalisedService(uniform=True),
    "surprise": OverDelivery(),
    "surprise stopped": OverDelivery(weeks=20),
    "program": RewardProgram(),
    "program ended": RewardProgram(weeks=20),
}


@cache
def lives() -> dict[str, CustomerModel]:
    """30,000 customers, seed 1, 52 weeks in every arm under the same luck."""
    study = Study(arms={"nothing": Nothing()}, population=Population(size=30_000))
    calibration = calibrate(study)
    root = root_of(study, calibration, solve_baseline(study, calibration, size=20_000), 0)
    found = {}
    for name, strategy in ARMS.items():
        found[name] = root.fork(strategy)
        found[name].run_for(52)
    return found


def left(arm: str, first: int = 0, last: int = 52) -> float:
    """Customers who left in weeks first to last."""
    return float(sum(page["left"].sum() for page in lives()[arm].ledger.weeks[first:last]))


def bought(arm: str, first: int, last: int) -> float:
    return float(sum(page["purchases"].sum() for page in lives()[arm].ledger.weeks[first:last]))


def test_a_personal_touch_keeps_customers_and_too_much_of_it_drives_them_away():
    assert left("personal") < left("nothing")
    assert left("too personal") > 1.05 * left("nothing")


def test_the_same_treatment_for_all_loses_against_a_personal_one():
    """The same customers at the same money: without a fit nobody is kept who would have left."""
    assert left("uniform") > left("nothing") > left("personal")


def test_stopped_over_delivery_loses_part_of_those_it_had_kept():
    """What was a surprise had become expected: after it stops more leave than without it ever."""
    assert left("surprise stopped", 0, 20) < 0.9 * left("nothing", 0, 20)
    assert left("surprise stopped", 20) > left("nothing", 20)
    assert left("surprise") < left("surprise stopped") < left("nothing")


def test_incentive_loyalty_ends_with_the_incentive():
    assert bought("program", 20, 52) > 1.05 * bought("nothing", 20, 52)
    assert bought("program ended", 0, 20) > 1.02 * bought("nothing", 0, 20)
    after = bought("program ended", 26, 52) / bought("nothing", 26, 52)
    assert np.isclose(after, 1, atol=0.02)
