"""What can be chosen: plays, ways of targeting, markets, minds and their parts, by group and name."""

from __future__ import annotations

import dataclasses as dc
import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType, UnionType
from typing import Any, get_origin

import agents.mind
import sim.world
import strategies
from agents.competitors import Competitors
from agents.staff import Team
from agents.theories import commitment, emotion, expectation, intention, loyalty, satisfaction, trust, value
from experiments import jobs, main_job
from experiments.battery.job import Validate
from experiments.execution import Execution
from experiments.export.job import Export
from experiments.field_test.job import FieldTest
from experiments.identify.job import Identify
from experiments.information.investigations import ABTest, Investigation, Survey
from experiments.information.job import Information
from experiments.optimise.job import Optimise
from experiments.pitfalls.job import Pitfalls
from experiments.power.job import Power
from experiments.robustness.job import Robustness
from experiments.sensitivity.job import Sensitivity
from experiments.sweep.job import Sweep
from experiments.synergy.job import Synergy
from experiments.tournament.job import Tournament
from sim import network
from sim.behaviour import Behaviour, Contractual, NonContractual
from sim.competition import Competition
from sim.crew import Crew, NoCrew
from sim.errors import ConfigError
from sim.repertoire import Repertoire
from sim.scenario import Rivals, Scenario
from strategies import ranking, scores, targeting


@dataclass(frozen=True)
class Group:
    """One question of the configuration with its answers; `GROUP=NAME` chooses.

    Attributes:
        name: as it is written on the command line.
        answers: the protocol that every option fulfils.
        options: dataclasses by name.
        heading: what a list of the options is called.
        has_presets: whether configs/ holds presets for this group, made from the options' own defaults.
    """

    name: str
    answers: type
    options: Mapping[str, type]
    heading: str
    has_presets: bool = False


def groups(plugins: Iterable[ModuleType] = ()) -> tuple[Group, ...]:
    """All groups, with whatever the plug-in modules add to them.

    Raises:
        ConfigError: a plug-in takes a name that is taken.
    """
    found = _own()
    for module in plugins:
        found = tuple(_with(group, module) for group in found)
    return found


def group_for(protocol: Any) -> Group | None:
    """The group whose options answer a protocol (or a union of classes); None if it has no group, as a mapping has."""
    if get_origin(protocol) not in (None, UnionType):
        return None
    members = {protocol, *getattr(protocol, "__args__", ())}
    return next((group for group in _own() if group.answers in members or members & set(group.options.values())), None)


def answers(cls: type, protocol: type) -> bool:
    """Whether a dataclass has every member of a protocol, or is a subclass where a class is wanted."""
    wanted = getattr(protocol, "__protocol_attrs__", None)
    if wanted is None:
        return issubclass(cls, protocol)
    return set(wanted) <= {*dir(cls), *(field.name for field in dc.fields(cls))}


def one_line(thing: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def snake(name: str) -> str:
    """The name of a class as configuration writes it.

    >>> snake("OverDelivery")
    'over_delivery'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@cache
def _own() -> tuple[Group, ...]:
    plays = [getattr(strategies, name) for name in strategies.__all__]
    parts = [
        Group(f"mind/{name}", protocol, _named(_dataclasses(module)), one_line(inspect.getmodule(protocol)))
        for name, protocol, module in (
            ("expectation", expectation.Expectation, expectation),
            ("satisfaction", satisfaction.Satisfaction, satisfaction),
            ("emotion", emotion.Emotion, emotion),
            ("trust", trust.Trust, trust),
            ("value", value.Value, value),
            ("commitment", commitment.Commitment, commitment),
            ("intention", intention.Intention, loyalty),
        )
    ]
    tasks: dict[str, type] = {
        "compare": main_job.Compare,
        "tournament": Tournament,
        "validate": Validate,
        "identify": Identify,
        "field_test": FieldTest,
        "optimise": Optimise,
        "pitfalls": Pitfalls,
        "power": Power,
        "sweep": Sweep,
        "export": Export,
        "synergy": Synergy,
        "robustness": Robustness,
        "information": Information,
        "sensitivity": Sensitivity,
    }
    markets: dict[str, type] = {
        "noncontractual": NonContractual,
        "contractual": Contractual,
        "repertoire": Repertoire,
    }
    studies: dict[str, type] = {"ab_test": ABTest, "survey": Survey}
    rivals: dict[str, type] = {"outside_option": Rivals, "competitors": Competitors}
    calendars: dict[str, type] = {"scenario": Scenario}
    minds: dict[str, type] = {"mind": agents.mind.Mind, "no_mind": agents.mind.NoMind}
    reached = _named([*_dataclasses(targeting), *_dataclasses(ranking)])
    networks = [cls for cls in _dataclasses(network) if answers(cls, network.Network)]
    return (
        Group("job", jobs.Job, tasks, "What is done with a study"),
        Group("execution", Execution, {"execution": Execution}, "Where it is computed", has_presets=True),
        Group("strategy", sim.world.Strategy, _named(plays), "What the firm does", has_presets=True),
        Group("strategy/targeting", targeting.Targeting, reached, "Whom a strategy reaches"),
        Group("strategy/score", scores.Score, _named(_dataclasses(scores)), "What customers are ranked by"),
        Group("network", network.Network, _named(networks), "Who talks to whom"),
        Group("investigation", Investigation, studies, "How a firm can find out more before it decides"),
        Group("crew", Crew, {"no_crew": NoCrew, "team": Team}, "Who serves customers"),
        Group("market", Behaviour, markets, "How customers buy and leave"),
        Group("rivals", Competition, rivals, "Who competes with the firm", has_presets=True),
        Group("scenario", Scenario, calendars, "What happens to everybody in the meantime", has_presets=True),
        Group("mind", sim.world.Mind, minds, "What goes on in customers", has_presets=True),
        *parts,
    )


def _with(group: Group, module: ModuleType) -> Group:
    """A group with a plug-in's dataclasses that answer its question."""
    new = _named(cls for cls in _dataclasses(module) if answers(cls, group.answers))
    if taken := sorted(name for name, cls in new.items() if group.options.get(name, cls) is not cls):
        names = ", ".join(taken)
        raise ConfigError(
            f"plug-in {module.__name__}: {group.name} has a {names} already. Give the class another name."
        )
    return dc.replace(group, options={**group.options, **new})


def _dataclasses(module: ModuleType) -> list[type]:
    """The public dataclasses a module defines, or a package lists, in their order."""
    if listed := getattr(module, "__all__", None):
        classes = [getattr(module, name) for name in listed]
    else:
        classes = [cls for name, cls in vars(module).items() if not name.startswith("_") and _is_of(cls, module)]
    return [cls for cls in classes if isinstance(cls, type) and dc.is_dataclass(cls) and not inspect.isabstract(cls)]


def _is_of(cls: object, module: ModuleType) -> bool:
    return getattr(cls, "__module__", None) == module.__name__


def _named(classes: Iterable[type]) -> dict[str, type]:
    return {snake(cls.__name__): cls for cls in classes}
