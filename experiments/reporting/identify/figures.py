"""The figures of a recovery study: how many parameters each mind gives away, and true against recovered values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator, ScalarFormatter

from experiments.identify.results import CRM, NOT, RECOVERABLE, SOURCES, WEAK, IdentifyResult
from experiments.reporting.figure_style import CONTROL, INK, PALETTE, QUIET, drawn, figure, house_style, settle
from experiments.reporting.identify.words import WORDS, has_parameters, opening, share, sources_of
from experiments.reporting.wording import plain
from sim.errors import StoreError

SHOWN = 4  # panels in a row: the best and the worst
_COLORS = {RECOVERABLE: PALETTE[0], WEAK: "#9cc4de", NOT: "#dedede"}


def figures(result: IdentifyResult) -> dict[str, Figure]:
    """How many parameters of each mind are recoverable; true against recovered values of the mind in focus."""
    with house_style(result.minds):
        made = {"overview": _overview(result), "recovered": _recovered(result)}
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


def shown(result: IdentifyResult) -> list[str]:
    """The parameters whose recovery is drawn: the best and the worst that the CRM gives away."""
    names = list(result.of(result.focus, CRM)["parameter"])
    return names if len(names) <= 2 * SHOWN else [*names[:SHOWN], *names[-SHOWN:]]


def _overview(result: IdentifyResult) -> Figure:
    """A bar per mind and source, cut by class."""
    minds = [mind for mind in result.minds if has_parameters(result, mind)]
    sources = sources_of(result)
    made = figure(1.0 + 0.36 * len(minds))
    panels = np.atleast_1d(np.asarray(made.subplots(1, len(sources), sharey=True, sharex=True)))
    for axes, source in zip(panels, sources, strict=True):
        for row, mind in enumerate(minds):
            _bar(axes, row, result.kinds(mind, source))
        axes.set_yticks(range(len(minds)), [plain(mind) for mind in minds])
        axes.tick_params(axis="y", labelcolor=INK)
        axes.set_ylim(len(minds) - 0.5, -0.5)
        axes.grid(visible=False)
        axes.spines[["bottom", "left"]].set_visible(False)
        axes.xaxis.set_visible(False)
        axes.set_title(opening(SOURCES[source]), pad=20)
        _legend(axes)
    return made


def _bar(axes: Axes, row: int, kinds: Mapping[str, int]) -> None:
    start = 0
    for kind, number in kinds.items():
        axes.barh(row, number, left=start, height=0.68, color=_COLORS[kind])
        if number:
            color = "white" if kind == RECOVERABLE else INK
            axes.text(start + number / 2, row, str(number), ha="center", va="center", color=color, fontsize=8)
        start += number


def _legend(axes: Axes) -> None:
    """The classes, in their colours, above the bars."""
    place = 0.0
    for kind, word in WORDS.items():
        color = QUIET if kind == NOT else _COLORS[kind] if kind == RECOVERABLE else "#5b93b5"
        axes.text(place, 1.02, word, transform=axes.transAxes, color=color, fontsize=8.5, va="bottom")
        place += 0.12 + 0.025 * len(word)


def _recovered(result: IdentifyResult) -> Figure:
    """True against recovered values, a panel per parameter; on the line they are equal."""
    names = shown(result)
    rows = -(-len(names) // SHOWN)
    made = figure(0.5 + 2.1 * rows)
    grid = np.atleast_1d(np.asarray(made.subplots(rows, SHOWN, squeeze=False))).ravel()
    frame = result.draws[(result.draws["mind"] == result.focus) & (result.draws["source"] == CRM)]
    r2 = result.of(result.focus, CRM).set_index("parameter")["r2"]
    ends = result.prior(result.focus)
    for axes in grid[len(names) :]:
        axes.set_axis_off()
    for axes, name in zip(grid, names, strict=False):
        draws = frame[frame["parameter"] == name]
        _scatter(axes, draws["true"].to_numpy(), draws["read"].to_numpy(), ends[name])
        part, _, word = name.rpartition(".")
        axes.set_title(plain(word), pad=16)
        said = f"{plain(part)}, R² {share(float(r2[name]))}".removeprefix(", ").replace("-", "\u2212")
        axes.text(0, 1.03, said, transform=axes.transAxes, color=QUIET, fontsize=8)
    made.supxlabel("true value", fontsize=8.5, color=QUIET)
    made.supylabel("read from the CRM, by a regression on other firms", fontsize=8.5, color=QUIET)
    return made


def _scatter(axes: Axes, true: np.ndarray, read: np.ndarray, ends: tuple[float, float]) -> None:
    axes.plot(ends, ends, color=CONTROL, linewidth=0.9, zorder=1)
    axes.plot(true, read, "o", color=PALETTE[0], markersize=3, alpha=0.55, markeredgewidth=0)
    for axis, scale in ((axes.xaxis, axes.set_xscale), (axes.yaxis, axes.set_yscale)):
        if ends[0] > 0:
            scale("log")
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=6))
            axis.set_major_formatter(ScalarFormatter())
            axis.set_minor_formatter(NullFormatter())
            axis.set_minor_locator(NullLocator())
        else:
            axis.set_major_locator(MaxNLocator(4))
    axes.set_box_aspect(1)
