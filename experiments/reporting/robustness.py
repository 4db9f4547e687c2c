"""The page of a robustness study: regret, theories and scenarios, where each plan wins, and how large noise is."""

from __future__ import annotations

import numpy as np
from rich.console import Console

from experiments.inference.intervals import F64, Interval, paired_t
from experiments.inference.regret import least_expected, minimax, regret_table, regrets
from experiments.inference.selection import expected_regret, share_best
from experiments.reporting.robustness_figure import effect_maps, regret_boxes
from experiments.reporting.robustness_words import LIMITS, RULE, amount, answers, at_own_sizes, lead, percent
from experiments.reporting.sheet import (
    BETTER,
    OPEN,
    Cell,
    Picture,
    Section,
    Sheet,
    Table,
    difference,
    print_sheet,
)  # fmt: skip
from experiments.reporting.wording import number, places, plain, scale_of, unit_of
from experiments.robustness.results import MIND, SCENARIO, RobustnessResult

_CONDITIONS = (
    "For each plan the conditions, three at most, under which it wins most beyond expectation. Density is the share of "
    "those settings in which it wins, held out the same for settings the conditions were not found with, coverage the "
    "share of its wins that lie there. A condition is told if no more than 5% of shuffled ensembles give any as good "
    "(the first one corrected for the number of plans), and if the plan wins more often there in held-out settings too."
)
_NOISE = (
    "Each setting was run a few times only, with luck of its own. Where noise is a large share of the variance between "
    "settings, which plan wins in a single one is uncertain; averages over all settings are not much touched by it."
)


def print_robustness(result: RobustnessResult, console: Console | None = None) -> None:
    """Print what each plan loses, and who is least bad."""
    print_sheet(robustness_sheet(result), [_regret(result)], console)


def robustness_sheet(result: RobustnessResult) -> Sheet:
    """The page."""
    sections = [Section("What each plan loses", pictures=(_boxes(result),), tables=(_regret(result),))]
    if _panels(result):
        sections.append(_by_world(result))
    sections += [
        Section("Where each plan wins", _CONDITIONS, tables=(_rules(result),)),
        Section("How large is noise?", f"{_NOISE} {_as_they_stand(result)}", tables=(_noise(result),)),
    ]
    return Sheet(
        title="Which plan is least bad, whatever is true?",
        lead=lead(result),
        answers=answers(result),
        rule=RULE,
        sections=sections,
        limits=LIMITS,
        provenance=result.provenance,
        configuration=result.configuration,
    )


def _regret(result: RobustnessResult) -> Table:
    table, unit = regret_table(result.plausible), unit_of(result.metric)
    gaps = [_gap(result, place) for place in range(len(result.arms))]
    scale, better = scale_of(result.metric), result.metric.better
    digits, least = places(gaps, scale), {"mean": least_expected(table), "worst": minimax(table)}
    rows = []
    for place in _order(result):
        line = table[place]
        rows.append(
            [
                Cell(plain(result.arms[place])),
                Cell(number(line.mean * scale, digits, signed=False), tone=_tone(place == least["mean"])),
                Cell(number(line.high * scale, digits, signed=False)),
                Cell(number(line.worst * scale, digits, signed=False), tone=_tone(place == least["worst"])),
                Cell(percent(line.best)),
                Cell("" if result.arms[place] == result.control else percent(line.harm)),
                difference(gaps[place], digits, scale, better),
            ]
        )
    none = plain(result.control)
    heads = ("plan", "regret\nmean", "95% are\nbelow", "largest", "best in", f"worse than\n{none}", f"beyond\n{none}")
    notes = (
        f"Regret in {unit}: its mean, what 95% of the settings stay below, its largest. Best in so many settings: the "
        f"probability of being best, over this ensemble. The last column is the mean {result.metric.label.lower()} "
        f"beyond '{none}' with a 95% interval for what other draws and other luck would give."
    )
    return Table(f"Regret over {result.draws} settings ({unit})", heads, rows, notes)


def _boxes(result: RobustnessResult) -> Picture:
    table, order, scale = regret_table(result.plausible), _order(result), scale_of(result.metric)
    made = regret_boxes(
        [plain(result.arms[place]) for place in order],
        regrets(result.plausible)[:, :, order] * scale,
        [table[place].worst * scale for place in order],
        [table[place].mean * scale for place in order],
        unit_of(result.metric),
    )
    return Picture(
        "regret", made, "Regret of each plan over the settings of the ensemble, as boxes.",
        "Line: 5% to 95% of the settings. Box: the middle half, with the median. Circle: expected regret. Bar at the "
        "right: the largest. A plan that is best in a setting loses nothing there.",
    )  # fmt: skip


def _by_world(result: RobustnessResult) -> Section:
    plans = [place for place in _order(result) if result.arms[place] != result.control]
    names = [plain(result.arms[place]) for place in plans]
    panels = _panels(result)
    shown: dict[str, dict[str, F64]] = {}
    for column, title in panels.items():
        mean = {plain(name): _means(result)[held].mean(axis=0)[plans] for name, held in result.among(column).items()}
        shown[title] = {name: values * result.metric.better * scale_of(result.metric) for name, values in mean.items()}
    made = effect_maps(names, shown, unit_of(result.metric), result.metric.better)
    picture = Picture(
        "effects", made, f"What each plan brings beyond the control, by {' and '.join(panels)}.",
        f"Mean {result.metric.label.lower()} beyond '{plain(result.control)}' over the draws of each theory, and of "
        f"each scenario; blue is better, orange worse.",
    )  # fmt: skip
    tables = [_shares(result, column, title) for column, title in panels.items()]
    return Section("By theory and scenario", pictures=(picture,), tables=(*tables, _alone(result)))


