"""Figures of an optimisation: money by cell and time, the search, what became of its promises, and the front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.inference.intervals import F64, Interval
from experiments.reporting.figure_style import (
    CONTROL,
    INK,
    PALETTE,
    QUIET,
    figure,
    house_style,
    settle,
    spread,
)  # fmt: skip

_MONEY = LinearSegmentedColormap.from_list("money", ["#ffffff", PALETTE[0]])
_SEARCH, _FRESH, _OUT = PALETTE[0], PALETTE[1], "#c9c9c9"


@dataclass(frozen=True)
class Dots:
    """The trials of one search: gain of each in order [T], and which of them kept all constraints [T]."""

    gain: F64
    feasible: np.typing.NDArray[np.bool_]


def plan_figure(cells: Sequence[str], periods: Sequence[str], money: F64, currency: str) -> Figure:
    """Money spent by cell and period [C, P], a number in each."""
    rows, columns = money.shape
    most = float(money.max()) or 1.0
    with house_style(cells):
        made = figure(1.0 + 0.42 * rows)
        axes = made.subplots()
        axes.imshow(money, cmap=_MONEY, vmin=0, vmax=1.35 * most, aspect="auto")
        for row in range(rows):
            for column in range(columns):
                if money[row, column] >= 0.5:
                    words = f"{money[row, column]:,.0f}"
                    axes.text(column, row, words, ha="center", va="center", color=INK, fontsize=9)
        axes.set_xticks(range(columns), list(periods))
        axes.set_yticks(range(rows), list(cells))
        axes.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
        axes.grid(visible=False)
        axes.grid(visible=True, which="minor", color="#e2e2e2")
        axes.tick_params(which="both", length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.set_xlabel("weeks")
        axes.set_title(f"Money spent, {currency}")
        settle(made)
        return made


def history_figure(searches: Mapping[str, Dots], references: Mapping[str, float], label: str, better: int) -> Figure:
    """Each trial's gain in the order tried, the best so far as a line, and what was made by hand as lines across."""
    with house_style(references):
        made = figure(3.4)
        axes = made.subplots()
        for place, (name, dots) in enumerate(searches.items()):
            color, x = (_SEARCH, PALETTE[2])[place % 2], np.arange(1, len(dots.gain) + 1)
            axes.plot(x[dots.feasible], dots.gain[dots.feasible], "o", ms=3.6, color=color, alpha=0.55, label=name)
            axes.plot(x[~dots.feasible], dots.gain[~dots.feasible], "x", ms=4, color="#a9a9a9", mew=0.9)
            reached = np.where(dots.feasible, dots.gain * better, -np.inf)
            best = np.maximum.accumulate(np.nan_to_num(reached, nan=-np.inf))
            there = np.isfinite(best)
            axes.plot(x[there], best[there] * better, drawstyle="steps-post", color=color)
        if len(searches) > 1:
            axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, fontsize=8.5, borderpad=0)
        low, high = axes.get_ylim()
        span = (high - low) or 1.0
        heights = spread([(value - low) / span for value in references.values()], 0.06)
        for (name, value), height in zip(references.items(), heights, strict=True):
            axes.axhline(value, color=CONTROL, lw=0.8, ls=":")
            axes.annotate(
                name, (1.0, value), (1.02, height), xycoords=("axes fraction", "data"), textcoords="axes fraction",
                va="center", fontsize=8.5, color=QUIET, annotation_clip=False,
            )  # fmt: skip
        axes.set_ylim(low, high)
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.set_xlabel("trial")
        axes.set_title(label)
        settle(made)
        return made


