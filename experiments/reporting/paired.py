"""Arm minus control, replication by replication: same customers, same luck, only the plan differs."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pandas as pd

from experiments.inference.bootstrap import bootstrap_t, simultaneous
from experiments.inference.intervals import F64, Interval, fieller, holm, paired_t
from experiments.results import AGAINST, ALL, OWED, SUMS, MetricInfo, StudyResult
from sim.errors import ParameterError

VALUE = "value"  # profit within the horizon plus expected margin beyond it: what plans are ranked by
ROI = "roi"
COMPARED = (
    "retention",
    "loyalty",
    "satisfaction",
    "trust",
    "purchases",
    "revenue",
    "cost",
    "profit",
    "value_beyond",
    VALUE,
)
_NONE = Interval(math.nan)
_COLUMNS = (
    "arm", "metric", "mean", "standard_error", "low", "high", "p_value", "p_holm", "low_t", "high_t", "low_joint",
    "high_joint", "p_joint", "replications",
)  # fmt: skip


def about(result: StudyResult, metric: str) -> MetricInfo:
    """What a metric is, the derived ones included."""
    money = result.info("profit").unit or f"{result.currency} per customer"
    derived = {
        VALUE: MetricInfo(VALUE, money, +1, "Value"),
        ROI: MetricInfo(ROI, "share", +1, "ROI"),
    }
    return derived.get(metric) or result.info(metric)


def compared(result: StudyResult) -> tuple[str, ...]:
    """The metrics of the comparison that this study holds, in the order of the tables."""
    held = {str(name) for name in result.outcomes["metric"].unique()} | {VALUE}
    return tuple(metric for metric in COMPARED if metric in held)


def cost_lines(result: StudyResult) -> tuple[str, ...]:
    """The metrics that break the cost down, `cost: NAME`; what points still owe comes last."""
    names = [str(name) for name in result.outcomes["metric"].unique() if str(name).startswith("cost: ")]
    return tuple(sorted(names, key=lambda name: (name == f"cost: {OWED}", name)))


@lru_cache(maxsize=16)
def by_replication(result: StudyResult, segment: str = ALL) -> pd.DataFrame:
    """Outcomes side by side: rows (metric, replicate), one column per arm, `value` added.

    A cost line or a count that an arm does not hold is 0 there: nothing was spent on it, nobody was counted.
    """
    rows = result.outcomes[result.outcomes["segment"] == segment]
    wide = rows.pivot_table(index=["metric", "replicate"], columns="arm", values="value", aggfunc="first", dropna=False)
    wide = wide.astype(float).reindex(columns=list(result.arms))
    held = wide.index.get_level_values("metric")
    summed = held.astype(str).str.startswith(SUMS)
    wide[summed] = wide[summed].fillna(0.0)
    parts = [wide.xs(name, level="metric") for name in ("profit", "value_beyond") if name in held]
    if not parts:
        return wide
    value = pd.concat({VALUE: sum(parts[1:], parts[0])}, names=["metric"])
    return pd.concat([wide, value])


def outcome(result: StudyResult, metric: str, segment: str = ALL) -> pd.DataFrame:
    """One metric: rows are replications, columns are arms; no rows if the study does not hold it."""
    wide = by_replication(result, segment)
    if metric not in wide.index.get_level_values("metric"):
        return wide.iloc[:0].droplevel("metric")
    return wide.loc[[metric]].droplevel("metric")


def difference(result: StudyResult, metric: str, arm: str, against: str | None = None, segment: str = ALL) -> F64:
    """Arm minus control (or another arm) in each replication [R]."""
    wide = outcome(result, metric, segment)
    return (wide[arm] - wide[against or result.control]).to_numpy(dtype=float)


def fates(result: StudyResult) -> pd.DataFrame:
    """Customers by arm, replicate and fate over all segments, whether the study holds "all" or only its segments."""
    everybody = result.fates[result.fates["segment"] == ALL]
    return result.fates if everybody.empty else everybody


def twins(result: StudyResult, against: str | None = None) -> frozenset[str]:
    """Arms that equal the control (or another arm) in every outcome of every replication, as a placebo must."""
    wide, base = by_replication(result), against or result.control
    wide = wide[~wide.index.get_level_values("metric").astype(str).str.startswith(AGAINST)]
    others = [arm for arm in result.arms if arm != base] if result.plans else []
    return frozenset(arm for arm in others if wide[arm].equals(wide[base]))


@lru_cache(maxsize=32)
def weekly(result: StudyResult, metric: str, arm: str) -> F64:
    """One metric of one arm over all customers: [R, W + 1], replications by weeks; no rows if it is not held."""
    rows = result.weeks.rows(metric, arm, ALL)
    wide = rows.pivot(index="replicate", columns="week", values="value").sort_index()
    values: F64 = wide.reindex(columns=range(result.weeks.last + 1)).to_numpy(dtype=float)
    values.flags.writeable = False
    return values


def return_on_cost(result: StudyResult, arm: str, segment: str = ALL, gain: str = "profit") -> Interval:
    """ROI = (extra margin - extra cost) / extra cost, arm minus control, with Fieller's interval.

    Profit is margin minus cost, so the numerator is the extra profit. NaN when the plan costs nothing extra, or less
    than the control: there is then no outlay to earn a return on.

    Args:
        result: the study.
        arm: the plan.
        segment: of which customers.
        gain: "profit" within the horizon, or `VALUE`, which adds what is expected beyond it.
    """
    held = outcome(result, gain, segment), outcome(result, "cost", segment)
    if any(frame.empty for frame in held):
        return Interval(np.nan, count=0)
    top, bottom = difference(result, gain, arm, segment=segment), difference(result, "cost", arm, segment=segment)
    kept = np.isfinite(top) & np.isfinite(bottom)
    if not kept.any() or bottom[kept].mean() <= 0:
        return Interval(np.nan, count=int(kept.sum()))
    return fieller(top[kept], bottom[kept])


@lru_cache(maxsize=32)
def differences(result: StudyResult, segment: str = ALL, against: str | None = None) -> pd.DataFrame:
    """All paired differences against the control, or against another arm; do not change the frame.

    Args:
        result: the study.
        segment: of which customers.
        against: the arm that all others are compared with; the control if none is given.

    Returns:
        arm, metric, mean, standard_error, low, high (95%, Student's t), p_value, p_holm, low_t, high_t (bootstrap-t),
        low_joint, high_joint, p_joint (hold for all arms of a metric at once), replications. `p_holm` is corrected
        across the arms of a metric; an arm that equals the other exactly asks no question and is not counted. `roi`
        comes last, with Fieller's interval and no p-value; it is against the control only.

    Raises:
        ParameterError: the study has no such arm or segment.
    """
    base = _known(result, against, segment)
    others = [arm for arm in result.arms if arm != base] if result.plans else []
    exact = twins(result, base)
    rows: list[dict[str, object]] = []
    for metric in (*compared(result), "churn"):
        if outcome(result, metric, segment).empty:
            continue
        rows += _rows(
            metric, {arm: difference(result, metric, arm, against=base, segment=segment) for arm in others}, exact
        )
    if base == result.control:
        rows += [_row(arm, ROI, return_on_cost(result, arm, segment)) for arm in others]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def intervals(long: pd.DataFrame, metric: str) -> dict[str, Interval]:
    """One metric of `differences` as arm -> interval."""
    rows = long[long["metric"] == metric]
    fields = ["mean", "standard_error", "low", "high", "p_value", "replications"]
    numbers = rows[fields].to_numpy(dtype=float)
    return {
        str(arm): Interval(mean, error, low, high, p_value, int(count))
        for arm, (mean, error, low, high, p_value, count) in zip(rows["arm"], numbers.tolist(), strict=True)
    }


def _known(result: StudyResult, against: str | None, segment: str) -> str:
    """The arm that others are compared with."""
    base = against or result.control
    if base not in result.arms and against:
        raise ParameterError(f"'{base}' is no arm of this study: compare versus one of {', '.join(result.arms)}.")
    if segment not in (ALL, *result.segments):
        raise ParameterError(
            f"'{segment}' is no segment of this study: choose one of {', '.join((ALL, *result.segments))}."
        )
    return base


def _rows(metric: str, found: dict[str, F64], exact: frozenset[str]) -> list[dict[str, object]]:
    """The lines of one metric: each arm's differences [R] by themselves, and those of all arms at once."""
    lines = {arm: paired_t(gaps) for arm, gaps in found.items()}
    asking = [arm for arm in found if arm not in exact]
    asked = np.array([lines[arm].p_value if arm in asking else np.nan for arm in found], dtype=float)
    together = np.column_stack([found[arm] for arm in asking]) if asking else np.empty((0, 0))
    together = together[np.isfinite(together).all(axis=1)]
    joint = dict(zip(asking, simultaneous(together), strict=True)) if asking and len(together) > 1 else {}
    return [
        _row(arm, metric, lines[arm], bootstrap_t(gaps), joint.get(arm, Interval(lines[arm].mean)), p)
        for (arm, gaps), p in zip(found.items(), holm(asked).tolist(), strict=True)
    ]


def _row(
    arm: str, metric: str, own: Interval, boot: Interval = _NONE, joint: Interval = _NONE, p_holm: float = math.nan
) -> dict[str, object]:
    numbers = (own.mean, own.standard_error, own.low, own.high, own.p_value, p_holm)
    more = (boot.low, boot.high, joint.low, joint.high, joint.p_value, own.count)
    return dict(zip(_COLUMNS, (arm, metric, *numbers, *more), strict=True))
