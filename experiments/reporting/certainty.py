"""How sure, said in several ways, and how large: all plans at once, every plan against every other, by segment."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from experiments.inference.bootstrap import simultaneous
from experiments.inference.effects import cohen_h, needed_in_words, needed_to_treat, standardised
from experiments.inference.intervals import RESAMPLES, Interval, chance_best, paired_t
from experiments.inference.selection import expected_regret
from experiments.reporting.paired import VALUE, about, difference, differences, intervals, outcome, twins
from experiments.reporting.sheet import Cell, Table
from experiments.reporting.sheet import difference as shown
from experiments.reporting.wording import bounds, named, number, places, plain, scale_of, unit_of
from experiments.results import ALL, StudyResult

_ASKED = (VALUE, "profit", "retention")  # what the tables are about
CHANCES_NOTE = (
    "Highest mean: in how many bootstrap resamples of the replications an arm has the highest mean value. It holds "
    "Monte Carlo noise only and tends to 100% for one arm as replications grow, right or wrong, so it is no "
    "probability of being best: for that the assumed sizes have to be uncertain too (experiment=robustness). Regret: "
    "by how much, in the mean resample, the best arm beats this one."
)


def certainty_tables(result: StudyResult) -> list[Table]:
    """The tables of the section "How sure, and how large"; none without something to compare."""
    if result.replications < 2 or not set(result.plans) - twins(result):
        return []
    tables = [_ways(result), _chances(result), _each_other(result), _by_segment(result)]
    return [table for table in tables if table is not None]


SURE_HEADS = ("plan", "value", "all plans at once", "p (Holm)", "highest mean", "regret")


def sure_lines(result: StudyResult) -> list[tuple[str, ...]]:
    """For the terminal, under `SURE_HEADS`: each plan's gain in value, how sure for all at once, and how close."""
    values = _values(result) if result.plans and result.replications > 1 else None
    if values is None or len(values.columns) < 2:
        return []
    long, info = differences(result), about(result, VALUE)
    lines, close = intervals(long, VALUE), dict(zip(values.columns, zip(*_closeness(values), strict=True), strict=True))
    digits = places([*lines.values(), *(Interval(lost) for _, lost in close.values())])
    rows: list[tuple[str, ...]] = []
    for arm in (arm for arm in result.plans if arm in close):
        one = long[(long["metric"] == VALUE) & (long["arm"] == arm)].iloc[0]
        joint = bounds(_bounded(lines[arm], one, "_joint"), info, digits)
        share, lost = close[arm]
        said = (number(lines[arm].mean, digits), joint, _chance(one["p_holm"]), f"{share:.0%}")
        rows.append((plain(arm), *said, number(lost, digits, signed=False)))
    return rows


def _ways(result: StudyResult) -> Table:
    """Each plan's differences with four intervals and p-values, and as effect sizes."""
    long, exact, rows = differences(result), twins(result), []
    for metric in _ASKED:
        lines = intervals(long, metric)
        if not lines:
            continue
        info = about(result, metric)
        scale, digits = scale_of(info), places(lines.values(), scale_of(info))
        for arm, line in lines.items():
            if arm in exact:
                continue
            one = long[(long["metric"] == metric) & (long["arm"] == arm)].iloc[0]
            rows.append(
                [
                    Cell(f"{plain(arm)}: {info.label.lower()}", unit_of(info)),
                    shown(line, digits, scale, info.better),
                    Cell("", bounds(_bounded(line, one, "_t"), info, digits)),
                    Cell("", bounds(_bounded(line, one, "_joint"), info, digits)),
                    Cell(_chance(one["p_holm"]), f"step-down {_chance(one['p_joint'])}"),
                    Cell(*_size(result, arm, metric, line)),
                ]
            )
    heads = ("plan and measure", "difference\npaired t", "bootstrap-t", "all plans at once", "p (Holm)", "effect size")
    return Table(f"Differences from {named(result.control)}: 95% intervals and p-values", heads, rows, _WAYS_NOTE)


def _chances(result: StudyResult) -> Table | None:
    """Each arm's chance of the highest mean, and expected regret, over Monte Carlo noise."""
    values = _values(result)
    if values is None:
        return None
    (shares, regret), unit = _closeness(values), about(result, VALUE).unit
    digits = places([Interval(lost) for lost in regret])
    rows = [
        [Cell(plain(str(arm))), Cell(f"{share:.0%}"), Cell(number(lost, digits, signed=False))]
        for arm, share, lost in zip(values.columns, shares, regret, strict=True)
    ]
    heads = ("arm", "highest mean\nof resamples", f"expected regret\n{unit}")
    return Table("Two ways to read how close it is (Monte Carlo noise only)", heads, rows, CHANCES_NOTE)


