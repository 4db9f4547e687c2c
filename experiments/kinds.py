"""Which kind of customer everybody is, week by week: loyalty types, life-cycle stages, quadrants, and who changes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from agents.classification import CLASSIFICATIONS, U8, Standpoint, classify
from agents.mind import Mind
from experiments.calibrated import Calibration
from experiments.replication import root_of
from experiments.study import Study
from sim.baseline import Baseline
from sim.model import CustomerModel

COLUMNS = ("arm", "week", "classification", "before", "after", "customers")


def standpoint_of(model: CustomerModel) -> Standpoint:
    """All that a classification looks at, of a model as it stands.

    Raises:
        TypeError: the model's mind is not `agents.mind.Mind`, so there is no attitude to classify by.
    """
    mind = model.mind
    if not isinstance(mind, Mind):
        raise TypeError(f"{type(mind).__name__} has no attitude to classify customers by: choose another mind.")
    behaviour = model.world.behaviour
    return Standpoint(
        people=model.table.block(0, len(model.table)),
        crm=model.records.crm.block(0, len(model.table)),
        week=model.week,
        conditions=model.conditions,
        standing=mind.standing,
        promise=model.world.service.promise,
        contract=not behaviour.leaving_follows_purchase,
    )


def names_of(classification: str, labels: U8) -> np.ndarray[tuple[int, ...], np.dtype[np.str_]]:
    """Labels as words [N]."""
    return np.array(CLASSIFICATIONS[classification])[labels]


def kinds_of(study: Study, calibration: Calibration, baseline: Baseline, arms: tuple[str, ...]) -> pd.DataFrame:
    """How many customers move from which kind to which, in every week of replication 0; those who stay count, too.

    Args:
        study: the study.
        calibration: its fitted market.
        baseline: its frozen shifts.
        arms: the arms looked at.

    Returns:
        One row per arm, week (1 is the first), classification and pair of kinds, in `COLUMNS`. Customers who arrive
        within a week are counted from the next one on.
    """
    root = root_of(study, calibration, baseline, 0)
    frames = []
    for arm in arms:
        model = root.fork(study.arms[arm])
        before = classify(standpoint_of(model))
        for _ in range(study.weeks):
            model.step()
            after = classify(standpoint_of(model))
            frames += [
                _moves(name, labels, after[name]).assign(arm=arm, week=model.week) for name, labels in before.items()
            ]
            before = after
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)]


def _moves(classification: str, before: U8, after: U8) -> pd.DataFrame:
    names = CLASSIFICATIONS[classification]
    size = len(names)
    counts = np.bincount(before.astype(np.int64) * size + after[: len(before)], minlength=size * size)
    pairs = np.flatnonzero(counts)
    words = np.array(names)
    return pd.DataFrame(
        {
            "classification": classification,
            "before": words[pairs // size],
            "after": words[pairs % size],
            "customers": counts[pairs],
        }
    )
