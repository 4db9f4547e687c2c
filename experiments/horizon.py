"""One number per arm and measure at the horizon, for jobs that compare many arms from one calibrated baseline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console

from experiments.calibrated import Calibration, calibrate
from experiments.execution import Execution
from experiments.jobs import Job, key_of_job, results_of
from experiments.pilot import baseline_of
from experiments.profit_and_loss import books_of, movements_of
from experiments.replication import arms_of, at_risk, root_of
from experiments.results import MetricInfo
from experiments.store import Store
from experiments.study import Study
from sim.baseline import Baseline
from sim.chance import Bool
from sim.model import CustomerModel
from sim.people import LEFT
from sim.records import OPTED_OUT

type Piece[T] = Callable[[Study, Calibration, Baseline, int], T]

_CONSOLE = Console(stderr=True, highlight=False)
_STATES = ("loyalty", "satisfaction", "trust")  # means over those active at the horizon
_FLOWS = ("complained", "referred", "praised", "warned", "contacted")  # per initial customer over the horizon
_MOVES = ("left: service", "left: price", "left: contact", "left: dismissed", "new: referred", "new: organic")


def measures(currency: str) -> tuple[MetricInfo, ...]:
    """What every arm is measured by, in the order of tables; a mind without trust has no trust."""
    money, times = f"{currency} per customer", "per customer"
    return (
        MetricInfo("value", money, +1, "Value"),
        MetricInfo("profit", money, +1, "Profit"),
        MetricInfo("value_beyond", money, +1, "Value beyond the horizon"),
        MetricInfo("retention", "share", +1, "Retention"),
        MetricInfo("revenue", money, +1, "Revenue"),
        MetricInfo("cost", money, -1, "Cost of the plan"),
        MetricInfo("loyalty", "-1 to 1", +1, "Loyalty"),
        MetricInfo("satisfaction", "-1 to 1", +1, "Satisfaction"),
        MetricInfo("trust", "0-1", +1, "Trust"),
        MetricInfo("complained", f"complaints {times}", -1, "Complaints"),
        MetricInfo("referred", f"referrals {times}", +1, "Referrals"),
        MetricInfo("praised", f"times {times}", +1, "Praise to friends"),
        MetricInfo("warned", f"times {times}", -1, "Warnings to friends"),
        MetricInfo("contacted", f"contacts {times}", 0, "Contacts"),
        MetricInfo("opted_out", "share", -1, "Opted out"),
        MetricInfo("left: service", "share", -1, "Left over service"),
        MetricInfo("left: price", "share", -1, "Left over price"),
        MetricInfo("left: contact", "share", -1, "Left over contacts"),
        MetricInfo("left: dismissed", "share", 0, "Let go"),
        MetricInfo("new: referred", "share", +1, "New by referral"),
        MetricInfo("new: organic", "share", +1, "New, organic"),
    )


def replicated[T](
    job: Job, study: Study, execution: Execution, configuration: str, piece: Piece[T],
    write: Callable[[Mapping[int, T], Path], None], pilot: int, apart: Collection[str] = (),
) -> Path:  # fmt: skip
    """The folder of a job whose pieces are replications; calibration and baseline are made only if there is work.

    Args:
        job: what is done.
        study: with what.
        execution: where and on how many cores.
        configuration: resolved, as YAML.
        piece: one replication; can be pickled.
        write: fills a folder from all pieces.
        pilot: customers of the pilot that solves the baseline.
        apart: entries of the configuration that no piece depends on, as in `results_of`.
    """
    store = Store(execution.root)
    found = None if execution.fresh else store.find(key_of_job(job, study, configuration))
    if found is not None:
        return found
    work = partial(piece, study, *prepared(study, store.root / ".baselines", pilot))
    return results_of(job, study, execution, configuration, work, write, apart)


def prepared(study: Study, folder: Path, pilot: int) -> tuple[Calibration, Baseline]:
    """Calibration and baseline of a study, what the log says printed; solved baselines are kept in the folder."""
    calibration = calibrate(study)
    for note in (*calibration.notes, *calibration.sentences()):
        _CONSOLE.print(note)
    return calibration, baseline_of(study, calibration, folder, pilot)


def measured(study: Study, calibration: Calibration, baseline: Baseline, number: int) -> pd.DataFrame:
    """One replication of all arms: columns arm, metric, value, replicate."""
    root = root_of(study, calibration, baseline, number)
    counted = at_risk(root)
    rows = [
        (name, metric, value)
        for name, model in arms_of(study, root)
        for metric, value in numbers_of(model, counted).items()
    ]
    return pd.DataFrame(rows, columns=["arm", "metric", "value"]).assign(replicate=number)


def numbers_of(model: CustomerModel, counted: Bool) -> dict[str, float]:
    """A run at the horizon in numbers, by name of the measure; all per initial customer but the means of states.

    Args:
        model: at the horizon, its books closed.
        counted: whose retention is counted, of the initial customers [n].
    """
    n = len(counted)
    books = {name: float(sums.sum()) / n for name, sums in books_of(model).items()}
    found = {name: books[name] for name in ("profit", "value_beyond", "revenue", "cost")}
    found["value"] = found["profit"] + found["value_beyond"]
    found["retention"] = float(np.isnan(model.table[LEFT][:n])[counted].mean())
    known = {metric.name for metric in model.world.mind.metrics}
    found |= {name: model.recorder.value(name) for name in _STATES if name in known}
    found |= {name: float(sum(page[name].sum() for page in model.ledger.weeks)) / n for name in _FLOWS}
    moved = movements_of(model, n)
    found |= {name: float(moved[name].sum()) / n for name in _MOVES}
    found["opted_out"] = float(model.records.crm[OPTED_OUT][:n].mean())
    return found
