"""The validation as one self-contained page: opens offline, asks nothing of the network, escapes what users named."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.battery.results import FAIL, NOT_APPLICABLE, NULL, PASS, FactInfo, ValidationResult
from experiments.reporting.battery.terminal import size
from experiments.reporting.battery.words import MARKS, RULE, SEVERITY, answers, interval, mark, share, value
from experiments.reporting.page import inline, page
from experiments.reporting.wording import plain
from sim.errors import StoreError

STATUS = {
    "R": "numbers recomputed from data",
    "V": "seen in a stored copy of the paper's page",
    "M": "numbers from memory, unchecked",
}
_ALT = "Table of minds by facts: a tick for a fact that holds, a cross for one that fails, pale where it was built in."


@dataclass(frozen=True)
class Bar:
    """Where a claim's band, null and interval lie on one scale (0-100); None is beyond it."""

    band: tuple[float, float]
    null: float | None
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class ClaimRow:
    """One claim of one fact, as text and as a bar."""

    says: str
    published: str
    band: str
    measured: str
    interval: str
    holds: bool
    said: str
    severity: str
    alone: bool
    bar: Bar | None


@dataclass(frozen=True)
class FactBlock:
    """One fact of the chosen mind, and what it measures in all other minds."""

    info: FactInfo
    status: str
    verdict: str
    reason: str
    kind: str
    severity: str
    alone: bool
    claims: tuple[ClaimRow, ...]
    shown: tuple[tuple[str, str], ...]
    why: str
    others: tuple[tuple[str, str, tuple[tuple[str, bool], ...]], ...]


def write_page(result: ValidationResult, path: Path, matrix: Figure) -> Path:
    """Write the page.

    Raises:
        StoreError: the file cannot be written.
    """
    text = page(
        "battery/page.html.jinja",
        result=result,
        chosen=plain(result.chosen),
        size=size(result),
        answers=answers(result),
        rule=RULE,
        severity=SEVERITY,
        marks=MARKS,
        matrix=inline(matrix, "matrix", _ALT),
        facts=[_block(result, fact) for fact in result.facts],
        rows=[_row(result, mind) for mind in result.minds],
    )
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write the page to {path}: {error}. Choose a folder you may write to.") from error
    return path


def bar(claim: pd.Series[Any]) -> Bar | None:
    """A claim's interval beside its band; None where no interval is bounded."""
    low, middle, high = (float(claim[name]) for name in ("low", "mean", "high"))
    if not all(map(math.isfinite, (low, middle, high))):
        return None
    least, most = (float(claim[name]) for name in ("least", "most"))
    null = float(claim["null"])
    ends = [end for end in (low, high, least, most, null) if math.isfinite(end)]
    start, width = min(ends), (max(ends) - min(ends)) or 1.0

    def place(number: float) -> float:
        return round(10 + 80 * (number - start) / width, 2)

    band = (place(least) if math.isfinite(least) else 0.0, place(most) if math.isfinite(most) else 100.0)
    return Bar(band, place(null) if math.isfinite(null) else None, place(low), place(middle), place(high))


def _block(result: ValidationResult, fact: FactInfo) -> FactBlock:
    line, claims = result.verdict(result.chosen, fact.id), result.claims_of(result.chosen, fact.id)
    means = result.values[(result.values["mind"] == result.chosen) & (result.values["fact"] == fact.id)]
    shown = means.groupby("measure")["value"].mean()
    return FactBlock(
        info=fact,
        status=STATUS[fact.status],
        verdict=str(line["verdict"]),
        reason=str(line["reason"]),
        kind=str(line["kind"]),
        severity=share(float(line["severity"])),
        alone=bool(line["alone"]),
        claims=tuple(_claim(claim) for _, claim in claims.iterrows()),
        shown=tuple((words, value(float(shown[name]))) for name, words in fact.shown.items()),
        why=fact.explanation(result.chosen) if line["verdict"] == FAIL else "",
        others=tuple(_other(result, mind, fact.id) for mind in result.minds),
    )


def _claim(claim: pd.Series[Any]) -> ClaimRow:
    return ClaimRow(
        says=str(claim["says"]),
        published=str(claim["published"]),
        band=str(claim["band"]),
        measured=value(float(claim["mean"])),
        interval=interval(float(claim["low"]), float(claim["high"])),
        holds=bool(claim["holds"]),
        said=str(claim["said"]),
        severity=share(float(claim["severity"])),
        alone=bool(claim["alone"]),
        bar=bar(claim),
    )


def _other(result: ValidationResult, mind: str, fact: str) -> tuple[str, str, tuple[tuple[str, bool], ...]]:
    """Name, verdict and measured means of one mind on one fact."""
    cells = [(value(float(one["mean"])), bool(one["holds"])) for _, one in result.claims_of(mind, fact).iterrows()]
    verdict = "null" if mind == NULL else str(result.verdict(mind, fact)["verdict"])
    return plain(mind), verdict, tuple(cells)


def _row(result: ValidationResult, mind: str) -> tuple[str, tuple[tuple[str, str, str], ...], str]:
    """One row of the matrix as text: name, cells of mark, class and severity, score."""
    lines = [result.verdict(mind, fact.id) for fact in result.facts]
    classes = {PASS: "passes", FAIL: "fails", NOT_APPLICABLE: "open"}
    cells = tuple((mark(one), classes[str(one["verdict"])], share(float(one["severity"]))) for one in lines)
    passed, asked = result.score(mind)
    return plain(mind), cells, f"{passed} of {asked}" if asked else ""
