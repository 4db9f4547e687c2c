"""Estimates around the truth, a row per design."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from experiments.inference.intervals import F64
from experiments.reporting.figure_style import INK, PALETTE, QUIET, figure, house_style, settle


def clouds(designs: Sequence[tuple[str, F64, F64]], label: str) -> Figure:
    """Each design's estimates [R] as dots, their mean as a bar, the mean of its truths [R] as a diamond."""
    with house_style(title for title, *_ in designs):
        made = figure(1.0 + 0.52 * len(designs))
        axes = made.subplots()
        for place, (_, estimates, truths) in enumerate(designs):
            if not len(estimates):
                axes.text(0, -place, "nobody to compare", color=QUIET, fontsize=8, va="center", ha="center")
                continue
            ranks = np.argsort(np.argsort(estimates, kind="stable"), kind="stable")
            heights = -place + 0.5 * ((ranks * 0.618034) % 1 - 0.5)  # spread evenly, the same each time
            axes.plot(estimates, heights, "o", color=PALETTE[0], alpha=0.45, markersize=3.2, markeredgewidth=0)
            mean = float(estimates.mean())
            axes.plot([mean, mean], [-place - 0.33, -place + 0.33], color=PALETTE[0], linewidth=2.2)
            axes.plot(
                [float(truths.mean())],
                [-place],
                "D",
                color=PALETTE[1],
                markersize=6.5,
                markeredgecolor="white",
                zorder=5,
            )
        axes.axvline(0, color=INK, linewidth=0.7, zorder=1)
        axes.set_yticks([-place for place in range(len(designs))], [title for title, *_ in designs])
        axes.set_ylim(0.55 - len(designs), 0.6)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(label)
        axes.text(
            1, 1.01, "● estimates  ┃ their mean", transform=axes.transAxes, color=PALETTE[0], fontsize=8, ha="right"
        )
        axes.text(0.68, 1.01, "◆ truth", transform=axes.transAxes, color=PALETTE[1], fontsize=8, ha="right")
        settle(made)
        return made
