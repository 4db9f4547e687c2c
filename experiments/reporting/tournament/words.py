"""What a tournament says, in words: where theories agree, where they part, which experiment to run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from experiments.reporting.wording import listed, number, plain, scale_of, unit_of
from experiments.tournament.results import TournamentResult
from experiments.tournament.separation import (
    ONE_ONLY,
    OPPOSITE,
    SIZE,
    Agreement,
    agreement,
    among_theories,
    best,
    reach,
    theories,
)  # fmt: skip

GROUPS = (100, 500, 1_000, 5_000)  # customers per group that an experiment may have
KINDS = {
    OPPOSITE: "they answer in opposite directions",
    ONE_ONLY: "only one of them answers (nine times the other or more)",
    SIZE: "both answer alike, and differ in size",
}
RULE = (
    "n = 2 (1.96 + 0.84)² / d² customers in the situation and as many left alone show the difference of two responses "
    "with 80% power at alpha .05; d is that difference over the standard deviation between customers. n is counted at "
    "the end of the simultaneous 95% interval that is nearer to zero."
)
_HARDEST, _WORTH_ASKING = 12, 0.1  # pairs, standard deviations
_AGREED = (("churn", "end"), ("uses", "end"), ("survey", "4"), ("complaints", "1"), ("word_of_mouth", "end"))


@dataclass(frozen=True)
class Pair:
    """Two theories and what separates them best.

    Attributes:
        first: one mind.
        second: the other.
        found: the experiment in words, or that there is none.
        answers: what each theory predicts it to show.
        effect: the standardised difference, as text.
        needed: customers per group, as text, counted at the nearer end of the interval.
        kind: what kind of difference it is.
        otherwise: the best experiment with another situation.
    """

    first: str
    second: str
    found: str
    answers: str
    effect: str
    needed: str
    kind: str
    otherwise: str


def answers(result: TournamentResult) -> list[tuple[str, str]]:
    """Questions and answers for the head of the page and the end of the terminal's."""
    chosen = among_theories(best(result.separations), result.separations)
    said = [("If you can run one", _one_experiment(result)), *agreed(result)]
    if len(chosen):
        said.append(("Easiest to tell apart", _named_pair(result, chosen.iloc[0])))
        said.append(("Hardest", _named_pair(result, chosen.iloc[-1])))
    if untold := _untold_names(result, best(result.separations)):
        said.append(("Not told apart", listed(f"{plain(one)} from {plain(other)}" for one, other in untold)))
    return said


def agreed(result: TournamentResult) -> list[tuple[str, str]]:
    """Which directions all theories share, where only some answer, and where they answer in opposite directions."""
    known = {(one.measure, one.moment, one.situation): one for one in agreement(result.effects)}
    asked = [(measure, moment, shock) for measure, moment in _AGREED for shock in result.shocks]
    rows = [known[question] for question in asked if question in known]
    alike = [_alike(result, measure, [one for one in rows if one.measure == measure]) for measure, _ in _AGREED]
    some = [_who(result, one) for one in rows if one.measure == "churn" and one.none and (one.more or one.less)]
    split = [_sides(result, one) for one in rows if one.more and one.less]
    said = {"All agree": [text for text in alike if text], "Churn of some only": some, "Opposite signs": split}
    return [(question, "; ".join(answers)) for question, answers in said.items() if answers]


def pairs(result: TournamentResult) -> list[Pair]:
    """Every two minds with the experiment that separates them best, the easiest first, theories before others."""
    chosen, known = best(result.separations), theories(result.separations)
    found = [_pair(result, row) for _, row in chosen.iterrows()]
    found.sort(key=lambda pair: not {pair.first, pair.second} <= known)
    found += [
        Pair(first, second, "nothing that a firm can see, in these situations", "", "", "", "", "")
        for first, second in _untold_names(result, chosen)
    ]
    return found


def most_different(result: TournamentResult, count: int) -> list[Pair]:
    """The pairs that are told apart most easily, one for each two families; minds that answer nothing are left out."""
    known, found = theories(result.separations), dict[frozenset[str], Pair]()
    for pair in pairs(result):
        families = frozenset(result.families[mind] for mind in (pair.first, pair.second))
        if pair.effect and {pair.first, pair.second} <= known:
            found.setdefault(families, pair)
    return list(found.values())[:count]


def reached(result: TournamentResult) -> list[tuple[str, list[str]]]:
    """Situation -> how many pairs it tells apart with so many customers per group, those that reach furthest first."""
    found = reach(result.separations, GROUPS).items()
    return [(result.title(name), [f"{count}" for count in counts]) for name, counts in found]


