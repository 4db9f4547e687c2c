"""The page of a small experiment: answers, tables, figures, limits and provenance, on paper and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure
from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from experiments.inference.intervals import Interval
from experiments.reporting.figure_style import drawn
from experiments.reporting.page import inline, page, write_answers
from experiments.reporting.wording import NONE, number
from sim.errors import StoreError

BETTER, WORSE, OPEN = "better", "worse", "open"
_BOLD = {BETTER: "bold", WORSE: "bold", OPEN: ""}


@dataclass(frozen=True)
class Cell:
    """One entry of a table: its text, what stands smaller beside it, and whether it is surely better or worse."""

    text: str
    small: str = ""
    tone: str = OPEN


@dataclass(frozen=True)
class Table:
    """Rows of cells under heads; the first cell of a row is its name. `notes` are shown on the page only."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: str = ""
    words: frozenset[int] = frozenset()  # places of columns of text, set to the left


@dataclass(frozen=True)
class Picture:
    """A figure with its file name, what is said of it aloud, and its caption."""

    name: str
    figure: Figure
    spoken: str
    caption: str


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    title: str
    text: str = ""
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class Sheet:
    """All of the page.

    Attributes:
        title: a question.
        lead: what was run.
        answers: questions and answers for the head.
        rule: how it was judged.
        sections: the rest.
        limits: what the numbers do not say: a claim and its explanation.
        provenance: versions, seeds, machine, commit.
        configuration: the resolved YAML.
    """

    title: str
    lead: str
    answers: Sequence[tuple[str, str]]
    rule: str
    sections: Sequence[Section]
    limits: Sequence[tuple[str, str]]
    provenance: Mapping[str, str]
    configuration: str


def write_sheet(sheet: Sheet, folder: Path) -> Path:
    """Write `report.html` and the figures as PNG (150 dpi) and SVG into a run folder.

    Raises:
        StoreError: the folder cannot be written.
    """
    pictures = [picture for section in sheet.sections for picture in section.pictures]
    text = page(
        "sheet.html.jinja",
        sheet=sheet,
        pictures={picture.name: inline(picture.figure, picture.name, picture.spoken) for picture in pictures},
    )
    try:
        (folder / "figures").mkdir(parents=True, exist_ok=True)
        for picture in pictures:
            for kind in ("png", "svg"):
                (folder / "figures" / f"{picture.name}.{kind}").write_bytes(drawn(picture.figure, kind))
        path = folder / "report.html"
        path.write_text(text, encoding="utf-8")
        write_answers(sheet.answers, folder)
    except OSError as error:
        raise StoreError(f"cannot write the report to {folder}: {error}. Choose a folder you may write to.") from error
    return path


def print_sheet(sheet: Sheet, tables: Sequence[Table], console: Console | None = None) -> None:
    """Print some tables and the answers; legible from 80 columns on."""
    console = console or Console()
    console.print(Text(sheet.lead))
    for table in tables:
        console.print(_grid(table, console))
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for question, answer in sheet.answers:
        grid.add_row(Text(question), Text(answer))
    grid.add_row(Text("Rule", style="dim"), Text(sheet.rule, style="dim"))
    console.print(grid)


def difference(interval: Interval, digits: int, scale: float = 1.0, better: int = 0) -> Cell:
    """A mean with its interval; its tone says whether it is surely better or worse, if either is."""
    if interval.mean != interval.mean:
        return Cell(NONE)
    mean = number(interval.mean * scale, digits)
    if not interval.known or interval.low == interval.high == 0:
        return Cell(mean)
    low, high = (number(bound * scale, digits) for bound in (interval.low, interval.high))
    tone = {1: BETTER, -1: WORSE}.get(interval.sign * better, OPEN)
    return Cell(mean, f"{low} to {high}", tone)


def _grid(table: Table, console: Console) -> Grid:
    grid = Grid(title=Text(table.caption), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    grid.show_edge, grid.pad_edge, grid.padding = False, False, (0, 1)
    plain = not console.encoding.lower().startswith("utf")
    for place, head in enumerate(table.heads):
        grid.add_column(Text(head), justify="left" if place == 0 or place in table.words else "right", overflow="fold")
    for row in table.rows:
        texts = [f"{cell.text}\n{cell.small}".rstrip() for cell in row]
        texts = [text.replace("\u2212", "-") if plain else text for text in texts]
        grid.add_row(*(Text(text, style=_BOLD[cell.tone]) for text, cell in zip(texts, row, strict=True)))
    return grid
