"""Figures over the weeks: trajectories of the arms, and survival."""

from __future__ import annotations

import warnings

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from scipy.stats import t as student

from experiments.inference.intervals import F64, LEVEL
from experiments.reporting.figure_style import CONTROL, QUIET, figure, looks, mark_quarters, name_lines
from experiments.reporting.paired import twins, weekly
from experiments.reporting.profit_and_loss import gained, payback
from experiments.reporting.wording import named, unit_of
from experiments.results import StudyResult
from sim.errors import ParameterError

_STATES = ("satisfaction", "expectation", "trust", "loyalty")


def trajectories(result: StudyResult) -> Figure:
    """Retention, satisfaction, trust, loyalty and cumulative profit, week by week, with 95% bands of the mean."""
    panels = ["retention", *(name for name in _STATES if _held(result, name))]
    panels += ["profit"] if _held(result, "profit") else []
    rows = (len(panels) + 1) // 2
    made = figure(2.75 * rows)
    grid = made.subplots(rows, 2, squeeze=False).ravel()
    for axes, metric in zip(grid, panels, strict=False):
        _panel(axes, result, metric)
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    if len(panels) % 2 and result.plans:
        note = _how_to_read(result)
        grid[-1].text(0.0, 0.92, note, transform=grid[-1].transAxes, va="top", color=QUIET, fontsize=8.5)
    return made


def survival(result: StudyResult) -> Figure:
    """Share of the customers alive at the fork who are still active, and how far each plan lifts that curve."""
    compared = bool(result.plans)
    made = figure(3.6)
    grid = made.subplots(1, 2 if compared else 1, squeeze=False).ravel()
    curves = {arm: _survivors(result, arm) for arm in result.arms}
    _lines(grid[0], result, curves)
    grid[0].set_ylim(0, 1)
    grid[0].yaxis.set_major_formatter(PercentFormatter(1.0))
    _dress(grid[0], "Still active", "of customers active at the fork")
    if not compared:
        name_lines(grid[0], {arm: float(curve[:, -1].mean()) for arm, curve in curves.items()}, result)
        return made
    gains = {arm: 100 * (curve - curves[result.control]) for arm, curve in curves.items()}
    _lines(grid[1], result, gains)
    _dress(grid[1], f"Still active, gain over {named(result.control)}", "percentage points, paired differences")
    name_lines(grid[1], {arm: float(gain[:, -1].mean()) for arm, gain in gains.items()}, result)
    return made


def course(axes: Axes, result: StudyResult, metric: str) -> None:
    """Draw one weekly metric of all arms; "churn" and "retention" are shares of the customers active at the fork.

    Raises:
        ParameterError: the study does not hold it by week; names those it does.
    """
    if metric in ("retention", "churn"):
        kept = {arm: _survivors(result, arm) for arm in result.arms}
        curves = kept if metric == "retention" else {arm: 1 - curve for arm, curve in kept.items()}
        unit = "of customers active at the fork"
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    else:
        curves = {arm: weekly(result, metric, arm) for arm in result.arms}
        unit = unit_of(result.info(metric))
    if not all(len(curve) for curve in curves.values()):
        held = ["retention", "churn", *(info.name for info in result.metrics if _held(result, info.name))]
        raise ParameterError(f"'{metric}' is not held by week: choose one of {', '.join(held)}.")
    _lines(axes, result, curves)
    _dress(axes, result.info(metric).label, unit)
    name_lines(axes, {arm: float(np.nanmean(curve[:, -1])) for arm, curve in curves.items()}, result)


def _survivors(result: StudyResult, arm: str) -> F64:
    retained = weekly(result, "retained", arm)
    survivors: F64 = retained / np.maximum(retained[:, :1], 1)
    return survivors


