"""One metric at a time, for notebooks: its course over the weeks, and each arm's difference from another."""

from __future__ import annotations

import math

from matplotlib.figure import Figure

from experiments.reporting.curves import course
from experiments.reporting.figure_style import INK, QUIET, figure, house_style, looks, settle
from experiments.reporting.paired import about, differences, intervals
from experiments.reporting.wording import named, plain, scale_of, unit_of
from experiments.results import StudyResult
from sim.errors import ParameterError


def weeks_figure(result: StudyResult, metric: str) -> Figure:
    """A line per arm over the weeks with the 95% band of its mean over replications.

    Raises:
        ParameterError: the study does not hold the metric by week; names those it does.
    """
    with house_style(result.arms):
        made = figure(3.4)
        course(made.subplots(), result, metric)
        settle(made)
        return made


def effects_figure(result: StudyResult, metric: str, segment: str, versus: str) -> Figure:
    """Each arm's difference: dot, its own 95% interval, and thinner the interval that holds for all arms at once.

    Raises:
        ParameterError: the comparison does not hold the metric; names those it does.
    """
    long = differences(result, segment, versus)
    if metric not in set(long["metric"]):
        raise ParameterError(
            f"'{metric}' is not compared: choose one of {', '.join(map(str, long['metric'].unique()))}."
        )
    info, alone = about(result, metric), intervals(long, metric)
    rows = long[long["metric"] == metric]
    joint = dict(zip(rows["arm"], rows[["low_joint", "high_joint"]].to_numpy(dtype=float).tolist(), strict=True))
    scale, style = scale_of(info), looks(result)
    with house_style(result.arms):
        made = figure(1.1 + 0.4 * len(alone))
        axes = made.subplots()
        for place, (arm, line) in enumerate(alone.items()):
            color = style[arm].color
            for (low, high), width in ((joint[arm], 1.2), ((line.low, line.high), 3.5)):
                if math.isfinite(low) and math.isfinite(high):
                    axes.plot([low * scale, high * scale], [place, place], color=color, linewidth=width)
            axes.plot(line.mean * scale, place, "o", color=color, markersize=6)
        axes.axvline(0.0, color=QUIET, linewidth=0.8)
        axes.set_yticks(range(len(alone)), [plain(arm) for arm in alone])
        axes.tick_params(axis="y", labelcolor=INK)
        axes.set_ylim(len(alone) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        axes.set_title(f"{info.label}: difference from {named(versus)}")
        unit = unit_of(info) or "units of the metric"
        axes.set_xlabel(f"{unit}; thick: 95% interval of each arm, thin: of all arms at once")
        settle(made)
        return made
