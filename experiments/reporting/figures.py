"""All figures of a study: differences and who gained are drawn here, the others in `curves` and `life_stories`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.inference.intervals import Interval
from experiments.reporting.curves import survival, trajectories
from experiments.reporting.figure_style import CONTROL, INK, QUIET, drawn, figure, house_style, looks, settle
from experiments.reporting.kinds_figure import kinds_figure
from experiments.reporting.paired import about, compared, differences, intervals
from experiments.reporting.story_figure import story_figures
from experiments.reporting.who_gained import FATE_WORDS, UNCHANGED, mean_counts
from experiments.reporting.wording import named, number, places, plain, scale_of, unit_of
from experiments.results import StudyResult
from sim.errors import StoreError

_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}  # a number stays readable on the zero line
FATE_COLORS = {
    "saved": "#0072B2",
    "won_back": "#009E73",
    "made_worse": "#D55E00",
    "stayed_anyway": "#b9cfdd",
    "lost_anyway": "#c8c8c8",
    "untouched": "#e2e2e2",
}


def figures(result: StudyResult) -> dict[str, Figure]:
    """Draw everything the study holds.

    Returns:
        trajectories and survival always; differences and who_gained if there is something to compare; kinds if
        customers were classified; then story_1, story_2 and so on.
    """
    with house_style((*result.arms, *result.segments, *map(str, result.stories["title"]))):
        made = {"trajectories": trajectories(result), "survival": survival(result)}
        if result.plans:
            made["differences"] = _differences(result)
            if not result.fates.empty:
                made["who_gained"] = _who_gained(result)
        if not result.kinds.empty:
            made["kinds"] = kinds_figure(result)
        made |= story_figures(result)
        for one in made.values():
            settle(one)
        return made


def save_figures(result: StudyResult, folder: Path, made: Mapping[str, Figure] | None = None) -> list[Path]:
    """Write each figure as PNG (150 dpi) and SVG; the same study gives the same bytes.

    Args:
        result: the study.
        folder: where to; made if missing.
        made: what `figures` returned, if it was drawn already.

    Raises:
        StoreError: the folder cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, one in (figures(result) if made is None else made).items():
            for kind in ("png", "svg"):
                path = folder / f"{name}.{kind}"
                path.write_bytes(drawn(one, kind))
                written.append(path)
    except OSError as error:
        raise StoreError(f"cannot write figures to {folder}: {error}. Choose a folder you may write to.") from error
    return written


def _differences(result: StudyResult) -> Figure:
    """Dot and 95% interval per plan, each metric in its own panel with its own zero line."""
    metrics = [metric for metric in compared(result) if metric != "purchases"]  # says what revenue says
    long = differences(result)
    rows = -(-len(metrics) // 3)
    made = figure(rows * (0.75 + 0.36 * len(result.plans)))
    grid = made.subplots(rows, 3, squeeze=False, sharey=True)
    for place, axes in enumerate(grid.ravel()):
        if place >= len(metrics):
            axes.set_axis_off()
            continue
        _dots(axes, result, metrics[place], intervals(long, metrics[place]))
    return made


def _dots(axes: Axes, result: StudyResult, metric: str, lines: dict[str, Interval]) -> None:
    info, style = about(result, metric), looks(result)
    scale = scale_of(info)
    digits = places(lines.values(), scale)
    axes.axvline(0, color=CONTROL, linewidth=0.9, zorder=1)
    for row, (arm, line) in enumerate(lines.items()):
        color = style[arm].color
        if line.known and np.isfinite(line.high):
            axes.plot([line.low * scale, line.high * scale], [row, row], color=color, linewidth=2.2)
        axes.plot(line.mean * scale, row, "o", color=color, markersize=5)
        text = number(line.mean * scale, digits)
        axes.annotate(
            text, (line.mean * scale, row), (0, 5), textcoords="offset points", ha="center", fontsize=7.5, bbox=_PAPER
        )
    axes.set_yticks(range(len(lines)), [plain(arm) for arm in lines])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(len(lines) - 0.5, -0.75)
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.22)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.set_title(info.label, pad=14)
    hint = {1: "more is better", -1: "less is better", 0: ""}[info.better]
    unit = ", ".join(part for part in (unit_of(info), hint) if part)
    axes.text(0, 1.02, unit, transform=axes.transAxes, color=QUIET, fontsize=7.5, va="bottom")


