"""Who is told apart from whom: a triangle of minds, and how far each situation reaches with so many customers."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from experiments.reporting.figure_style import INK, PALETTE, QUIET, figure, spread
from experiments.reporting.tournament.words import customers
from experiments.reporting.wording import plain
from experiments.tournament.results import TournamentResult
from experiments.tournament.separation import among_theories, best, reach, theories

_EASY, _HARD = 10, 10_000  # customers per group at which the colour is full, and gone
_SHADES = LinearSegmentedColormap.from_list("ease", ["#ffffff", "#cfe3f1", "#0072B2"])
_STEPS = np.unique(np.round(np.geomspace(10, 100_000, 81)).astype(int))


def matrix(result: TournamentResult) -> Figure:
    """Below the diagonal: customers per group of the best experiment, and its situation by letter."""
    minds, chosen = list(result.minds), best(result.separations)
    letters = {shock: chr(ord("a") + place) for place, shock in enumerate(result.shocks)}
    size = len(minds)
    made = figure(1.1 + 0.42 * size)
    axes = made.subplots()
    for _, row in chosen.iterrows():
        first, second = sorted((minds.index(str(row["first"])), minds.index(str(row["second"]))))
        _square(axes, first, second, float(row["at_most"]), letters[str(row["situation"])])
    axes.set_xlim(-0.5, size - 1.5)
    axes.set_ylim(size - 0.5, 0.5)
    axes.set_yticks(range(1, size), [plain(mind) for mind in minds[1:]])
    axes.set_xticks(range(size - 1), [plain(mind) for mind in minds[:-1]], rotation=90)
    axes.tick_params(labelcolor=INK, length=0, labelsize=8)
    axes.grid(visible=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_title("Customers per group that tell two theories apart, by the best experiment", pad=12)
    words = [f"{letter}  {result.title(shock)}" for shock, letter in letters.items()]
    axes.text(0.74, 0.97, "\n".join(words), transform=axes.transAxes, va="top", fontsize=8.5, color=QUIET)
    return made


def reach_curves(result: TournamentResult) -> Figure:
    """Pairs told apart, by customers per group: a line per situation, and one for the best choice of each pair."""
    made = figure(3.9)
    axes = made.subplots()
    table = reach(result.separations, [int(step) for step in _STEPS])
    needed = among_theories(best(result.separations), result.separations)["at_most"].to_numpy(float)
    total = math.comb(len(theories(result.separations)), 2)
    lines = {result.title(name): np.array(counts, float) for name, counts in table.items()}
    colors = dict(zip(lines, (*PALETTE, "#8c6d31", "#7a7a7a", "#b0b0b0") * 9, strict=False))
    lines["the best for each pair"] = np.array([(needed <= step).sum() for step in _STEPS], float)
    colors["the best for each pair"] = INK
    for name, counts in lines.items():
        axes.plot(_STEPS, counts, color=colors[name], linewidth=2.2 if colors[name] == INK else 1.5)
    axes.set_xscale("log")
    axes.set_xlim(_STEPS[0], _STEPS[-1])
    axes.set_ylim(0, total)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel("customers in the situation, and as many left alone")
    axes.set_title(f"Pairs of theories told apart, of {total}", pad=12)
    heights = spread([counts[-1] / total for counts in lines.values()], 0.055)
    for name, height in zip(lines, heights, strict=True):
        axes.text(1.01, height, name, transform=axes.transAxes, color=colors[name], fontsize=8.5, va="center")
    return made


def _square(axes: Axes, column: int, row: int, needed: float, letter: str) -> None:
    ease = 1 - (math.log(needed) - math.log(_EASY)) / (math.log(_HARD) - math.log(_EASY))
    shade = float(np.clip(ease, 0, 1))
    axes.fill_between([column - 0.48, column + 0.48], row - 0.48, row + 0.48, color=_SHADES(shade), linewidth=0)
    ink = "white" if shade > 0.7 else INK
    axes.text(column, row - 0.12, customers(needed), ha="center", va="center", fontsize=7.5, color=ink)
    axes.text(column, row + 0.25, letter, ha="center", va="center", fontsize=7, color=ink if shade > 0.7 else QUIET)
