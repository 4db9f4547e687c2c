"""Which kinds of customers there are, week by week, and how many change: figure and table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments.reporting.figure_style import INK, figure, mark_quarters, spread
from experiments.reporting.wording import named
from experiments.results import StudyResult

DRAWN = ("loyalty type", "life-cycle stage")
_ABSENT = ("gone", "lapsed", "not yet")
_COLORS = {  # the more it is the customer's own will, the bluer; what only holds as long as something else, the warmer
    "super-value": "#08519c",
    "advocate": "#08519c",
    "latent": "#6baed6",
    "stable": "#6baed6",
    "acquaintance": "#c6dbef",
    "won back": "#bcbddc",
    "convenience": "#a1d99b",
    "price": "#fdd0a2",
    "incentive": "#fdae6b",
    "monopoly": "#9e9ac8",
    "inertia": "#d9d9d9",
    "at risk": "#e6550d",
    "none": "#f2f2f2",
}


@dataclass(frozen=True)
class Composition:
    """One classification under one arm: shares of the kinds at the fork and at the horizon, and moves a week.

    Attributes:
        classification: its name.
        arm: whose customers.
        rows: kind, share at the fork, share at the horizon, share that changes out of it in a mean week.
    """

    classification: str
    arm: str
    rows: tuple[tuple[str, float, float, float], ...]


def compositions(result: StudyResult) -> list[Composition]:
    """All classifications under all arms that were looked at; shares of those who are customers then."""
    if result.kinds.empty:
        return []
    found = []
    for (name, arm), moves in result.kinds.groupby(["classification", "arm"], sort=False):
        before, after = _sides(moves)
        leaving = moves[moves["before"] != moves["after"]].groupby("before")["customers"].sum()
        lived = moves.groupby("before")["customers"].sum()
        rows = [
            (str(kind), float(before.iloc[0].get(kind, 0)), float(after.iloc[-1].get(kind, 0)),
             float(leaving.get(kind, 0) / lived.get(kind, 1)))
            for kind in dict.fromkeys([*before.columns, *after.columns])
        ]  # fmt: skip
        found.append(Composition(str(name), str(arm), tuple(rows)))
    return found


def kinds_figure(result: StudyResult) -> Figure:
    """Shares of loyalty types and life-cycle stages over the weeks, one column per arm looked at."""
    arms = list(dict.fromkeys(result.kinds["arm"]))
    made = figure(2.9 * len(DRAWN))
    grid = made.subplots(len(DRAWN), len(arms), squeeze=False, sharey=True)
    for row, classification in zip(grid, DRAWN, strict=True):
        for axes, arm in zip(row, arms, strict=True):
            held = result.kinds[(result.kinds["classification"] == classification) & (result.kinds["arm"] == arm)]
            _stack(axes, held, last=arm == arms[-1])
            axes.set_title(f"{classification.capitalize()}: {named(arm)}")
    return made


def _stack(axes: Axes, moves: pd.DataFrame, last: bool) -> None:
    before, after = _sides(moves)
    shares = pd.concat([before.iloc[:1].rename(index=lambda _: 0), after]).fillna(0.0)
    order = [kind for kind in _COLORS if kind in shares.columns and shares[kind].max() > 0]
    values = shares[order].to_numpy().T
    axes.stackplot(shares.index, values, colors=[_COLORS[kind] for kind in order], edgecolor="white", linewidth=0.4)
    axes.set_ylim(0, 1)
    axes.set_xlim(0, shares.index[-1])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("week")
    axes.grid(visible=False)
    mark_quarters(axes, int(shares.index[-1]))
    if last:
        tops = np.cumsum(values[:, -1])
        middles = [float(top - part / 2) for top, part in zip(tops, values[:, -1], strict=True)]
        for kind, height in zip(order, spread(middles, 0.085), strict=True):
            axes.annotate(
                kind, xy=(1.03, height), xycoords="axes fraction", color=INK, fontsize=8.5, va="center",
                annotation_clip=False,
            )  # fmt: skip


def _sides(moves: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of the kinds before and after each week, of those who are customers: rows weeks, columns kinds."""
    sides = []
    for side in ("before", "after"):
        counts = moves.pivot_table(index="week", columns=side, values="customers", aggfunc="sum", fill_value=0)
        counts = counts.drop(columns=[kind for kind in _ABSENT if kind in counts.columns])
        sides.append(counts.div(counts.sum(axis=1).replace(0, np.nan), axis=0).fillna(0.0))
    return sides[0], sides[1]
