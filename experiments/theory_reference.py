"""The page of all theories, made from the code: `python -m experiments.theory_reference`."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import Any

from agents.mind import QUESTIONS, Mind, NoMind
from experiments.build import build, compose, options
from experiments.configuration.catalogue import groups, one_line, snake
from experiments.reference import parameter_table

_HEAD = """\
# Theories

Made by `python -m experiments.theory_reference` from the declarations in the code: what each theory says, which columns
it reads and writes, its parameters with unit, range and source. `cxlab run mind/QUESTION=NAME` swaps one part,
`mind=NAME` all of them. Sources were cited as remembered by the authors of the code; sizes marked as assumptions were
not taken from a paper. The columns are explained in the [reference](reference.md).
"""


def theory_reference() -> str:
    """The whole page, as Markdown."""
    lines = [_HEAD, "## Named minds", "", "| mind | " + " | ".join(QUESTIONS) + " |", "|---" * 8 + "|"]
    lines += [_mind(name) for name in options("mind")]
    lines += ["", *[f"* `{name}`: {meaning}" for name, meaning in options("mind").items()], ""]
    for group in groups():
        if group.name.startswith("mind/"):
            lines += [f"## {group.name.removeprefix('mind/').capitalize()}: {group.heading}", ""]
            bases = dict.fromkeys(base for theory in group.options.values() for base in _shared(theory))
            lines += [line for base in bases for line in _like(base)]
            lines += [line for name, theory in group.options.items() for line in _theory(name, theory)]
    lines += ["## Being known too well", "", "Whatever the theories, a mind has this of its own.", ""]
    return "\n".join([*lines, *parameter_table(Mind), ""])


def _mind(name: str) -> str:
    mind = build(compose([f"mind={name}"])).mind
    if isinstance(mind, NoMind) or not isinstance(mind, Mind):
        return f"| `{name}` |" + " — |" * len(QUESTIONS)
    return f"| `{name}` | " + " | ".join(snake(type(part).__name__) for part in mind.parts) + " |"


def _shared(theory: Any) -> list[Any]:
    """The bases whose equations a theory shares with its like, the most general first."""
    bases = (base for base in reversed(theory.__mro__[1:]) if hasattr(base, "__dataclass_fields__"))
    return [base for base in bases if inspect.isabstract(base) or base.__name__.startswith("_")]


def _inherited(theory: Any) -> list[str]:
    """Names of the parameters that a theory takes over as they are."""
    bases = _shared(theory)
    return [field.name for field in fields(bases[-1]) if field.name not in vars(theory)] if bases else []


def _like(base: Any) -> list[str]:
    """What several theories of a question share."""
    return [*inspect.cleandoc(base.__doc__).splitlines(), "", *parameter_table(base, without=_inherited(base)), ""]


def _theory(name: str, theory: Any) -> list[str]:
    about = inspect.cleandoc(theory.__doc__ or "").splitlines()[2:]
    inherited = _inherited(theory)
    columns = f"Reads {_columns(theory.reads)}. Writes {_columns(theory.writes)}."
    table = parameter_table(theory, without=inherited)
    return [f"### `{name}`", "", one_line(theory), "", *about, "", columns, "", *table, ""]


def _columns(columns: tuple[Any, ...]) -> str:
    return ", ".join(f"`{column.name}`" for column in columns) or "nothing"


if __name__ == "__main__":
    print(theory_reference(), end="")