def _panel(axes: Axes, result: StudyResult, metric: str) -> None:
    if metric == "retention":
        curves = {arm: _survivors(result, arm) for arm in result.arms}
        title, unit = "Still active", "of customers active at the fork"
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    elif metric == "profit":
        curves = {arm: gained(result, arm) for arm in result.arms}
        discounted = _held(result, "discounted_profit")
        title, unit = (
            "Cumulative profit",
            f"{result.currency} per initial customer, {'' if discounted else 'not '}discounted",
        )
        if result.plans:
            title = f"Cumulative profit, gain over {named(result.control)}"
    else:
        curves = {arm: weekly(result, metric, arm) for arm in result.arms}
        title, unit = result.info(metric).label, f"{result.info(metric).unit}, mean of active customers"
    _lines(axes, result, curves)
    if metric == "profit":
        _mark_payback(axes, result, curves)
    _dress(axes, title, unit)
    name_lines(axes, {arm: float(np.nanmean(curve[:, -1])) for arm, curve in curves.items()}, result)


def _mark_payback(axes: Axes, result: StudyResult, curves: dict[str, F64]) -> None:
    """A ring on the week from which a plan's cumulative gain stays above zero."""
    weeks = np.arange(result.weeks.last + 1)
    for arm in result.plans:
        if (week := payback(result, arm).week) is not None:
            height = float(curves[arm].mean(axis=0)[week])
            axes.plot(weeks[week], height, "o", color=looks(result)[arm].color, markersize=6, markerfacecolor="white")


def _lines(axes: Axes, result: StudyResult, curves: dict[str, F64]) -> None:
    style, exact = looks(result), twins(result)
    weeks = np.arange(result.weeks.last + 1)
    # The control is drawn last but one so that a plan's band never hides it.
    for arm in sorted(curves, key=lambda name: (name in exact, name == result.control)):
        mean, half = _band(curves[arm])
        axes.plot(weeks, mean, color=style[arm].color, linestyle=style[arm].dash, linewidth=style[arm].width)
        if np.isfinite(half).any():
            axes.fill_between(weeks, mean - half, mean + half, color=style[arm].color, alpha=0.15, linewidth=0)
    axes.set_xlim(weeks[0], max(weeks[-1], weeks[0] + 1))
    mark_quarters(axes, int(weeks[-1]))
    axes.yaxis.set_major_locator(MaxNLocator(5))


def _band(curve: F64) -> tuple[F64, F64]:
    """Mean and half-width of the 95% interval over replications, [W + 1] each; NaN half-width for one replication."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a week in which nobody is active has no mean
        mean: F64 = np.nanmean(curve, axis=0)
        count = np.isfinite(curve).sum(axis=0)
        error = np.nanstd(curve, axis=0, ddof=1) / np.sqrt(count)
    if len(curve) < 2:
        return mean, np.full_like(mean, np.nan)
    half: F64 = student.ppf(0.5 + LEVEL / 2, np.maximum(count - 1, 1)) * error
    return mean, half


def _dress(axes: Axes, title: str, unit: str) -> None:
    axes.set_title(title, pad=16)
    axes.text(0, 1.025, unit, transform=axes.transAxes, color=QUIET, fontsize=8.5, va="bottom")
    axes.set_xlabel("week")
    if axes.get_ylim()[0] < 0 < axes.get_ylim()[1]:
        axes.axhline(0, color=CONTROL, linewidth=0.7, zorder=1)


def _how_to_read(result: StudyResult) -> str:
    if result.replications < 2:
        return "One replication: no bands."
    return (
        f"Lines: mean of {result.replications} replications.\n"
        "Bands: 95% interval of that mean.\n\n"
        "The arms share their luck: bands of levels may\n"
        "overlap where the difference is clear. Judge\n"
        "by the paired differences, not by overlap.\n\n"
        "Feelings are means of those still active:\n"
        "keeping unhappy customers lowers them."
    )


def _held(result: StudyResult, metric: str) -> bool:
    return result.weeks.holds(metric)
