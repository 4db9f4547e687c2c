"""Small tournaments: a subscription with weekly churn, in which much happens in few weeks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from agents.mind import Mind, NoMind
from experiments.build import build, compose
from experiments.population import Population
from experiments.study import Study
from experiments.tournament.contest import Arena, Contest, contest
from experiments.tournament.situation import Situation, usual_situations
from sim.behaviour import Contractual
from sim.network import WattsStrogatz
from strategies import Nothing

WEEKLY = Contractual(alpha=1.0, beta=60.0, period=1, uses_mean=1.0, fee=5.0)


def study(size: int = 400, replications: int = 2, weeks: int = 20) -> Study:
    return Study(
        arms={"nothing": Nothing()},
        market=WEEKLY,
        population=Population(start="cohort", size=size),
        network=WattsStrogatz(),
        replications=replications,
        weeks=weeks,
        warm_up=6,
    )


def arena(folder: Path, situations: dict[str, Situation] | None = None, pilot: int = 2_000) -> Arena:
    return Arena(usual_situations() if situations is None else situations, (1, 4, 12), pilot, folder)


def met(mind: Mind | NoMind, some: Arena, where: Study) -> Contest:
    """What one mind answers."""
    return contest(where, [("mind", mind)], some, 0)


@cache
def preset(name: str) -> Mind | NoMind:
    """A mind of configs/mind."""
    found: Mind | NoMind = build(compose([f"mind={name}"])).mind
    return found


def curve(found: Contest, situation: str, metric: str) -> np.ndarray:
    """Paired differences by replicate and week [R, W]."""
    rows = found.responses
    rows = rows[(rows["situation"] == situation) & (rows["metric"] == metric)]
    return rows.pivot(index="replicate", columns="week", values="difference").to_numpy(float)


def effect(found: Contest, situation: str, measure: str, moment: str = "end") -> np.ndarray:
    """Paired differences at one moment [R]."""
    rows = found.effects
    rows = rows[(rows["situation"] == situation) & (rows["measure"] == measure) & (rows["moment"] == moment)]
    return rows["difference"].to_numpy(float)


def effects_of(
    minds: dict[str, float], measure: str = "churn", situation: str = "shock", noise: float = 0.0
) -> pd.DataFrame:
    """A made frame of effects: each mind's mean response, spread 1 between customers, ten replications."""
    wobble = noise * np.linspace(-1, 1, 10)
    return pd.DataFrame(
        [
            {
                "mind": mind, "situation": situation, "replicate": replicate, "measure": measure, "moment": "end",
                "week": 30, "level": 0.0, "difference": mean + wobble[(replicate * (place + 3)) % 10], "spread": 1.0,
            }
            for place, (mind, mean) in enumerate(minds.items())
            for replicate in range(10)
        ]
    )  # fmt: skip


def only(*names: str) -> dict[str, Situation]:
    """Some of the usual situations."""
    return {name: usual_situations()[name] for name in names}


def later(situation: Situation, weeks: int) -> Situation:
    """A situation of which nothing begins so soon."""
    events = {name: replace(event, start=event.start + weeks) for name, event in situation.events.items()}
    return replace(situation, events=events, onset=situation.onset + weeks)