def _who_gained(result: StudyResult) -> Figure:
    """Saved, won back and made worse around a zero line; beside them, on their own scale, those of unchanged fate."""
    counts = mean_counts(result)
    made = figure(1.35 + 0.42 * len(result.plans))
    changed, *same = made.subplots(1, 4, sharey=True, width_ratios=[2.0, 1, 1, 1])
    for row, arm in enumerate(result.plans):
        _bar(changed, row, -counts[arm]["made_worse"], "made_worse")
        _bar(changed, row, counts[arm]["saved"], "saved", counts[arm]["won_back"])
        for axes, fate in zip(same, UNCHANGED, strict=True):
            _bar(axes, row, counts[arm][fate], fate)
    total = sum(counts[result.plans[0]].values())
    saved = max(count["saved"] + count["won_back"] for count in counts.values())
    worse = max(count["made_worse"] for count in counts.values())
    changes = max(saved, worse) or 1.0
    rest = max(count[fate] for count in counts.values() for fate in UNCHANGED) or 1.0
    changed.set_xlim(-worse - 0.45 * changes, saved + 0.35 * changes)
    changed.axvline(0, color=CONTROL, linewidth=0.9)
    changed.set_yticks(range(len(result.plans)), [plain(arm) for arm in result.plans])
    changed.tick_params(axis="y", labelcolor=INK)
    changed.set_ylim(len(result.plans) - 0.5, -0.5)
    won_back = any(count["won_back"] for count in counts.values())
    marks = [("made_worse", -4, "right", 0), ("saved", 4, "left", 11 * won_back)]
    for fate, shift, align, up in [*marks, *([("won_back", 4, "left", 0)] * won_back)]:
        above = {"xy": (0, 1.03), "xycoords": ("data", "axes fraction"), "xytext": (shift, up)}
        changed.annotate(FATE_WORDS[fate], textcoords="offset points", ha=align, color=FATE_COLORS[fate], **above)
    for axes, fate in zip(same, UNCHANGED, strict=True):
        axes.set_xlim(0, 1.6 * rest)
        axes.text(0, 1.03, FATE_WORDS[fate].replace(" have ", " have\n"), transform=axes.transAxes, color=QUIET)
    _strip(changed, *same)
    changed.set_title("Fate changed", pad=30)
    same[0].set_title("Fate did not change (a scale of its own)", pad=30)
    made.supxlabel(
        f"Customers of {total:,.0f}, mean of {result.replications} replications, against {named(result.control)}: "
        "counts under this coupling of luck.",
        x=0.01,
        ha="left",
        fontsize=8.5,
        color=QUIET,
    )
    return made


def _strip(*panels: Axes) -> None:
    """The numbers stand on the bars: no grid, no scale."""
    for axes in panels:
        axes.grid(visible=False)
        axes.xaxis.set_visible(False)
        axes.spines[["bottom", "left"]].set_visible(False)


def _bar(axes: Axes, row: int, count: float, fate: str, won_back: float = 0.0) -> None:
    """A bar and its number; those won back stand on top of those saved."""
    axes.barh(row, count, height=0.62, color=FATE_COLORS[fate])
    side = -1 if fate == "made_worse" else 1
    text = _count(count)
    if won_back:
        axes.barh(row, won_back, left=count, height=0.62, color=FATE_COLORS["won_back"])
        text = f"{text} + {_count(won_back)}"
    align = "left" if side > 0 else "right"
    place = (count + won_back, row)
    axes.annotate(text, place, (4 * side, 0), textcoords="offset points", va="center", ha=align)


def _count(count: float) -> str:
    return number(abs(count), 1 if 0 < abs(count) < 100 else 0, signed=False)
