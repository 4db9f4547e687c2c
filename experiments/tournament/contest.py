"""One mind meets every situation, replication by replication, and is compared with its own steady run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.calibrated import calibrate
from experiments.pilot import baseline_of
from experiments.replication import root_of
from experiments.study import Study
from experiments.tournament.life import Life, Snapshot, live
from experiments.tournament.situation import STEADY, Situation
from sim.ledger import F64
from sim.world import Mind

END = "end"  # the moment that is the horizon
ITS_OWN = ("loyalty",)  # an index on each theory's own scale: it says nothing across theories


@dataclass(frozen=True)
class Arena:
    """What all minds meet alike.

    Attributes:
        situations: by name, without the steady one.
        after: numbers of weeks after a situation's onset at which customers are looked at; the horizon is added.
        pilot: customers of the pilot that solves each mind's baseline.
        folder: where solved baselines are kept.
    """

    situations: Mapping[str, Situation]
    after: tuple[int, ...]
    pilot: int
    folder: Path

    def moments(self, situation: Situation, weeks: int) -> dict[str, int]:
        """When customers are looked at: a name, and the week that begins then."""
        weeks_after = {str(after): situation.onset + after for after in self.after}
        return {name: week for name, week in weeks_after.items() if week < weeks} | {END: weeks}


@dataclass(frozen=True, eq=False)
class Contest:
    """The tidy frames of one mind, in the columns of `TournamentResult`."""

    responses: pd.DataFrame
    effects: pd.DataFrame


def contest(study: Study, minds: Sequence[tuple[str, Mind]], arena: Arena, number: int) -> Contest:
    """One piece of the work: mind `number` in all situations and replications, from one calibrated baseline."""
    name, mind = minds[number]
    own = replace(study, mind=mind)
    calibration = calibrate(own)
    baseline = baseline_of(own, calibration, arena.folder, arena.pilot)
    marks = {study.weeks}
    for situation in arena.situations.values():
        marks |= {situation.onset, *arena.moments(situation, study.weeks).values()}
    responses, effects = [], []
    for replicate in range(study.replications):
        root = root_of(own, calibration, baseline, replicate)
        steady = live(root, Situation(), study.weeks, marks)
        for title, situation in {STEADY: Situation(onset=0), **arena.situations}.items():
            lived = steady if title == STEADY else live(root, situation, study.weeks, marks)
            responses.append(_weekly(lived, steady).assign(mind=name, situation=title, replicate=replicate))
            if title != STEADY:
                moments = arena.moments(situation, study.weeks)
                found = _effects(lived, steady, situation.onset, moments, study.survey.noise)
                effects.append(found.assign(mind=name, situation=title, replicate=replicate))
    return Contest(_joined(responses), _joined(effects))


def _weekly(lived: Life, steady: Life) -> pd.DataFrame:
    """Each metric by week, and how far it is from the steady run."""
    level, before = (np.array(list(life.weeks.values())) for life in (lived, steady))
    index = pd.MultiIndex.from_product([lived.weeks, range(level.shape[1])], names=["metric", "week"])
    values = {"level": level.ravel(), "difference": (level - before).ravel()}
    return pd.DataFrame(values, index=index).reset_index()


def _effects(lived: Life, steady: Life, onset: int, moments: Mapping[str, int], noise: float) -> pd.DataFrame:
    """Each measure at each moment: mean over customers, its distance from the steady run, spread between customers."""
    rows = []
    for moment, week in moments.items():
        now, then = (_measured(life.snapshots[onset], life.snapshots[week]) for life in (lived, steady))
        for measure, values in now.items():
            mean, variance = _mean(values), float(np.var(values)) if len(values) else np.nan
            spread = np.sqrt(variance + noise**2 * (measure == "survey"))
            rows.append((measure, moment, week, mean, mean - _mean(then[measure]), spread))
    return pd.DataFrame(rows, columns=["measure", "moment", "week", "level", "difference", "spread"])


def _measured(onset: Snapshot, now: Snapshot) -> dict[str, F64]:
    """Each customer's measure: who is gone [n], counts since the onset [n], feelings of those active [a]."""
    counts = {name: (value - onset.counts[name]).astype(np.float64) for name, value in now.counts.items()}
    states = {name: value.astype(np.float64) for name, value in now.states.items() if name not in ITS_OWN}
    return {"churn": now.gone.astype(np.float64), **counts, "survey": now.score.astype(np.float64), **states}


def _mean(values: F64) -> float:
    return float(values.mean()) if len(values) else np.nan


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat(frames, ignore_index=True)
    labels = [name for name in ("mind", "situation", "metric", "measure", "moment") if name in whole]
    return whole.astype(dict.fromkeys(labels, "category"))
