"""A tournament on the terminal: responses of churn and satisfaction, where theories agree, what separates them."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.reporting.tournament.tables import Cell, Responses, tables
from experiments.reporting.tournament.words import GROUPS, RULE, answers, most_different, reached
from experiments.reporting.wording import plain
from experiments.tournament.results import TournamentResult

SHOWN = 2  # measures on the terminal; the page has them all
PAIRS = 10


def print_tournament(result: TournamentResult, console: Console | None = None) -> None:
    """Print the short answer; legible from 80 columns on."""
    console = console or Console()
    head = f"{len(result.minds)} minds, {result.replications} replications of {result.customers:,} customers"
    console.print(Text(f"Responses: differences from the same mind's steady run, same customers, same luck; {head}"))
    console.print(Text("mean and half-width of the 95% interval; bold: the interval does not hold zero", style="dim"))
    for one in tables(result)[:SHOWN]:
        console.print(_responses(result, one, console))
    console.print(_pairs(result))
    console.print(_reach(result))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for question, answer in answers(result):
        grid.add_row(Text(question), Text(answer))
    grid.add_row(Text("Rule", style="dim"), Text(RULE, style="dim"))
    console.print(grid)


def _responses(result: TournamentResult, one: Responses, console: Console) -> Table:
    table = _table(f"{one.title}, {one.note}")
    table.add_column("mind", max_width=15, overflow="fold")
    for shock in result.shocks:
        head = result.title(shock).replace(" ", "\n").replace("-", "-\n")
        table.add_column(Text(head), justify="right", overflow="fold")
    sign = "±" if console.encoding.lower().startswith("utf") else "+-"
    for mind, cells in one.rows.items():
        table.add_row(Text(plain(mind)), *(_cell(cell, sign) for cell in cells))
    return table


def _cell(cell: Cell, sign: str) -> Text:
    if not cell.mean:
        return Text("-", style="dim")
    text = f"{cell.mean}\n{sign}{cell.half}" if cell.half else cell.mean
    return Text(text, style="bold" if cell.strength else "")


def _pairs(result: TournamentResult) -> Table:
    table = _table("The pairs that part most, and by what (all pairs are in the report)")
    for name in ("theories", "situation: measure", "d", "customers per group", "difference"):
        table.add_column(name, justify="left" if name in ("theories", "situation: measure", "difference") else "right")
    for pair in most_different(result, PAIRS):
        names = f"{plain(pair.first)}\n{plain(pair.second)}"
        table.add_row(*(Text(text) for text in (names, pair.found, pair.effect, pair.needed, pair.kind)))
    return table


def _reach(result: TournamentResult) -> Table:
    table = _table("Pairs told apart, by customers per group")
    table.add_column("situation")
    for group in GROUPS:
        table.add_column(f"{group:,}", justify="right")
    for name, counts in reached(result):
        table.add_row(Text(name), *(Text(count) for count in counts))
    return table


def _table(title: str) -> Table:
    table = Table(title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.show_edge, table.pad_edge, table.padding = False, False, 0
    return table
