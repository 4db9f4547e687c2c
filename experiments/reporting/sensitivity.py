"""The page of a sensitivity study: what would flip the decision, and which assumptions matter."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.console import Console

from experiments.inference.intervals import Interval, paired_t
from experiments.reporting.sensitivity_figure import MOST, Reach, heat_map, morris, sobol, tornado
from experiments.reporting.sensitivity_flips import RULE, answers, flips_table, steady_table
from experiments.reporting.sheet import Cell, Picture, Section, Sheet, Table, print_sheet
from experiments.reporting.wording import NONE, count_of, named, plain, scale_of, unit_of
from experiments.sensitivity.results import LUCK, MORRIS, SOBOL, TORNADO, SensitivityResult, rows_of

_PAIRS = 8  # factors of the heat map
_MEANING = {
    MORRIS: (
        "One factor after the other moves, from many random starting points; a move is two thirds of a parameter's "
        "range (a switch is thrown, luck is drawn anew). mu* is the mean absolute change that a move brings (Morris "
        "1991; Campolongo et al. 2007): how much a factor matters. sigma is how differently it matters from place to "
        "place: near or above the dotted line, its effect depends on the other factors, or bends. This is screening: "
        "it ranks, and does not divide variance."
    ),
    SOBOL: (
        "All parameters are drawn evenly from their ranges. S1 is the share of the outcome's variance that a factor "
        "explains alone, ST that with all its interactions (Sobol 2001; Saltelli et al. 2010): fixing a factor with an "
        "ST of 0 would change nothing. Both are estimates: one slightly below 0, or an S1 above its ST, is the noise "
        "of a finite design, as its interval says, and not an effect; more rows (job.base) narrow it. Shares of all "
        "S1 add to less than 100% where factors interact, those of all ST to more."
    ),
}
_LUCK = (
    "Luck as a factor: the same parameters, other random numbers. Its share is that of one setting of this size "
    "({size}); it shrinks with more customers or replications, the other shares do not."
)
_LIMITS = (
    ("One at a time.", "Flips are looked for along one parameter; two that move together can bring one sooner."),
    (
        "The ranges decide.",
        "A flip outside them is not seen, and what has a wider range matters more. Without LOW..HIGH a range is a "
        "third to three times the study's value: what an assumed size may be off by, not a measured uncertainty.",
    ),
    (
        "Monte Carlo noise only.",
        "Intervals are those of replications, 95% each, not corrected for the number of parameters: among 20 that do "
        "nothing one may seem to. They do not say how likely a value is, or whether the model is right.",
    ),
    (
        "Steps and straight lines.",
        "Between the values tried leads are taken to be straight; a flip that is undone within one step is not seen.",
    ),
    (
        "Each setting is calibrated.",
        "Its baseline is solved anew, by the same pilot customers, so that the control behaves as the log or the "
        "standard model says whatever the mind: parameters of the mind hardly move the control's level, by "
        "construction. The noise of the pilot (job.pilot customers) is in no "
        "interval; as all settings share its luck, it shifts a whole walk rather than bends it.",
    ),
)  # fmt: skip


def print_sensitivity(result: SensitivityResult, console: Console | None = None) -> None:
    """Print what would flip the decision and what matters."""
    sheet = sensitivity_sheet(result)
    print_sheet(sheet, [flips_table(result, meanings=False), *_index_tables(result)], console)


def sensitivity_sheet(result: SensitivityResult) -> Sheet:
    """The page."""
    info, count = result.info, len(result.factors)
    sections = [
        Section("What would change the decision", tables=_tables(result)),
        Section("One at a time", pictures=(_tornado(result),)),
    ]
    if result.method != TORNADO:
        said = _MEANING[result.method]
        if _has_luck(result):
            said += " " + _LUCK.format(size=_size(result))
        pictures = (_indices_picture(result, result.arm), _indices_picture(result, result.control), *_pairs(result))
        sections.append(Section("All at once", said, pictures, _index_tables(result)))
    sections.append(Section("What was varied", tables=(_ranges(result),)))
    runs = f"{count_of(len(result.settings), 'setting')} of a {result.method.capitalize()} design and " * bool(
        len(result.settings)
    )
    return Sheet(
        title="Which assumption would flip the decision?",
        lead=(
            f"{count_of(count, 'parameter')} varied, {count_of(len(result.arms), 'arm')} ranked by "
            f"{info.label.lower()}: {runs}{len(result.leads):,} values of single parameters with "
            f"{result.replications} replications each, of {result.customers:,} customers over {result.weeks} weeks; "
            f"same customers, same luck."
        ),
        answers=[*answers(result), *_matters(result)],
        rule=RULE,
        sections=sections,
        limits=_LIMITS,
        provenance=result.provenance,
        configuration=result.configuration,
    )


def _matters(result: SensitivityResult) -> list[tuple[str, str]]:
    """What matters most for the difference, and luck's part in it."""
    if result.method == TORNADO:
        return []
    wide, info = _wide(result, result.arm), result.info
    scale, unit = scale_of(info), unit_of(info)
    rank, half = ("mu_star", "half") if result.method == MORRIS else ("ST", "ST_half")

    def words(row: Any) -> str:
        value, noise = getattr(row, rank), getattr(row, half)
        if result.method == MORRIS:
            return f"{level_of(value * scale)} \u00b1 {level_of(noise * scale)} {unit}"
        return f"{value:.0%} \u00b1 {noise:.0%}"

    top = wide[(wide["factor"] != LUCK) & (wide[rank] > wide[half])].head(3)
    names = "; ".join(f"{row.factor} ({words(row)})" for row in rows_of(top)) or "nothing that the design can tell"
    what = "mean absolute change (mu*)" if result.method == MORRIS else "share of variance with interactions (ST)"
    said = [(f"Surely matter to {plain(result.arm)}", f"{names}: {what} of its difference from the control")]
    if _has_luck(result):
        (row,) = rows_of(wide[wide["factor"] == LUCK])
        said.append(("Luck", f"{words(row)}: {what}, in one setting of {_size(result)}"))
    return said


