"""The comparison of all arms with the control: one table, one report on the same luck, one page for the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from experiments.inference.intervals import Interval
from experiments.reporting.certainty import SURE_HEADS, sure_lines
from experiments.reporting.journal import HEADS as JOURNAL_HEADS
from experiments.reporting.journal import first_of_each
from experiments.reporting.paired import ROI, VALUE, about, compared, differences, fates, intervals, outcome, twins
from experiments.reporting.profit_and_loss import NEVER, Cell, spent_lines, statement
from experiments.reporting.spillover import HEADS as SPILLOVER_HEADS
from experiments.reporting.spillover import spillover_lines, spills
from experiments.reporting.verdict import RULE, answers, verdict
from experiments.reporting.who_gained import SHORT, gained_lines, heads, reason_heads, reason_lines
from experiments.reporting.wording import (
    NONE,
    UNDEFINED,
    bounds,
    is_nil,
    level,
    named,
    number,
    places,
    plain,
    scale_of,
    unit_of,
)
from experiments.results import ALL, MetricInfo, StudyResult

_MONEY = ("revenue", "cost", "profit", "value_beyond", VALUE, ROI)
_LUCK_HEADS = ("arm", "variance ratio\nunpaired/paired", "predicted", "fate changed\nf", "least possible\n|d|")
_SHORT = {  # lines of the statement that the terminal shows, and what it calls them
    "Gross margin": "gross margin",
    "given up by lower prices": "discounts given",
    "points still owed": "points owed",
    "Incremental lifetime value": "lifetime value",
    "ROI, value beyond it included, %": "lifetime ROI, %",
    "Payback": "payback week",
    "Break-even budget, value beyond it included": "budget to break even",
}
_NOTES = 8  # lines of the journal on the terminal
_WIDE_ENOUGH = 104  # columns from which mean and half-width share a line


def comparison_table(result: StudyResult, segment: str = ALL, against: str | None = None) -> pd.DataFrame:
    """Paired differences against the control, or another arm, one row per arm.

    Returns:
        Rows: all other arms. Columns: (metric, statistic) with mean, low, high of the 95% interval; shares are 0-1,
        money as the study has it; `roi` has Fieller's interval, against the control only. No rows if there is nothing
        to compare.
    """
    long = differences(result, segment, against)
    metrics = [*compared(result), "churn", ROI]
    columns = pd.MultiIndex.from_product([metrics, ["mean", "low", "high"]], names=["metric", "statistic"])
    wide = long.pivot(index="arm", columns="metric", values=["mean", "low", "high"]).swaplevel(axis="columns")
    return wide.reindex(index=pd.Index(list(dict.fromkeys(long["arm"])), name="arm"), columns=columns).astype(float)


def worded_table(result: StudyResult, segment: str = ALL, against: str | None = None) -> pd.DataFrame:
    """The comparison in words: a row per metric with its unit, a column per arm, "+2.21 (+2.13 to +2.29)"."""
    long = differences(result, segment, against)
    rows = {}
    for metric in dict.fromkeys(long["metric"]):
        lines, info = intervals(long, metric), about(result, metric)
        digits = places(lines.values(), scale_of(info))
        label = f"{info.label}, {unit_of(info)}".rstrip(", ")
        rows[label] = {plain(arm): _worded(line, info, digits) for arm, line in lines.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("metric")


def _worded(line: Interval, info: MetricInfo, digits: int) -> str:
    mean, inside = number(line.mean * scale_of(info), digits), bounds(line, info, digits)
    return mean if inside in (NONE, "exactly 0") else f"{mean} ({inside})"


def variance_report(result: StudyResult) -> pd.DataFrame:
    """What the same luck buys in the churn difference: variance without it over variance with it.

    Measured: [var(churn of control) + var(churn of arm)] / var(difference), over replications. Predicted for
    independent customers: [p_c (1 - p_c) + p_t (1 - p_t)] / (f - d²), where f is the share whose fate changed and d the
    net change. |d| is the smallest f possible: an f far above it is a coupling that flips fates for nothing.

    Returns:
        Index arm; columns unpaired, paired (variances), measured, predicted (ratios), f, d. NaN where undefined.
    """
    rows: dict[str, dict[str, float]] = {}
    churn = outcome(result, "churn")
    held = fates(result)
    for arm in result.plans if not churn.empty else ():
        control, treated = (churn[name].to_numpy(dtype=float) for name in (result.control, arm))
        counts = held[held["arm"] == arm].groupby("fate")["customers"].sum()
        saved, worse = float(counts.get("saved", 0) + counts.get("won_back", 0)), float(counts.get("made_worse", 0))
        total = float(counts.sum()) or math.nan
        flipped, net = (saved + worse) / total, (worse - saved) / total
        several = len(control) > 1
        unpaired = float(control.var(ddof=1) + treated.var(ddof=1)) if several else math.nan
        paired = float((treated - control).var(ddof=1)) if several else math.nan
        p_control, p_treated = float(control.mean()), float(treated.mean())
        spread = p_control * (1 - p_control) + p_treated * (1 - p_treated)
        rows[arm] = {
            "unpaired": unpaired,
            "paired": paired,
            "measured": _ratio(unpaired, paired),
            "predicted": _ratio(spread, flipped - net * net),
            "f": flipped,
            "d": net,
        }
    columns = ["unpaired", "paired", "measured", "predicted", "f", "d"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("arm")


def variance_lines(result: StudyResult) -> list[tuple[str, str, str, str, str]]:
    """The variance report as text: arm, measured ratio, predicted ratio, f, |d|."""
    lines = []
    for arm, row in variance_report(result).iterrows():
        if row["f"] == 0:
            lines.append((plain(str(arm)), "no fate changed", "", "0", "0"))
            continue
        measured, predicted = (
            f"{row[name]:,.1f}" if math.isfinite(row[name]) else missing
            for name, missing in (("measured", UNDEFINED if result.replications == 1 else NONE), ("predicted", NONE))
        )
        lines.append((plain(str(arm)), measured, predicted, f"{row['f']:.2%}", f"{abs(row['d']):.2%}"))
    return lines


def print_comparison(result: StudyResult, console: Console | None = None) -> None:
    """Print differences against the control, the winner and how sure that is; legible from 80 columns on."""
    console = console or Console()
    if verdict(result) is not None:
        several = result.replications > 1
        noise = "mean and half-width of the 95% interval" if several else f"intervals {UNDEFINED}"
        console.print(Text(f"Differences from {named(result.control)}, same customers, same luck; {noise}"))
        if several:
            console.print(
                Text(f"{result.replications} replications; bold: the interval does not hold zero", style="dim")
            )
        long = differences(result)
        shown = [*compared(result), ROI]
        for title, money in (("Customers", False), ("Money", True)):
            metrics = [metric for metric in shown if (metric in _MONEY) == money]
            if metrics:
                console.print(_table(result, long, title, metrics, console))
        if sure := sure_lines(result):
            console.print(_listed(f"How sure, and how close: {about(result, VALUE).unit}", SURE_HEADS, sure))
        _print_books(result, console)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for question, answer in answers(result):
        grid.add_row(Text(question), Text(answer))
    if result.plans:
        grid.add_row(Text("Rule", style="dim"), Text(RULE, style="dim"))
    console.print(grid)
    if lines := variance_lines(result):
        console.print(_listed("What the same luck buys: churn difference", _LUCK_HEADS, lines))
    if spills(result):
        title = "Spillover: customers a plan was never meant for"
        console.print(_listed(title, SPILLOVER_HEADS, spillover_lines(result)))


def _print_books(result: StudyResult, console: Console) -> None:
    """Profit and loss, who gained, why customers left and what plays had to say, as far as the study holds it."""
    lines = [line for line in statement(result) if line.label in _SHORT]
    rows = [(plain(arm), *(_brief(line.cells[place]) for line in lines)) for place, arm in enumerate(result.plans)]
    unit = unit_of(about(result, "profit"))
    if lines:
        named_so = ("plan", *(_SHORT[line.label] for line in lines))
        console.print(_listed(f"Profit and loss against {named(result.control)}, {unit}", named_so, rows))
    if spent := spent_lines(result):
        console.print(_listed(f"Extra cost by line, {unit}", ("plan", "line", "extra cost"), spent, words=(1,)))
    if gained := gained_lines(result):
        console.print(
            _listed(
                "Who gained: customers, mean of the replications",
                ("plan", *(SHORT.get(head, head) for head in heads(result))),
                gained,
            )
        )
    if reasons := reason_lines(result):
        left = [(arm, *(cell.text for cell in cells)) for arm, cells in reasons]
        console.print(_listed("Why customers left: mean count", ("arm", *reason_heads(result)), left))
    notes, more = first_of_each(result, _NOTES)
    if notes:
        console.print(_listed("Journal: what plays had to say", JOURNAL_HEADS, notes, words=(2,)))
    if more:
        console.print(Text(f"and {more} more in the report", style="dim"))


def _brief(cell: Cell) -> str:
    return "not yet" if cell.text == NEVER else cell.text.removeprefix("week ")


def _table(result: StudyResult, long: pd.DataFrame, title: str, metrics: Sequence[str], console: Console) -> Table:
    infos = {metric: about(result, metric) for metric in metrics}
    units = {unit_of(info) for metric, info in infos.items() if metric != ROI}
    common = units.pop() if len(units) == 1 else None
    table = Table(title=Text(f"{title}, {common}" if common else title), title_justify="left", title_style="bold")
    table.box, table.pad_edge, table.padding = box.SIMPLE_HEAD, False, (0, 1)
    table.add_column("arm", min_width=12)
    cells: dict[str, list[Text]] = {arm: [] for arm in result.plans}
    levels: list[Text] = []
    for metric, info in infos.items():
        unit = "" if unit_of(info) == common else unit_of(info)
        table.add_column(Text(f"{info.label}\n{unit}".rstrip()), justify="right", min_width=7)
        base = outcome(result, metric)
        levels.append(Text("" if base.empty else level(float(base[result.control].mean()), info), style="dim"))
        for arm, text in _column(result, long, metric, console).items():
            cells[arm].append(text)
    table.add_row(Text(f"{plain(result.control)} (level)", style="dim"), *levels)
    for arm, row in cells.items():
        table.add_row(Text(plain(arm)), *row)
    return table


def _column(result: StudyResult, long: pd.DataFrame, metric: str, console: Console) -> dict[str, Text]:
    scale = scale_of(about(result, metric))
    lines = intervals(long, metric)
    digits = places(lines.values(), scale)
    sign = "±" if console.encoding.lower().startswith("utf") else "+-"
    between = " " if console.width >= _WIDE_ENOUGH else "\n"
    exact = twins(result)
    cells = {}
    for arm, line in lines.items():
        mean = number(line.mean * scale, digits)
        half = (line.high - line.low) / 2 * scale
        if mean == NONE or arm in exact or line.low == line.high == 0:
            cells[arm] = Text(mean)
        elif not line.known:
            cells[arm] = Text(f"{mean}{between}n/a")
        else:
            noise = number(half, digits, signed=False) if math.isfinite(half) else "unbounded"
            cells[arm] = Text(f"{mean}{between}{sign}{noise}", style="bold" if line.sign and not is_nil(mean) else "")
    return cells


def _listed(title: str, heads: Sequence[str], lines: Sequence[Sequence[str]], words: Sequence[int] = ()) -> Table:
    """A plain table: the first column and those that hold words to the left, numbers to the right."""
    table = Table(title=Text(title), title_justify="left", title_style="bold")
    table.box, table.pad_edge, table.padding, table.collapse_padding = box.SIMPLE_HEAD, False, (0, 1), True
    for place, head in enumerate(heads):
        is_left = place == 0 or place in words
        justify: JustifyMethod = "left" if is_left else "right"
        longest = max(len(word) for text in (head, *(line[place] for line in lines)) for word in text.split() or [""])
        title_of = Text(head if is_left else head.replace(" ", "\n"))
        table.add_column(title_of, justify=justify, overflow="fold", min_width=min(longest, 20))
    for line in lines:
        table.add_row(*(Text(cell) for cell in line))
    return table


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom and np.isfinite(bottom) else math.nan
