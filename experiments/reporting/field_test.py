"""How far are the firm's own evaluations from the truth? Bias, error, coverage, power, and the page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from rich.console import Console

from experiments.field_test.results import FieldTestResult
from experiments.inference.intervals import Interval, paired_t
from experiments.reporting.field_test_figure import clouds
from experiments.reporting.sheet import (
    OPEN,
    WORSE,
    Cell,
    Picture,
    Section,
    Sheet,
    Table,
    print_sheet,
)  # fmt: skip
from experiments.reporting.wording import NONE, listed, number, places, plain, scale_of, unit_of

NOMINAL = 0.95
RULE = (
    "Truth: the same customers under the same luck with the play for all and with it for nobody, for those whom the "
    "design is meant to speak of. Bias: mean of estimate minus truth over replications, sure if its 95% interval does "
    "not hold zero. Coverage: share of the firm's 95% intervals that hold the truth. Finds: share of intervals above "
    "or below zero on the side of the true mean (power); wrong side: sure of the opposite."
)


@dataclass(frozen=True)
class Score:
    """One design in one metric, over replications.

    Attributes:
        estimate: mean of the estimates.
        truth: mean of the truths.
        bias: estimate minus truth, with the interval of its mean.
        rmse: root of the mean squared difference.
        coverage: share of intervals that hold the truth.
        power: share of intervals on the true side of zero.
        wrong: share of intervals on the other side.
        usable: replications that gave an estimate.
    """

    estimate: float
    truth: float
    bias: Interval
    rmse: float
    coverage: float
    power: float
    wrong: float
    usable: int


@lru_cache(maxsize=128)
def score(result: FieldTestResult, design: str, metric: str) -> Score:
    """How a design does in a metric; NaN where it never gave an estimate."""
    rows = cases(result, design, metric)
    if not len(rows):
        nan = math.nan
        return Score(nan, nan, Interval(nan, count=0), nan, nan, nan, nan, usable=0)
    truth, low, high = (rows[name].to_numpy(float) for name in ("truth", "low", "high"))
    missed = rows["estimate"].to_numpy(float) - truth
    side = 1 if truth.mean() >= 0 else -1
    found = (low > 0).astype(int) - (high < 0)
    return Score(
        estimate=float(rows["estimate"].mean()),
        truth=float(truth.mean()),
        bias=paired_t(missed),
        rmse=float(np.sqrt((missed**2).mean())),
        coverage=float(((low <= truth) & (truth <= high)).mean()),
        power=float((found == side).mean()),
        wrong=float((found == -side).mean()),
        usable=len(rows),
    )


def cases(result: FieldTestResult, design: str, metric: str) -> pd.DataFrame:
    """The replications in which a design gave an estimate."""
    rows = result.estimates
    rows = rows[(rows["design"] == design) & (rows["metric"] == metric)]
    return rows.dropna(subset=["estimate", "truth"])


def print_field_test(result: FieldTestResult, console: Console | None = None) -> None:
    """Print how far each design is from the truth."""
    print_sheet(field_test_sheet(result), _tables(result), console)


def field_test_sheet(result: FieldTestResult) -> Sheet:
    """The page."""
    said = (
        f"{plain(result.play).capitalize()}, evaluated by {len(result.designs)} designs in {result.replications} "
        f"replications of {result.customers:,} customers; {result.weeks} weeks of test after as many of history."
    )
    tables = _tables(result)
    sections = [
        Section(result.info(name).label, pictures=(_picture(result, name),), tables=(table,))
        for name, table in zip(_metrics(result), tables, strict=True)
    ]
    rows = [[Cell(about["title"]), Cell(about["meaning"])] for about in result.designs.values()]
    designs = Table("What is compared", ("design", "what with what"), rows, words=frozenset({1}))
    return Sheet(
        title="How far are a firm's own evaluations from the truth?",
        lead=said,
        answers=_answers(result),
        rule=RULE,
        sections=(*sections, Section("Designs", tables=(designs,))),
        limits=_LIMITS,
        provenance=result.provenance,
        configuration=result.configuration,
    )


def _metrics(result: FieldTestResult) -> list[str]:
    return [info.name for info in result.metrics]


def _tables(result: FieldTestResult) -> list[Table]:
    return [_table(result, metric) for metric in _metrics(result)]


def _table(result: FieldTestResult, metric: str) -> Table:
    info = result.info(metric)
    scale = scale_of(info)
    found = {name: score(result, name, metric) for name in result.designs}
    digits = max(places([one.bias], scale) for one in found.values())
    rows = []
    for name, one in found.items():
        title = result.designs[name]["title"]
        if not one.usable:
            rows.append([Cell(title), *[Cell(NONE)] * 7])
            continue
        few = "" if one.usable == result.replications else f"{one.usable} of {result.replications}"
        values = [number(value * scale, digits) for value in (one.estimate, one.truth, one.bias.mean)]
        rows.append(
            [
                Cell(title, few),
                Cell(values[0]),
                Cell(values[1]),
                Cell(values[2], tone=WORSE if one.bias.sign else OPEN),
                Cell(number(one.rmse * scale, digits, signed=False)),
                Cell(f"{one.coverage:.0%}", tone=_covered(one)),
                Cell(f"{one.power:.0%}"),
                Cell(f"{one.wrong:.0%}", tone=WORSE if one.wrong > 0.05 else OPEN),
            ]
        )
    heads = ("design", "estimate", "truth", "bias", "RMSE", "covers", "finds", "wrong\nside")
    return Table(f"{info.label}, {unit_of(info)}", heads, rows)


def _covered(one: Score) -> str:
    """Whether coverage is surely below 95%, by three standard errors of a share."""
    error = math.sqrt(NOMINAL * (1 - NOMINAL) / one.usable)
    return WORSE if one.coverage < NOMINAL - 3 * error else OPEN


def _answers(result: FieldTestResult) -> list[tuple[str, str]]:
    said = []
    for metric in _metrics(result):
        info, found = result.info(metric), {name: score(result, name, metric) for name in result.designs}
        usable = {name: one for name, one in found.items() if one.usable}
        if not usable:
            said.append((info.label, "no design gave an estimate"))
            continue
        off = [name for name, one in usable.items() if one.bias.sign]
        fair = [result.designs[name]["title"] for name in usable if name not in off]
        parts = [f"no bias to be seen in {listed(fair)}"] if fair else []
        parts += [_off(result, name, metric) for name in sorted(off, key=lambda n: -abs(usable[n].bias.mean))]
        said.append((info.label, "; ".join(parts)))
    missing = [
        about["title"]
        for name, about in result.designs.items()
        if not any(score(result, name, metric).usable for metric in _metrics(result))
    ]
    if missing:
        said.append(("No estimate", f"{listed(missing)}: there was nobody to compare, on one of the sides"))
    return said


def _off(result: FieldTestResult, name: str, metric: str) -> str:
    """How a biased design is wrong, in words."""
    one, info = score(result, name, metric), result.info(metric)
    scale = scale_of(info)
    digits = places([one.bias], scale)
    shown, true = (number(value * scale, digits) for value in (one.estimate, one.truth))
    return f"{result.designs[name]['title']} shows {shown} where {true} {unit_of(info)} is true"


def _picture(result: FieldTestResult, metric: str) -> Picture:
    info = result.info(metric)
    scale = scale_of(info)
    held = [
        (about["title"], cases(result, name, metric)["estimate"].to_numpy(float) * scale,
         cases(result, name, metric)["truth"].to_numpy(float) * scale)
        for name, about in result.designs.items()
    ]  # fmt: skip
    return Picture(
        metric, clouds(held, f"{info.label}, {unit_of(info)}"),
        f"{info.label}: a cloud of estimates per design, and the truth.",
        "A dot is what the firm would have concluded in one replication; the upright bar is the mean of its "
        "conclusions, the diamond the mean of the truths for those whom the design speaks of.",
    )  # fmt: skip


_LIMITS = (
    (
        "Truth is the simulator's.",
        "It is what this model does to these customers; what a design gets wrong here it gets wrong for a reason that "
        "exists outside, too, but not by the same amount.",
    ),
    (
        "Retention is what the firm sees.",
        "Where nobody is seen leaving it counts who bought of late, which is another thing than who has left.",
    ),
    (
        "Survey answers are from those who answer.",
        "The truth is the change of feeling of those who are customers with the play and without it; a firm hears "
        "those who stayed, came, were asked and cared to say.",
    ),
    (
        "Members are asked at the end.",
        "Who left early had no time to join, so joining looks as if it kept people even where it does nothing.",
    ),
    ("Coverage and power are shares of replications.", "With 100 of them a share of 95% is uncertain by 4 points."),
)
