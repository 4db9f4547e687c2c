"""How many replications each plan needs, and how power grows with them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, ScalarFormatter

from experiments.inference.power import power_of
from experiments.power.results import Need
from experiments.reporting.figure_style import INK, PALETTE, QUIET, figure, house_style, settle

_DASHES = ("-", "--", "-.")


def power_curves(
    needs: Mapping[str, Need], difference: float, power: float, level: float, planned: int, title: str
) -> Figure:
    """Left: replications needed with their range. Right: power by replications. The same colour for a plan in both.

    Args:
        needs: by plan, as it is read; those that do not differ at all left out.
        difference: to be shown.
        power: with which.
        level: 1 - alpha of the test.
        planned: replications of the study.
        title: what is shown, in words.
    """
    with house_style(needs):
        made = figure(1.5 + 0.32 * max(len(needs), 4))
        left, right = made.subplots(1, 2, width_ratios=(1, 1.15))
        ends = [planned, *(need.replications.high for need in needs.values())]
        for place, (plan, need) in enumerate(needs.items()):
            color, dash = PALETTE[place % len(PALETTE)], _DASHES[min(place // len(PALETTE), 2)]
            runs = need.replications
            left.plot([runs.low, runs.high], [-place, -place], color=color, solid_capstyle="round")
            left.plot([runs.mean], [-place], "o", color=color, markersize=5.5)
            counts = np.unique(np.geomspace(2, 1.3 * max(ends) + 2, 80).round().astype(int))
            shown = [power_of(need.spread.mean, difference, int(count), level) for count in counts]
            right.plot(counts, 100 * np.array(shown), color=color, linestyle=dash, label=plan)
        left.set_yticks([-place for place in range(len(needs))], list(needs))
        left.set_ylim(-len(needs) + 0.4, 0.6)
        left.grid(visible=False, axis="y")
        left.set_title(f"Replications needed\n{title}")
        left.set_xlabel("replications (logarithmic)")
        right.axhline(100 * power, color=INK, linewidth=0.8, linestyle=":")
        right.set_ylim(0, 103)
        right.set_title("Power, %")
        right.set_xlabel("replications (logarithmic)")
        right.legend(facecolor="white", edgecolor="none", framealpha=0.95, fontsize=8, loc="lower right")
        for axes in (left, right):
            _counts(axes, 1.3 * max(ends) + 2, planned)
        settle(made)
        return made


def _counts(axes: Axes, most: float, planned: int) -> None:
    """A logarithmic axis of whole numbers, with what is planned marked."""
    axes.set_xscale("log")
    axes.set_xlim(1.9, most)
    ticks = [tick * 10**power for power in range(10) for tick in (1, 2, 5) if 2 <= tick * 10**power <= most]
    while len(ticks) > 7:
        ticks = ticks[::2]
    axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.axvline(planned, color=QUIET, linewidth=0.8, linestyle=":")
