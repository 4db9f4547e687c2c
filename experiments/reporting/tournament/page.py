"""The tournament's page: what separates theories, all responses, all pairs; one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from experiments.reporting.page import inline, page
from experiments.reporting.tournament.figures import figures, mind_looks
from experiments.reporting.tournament.tables import NOT_HERE, Cell, tables
from experiments.reporting.tournament.words import GROUPS, KINDS, RULE, answers, hidden, pairs, reached
from experiments.reporting.wording import plain
from experiments.tournament.results import TournamentResult
from sim.errors import StoreError

_ALT = {
    "matrix": "Triangle of minds: customers per group of the experiment that separates each pair best.",
    "reach": "Pairs told apart by customers per group, a line per situation.",
}
_BETTER, _WORSE = (0, 114, 178), (213, 94, 0)


def write_page(result: TournamentResult, path: Path, made: Mapping[str, Figure] | None = None) -> Path:
    """Write the page.

    Args:
        result: the tournament.
        path: the file, normally `report.html` in the run folder.
        made: what `figures` returned, if it was drawn already.

    Raises:
        StoreError: the file cannot be written.
    """
    text = tournament_page(result, figures(result) if made is None else made)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write the report to {path}: {error}. Choose a folder you may write to.") from error
    return path


def tournament_page(result: TournamentResult, pictures: Mapping[str, Figure]) -> str:
    """The page as one HTML document."""
    looks = mind_looks(result)
    curves = [name for name in pictures if name not in _ALT]
    spoken = {name: f"{result.info(name).label} by week: a panel per situation, a line per mind" for name in curves}
    alt = _ALT | spoken
    situations = [
        (result.title(name), about["meaning"], about["onset"] if name in result.shocks else "")
        for name, about in result.situations.items()
    ]
    return page(
        "tournament/page.html.jinja",
        result=result,
        answers=answers(result),
        rule=RULE,
        minds=[(mind, plain(mind), looks[mind].color, family) for mind, family in result.families.items()],
        shocks=[result.title(shock) for shock in result.shocks],
        situations=situations,
        tables=tables(result),
        shade=_shade,
        not_here=NOT_HERE,
        curves=curves,
        pictures={name: inline(picture, name, alt[name]) for name, picture in pictures.items()},
        groups=[f"{group:,}" for group in GROUPS],
        reached=reached(result),
        pairs=pairs(result),
        kinds=KINDS,
        hidden=hidden(result),
        plain=plain,
    )


def _shade(cell: Cell) -> str:
    """A background from orange (worse) over white to blue (better)."""
    strength = min(abs(cell.strength), 1.0) * 0.55
    full = _BETTER if cell.strength > 0 else _WORSE
    return "rgb({}, {}, {})".format(*(round(255 + (part - 255) * strength) for part in full))
