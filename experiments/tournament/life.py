"""One population in one situation, week by week: what the books say, and what each customer did by certain weeks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.tournament.situation import Situation
from sim.chance import F32, Bool
from sim.exchange import Acts
from sim.ledger import F64, Ledger
from sim.model import CustomerModel
from sim.people import ACTIVE, LEFT
from sim.plan import Plan
from sim.records import COMPLAINTS, PURCHASES
from sim.table import Block

FLOWS = {"uses": ("purchases",), "complaints": ("complained",), "word_of_mouth": ("praised", "warned")}


class Diary(Ledger):
    """The firm's books, and beside them how often each initial customer has praised rather than warned [n]."""

    def __init__(self, segments: int, customers: int) -> None:
        super().__init__(segments)
        self.told = np.zeros(customers, np.float32)

    def book(self, people: Block, plan: Plan, acts: Acts, came: NDArray[np.intp]) -> None:
        """Book as ever, and note who told friends what."""
        super().book(people, plan, acts, came)
        rows = acts.rows + people.start
        mine = rows < len(self.told)
        self.told[rows[mine]] += (acts.told * np.float32(1) - 2 * acts.bad)[mine]


@dataclass(frozen=True)
class Snapshot:
    """What each initial customer has done so far, and how they stand [n].

    Attributes:
        gone: who has left.
        active: who is a customer.
        counts: uses, complaints and net word of mouth so far, by name.
        score: what a survey would hear without noise, 0-10; of those active [a].
        states: each psychological measure of those active, by name [a].
    """

    gone: Bool
    active: Bool
    counts: Mapping[str, F32]
    score: F32
    states: Mapping[str, F32]


@dataclass(frozen=True)
class Life:
    """One run: each weekly measure [W], and snapshots by the week that begins then."""

    weeks: Mapping[str, F64]
    snapshots: Mapping[int, Snapshot]


def live(root: CustomerModel, situation: Situation, weeks: int, marks: Collection[int]) -> Life:
    """Let the customers of a warmed model live in a situation; the model is not disturbed.

    Args:
        root: the model at the fork.
        situation: what happens.
        weeks: the horizon.
        marks: weeks at whose beginning to look at each customer; the horizon may be one.
    """
    model = root.fork(situation.strategy)
    model.world = replace(model.world, scenario=situation.scenario(root.world.scenario))
    model.ledger = diary = Diary(root.ledger.segments, len(root.table))
    pages, snapshots = [], {}
    for week in range(weeks):
        if week in marks:
            snapshots[week] = _snapshot(model, diary.told)
        model.step()
        pages.append(_page(model, len(diary.told)))
    snapshots[weeks] = _snapshot(model, diary.told)
    return Life({name: np.array([page[name] for page in pages]) for name in pages[0]}, snapshots)


def _page(model: CustomerModel, n: int) -> dict[str, float]:
    """The week that has just passed: shares and money of the initial customers, flows and feelings of those active."""
    recorder, accounts = model.recorder, model.world.accounts
    active = max(recorder.value("active"), 1.0)
    flows = {name: [model.ledger.value(line, accounts) for line in lines] for name, lines in FLOWS.items()}
    page = {"churn": float(_gone(model, n).mean())}
    page |= {name: (first - sum(rest)) / active for name, (first, *rest) in flows.items()}
    page["revenue"] = model.ledger.value("revenue", accounts) / n
    return page | {metric.name: recorder.value(metric.name) for metric in model.world.mind.metrics if metric.columns}


def _snapshot(model: CustomerModel, told: F32) -> Snapshot:
    """How every initial customer stands at this moment."""
    crm, n = model.records.crm, len(told)
    active = model.table[ACTIVE][:n].copy()
    people = model.table.block(0, n).some(np.flatnonzero(active))
    return Snapshot(
        gone=_gone(model, n),
        active=active,
        counts={
            "uses": crm[PURCHASES][:n].astype(np.float32),
            "complaints": crm[COMPLAINTS][:n].astype(np.float32),
            "word_of_mouth": told.copy(),
        },
        score=model.mind.lean(people, Plan(), model.conditions).score,
        states={
            metric.name: np.mean([people[column] for column in metric.columns], axis=0, dtype=np.float32)
            for metric in model.world.mind.metrics
            if metric.columns
        },
    )


def _gone(model: CustomerModel, n: int) -> Bool:
    return ~np.isnan(model.table[LEFT][:n])
