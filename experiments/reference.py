"""The reference of all parameters and columns, made from their declarations: `python -m experiments.reference`."""

from __future__ import annotations

import dataclasses as dc
import inspect
import math
from collections.abc import Collection, Iterable
from types import ModuleType
from typing import Any

import agents.competitors
import agents.mind
import agents.reception
import agents.segments
import agents.staff
import experiments.execution
import experiments.population
import experiments.study
import sim.behaviour
import sim.journey
import sim.ledger
import sim.market
import sim.network
import sim.records
import sim.repertoire
import sim.scenario
import sim.second_life
import sim.service
from agents import customers
from sim import people, records
from sim.table import Column

_PARAMETERS: tuple[tuple[str, tuple[ModuleType, ...]], ...] = (
    ("Study", (experiments.study, experiments.population, experiments.execution)),
    ("Market", (sim.behaviour, sim.repertoire, sim.market, sim.second_life, sim.ledger)),
    ("Rivals, public image, events", (sim.scenario, agents.competitors)),
    ("Staff", (agents.staff,)),
    ("Who talks to whom", (sim.network,)),
    ("Service and survey", (sim.service, sim.journey, sim.records)),
    ("Customers", (agents.segments, agents.mind, agents.reception)),
)
_COLUMNS = (("The standard model", people), ("The mind", customers), ("The CRM, which is what a View shows", records))


def reference() -> str:
    """The whole page, as Markdown."""
    lines = ["# Reference", "", "Made by `python -m experiments.reference` from the declarations in the code.", ""]
    lines += ["## Parameters", "", "Outside its range a value is refused. Money is in the currency of the log.", ""]
    lines += [
        "The parameters of the theories stand beside their formulas on the page of all [theories](theories.md), those",
        "of the plays beside what they do on the page of all [strategies](strategies.md).",
        "",
    ]
    for heading, modules in _PARAMETERS:
        classes = [cls for module in modules for cls in _classes(module)]
        lines += [f"### {heading}", "", *parameter_table(*classes), ""]
    lines += ["## Columns", "", "One value per customer.", ""]
    for heading, module in _COLUMNS:
        lines += [
            f"### {heading}",
            "",
            "| column | type | start | unit | range | meaning |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_column(column) for column in _columns(module)]
        lines.append("")
    return "\n".join(lines)


def parameter_table(*classes: type, without: Collection[str] = ()) -> list[str]:
    """The parameters of some dataclasses as lines of Markdown; no lines if they have none.

    Args:
        classes: whose parameters.
        without: names of fields to leave out.
    """
    rows = [row for cls in classes for row in _parameters(cls, without)]
    head = ["| parameter | default | unit | range | meaning | source |", "|---|---|---|---|---|---|"]
    return [*head, *rows] if rows else []


def _classes(module: ModuleType) -> Iterable[type]:
    """Public dataclasses defined in a module, in the order of the file."""
    found = [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__]
    return [one for one in found if dc.is_dataclass(one) and not one.__name__.startswith("_")]


def _parameters(cls: type, without: Collection[str] = ()) -> list[str]:
    fields: Iterable[dc.Field[Any]] = dc.fields(cls)
    return [
        f"| `{cls.__name__.lstrip('_')}.{field.name}` | {_shown(field.default)} | {about['unit']} "
        f"| {_range(about['low'], about['high'])} | {about['doc']} | {about['source'] or '—'} |"
        for field in fields
        if "doc" in (about := field.metadata) and field.name not in without
    ]


def _columns(module: ModuleType) -> list[Column[Any]]:
    return [value for value in vars(module).values() if isinstance(value, Column)]


def _column(column: Column[Any]) -> str:
    kind = column.dtype.__name__.rstrip("_")
    span = _range(column.low, column.high)
    return f"| `{column.name}` | {kind} | {_shown(column.start)} | {column.unit} | {span} | {column.doc or '—'} |"


def _range(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return "—"
    return (
        f"{low:,g} to {high:,g}"
        if math.isfinite(low + high)
        else (f"from {low:,g}" if math.isinf(high) else f"to {high:,g}")
    )


def _shown(value: object) -> str:
    return f"{value:,g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


if __name__ == "__main__":
    print(reference(), end="")