def _shares(result: RobustnessResult, column: str, title: str) -> Table:
    held = result.among(column)
    drawn = {name: result.plausible[:, rows] for name, rows in held.items()}
    wins = {name: share_best(one.reshape(-1, one.shape[-1])) for name, one in drawn.items()}
    lost = {name: regrets(one).mean(axis=(0, 1)) for name, one in drawn.items()}
    rows = []
    for place in _order(result):
        cells = [
            Cell(percent(float(wins[name][place])), f"loses {amount(result, lost[name][place], unit=False)}",
                 _tone(lost[name].argmin() == place))
            for name in held
        ]  # fmt: skip
        rows.append([Cell(plain(result.arms[place])), *cells])
    heads = ("plan", *(plain(name).replace(" ", "\n", 1) for name in held))
    notes = f"Below each share: expected regret, {unit_of(result.metric)}; the smallest in a column is marked."
    return Table(f"Probability of being best, by {title.lower()}", heads, rows, notes)


def _alone(result: RobustnessResult) -> Table:
    rows = []
    for setting, (mind, scenario) in enumerate(result.alone.itertuples(index=False), start=result.draws):
        said = at_own_sizes(result, setting)
        rows.append([Cell(plain(str(mind))), Cell(plain(str(scenario))), Cell(said[:1].upper() + said[1:])])
    notes = "One setting each: all sizes as they stand, only theory or scenario is exchanged."
    return Table("At the study's own sizes", ("theory", "scenario", "best"), rows, notes, frozenset({1, 2}))


def _rules(result: RobustnessResult) -> Table:
    rows = []
    for place in _order(result):
        rule = result.rules.iloc[place]
        holds = bool(rule["holds"])
        where = str(rule["where"]) if holds else "no condition told from chance"
        numbers = [percent(rule[name]) if holds else "" for name in ("density", "held_out", "coverage")]
        count = f"{int(rule['settings'])} of {result.draws}" if holds else ""
        cells = [Cell(where, tone=_tone(holds)), Cell(percent(rule["base"])), *map(Cell, numbers), Cell(count)]
        rows.append([Cell(plain(str(rule["arm"]))), *cells])
    said = " ".join(str(where) for where in result.rules["where"][result.rules["holds"]])
    notes = "; ".join(f"{name}: {meaning}" for name, meaning in result.meanings.items() if name in said.split())
    heads = (
        "plan", "wins where", "wins\nin all", "wins there\n(density)", "held\nout", "its wins there\n(coverage)",
        "settings",
    )  # fmt: skip
    return Table("Conditions under which each wins", heads, rows, notes, frozenset({1}))


def _noise(result: RobustnessResult) -> Table:
    spread, scale = result.spread, scale_of(result.metric)
    noise = np.sqrt(np.diag(spread.noise) / spread.replications) * scale
    between = np.sqrt(np.diag(spread.between)) * scale
    digits = places([Interval(float(one)) for one in (*noise, *between)])
    rows = [
        [
            Cell(plain(result.arms[place])),
            Cell(number(float(between[place]), digits, signed=False)),
            Cell(number(float(noise[place]), digits, signed=False)),
            Cell(percent(float(spread.shares_of_noise[place]))),
        ]
        for place in _order(result)
        if result.arms[place] != result.control
    ]
    heads = (
        "plan",
        "between settings\n(standard deviation)",
        "noise of a setting\n(standard error)",
        "share of noise\n(variance)",
    )
    caption = f"Differences from '{plain(result.control)}': what varies ({unit_of(result.metric)})"
    return Table(caption, heads, rows)


def _as_they_stand(result: RobustnessResult) -> str:
    """What noise would add to the smallest expected regret, were it not taken out."""
    raw, table = expected_regret(_means(result)), regret_table(result.plausible)
    best = least_expected(table)
    return (
        f"Means taken as they stand would give '{plain(result.arms[best])}' an expected regret of "
        f"{amount(result, float(raw[best]))}; with noise taken out it is {amount(result, table[best].mean)}."
    )


def _means(result: RobustnessResult) -> F64:
    """What each arm brings beyond the control in each draw, higher is better [D, A]."""
    means: F64 = result.benefits[: result.draws].mean(axis=1)
    return means


def _gap(result: RobustnessResult, place: int) -> Interval:
    """An arm minus the control over the ensemble, in the measure's own sign."""
    return paired_t(_means(result)[:, place] * result.metric.better)


def _order(result: RobustnessResult) -> list[int]:
    """The arms, the smallest expected regret first, the control last."""
    table = regret_table(result.plausible)
    return sorted(range(len(table)), key=lambda place: (result.arms[place] == result.control, table[place].mean))


def _panels(result: RobustnessResult) -> dict[str, str]:
    """What is exchanged whole, and what it is called."""
    titles = {MIND: "Theory", SCENARIO: "Scenario"}
    return {column: title for column, title in titles.items() if len(result.among(column)) > 1}


def _tone(is_best: bool) -> str:
    return BETTER if is_best else OPEN
