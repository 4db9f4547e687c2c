"""Profit and loss of each plan against the control: what it brought, what it cost, when it paid for itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from experiments.inference.intervals import F64, Interval, paired_t
from experiments.reporting.paired import (
    VALUE,
    about,
    by_replication,
    cost_lines,
    difference,
    outcome,
    return_on_cost,
    twins,
    weekly,
)
from experiments.reporting.wording import NONE, bounds, count_of, is_nil, number, places, plain, scale_of
from experiments.results import ALL, MetricInfo, StudyResult

NEVER = "not within the horizon"


@dataclass(frozen=True)
class Payback:
    """When a plan has paid for itself.

    Args:
        week: first week from which the mean cumulative discounted gain in profit stays above zero; None: none of them.
        paid: replications that have such a week.
        runs: replications.
        early: the earliest of their weeks; None without any.
        late: the latest of them.
        beyond: whether the mean gain is above zero once the value beyond the horizon is added.
        moot: whether there is nothing to pay back: profit never differs from the control's.
    """

    week: int | None
    paid: int
    runs: int
    early: int | None
    late: int | None
    beyond: bool
    moot: bool

    @property
    def short(self) -> str:
        """For a table: "week 23", or why there is none."""
        if self.moot:
            return NONE
        return NEVER if self.week is None else f"week {self.week}"

    @property
    def note(self) -> str:
        """What else there is to say: how replications agree, and whether value beyond the horizon would do it."""
        if self.moot:
            return ""
        parts = []
        if self.runs > 1 and self.paid:
            between = f"week {self.early}" if self.early == self.late else f"weeks {self.early} to {self.late}"
            parts.append(f"in {self.paid} of {count_of(self.runs, 'replication')}, {between}")
        if self.week is None:
            parts.append("with the value beyond it: yes" if self.beyond else "nor with the value beyond it")
        return "; ".join(parts)


@dataclass(frozen=True)
class Cell:
    """One plan's figure in a line: text, interval in words, and better, worse or open."""

    text: str
    note: str = ""
    verdict: str = "open"


@dataclass(frozen=True)
class Line:
    """One line of the statement; `kind` is "entry", "part" (of the line it belongs to), "sum" or "key" figure."""

    label: str
    kind: str
    cells: tuple[Cell, ...]


def gained(result: StudyResult, arm: str) -> F64:
    """Cumulative profit per initial customer [R, W + 1], discounted if the study says so.

    Less the control's, if there is one to compare with.
    """
    metric = "discounted_profit" if result.weeks.holds("discounted_profit") else "profit"

    def cumulative(name: str) -> F64:
        customers = outcome(result, "customers")[name].to_numpy(dtype=float)[:, None]
        total: F64 = weekly(result, metric, name).cumsum(axis=1) / customers
        return total

    return cumulative(arm) - cumulative(result.control) if result.plans else cumulative(arm)


def payback(result: StudyResult, arm: str) -> Payback:
    """When the plan has paid for itself: the week from which what it brought stays above what it cost."""
    if not result.weeks.holds("profit", ALL):
        return Payback(None, 0, 0, None, None, beyond=False, moot=True)
    curves = gained(result, arm)
    each = [week for week in map(lasting_gain, curves) if week is not None]
    value = difference(result, VALUE, arm)
    return Payback(
        week=lasting_gain(curves.mean(axis=0)),
        paid=len(each),
        runs=len(curves),
        early=min(each, default=None),
        late=max(each, default=None),
        beyond=bool(value.mean() > 0),
        moot=not curves.any(),
    )


def lasting_gain(curve: F64) -> int | None:
    """First week of a curve [W + 1] from which it stays above zero; None if it ends at or below zero.

    Example:
        >>> lasting_gain(np.array([0.0, -2.0, 1.0, -1.0, 0.5, 2.0]))
        4
    """
    week = int(np.flatnonzero(curve <= 0)[-1]) + 1 if (curve <= 0).any() else 0
    return week if week < len(curve) else None


def break_even(result: StudyResult, arm: str, segment: str = ALL, beyond: bool = True) -> Interval:
    """The largest extra cost at which the plan would not lose money: the extra gross margin it brings.

    Args:
        result: the study.
        arm: the plan.
        segment: of which customers.
        beyond: whether margin expected beyond the horizon counts.
    """
    names = (VALUE if beyond else "profit", "cost")
    if any(outcome(result, name, segment).empty for name in names):
        return Interval(math.nan, count=0)
    gain, cost = (difference(result, name, arm, segment=segment) for name in names)
    return paired_t(gain + cost)


def statement(result: StudyResult, segment: str = ALL) -> list[Line]:
    """The profit and loss of every plan against the control, line by line; lines that no arm has are left out."""
    if not result.plans or outcome(result, "profit", segment).empty:
        return []
    return [*_flows(result, segment), *_key_figures(result, segment)]


