"""Forest plot of pitfalls and remedies."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.inference.intervals import Interval
from experiments.reporting.figure_style import CONTROL, FAINT, PALETTE, QUIET, figure, house_style, settle

_BETTER, _WORSE = PALETTE[0], PALETTE[1]
_TONES = {1: _BETTER, 0: CONTROL, -1: _WORSE}

type Line = tuple[str, Interval, Interval, Interval, int]  # title, gap, pitfall, remedy, verdict


def forest(pairs: Sequence[Line], unit: str) -> Figure:
    """Left: remedy minus pitfall; right: each minus the control. One line per pair, in the order given."""
    with house_style(title for title, *_ in pairs):
        made = figure(1.3 + 0.36 * len(pairs))
        left, right = made.subplots(1, 2, sharey=True)
        for place, (_, gap, pitfall, remedy, way) in enumerate(pairs):
            _bar(left, -place, gap, _TONES[way])
            _bar(right, -place + 0.14, pitfall, _WORSE, "s")
            _bar(right, -place - 0.14, remedy, _BETTER)
        left.set_yticks([-place for place in range(len(pairs))], [title for title, *_ in pairs])
        left.set_ylim(0.6 - len(pairs), 0.6)
        for axes, title in ((left, "Remedy minus pitfall"), (right, "Against nothing")):
            axes.axvline(0, color=QUIET, linewidth=0.8, zorder=1)
            axes.set_title(title)
            axes.set_xlabel(f"value, {unit}")
            axes.grid(visible=False, axis="y")
        _key(right)
        settle(made)
        return made


def _bar(axes: Axes, height: float, interval: Interval, color: str, marker: str = "o") -> None:
    axes.axhline(round(height), color=FAINT, linewidth=0.5, zorder=0)
    if interval.known:
        axes.plot([interval.low, interval.high], [height, height], color=color, linewidth=2)
    axes.plot([interval.mean], [height], marker, color=color, markersize=4.5)


def _key(axes: Axes) -> None:
    """What the two marks stand for."""
    for words, color, at in (("■ pitfall", _WORSE, 0.75), ("● remedy", _BETTER, 1.0)):
        axes.text(at, 1.01, words, transform=axes.transAxes, color=color, fontsize=8, ha="right", va="bottom")