def hidden(result: TournamentResult) -> list[tuple[str, str, str, str, str]]:
    """What a questionnaire about hidden constructs would add for the pairs that acts tell apart last.

    Returns:
        Theories, experiment, construct, d, and customers per group that acts would take.
    """
    rows = result.separations
    asked = rows[~rows["observable"] & (rows["at_least"] >= _WORTH_ASKING)]
    asked = asked.sort_values("at_least", ascending=False, kind="stable")
    asked = asked.drop_duplicates(["first", "second"]).set_index(["first", "second"])
    hardest = among_theories(best(rows), rows).iloc[::-1]
    found: list[tuple[str, str, str, str, str]] = []
    for _, row in hardest.iterrows():
        names = (row["first"], row["second"])
        if names in asked.index and len(found) < _HARDEST:
            one = asked.loc[[names]].iloc[0]
            what = result.info(str(one["measure"])).label
            experiment = f"{result.title(str(one['situation']))}, {when(one)}"
            effect, by_acts = f"{abs(one['effect']):.2f}", customers(row["at_most"])
            found.append((" and ".join(map(plain, names)), experiment, what, effect, by_acts))
    return found


def when(row: Mapping[str, object] | pd.Series) -> str:
    """The moment of a measurement, in words."""
    moment = str(row["moment"])
    if moment == "end":
        return "at the end"
    return "in the week it begins" if moment == "1" else f"after {moment} weeks"


def customers(needed: float) -> str:
    """A number of customers per group, with no more digits than are worth having."""
    if not math.isfinite(needed):
        return "no number"
    if needed < 1_000:
        return f"{needed:.0f}"
    digits = 10 ** (int(math.log10(needed)) - 1)
    return f"{math.ceil(needed / digits) * digits:,.0f}"


def measured(result: TournamentResult, row: pd.Series) -> str:
    """Situation, measure and moment of a separation, in words."""
    label = result.info(str(row["measure"])).label.lower()
    return f"{result.title(str(row['situation']))}: {label} {when(row)}"


def _alike(result: TournamentResult, measure: str, rows: Sequence[Agreement]) -> str:
    """After which situations all theories move a measure up, and after which down."""
    titles = {way: [result.title(one.situation) for one in rows if one.direction == way] for way in (1, -1)}
    said = [f"{word} after {listed(titles[way])}" for way, word in ((1, "up"), (-1, "down")) if titles[way]]
    return f"{_label(result, measure)} {', '.join(said)}" if said else ""


def _who(result: TournamentResult, one: Agreement) -> str:
    """Who answers a situation, and who does not; the shorter list."""
    moved = [*one.more, *one.less]
    few, word = (moved, "only in") if len(moved) <= len(one.none) else (one.none, "not in")
    return f"{result.title(one.situation)}, {word} {listed(map(plain, few))}"


def _sides(result: TournamentResult, one: Agreement) -> str:
    what = f"{_label(result, one.measure)} after {result.title(one.situation)}"
    return f"{what} (up in {listed(map(plain, one.more))}; down in {listed(map(plain, one.less))})"


def _label(result: TournamentResult, measure: str) -> str:
    return result.info(measure).label.lower()


def _pair(result: TournamentResult, row: pd.Series) -> Pair:
    info = result.info(str(row["measure"]))
    scale, unit = scale_of(info), unit_of(info)
    both = [number(float(row[name]) * scale, 2) for name in ("response_first", "response_second")]
    other = _otherwise(result).get((str(row["first"]), str(row["second"])))
    return Pair(
        first=str(row["first"]),
        second=str(row["second"]),
        found=measured(result, row),
        answers=f"{both[0]} against {both[1]} {unit}",
        effect=f"{abs(row['effect']):.2f}",
        needed=customers(row["at_most"]),
        kind=str(row["kind"]),
        otherwise="" if other is None else f"{measured(result, other)}, {customers(other['at_most'])}",
    )


@lru_cache(maxsize=2)
def _otherwise(result: TournamentResult) -> dict[tuple[str, str], pd.Series]:
    """For each pair the best experiment with a situation that is not its best one."""
    rows, chosen = result.separations, best(result.separations)
    taken = {(a, b): c for a, b, c in zip(chosen["first"], chosen["second"], chosen["situation"], strict=True)}
    names = zip(rows["first"], rows["second"], strict=True)
    others = rows[[taken.get(pair) != situation for pair, situation in zip(names, rows["situation"], strict=True)]]
    return {(str(row["first"]), str(row["second"])): row for _, row in best(others).iterrows()}


def _one_experiment(result: TournamentResult) -> str:
    total, middle = math.comb(len(theories(result.separations)), 2), GROUPS[1]
    counts = {result.title(name): told for name, (told,) in reach(result.separations, [middle]).items()}
    (first, told), *others = counts.items()
    told_by = f"{middle} customers in it and {middle} left alone tell {told} of {total} pairs of theories apart"
    return f"{first}: {told_by}" + "".join(f"; next {name} ({count})" for name, count in others[:1])


def _named_pair(result: TournamentResult, row: pd.Series) -> str:
    pair = _pair(result, row)
    return (
        f"{plain(pair.first)} and {plain(pair.second)}, by {pair.found}: {pair.answers}, d = {pair.effect}, "
        f"{customers(row['at_most'])} customers per group"
    )


def _untold_names(result: TournamentResult, chosen: pd.DataFrame) -> list[tuple[str, str]]:
    told = set(zip(chosen["first"], chosen["second"], strict=True))
    minds: Sequence[str] = result.minds
    every = [(one, other) for place, one in enumerate(minds) for other in minds[place + 1 :]]
    return [(one, other) for one, other in every if not {(one, other), (other, one)} & told]