def spent_lines(result: StudyResult) -> list[tuple[str, str, str]]:
    """Plan, cost line, extra cost with its half-width; only plans that book under more than one line."""
    found = []
    for arm in result.plans:
        lines = {name: difference(result, name, arm) for name in cost_lines(result)}
        lines = {name: extra for name, extra in lines.items() if extra.any()}
        if len(lines) > 1:
            found += [(plain(arm), _line_name(name), _with_noise(paired_t(extra))) for name, extra in lines.items()]
    return found


def pays_back(result: StudyResult, arm: str) -> str:
    """One sentence's worth: when the plan has paid for itself; "" where there is nothing to say."""
    found = payback(result, arm)
    if found.moot:
        return ""
    if found.week is None:
        return "it does not pay for itself within the horizon"
    runs = f" (in {found.paid} of {count_of(found.runs, 'replication')})" if found.runs > 1 else ""
    return f"it has paid for itself from week {found.week} on{runs}"


def _flows(result: StudyResult, segment: str) -> Iterator[Line]:
    """Revenue to value, as differences."""

    def extra(metric: str) -> dict[str, Interval]:
        return {arm: paired_t(difference(result, metric, arm, segment=segment)) for arm in result.plans}

    def line(metric: str, label: str, kind: str, better: int = 0) -> Iterator[Line]:
        if _held(result, metric, segment):
            yield _priced(result, label, kind, extra(metric), better)

    yield from line("revenue", "Revenue", "entry", +1)
    yield from line("discounts", "given up by lower prices", "part")
    yield from line("premiums", "brought by higher prices", "part")
    yield from line("margin", "Gross margin", "entry", +1)
    yield from line("cost", "Cost", "entry", -1)
    for name in cost_lines(result):
        yield from line(name, _line_name(name), "part")
    yield from line("profit", "Profit within the horizon", "sum", +1)
    yield from line("value_beyond", "Value beyond the horizon", "entry", +1)
    yield from line(VALUE, "Incremental lifetime value", "sum", +1)


def _key_figures(result: StudyResult, segment: str) -> Iterator[Line]:
    percent = MetricInfo("roi", "share", +1, "ROI")
    for gain, label in (("profit", "ROI within the horizon"), (VALUE, "ROI, value beyond it included")):
        ratios = {arm: return_on_cost(result, arm, segment, gain) for arm in result.plans}
        yield _priced(result, f"{label}, %", "key", ratios, +1, percent)
    if segment == ALL:
        found = {arm: payback(result, arm) for arm in result.plans}
        yield Line("Payback", "key", tuple(Cell(one.short, one.note) for one in found.values()))
    for beyond, label in (
        (False, "Break-even budget within the horizon"),
        (True, "Break-even budget, value beyond it included"),
    ):
        limits = {arm: break_even(result, arm, segment, beyond) for arm in result.plans}
        yield _priced(result, label, "key", limits, 0)
    if not (used := outcome(result, "budget_use")).empty and segment == ALL:
        shares = [float(used[arm].mean()) if used[arm].notna().any() else math.nan for arm in result.plans]
        cells = [Cell(NONE, "no budget set") if math.isnan(share) else Cell(f"{share:.0%}") for share in shares]
        yield Line("Budget used", "key", tuple(cells))


def _priced(
    result: StudyResult, label: str, kind: str, lines: Mapping[str, Interval], better: int,
    info: MetricInfo | None = None,
) -> Line:  # fmt: skip
    info = info or about(result, "profit")
    scale, exact = scale_of(info), twins(result)
    digits = places(lines.values(), scale)
    cells = []
    for arm, line in lines.items():
        text = number(line.mean * scale, digits)
        inside = "" if arm in exact else bounds(line, info, digits)
        verdict = {1: "better", -1: "worse"}.get(line.sign * better, "open")
        shown = "" if inside in (NONE, "exactly 0") else inside
        cells.append(Cell(text, shown, "open" if is_nil(text) else verdict))
    return Line(label, kind, tuple(cells))


def _with_noise(line: Interval) -> str:
    """Mean and half-width of an interval."""
    digits = places([line])
    half = (line.high - line.low) / 2
    noise = f" ± {number(half, digits, signed=False)}" if math.isfinite(half) and half > 0 else ""
    return number(line.mean, digits) + noise


def _held(result: StudyResult, metric: str, segment: str) -> bool:
    """Whether a metric is held at all, and if it is a part of another, whether anybody has it."""
    wide = by_replication(result, segment)
    if metric not in wide.index.get_level_values("metric"):
        return False
    part = metric.startswith("cost: ") or metric in ("discounts", "premiums")
    return not part or bool(wide.loc[[metric]].fillna(0).to_numpy().any())


def _line_name(metric: str) -> str:
    return plain(metric.removeprefix("cost: "))
