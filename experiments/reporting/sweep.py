"""The page of a sweep: who wins where, what brings most and how much of that is luck, and what matters."""

from __future__ import annotations

import numpy as np
from rich.console import Console

from experiments.reporting.sheet import Cell, Section, Sheet, Table, difference, print_sheet
from experiments.reporting.sweep_pictures import pictures
from experiments.reporting.sweep_reading import (
    at_words,
    best,
    difference_at,
    differences,
    effect_of,
    measured,
    numbers_of,
    reach,
    short,
    winners,
)
from experiments.reporting.wording import named, number, places, plain, scale_of, spelled, unit_of
from experiments.sweep.results import SweepResult

SHOWN = 20  # settings in the table
RULE = (
    "Every arm is run at every setting with the same customers and luck; a setting that changes the world has a "
    "calibrated baseline of its own. A winner is sure where its lead over every other arm has an interval above zero "
    "that is wide enough for all settings at once (Bonferroni, 95% together)."
)
_DESIGNS = {
    "grid": "a grid",
    "paired": "a paired list",
    "latin_hypercube": "a Latin hypercube",
    "sobol": "Sobol's sequence",
}


def print_sweep(result: SweepResult, console: Console | None = None) -> None:
    """Print the settings that bring most, and the answers."""
    sheet = sweep_sheet(result)
    print_sheet(sheet, [_settings(result), *_effects(result)], console)


def sweep_sheet(result: SweepResult) -> Sheet:
    """The page."""
    said = (
        f"{_DESIGNS[result.design].capitalize()} of {len(result.settings):,} settings x {len(result.arms)} arms; "
        f"{result.replications} replications of {result.customers:,} customers each, {result.weeks} weeks; same "
        f"customers, same luck."
    )
    factors = numbers_of(result)
    about = "; ".join(
        f"{short(name)} ({result.numbers[name]['unit']}): {result.numbers[name]['doc']}" for name in factors
    )
    return Sheet(
        title=f"What happens when {_listed(result)} var{'y' if len(result.factors) > 1 else 'ies'}?",
        lead=said,
        answers=_answers(result),
        rule=RULE,
        sections=(
            *(Section(name.capitalize() or "Over the design", about, (picture,)) for name, picture in pictures(result)),
            Section("Settings", tables=[_settings(result), *_effects(result)]),
        ),
        limits=_limits(result),
        provenance=result.provenance,
        configuration=result.configuration,
    )


def _listed(result: SweepResult) -> str:
    names = [*(short(name) for name in numbers_of(result)), *result.parts]
    if len(names) > 3:
        return f"{len(names)} factors"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _answers(result: SweepResult) -> list[tuple[str, str]]:
    found, top, info = winners(result), best(result), measured(result)
    total, wins_of = len(found.arm), []
    for place in np.argsort(-np.bincount(found.arm, minlength=len(result.arms)), kind="stable"):
        wins = found.arm == place
        if wins.any():
            sure = int((wins & found.sure).sum())
            wins_of.append(f"{named(result.arms[place])} at {int(wins.sum())} ({sure} surely)")
    answers = [(f"Best in {info.label.lower()}", f"of {total:,} settings, {'; '.join(wins_of)}")]
    digits = places([top.seems], scale_of(info))
    if top.seems.mean * info.better <= 0:
        answers.append(("Brings most", f"no plan does better than {named(result.control)} at any setting"))
        return answers
    where = f"{named(top.arm)} at {at_words(result, top.setting, top.arm)}"
    answers.append(("Brings most", f"{where}: {spelled(top.seems, info)} against {named(result.control)}"))
    if top.apart.known:
        luck = number(abs(top.seems.mean - top.apart.mean) * scale_of(info), digits, signed=False)
        apart = number(top.apart.mean * scale_of(info), digits)
        curse = f"{luck} of the figure above" if luck != "0" else "none of it, as far as can be told,"
        said = (
            f"chosen by all replications but one and judged by that one, the best of {top.candidates:,} brings {apart} "
            f"{unit_of(info)}: {curse} is winner's curse"
        )
        answers.append(("Luck of choosing", said))
    return [*answers, *_what_matters(result, top.arm), *_break_even(result)]


def _what_matters(result: SweepResult, arm: str) -> list[tuple[str, str]]:
    """The factor over which the best plan's difference moves most."""
    factors, info = numbers_of(result), measured(result)
    if len(factors) < 2 or result.design == "paired":
        return []
    moved = {name: effect_of(result, name) for name in factors}
    most = max(moved, key=lambda name: reach(moved[name], arm))
    low, high = (moved[most].curves[arm][end] for end in (0, -1))
    digits = places([low, high], scale_of(info))
    ends = " to ".join(number(line.mean * scale_of(info), digits) for line in (low, high))
    from_, to = (f"{moved[most].at[end]:.3g}" for end in (0, -1))
    said = f"{short(most)}: from {from_} to {to}, {named(arm)} goes from {ends} {unit_of(info)}, on average"
    return [("Matters most", said)]


