"""Tornado, Morris and Sobol figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from experiments.inference.intervals import F64, Interval
from experiments.reporting.figure_style import INK, PALETTE, QUIET, WIDTH, figure, house_style, settle
from experiments.sensitivity.results import rows_of

MOST = 20  # factors that are drawn
_RANKED = 10  # points that bear their rank
_LOW, _HIGH = PALETTE[4], PALETTE[0]
_SHARES = LinearSegmentedColormap.from_list("shares", ["#ffffff", PALETTE[0]])


@dataclass(frozen=True)
class Reach:
    """What an outcome is at both ends of a factor's range.

    Attributes:
        name: of the factor.
        ends: its lowest and highest value, as they are written.
        low: the outcome at the lowest value.
        high: the outcome at the highest.
    """

    name: str
    ends: tuple[str, str]
    low: Interval
    high: Interval


def tornado(reaches: Sequence[Reach], own: float, scale: float, label: str) -> Figure:
    """A bar per factor from the outcome at its lowest to that at its highest value, with 95% intervals."""
    with house_style(reach.name for reach in reaches):
        made = figure(1.1 + 0.36 * len(reaches))
        axes = made.subplots()
        for place, reach in enumerate(reaches):
            sides = ((reach.low, reach.ends[0], _LOW, 0.17), (reach.high, reach.ends[1], _HIGH, -0.17))
            for outcome, words, color, shift in sides:
                mean, height = outcome.mean * scale, -place + shift
                axes.barh(height, mean - own * scale, left=own * scale, height=0.32, color=color, zorder=2)
                if outcome.known:
                    ends = [outcome.low * scale, outcome.high * scale]
                    axes.plot(ends, [height, height], color=INK, linewidth=0.8, zorder=3)
                right = mean >= own * scale
                edge = mean if not outcome.known else (outcome.high if right else outcome.low) * scale
                axes.annotate(
                    words, (edge, height), (4 if right else -4, 0), textcoords="offset points", color=QUIET,
                    fontsize=7, va="center", ha="left" if right else "right",
                )  # fmt: skip
        axes.axvline(own * scale, color=INK, linewidth=0.8, zorder=4)
        low, high = axes.get_xlim()
        axes.set_xlim(low - 0.06 * (high - low), high + 0.06 * (high - low))
        if axes.get_xlim()[0] < 0 < axes.get_xlim()[1]:
            axes.axvline(0, color=QUIET, linewidth=0.8, linestyle=":", zorder=1)
        _rows(axes, [reach.name for reach in reaches])
        axes.set_xlabel(label)
        axes.text(0, 1.01, "■ at the lowest", transform=axes.transAxes, color=_LOW, fontsize=8.5, va="bottom")
        axes.text(
            0.22, 1.01, "■ at the highest value", transform=axes.transAxes, color=_HIGH, fontsize=8.5, va="bottom"
        )
        settle(made)
        return made


def morris(indices: pd.DataFrame, scale: float, unit: str) -> Figure:
    """Ranked mu* with intervals, and mu* against sigma, each point with its rank.

    Args:
        indices: factor, mu_star, half, sigma, the largest mu_star first.
        scale: of numbers written.
        unit: of both.
    """
    shown = indices.head(MOST)
    names = [f"{name}  {rank}" for rank, name in enumerate(shown["factor"], start=1)]
    mean, half, sigma = (shown[name].to_numpy(float) * scale for name in ("mu_star", "half", "sigma"))
    with house_style(names):
        made = figure(max(1.1 + 0.24 * len(shown), 3.2))
        ranked, cloud = made.subplots(1, 2, width_ratios=(1, 1.1))
        places = -np.arange(len(shown), dtype=float)
        ranked.barh(places, mean, height=0.62, color=PALETTE[0], zorder=2)
        ranked.errorbar(mean, places, xerr=half, fmt="none", ecolor=INK, elinewidth=0.8, zorder=3)
        ranked.set_xlim(left=0)
        _rows(ranked, names)
        ranked.set_xlabel(f"mu*, {unit}")
        cloud.plot(mean, sigma, "o", color=PALETTE[0], markersize=4, zorder=3)
        reach = 1.12 * max(float(mean.max()), float(sigma.max()), 1e-12)
        cloud.plot([0, reach], [0, reach], color=QUIET, linewidth=0.7, linestyle=":", zorder=1)
        for rank, (x, y) in enumerate(_apart(mean[:_RANKED] / reach, sigma[:_RANKED] / reach), start=1):
            cloud.text(x + 0.012, y + 0.012, str(rank), transform=cloud.transAxes, fontsize=8, color=INK)
        cloud.set_xlim(0, reach)
        cloud.set_ylim(0, reach)
        cloud.set_xlabel(f"mu*, {unit}")
        cloud.set_ylabel(f"sigma, {unit}")
        settle(made)
        return made


def sobol(indices: pd.DataFrame) -> Figure:
    """Shares of variance: S1 and ST of each factor with 95% intervals.

    Args:
        indices: factor, S1, S1_half, ST, ST_half, the largest ST first.
    """
    shown = indices.head(MOST)
    with house_style(shown["factor"]):
        made = figure(1.1 + 0.36 * len(shown))
        axes = made.subplots()
        places = -np.arange(len(shown), dtype=float)
        for index, shift, color in (("ST", -0.17, PALETTE[0]), ("S1", 0.17, PALETTE[5])):
            values, halves = 100 * shown[index].to_numpy(float), 100 * shown[f"{index}_half"].to_numpy(float)
            axes.barh(places + shift, values, height=0.32, color=color, zorder=2)
            axes.errorbar(values, places + shift, xerr=halves, fmt="none", ecolor=INK, elinewidth=0.8, zorder=3)
        axes.axvline(0, color=INK, linewidth=0.7, zorder=4)
        _rows(axes, list(shown["factor"]))
        axes.set_xlabel("share of the variance, %")
        axes.text(0, 1.01, "■ S1: alone", transform=axes.transAxes, color=PALETTE[5], fontsize=8.5, va="bottom")
        words = "■ ST: with all its interactions"
        axes.text(0.2, 1.01, words, transform=axes.transAxes, color=PALETTE[0], fontsize=8.5, va="bottom")
        settle(made)
        return made


def heat_map(names: Sequence[str], shares: pd.DataFrame) -> Figure:
    """Second-order shares, below the diagonal; coloured where the 95% interval lies above zero.

    Args:
        names: factors in order.
        shares: factor, other, value, half.
    """
    size, place = len(names), {name: number for number, name in enumerate(names)}
    grid = np.full((size, size), np.nan)
    marks: dict[tuple[int, int], tuple[str, str]] = {}
    for row in rows_of(shares):
        low, high = sorted((place[row.factor], place[row.other]))
        is_sure = row.value > row.half
        grid[high, low] = 100 * row.value if is_sure else np.nan
        marks[high, low] = (f"{100 * row.value:.0f}".replace("-", "\u2212"), INK if is_sure else QUIET)
    with house_style(names):
        made = figure(1.9 + 0.36 * size, WIDTH)
        axes = made.subplots()
        top = float(np.nanmax(grid, initial=1.0))
        axes.imshow(np.ma.masked_invalid(grid), cmap=_SHARES, vmin=0, vmax=1.6 * top, aspect="auto")
        for (row_, column), (words, color) in marks.items():
            axes.text(column, row_, words, ha="center", va="center", color=color, fontsize=8)
        axes.set_xticks(range(size - 1), list(names[:-1]), rotation=30, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(1, size), list(names[1:]))
        axes.set_ylim(size - 0.5, 0.5)
        axes.set_xlim(-0.5, size - 1.5)
        axes.grid(visible=False)
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.set_title("Share of the variance that only both together explain, %")
        settle(made)
        return made


def _apart(x: F64, y: F64) -> list[tuple[float, float]]:
    """Places of the labels of points, as shares of the panel: those that would lie on another are moved up."""
    places: list[tuple[float, float]] = []
    for across, up in zip(x, y, strict=True):
        while any(abs(across - left) < 0.045 and abs(up - below) < 0.035 for left, below in places):
            up += 0.01
        places.append((float(across), float(up)))
    return places


def _rows(axes: Axes, names: Sequence[str]) -> None:
    """A row per name, the first on top."""
    axes.set_yticks([-place for place in range(len(names))], list(names))
    axes.set_ylim(0.4 - len(names), 0.6)
    axes.grid(visible=False, axis="y")
