"""One self-contained report.html: opens offline, asks nothing of the network, prints, escapes what users named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from experiments.inference.intervals import Interval
from experiments.reporting.certainty import certainty_tables
from experiments.reporting.compare import variance_lines
from experiments.reporting.figure_style import looks
from experiments.reporting.figures import figures
from experiments.reporting.journal import journal_lines
from experiments.reporting.kinds_figure import Composition, compositions
from experiments.reporting.life_stories import sentences, stories, why
from experiments.reporting.page import inline, page, write_answers
from experiments.reporting.paired import ROI, about, compared, differences, intervals, outcome, twins
from experiments.reporting.profit_and_loss import statement
from experiments.reporting.spillover import HEADS as SPILLOVER_HEADS
from experiments.reporting.spillover import spillover_lines, spills
from experiments.reporting.verdict import NOISE_ONLY, RULE, answers
from experiments.reporting.who_gained import (
    gained_lines,
    heads,
    reason_heads,
    reason_lines,
    second_lives,
    segment_lines,
)
from experiments.reporting.wording import (
    bounds,
    count_of,
    is_nil,
    level,
    named,
    number,
    places,
    plain,
    scale_of,
    unit_of,
)
from experiments.results import Estimate, StudyResult
from sim.errors import StoreError

_ALT = {
    "trajectories": "Lines by week and arm: share still active, satisfaction, trust, loyalty and cumulative profit.",
    "differences": "Dot and interval of each plan's difference from the control, one panel per metric.",
    "survival": "Share of customers still active by week and arm, and the gain of each plan over the control.",
    "kinds": "Stacked shares of loyalty types and life-cycle stages by week, control and best plan.",
    "who_gained": "Bars per plan: customers saved, won back, made worse, stayed anyway, lost anyway, untouched.",
}


@dataclass(frozen=True)
class Cell:
    """One difference in the comparison table: text, and where its bar lies on the row's scale (0-100)."""

    mean: str
    bounds: str
    verdict: str
    low: float | None
    middle: float | None
    high: float | None


@dataclass(frozen=True)
class Row:
    """One metric of the comparison table."""

    label: str
    unit: str
    level: str
    zero: float
    cells: tuple[Cell, ...]


def write_report(result: StudyResult, path: Path, made: Mapping[str, Figure] | None = None) -> Path:
    """Write the report.

    Args:
        result: the study.
        path: the file, normally `report.html` in the run folder.
        made: what `figures` returned, if it was drawn already.

    Raises:
        StoreError: the file cannot be written.
    """
    text = report(result, made)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        write_answers(answers(result), path.parent)
    except OSError as error:
        raise StoreError(f"cannot write the report to {path}: {error}. Choose a folder you may write to.") from error
    return path


def report(result: StudyResult, made: Mapping[str, Figure] | None = None) -> str:
    """The report as one HTML document."""
    pictures = figures(result) if made is None else made
    told = stories(result)
    alt = _ALT | {f"story_{place}": f"Life of one customer: {story.title}" for place, story in enumerate(told, 1)}
    return page(
        "report.html.jinja",
        result=result,
        weeks=count_of(result.weeks.last, "week"),
        answers=answers(result),
        rule=RULE,
        noise_only=NOISE_ONLY,
        control=named(result.control),
        plans=[(plain(arm), looks(result)[arm].color) for arm in result.plans],
        rows=comparison_rows(result),
        exact=[named(arm) for arm in sorted(twins(result))],
        pictures={name: inline(picture, name, alt[name]) for name, picture in pictures.items()},
        books=statement(result),
        certainty=certainty_tables(result),
        unit=unit_of(about(result, "profit")),
        gained=gained_lines(result),
        gained_heads=heads(result),
        second_lives=second_lives(result),
        gained_by_segment=_by_segment(result),
        reasons=reason_lines(result),
        reason_heads=reason_heads(result),
        journal=journal_lines(result),
        luck=variance_lines(result),
        spillover=spillover_lines(result) if spills(result) else [],
        spillover_heads=SPILLOVER_HEADS,
        kinds=[(_heading(one), [_kind(*row) for row in one.rows]) for one in compositions(result)],
        stories=[(f"story_{n}", story.title, sentences(story), why(result, story)) for n, story in enumerate(told, 1)],
        calibration=[_estimate(name, line) for name, line in result.calibration.items()],
    )


def comparison_rows(result: StudyResult) -> list[Row]:
    """The comparison as text: a row per metric, a cell per plan, bars on one scale per row."""
    if not result.plans:
        return []
    long = differences(result)
    return [_row(result, metric, intervals(long, metric)) for metric in (*compared(result), ROI)]


def _row(result: StudyResult, metric: str, lines: Mapping[str, Interval]) -> Row:
    info = about(result, metric)
    ends = [edge for line in lines.values() for edge in (line.mean, line.low, line.high) if math.isfinite(edge)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    width = (high - low) or 1.0

    def place(value: float) -> float | None:
        return round(4 + 92 * (value - low) / width, 2) if math.isfinite(value) else None

    digits = places(lines.values(), scale_of(info))
    means = [number(line.mean * scale_of(info), digits) for line in lines.values()]
    cells = [
        Cell(
            mean=mean,
            bounds=bounds(line, info, digits),
            verdict="open" if is_nil(mean) else _verdict(line, info.better),
            low=place(line.low),
            middle=place(line.mean),
            high=place(line.high),
        )
        for mean, line in zip(means, lines.values(), strict=True)
    ]
    base = outcome(result, metric)
    shown = "" if base.empty else level(float(base[result.control].mean()), info)
    return Row(info.label, unit_of(info), shown, place(0.0) or 0.0, tuple(cells))


def _verdict(line: Interval, better: int) -> str:
    """Class of a cell: better or worse than the control if the interval does not hold zero, else open."""
    return {1: "better", -1: "worse"}.get(line.sign * better, "open")


def _by_segment(result: StudyResult) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Who gained in each segment, a table per plan; none without segments or with one only."""
    if result.fates.empty or len(result.segments) < 2:
        return []
    exact = twins(result)
    return [(named(arm), segment_lines(result, arm)) for arm in result.plans if arm not in exact]


def _heading(one: Composition) -> str:
    return f"{one.classification.capitalize()}, {named(one.arm)}"


def _kind(kind: str, before: float, after: float, leaving: float) -> tuple[str, str, str, str]:
    return kind, f"{before:.1%}", f"{after:.1%}", f"{leaving:.1%}"


def _estimate(name: str, line: Estimate) -> tuple[str, str, str, str]:
    error = "" if math.isnan(line.standard_error) else f"{line.standard_error:.4g}"
    return name, f"{line.value:,.6g}", error, line.meaning
