"""The page of all strategies, made from the code: `python -m experiments.strategy_reference`."""

from __future__ import annotations

import dataclasses as dc
import inspect

from experiments.build import options
from experiments.configuration.catalogue import groups, one_line
from experiments.reference import parameter_table
from strategies import channels
from strategies.play import Play

_HEAD = """\
# Strategies

Made by `python -m experiments.strategy_reference` from the declarations in the code: what each play does, its side
effects, its parameters with unit, range and source. `cxlab run +strategy@arms.NAME=PRESET` adds one to a study. A play
sees what a CRM sees and nothing else. Sources were cited as remembered by the authors of the code; sizes marked as
assumptions were not taken from a paper. Every amount of money is an assumption for a shop with a basket of about 35;
put yours in.
"""


def strategy_reference() -> str:
    """The whole page, as Markdown."""
    lines = [_HEAD, "## By name", "", "What `strategy=NAME` offers: plays as they stand, and variants of them.", ""]
    lines += [
        "| name | what it is |",
        "|---|---|",
        *(f"| `{name}` | {says} |" for name, says in options("strategy").items()),
    ]
    lines += ["", "## What all plays share", "", *_about(Play), *parameter_table(Play), ""]
    for group in groups():
        if group.name.startswith("strategy"):
            lines += [f"## {group.heading}", ""]
            lines += [line for name, cls in group.options.items() for line in _option(name, cls)]
    lines += ["## Channels", "", *_about(channels.Channel), *parameter_table(channels.Channel), "", *_channels(), ""]
    return "\n".join(lines)


def _option(name: str, cls: type) -> list[str]:
    without = [field.name for field in dc.fields(Play)] if issubclass(cls, Play) else []
    return [f"### `{name}`", "", one_line(cls), "", *_about(cls), *parameter_table(cls, without=without), ""]


def _about(cls: type) -> list[str]:
    """What a docstring says after its first line, without its list of attributes."""
    text = inspect.cleandoc(cls.__doc__ or "").partition("\n")[2].partition("\nAttributes:")[0].strip()
    return [*text.splitlines(), ""] if text else []


def _channels() -> list[str]:
    names = [field.name for field in dc.fields(channels.Channel)]
    rows = [f"| `{name}` | " + " | ".join(f"{getattr(one, part):g}" for part in names) + " |" for name, one in _all()]
    return ["| channel | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|", *rows]


def _all() -> list[tuple[str, channels.Channel]]:
    return list(channels.CHANNELS.items())


if __name__ == "__main__":
    print(strategy_reference(), end="")
