"""One replication: one warm-up, forked into all arms of the study under the same luck, and what is kept of it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.calibrated import Calibration, customers_of, world_of
from experiments.profit_and_loss import books_of, budget_use, movements_of
from experiments.results import ALL, OWED
from experiments.spillover import spillover_of
from experiments.study import Study
from sim.baseline import Baseline
from sim.chance import Bool
from sim.metrics import FLOWS
from sim.model import CustomerModel
from sim.people import ACTIVE, KEY, LEFT, RETURNS, SEGMENT
from sim.recorder import Recorder
from strategies.nothing import Nothing

F64 = NDArray[np.float64]
LARGE = 200_000  # customers: with fewer, looking for what can be given back takes longer than it is worth
STATES = ("loyalty", "satisfaction", "trust")  # psychological measures compared at the horizon


@dataclass(frozen=True, eq=False)
class Replication:
    """Tidy frames of one replication, in the columns of `StudyResult`."""

    weeks: pd.DataFrame
    outcomes: pd.DataFrame
    fates: pd.DataFrame
    journal: pd.DataFrame


def root_of(study: Study, calibration: Calibration, baseline: Baseline, replicate: int) -> CustomerModel:
    """The warmed model that all arms of a replication are forked from."""
    seed = study.seed_of(replicate)
    _free(study.population.size)
    newcomers = customers_of(study, calibration, seed)
    return CustomerModel(world_of(study, calibration), newcomers, Nothing(), baseline=baseline, seed=seed)


def arms_of(study: Study, root: CustomerModel) -> Iterator[tuple[str, CustomerModel]]:
    """Each arm's model at the horizon, plays closed; one at a time, so that only control and one arm live in memory."""
    for name, strategy in study.chosen.items():
        model = root.fork(strategy)
        model.run_for(study.weeks)
        model.close(OWED)
        yield name, model
        del model
        _free(len(root.table))


def replicate(study: Study, calibration: Calibration, baseline: Baseline, number: int) -> Replication:
    """Run one replication of a study with all its arms."""
    root = root_of(study, calibration, baseline, number)
    initial = _Initial(root)
    control: CustomerModel | None = None
    weeks, outcomes, fates, notes = [], [], [], []
    for name, model in arms_of(study, root):
        control = model if name == study.control else control
        weeks.append(_weekly(model, initial).assign(arm=name))
        outcomes.append(_outcomes(model, initial).assign(arm=name))
        notes.append(pd.DataFrame(model.journal, columns=["week", "note"]).assign(arm=name))
        if control is not None and control is not model:
            lives = fate_of(model, control, initial.active)
            fates.append(_fates(lives, initial).assign(arm=name))
            outcomes.append(_spillover(model, control, initial, ~lives["untouched"]).assign(arm=name))
        del model  # the next arm needs its room
    empty = pd.DataFrame({"arm": [], "segment": [], "fate": [], "customers": []})
    parts = (weeks, outcomes, fates, [page for page in notes if len(page)] or notes[:1])
    frames = (pd.concat(part, ignore_index=True) if part else empty for part in parts)
    return Replication(*(frame.assign(replicate=number) for frame in frames))


def at_risk(root: CustomerModel) -> Bool:
    """Whose fate is counted [N]: those active at the fork, or everybody in a cohort that is still to come."""
    active = root.table[ACTIVE].copy()
    return active if active.any() else np.ones(len(active), np.bool_)


def _free(customers: int) -> None:
    """Give back the arms that are done with, where they are large: a model refers to itself, which Python sees late."""
    if customers >= LARGE:
        gc.collect()


def _stays(model: CustomerModel, n: int) -> Bool:
    """Which of the first n customers have not left, or have come back [n]; those gone before the fork stay gone."""
    return np.isnan(model.table[LEFT][:n])


class _Initial:
    """The customers at the fork: everything is counted per one of them, and retention among those then active."""

    def __init__(self, root: CustomerModel) -> None:
        names = root.world.cast.names
        self.n = len(root.table)
        self.segments = (*names, ALL)
        self.segment = root.table[SEGMENT].copy()
        self.active = at_risk(root)
        self.heads = self.count(np.ones(self.n, np.bool_))
        self.at_risk = self.count(self.active)
        self.recorder = Recorder(root.world.mind.metrics, len(names))
        self.recorder.open()
        for block in root.table.blocks():
            self.recorder.add(block)
        self.recorder.close()

    def count(self, mask: Bool) -> F64:
        """How many of the initial customers a mask [n] holds for, by segment and in all [S + 1]."""
        counts = np.bincount(self.segment[mask], minlength=len(self.segments) - 1).astype(np.float64)
        return np.append(counts, counts.sum())


