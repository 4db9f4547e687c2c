"""The README of an export: what every column means, who sees it, how it was made, and what it does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.export.assignment import RANDOMISED, SCORE
from experiments.export.tables import FLOWS, KINDS, OUTCOMES, RATES, STATIC, WEEKLY, states_of
from sim.records import STATED
from sim.table import Column
from sim.world import World

_WORLDS = {"": "in the world that is observed", "_0": "without the play", "_1": "with the play for everybody"}
_MEANINGS = {
    "left": ("true or false", "has left by the horizon, whether or not the firm has seen it"),
    "purchases": ("purchases", "from the launch to the horizon"),
    "spend": ("money", "paid from the launch to the horizon"),
    "profit": ("money", "margin less what the play cost for this customer, discounted to the launch"),
    "value": ("money", "profit, and the margin expected beyond the horizon, discounted to the launch"),
}


@dataclass(frozen=True)
class Entry:
    """A column: its name, unit and meaning."""

    name: str
    unit: str
    doc: str


def panel_entries() -> list[Entry]:
    """The columns of the panel."""
    own = [
        Entry("replicate", "1", "which draw of customers and luck"),
        Entry("customer", "1", "identity within a replication"),
        Entry("week", "week", "from 0; the row shows the records at its end"),
        *(Entry(name, column.unit, f"this week: growth of {column.name}") for name, column in FLOWS.items()),
    ]
    return own + [_declared(column) for column in WEEKLY]


def customer_entries() -> list[Entry]:
    """The columns of the customers' file."""
    own = [Entry("replicate", "1", "as in the panel"), Entry("customer", "1", "as in the panel")]
    return [*own, *(_declared(column) for column in STATIC), Entry("assigned", "true or false", "to the play")]


def truth_entries(world: World) -> list[Entry]:
    """The columns of the truth."""
    entries = [
        Entry("replicate", "1", "as in the panel"),
        Entry("customer", "1", "as in the panel"),
        Entry("segment", "name", "which segment this customer belongs to; `filed` may be wrong"),
        *(_declared(column) for column in (*RATES, *world.cast.columns)),
        Entry("gone_before", "true or false", "had left before the launch, unseen by the firm"),
        Entry("assigned", "true or false", "as in customers"),
        Entry("propensity", "chance", "the chance to be assigned, given what was on record at the launch"),
        Entry("reached", "true or false", "assigned, and the play was meant for this customer in some week"),
        Entry("consistent", "true or false", "lived, to the bit, the life `_1` if assigned and `_0` if not"),
    ]
    for name in OUTCOMES:
        unit, doc = _MEANINGS[name]
        entries += [Entry(f"{name}{end}", unit, f"{doc}; {where}") for end, where in _WORLDS.items()]
        entries.append(Entry(f"{name}_effect", unit, f"`{name}_1` less `{name}_0`"))
    entries.append(Entry("kind", "name", f"by left_0 and left_1: {', '.join(KINDS)}"))
    for column in states_of(world):
        entries.append(Entry(f"{column.name}_launch", column.unit, f"{column.doc}, at the launch"))
        entries += [
            Entry(f"{column.name}_end{end}", column.unit, f"{column.doc}, at the horizon, {where}")
            for end, where in _WORLDS.items()
        ]
    return entries


def readme(about: dict[str, Any], world: World) -> str:
    """The whole page, in Markdown.

    Args:
        about: what was exported, by name, as in study.json.
        world: of the study.
    """
    history = about["history"]
    return "\n".join(
        [
            f"# The play '{about['arm']}' against '{about['control']}': records and truth",
            "",
            f"Simulated by cxlab: {about['replications']} x {about['customers']:,} customers, {about['weeks']} weeks. "
            f"Weeks 0 to {history - 1} are history; the play starts with week {history} for those assigned and runs to "
            f"the horizon. A share of {about['hold_out']:g} is held out. {_assigned(about)}",
            "",
            *_FILES,
            "## How the potential outcomes are made",
            "",
            "The same customers live three times under the same luck: with the play for those assigned (the observed "
            "world, which the panel shows), without the play (`_0`), with the play for everybody (`_1`). Being "
            "assigned means that the play's own targeting may reach the customer. The observed outcome of a customer "
            "is `_1` if assigned and `_0` if not, as long as nobody's life depends on others' assignment. "
            + _exact(about),
            "",
            *_CAVEATS,
            *_section("panel.parquet", "seen by the firm; one row for each customer and week", panel_entries()),
            *_section("customers.parquet", "seen by the firm; one row for each customer", customer_entries()),
            *_section("truth.parquet", "hidden from the firm; one row for each customer", truth_entries(world)),
        ]
    )


_FILES = (
    "* `panel.parquet`, `customers.parquet`: what the firm has on record. Methods may use these, and nothing else.",
    "* `truth.parquet`: what no firm sees. For judging methods only.",
    "* `config.yaml`: the configuration; `study.json`: versions, seeds, commit.",
    "",
    "In the files are the customers on record at the launch and not known to have left; those who come later are in "
    "none of them. Whoever buys without a contract leaves unseen: the records go on without purchases. A week that is "
    "NaN: never.",
    "",
)
_CAVEATS = (
    "**Coupling.** A single customer's effect, and the kinds (saved, made worse), hold under this coupling of luck: "
    "each decision of a customer has the same luck in both worlds. No data could tell this coupling from another with "
    "the same distributions in each world. What does not depend on it are means: the average effect, and the average "
    "effect among customers with the same records or the same traits and states. Judge a method by these (as a Qini "
    "curve does), not by its error customer by customer.",
    "",
    "**Cost.** Profit holds what the play spends on this customer; what it spends on nobody in particular is in none.",
    "",
)


def _assigned(about: dict[str, Any]) -> str:
    if about["assignment"] == RANDOMISED:
        return "Assigned by lot."
    return (
        f"Assigned by how good they look on record at the launch: logit p = a + {about['confounding']:g} z, z the "
        f"{SCORE}. Comparing those assigned with others is confounded; given the records at the launch it is not, and "
        f"nobody's chance is 0 or 1."
    )


def _exact(about: dict[str, Any]) -> str:
    if about["consistent"] == 1:
        return "Here this holds for every customer, to the bit."
    return (
        f"**Here it does not hold: {1 - about['consistent']:.2%} of customers live another life than either**, because "
        f"customers influence each other (talk, a budget or staff they share, a targeting that ranks them). "
        f"`consistent` says who. `_0` and `_1` are then worlds without the play and with it for everybody, not what "
        f"one customer's own assignment does."
    )


def _declared(column: Column[Any]) -> Entry:
    unit, doc = column.unit, column.doc
    if column is STATED:
        unit, doc = "name", "reason given for leaving; empty for none"
    elif column.name in ("source", "filed"):
        unit, doc = "name", {"source": "initial, organic or referred", "filed": doc}[column.name]
    return Entry(column.name, unit, doc)


def _section(name: str, who: str, entries: Sequence[Entry]) -> list[str]:
    rows = [f"| `{one.name}` | {one.unit} | {one.doc} |" for one in entries]
    return [f"## {name}", "", f"{who.capitalize()}.", "", "| column | unit | meaning |", "|---|---|---|", *rows, ""]
