"""Time: satisfaction and how long customers stay, and how much a new experience counts for the experienced."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.customers import SATISFACTION
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import SHRINKING_STEP, built_in, with_state
from experiments.battery.laboratory import Laboratory
from experiments.battery.questionnaire import SEVEN_BY_FOUR, TEN, Yardstick
from experiments.battery.statistics import hazard_ratio, standardised

MONTHS = 12  # of follow-up, one visit in each
NOVICES = 2  # encounters that new customers have lived
SURPRISE = 0.15  # quality by which an experience is better or worse than usual


def _duration_and_weight(laboratory: Laboratory) -> Mapping[str, float]:
    novices, experienced = _weight(laboratory, NOVICES), _weight(laboratory, laboratory.warm_up)
    return {"hazard ratio": _hazard(laboratory), "new": novices, "experienced": experienced}


def _hazard(laboratory: Laboratory) -> float:
    """Hazard ratio of leaving per standard deviation of a rating given at the start."""
    room = laboratory.room("F16 duration")
    rating = standardised(laboratory.ask([room], "start").rate("satisfaction", TEN))
    exits = np.full(len(rating), MONTHS, np.intp)
    for month in range(MONTHS):
        room.visit()
        leaves = room.uniform(f"leaves in month {month}") < room.leaving(laboratory.sample.yearly_chance(12))
        exits[leaves & (exits == MONTHS)] = month
    return hazard_ratio(rating, exits, MONTHS)


def _weight(laboratory: Laboratory, encounters: int) -> float:
    """What one better or worse experience does to expectation, per unit of quality, in standard deviations."""
    room = laboratory.room(f"F16 after {encounters}", arms=2, encounters=encounters)
    by = _population(laboratory)
    before = laboratory.ask([room], "before").rate("outlook", SEVEN_BY_FOUR, by)
    room.visit(np.where(room.arm == 1, SURPRISE, -SURPRISE).astype(np.float32))
    moved = laboratory.ask([room], "after").rate("outlook", SEVEN_BY_FOUR, by) - before
    return float(moved[room.arm == 1].mean() - moved[room.arm == 0].mean()) / (2 * SURPRISE)


def _population(laboratory: Laboratory) -> Yardstick:
    """Both groups answer by the same yardstick: that of the experienced."""
    return laboratory.ask([laboratory.room("F16 yardstick")], "yardstick").yardstick("outlook")


F16 = Fact(
    id="F16",
    short="tenure",
    title="Satisfaction lengthens duration; experienced customers weigh a new experience less",
    source="Bolton 1998, Marketing Science 17(1):45-65; Rust, Inman, Jia & Zahorik 1999, Marketing Science 18(1):77-92",
    status=Status.SEEN,
    situation=(
        "Subscribers of the default contractual market rate their satisfaction (1-10) and are followed for 12 months "
        "with a visit in each (assumed). Expectation is asked (four items, 1-7) before and after a visit 0.15 better "
        "or worse than usual, of customers with 2 encounters behind them and of those with 12."
    ),
    claims=(
        Claim(
            "hazard ratio", "hazard ratio of leaving per SD of rating", "below 1 (V)", high=0.95, null=1.0,
            is_ratio=True,
        ),
        Claim(
            "experienced", "weight of a new experience, experienced / new customers", "below 1 (V)", high=0.9, null=1.0,
            over="new",
        ),
    ),
    measure=_duration_and_weight,
    kind=built_in("expectation", SHRINKING_STEP),
    scored=with_state("satisfaction", SATISFACTION),
    why=(
        "Adaptive expectation gives each experience the same weight, however many came before. And customers of one "
        "firm differ by luck alone and soon forget it, so today's rating says little of the months to come: with "
        "lasting differences of SD 0.06 in what customers get, the hazard ratio of the integrated mind would be 0.90."
    ),
    why_by_mind={
        "bayesian_learning": (
            "The weight falls as it should, by construction. But customers of one firm differ by luck alone and soon "
            "forget it, so today's rating says little of who leaves in the months to come."
        ),
    },
)  # fmt: skip
