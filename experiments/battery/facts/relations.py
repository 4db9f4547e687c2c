"""What commitment goes with: the investment model, and commitment-trust."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import BALANCE, PATHS, built_in, with_theory
from experiments.battery.laboratory import Laboratory
from experiments.battery.panel import panel
from experiments.battery.questionnaire import SEVEN_BY_FOUR
from experiments.battery.statistics import correlation, explained, slopes, standardised

STAYING = 0.70  # share that stays until the follow-up
_BASES = ("satisfaction", "alternatives", "investment")
_AROUND = "customers of many firms in four markets (quality SD 0.06, rivals 0.53-0.77, prices 5% up or down: assumed)"


def _investment(laboratory: Laboratory) -> Mapping[str, float]:
    rooms = panel(laboratory)
    wave = laboratory.ask(rooms, "F17")
    commitment = wave.rate("commitment", SEVEN_BY_FOUR)
    bases = [wave.rate(name, SEVEN_BY_FOUR) for name in _BASES]
    nature = laboratory.sample.base_chance(1 - STAYING)
    left = np.concatenate([room.uniform("follow-up") < room.leaving(nature) for room in rooms])
    blank = [wave.rate(name, SEVEN_BY_FOUR, blank=True) for name in ("commitment", *_BASES)]
    return {
        **{name: correlation(commitment, base) for name, base in zip(_BASES, bases, strict=True)},
        "explained": explained(commitment, *bases),
        "staying": correlation(commitment, 1.0 - left),
        **{f"halo: {name}": correlation(blank[0], one) for name, one in zip(_BASES, blank[1:], strict=True)},
        "halo: explained": explained(*blank),
    }


F17 = Fact(
    id="F17",
    short="invested",
    title="Investment model: satisfaction, alternatives and investment make commitment, and commitment makes staying",
    source="Le & Agnew 2003, Personal Relationships 10:37-57 (60 samples)",
    status=Status.MEMORY,
    situation=(
        f"One survey (four items each, 1-7) of {_AROUND}, and a follow-up in which 70% stay on average (assumed): who "
        "left is seen, not asked. R squared is seen, the correlations are from memory."
    ),
    claims=(
        Claim("satisfaction", "commitment with satisfaction", "0.68 (M)", 0.53, 0.83),
        Claim("alternatives", "commitment with alternatives", "-0.48 (M)", -0.63, -0.33),
        Claim("investment", "commitment with investments", "0.46 (M)", 0.31, 0.61),
        Claim("explained", "R squared of commitment on all three", "0.61 (V)", 0.45, 0.70),
        Claim("staying", "commitment with staying", "0.47 (M)", 0.32, 0.62),
    ),
    measure=_investment,
    kind=built_in("commitment", BALANCE),
    scored=with_theory("commitment", BALANCE, "investment model"),
    why=(
        "Investment differs far more between customers than satisfaction does, since they buy at unlike rates: "
        "commitment is nearly investment. And commitment hardly decides who stays: 'hold' moves the logit of leaving "
        "by 0.35 per standard deviation, and staying would go with commitment by 0.5 only with hold at 3. The source "
        "studied close relationships."
    ),
    shown={
        **{f"halo: {name}": f"halo alone: commitment with {name}" for name in _BASES},
        "halo: explained": "halo alone: R squared",
    },
)


def _commitment_trust(laboratory: Laboratory) -> Mapping[str, float]:
    wave = laboratory.ask(panel(laboratory), "F18")
    names = ("commitment", "trust", "shared values", "satisfaction", "costs", "leaving")
    commitment, trust, *others, leaving = (standardised(wave.rate(name, SEVEN_BY_FOUR)) for name in names)
    return {
        "trust": float(slopes(commitment, trust, *others)[0]),
        "leaving": float(slopes(leaving, commitment)[0]),
        "trust alone": correlation(commitment, trust),
    }


F18 = Fact(
    id="F18",
    short="trust paths",
    title="Commitment-trust: trust makes commitment, and commitment keeps from leaving",
    source="Morgan & Hunt 1994, J. Marketing 58(3):20-38",
    status=Status.MEMORY,
    situation=(
        f"One survey (four items each, 1-7) of {_AROUND}. Standardised regression slopes stand for the paths: "
        "commitment on trust beside shared values, satisfaction (benefits) and cost of leaving; propensity to leave on "
        "commitment."
    ),
    claims=(
        Claim("trust", "path from trust to commitment", "0.53 (M)", 0.33, 0.73),
        Claim("leaving", "path from commitment to leaving", "-0.55 (M)", -0.75, -0.35),
    ),
    measure=_commitment_trust,
    kind=built_in("commitment", PATHS),
    scored=with_theory("commitment", PATHS, "commitment-trust theory"),
    why=(
        "Trust hardly differs between customers, the cost of leaving much, since they buy at unlike rates: commitment "
        "follows the cost of leaving."
    ),
    why_by_mind={
        "commitment_trust": (
            "Trust hardly differs between customers, the cost of leaving much, since they buy at unlike rates. And as "
            "commitment alone decides in this mind, nothing loosens its link with leaving."
        ),
    },
    shown={"trust alone": "trust with commitment, correlation"},
)
