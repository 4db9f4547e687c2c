"""One customer's life as a picture: expectation against quality lived, what it did to the mind, and what happened."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.reporting.figure_style import INK, QUIET, Look, figure, looks, mark_quarters, name_lines
from experiments.reporting.life_stories import Story, left_in, stories
from experiments.reporting.wording import plain
from experiments.results import StudyResult

_STATES = (("satisfaction", "Satisfaction"), ("trust", "Trust"), ("valence", "Feeling (valence)"))
_KEY = "dot: quality lived  ·  line: expectation"
_MARKS_KEY = "tick: purchase  ·  triangle: reached by the plan  ·  cross: left"


def story_figures(result: StudyResult) -> dict[str, Figure]:
    """One figure per story: story_1, story_2, ..."""
    return {f"story_{place}": _draw(result, story) for place, story in enumerate(stories(result), start=1)}


def _draw(result: StudyResult, story: Story) -> Figure:
    style = looks(result)
    strip = 0.35 + 0.3 * len(story.lives)
    made = figure(5.4 + 0.2 * len(story.lives))
    made.suptitle(story.title, x=0.01, ha="left", fontsize=10.5, color=QUIET, gid="title")
    first, *panels, marks = made.subplots(5, 1, sharex=True, height_ratios=[1.7, 1, 1, 1, strip])
    for arm, life in story.lives.items():
        look = style[arm]
        _line(first, life, "expectation", look)
        met = life[life["quality"].notna()]
        first.plot(met["week"], met["quality"], "o", color=look.color, markersize=3.6, markeredgewidth=0, alpha=0.75)
        for axes, (state, _) in zip(panels, _STATES, strict=True):
            _line(axes, life, state, look)
    _head(first, "Expectation and quality lived", _KEY)
    for axes, (_, label) in zip(panels, _STATES, strict=True):
        _head(axes, label)
    last_week = result.weeks.last
    first.set_xlim(-0.5, last_week + 0.5)
    mark_quarters(marks, last_week)
    name_lines(first, {arm: float(life["expectation"].iloc[-1]) for arm, life in story.lives.items()}, result, 0.02)
    _events(marks, story, style)
    return made


def _line(axes: Axes, life: pd.DataFrame, state: str, look: Look) -> None:
    axes.plot(life["week"], life[state], color=look.color, linestyle=look.dash)
    if left_in(life) is not None:
        axes.plot(life["week"].iloc[-1], life[state].iloc[-1], "x", color=look.color, markersize=6, markeredgewidth=2)


def _head(axes: Axes, label: str, key: str = "") -> None:
    axes.text(0, 1.04, label, transform=axes.transAxes, va="bottom", fontsize=9, fontweight="bold", color=INK)
    axes.text(1, 1.04, key, transform=axes.transAxes, va="bottom", ha="right", fontsize=8, color=QUIET)
    axes.yaxis.set_major_locator(MaxNLocator(4 if key else 3))


def _events(axes: Axes, story: Story, style: dict[str, Look]) -> None:
    """A row per arm with marks for purchases, treatments and leaving."""
    for row, (arm, life) in enumerate(story.lives.items()):
        color = style[arm].color
        weeks = life["week"].to_numpy()
        bought = weeks[life["bought"].to_numpy(dtype=float) > 0]
        treated = weeks[life["treated"].to_numpy(dtype=bool)]
        axes.plot(bought, np.full(len(bought), row), "|", color=color, markersize=9, markeredgewidth=1.6)
        axes.plot(treated, np.full(len(treated), row + 0.36), "^", color=color, markersize=4, markeredgewidth=0)
        week = left_in(life)
        if week is not None:
            axes.plot(week, row, "x", color=color, markersize=7, markeredgewidth=2.2)
    _head(axes, "What happened", _MARKS_KEY)
    axes.set_yticks(range(len(story.lives)), [plain(arm) for arm in story.lives])
    axes.tick_params(axis="y", labelcolor=INK, labelsize=8)
    axes.set_ylim(len(story.lives) - 0.35, -0.5)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("week")
