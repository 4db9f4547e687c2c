"""`cxlab list`: what can be chosen."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from experiments.commands.arguments import plugin_parser
from sim.errors import ConfigError

_CHOOSE = {
    "strategy": "+strategy@arms.ARM=NAME",
    "strategy/targeting": "strategy/targeting@arms.ARM.targeting=NAME",
    "strategy/score": "strategy/score@arms.ARM.targeting.score=NAME",
}


def show(arguments: list[str]) -> None:
    """Print all groups with their options, or one group."""
    from experiments.configuration.catalogue import groups
    from experiments.configuration.plugins import load_plugins, plugin_names

    parser = plugin_parser()
    parser.add_argument("group", nargs="?")
    given = parser.parse_args(arguments)
    plugins = plugin_names(given.plugin)
    headings = {group.name: group.heading for group in groups(load_plugins(plugins))} | {
        "experiment": "Whole experiments"
    }
    for name in _named_groups(given.group, headings):
        how = _CHOOSE.get(name, f"{name}=NAME")
        _print_options(f"{headings[name]}  ({how})", name, given, plugins)


def _named_groups(wish: str | None, known: Iterable[str]) -> list[str]:
    """The groups somebody means, in the singular or the plural; all of them without a wish."""
    from experiments.configuration.similar import nearest

    plurals = {name: f"{name[:-1]}ies" if name.endswith("y") else f"{name}s" for name in known}
    found = [name for name, plural in plurals.items() if wish in (None, name, plural)]
    if not found:
        every = [*plurals, *plurals.values()]
        raise ConfigError(f"there is no group '{wish}'; there are {', '.join(plurals)}.{nearest(str(wish), every)}")
    return found


def _print_options(heading: str, group: str, given: argparse.Namespace, plugins: tuple[str, ...]) -> None:
    from experiments.build import options

    print(heading)
    for name, meaning in options(group, given.config_dir, plugins).items():
        print(f"  {name:<27} {meaning}")
    print()