def _closeness(values: pd.DataFrame) -> tuple[list[float], list[float]]:
    """How often each arm has the highest mean of bootstrap resamples, and its expected regret over them [A]."""
    held, rng = values.to_numpy(dtype=float), np.random.default_rng(0)
    resampled = np.stack([held[rng.integers(len(held), size=len(held))].mean(axis=0) for _ in range(RESAMPLES)])
    shares: list[float] = chance_best(held).tolist()
    regret: list[float] = expected_regret(resampled).tolist()
    return shares, regret


def _each_other(result: StudyResult) -> Table | None:
    """Row minus column in value, with intervals that hold for all pairs at once."""
    values = _values(result)
    if values is None or len(values.columns) < 3:
        return None
    arms = [str(arm) for arm in values.columns]
    pairs = [(one, other) for one in arms for other in arms if arms.index(one) < arms.index(other)]
    gaps = np.column_stack([(values[one] - values[other]).to_numpy(dtype=float) for one, other in pairs])
    found = dict(zip(pairs, simultaneous(gaps), strict=True))
    digits, info = places(found.values()), about(result, VALUE)
    rows = []
    for one in arms:
        cells = [
            Cell("") if one == other else shown(_turned(found, one, other), digits, better=info.better)
            for other in arms
        ]
        rows.append([Cell(plain(one)), *cells])
    caption = f"Every arm against every other: value of the row minus that of the column, {info.unit}"
    return Table(caption, ("", *map(plain, arms)), rows, _EACH_NOTE)


def _by_segment(result: StudyResult) -> Table | None:
    """Differences in value and retention by segment."""
    plans = [arm for arm in result.plans if arm not in twins(result)]
    if len(result.segments) < 2:
        return None
    rows = []
    for metric in (VALUE, "retention"):
        info = about(result, metric)
        found = {
            (name, arm): paired_t(difference(result, metric, arm, segment=name))
            for name in result.segments
            for arm in plans
            if not outcome(result, metric, name).empty
        }
        scale, digits = scale_of(info), places(found.values(), scale_of(info))
        for name in dict.fromkeys(name for name, _ in found):
            cells = [shown(found[name, arm], digits, scale, info.better) for arm in plans]
            rows.append([Cell(f"{plain(name)}: {info.label.lower()}", unit_of(info)), *cells])
    caption = f"Difference from {named(result.control)} by segment: mean and paired 95% interval of each by itself"
    return Table(caption, ("segment and measure", *map(plain, plans)), rows)


def _values(result: StudyResult) -> pd.DataFrame | None:
    """Value by replication and arm, arms that equal the control left out; None where a study holds no money."""
    values = outcome(result, VALUE)[[arm for arm in result.arms if arm not in twins(result)]].dropna()
    return values if len(values) > 1 else None


def _turned(found: dict[tuple[str, str], Interval], one: str, other: str) -> Interval:
    if (one, other) in found:
        return found[one, other]
    line = found[other, one]
    return Interval(-line.mean, line.standard_error, -line.high, -line.low, line.p_value, line.count)


def _bounded(line: Interval, row: pd.Series, kind: str) -> Interval:
    return Interval(line.mean, low=float(row[f"low{kind}"]), high=float(row[f"high{kind}"]), count=line.count)


def _chance(p: float) -> str:
    if math.isnan(p):
        return "none"
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def _size(result: StudyResult, arm: str, metric: str, line: Interval) -> tuple[str, str]:
    """Cohen's h and the number needed to treat of a share; Glass's Δ of money."""
    levels = outcome(result, metric)
    control = levels[result.control].to_numpy(dtype=float)
    if metric == "retention":
        h = cohen_h(min(max(float(levels[arm].mean()), 0.0), 1.0), float(control.mean()))
        return f"h {number(h, 3)}", needed_in_words(needed_to_treat(line))
    customers = outcome(result, "customers", ALL)
    count = float(customers[result.control].mean()) if not customers.empty else math.nan
    spread = float(control.std(ddof=1)) * math.sqrt(count)
    if not spread > 0:
        return "none", ""
    return f"Δ {number(standardised(line, spread).mean, 3)}", ""


_WAYS_NOTE = (
    "Paired t over replications; bootstrap-t does without normality; all plans at once: the bootstrap of the largest "
    "|t| over the plans of a measure (Romano and Wolf 2005), for whoever looks for the best of several. p-values are "
    "of no difference at all, corrected for the number of plans by Holm (1979) and by the same bootstrap, step-down. "
    "With enough replications any difference is significant: look at its size. h: Cohen's, of two shares (0.2 is "
    "small); NNTB: for how many customers the plan has to run to keep one more (NNTH: to lose one more). Δ: "
    "difference in standard deviations between customers under the control (Glass 1976), that spread estimated from "
    "the replications."
)
_EACH_NOTE = (
    "Intervals hold for all pairs at once (bootstrap of the largest |t|); blue or orange where they exclude zero."
)
