"""Does the remedy beat the pitfall? Differences, verdicts, and the page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rich.console import Console

from experiments.inference.intervals import F64, Interval, holm, paired_t
from experiments.pitfalls.results import PitfallsResult
from experiments.reporting.pitfalls_figure import forest
from experiments.reporting.sheet import (
    BETTER,
    OPEN,
    WORSE,
    Cell,
    Picture,
    Section,
    Sheet,
    Table,
    difference,
    print_sheet,
)  # fmt: skip
from experiments.reporting.wording import NONE, listed, places, plain, scale_of, unit_of

VALUE, RETENTION = "value", "retention"
VERDICTS = {1: "the remedy wins", 0: "cannot be told", -1: "the remedy loses"}
RULE = (
    "Verdict by value, which is profit within the horizon and the margin expected beyond it: the 95% interval of "
    "remedy minus pitfall, over replications with the same customers and luck, is above zero, holds it, or is below."
)


@dataclass(frozen=True)
class Duel:
    """One pair in one metric: paired intervals.

    Attributes:
        gap: remedy minus pitfall.
        pitfall: pitfall minus control.
        remedy: remedy minus control.
    """

    gap: Interval
    pitfall: Interval
    remedy: Interval


@lru_cache(maxsize=256)
def duel(result: PitfallsResult, name: str, metric: str) -> Duel:
    """A pair in a metric; intervals of nothing where the mind of the study does not have it."""
    about = result.pairs[name]
    bad, good, base = (_values(result, arm, metric) for arm in (about["pitfall"], about["remedy"], result.control))
    return Duel(paired_t(good - bad), paired_t(bad - base), paired_t(good - base))


def verdict(result: PitfallsResult, name: str) -> int:
    """+1 the remedy wins, -1 it loses, 0 cannot be told, by value."""
    return duel(result, name, VALUE).gap.sign


def corrected(result: PitfallsResult) -> dict[str, float]:
    """Holm's p-value of each pair's value, since so many questions are asked at once."""
    asked = np.array([duel(result, name, VALUE).gap.p_value for name in result.pairs])
    return dict(zip(result.pairs, holm(asked).tolist(), strict=True))


def print_pitfalls(result: PitfallsResult, console: Console | None = None) -> None:
    """Print who wins each pair, and by how much."""
    sheet = pitfalls_sheet(result)
    print_sheet(sheet, sheet.sections[0].tables, console)


def pitfalls_sheet(result: PitfallsResult) -> Sheet:
    """The page."""
    said = (
        f"{len(result.pairs)} pair{'s' * (len(result.pairs) != 1)} of a pitfall and its remedy; "
        f"{result.replications} replications of {result.customers:,} customers, {result.weeks} weeks; same customers, "
        f"same luck."
    )
    bars = {name: duel(result, name, VALUE) for name in result.pairs}
    pairs = [
        (result.pairs[name]["title"], one.gap, one.pitfall, one.remedy, verdict(result, name))
        for name, one in bars.items()
    ]
    unit = result.info(VALUE).unit
    picture = Picture(
        "forest", forest(pairs, unit), "Per pair: remedy minus pitfall in value with its 95% interval.",
        "Left: remedy minus pitfall in value. Right: what each of the two adds to doing nothing. Bars are 95% "
        "intervals over replications.",
    )  # fmt: skip
    return Sheet(
        title="Does the remedy beat the pitfall?",
        lead=said,
        answers=_answers(result),
        rule=RULE,
        sections=(
            Section("Remedy minus pitfall", pictures=(picture,), tables=(_gaps(result),)),
            Section(
                "Each against doing nothing",
                "A remedy can beat its pitfall and still be worth less than doing nothing; a pitfall can pay.",
                tables=(_against_control(result),),
            ),
            Section("What was compared", tables=(_meanings(result),)),
        ),
        limits=_LIMITS,
        provenance=result.provenance,
        configuration=result.configuration,
    )


def _values(result: PitfallsResult, arm: str, metric: str) -> F64:
    """One arm's metric by replication [R]; NaN where there is none."""
    rows = result.outcomes[(result.outcomes["arm"] == arm) & (result.outcomes["metric"] == metric)]
    values = rows.sort_values("replicate")["value"].to_numpy(float)
    return values if len(values) else np.full(result.replications, np.nan)