def _break_even(result: SweepResult) -> list[tuple[str, str]]:
    """Where a plan's mean difference changes its sign over a single factor."""
    factors = numbers_of(result)
    if len(factors) != 1 or result.parts:
        return []
    order = np.argsort(result.settings[factors[0]].to_numpy(float), kind="stable")
    at = result.settings[factors[0]].to_numpy(float)[order]
    means = differences(result).mean(axis=1)[order]
    said = []
    for place, arm in enumerate(result.arms[1:], 1):
        turns = np.flatnonzero(means[:-1, place] * means[1:, place] < 0)
        between = [f"between {at[turn]:.3g} and {at[turn + 1]:.3g}" for turn in turns]
        said += [f"{named(arm)} {' and '.join(between)}"] if between else []
    return [("Changes sign", f"{'; '.join(said)} of {short(factors[0])}")] if said else []


def _settings(result: SweepResult) -> Table:
    """The settings at which some plan brings most, best first."""
    info, found, better = measured(result), winners(result), measured(result).better
    means = (differences(result)[:, :, 1:] * better).mean(axis=1).max(axis=1)
    order = [int(place) for place in np.argsort(-means, kind="stable")[:SHOWN]]
    plans = result.arms[1:]
    lines = {place: {arm: difference_at(result, place, arm) for arm in plans} for place in order}
    scale = scale_of(info)
    digits = places([line for row in lines.values() for line in row.values()], scale)
    factors = numbers_of(result)
    rows = []
    for place in order:
        row, winner = result.settings.iloc[place], plain(result.arms[found.arm[place]])
        cells = [Cell(plain(str(row[part]))) for part in result.parts]
        cells += [Cell(f"{float(row[name]):.4g}") for name in factors]
        cells += [difference(lines[place][arm], digits, scale, better) for arm in plans]
        rows.append([*cells, Cell(winner if found.sure[place] else f"{winner}, not surely")])
    first = "Settings" if len(means) <= SHOWN else f"{SHOWN} of {len(means):,} settings"
    heads = [*result.parts, *(short(name) for name in factors), *(plain(arm) for arm in plans), "best"]
    notes = (
        "Intervals are each setting's own. settings.parquet and outcomes.parquet hold all settings and all measures, "
        "one row per setting, arm, measure and replication."
    )
    caption = f"{first}, best first: {info.label.lower()} less {named(result.control)}, {unit_of(info)}"
    return Table(caption, heads, rows, notes, frozenset({*range(len(result.parts)), len(heads) - 1}))


def _effects(result: SweepResult) -> list[Table]:
    """Over each factor, where a plan's mean difference is at the low end and the high end."""
    factors, info = numbers_of(result), measured(result)
    if len(factors) < 2 or result.design == "paired":
        return []
    scale, plans = scale_of(info), result.arms[1:]
    found = {name: effect_of(result, name) for name in factors}
    ends = [found[name].curves[arm][end] for name in factors for arm in plans for end in (0, -1)]
    digits, rows = places(ends, scale), []
    for name in sorted(factors, key=lambda name: -max(reach(found[name], arm) for arm in plans)):
        low, high = (f"{found[name].at[end]:.3g}" for end in (0, -1))
        cells = [
            difference(found[name].curves[arm][end], digits, scale, info.better) for arm in plans for end in (0, -1)
        ]
        rows.append([Cell(short(name), f"{low} to {high}"), *cells])
    heads = ["factor", *(f"{plain(arm)}\n{end}" for arm in plans for end in ("at its low end", "at its high end"))]
    caption = f"Over each factor, whatever the others are: {info.label.lower()} less {named(result.control)}, mean"
    return [Table(caption, heads, rows, "The factor that moves a plan most comes first.")]


def _limits(result: SweepResult) -> list[tuple[str, str]]:
    found = [
        (
            "The best of many settings is flattered by luck.",
            "The setting shown as best was chosen because its mean is highest, so that mean is too high. 'Luck of "
            "choosing' says by how much here; more replications make it smaller. To report what a setting brings, run "
            "it again with another seed.",
        ),
        (
            "Bands and intervals hold Monte Carlo noise only.",
            "They are each setting's own, not all at once; only 'surely' is. More replications shrink them, and the "
            "equations may still be wrong.",
        ),
        (
            "Between settings nothing was run.",
            "Lines join what was run; a threshold between two settings is not seen. Take more levels where it matters.",
        ),
        (
            "Ranges are yours, or a third to three times the study's value.",
            "They say what was looked at, not how likely it is: a plan that wins in most of the map does not win with "
            "that probability.",
        ),
    ]
    if len(numbers_of(result)) > 2 and result.design != "paired":
        said = (
            "Two factors that work only together do not show in means over all others: take a grid of those two. In a "
            "design drawn by chance a mean also moves a little with what the other factors happen to be there."
        )
        found.insert(2, ("Main effects hide interactions.", said))
    return found