def promise_figure(names: Sequence[str], promised: F64, fresh: Sequence[Interval], label: str) -> Figure:
    """What the search said of each contestant [A], and what fresh luck says, with its interval."""
    with house_style(names):
        made = figure(1.15 + 0.3 * len(names))
        axes = made.subplots()
        rows = np.arange(len(names))[::-1]
        for row, said, found in zip(rows, promised, fresh, strict=True):
            axes.plot([said, found.mean], [row, row], color="#c4c4c4", lw=1, zorder=1)
            if found.known:
                axes.plot([found.low, found.high], [row, row], color=_FRESH, lw=2.2, zorder=2)
        axes.plot(promised, rows, "o", ms=6.5, mfc="white", mec=_SEARCH, mew=1.5, label="in the search", zorder=4)
        means = [found.mean for found in fresh]
        axes.plot(means, rows, "o", ms=4.5, color=_FRESH, label="on fresh luck, 95% interval", zorder=3)
        axes.set_yticks(rows, list(names))
        axes.set_ylim(-0.7, len(names) - 0.3)
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=2, fontsize=8.5, borderpad=0)
        axes.set_xlabel(label)
        settle(made)
        return made


def slices_figure(names: Sequence[str], places: F64, gain: F64, chosen: Sequence[float], label: str) -> Figure:
    """Gain of each feasible trial [T] against each thing decided [T, K]; the chosen value as a line."""
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    with house_style(names):
        made = figure(0.6 + 1.75 * rows)
        panels = np.atleast_1d(made.subplots(rows, columns, sharey=True)).ravel()
        for place, axes in enumerate(panels):
            if place >= len(names):
                axes.set_visible(False)
                continue
            axes.plot(places[:, place], gain, "o", ms=3, color=_SEARCH, alpha=0.55)
            if chosen[place] == chosen[place]:
                axes.axvline(chosen[place], color=_FRESH, lw=1.2)
            axes.set_title(names[place], fontsize=8.5)
            axes.xaxis.set_major_locator(MaxNLocator(4))
        made.supylabel(label, fontsize=8.5, color=QUIET)
        settle(made)
        return made


def front_figure(
    tried: F64, feasible: np.typing.NDArray[np.bool_], names: Sequence[str], fresh: Sequence[Sequence[Interval]],
    on_front: Sequence[bool], labels: Sequence[str],
) -> Figure:  # fmt: skip
    """Every two goals against each other.

    Args:
        tried: gains of the trials [T, G].
        feasible: which of them kept all constraints [T].
        names: of the contestants.
        fresh: their gains on fresh luck, by contestant and goal.
        on_front: whether no other contestant beats it.
        labels: of the goals.
    """
    pairs = [(i, j) for i in range(len(labels)) for j in range(i + 1, len(labels))]
    with house_style(names):
        made = figure(4.4 if len(pairs) == 1 else 3.0 * -(-len(pairs) // 2))
        shape = (1, 1) if len(pairs) == 1 else (-(-len(pairs) // 2), 2)
        panels = np.atleast_1d(made.subplots(*shape)).ravel()
        for axes, (i, j) in zip(panels, pairs, strict=False):
            axes.plot(tried[~feasible, i], tried[~feasible, j], "x", ms=3.5, color=_OUT, mew=0.8)
            axes.plot(tried[feasible, i], tried[feasible, j], "o", ms=3, color=_SEARCH, alpha=0.35)
            for name, own, free in zip(names, fresh, on_front, strict=True):
                _cross(axes, own[i], own[j], name, free)
            axes.set_xlabel(labels[i])
            axes.set_ylabel(labels[j])
        for axes in panels[len(pairs) :]:
            axes.set_visible(False)
        settle(made)
        return made


def _cross(axes: Axes, x: Interval, y: Interval, name: str, free: bool) -> None:
    """A contestant on fresh luck: its interval in both goals, filled and named where no other beats it."""
    color = _FRESH if free else "#8a8a8a"
    if x.known:
        axes.plot([x.low, x.high], [y.mean, y.mean], color=color, lw=1.2)
    if y.known:
        axes.plot([x.mean, x.mean], [y.low, y.high], color=color, lw=1.2)
    axes.plot([x.mean], [y.mean], "o", ms=5, mfc=color if free else "white", mec=color, zorder=4)
    if free:
        axes.annotate(name, (x.mean, y.mean), (5, 4), textcoords="offset points", fontsize=7.5, color=color)
