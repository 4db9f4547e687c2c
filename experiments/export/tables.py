"""The three tables of an export: the firm's panel, its customers, and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.export.worlds import Worlds
from sim import records as crm
from sim.model import CustomerModel
from sim.people import BASKET, DROPOUT, LEFT, RATE, REASONS, SEGMENT
from sim.table import Column
from sim.world import World

STATIC = (crm.SINCE, crm.SOURCE, crm.FILED, crm.BIRTHDAY)  # written once in a life, so not weekly
WEEKLY = tuple(column for column in crm.CRM if column not in STATIC)
FLOWS = {"bought": crm.PURCHASES, "paid": crm.SPEND}  # of the week, from what is on record so far
RATES = (RATE, DROPOUT, BASKET)
OUTCOMES = ("left", "purchases", "spend", "profit", "value")
KINDS = ("stayed anyway", "saved", "made worse", "lost anyway")  # by left without the play, left with it
SOURCES = ("initial", "organic", "referred")
_NEVER = -1e6  # the week of what has not happened


def panel_of(worlds: Worlds) -> pd.DataFrame:
    """The records at the end of each week, of those there at the launch, from their first purchase on."""
    rows, (before, *pages) = np.flatnonzero(worlds.there), worlds.pages
    weeks = []
    for week, page in enumerate(pages):
        chosen = rows[rows < len(page[crm.PURCHASES.name])]
        chosen = chosen[page[crm.PURCHASES.name][chosen] > 0]
        flows = {name: _grown(column, before, page)[chosen] for name, column in FLOWS.items()}
        levels = {column.name: _readable(column, page[column.name][chosen]) for column in WEEKLY}
        weeks.append(pd.DataFrame({"customer": chosen, "week": np.int32(week), **flows, **levels}))
        before = page
    return pd.concat(weeks, ignore_index=True)


def customers_of(worlds: Worlds) -> pd.DataFrame:
    """What the firm has on file of each customer, and whom it assigned."""
    rows, records = np.flatnonzero(worlds.there), worlds.launch.records.crm
    names = {crm.SOURCE: SOURCES, crm.FILED: worlds.launch.world.cast.names}
    filed = {column.name: _readable(column, records[column][rows], names) for column in STATIC}
    return pd.DataFrame({"customer": rows, **filed, "assigned": worlds.assigned[rows]})


def truth_of(worlds: Worlds) -> pd.DataFrame:
    """What no firm sees: who customers are, how they feel, and what becomes of them with the play and without it."""
    rows, start = np.flatnonzero(worlds.there), worlds.launch
    table, world = start.table, start.world
    found: dict[str, Any] = {"customer": rows, "segment": np.array(world.cast.names)[table[SEGMENT][rows]]}
    found |= {column.name: table[column][rows] for column in (*RATES, *world.cast.columns)}
    found["gone_before"] = ~np.isnan(table[LEFT][rows])
    found |= {"assigned": worlds.assigned[rows], "propensity": worlds.chances[rows]}
    found["reached"] = worlds.observed.records.crm[crm.TREATED][rows]
    found["consistent"] = worlds.consistent()[rows]
    lives = {"": worlds.observed, "_0": worlds.nobody, "_1": worlds.everybody}
    outcomes = {end: _outcomes(worlds, model) for end, model in lives.items()}
    for name in OUTCOMES:
        found |= {f"{name}{end}": outcomes[end][name][rows] for end in lives}
        found[f"{name}_effect"] = outcomes["_1"][name][rows].astype(float) - outcomes["_0"][name][rows]
    found["kind"] = np.array(KINDS)[_kind(outcomes["_0"]["left"], outcomes["_1"]["left"])[rows]]
    for column in states_of(world):
        found[f"{column.name}_launch"] = table[column][rows]
        found |= {f"{column.name}_end{end}": model.table[column][rows] for end, model in lives.items()}
    return pd.DataFrame(found)


def states_of(world: World) -> tuple[Column[Any], ...]:
    """The columns of a mind that its measures are made of."""
    return tuple(dict.fromkeys(column for metric in world.mind.metrics for column in metric.columns))


def _outcomes(worlds: Worlds, model: CustomerModel) -> dict[str, NDArray[Any]]:
    """From the launch to the horizon, by name [n]."""
    n, before, after = worlds.n, worlds.launch.records.crm, model.records.crm
    profit = worlds.profit(model)
    beyond = model.value_beyond()[:n] / model.world.accounts.factor(worlds.launch.week)
    return {
        "left": ~np.isnan(model.table[LEFT][:n]),
        "purchases": after[crm.PURCHASES][:n].astype(np.int64) - before[crm.PURCHASES],
        "spend": after[crm.SPEND][:n].astype(float) - before[crm.SPEND],
        "profit": profit,
        "value": profit + beyond,
    }


def _kind(without: NDArray[np.bool_], with_play: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Places in KINDS [n]."""
    return np.where(without, np.where(with_play, 3, 1), np.where(with_play, 2, 0))


def _grown(column: Column[Any], before: Mapping[str, Any], now: Mapping[str, Any]) -> NDArray[Any]:
    """By how much a total has grown in a week, of all on record now [N]; who is new began with nothing."""
    old = before[column.name]
    past = np.append(old, np.zeros(len(now[column.name]) - len(old), old.dtype))
    kind: tuple[Any, Any] = (np.float64, np.float32) if column is crm.SPEND else (np.int64, np.int32)
    grown: NDArray[Any] = (now[column.name].astype(kind[0]) - past).astype(kind[1])
    return grown


def _readable(
    column: Column[Any], values: NDArray[Any], names: Mapping[Column[Any], tuple[str, ...]] | None = None
) -> NDArray[Any]:
    """Values as a reader expects them: names for places, NaN for the week of what never happened."""
    listed = {crm.STATED: ("", *REASONS[1:]), **(names or {})}
    if column in listed:
        values = np.array(listed[column])[values]
    elif column.dtype is np.float32:
        values = np.where(values <= _NEVER, np.float32(np.nan), values)
    return values
