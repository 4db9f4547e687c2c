"""The settings of a robustness study: draws of what is uncertain in every mind and scenario, and each alone.

Every setting is a draw of its own: parameters, mind and scenario together, with its own luck. The full product of
draws, minds and scenarios would spend the same runs on fewer draws, and luck shared by all settings would not average
out. Minds and scenarios come in even shares, and each pair of them has its own Latin hypercube, over the parameters
that are there: a theory without trust has no size of trust.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

import pandas as pd

from experiments.calibrated import Calibration
from experiments.space.declared import declared
from experiments.space.ensemble import ensemble
from experiments.space.factors import Factor, factors_from
from experiments.space.points import Setting
from experiments.study import Study
from sim.errors import ParameterError
from sim.scenario import Scenario
from sim.world import Mind

OWN = "the study's own"
MIND, SCENARIO = "mind", "scenario"


@dataclass(frozen=True, eq=False)
class World:
    """A mind and a scenario.

    Attributes:
        mind: its name.
        scenario: its name.
        parts: of the study, to be exchanged.
        study: with these parts.
        factors: the uncertain parameters that are there.
    """

    mind: str
    scenario: str
    parts: Mapping[str, Any]
    study: Study
    factors: tuple[Factor, ...]


def worlds_of(
    study: Study, minds: Mapping[str, Mind], scenarios: Mapping[str, Scenario], texts: Sequence[str]
) -> list[World]:
    """Every mind in every scenario, the first of both first; where none are named, the study's own.

    Raises:
        ParameterError: a parameter that is in none of them, or that cannot have such values; a scenario the study does
            not allow.
    """
    found = []
    for mind, scenario in product(minds or [OWN], scenarios or [OWN]):
        parts: dict[str, Any] = {MIND: minds[mind]} if minds else {}
        parts |= {SCENARIO: scenarios[scenario]} if scenarios else {}
        own = replace(study, **parts)
        there = list(declared(own))
        known = [text for text in texts if any(fnmatchcase(name, _address(text)) for name in there)]
        found.append(World(mind, scenario, parts, own, factors_from(known, own)))
    for text in texts:
        if not any(fnmatchcase(one.address, _address(text)) for world in found for one in world.factors):
            factors_from([text], study)  # says what is wrong with it
    return found


def design(worlds: Sequence[World], calibration: Calibration, draws: int, seed: int) -> tuple[Setting, ...]:
    """The draws, and after them `alone`: every mind and every scenario at the study's own sizes.

    Args:
        worlds: minds and scenarios; each has the same share of the draws, or one more.
        calibration: of the study.
        draws: how many in all.
        seed: of the draws.

    Raises:
        ParameterError: nothing is uncertain.
    """
    if len(worlds) == 1 and not worlds[0].factors and calibration.buying is None:
        raise ParameterError(
            "nothing is uncertain: name parameters in job.factors, or add minds (+mind@job.minds.NAME=NAME) or "
            "scenarios (+scenario@job.scenarios.NAME=NAME)."
        )
    each, more = divmod(draws, len(worlds))
    settings: list[Setting] = []
    for place, world in enumerate(worlds):
        size = each + (place < more)
        if world.factors or calibration.buying is not None:
            drawn = ensemble(world.study, calibration, world.factors, size, seed * 10_000 + place)
        else:
            drawn = (Setting(),) * size
        settings += [replace(setting, parts=world.parts) for setting in drawn]
    settings += [Setting(parts=world.parts) for world in alone(worlds)]
    return tuple(replace(setting, seed=number) for number, setting in enumerate(settings))


def alone(worlds: Sequence[World]) -> list[World]:
    """The first mind in every scenario, and every mind in the first scenario."""
    first = worlds[0]
    return [world for world in worlds if world.mind == first.mind or world.scenario == first.scenario]


def frame_of(worlds: Sequence[World], settings: Sequence[Setting], draws: int) -> pd.DataFrame:
    """What each setting is: setting, mind, scenario and a column per parameter, empty where a mind has none."""
    each, more = divmod(draws, len(worlds))
    names = [world for place, world in enumerate(worlds) for _ in range(each + (place < more))] + alone(worlds)
    rows = [
        {"setting": number, MIND: world.mind, SCENARIO: world.scenario, **setting.values}
        for number, (world, setting) in enumerate(zip(names, settings, strict=True))
    ]
    return pd.DataFrame(rows)


def _address(text: str) -> str:
    """The address (or pattern) a factor's text begins with."""
    return text.replace(":", " ").strip().partition(" ")[0]
