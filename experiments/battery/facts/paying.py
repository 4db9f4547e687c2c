"""What a satisfied customer would pay."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.customers import SATISFACTION
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import STEEP_ENDS, built_in, with_state
from experiments.battery.laboratory import Laboratory
from experiments.battery.questionnaire import SEVEN_BY_FOUR
from experiments.battery.statistics import cubic, slopes, standardised

WIDEST = 0.30  # most by which one scripted visit is better or worse than usual
VISITS = 5  # of the second study
LASTING, PASSING = 0.10, 0.10  # SD of quality between customers, and from visit to visit of one customer


def _willingness(laboratory: Laboratory) -> Mapping[str, float]:
    once = laboratory.room("F25 once")
    once.visit(np.float32(WIDEST) * (2 * once.uniform("lift") - 1))
    first = laboratory.ask([once], "once")
    often = laboratory.room("F25 often")
    lasting = np.float32(LASTING) * often.normal("lasting")
    for visit in range(VISITS):
        often.visit(lasting + np.float32(PASSING) * often.normal(f"passing {visit}"))
    second = laboratory.ask([often], "often")
    pay = standardised(second.amount("pay"))
    cumulative, last = (standardised(second.rate(name, SEVEN_BY_FOUR)) for name in ("satisfaction", "visit"))
    weights = slopes(pay, cumulative, last)
    rated = first.rate("visit", SEVEN_BY_FOUR)
    straight = {
        "one visit": cubic(first.amount("visit"), rated),
        "five visits": cubic(second.amount("satisfaction"), cumulative),
    }
    return {
        "cube, one visit": cubic(first.amount("pay"), rated),
        "cube, five visits": cubic(pay, cumulative),
        **{f"straight: {when}": cube for when, cube in straight.items()},
        "lead": float(weights[0] - weights[1]),
        "cumulative": float(weights[0]),
        "transaction": float(weights[1]),
    }


F25 = Fact(
    id="F25",
    short="price paid",
    title="Willingness to pay is inverse-S in satisfaction, and follows cumulative satisfaction more than one visit",
    source="Homburg, Koschate & Hoyer 2005, J. Marketing 69(2):84-96",
    status=Status.SEEN,
    situation=(
        "Two experiments with scripted visits: one visit up to 0.30 better or worse than usual, and five visits that "
        "differ between customers (SD 0.10) and from one to the next (SD 0.10); sizes assumed. Satisfaction is rated "
        "(four items, 1-7), willingness to pay named in money. Inverse-S: a cubic that is "
        "steeper at both ends."
    ),
    claims=(
        Claim(
            "cube, one visit",
            "cubic term of willingness to pay, one visit, SD",
            "above 0 (V)",
            low=0.02,
            null=0.0,
        ),
        Claim("cube, five visits", "the same after five visits, cumulative", "above 0 (V)", low=0.02, null=0.0),
        Claim(
            "lead", "slope on cumulative less slope on transaction satisfaction, SD", "above 0 (V)", low=0.05, null=0.0
        ),
    ),
    measure=_willingness,
    kind=built_in("intention", STEEP_ENDS),
    scored=with_state("satisfaction", SATISFACTION),
    why=(
        "The steep ends are written into the leaning to pay, yet after one visit they do not show: ratings at the ends "
        "of the scale are made by halo and noise as much as by extreme visits, which flattens the curve (see what a "
        "straight link gives). After five visits it is the other way round: the crowded top of the scale makes half of "
        "the steepness."
    ),
    shown={
        "straight: one visit": "cubic term that a straight link gives in this survey, one visit",
        "straight: five visits": "the same after five visits",
        "cumulative": "slope on cumulative satisfaction",
        "transaction": "slope on transaction satisfaction",
    },
)
