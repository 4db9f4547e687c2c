"""What a firm could see on the way: means and spreads between customers, beside the numbers at the horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.calibrated import Calibration
from experiments.horizon import numbers_of
from experiments.information.investigations import Look
from experiments.replication import at_risk, root_of
from experiments.results import OWED
from experiments.study import Study
from sim.baseline import Baseline
from sim.chance import Bool
from sim.model import CustomerModel
from sim.people import ACTIVE, LEFT
from sim.records import COST, SPEND

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Fieldwork:
    """One replication of all arms, watched on the way: can be pickled, and called as `experiments.horizon.measured`.

    Attributes:
        looks: what is looked at.
    """

    looks: tuple[Look, ...]

    def __call__(self, study: Study, calibration: Calibration, baseline: Baseline, number: int) -> pd.DataFrame:
        """Columns arm, metric, value, replicate."""
        root = root_of(study, calibration, baseline, number)
        counted, rows = at_risk(root), []
        for name, strategy in study.chosen.items():
            mine = [look for look in self.looks if look.arm == name]
            model = root.fork(strategy)
            for week in sorted({look.weeks for look in mine}):
                model.run_for(week - model.week)
                rows += _seen(model, root, counted, [look for look in mine if look.weeks == week])
            model.run_for(study.weeks - model.week)
            model.close(OWED)
            rows += [(name, metric, value) for metric, value in numbers_of(model, counted).items()]
        return pd.DataFrame(rows, columns=["arm", "metric", "value"]).assign(replicate=number)


def _seen(
    model: CustomerModel, root: CustomerModel, counted: Bool, looks: Sequence[Look]
) -> list[tuple[str, str, float]]:
    """Mean and standard deviation of each look, over the customers it is about."""
    found = []
    for look in looks:
        values = _values(model, root, counted, look.of)
        mean, spread = (values.mean(), values.std()) if len(values) else (np.nan, np.nan)
        found += [(look.arm, look.mean, float(mean)), (look.arm, look.spread, float(spread))]
    return found


def _values(model: CustomerModel, root: CustomerModel, counted: Bool, of: str) -> F64:
    """What is on record of each customer at the fork [n], or how each one feels who is still active."""
    n, crm, before = len(counted), model.records.crm, root.records.crm
    if of == "retention":
        return np.isnan(model.table[LEFT][:n])[counted].astype(float)
    if of in ("revenue", "profit"):
        revenue = crm[SPEND][:n].astype(np.float64) - before[SPEND][:n].astype(np.float64)
        spent = crm[COST][:n].astype(np.float64) - before[COST][:n].astype(np.float64)
        return (revenue * model.world.accounts.margin - spent if of == "profit" else revenue)[counted]
    columns = next(metric.columns for metric in model.world.mind.metrics if metric.name == of)
    active = model.table[ACTIVE]
    feeling: F64 = np.mean([model.table[column][active] for column in columns], axis=0, dtype=np.float64)
    return feeling
