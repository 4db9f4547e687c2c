"""Which plays help and which eat each other: interactions, their verdicts, and the page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations

import numpy as np
from rich.console import Console

from experiments.inference.intervals import F64, LEVEL, Interval, paired_t
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
from experiments.reporting.synergy_figure import heat_map
from experiments.reporting.wording import listed, places, plain
from experiments.synergy.results import SynergyResult, named

VALUE, RETENTION, COST = "value", "retention", "cost"
HELP, EAT, MAYBE_HELP, MAYBE_EAT, UNSEEN = (
    "help each other",
    "eat each other",
    "perhaps help",
    "perhaps eat",
    "no interaction seen",
)
_TONES = {HELP: BETTER, EAT: WORSE}
RULE = (
    "Interaction = effect of both - effect of the one - effect of the other, in value (profit within the horizon and "
    "the margin expected beyond it). 'Help' and 'eat' need an interval that is wide enough for all pairs at once "
    "(Bonferroni, 95% together) and does not hold zero; 'perhaps' needs the pair's own 95% interval only."
)

type Pair = tuple[str, str]


@lru_cache(maxsize=256)
def effect(result: SynergyResult, plays: tuple[str, ...], metric: str) -> Interval:
    """A set of plays minus the control."""
    return paired_t(_effect(result, plays, metric))


@lru_cache(maxsize=256)
def interaction(result: SynergyResult, pair: Pair, metric: str, level: float = LEVEL) -> Interval:
    """What two plays bring together beyond what each brings alone."""
    alone = sum(_effect(result, (play,), metric) for play in pair)
    return paired_t(_effect(result, pair, metric) - alone, level)


@lru_cache(maxsize=16)
def beyond_singles(result: SynergyResult, metric: str) -> Interval:
    """All plays together minus the sum of what each brings alone."""
    alone = sum(_effect(result, (play,), metric) for play in result.plays)
    return paired_t(_effect(result, tuple(result.plays), metric) - alone)


def pairs(result: SynergyResult) -> list[Pair]:
    """Every two plays, by interaction in value, the most helpful first."""
    found: list[Pair] = list(combinations(result.plays, 2))
    return sorted(found, key=lambda pair: -interaction(result, pair, VALUE).mean)


def verdict(result: SynergyResult, pair: Pair) -> str:
    """What two plays do to each other, as far as the intervals say."""
    count = len(result.plays) * (len(result.plays) - 1) // 2
    together = interaction(result, pair, VALUE, 1 - (1 - LEVEL) / count).sign
    if together:
        return HELP if together > 0 else EAT
    return {1: MAYBE_HELP, -1: MAYBE_EAT, 0: UNSEEN}[interaction(result, pair, VALUE).sign]


def print_synergy(result: SynergyResult, console: Console | None = None) -> None:
    """Print what each play brings, and what they do to each other."""
    sheet = synergy_sheet(result)
    print_sheet(sheet, [_effects(result), _interactions(result)], console)


def synergy_sheet(result: SynergyResult) -> Sheet:
    """The page."""
    said = (
        f"{len(result.plays)} plays alone, in pairs and all together; {result.replications} replications of "
        f"{result.customers:,} customers, {result.weeks} weeks; same customers, same luck."
    )
    return Sheet(
        title="Which plays help each other, and which eat each other?",
        lead=said,
        answers=_answers(result),
        rule=RULE,
        sections=(
            Section("Pairs", pictures=(_picture(result),), tables=(_interactions(result),)),
            Section("Alone and all together", tables=(_effects(result),)),
        ),
        limits=_LIMITS,
        provenance=result.provenance,
        configuration=result.configuration,
    )


def _effect(result: SynergyResult, plays: Iterable[str], metric: str) -> F64:
    """A set of plays minus the control, by replication [R]."""
    return _values(result, metric, named(plays)) - _values(result, metric, result.control)


def _values(result: SynergyResult, metric: str, arm: str) -> F64:
    rows = result.outcomes[(result.outcomes["arm"] == arm) & (result.outcomes["metric"] == metric)]
    return rows.sort_values("replicate")["value"].to_numpy(float)


def _answers(result: SynergyResult) -> list[tuple[str, str]]:
    found = {pair: verdict(result, pair) for pair in pairs(result)}
    said = []
    for word, question in (
        (HELP, "Help each other"), (MAYBE_HELP, "Perhaps help"), (EAT, "Eat each other"), (MAYBE_EAT, "Perhaps eat"),
    ):  # fmt: skip
        names = [_spoken(pair) for pair, one in found.items() if one == word]
        if names:
            said.append((question, "; ".join(names)))
    if not said:
        said.append(("No pair", "interacts so that it could be seen: what they bring adds up, as far as can be told"))
    gap, unit = beyond_singles(result, VALUE), result.info(VALUE).unit
    digits = places([gap])
    words = {1: "more than", -1: "less than", 0: "not surely other than"}[gap.sign]
    cell = difference(gap, digits)
    said.append(("All together", f"bring {words} the sum of each alone: {cell.text} {unit} ({cell.small})"))
    best = max(result.plays, key=lambda play: effect(result, (play,), VALUE).mean)
    said.append(("Best alone", plain(best)))
    costly = [plain(play) for play in result.plays if effect(result, (play,), VALUE).sign < 0]
    if costly:
        said.append(("Cost more than they bring", listed(costly)))
    return said


def _picture(result: SynergyResult) -> Picture:
    size = len(result.plays)
    joint = np.full((size, size), np.nan)
    marks = np.full((size, size), "", dtype=object)
    for row, column in combinations(range(size), 2):
        pair = (result.plays[row], result.plays[column])
        joint[column, row] = interaction(result, pair, VALUE).mean
        marks[column, row] = {HELP: "**", EAT: "**", MAYBE_HELP: "*", MAYBE_EAT: "*"}.get(verdict(result, pair), "")
    alone = np.array([effect(result, (play,), VALUE).mean for play in result.plays])
    made = heat_map([plain(play) for play in result.plays], alone, joint, marks, result.info(VALUE).unit)
    return Picture(
        "interactions", made, "Triangle of plays: the interaction of each pair in value.",
        "On the diagonal what a play brings alone. Below it what a pair brings beyond the sum of both: blue, they help "
        "each other; orange, they eat each other. ** sure for all pairs at once, * for this pair alone.",
    )  # fmt: skip


def _interactions(result: SynergyResult) -> Table:
    found = pairs(result)
    value = places([interaction(result, pair, VALUE) for pair in found])
    kept = places([interaction(result, pair, RETENTION) for pair in found], 100)
    both = places([effect(result, pair, VALUE) for pair in found])
    rows = []
    for pair in found:
        word = verdict(result, pair)
        rows.append(
            [
                Cell(_spoken(pair)),
                difference(effect(result, pair, VALUE), both, better=1),
                difference(interaction(result, pair, VALUE), value, better=1),
                difference(interaction(result, pair, RETENTION), kept, 100, 1),
                Cell(word, tone=_TONES.get(word, OPEN)),
            ]
        )
    unit = result.info(VALUE).unit
    heads = ("pair", f"both: value\n{unit}", f"interaction\n{unit}", "in retention\npoints", "they")
    notes = "Means and paired 95% intervals of each pair by itself; the last column is judged for all pairs at once."
    return Table("Pairs: what they bring beyond the sum of both", heads, rows, notes, frozenset({4}))


def _effects(result: SynergyResult) -> Table:
    sets = {plain(play): (play,) for play in result.plays} | {"all together": tuple(result.plays)}
    lines = {title: {m: effect(result, plays, m) for m in (VALUE, RETENTION, COST)} for title, plays in sets.items()}
    gap = {metric: beyond_singles(result, metric) for metric in (VALUE, RETENTION, COST)}
    lines["all minus the sum of each"] = gap
    scales = {VALUE: 1.0, RETENTION: 100.0, COST: 1.0}
    digits = {metric: places([line[metric] for line in lines.values()], scales[metric]) for metric in scales}
    better = {VALUE: 1, RETENTION: 1, COST: 0}
    rows = [
        [Cell(title), *(difference(line[m], digits[m], scales[m], better[m]) for m in scales)]
        for title, line in lines.items()
    ]
    unit = result.info(VALUE).unit
    heads = ("play", f"value\n{unit}", "retention\npoints", f"cost\n{unit}")
    return Table(f"Differences from '{plain(result.control)}' (95% intervals)", heads, rows)


def _spoken(pair: Pair) -> str:
    return f"{plain(pair[0])} + {plain(pair[1])}"


_LIMITS = (
    (
        "Interaction is on the scale of money.",
        "A customer kept by one play cannot be kept again by another, so plays that keep the same customers eat each "
        "other here even where each does all it can; on a scale of odds some of that would vanish.",
    ),
    ("Many pairs are asked at once.", "Hence the wider intervals for 'help' and 'eat'; what is not seen may still be."),
    (
        "How plays are put together is a rule of ours.",
        "Lifts of quality add up, of depth and recognition the stronger counts, prices multiply, contacts add up.",
    ),
    ("Sizes are the plays' defaults.", "Most are assumed; stronger plays leave each other less room."),
    ("Intervals hold Monte Carlo noise only.", "More replications shrink them; the equations may still be wrong."),
)