def level_of(value: float) -> str:
    """Two digits that count."""
    return f"{value:.2g}" if abs(value) < 100 else f"{value:,.0f}"


def _size(result: SensitivityResult) -> str:
    return f"{count_of(result.repeats, 'replication')} of {result.customers:,} customers"


def _has_luck(result: SensitivityResult) -> bool:
    return LUCK in set(result.indices["factor"])


def _wide(result: SensitivityResult, outcome: str) -> pd.DataFrame:
    """The indices of one outcome, a row per factor, what matters most first."""
    rows = result.indices[result.indices["outcome"] == outcome]
    values = rows.pivot(index="factor", columns="index", values="value").astype(float)
    halves = rows.pivot(index="factor", columns="index", values="half").astype(float).add_suffix("_half")
    wide = values.join(halves).rename(columns={"mu_star_half": "half"}).reset_index()
    return wide.sort_values("mu_star" if result.method == MORRIS else "ST", ascending=False, kind="stable")


def _tables(result: SensitivityResult) -> tuple[Table, ...]:
    none = steady_table(result)
    return (flips_table(result), none) if none else (flips_table(result),)


def _tornado(result: SensitivityResult) -> Picture:
    info = result.info
    reaches, own = [], 0.0
    for row in rows_of(result.ranges):
        low, high = (_gap(result, row.factor, value) for value in (row.low, row.high))
        own = _gap(result, row.factor, row.own).mean
        reaches.append(Reach(row.factor, (f"{row.low:.3g}", f"{row.high:.3g}"), low, high))
    widest = sorted(reaches, key=lambda one: -max(abs(one.low.mean - own), abs(one.high.mean - own)))
    arm = plain(result.arm)
    label = f"{info.label} of {arm} minus {plain(result.control)}, {unit_of(info)}"
    more = f" The {MOST} widest of {len(reaches)}." if len(reaches) > MOST else ""
    return Picture(
        "tornado", tornado(widest[:MOST], own, scale_of(info), label),
        f"Tornado: the difference of {arm} from the control at both ends of each parameter's range.",
        f"The difference of {named(result.arm)} from the control when one parameter is at the lowest or highest value "
        f"of its range, written beside it; the upright line is the study as it stands. Thin lines: paired 95% "
        f"intervals of the difference itself, not of the change along the bar.{more}",
    )  # fmt: skip


