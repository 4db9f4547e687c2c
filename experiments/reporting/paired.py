"""Arm minus control, replication by replication: same customers, same luck, only the plan differs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from experiments.inference.intervals import F64, Interval, fieller, holm, paired_t
from experiments.results import AGAINST, ALL, OWED, SUMS, MetricInfo, StudyResult

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


def twins(result: StudyResult) -> frozenset[str]:
    """Arms that equal the control in every outcome of every replication, as a placebo must."""
    wide = by_replication(result)
    wide = wide[~wide.index.get_level_values("metric").astype(str).str.startswith(AGAINST)]
    return frozenset(arm for arm in result.plans if wide[arm].equals(wide[result.control]))


def weekly(result: StudyResult, metric: str, arm: str) -> F64:
    """One metric of one arm over all customers: [R, W + 1], replications by weeks; no rows if it is not held."""
    everybody = _everybody(result)
    held = (everybody.index.get_level_values("metric") == metric) & (everybody.index.get_level_values("arm") == arm)
    return everybody[held].to_numpy(dtype=float)


@lru_cache(maxsize=4)
def _everybody(result: StudyResult) -> pd.DataFrame:
    """All weekly metrics over all customers: rows (metric, arm, replicate), columns weeks."""
    rows = result.weeks[result.weeks["segment"] == ALL]
    return rows.pivot(index=["metric", "arm", "replicate"], columns="week", values="value").sort_index()


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


def differences(result: StudyResult, segment: str = ALL) -> pd.DataFrame:
    """All paired differences against the control.

    Returns:
        arm, metric, mean, standard_error, low, high (95%), p_value, p_holm, replications. `p_holm` is corrected across
        the arms of a metric; an arm that equals the control exactly asks no question and is not counted. `roi` comes
        last, with Fieller's interval and no p-value.
    """
    exact = twins(result)
    rows: list[dict[str, object]] = []
    for metric in (*compared(result), "churn"):
        if outcome(result, metric, segment).empty:
            continue
        found = {arm: paired_t(difference(result, metric, arm, segment=segment)) for arm in result.plans}
        asked = np.array([np.nan if arm in exact else found[arm].p_value for arm in found], dtype=float)
        rows += [_row(arm, metric, found[arm], p) for arm, p in zip(found, holm(asked), strict=True)]
    rows += [_row(arm, ROI, return_on_cost(result, arm, segment), np.nan) for arm in result.plans]
    columns = ["arm", "metric", "mean", "standard_error", "low", "high", "p_value", "p_holm", "replications"]
    return pd.DataFrame(rows, columns=columns)


def intervals(long: pd.DataFrame, metric: str) -> dict[str, Interval]:
    """One metric of `differences` as arm -> interval."""
    rows = long[long["metric"] == metric]
    fields = ["mean", "standard_error", "low", "high", "p_value", "replications"]
    numbers = rows[fields].to_numpy(dtype=float)
    return {
        str(arm): Interval(mean, error, low, high, p_value, int(count))
        for arm, (mean, error, low, high, p_value, count) in zip(rows["arm"], numbers.tolist(), strict=True)
    }


def _row(arm: str, metric: str, interval: Interval, p_holm: float) -> dict[str, object]:
    return {
        "arm": arm,
        "metric": metric,
        "mean": interval.mean,
        "standard_error": interval.standard_error,
        "low": interval.low,
        "high": interval.high,
        "p_value": interval.p_value,
        "p_holm": p_holm,
        "replications": interval.count,
    }
