"""Tables of an optimisation: what the contestants do, what became of their promises, what the chosen one brings."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np

from experiments.inference.intervals import F64, Interval, paired_t
from experiments.optimise.results import AT_RANDOM, BY_HAND, CONFIRMATION, CONTROL, FOUND, OptimiseResult
from experiments.reporting.sheet import Cell, Table, difference
from experiments.reporting.wording import number, places, plain, scale_of, unit_of

_BROUGHT = ("value", "profit", "retention", "satisfaction", "spent")

_PROMISES = (
    "'Promised too much' is the gain in the search minus the gain on fresh luck, in the goal's own direction: the best "
    "of many trials are those that were lucky as well. Those made by hand were not picked for their luck."
)


@lru_cache(maxsize=512)
def gain(result: OptimiseResult, arm: str, metric: str) -> Interval:
    """A contestant minus the control on the luck of the selection."""
    return paired_t(result.difference(arm, result.control, metric))


@lru_cache(maxsize=512)
def confirmed(result: OptimiseResult, other: str, metric: str) -> Interval:
    """The chosen one minus another on luck by which nothing was chosen."""
    return paired_t(result.difference(result.chosen, other, metric, CONFIRMATION))


def promised(result: OptimiseResult, arm: str, goal: str) -> float:
    """A contestant's gain under the luck of the search."""
    return result.gain(arm, goal)


def others(result: OptimiseResult) -> list[str]:
    """Who was run beside the chosen one to confirm, the control first."""
    there = set(result.fresh.loc[result.fresh["stage"] == CONFIRMATION, "arm"])
    return [arm for arm in result.arms if arm in there and arm != result.chosen]


def spent(result: OptimiseResult, arm: str) -> tuple[list[str], F64]:
    """Cells of a contestant and what each spent in each period [C, P]."""
    cells = [str(cell) for cell in result.decided.loc[result.decided["arm"] == arm, "what"].unique()]
    rows = result.spending[result.spending["arm"] == arm]
    cells = [cell for cell in cells if cell in set(cells_of(result))]
    money = np.zeros((len(cells), result.periods))
    for cell, period, amount in zip(rows["cell"], rows["period"], rows["money"], strict=True):
        if cell in cells:
            money[cells.index(cell), int(period)] = amount
    return cells, money


def cells_of(result: OptimiseResult) -> list[str]:
    """All cells of the split that any contestant uses, in their order."""
    rows = result.decided[result.decided["money"].notna()]
    return [str(cell) for cell in rows["what"].unique()]


def is_split(result: OptimiseResult) -> bool:
    """Whether what was chosen is a split of the budget."""
    return result.chosen in set(result.decided.dropna(subset=["money"])["arm"])


