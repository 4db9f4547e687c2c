"""The figures of a tournament: responses over the weeks, who is told apart from whom, and with how many customers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.inference.intervals import F64
from experiments.reporting.figure_style import (
    CONTROL,
    FAINT,
    INK,
    PALETTE,
    QUIET,
    Look,
    drawn,
    figure,
    house_style,
    settle,
)  # fmt: skip
from experiments.reporting.tournament.matrix import matrix, reach_curves
from experiments.reporting.tournament.tables import weekly
from experiments.reporting.wording import plain, scale_of, unit_of
from experiments.tournament.results import TournamentResult
from sim.errors import StoreError

PANELS = ("churn", "satisfaction", "trust", "word_of_mouth")
_DASHES = ("-", "--", ":", "-.")
_COLORS = (*PALETTE[:5], "#8c6d31", INK)  # sky blue would be taken for a lighter blue
_COLUMNS = 3
_LEAST_HEIGHT = 0.05  # of a panel, as a share of the widest range of all


def figures(result: TournamentResult) -> dict[str, Figure]:
    """One figure of responses per measure that some theory has, the matrix of pairs, and the reach of situations."""
    with house_style((*result.minds, *map(result.title, result.situations))):
        made = {metric: _responses(result, metric) for metric in PANELS if _held(result, metric)}
        made |= {"matrix": matrix(result), "reach": reach_curves(result)}
        for one in made.values():
            settle(one)
        return made


def save_figures(made: Mapping[str, Figure], folder: Path) -> None:
    """Write each figure as PNG (150 dpi) and SVG; the same result gives the same bytes.

    Raises:
        StoreError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, one in made.items():
            for kind in ("png", "svg"):
                (folder / f"{name}.{kind}").write_bytes(drawn(one, kind))
    except OSError as error:
        raise StoreError(f"cannot write figures to {folder}: {error}. Choose a folder you may write to.") from error


def mind_looks(result: TournamentResult) -> dict[str, Look]:
    """Mind -> look: a colour per family, a dash per mind within it; no mind at all is grey."""
    colors = dict(zip(_families(result), _COLORS, strict=False))
    seen: dict[str, int] = {}
    found = {}
    for mind, family in result.families.items():
        place = seen.get(family, 0)
        seen[family] = place + 1
        color = CONTROL if family == "no mind" else colors.get(family, QUIET)
        found[mind] = Look(_lighter(color, place // len(_DASHES)), _DASHES[place % len(_DASHES)], 1.6)
    return found


def _lighter(color: str, times: int) -> str:
    """A colour mixed half with white, so many times."""
    parts = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) / 2**times):02x}" for part in parts)


def _families(result: TournamentResult) -> list[str]:
    return [family for family in dict.fromkeys(result.families.values()) if family != "no mind"]


def _responses(result: TournamentResult, metric: str) -> Figure:
    """A panel per situation, a line per mind: the mean paired difference from the steady run."""
    minds = [mind for mind in result.minds if weekly(result, metric, mind, result.shocks[0]) is not None]
    rows = -(-len(result.shocks) // _COLUMNS)
    made = figure(0.9 + 2.0 * rows + 0.16 * -(-len(minds) // 3))
    heights = [0.35 + 2.0 * rows, 0.25 + 0.16 * -(-len(minds) // 3)]
    (upper,), (lower,) = made.subfigures(2, 1, squeeze=False, height_ratios=heights)
    grid = upper.subplots(rows, _COLUMNS, squeeze=False, sharex=True)
    info = result.info(metric)
    scale, unit = scale_of(info), unit_of(info)
    curves = {shock: _means(result, metric, shock, minds, scale) for shock in result.shocks}
    least = _LEAST_HEIGHT * max(np.ptp([0, *np.concatenate(list(panel.values()))]) for panel in curves.values())
    for place, axes in enumerate(grid.ravel()):
        if place >= len(result.shocks):
            axes.set_axis_off()
            continue
        _panel(axes, result, result.shocks[place], curves[result.shocks[place]], least)
    upper.suptitle(
        f"{info.label}: difference from the steady run, {unit}", x=0.01, ha="left", fontsize=11, fontweight="bold"
    )
    for axes in grid[-1]:
        axes.set_xlabel("week")
    _key(lower.subplots(), result, minds)
    return made


def _means(result: TournamentResult, metric: str, shock: str, minds: list[str], scale: float) -> dict[str, F64]:
    """Each mind's mean difference from the steady run by week [W]."""
    found = {mind: weekly(result, metric, mind, shock) for mind in minds}
    return {mind: scale * curves.mean(axis=0) for mind, curves in found.items() if curves is not None}


def _panel(axes: Axes, result: TournamentResult, shock: str, curves: Mapping[str, F64], least: float) -> None:
    """One situation; its scale is its own, but never so fine that noise would fill it."""
    looks, onset = mind_looks(result), int(result.situations[shock]["onset"])
    for mind, mean in curves.items():
        look = looks[mind]
        axes.plot(np.arange(len(mean)), mean, color=look.color, linestyle=look.dash, linewidth=look.width, alpha=0.9)
    axes.axhline(0, color=CONTROL, linewidth=0.7, zorder=1)
    axes.axvline(onset, color=FAINT, linewidth=0.9, zorder=0)
    axes.set_title(result.title(shock), fontsize=9)
    axes.set_xlim(0, result.weeks - 1)
    values = np.concatenate([[0.0], *curves.values()])
    middle, half = (values.max() + values.min()) / 2, 0.6 * max(np.ptp(values), least)
    axes.set_ylim(middle - half, middle + half)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.tick_params(labelsize=7.5)
    _name_extremes(axes, {mind: float(mean[-1]) for mind, mean in curves.items()}, looks)


def _name_extremes(axes: Axes, ends: Mapping[str, float], looks: Mapping[str, Look]) -> None:
    """Write at its end who answers most, where that is well apart from what most answer."""
    bottom, top = axes.get_ylim()
    usual = float(np.median(list(ends.values())))
    for mind, above in (
        (max(ends, key=lambda name: ends[name]), True),
        (min(ends, key=lambda name: ends[name]), False),
    ):
        if abs(ends[mind] - usual) < 0.15 * (top - bottom) or abs(ends[mind]) < 0.1 * (top - bottom):
            continue
        axes.annotate(
            plain(mind), (1, ends[mind]), (-2, 3 if above else -3), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="right", va="bottom" if above else "top", fontsize=7,
            color=looks[mind].color, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75},
        )  # fmt: skip


def _key(axes: Axes, result: TournamentResult, minds: list[str]) -> None:
    """Who is who: a piece of each line with its name, in the order of the configuration."""
    looks, rows = mind_looks(result), -(-len(minds) // 3)
    for place, mind in enumerate(minds):
        column, row = divmod(place, rows)
        x, y = column / 3, -row
        axes.plot(
            [x, x + 0.05], [y, y], color=looks[mind].color, linestyle=looks[mind].dash, linewidth=looks[mind].width
        )
        axes.text(x + 0.06, y, plain(mind), va="center", fontsize=8, color=looks[mind].color)
    axes.set_xlim(-0.01, 1)
    axes.set_ylim(0.5 - rows, 0.6)
    axes.set_axis_off()


def _held(result: TournamentResult, metric: str) -> bool:
    return any(weekly(result, metric, mind, result.shocks[0]) is not None for mind in result.minds)
