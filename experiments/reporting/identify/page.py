"""The page of a recovery study: what can be recovered, from what, and what is mistaken for what; one HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from experiments.identify.results import CRM, SOURCES, SURVEY, IdentifyResult
from experiments.reporting.identify.figures import figures
from experiments.reporting.identify.words import (
    NOTHING,
    RULE,
    WORDS,
    answers,
    confusions,
    has_parameters,
    lines,
    share,
    sources_of,
)  # fmt: skip
from experiments.reporting.page import inline, page
from experiments.reporting.wording import plain
from sim.errors import StoreError

_ALT = {
    "overview": "A bar per mind: parameters that are recoverable, weakly so, and not; from the CRM and with a survey.",
    "recovered": "True against recovered values of the best and the worst parameters, a dot per firm.",
}
_FULL = (0, 114, 178)


@dataclass(frozen=True)
class Cell:
    """R² of one parameter in one mind: from the CRM, with a survey, and how strongly the cell is coloured."""

    crm: str
    survey: str
    shade: str


def write_page(result: IdentifyResult, path: Path, made: Mapping[str, Figure] | None = None) -> Path:
    """Write the page.

    Args:
        result: the study.
        path: the file, normally `report.html` in the run folder.
        made: what `figures` returned, if it was drawn already.

    Raises:
        StoreError: the file cannot be written.
    """
    text = identify_page(result, figures(result) if made is None else made)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write the report to {path}: {error}. Choose a folder you may write to.") from error
    return path


def identify_page(result: IdentifyResult, pictures: Mapping[str, Figure]) -> str:
    """The page as one HTML document."""
    minds = [mind for mind in result.minds if has_parameters(result, mind)]
    sources = sources_of(result)
    return page(
        "identify/page.html.jinja",
        result=result,
        answers=answers(result),
        rule=RULE,
        nothing=NOTHING,
        words=list(WORDS.values()),
        sources=[(source, SOURCES[source]) for source in sources],
        summary=[(plain(mind), _counts(result, mind)) for mind in result.minds],
        pictures={name: inline(picture, name, _ALT[name]) for name, picture in pictures.items()},
        minds=[(mind, plain(mind)) for mind in [result.focus, *(one for one in minds if one != result.focus)]],
        tables={mind: lines(result, mind) for mind in minds},
        pairs={mind: [(SOURCES[source], confusions(result, mind, source)) for source in sources] for mind in minds},
        heads=[plain(mind) for mind in minds],
        matrix=_matrix(result, minds),
        events=[(plain(name), what, first, last) for name, what, first, last in result.events],
        focus=plain(result.focus),
    )


def _counts(result: IdentifyResult, mind: str) -> list[str]:
    """Parameters of a mind, and how many of them fall into each class, source by source; nothing if it has none."""
    if not has_parameters(result, mind):
        return []
    kinds = [result.kinds(mind, source) for source in sources_of(result)]
    return [str(sum(kinds[0].values())), *(str(number) for one in kinds for number in one.values())]


def _matrix(result: IdentifyResult, minds: list[str]) -> list[tuple[str, str, list[Cell | None]]]:
    """Every parameter by every mind, in the order in which minds first have them: name, meaning, cells."""
    docs = result.parameters.drop_duplicates("parameter").set_index("parameter")["doc"]
    table = result.recovery.set_index(["parameter", "mind", "source"])["r2"].to_dict()
    rows = []
    for name in sorted(docs.index, key=_part):
        cells = [_cell(table.get((name, mind, CRM)), table.get((name, mind, SURVEY))) for mind in minds]
        rows.append((str(name), str(docs[name]), cells))
    return rows


def _part(name: str) -> int:
    """The place of a parameter's theory within the mind."""
    parts = ("expectation", "satisfaction", "emotion", "trust", "value", "commitment", "intention")
    part = name.partition(".")[0]
    return parts.index(part) if part in parts and "." in name else len(parts)


def _cell(crm: float | None, survey: float | None) -> Cell | None:
    if crm is None:
        return None
    strength = min(max(crm, 0.0), 1.0) * 0.6
    shade = "rgb({}, {}, {})".format(*(round(255 + (part - 255) * strength) for part in _FULL))
    return Cell(share(crm), "" if survey is None else share(survey), shade)
