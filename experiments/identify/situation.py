"""A firm whose customers have known minds: its market, its trials, its calendar, week by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from experiments.calibrated import Calibration, customers_of, world_of
from experiments.identify.trials import Trial, Trials
from experiments.study import Study
from sim.behaviour import Contractual, NonContractual
from sim.model import CustomerModel
from sim.scenario import Event
from sim.world import Mind

UNKNOWN: Mapping[type, tuple[str, ...]] = {
    Contractual: ("alpha", "beta", "uses_mean", "uses_shape"),
    NonContractual: ("r", "alpha", "a", "b"),
}
_WHEN = ("start", "weeks", "ramp")


def unknowns_of(market: object) -> tuple[str, ...]:
    """The parameters of a market that decide how much is bought and how many leave; none for a market of others."""
    return UNKNOWN.get(type(market), ())


def unknown(calibration: Calibration, quantiles: Sequence[float], doubt: float) -> Calibration:
    """The same calibration with the market's level and its spread in doubt, each parameter at its quantile [U].

    How often customers buy and leave says nothing of their minds: a calibration takes it as it is. So the level is
    drawn anew for each firm, and what is learnt of a mind has to come from how its customers respond.

    Args:
        calibration: of the study.
        quantiles: of each of `unknowns_of` the market.
        doubt: each parameter is known to within this factor, log-uniformly.
    """
    names = unknowns_of(calibration.market)
    factors = {name: doubt ** (2 * float(u) - 1) for name, u in zip(names, quantiles, strict=True)}
    buying = calibration.buying
    if buying is not None:
        buying = replace(buying, model=_moved(buying.model, factors))
    return replace(calibration, market=_moved(calibration.market, factors), buying=buying)


def firm_of(
    study: Study, calibration: Calibration, mind: Mind, trials: Mapping[str, Trial], seed: int
) -> CustomerModel:
    """A firm in its first week; its customers' loyalty is measured from where they stand then.

    The weekly shifts that hold a study's control arm to the standard model are left out: what they would take away is
    in doubt anyway (`unknown`), and purchases and leaving are told as changes only.
    """
    world = replace(world_of(study, calibration), mind=mind)
    model = CustomerModel(world, customers_of(study, calibration, seed), Trials(trials), seed=seed)
    index = mind.loyalty(model.table.block(0, len(model.table))).astype(np.float64)
    model.mind = mind.anchored(float(index.mean()), max(float(index.std()), 1e-6))
    return model


def quiet_weeks(study: Study, trials: Mapping[str, Trial]) -> int:
    """Weeks before the first event or trial begins."""
    starts = [event.start for event in study.scenario.events.values()]
    return min([*starts, *(trial.start for trial in trials.values()), study.weeks])


def events_of(study: Study, trials: Mapping[str, Trial]) -> tuple[tuple[str, str, int, int], ...]:
    """What happens to customers, by its first week: name, what it is, first and last week."""
    found = [
        (name, _changes(event), event.start, min(event.start + event.weeks, study.weeks) - 1)
        for name, event in study.scenario.events.items()
    ]
    found += [
        (name, f"trial: {type(trial.strategy).__name__}", trial.start, min(trial.end, study.weeks) - 1)
        for name, trial in trials.items()
    ]
    return tuple(sorted(found, key=lambda one: one[2]))


def _changes(event: Event) -> str:
    """The shifts of an event in words."""
    sizes = {field.name: getattr(event, field.name) for field in fields(event) if field.name not in _WHEN}
    return ", ".join(f"{name} {size:+g}" for name, size in sizes.items() if size != getattr(Event(), name))


def _moved(thing: Any, factors: Mapping[str, float]) -> Any:
    """A dataclass with some of its numbers multiplied, within their declared ranges."""
    if not factors:
        return thing
    about = {field.name: field.metadata for field in fields(thing)}
    values = {name: getattr(thing, name) * factor for name, factor in factors.items()}
    inside = {
        name: float(np.clip(value, about[name].get("low", -np.inf), about[name].get("high", np.inf)))
        for name, value in values.items()
    }
    return replace(thing, **inside)
