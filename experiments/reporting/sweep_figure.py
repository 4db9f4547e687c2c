"""Figures of a sweep: curves over one factor, maps over two, main effects over more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import NDArray

from experiments.inference.intervals import F64, Interval
from experiments.reporting.figure_style import CONTROL, INK, PALETTE, QUIET, figure, house_style, settle, spread
from experiments.reporting.wording import number

_COLORS = LinearSegmentedColormap.from_list("worse and better", [PALETTE[1], "#ffffff", PALETTE[0]])
_TO_READ = 8  # so many cells in a row can hold a number
_WINNERS = (*PALETTE[2:], *PALETTE[:2])  # blue and orange mean better and worse beside them

type Points = tuple[F64, F64]  # of the two factors [S]


def curves(
    title: str, label: str, at: F64, lines: Mapping[str, Sequence[Interval]], ticks: Sequence[str] = ()
) -> Figure:
    """One line per plan over one factor, with 95% bands.

    Args:
        title: what is shown, with its unit.
        label: of the factor.
        at: its values, ascending [B].
        lines: by plan the difference at each value.
        ticks: names of the values, where numbers would not do.
    """
    with house_style([title, label, *lines]):
        made = figure(3.6 if not ticks else 4.0)
        axes = made.subplots()
        _lines(axes, at, lines)
        _scale(axes, at, ticks)
        axes.set_title(title)
        axes.set_xlabel(label)
        _names(axes, lines)
        settle(made)
        return made


def effects(title: str, panels: Sequence[tuple[str, F64, Mapping[str, Sequence[Interval]]]]) -> Figure:
    """Main effects: a panel per factor with its label, values [B] and, by plan, mean differences.

    Args:
        title: what is shown, with its unit.
        panels: one for each factor.
    """
    across = min(3, len(panels))
    down = math.ceil(len(panels) / across)
    names = list(panels[0][2])
    with house_style([title, *names, *(label for label, *_ in panels)]):
        made = figure(0.9 + 2.2 * down)
        grid = made.subplots(down, across, sharey=True, squeeze=False).ravel()
        for axes, (label, at, lines) in zip(grid, panels, strict=False):
            _lines(axes, at, lines, "o")
            _scale(axes, at)
            axes.set_xlabel(_folded(label, 30))
        for axes in grid[len(panels) :]:
            axes.set_visible(False)
        made.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold", color=INK)
        _key(made, {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(names)})
        settle(made)
        return made


def maps(
    title: str, labels: tuple[str, str], at: Points, plans: Mapping[str, F64], better: int, arms: Sequence[str],
    winner: NDArray[np.intp], sure: NDArray[np.bool_],
) -> Figure:  # fmt: skip
    """Over two factors: each plan's difference, and who wins; cells where the design is a grid, dots elsewhere.

    Args:
        title: what is shown, with its unit.
        labels: of the factors.
        at: their values [S].
        plans: differences by plan [S].
        better: +1 if more is better, -1 if less is.
        arms: all, the control first.
        winner: place of who wins [S].
        sure: whether that is sure [S].
    """
    rows, columns = math.ceil((len(plans) + 1) / 3), min(3, len(plans) + 1)
    cells = _is_grid(at)
    tints = dict(
        zip(arms, [CONTROL, *(_WINNERS[place % len(_WINNERS)] for place in range(len(arms) - 1))], strict=True)
    )
    widest = max((float(np.nanmax(np.abs(values))) for values in plans.values()), default=0.0) or 1.0
    with house_style([title, *labels, *arms]):
        made = figure(1.1 + 2.5 * rows)
        panels = made.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
        for axes, (name, values) in zip(panels, plans.items(), strict=False):
            shades = _COLORS(0.5 + 0.4 * better * values / widest)
            _paint(axes, at, shades, cells, values if cells else None)
            axes.set_title(f"{name} less {arms[0]}", fontsize=9)
        last = panels[len(plans)]
        faces = np.array([to_rgb(tints[arms[place]]) for place in winner])
        pale = np.where(sure[:, None], faces, 0.4 * faces + 0.6)
        _paint(last, at, pale, cells, None)
        last.set_title("who wins (pale: not surely)", fontsize=9)
        for place, axes in enumerate(panels):
            axes.set_visible(place <= len(plans))
            if place + columns > len(plans):
                axes.set_xlabel(_folded(labels[0], 96 // columns))
                axes.tick_params(labelbottom=True)
            if place % columns == 0:
                axes.set_ylabel(_folded(labels[1], 30))
        made.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold", color=INK)
        _key(made, {arm: tints[arm] for place, arm in enumerate(arms) if place in winner})
        settle(made)
        return made


def _paint(axes: Axes, at: Points, shades: NDArray[np.float64], cells: bool, values: F64 | None) -> None:
    """Colours [S, 3 or 4] as cells, with numbers where they can be read, or as dots."""
    x, y = at
    if not cells:
        axes.scatter(x, y, c=shades, s=26, edgecolors=QUIET, linewidths=0.5)
        _scale(axes, x)
        if _is_wide(y):
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.yaxis.set_minor_formatter(NullFormatter())
        return
    across, down = np.unique(x), np.unique(y)
    column, row = np.searchsorted(across, x), np.searchsorted(down, y)
    image = np.ones((len(down), len(across), 3))
    image[row, column] = shades[:, :3]
    axes.imshow(image, origin="lower", aspect="auto")
    axes.set_xticks(range(len(across)), [f"{value:.3g}" for value in across])
    axes.set_yticks(range(len(down)), [f"{value:.3g}" for value in down])
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if values is not None and len(across) <= _TO_READ:
        digits = 0 if np.nanmax(np.abs(values)) >= 20 else 1 if np.nanmax(np.abs(values)) >= 2 else 2
        for c, r, value in zip(column, row, values, strict=True):
            text = number(float(value), digits).replace("-", "\u2212")
            axes.text(c, r, text, ha="center", va="center", fontsize=7.5, color=INK)


def _lines(axes: Axes, at: F64, lines: Mapping[str, Sequence[Interval]], marker: str = "") -> None:
    axes.axhline(0, color=CONTROL, linewidth=1.0, zorder=1)
    for place, (name, line) in enumerate(lines.items()):
        color = PALETTE[place % len(PALETTE)]
        means = [one.mean for one in line]
        axes.plot(at, means, marker=marker or ("o" if len(at) <= 12 else ""), markersize=3.5, color=color, label=name)
        if all(one.known for one in line):
            axes.fill_between(at, [one.low for one in line], [one.high for one in line], color=color, alpha=0.18, lw=0)


def _scale(axes: Axes, at: F64, ticks: Sequence[str] = ()) -> None:
    if ticks:
        axes.set_xticks(at, ticks, fontsize=8)
    elif _is_wide(at):
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        if len(np.unique(at)) <= _TO_READ:
            axes.set_xticks(np.unique(at), [f"{value:.3g}" for value in np.unique(at)], minor=False)


def _is_wide(at: F64) -> bool:
    """Whether values are positive, span a factor of ten and crowd at the low end, so that a log axis shows them."""
    ends = float(at.min()), float(at.max())
    return ends[0] > 0 and ends[1] >= 10 * ends[0] and float(np.median(np.unique(at))) < sum(ends) / 4


def _is_grid(at: Points) -> bool:
    """Whether every value of the one comes with every value of the other, once."""
    x, y = (np.unique(values) for values in at)
    return len(x) * len(y) == len(at[0]) == len(set(zip(*at, strict=True)))


def _names(axes: Axes, lines: Mapping[str, Sequence[Interval]]) -> None:
    """Each plan's name at the right end of its line."""
    low, high = axes.get_ylim()
    wanted = [(line[-1].mean - low) / (high - low) for line in lines.values()]
    for place, (name, height) in enumerate(zip(lines, spread(wanted, 0.07), strict=True)):
        color = PALETTE[place % len(PALETTE)]
        axes.text(1.01, height, name, transform=axes.transAxes, color=color, va="center", fontsize=8.5)


def _key(made: Figure, tints: Mapping[str, str]) -> None:
    """Names with their colours below all panels."""
    marks = [made.axes[0].plot([], [], "s", color=color, label=name)[0] for name, color in tints.items()]
    made.legend(handles=marks, loc="outside lower left", ncols=4, frameon=False, fontsize=8.5, handletextpad=0.3)


def _folded(label: str, width: int) -> str:
    """A long label in two lines, broken at the blank nearest to its middle."""
    if len(label) <= width or " " not in label:
        return label
    middle = len(label) / 2
    place = min((at for at, letter in enumerate(label) if letter == " "), key=lambda at: abs(at - middle))
    return f"{label[:place]}\n{label[place + 1 :]}"
