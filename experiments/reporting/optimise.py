"""What should be done, and what does it bring on luck the search never saw? Answers and page of an optimisation."""

from __future__ import annotations

import math
from dataclasses import replace

from rich.console import Console

from experiments.inference.intervals import Interval
from experiments.optimise.results import BY_HAND, FOUND, OptimiseResult
from experiments.reporting.optimise_pictures import (
    front_picture,
    history_picture,
    plan_picture,
    promise_picture,
    slices_picture,
)  # fmt: skip
from experiments.reporting.optimise_tables import (
    confirmed,
    confirmed_table,
    contestants_table,
    decided_table,
    gain,
    is_split,
    others,
    plan_table,
    promised,
    spent,
)
from experiments.reporting.sheet import Section, Sheet, Table, print_sheet
from experiments.reporting.wording import count_of, level, listed, number, places, plain, scale_of, spelled, unit_of
from experiments.results import MetricInfo


def print_optimise(result: OptimiseResult, console: Console | None = None) -> None:
    """Print what should be done and what it brings."""
    tables = [contestants_table(result)]
    if result.chosen and result.chosen != result.control:
        tables = [plan_table(result) if is_split(result) else decided_table(result), *tables]
    print_sheet(optimise_sheet(result), tables, console)


def optimise_sheet(result: OptimiseResult) -> Sheet:
    """The page."""
    counts = result.trials["search"].value_counts(sort=False)
    tried = f"{counts.iloc[0]:,} trials by {result.sampler}{' and as many at random' if len(counts) > 1 else ''}"
    said = (
        f"{tried}, each {count_of(result.replications, 'replication')} of {result.customers:,} "
        f"customers over {result.weeks} weeks, all under the same luck; the best of them, and what anybody would think "
        f"of, on other luck."
    )
    return Sheet(
        title="What should be done?",
        lead=said,
        answers=_front_answers(result) if len(result.goals) > 1 else _answers(result),
        rule=_rule(result),
        sections=_sections(result),
        limits=_LIMITS,
        provenance=result.provenance,
        configuration=result.configuration,
    )


def _answers(result: OptimiseResult) -> list[tuple[str, str]]:
    """What to do, what it brings, and how much of the search's promise was luck."""
    (goal,) = result.goals
    info, selection, chosen = result.info(goal), result.selection, result.chosen
    answers = [("Do this", _done(result))]
    if not selection["decided"]:
        left = listed(plain(arm) for arm in selection["left"])
        answers.append(
            (
                "Not decided",
                f"after {selection['replications']} fresh replications {left} are left; {plain(chosen)} leads. "
                f"job.most={2 * selection['most']} would go on, a wider job.indifference ends sooner",
            )
        )
    if chosen == result.control:
        return [*answers, ("It brings", "nothing tried is better than doing nothing, as far as fresh luck tells")]
    answers += [
        (f"Against {plain(other)}", f"{info.label.lower()} {_spelled(confirmed(result, other, goal), info)}")
        for other in others(result)
    ]
    if result.kind(chosen) != BY_HAND:
        answers.append(("Luck in the promise", _luck(result, goal)))
    answers.append(("How flat", _flat(result, goal)))
    answers += [("Constraint", said) for said in _held(result, chosen)]
    return answers


def _done(result: OptimiseResult) -> str:
    """The chosen decision in words."""
    if result.chosen == result.control:
        return f"{plain(result.control)}: leave things as they are"
    given = result.given(result.chosen)
    by_money = sorted(given.items(), key=lambda one: -one[1][0])
    said = [
        f"{plain(cell)} {money:,.0f}{f' from week {start + 1}' if start else ''}" for cell, (money, start) in by_money
    ]
    said += [f"{what} = {value:.4g}" for what, value in result.parameters(result.chosen).items()]
    if given:
        kept = result.budget - sum(money for money, _ in given.values())
        said.append(f"{kept:,.0f} of {result.budget:,.0f} {result.info('spent').unit} kept back")
    return f"{plain(result.chosen)}: {'; '.join(said)}" if said else f"{plain(result.chosen)}, as it stands"


def _luck(result: OptimiseResult, goal: str) -> str:
    """What the search promised, and by how much it promises too much on average, beside those nobody picked."""
    info = result.info(goal)
    scale, fresh = scale_of(info), confirmed(result, result.control, goal)
    digits = places([fresh], scale)
    said = promised(result, result.chosen, goal)
    words = (
        f"the search promised {number(said * scale, digits)}, fresh luck gives {number(fresh.mean * scale, digits)} "
        f"{unit_of(info)}"
    )
    found, by_hand = (_too_much(result, goal, kind) * scale for kind in (FOUND, BY_HAND))
    if found != found:
        return words
    words += f". On average the finalists of the search promised {number(found, digits, signed=False)} too much"
    if by_hand != by_hand:
        return words
    return f"{words}, those made by hand, which were not picked for their luck, {number(by_hand, digits, signed=False)}"


def _too_much(result: OptimiseResult, goal: str, kind: str) -> float:
    """Mean gain in the search minus that on fresh luck, in the goal's direction, over contestants of a kind."""
    arms = [arm for arm in result.arms if result.kind(arm) == kind]
    gaps = [promised(result, arm, goal) - gain(result, arm, goal).mean for arm in arms]
    return sum(gaps) / len(gaps) * result.info(goal).better if gaps else math.nan


