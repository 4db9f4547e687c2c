"""A recovery study on the terminal: a line per mind, and the study's mind parameter by parameter."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.identify.results import NOT, RECOVERABLE, SOURCES, IdentifyResult
from experiments.reporting.identify.words import (
    NOTHING,
    RULE,
    WORDS,
    answers,
    confusions,
    has_parameters,
    lines,
    sources_of,
)  # fmt: skip
from experiments.reporting.wording import plain

PAIRS = 5
_STYLES = {RECOVERABLE: "bold", NOT: "dim"}


def print_identify(result: IdentifyResult, console: Console | None = None) -> None:
    """Print the short answer; legible from 80 columns on."""
    console = console or Console()
    head = f"{result.count} firms of {result.customers:,} customers per mind, {result.weeks} weeks"
    console.print(_minds(result, head))
    console.print(_parameters(result))
    for source in sources_of(result):
        for one in confusions(result, result.focus, source)[:PAIRS]:
            console.print(Text(f"{one.verdict}, {SOURCES[source]}: {one.names} (errors {one.correlation})"))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for question, answer in answers(result):
        grid.add_row(Text(question), Text(answer))
    grid.add_row(Text("Rule", style="dim"), Text(RULE, style="dim"))
    console.print(grid)


def _minds(result: IdentifyResult, head: str) -> Table:
    table = _table(f"Which parameters can be recovered: {head}")
    table.add_column("mind")
    table.add_column("parameters", justify="right")
    for source in sources_of(result):
        table.add_column(f"{SOURCES[source]}:\n{' / '.join(WORDS.values())}", justify="right")
    for mind in result.minds:
        if not has_parameters(result, mind):
            table.add_row(Text(plain(mind)), Text("0"), Text(NOTHING, style="dim"))
            continue
        kinds = [result.kinds(mind, source) for source in sources_of(result)]
        cells = [" / ".join(f"{number:2d}" for number in one.values()) for one in kinds]
        table.add_row(*(Text(text) for text in (plain(mind), str(sum(kinds[0].values())), *cells)))
    return table


def _parameters(result: IdentifyResult) -> Table:
    table = _table(f"{plain(result.focus)}: out-of-sample R² and its 95% interval")
    table.add_column("parameter", no_wrap=True)
    for source in sources_of(result):
        table.add_column(SOURCES[source], no_wrap=True)
    for line in lines(result, result.focus):
        cells = [
            Text(f"{line.r2[source]:>5}  {line.interval[source]:<14}", style=_STYLES.get(line.kind[source], ""))
            for source in sources_of(result)
        ]
        table.add_row(Text(line.name), *cells)
    return table


def _table(title: str) -> Table:
    table = Table(title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.show_edge, table.pad_edge, table.padding = False, False, (0, 1)
    return table