def _weekly(model: CustomerModel, initial: _Initial) -> pd.DataFrame:
    """Every metric by week and segment; week 0 is the state at the fork, when nothing has flowed yet."""
    accounts, recorder = model.world.accounts, model.recorder
    states = ["active", *(metric.name for metric in model.world.mind.metrics)]
    flows = [metric.name for metric in FLOWS if metric.name != "active"]
    kept = [*flows, "discounted_profit"]
    values = np.zeros((model.week + 1, len(states) + len(kept), len(initial.segments)))
    values[0, : len(states)] = [initial.recorder.by_segment(name) for name in states]
    for week in range(model.week):
        sums = np.array([model.ledger.by_segment(name, accounts, week) for name in flows])
        sums = np.vstack([sums, sums[flows.index("profit")] * accounts.factor(week)])
        values[week + 1, : len(states)] = [recorder.by_segment(name, week) for name in states]
        values[week + 1, len(states) :] = np.hstack([sums, sums.sum(axis=1, keepdims=True)])
    values = np.concatenate([values, _retained(model, initial)[:, None, :]], axis=1)
    names = [*states, *kept, "retained"]
    index = pd.MultiIndex.from_product(
        [range(model.week + 1), names, initial.segments], names=["week", "metric", "segment"]
    )
    return pd.DataFrame({"value": values.ravel()}, index=index).reset_index()


def _retained(model: CustomerModel, initial: _Initial) -> F64:
    """How many of the initial customers at risk are there, come back ones included, by week and segment [W+1, S+1]."""
    segments = len(initial.segments) - 1
    change = np.zeros((model.week + 1, segments))
    for week, moved in enumerate(model.moves, 1):  # seen at the end of its week
        for rows, sign in zip(moved, (-1, 1), strict=True):
            first = rows[rows < initial.n]  # newcomers' rows lie beyond
            counted = first[initial.active[first]]
            change[week] += sign * np.bincount(initial.segment[counted], minlength=segments)
    change = np.hstack([change, change.sum(axis=1, keepdims=True)])
    return initial.at_risk + change.cumsum(axis=0)


def _outcomes(model: CustomerModel, initial: _Initial) -> pd.DataFrame:
    """One number per metric and segment at the horizon; money is discounted and per initial customer."""
    with np.errstate(invalid="ignore", divide="ignore"):
        retention = initial.count(initial.active & _stays(model, initial.n)) / initial.at_risk
        values = {"customers": initial.heads, "retention": retention, "churn": 1 - retention}
        known = {metric.name for metric in model.world.mind.metrics}
        values |= {name: model.recorder.by_segment(name) for name in STATES if name in known}
        values |= {name: _per_head(sums, initial) for name, sums in books_of(model).items()}
        values["purchases"] = _per_head(np.sum([page["purchases"] for page in model.ledger.weeks], axis=0), initial)
    values |= {name: np.append(count, count.sum()) for name, count in movements_of(model, initial.n).items()}
    index = pd.MultiIndex.from_product([values, initial.segments], names=["metric", "segment"])
    found = pd.DataFrame({"value": np.array(list(values.values())).ravel()}, index=index).reset_index()
    used = pd.DataFrame({"metric": "budget_use", "segment": ALL, "value": budget_use(model)})
    return pd.concat([found, used], ignore_index=True) if len(used) else found


def _per_head(sums: F64, initial: _Initial) -> F64:
    return np.append(sums, np.sum(sums)) / initial.heads


def _spillover(model: CustomerModel, control: CustomerModel, initial: _Initial, changed: Bool) -> pd.DataFrame:
    """What happened to those the plan was never meant for, over all segments."""
    found = spillover_of(model, control, initial.active, changed)
    return pd.DataFrame({"metric": list(found), "segment": ALL, "value": list(found.values())})


def _fates(labels: dict[str, Bool], initial: _Initial) -> pd.DataFrame:
    """What became of the initial customers compared with their own life under control."""
    names = list(labels)
    counts = np.array([initial.count(labels[name]) for name in names])
    index = pd.MultiIndex.from_product([names, initial.segments], names=["fate", "segment"])
    return pd.DataFrame({"customers": counts.ravel()}, index=index).reset_index()


def fate_of(model: CustomerModel, control: CustomerModel, counted: Bool) -> dict[str, Bool]:
    """Masks over the initial customers [n]: saved, won back, made worse, stayed or lost anyway, untouched.

    Won back means: left with the plan, came back, and is there when control has lost them. Untouched means the same
    life to the bit. Counts hold under this coupling of luck: another coupling with the same averages may move customers
    between saved and made worse in pairs.
    """
    n = len(counted)
    ours, theirs = model.table, control.table
    assert np.array_equal(ours[KEY][:n], theirs[KEY][:n])
    stays, stayed = _stays(model, n), _stays(control, n)
    again = ours[RETURNS][:n] > 0
    same = np.ones(n, np.bool_)
    for column in ours.columns:
        a, b = ours[column][:n], theirs[column][:n]
        same &= (a == b) | ((a != a) & (b != b))
    return {
        "saved": counted & stays & ~stayed & ~again,
        "made_worse": counted & ~stays & stayed,
        "stayed_anyway": counted & stays & stayed & ~same,
        "lost_anyway": counted & ~stays & ~stayed & ~same,
        "untouched": counted & same,
        "won_back": counted & stays & ~stayed & again,
    }