def periods_of(result: OptimiseResult) -> list[str]:
    """The periods, in weeks."""
    starts = [place * result.weeks // result.periods for place in range(result.periods + 1)]
    return [f"{low + 1}-{high}" for low, high in pairwise(starts)]


def plan_table(result: OptimiseResult) -> Table:
    """What the chosen split gives to whom, from when, and what was spent when."""
    cells, money = spent(result, result.chosen)
    given = result.given(result.chosen)
    rows = [
        [
            Cell(plain(cell)),
            Cell(f"{given[cell][0]:,.0f}"),
            Cell(f"{given[cell][1] + 1}"),
            *(Cell(f"{amount:,.0f}") for amount in own),
            Cell(f"{own.sum():,.0f}"),
        ]
        for cell, own in zip(cells, money, strict=True)
    ]
    kept = result.budget - sum(money for money, _ in given.values())
    total = [Cell(f"{amount:,.0f}") for amount in money.sum(axis=0)]
    rows.append([Cell("all"), Cell(f"{result.budget - kept:,.0f}"), Cell(""), *total, Cell(f"{money.sum():,.0f}")])
    rows.append([Cell("kept back"), Cell(f"{kept:,.0f}"), Cell(""), *(Cell("") for _ in total), Cell("")])
    currency = result.info("spent").unit
    return Table(
        f"The budget by play, segment and time: given, and spent in weeks ... ({currency}, mean on fresh luck)",
        ("", "given", "from week", *periods_of(result), "spent"),
        rows,
        notes="A play stops when its money would not last another week, or with the horizon.",
    )


def decided_table(result: OptimiseResult) -> Table:
    """What each contestant of the search does, the chosen one first: how far good decisions lie apart."""
    arms = [arm for arm in result.arms if arm == result.chosen or _is_worth_a_column(result, arm)]
    arms = sorted(arms, key=lambda arm: (arm != result.chosen, result.kind(arm) == BY_HAND))
    wide = {
        (str(arm), str(what)): _what(money, int(start), value)
        for arm, what, money, start, value in result.decided.itertuples(index=False)
    }
    things = list(dict.fromkeys(what for arm, what in wide if arm in arms))
    rows = [[Cell(plain(what)), *(wide.get((arm, what), Cell("-")) for arm in arms)] for what in things]
    return Table("What each of them does: money given, or the parameter", ("", *(plain(arm) for arm in arms)), rows)


def _is_worth_a_column(result: OptimiseResult, arm: str) -> bool:
    """Whether it takes more than a word to say what a contestant does."""
    return len(result.given(arm)) > 1 or bool(result.parameters(arm)) or result.kind(arm) in (FOUND, AT_RANDOM)


def contestants_table(result: OptimiseResult) -> Table:
    """What the search said of each contestant, what fresh luck says, and what became of it."""
    heads: list[str] = ["contestant"]
    alone = len(result.goals) == 1
    for goal in result.goals:
        info = result.info(goal)
        unit = unit_of(info)
        heads += [f"{info.label.lower()} in the search\n{unit}", f"on fresh luck\n{unit}"]
        heads += [f"promised too much\n{unit}"] * alone
    heads += ["spent\n" + result.info("spent").unit, "what became of it"]
    arms = [arm for arm in result.arms if result.kind(arm) != CONTROL]
    first = result.info(result.goals[0])
    arms.sort(key=lambda arm: -gain(result, arm, first.name).mean * first.better)
    rows = [[_about(result, arm), *_promises(result, arm), *_fate(result, arm)] for arm in arms]
    return Table(
        f"Differences from '{plain(result.control)}' (95% intervals)", heads, rows, words=frozenset({len(heads) - 1}),
        notes=_PROMISES if alone else "",
    )  # fmt: skip


def confirmed_table(result: OptimiseResult) -> Table:
    """The chosen one minus others, in several measures, on luck by which nothing was chosen."""
    known = {info.name for info in result.metrics}
    names = list(dict.fromkeys((*result.goals, *(name for name in _BROUGHT if name in known))))
    infos = [result.info(name) for name in names]
    digits = [
        places([confirmed(result, other, info.name) for other in others(result)], scale_of(info)) for info in infos
    ]
    rows = [
        [
            Cell(f"minus {plain(other)}"),
            *(
                difference(confirmed(result, other, info.name), many, scale_of(info), info.better)
                for info, many in zip(infos, digits, strict=True)
            ),
        ]
        for other in others(result)
    ]
    heads = ("", *(f"{info.label.split(',')[0].lower()}\n{unit_of(info)}" for info in infos))
    return Table(f"'{plain(result.chosen)}' minus others (95% intervals)", heads, rows)


def _what(money: float, start: int, value: float) -> Cell:
    """Money of a cell and when it begins, if not at once; or a parameter."""
    return Cell(f"{value:.4g}") if math.isnan(money) else Cell(f"{money:,.0f}", f"from week {start + 1}" * (start > 0))


def _beaten(result: OptimiseResult, arm: str) -> str:
    """By whom a contestant is beaten in all goals, and whether each 95% interval of the paired differences says so."""
    verdict = "beaten by another"
    for other in result.front():
        gaps = [paired_t(result.difference(other, arm, goal) * result.info(goal).better) for goal in result.goals]
        if all(gap.sign > 0 for gap in gaps):
            return f"beaten by {plain(other)}"
        if all(gap.mean >= 0 for gap in gaps):
            verdict = f"beaten by {plain(other)}, perhaps by luck"
    return verdict


def _about(result: OptimiseResult, arm: str) -> Cell:
    return Cell(plain(arm), "" if result.kind(arm) == "found" else result.kind(arm))


def _promises(result: OptimiseResult, arm: str) -> list[Cell]:
    cells = []
    for goal in result.goals:
        info = result.info(goal)
        scale = scale_of(info)
        digits = places([gain(result, one, goal) for one in result.arms], scale)
        said, found = promised(result, arm, goal), gain(result, arm, goal)
        too_much = (said - found.mean) * scale * info.better
        cells += [Cell(number(said * scale, digits)), difference(found, digits, scale, info.better)]
        cells += [Cell(number(too_much, digits))] * (len(result.goals) == 1)
    return cells


def _fate(result: OptimiseResult, arm: str) -> list[Cell]:
    row = result.contestants.set_index("arm").loc[arm]
    money = Cell(f"{result.values(arm, 'spent').mean():,.0f}")
    if not row["feasible"]:
        return [money, Cell("may not be chosen", str(row["broken"]))]
    if len(result.goals) > 1:
        return [money, Cell("on the front" if arm in result.front() else _beaten(result, arm))]
    if arm == result.chosen:
        return [money, Cell("chosen" if result.selection["decided"] else "leads, not chosen yet")]
    dropped = result.selection["dropped_at"].get(arm)
    return [money, Cell(f"dropped after {dropped}" if dropped else "left")]
