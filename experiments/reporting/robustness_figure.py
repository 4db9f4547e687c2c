"""Figures of a robustness study: what each plan loses, and what it brings under each theory and scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from experiments.inference.intervals import F64
from experiments.reporting.figure_style import CONTROL, INK, PALETTE, QUIET, figure, house_style, settle
from experiments.reporting.wording import number

_COLORS = LinearSegmentedColormap.from_list("worse and better", [PALETTE[1], "#ffffff", PALETTE[0]])


def regret_boxes(plans: Sequence[str], lost: F64, worst: Sequence[float], mean: Sequence[float], unit: str) -> Figure:
    """Regret of each plan over the ensemble, the first plan at the top.

    Args:
        plans: their names, the control's last.
        lost: regret in every draw of every setting [draws, S, A].
        worst: the largest of each.
        mean: the expected one of each.
        unit: of regret.
    """
    with house_style(plans):
        made = figure(1.2 + 0.42 * len(plans))
        axes = made.subplots()
        for row, name in enumerate(plans):
            color = CONTROL if name == plans[-1] else PALETTE[row % len(PALETTE)]
            low, quarter, middle, three, high = np.quantile(lost[:, :, row], [0.05, 0.25, 0.5, 0.75, 0.95])
            axes.plot([low, high], [row, row], color=color, lw=1.2)
            axes.barh(row, three - quarter, 0.5, quarter, color=color, alpha=0.35, linewidth=0)
            axes.plot([middle, middle], [row - 0.25, row + 0.25], color=color, lw=2)
            axes.plot(mean[row], row, "o", color="white", markeredgecolor=INK, ms=5, zorder=3)
            axes.plot(worst[row], row, "|", color=color, ms=9, mew=2)
        axes.set_yticks(range(len(plans)), list(plans))
        axes.set_ylim(len(plans) - 0.5, -0.5)
        axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(unit)
        axes.set_title("Lost against the plan that is best in the setting")
        settle(made)
        return made


def effect_maps(plans: Sequence[str], effects: Mapping[str, Mapping[str, F64]], unit: str, better: int) -> Figure:
    """What each plan brings beyond the control, by theory and by scenario, in panels with one scale of colour.

    Args:
        plans: names of the rows.
        effects: panel -> name of the column -> mean differences [A].
        unit: of the differences.
        better: +1 if more is better, -1 if less is.
    """
    widest = max((float(np.abs(column).max()) for panel in effects.values() for column in panel.values()), default=0.0)
    words = [*plans, *(name for panel in effects.values() for name in panel)]
    with house_style(words):
        made = figure(1.4 + 0.42 * len(plans))
        panels = made.subplots(1, len(effects), squeeze=False, width_ratios=[len(panel) for panel in effects.values()])
        for place, (axes, (title, columns)) in enumerate(zip(panels[0], effects.items(), strict=True)):
            _heat(axes, columns, (widest or 1.0) * better)
            axes.set_yticks(range(len(plans)), list(plans) if place == 0 else [""] * len(plans))
            axes.set_title(f"{title}, {unit}" if place == 0 else title)
        settle(made)
        return made


def _heat(axes: Axes, columns: Mapping[str, F64], widest: float) -> None:
    held = np.column_stack(list(columns.values()))
    digits, reach = 0 if abs(widest) >= 100 else 1, 1.25 * abs(widest)
    axes.imshow(held * np.sign(widest), cmap=_COLORS, vmin=-reach, vmax=reach, aspect="auto")
    for (row, column), value in np.ndenumerate(held):
        text = number(float(value), digits).replace("-", "\u2212")
        axes.text(column, row, text, ha="center", va="center", color=INK, fontsize=9)
    axes.set_xticks(range(held.shape[1]), [name.replace(" ", "\n", 1) for name in columns], color=QUIET)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
