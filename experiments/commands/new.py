"""`cxlab new`: a theory or a strategy of one's own, to begin with."""

from __future__ import annotations

from pathlib import Path

from experiments.commands.arguments import Parser
from sim.errors import ConfigError


def new(arguments: list[str]) -> None:
    """Write a plug-in that works, with a test, and say what to do next."""
    from experiments import scaffold
    from experiments.configuration.plugins import plugin_names

    parser = Parser("cxlab new")
    parser.add_argument("kind", choices=["theory", "strategy"])
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--question")
    parser.add_argument("--into", type=Path, default=Path())
    given = parser.parse_intermixed_args(arguments)
    if given.kind == "strategy" and given.question:
        raise ConfigError(f"a strategy answers no question: leave out --question {given.question}.")
    if given.kind == "strategy":
        draft = scaffold.strategy(given.name, given.into, plugin_names())
    else:
        draft = scaffold.theory(given.name, given.question, given.into, plugin_names())
    scaffold.write(draft)
    print("Written:", *(f"  {path}" for path in draft.files), "Next:", sep="\n")
    for purpose, command in draft.commands.items():
        print(f"  {purpose:<12} {command}")