def _gap(result: SensitivityResult, factor: str, at: float) -> Interval:
    """The chosen plan minus the control at one value of a factor."""
    rows = result.walks[(result.walks["factor"] == factor) & (result.walks["at"] == at)]
    wide = rows.pivot(index="replicate", columns="arm", values="value")
    return paired_t((wide[result.arm] - wide[result.control]).to_numpy(float))


def _indices_picture(result: SensitivityResult, outcome: str) -> Picture:
    info, wide = result.info, _wide(result, outcome)
    is_level = outcome == result.control
    what = (
        f"the {info.label.lower()} of {named(outcome)}"
        if is_level
        else f"the difference of {named(outcome)} from the control"
    )
    name = f"{result.method}-{'level' if is_level else 'difference'}"
    more = f" The first {MOST} of {len(wide)}." if len(wide) > MOST else ""
    if result.method == MORRIS:
        unit = unit_of(info, of_difference=True)
        caption = f"Morris: what a move of each factor does to {what}. Numbers beside the points are ranks.{more}"
        return Picture(name, morris(wide, scale_of(info), unit), f"mu star and sigma of {what}.", caption)
    return Picture(
        name, sobol(wide), f"First-order and total shares of the variance of {what}.",
        f"Sobol: shares of the variance of {what}, with 95% intervals.{more}",
    )  # fmt: skip


def _pairs(result: SensitivityResult) -> tuple[Picture, ...]:
    rows = result.pairs[result.pairs["outcome"] == result.arm]
    if not len(rows):
        return ()
    names = list(_wide(result, result.arm)["factor"].head(_PAIRS))
    shown = rows[rows["factor"].isin(names) & rows["other"].isin(names)]
    return (
        Picture(
            "sobol-pairs", heat_map(names, shown), "Heat map of second-order shares of variance.",
            f"What only two factors together explain of the variance of the difference of {named(result.arm)} from the "
            f"control; the {len(names)} factors with the largest ST. Coloured where the 95% interval lies above "
            f"zero; the rest cannot be told from noise.",
        ),
    )  # fmt: skip


def _index_tables(result: SensitivityResult) -> tuple[Table, ...]:
    if result.method == TORNADO:
        return ()
    wide, control = _wide(result, result.arm), {row.factor: row for row in rows_of(_wide(result, result.control))}
    scale, unit = scale_of(result.info), unit_of(result.info)
    if result.method == MORRIS:
        heads = ["Factor", f"mu*, {unit}", "mu", "sigma", "mu* of the control's level"]
        rows = [
            [
                Cell(row.factor),
                Cell(level_of(row.mu_star * scale), f"\u00b1 {level_of(row.half * scale)}"),
                Cell(NONE if row.factor == LUCK else level_of(row.mu * scale)),
                Cell(level_of(row.sigma * scale)),
                Cell(level_of(control[row.factor].mu_star * scale)),
            ]
            for row in rows_of(wide)
        ]
        notes = "mu is the mean change with its sign: above zero, more helps the plan. Luck has no direction."
        return (Table(f'Morris: the difference of "{plain(result.arm)}" from the control', heads, rows, notes),)
    rows = [
        [
            Cell(row.factor),
            Cell(f"{row.S1:.0%}", f"\u00b1 {row.S1_half:.0%}"),
            Cell(f"{row.ST:.0%}", f"\u00b1 {row.ST_half:.0%}"),
            *(Cell(f"{share:.0%}") for share in (control[row.factor].S1, control[row.factor].ST)),
        ]
        for row in rows_of(wide)
    ]
    heads = ["Factor", "S1", "ST", "S1 of the control's level", "ST of the control's level"]
    return (Table(f'Sobol: the difference of "{plain(result.arm)}" from the control', heads, rows),)


def _ranges(result: SensitivityResult) -> Table:
    rows = [
        [
            Cell(row.factor, row.doc),
            Cell(f"{row.own:.3g}"),
            Cell(f"{row.low:.3g} to {row.high:.3g}"),
            Cell(row.unit),
            Cell(row.source),
        ]
        for row in rows_of(result.ranges)
    ]
    return Table(
        "Parameters and their ranges", ["Parameter", "In the study", "Range", "Unit", "Source"], rows,
        words=frozenset({3, 4}),
    )  # fmt: skip
