"""What a campaign found, in frames."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from experiments.optimise.campaign import Campaign, Contestant, Outcome
from experiments.optimise.decision import Decision
from experiments.optimise.goals import Yardstick, metrics_of
from experiments.optimise.results import CONFIRMATION, SELECTION, OptimiseResult
from experiments.optimise.runs import SPENDING
from experiments.optimise.search import Point
from experiments.provenance import provenance

_REFUSED = "the plays do not allow these values together"


def gathered(campaign: Campaign, outcome: Outcome, configuration: str) -> OptimiseResult:
    """Everything that is kept."""
    study, yardstick, split = campaign.study, campaign.yardstick, campaign.decision.split
    seeds = {
        f"seeds of the {name}": f"{low} to {high}"
        for name, (low, high) in campaign.seeds().items()
        if name not in (SELECTION, CONFIRMATION) or name in outcome.fresh
    }
    return OptimiseResult(
        trials=_trials(campaign, outcome),
        decided=pd.DataFrame(
            [row for one in outcome.contestants for row in _decided(one)],
            columns=["arm", "what", "money", "start", "value"],
        ),
        contestants=pd.DataFrame([_contestant(campaign, one, outcome.control) for one in outcome.contestants]),
        fresh=_fresh(outcome.fresh),
        spending=_spending(outcome.fresh.values()),
        goals=[goal.name for goal in yardstick.goals],
        constraints=[
            *((name, "at least", bound) for name, bound in yardstick.at_least.items()),
            *((name, "at most", bound) for name, bound in yardstick.at_most.items()),
        ],
        control=study.control,
        chosen=outcome.chosen,
        selection=_selection(campaign, outcome),
        metrics=metrics_of(study),
        budget=split.budget if split else 0.0,
        periods=split.periods if split else 1,
        sampler=next(iter(campaign.plans.values())).sampler,
        replications=study.replications,
        customers=study.population.size,
        weeks=study.weeks,
        configuration=configuration,
        provenance={**provenance(), **seeds},
    )


def _trials(campaign: Campaign, outcome: Outcome) -> pd.DataFrame:
    rows = []
    for name, trials in outcome.trials.items():
        for one in trials:
            frame = outcome.frames.get(campaign.number(name, one.number))
            row = {"search": name, "trial": one.number, "feasible": one.score.is_feasible}
            place = _place(campaign.decision, one.point)
            rows.append(row | _numbers(campaign.yardstick, frame, outcome.control) | place)
    return pd.DataFrame(rows)


def _place(decision: Decision, point: Point) -> dict[str, float]:
    """Where a trial lies: parameters by address and money by cell, each after "at "."""
    given = decision.given(point)
    cells = [cell.name for cell in decision.split.cells] if decision.split else []
    money = {name: given[name].money if name in given else 0.0 for name in cells}
    return {f"at {name}": value for name, value in {**decision.values(point), **money}.items()}


def _contestant(campaign: Campaign, one: Contestant, control: pd.DataFrame) -> dict[str, Any]:
    about = {"arm": one.name, "kind": one.kind, "trial": one.trial, "feasible": campaign.is_feasible(one)}
    return about | _numbers(campaign.yardstick, one.frame, control)


def _numbers(yardstick: Yardstick, frame: pd.DataFrame | None, control: pd.DataFrame) -> dict[str, Any]:
    """Gain and standard error of each goal under the luck of the search, and which constraints are broken."""
    if frame is None:
        none = {f"{word} {goal.name}": math.nan for goal in yardstick.goals for word in ("gain", "error")}
        return {"broken": _REFUSED, **none}
    found: dict[str, Any] = {"broken": "; ".join(said for said, gap in yardstick.broken(frame).items() if gap > 0)}
    for name, gains in yardstick.gains(frame, control).items():
        count = len(gains)
        found[f"gain {name}"] = float(gains.mean())
        found[f"error {name}"] = float(gains.std(ddof=1) / math.sqrt(count)) if count > 1 else math.nan
    return found


def _decided(one: Contestant) -> list[tuple[str, str, float, int, float]]:
    """What a contestant does, as far as it was to be decided."""
    rows = [(one.name, cell, given.money, given.start, math.nan) for cell, given in one.given.items()]
    return rows + [(one.name, address, math.nan, -1, value) for address, value in one.values.items()]


def _fresh(stages: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    kept = [frame[frame["metric"] != SPENDING].assign(stage=stage) for stage, frame in stages.items()]
    return pd.concat(kept, ignore_index=True)[["stage", "arm", "metric", "value", "replicate"]]


def _spending(stages: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Mean money by arm, cell and period over all fresh replications in which the arm was run."""
    whole = pd.concat(stages, ignore_index=True)
    runs = whole.groupby("arm")["replicate"].nunique()
    sums = whole[whole["metric"] == SPENDING].groupby(["arm", "cell", "period"], as_index=False)["value"].sum()
    money = sums["value"] / sums["arm"].map(runs).astype(np.float64)
    found: pd.DataFrame = sums.assign(money=money)[["arm", "cell", "period", "money"]]
    return found


def _selection(campaign: Campaign, outcome: Outcome) -> dict[str, Any]:
    finals, found = campaign.finals, outcome.selection
    eligible = [one.name for one in outcome.contestants if campaign.is_feasible(one)]
    about: dict[str, Any] = {"first": finals.first, "most": finals.most, "confirm": finals.confirm if found else 0}
    about |= {"indifference": finals.indifference, "confidence": finals.confidence}
    if found is None:
        return about | {"decided": False, "replications": finals.first, "dropped_at": {}, "left": eligible}
    dropped = dict(zip(eligible, found.dropped_at, strict=True))
    return about | {
        "decided": found.best is not None,
        "replications": found.replications,
        "dropped_at": dropped,
        "left": [eligible[place] for place in found.survivors],
    }
