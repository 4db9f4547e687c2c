"""What it is worth to know each parameter, and what a sample is worth by its size, beside its price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from experiments.inference.intervals import F64
from experiments.reporting.figure_style import INK, PALETTE, QUIET, figure, house_style, settle

_Z = 1.959964  # half of a 95% interval in standard errors
_WORTH, _PRICE, _GAIN = PALETTE[0], PALETTE[1], PALETTE[2]


@dataclass(frozen=True)
class Bar:
    """What knowing one thing is worth: its value, standard error, and what is seen without any connection (floor)."""

    name: str
    value: float
    error: float
    floor: float


@dataclass(frozen=True, eq=False)
class Curve:
    """An investigation by its size [n]: what it is worth to all customers, with standard errors, and its price."""

    name: str
    sizes: F64
    worth: F64
    errors: F64
    price: F64
    asked: int


def bars(rows: Sequence[Bar], ceiling: float, label: str) -> Figure:
    """A bar per parameter with its 95% interval and noise floor, below the value of knowing everything."""
    with house_style(row.name for row in rows):
        made = figure(1.25 + 0.27 * len(rows))
        axes = made.subplots()
        for place, row in enumerate(rows):
            seen = row.value > row.floor
            axes.barh(-place, row.value, height=0.62, color=_WORTH if seen else "#c9c9c9", zorder=2)
            ends = [max(row.value - _Z * row.error, 0.0), row.value + _Z * row.error]
            axes.plot(ends, [-place, -place], color=INK, linewidth=0.8, zorder=3)
            axes.plot([row.floor] * 2, [-place - 0.36, -place + 0.36], color=_PRICE, linewidth=2, zorder=4)
        axes.axvline(ceiling, color=QUIET, linewidth=0.9, linestyle="--", zorder=1)
        axes.set_yticks([-place for place in range(len(rows))], [row.name for row in rows])
        axes.set_ylim(0.6 - len(rows), 0.6)
        longest = max([ceiling, *(row.value + _Z * row.error for row in rows), *(row.floor for row in rows)])
        axes.set_xlim(0, 1.04 * longest or 1.0)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(label)
        keys = (
            (0.0, "■ worth, with 95% interval", _WORTH), (0.36, "┃ noise floor", _PRICE),
            (0.56, "┆ knowing everything", QUIET),
        )  # fmt: skip
        for where, words, color in keys:
            axes.text(where, 1.0, words, transform=axes.transAxes, color=color, fontsize=8, va="bottom")
        settle(made)
        return made


def curves(panels: Sequence[Curve], unit: str) -> Figure:
    """A panel per investigation: worth, price and what is left of it, over the size of the sample."""
    with house_style(panel.name for panel in panels):
        down = (len(panels) + 1) // 2
        made = figure(0.75 + 2.5 * down)
        grid = made.subplots(down, min(2, len(panels)), squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _panel(axes, panel)
        for axes in grid.flat[len(panels) :]:
            axes.set_visible(False)
        for axes in grid[:, 0]:
            axes.set_ylabel(unit)
        made.suptitle(" ", fontsize=9)
        for where, words, color in (
            (0.07, "━ worth to all customers", _WORTH), (0.36, "━ price", _PRICE), (0.47, "━ worth less price", _GAIN),
            (0.68, "┆ the size asked about", QUIET),
        ):  # fmt: skip
            made.text(where, 0.995, words, color=color, fontsize=8, va="top")
        settle(made)
        return made


def _panel(axes: Axes, panel: Curve) -> None:
    gain = panel.worth - panel.price
    low = np.maximum(panel.worth - _Z * panel.errors, 0.0)
    axes.fill_between(panel.sizes, low, panel.worth + _Z * panel.errors, color=_WORTH, alpha=0.13, linewidth=0)
    axes.plot(panel.sizes, panel.worth, "o-", color=_WORTH, markersize=3.5)
    axes.plot(panel.sizes, panel.price, color=_PRICE)
    axes.plot(panel.sizes, gain, color=_GAIN)
    best = int(gain.argmax())
    if gain[best] > 0:
        axes.plot(panel.sizes[best], gain[best], "D", color=_GAIN, markersize=6, markeredgecolor="white", zorder=5)
    axes.axhline(0, color=INK, linewidth=0.7)
    axes.axvline(panel.asked, color=QUIET, linewidth=0.9, linestyle="--", zorder=1)
    asked = int(np.abs(panel.sizes - panel.asked).argmin())  # a price beyond its own leaves the panel
    high = 1.1 * max(float((panel.worth + _Z * panel.errors).max()), float(panel.price[asked])) or 1.0
    axes.set_ylim(min(1.1 * float(gain[: asked + 1].min()), -0.2 * high), high)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda money, _: f"{money:,.0f}".replace("-", "\u2212")))
    axes.tick_params(axis="x", labelrotation=45)
    axes.set_title(panel.name)
    axes.set_xlabel("customers in it")
