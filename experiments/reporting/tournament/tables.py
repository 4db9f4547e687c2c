"""The responses as tables: minds by situations, each cell a paired difference with its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from experiments.inference.intervals import F64, Interval, paired_t
from experiments.reporting.wording import number, places, scale_of, unit_of
from experiments.results import MetricInfo
from experiments.tournament.results import TournamentResult

NOT_HERE = "not in this theory"


@dataclass(frozen=True)
class Cell:
    """One response.

    Attributes:
        mean: the paired difference from the steady run, as text; "" where the theory has no such measure.
        half: half-width of its 95% interval, as text; "" where it is exactly zero.
        strength: from -1 (the worst of the table) to +1 (the best), 0 where the interval holds zero.
        week: when it was furthest from the steady run; None where the table is about one moment.
    """

    mean: str
    half: str
    strength: float
    week: int | None = None


@dataclass(frozen=True)
class Responses:
    """One measure: a row per mind, a cell per situation."""

    title: str
    note: str
    rows: Mapping[str, tuple[Cell, ...]]


@dataclass(frozen=True)
class _Found:
    interval: Interval
    week: int | None = None


def tables(result: TournamentResult) -> list[Responses]:
    """Churn, satisfaction, trust and word of mouth; what no theory here has is left out."""
    far = "at the week that is furthest from the steady run"
    kept = [
        _table(result, "churn", "Churn", f"customers gone by week {result.weeks}", _at_end),
        _table(result, "satisfaction", "Satisfaction", f"mean of those active, {far}", _furthest),
        _table(result, "trust", "Trust", f"mean of those active, {far}", _furthest),
        _table(result, "word_of_mouth", "Word of mouth", "from the onset to the end", _at_end),
        _table(result, "uses", "Uses", "from the onset to the end", _at_end),
        _table(result, "complaints", "Complaints", "from the onset to the end", _at_end),
    ]
    return [table for table in kept if table is not None]


def weekly(result: TournamentResult, metric: str, mind: str, situation: str) -> F64 | None:
    """Paired differences from the steady run [R, W]; None where the theory has no such measure."""
    wide = _wide(result)
    key = (metric, mind, situation)
    return wide.loc[[key]].to_numpy(float) if key in _keys(result) else None


def _table(
    result: TournamentResult, metric: str, title: str, note: str,
    found_by: Callable[[TournamentResult, str, str, str], _Found | None],
) -> Responses | None:  # fmt: skip
    info = result.info(metric)
    found = {mind: [found_by(result, metric, mind, shock) for shock in result.shocks] for mind in result.minds}
    known = [one.interval for row in found.values() for one in row if one is not None]
    if not known:
        return None
    scale, widest = scale_of(info), max((abs(one.mean) for one in known if np.isfinite(one.mean)), default=0.0)
    digits = min(places(known, scale) + 1, 3)
    rows = {mind: tuple(_cell(one, info, scale, digits, widest) for one in row) for mind, row in found.items()}
    return Responses(title, f"{unit_of(info)}; {note}", rows)


def _cell(found: _Found | None, info: MetricInfo, scale: float, digits: int, widest: float) -> Cell:
    if found is None or not np.isfinite(found.interval.mean):
        return Cell("", "", 0.0)
    one = found.interval
    half = 0.0 if not one.known else (one.high - one.low) / 2 * scale
    mean = number(one.mean * scale, digits)
    better = info.better or 1
    strength = better * np.sign(one.mean) * np.sqrt(abs(one.mean) / widest) if widest and one.sign else 0.0
    return Cell(mean, number(half, digits, signed=False) if mean != "0" else "", float(strength), found.week)


def _at_end(result: TournamentResult, measure: str, mind: str, situation: str) -> _Found | None:
    values = _effects(result).get((measure, mind, situation))
    return None if values is None else _Found(paired_t(values))


def _furthest(result: TournamentResult, metric: str, mind: str, situation: str) -> _Found | None:
    """The week from the onset on in which the mean response is largest."""
    curves = weekly(result, metric, mind, situation)
    if curves is None:
        return None
    onset = int(result.situations[situation]["onset"])
    week = onset + int(np.nanargmax(np.abs(curves[:, onset:].mean(axis=0))))
    return _Found(paired_t(curves[:, week]), week)


@lru_cache(maxsize=2)
def _wide(result: TournamentResult) -> pd.DataFrame:
    rows = result.responses.astype({"metric": str, "mind": str, "situation": str})
    wide = rows.pivot(index=["metric", "mind", "situation", "replicate"], columns="week", values="difference")
    return wide.droplevel("replicate")


@lru_cache(maxsize=2)
def _keys(result: TournamentResult) -> frozenset[tuple[str, ...]]:
    return frozenset(_wide(result).index)


@lru_cache(maxsize=2)
def _effects(result: TournamentResult) -> dict[tuple[str, str, str], F64]:
    """Measure, mind and situation -> differences at the horizon [R]."""
    rows = result.effects[result.effects["moment"] == "end"]
    grouped = rows.groupby(["measure", "mind", "situation"], observed=True)["difference"]
    return {(str(a), str(b), str(c)): values.to_numpy(float) for (a, b, c), values in grouped}
