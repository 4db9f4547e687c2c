"""Pictures of an optimisation, with what is said of them."""

from __future__ import annotations

import numpy as np

from experiments.inference.intervals import Interval
from experiments.optimise.results import BY_HAND, OptimiseResult
from experiments.reporting.optimise_figure import (
    Dots,
    front_figure,
    history_figure,
    plan_figure,
    promise_figure,
    slices_figure,
)  # fmt: skip
from experiments.reporting.optimise_tables import gain, is_split, periods_of, promised, spent
from experiments.reporting.sheet import Picture
from experiments.reporting.wording import plain, scale_of, unit_of

_MOST_SLICES = 9


def _label(result: OptimiseResult, goal: str) -> str:
    info = result.info(goal)
    return f"{info.label} minus that of '{plain(result.control)}', {unit_of(info)}"


def plan_picture(result: OptimiseResult) -> Picture:
    """Money by cell and time, of what was chosen."""
    cells, money = spent(result, result.chosen)
    currency = result.info("spent").unit
    made = plan_figure([plain(cell) for cell in cells], periods_of(result), money, currency)
    return Picture(
        "plan", made, "Map of the money spent by cell of the split and period.",
        f"What '{plain(result.chosen)}' spends, by play and segment and time; mean over fresh replications.",
    )  # fmt: skip


def history_picture(result: OptimiseResult) -> Picture:
    """How the search went."""
    (goal,) = result.goals
    info = result.info(goal)
    scale = scale_of(info)
    searches = {
        str(name): Dots(rows[f"gain {goal}"].to_numpy(float) * scale, rows["feasible"].to_numpy(bool))
        for name, rows in result.trials.groupby("search", sort=False)
    }
    by_hand = [arm for arm in result.arms if result.kind(arm) == BY_HAND and _may_be_chosen(result, arm)]
    references = {plain(arm): promised(result, arm, goal) * scale for arm in by_hand}
    made = history_figure(searches, references, _label(result, goal), info.better)
    return Picture(
        "search", made, "Gain of each trial in the order tried, and the best so far.",
        "All under the luck of the search. Line: best so far. Crosses: a constraint is broken. Dotted: made by hand.",
    )  # fmt: skip


def promise_picture(result: OptimiseResult) -> Picture:
    """What the search promised, and what fresh luck leaves of it."""
    (goal,) = result.goals
    info = result.info(goal)
    scale = scale_of(info)
    arms = [arm for arm in result.arms if arm != result.control]
    arms.sort(key=lambda arm: -gain(result, arm, goal).mean * info.better)
    fresh = [_scaled(gain(result, arm, goal), scale) for arm in arms]
    said = np.array([promised(result, arm, goal) * scale for arm in arms])
    names = [plain(arm) + ("" if _may_be_chosen(result, arm) else " (not allowed)") for arm in arms]
    made = promise_figure(names, said, fresh, _label(result, goal))
    return Picture(
        "promises", made, "Gain of each contestant in the search and on fresh luck.",
        "Trials were picked because the search's luck favoured them; what is left on fresh luck is what they bring.",
    )  # fmt: skip


def slices_picture(result: OptimiseResult) -> Picture:
    """The goal against each thing decided."""
    (goal,) = result.goals
    scale = scale_of(result.info(goal))
    rows = result.trials[result.trials["feasible"]]
    rows = rows if len(rows) else result.trials
    names = [str(name) for name in rows.columns if str(name).startswith("at ")][:_MOST_SLICES]
    decided = {name: money for name, (money, _) in result.given(result.chosen).items()}
    decided |= result.parameters(result.chosen)
    nothing = 0.0 if is_split(result) else float("nan")
    chosen = [decided.get(name.removeprefix("at "), nothing) for name in names]
    made = slices_figure(
        [plain(name.removeprefix("at ").removeprefix("arms.")) for name in names],
        rows[names].to_numpy(float), rows[f"gain {goal}"].to_numpy(float) * scale, chosen, unit_of(result.info(goal)),
    )  # fmt: skip
    return Picture(
        "slices", made, "Gain of each trial against each thing that was decided.",
        f"{_label(result, goal)}, of each trial in the search. A cloud without a slope: that choice matters little, or "
        "less than what was decided with it. Line: what was chosen.",
    )  # fmt: skip


def front_picture(result: OptimiseResult) -> Picture:
    """Several goals against each other."""
    infos = [result.info(goal) for goal in result.goals]
    rows = result.trials[result.trials["search"] == result.trials["search"].iloc[0]]
    tried = np.column_stack([rows[f"gain {info.name}"].to_numpy(float) * scale_of(info) for info in infos])
    arms = [arm for arm in result.arms if _may_be_chosen(result, arm)]
    fresh = [[_scaled(gain(result, arm, info.name), scale_of(info)) for info in infos] for arm in arms]
    front = set(result.front())
    labels = [f"{info.label}, {unit_of(info)} ({'more' if info.better > 0 else 'less'} is better)" for info in infos]
    made = front_figure(
        tried, rows["feasible"].to_numpy(bool), [plain(arm) for arm in arms], fresh, [arm in front for arm in arms],
        labels,
    )  # fmt: skip
    return Picture(
        "front", made, "Goals against each other: all trials, and the contestants on fresh luck.",
        f"Differences from '{plain(result.control)}'. Small dots: trials in the search; crosses: a constraint is "
        "broken. Large dots with 95% intervals: fresh luck; filled and named where no other is better in all.",
    )  # fmt: skip


def _may_be_chosen(result: OptimiseResult, arm: str) -> bool:
    return bool(result.contestants.set_index("arm").at[arm, "feasible"])


def _scaled(interval: Interval, scale: float) -> Interval:
    return Interval(
        interval.mean * scale, interval.standard_error * scale, interval.low * scale, interval.high * scale,
        interval.p_value, interval.count,
    )  # fmt: skip
