"""Plays under the same luck: forks of one small world, and paired differences between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.model import CustomerModel
from sim.world import Strategy
from tests.sim import worlds
from tests.strategies.views import view as view_of

N = 2_000


def forks(*plays: Strategy, weeks: int, n: int = N, **world: Any) -> list[CustomerModel]:
    """One run of so many weeks per play, all forked from one world of n steady customers unless `people` are given.

    As in a study, loyalty is measured in standard deviations of the population at the fork.
    """
    people = world.pop("people", None)
    root = worlds.model(people=worlds.met(n, rate=2.0, dropout=0.01) if people is None else people, **world)
    loyalty = root.customers.get("loyalty")
    root.mind = root.world.mind.anchored(float(loyalty.mean()), float(loyalty.std()))
    runs = [root.fork(play) for play in plays]
    for run in runs:
        run.run_for(weeks)
    return runs


def errors(treated: CustomerModel, control: CustomerModel, column: str, rows: Any = slice(None)) -> float:
    """Mean of treated minus control over the customers both have, in standard errors of the paired difference."""
    n = min(len(treated.table), len(control.table))
    off = (treated.customers.get(column)[:n] - control.customers.get(column)[:n].astype(float))[rows]
    return float(off.mean() / (off.std() / np.sqrt(len(off)) + 1e-12))


def total(run: CustomerModel, line: str, first: int = 0, last: int = 10_000) -> float:
    """Sum of a line of the books over weeks first to last."""
    weeks = range(len(run.ledger.weeks))[first:last]
    return sum(run.ledger.value(line, run.world.accounts, week) for week in weeks)


def members(run: CustomerModel, offer: str) -> np.ndarray:
    """Who has joined an offer [N]."""
    return run.records.members(offer).copy()


def view(n: int, week: int = 10, member: Any = None, memory: dict[str, Any] | None = None, **columns: Any) -> Any:
    """A View by hand that also knows members of whatever offer, and has a memory."""
    plain = view_of(n, week, **columns)
    joined = np.zeros(n, np.bool_) if member is None else np.asarray(member, np.bool_)
    return type(plain)(week, n, plain._read, lambda _: joined, {}, memory)