def _answers(result: PitfallsResult) -> list[tuple[str, str]]:
    by_verdict: dict[int, list[str]] = {1: [], 0: [], -1: []}
    for name in result.pairs:
        by_verdict[verdict(result, name)].append(result.pairs[name]["title"])
    said = [(VERDICTS[way].capitalize(), listed(titles)) for way, titles in by_verdict.items() if titles]
    p = corrected(result)
    sure = [name for name in result.pairs if p[name] < 0.05]
    count = f"{len(sure)} of {len(result.pairs)} pairs"
    if len(result.pairs) > 1:
        said.append(("All at once", f"{count} are told apart when all are asked together (Holm, 5%)"))
    poor = [result.pairs[name]["title"] for name in result.pairs if duel(result, name, VALUE).remedy.sign < 0]
    if poor:
        said.append(("Worth less", f"than doing nothing is the remedy for {listed(poor)}"))
    paying = [result.pairs[name]["title"] for name in result.pairs if duel(result, name, VALUE).pitfall.sign > 0]
    if paying:
        said.append(("The pitfall pays", f"against doing nothing: {listed(paying)}"))
    return said


def _gaps(result: PitfallsResult) -> Table:
    """Remedy minus pitfall in value, retention and the measure the pitfall is about."""
    p, rows = corrected(result), []
    value = places([duel(result, name, VALUE).gap for name in result.pairs])
    kept = places([duel(result, name, RETENTION).gap for name in result.pairs], 100)
    for name, about in result.pairs.items():
        way = verdict(result, name)
        label, own = _own_measure(result, name)
        cells = [
            Cell(about["title"], label),
            difference(duel(result, name, VALUE).gap, value, better=1),
            difference(duel(result, name, RETENTION).gap, kept, 100, 1),
            own,
            Cell(VERDICTS[way], f"p {_spelled(p[name])}", {1: BETTER, 0: OPEN, -1: WORSE}[way]),
        ]
        rows.append(cells)
    unit = result.info(VALUE).unit
    heads = ("pitfall\nand its measure", f"value\n{unit}", "retention\npoints", "its measure", "verdict")
    notes = (
        "Means and 95% paired intervals of remedy minus pitfall; in colour where the interval does not hold zero. p is "
        "Holm's, corrected for all pairs."
    )
    return Table("Remedy minus pitfall (95% intervals)", heads, rows, notes, frozenset({4}))


def _own_measure(result: PitfallsResult, name: str) -> tuple[str, Cell]:
    """What the pitfall is about, and remedy minus pitfall in it."""
    metric = result.pairs[name]["measure"]
    if all(info.name != metric for info in result.metrics):
        return plain(metric), Cell(NONE)
    info, gap = result.info(metric), duel(result, name, metric).gap
    scale = scale_of(info)
    return f"{info.label.lower()}, {unit_of(info)}", difference(gap, places([gap], scale), scale, info.better)


def _against_control(result: PitfallsResult) -> Table:
    """Value and retention of pitfall and remedy, each minus the control."""
    rows, duels = [], {(name, m): duel(result, name, m) for name in result.pairs for m in (VALUE, RETENTION)}
    value = places([side for (_, m), one in duels.items() if m == VALUE for side in (one.pitfall, one.remedy)])
    kept = places([side for (_, m), one in duels.items() if m == RETENTION for side in (one.pitfall, one.remedy)], 100)
    for name, about in result.pairs.items():
        money, stay = duels[name, VALUE], duels[name, RETENTION]
        rows.append(
            [
                Cell(about["title"]),
                difference(money.pitfall, value, better=1),
                difference(money.remedy, value, better=1),
                difference(stay.pitfall, kept, 100, 1),
                difference(stay.remedy, kept, 100, 1),
            ]
        )
    unit = result.info(VALUE).unit
    heads = ("pair", f"pitfall: value, {unit}", "remedy: value", "pitfall: retention, points", "remedy: retention")
    return Table(f"Differences from '{plain(result.control)}' (95% intervals)", heads, rows)


def _meanings(result: PitfallsResult) -> Table:
    rows = [
        [Cell(about["title"]), Cell(plain(about["pitfall"])), Cell(plain(about["remedy"])), Cell(about["meaning"])]
        for about in result.pairs.values()
    ]
    heads = ("pair", "pitfall: arm", "remedy: arm", "what is done")
    return Table("Arms", heads, rows, words=frozenset({1, 2, 3}))


def _spelled(p: float) -> str:
    return "n/a" if p != p else "< .001" if p < 0.001 else f"= {p:.3f}".replace("0.", ".", 1)


_LIMITS = (
    ("Sizes are the plays' defaults.", "Most are assumed; a pitfall done mildly may pay, a remedy overdone may not."),
    (
        "One market.",
        "The stage is the one in the configuration: how often customers come, what they pay and who talks decide which "
        "pitfall hurts. Another market can turn a verdict round.",
    ),
    (
        "Money is not matched.",
        "Unless their settings say so, pitfall and remedy do not cost the same; value counts the cost of each.",
    ),
    (
        "Value beyond the horizon is at usual rates.",
        "What customers feel at the end, good or bad, does not count there, so damage that shows late is missed.",
    ),
    ("Intervals hold Monte Carlo noise only.", "More replications shrink them; the equations may still be wrong."),
)
