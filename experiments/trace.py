"""Three customers' lives: who is worth telling about, and the same replication lived again with a pen beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from agents.customers import (
    BENEVOLENCE,
    COMPETENCE,
    EXPECT_FUNCTIONAL,
    EXPECT_TECHNICAL,
    INTEGRITY,
    SATISFACTION,
    VALENCE,
)  # fmt: skip
from experiments.calibrated import Calibration
from experiments.replication import at_risk, fate_of, root_of
from experiments.study import Study
from sim.baseline import Baseline
from sim.chance import U64, Bool, Draws, Index
from sim.exchange import Encounters
from sim.model import CustomerModel
from sim.people import ACTIVE, KEY, LEFT
from sim.plan import Plan
from sim.records import COST, POINTS, PURCHASES, REFERRALS
from sim.scenario import USUAL, Conditions
from sim.service import Served, Service
from sim.table import Rows

_TITLES = {
    "saved": "Saved: stayed with {plan}, would have left without it",
    "made_worse": "Made worse: left with {plan}, would have stayed without it",
    "stayed_anyway": "Would have stayed anyway: {plan} was spent on a loyal customer",
    "lost_anyway": "Lost anyway: left with {plan} and without it",
}
_TOLD = (("saved",), ("made_worse", "lost_anyway"), ("stayed_anyway",))  # one story of each, the first kind there is
_VISITS = 8  # a life with about so many encounters makes a readable story


@dataclass(frozen=True)
class Told:
    """A customer worth telling about: what befell them, and their row, which is the same in every arm."""

    row: int
    fate: str


@dataclass(frozen=True)
class _Watched(Service):
    """The same service, which also notes down what it delivered to some customers; nothing else changes."""

    keys: tuple[int, ...] = ()
    notes: dict[int, tuple[float, bool]] = field(default_factory=dict)

    def deliver(
        self, people: Rows, plan: Plan, draws: Draws, conditions: Conditions = USUAL, served: Served | None = None
    ) -> Encounters:
        """Deliver as ever, and note the quality [E] of those watched."""
        lived = super().deliver(people, plan, draws, conditions, served)
        keys = people[KEY]
        for place in np.flatnonzero(np.isin(keys, np.array(self.keys, np.uint64))):
            quality = float(lived.technical[place] + lived.functional[place]) / 2
            self.notes[int(keys[place])] = quality, bool(lived.failure[place] > 0)
        return lived


def stories_of(study: Study, calibration: Calibration, baseline: Baseline, plan: str) -> pd.DataFrame:
    """Up to three lives of replication 0, under control and under a plan, week by week.

    Args:
        study: the study, which must include its control.
        calibration: its fitted market.
        baseline: its frozen shifts.
        plan: the arm told beside control.

    Returns:
        One row per story, arm and week, in the columns of `StudyResult.stories`; empty when no life differs.
    """
    root = root_of(study, calibration, baseline, 0)
    told = _choose(study, root, plan)
    rows = [row for arm in (study.control, plan) for row in _lived_again(study, root, arm, told)]
    titles = [_TITLES[one.fate].format(plan=plan.replace("_", " ")) for one in told]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.assign(title=[titles[int(number)] for number in frame["story"]])


COLUMNS = (
    "story", "title", "arm", "week", "event", "expectation", "quality", "satisfaction", "trust", "valence", "treated",
    "bought", "left",
)  # fmt: skip


def _choose(study: Study, root: CustomerModel, plan: str) -> list[Told]:
    """One customer per kind of fate, with a number of encounters that makes a readable life."""
    ends = {}
    for name in (study.control, plan):
        model = root.fork(study.arms[name])
        model.run_for(study.weeks)
        ends[name] = model
    n = len(root.table)
    before = root.records.crm[PURCHASES].astype(np.int64)
    visits = ends[plan].records.crm[PURCHASES][:n].astype(np.int64) - before
    fates = fate_of(ends[plan], ends[study.control], at_risk(root))
    told = []
    for kinds in _TOLD:
        kind = next((kind for kind in kinds if fates[kind].any()), None)
        if kind is not None:
            told.append(Told(_best(fates[kind], visits), kind))
    return told


def _best(among: Bool, visits: Index) -> int:
    rows = np.flatnonzero(among)
    return int(rows[np.argmin(np.abs(visits[rows] - _VISITS))])


def _lived_again(study: Study, root: CustomerModel, arm: str, told: list[Told]) -> list[dict[str, Any]]:
    """The same replication once more, with what the chosen customers live noted down."""
    model = root.fork(study.arms[arm])
    keys: U64 = root.table[KEY][[one.row for one in told]]
    notes: dict[int, tuple[float, bool]] = {}
    watched = _Watched(**vars(study.service), keys=tuple(int(key) for key in keys), notes=notes)
    model.world = replace(model.world, service=watched)
    lines = [_line(model, number, one, arm, {}, None) for number, one in enumerate(told)]
    for _ in range(study.weeks):
        before = [_books(model, one) for one in told]
        notes.clear()
        model.step()
        lines += [_line(model, number, one, arm, notes, before[number]) for number, one in enumerate(told)]
    return lines


def _books(model: CustomerModel, one: Told) -> dict[str, float]:
    """What the firm had on record of a customer before a week, and whether they were still there."""
    crm = model.records.crm
    values = {column.name: float(crm[column][one.row]) for column in (PURCHASES, COST, POINTS, REFERRALS)}
    return values | {"active": float(model.table[ACTIVE][one.row])}


def _line(
    model: CustomerModel, number: int, one: Told, arm: str, notes: Mapping[int, tuple[float, bool]],
    before: dict[str, float] | None,
) -> dict[str, Any]:  # fmt: skip
    """One week of one life; the first line is the state at the fork."""
    table, row = model.table, one.row
    now = _books(model, one)
    before = now if before is None else before
    lived, failed = notes.get(int(table[KEY][row]), (float("nan"), False))
    state = {column.name: float(table[column][row]) for column in _STATE if column in table}
    nothing = float("nan")
    facets = [state.get(column.name, nothing) for column in (COMPETENCE, BENEVOLENCE, INTEGRITY)]
    expected = [state.get(column.name, nothing) for column in (EXPECT_TECHNICAL, EXPECT_FUNCTIONAL)]
    return {
        "story": number,
        "title": "",
        "arm": arm,
        "week": model.week,
        "event": _event(failed, now, before),
        "expectation": float(np.mean(expected)),
        "quality": lived,
        "satisfaction": state.get(SATISFACTION.name, nothing),
        "trust": float(np.mean(facets)),
        "valence": state.get(VALENCE.name, nothing),
        "treated": now["cost"] > before["cost"],
        "bought": int(now["purchases"] - before["purchases"]),
        "left": bool(before["active"]) and not np.isnan(float(table[LEFT][row])),
    }


def _event(failed: bool, now: dict[str, float], before: dict[str, float]) -> str:
    """What else happened in a week, in words."""
    happened = ["Something failed"] if failed else []
    if now["points"] < before["points"]:
        happened.append("A reward was redeemed")
    if now["referrals"] > before["referrals"]:
        happened.append("Referred somebody")
    return "; ".join(happened)


_STATE = (
    EXPECT_TECHNICAL, EXPECT_FUNCTIONAL, SATISFACTION, COMPETENCE, BENEVOLENCE, INTEGRITY, VALENCE,
)  # fmt: skip
