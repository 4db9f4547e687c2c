"""Heat map of what plays do to each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.inference.intervals import F64
from experiments.reporting.figure_style import INK, PALETTE, QUIET, figure, house_style, settle
from experiments.reporting.wording import number

_COLORS = LinearSegmentedColormap.from_list("help and eat", [PALETTE[1], "#ffffff", PALETTE[0]])


def heat_map(plays: Sequence[str], alone: F64, joint: F64, marks: NDArray[np.object_], unit: str) -> Figure:
    """The lower triangle of interactions, with single effects on the diagonal.

    Args:
        plays: names of the plays [P].
        alone: effect of each alone [P].
        joint: interaction of each pair, below the diagonal [P, P].
        marks: what stands behind an interaction [P, P].
        unit: of both.
    """
    size = len(plays)
    widest = float(np.nanmax(np.abs(joint))) or 1.0
    digits = 0 if max(widest, float(np.abs(alone).max())) >= 100 else 1
    with house_style(plays):
        made = figure(1.3 + 0.62 * size)
        axes = made.subplots()
        axes.imshow(np.ma.masked_invalid(joint), cmap=_COLORS, vmin=-1.25 * widest, vmax=1.25 * widest, aspect="auto")
        for row in range(size):
            axes.text(row, row, _signed(alone[row], digits), ha="center", va="center", color=QUIET, fontsize=8.5)
            for column in range(row):
                words = f"{_signed(joint[row, column], digits)} {marks[row, column]}".rstrip()
                axes.text(column, row, words, ha="center", va="center", color=INK, fontsize=9)
        axes.set_xticks(range(size), [play.replace(" ", "\n", 1) for play in plays])
        axes.set_yticks(range(size), list(plays))
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.tick_params(length=0)
        axes.set_title(f"Beyond the sum of both, value, {unit}")
        settle(made)
        return made


def _signed(value: float, digits: int) -> str:
    """A number with a proper minus, as the axes of other figures have it."""
    return number(float(value), digits).replace("-", "\u2212")