def _flat(result: OptimiseResult, goal: str) -> str:
    """How many trials are as good as the best, as far as it matters."""
    info, zone = result.info(goal), float(result.selection["indifference"])
    rows = result.trials[result.trials["feasible"]]
    gains = rows[f"gain {goal}"].to_numpy(float) * info.better
    if not len(gains):
        return "no trial kept all constraints"
    near = int((gains >= gains.max() - zone).sum())
    return (
        f"{near} of {len(gains)} trials that kept the constraints come within {zone * scale_of(info):g} "
        f"{unit_of(info)} of the best of them in the search"
    )


def _held(result: OptimiseResult, arm: str) -> list[str]:
    """Whether a contestant keeps the constraints on fresh luck too."""
    said = []
    for metric, word, bound in result.constraints:
        info, values = result.info(metric), result.values(arm, metric)
        mean = float(values.max() if metric == "spent" else values.mean())
        kept = mean >= bound if word == "at least" else mean <= bound
        which = "at most in a replication" if metric == "spent" else "on average"
        wanted = f"{word} {level(bound, info)}"
        said.append(
            f"{info.label.split(',')[0].lower()} {wanted}: {level(mean, info)} {which} on fresh luck, "
            f"{'kept' if kept else 'NOT kept'}"
        )
    return said


def _front_answers(result: OptimiseResult) -> list[tuple[str, str]]:
    """The front on fresh luck: who is best in what, and who is not on it after all."""
    front = result.front()
    answers = [("Best compromises", listed(plain(arm) for arm in front))]
    for goal in result.goals:
        info = result.info(goal)
        best = max(front, key=lambda arm: gain(result, arm, goal).mean * info.better)
        more = "; ".join(
            f"{result.info(other).label.lower()} {_spelled(gain(result, best, other), result.info(other))}"
            for other in result.goals
        )
        answers.append((f"Best in {info.label.lower()}", f"{plain(best)}: {more}"))
    beaten = [arm for arm in result.arms if result.kind(arm) == "found" and arm not in front]
    if beaten:
        answers.append(("Not on the front after all", listed(plain(arm) for arm in beaten)))
    return answers


def _spelled(interval: Interval, info: MetricInfo) -> str:
    """A difference in a sentence; a scale is no unit."""
    is_scale = info.unit in ("-1 to 1", "0-1")
    return spelled(interval, replace(info, unit="")).replace("  ", " ") if is_scale else spelled(interval, info)


def _rule(result: OptimiseResult) -> str:
    held = listed(f"{name} {word} {bound:,g}" for name, word, bound in result.constraints)
    bounds = f" Only what keeps {held} may be chosen." if held else ""
    about = result.selection
    if len(result.goals) > 1:
        return (
            "A contestant is on the front when no other is as good in all goals and better in one, by the means over "
            f"{about['first']} fresh replications.{bounds}"
        )
    return (
        f"Chosen by Kim & Nelson's procedure (2001) on fresh luck: with {about['confidence']:.0%} confidence the best "
        f"of the contestants if it leads by {about['indifference']:g}, else one within that. What it brings is "
        f"measured on {about['confirm']} further replications by which nothing was chosen.{bounds}"
    )


def _sections(result: OptimiseResult) -> tuple[Section, ...]:
    found = []
    if result.chosen and result.chosen != result.control:
        is_plan = is_split(result) and spent(result, result.chosen)[0]
        if is_plan:
            found.append(Section("What is done", pictures=(plan_picture(result),), tables=(plan_table(result),)))
        found.append(Section("What it brings", tables=(confirmed_table(result),)))
    if len(result.goals) > 1:
        found.append(Section("The front", pictures=(front_picture(result),)))
    pictures = [] if len(result.goals) > 1 else [promise_picture(result), history_picture(result)]
    found.append(Section("Promises and fresh luck", pictures=pictures, tables=(contestants_table(result),)))
    slices = [] if len(result.goals) > 1 else [slices_picture(result)]
    found.append(Section("How far good decisions lie apart", pictures=slices, tables=_decided_tables(result)))
    return tuple(found)


def _decided_tables(result: OptimiseResult) -> tuple[Table, ...]:
    return (decided_table(result),) if len(result.decided) else ()


_LIMITS = (
    (
        "The best of what was tried, in this model.",
        "A search of some dozen trials finds a good decision, not the best there is; and what is best here need not be "
        "best outside.",
    ),
    (
        "The horizon is an end.",
        "Value beyond it is what customers' state then is worth. Money spent late leaves a fresh mark in that state, "
        "so late weeks may look better than they are; a longer horizon shows it.",
    ),
    ("Segments are as the firm files them.", "Some customers are filed wrongly, and tiers by value change with time."),
    ("Intervals hold Monte Carlo noise only.", "Sizes of the plays are assumed: experiment=robustness varies them."),
    (
        "Constraints are judged by the search's few replications.",
        "What keeps them narrowly there may break them on other luck: the measures are shown again on fresh luck.",
    ),
)
