"""Failures and how they are put right: two failures in a row, and what they do to trust."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.customers import BENEVOLENCE, COMPETENCE, INTEGRITY, SATISFACTION
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import HALVES_CREDIT, UNEQUAL_NEWS, built_in, with_state
from experiments.battery.laboratory import Laboratory
from experiments.battery.questionnaire import SEVEN_BY_FOUR
from experiments.battery.statistics import slopes, standardised

SERIOUS = 0.75  # share of the worst failure that a serious one takes
GOOD, BAD = 0.90, 0.10  # quality of a satisfying and of a failing recovery
BETWEEN = 2  # ordinary visits between two failures
_GOOD_GOOD, _GOOD_BAD, _BAD_GOOD = range(3)


def _two_failures(laboratory: Laboratory) -> Mapping[str, float]:
    room = laboratory.room("F12", arms=3)
    severity = np.full(len(room.people), SERIOUS * laboratory.sample.service.severity, np.float32)
    before = laboratory.ask([room], "before")
    yardstick = before.yardstick("satisfaction")
    waves = [before.rate("satisfaction", SEVEN_BY_FOUR, yardstick)]
    for number, bad in enumerate((_BAD_GOOD, _GOOD_BAD), 1):
        for _ in range(BETWEEN * (number - 1)):
            room.visit()
        room.visit(severity=severity, recovery=np.where(room.arm == bad, BAD, GOOD).astype(np.float32))
        wave = laboratory.ask([room], f"after {number}")
        waves.append(wave.rate("satisfaction", SEVEN_BY_FOUR, yardstick))
    unit = float(waves[0].std()) or 1.0
    start, once, twice = waves
    arms = {arm: room.arm == arm for arm in (_GOOD_GOOD, _GOOD_BAD, _BAD_GOOD)}
    well = ~arms[_BAD_GOOD]
    return {
        "after one": float((once - start)[well].mean()) / unit,
        "after two": float((twice - start)[arms[_GOOD_GOOD]].mean()) / unit,
        "order": float(twice[arms[_BAD_GOOD]].mean() - twice[arms[_GOOD_BAD]].mean()) / unit,
        "after one, bad": float((once - start)[~well].mean()) / unit,
    }


F12 = Fact(
    id="F12",
    short="two failures",
    title="A recovery lifts above the start once, not twice; bad then good beats good then bad",
    source="Maxham & Netemeyer 2002, J. Marketing 66(4):57-71",
    status=Status.SEEN,
    situation=(
        "Customers of one firm, asked three times (four items, 1-7): before, after a serious failure (severity 0.30) "
        "put right well (0.9) or badly (0.1), and, two visits later, after a second one. Severity, qualities and the "
        "visits between are assumed. Three arms (good-good, good-bad, bad-good) share customers and luck."
    ),
    claims=(
        Claim("after one", "satisfaction after one good recovery less before, SD", "above 0 (V)", low=0.1, null=0.0),
        Claim("after two", "after two good recoveries less before, SD", "never above 0 (V)", high=0.1),
        Claim("order", "bad then good less good then bad, at the end, SD", "above 0 (V)", low=0.1, null=0.0),
    ),
    measure=_two_failures,
    kind=built_in("satisfaction", HALVES_CREDIT),
    scored=with_state("satisfaction", SATISFACTION),
    why=(
        "Credit for the second recovery is halved, not withdrawn, and what the first one lifted fades with memory "
        "only: so right after the second failure customers still stand above where they began."
    ),
    shown={"after one, bad": "satisfaction after one bad recovery less before, SD"},
)

CARE_SPREAD = 0.15  # standard deviation of how customers are treated, in quality
SOLVED_SPREAD = 0.20  # standard deviation of how their problem is dealt with, in quality


def _trust_asymmetry(laboratory: Laboratory) -> Mapping[str, float]:
    room, sample = laboratory.room("F19"), laboratory.sample
    care = np.float32(CARE_SPREAD) * room.normal("care")
    solving = np.float32(SOLVED_SPREAD) * room.normal("solving")
    severity = np.full(len(room.people), SERIOUS * sample.service.severity, np.float32)
    recovery = np.clip(sample.service.recovery + solving, 0, 1).astype(np.float32)
    room.visit(functional=care)
    room.visit(functional=care, severity=severity, recovery=recovery)
    room.visit(functional=care)
    wave = laboratory.ask([room], "survey")
    trust, care_seen, solving_seen = (
        standardised(wave.rate(name, SEVEN_BY_FOUR)) for name in ("trust", "care", "solving")
    )
    halves = [part(values, 0) for values in (care_seen, solving_seen) for part in (np.minimum, np.maximum)]
    names = ("care worse", "care better", "solving worse", "solving better")
    return dict(zip(names, map(float, slopes(trust, *halves)), strict=True))


F19 = Fact(
    id="F19",
    short="trust news",
    title="Trust: poor care weighs more than good care, a problem solved more than one unsolved",
    source="Sirdeshmukh, Singh & Sabol 2002, J. Marketing 66(1):15-37",
    status=Status.SEEN,
    situation=(
        "Customers of one firm who have been treated unlike (SD 0.15 of functional quality over three visits) and had "
        "one serious problem, dealt with unlike (SD 0.20 about the firm's usual recovery); spreads assumed. One survey "
        "(four items, 1-7); overall trust is regressed on care and problem solving, each split at its mean."
    ),
    claims=(
        Claim(
            "care worse", "slope of trust below / above usual care", "above 1 (V)", 1.1, null=1.0, over="care better",
        ),
        Claim(
            "solving better", "slope of trust above / below usual problem solving", "above 1 (V)", 1.1, null=1.0,
            over="solving worse",
        ),
    ),
    measure=_trust_asymmetry,
    kind=built_in("trust", UNEQUAL_NEWS),
    scored=with_state("trust", COMPETENCE, BENEVOLENCE, INTEGRITY),
    why="Halo adds the same slope on both sides, which blurs the asymmetry that the theory has.",
)  # fmt: skip
