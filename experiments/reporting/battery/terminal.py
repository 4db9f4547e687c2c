"""A validation on the terminal: the fact table of one mind, then all minds by all facts."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.battery.results import FAIL, PASS, FactInfo, ValidationResult
from experiments.reporting.battery.words import MARKS, RULE, SEVERITY, answers, interval, mark, share, value
from experiments.reporting.wording import plain

_ABREAST = 10  # facts beside each other: what 80 columns hold
_STYLE = {PASS: "bold blue", FAIL: "bold red"}


def print_validation(result: ValidationResult, console: Console | None = None) -> None:
    """Print the fact table of the study's mind and the matrix of all; legible from 80 columns on."""
    console = console or Console()
    console.print(Text(f"Published facts and the mind {plain(result.chosen)}; {size(result)}"))
    console.print(Text("95% intervals over replications; draws: share of prior draws in which the claim holds", "dim"))
    for fact in result.facts:
        _print_fact(console, result, fact)
    for first in range(0, len(result.facts), _ABREAST):
        console.print(_matrix(result, result.facts[first : first + _ABREAST]))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for question, answer in answers(result):
        grid.add_row(Text(question), Text(answer))
    for name, text in (("Rule", RULE), ("Severity", SEVERITY)):
        grid.add_row(Text(name, style="dim"), Text(text, style="dim"))
    console.print(grid)


def size(result: ValidationResult) -> str:
    """Replications, customers and draws, in words."""
    draws = f", {result.draws:,} prior draws" if result.draws else ""
    if result.field_draws and any(fact.field for fact in result.facts):
        draws += f" ({result.field_draws:,} for facts of the field, of {plain(result.chosen)} only)"
    return f"{result.replications} replications of {result.customers:,} customers{draws}"


def _print_fact(console: Console, result: ValidationResult, fact: FactInfo) -> None:
    """Heading, source, a line per claim, and the best explanation where it fails."""
    line = result.verdict(result.chosen, fact.id)
    verdict = str(line["verdict"])
    head = Text("\n")
    head.append(f"{fact.id} {verdict.upper()}", style=_STYLE.get(verdict, "bold"))
    easy = share(float(line["severity"]))
    notes = [str(line["kind"]), f"{easy} of prior draws pass" * bool(easy)]
    notes += [f"no mind: {'passes' if line['alone'] else 'fails'}", str(line["reason"])]
    head.append(f"  {', '.join(note for note in notes if note)}")
    console.print(head)
    console.print(Text(fact.title, style="bold"))
    console.print(Text(f"{fact.source} [{fact.status}]", style="dim"))
    console.print(_claims(result, fact))
    if verdict == FAIL and (why := fact.explanation(result.chosen)):
        console.print(Text(f"Why: {why}"))


def _claims(result: ValidationResult, fact: FactInfo) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("claim", width=28)
    for name in ("measured", "95% interval"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("band", no_wrap=True)
    for name in ("holds", "draws"):
        table.add_column(name, justify="right")
    for _, claim in result.claims_of(result.chosen, fact.id).iterrows():
        table.add_row(
            Text(str(claim["says"])),
            value(float(claim["mean"])),
            interval(float(claim["low"]), float(claim["high"])),
            Text(str(claim["band"]).partition(",")[0]),
            Text("yes" if claim["holds"] else "no", style=_STYLE[PASS if claim["holds"] else FAIL]),
            share(float(claim["severity"])),
        )
    return table


def _matrix(result: ValidationResult, facts: Sequence[FactInfo]) -> Table:
    """Minds by some of the facts; the number below a mark is the share of prior draws that pass."""
    ends = facts[-1] is result.facts[-1]
    began = facts[0] is result.facts[0]
    table = Table(
        title=Text(f"\nAll minds: {MARKS}. Below a mark: share of prior draws that pass." if began else "\nAll minds"),
        title_justify="left",
        title_style="", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0),
    )  # fmt: skip
    table.add_column("mind", width=15)
    for fact in facts:
        table.add_column(fact.id, justify="center", min_width=5)
    if ends:
        table.add_column("count", justify="right")
    for mind in result.minds:
        lines = [result.verdict(mind, fact.id) for fact in facts]
        passed, asked = result.score(mind)
        cells = [Text(f"{mark(line)}\n{share(float(line['severity']))}") for line in lines]
        count = [f"{passed}/{asked}" if asked else ""] * ends
        table.add_row(Text(plain(mind)), *cells, *count)
    return table
