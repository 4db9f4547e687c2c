"""The matrix of all minds by all facts as a picture: what holds, whether it counts, and how easily it comes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from experiments.battery.results import EMERGENT, NOT_APPLICABLE, NULL, PASS, ValidationResult
from experiments.reporting.battery.words import share
from experiments.reporting.figure_style import INK, QUIET, figure, house_style, settle
from experiments.reporting.wording import plain

_PASS, _FAIL = "#0072B2", "#D55E00"  # blue and vermilion of Okabe & Ito: told apart with every common deficiency
_FAINT = {_PASS: "#d3e6f2", _FAIL: "#fbe3d3"}
_ROOMY = 12  # facts whose names fit side by side; those of more stand upright
_SIGNS = {True: "\u2713", False: "\u2717"}


def matrix_figure(result: ValidationResult) -> Figure:
    """Minds by facts: filled cells count, pale ones are built in, empty ones are not applicable."""
    rows, columns = len(result.minds), len(result.facts)
    with house_style([plain(mind) for mind in result.minds]):
        made = figure(1.45 + 0.44 * rows + 0.85 * (columns > _ROOMY))
        axes = made.subplots()
        for row, mind in enumerate(result.minds):
            for column, fact in enumerate(result.facts):
                _cell(axes, column, row, result.verdict(mind, fact.id))
            passed, asked = result.score(mind)
            axes.text(
                columns + 0.08, row, f"{passed} of {asked}" if asked else "", va="center", fontsize=8.5, color=INK
            )
        _frame(axes, result, rows, columns)
        _legend(axes, rows, columns)
        settle(made)
    return made


def _cell(axes: Axes, column: int, row: int, line: pd.Series[Any]) -> None:
    if line["mind"] == NULL:
        sign = _SIGNS[bool(line["held"])]
        axes.text(column, row, sign, ha="center", va="center", fontsize=10, color=QUIET)
        return
    if line["verdict"] == NOT_APPLICABLE:
        axes.text(column, row, "\u00b7", ha="center", va="center", fontsize=10, color=QUIET)
        return
    holds, counts = line["verdict"] == PASS, line["kind"] == EMERGENT
    color = _PASS if holds else _FAIL
    _box(axes, column, row, color, counts)
    ink = "white" if counts else color
    severity = share(float(line["severity"])) if not math.isnan(float(line["severity"])) else ""
    axes.text(column, row - 0.13 * bool(severity), _SIGNS[holds], ha="center", va="center", fontsize=10, color=ink)
    axes.text(column, row + 0.24, severity, ha="center", va="center", fontsize=6.5, color=ink)


def _box(axes: Axes, column: float, row: float, color: str, counts: bool) -> None:
    axes.add_patch(
        Rectangle(
            (column - 0.45, row - 0.43), 0.90, 0.86, facecolor=color if counts else _FAINT[color], edgecolor=color,
            linewidth=0.8,
        )
    )  # fmt: skip


def _frame(axes: Axes, result: ValidationResult, rows: int, columns: int) -> None:
    names = ["no mind" if mind == NULL else plain(mind) for mind in result.minds]
    axes.set_xlim(-0.55, columns + 0.9)
    axes.set_ylim(rows + 0.85, -0.55)
    upright = columns > _ROOMY
    broken = ["\n".join((fact.id, *fact.short.split(" ", 1))) for fact in result.facts]
    names_of_facts = [f"{fact.id} {fact.short}" for fact in result.facts] if upright else broken
    axes.set_xticks(
        range(columns), names_of_facts, fontsize=7, linespacing=1.25, va="bottom", rotation=90 if upright else 0
    )
    axes.set_yticks(range(rows), names)
    axes.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False, labelcolor=INK)
    axes.text(columns + 0.08, -0.68, "counted", fontsize=7.5, color=QUIET, va="bottom")
    for label, mind in zip(axes.get_yticklabels(), result.minds, strict=True):
        label.set_fontweight("bold" if mind == result.chosen else "normal")
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _legend(axes: Axes, rows: int, columns: int) -> None:
    """What the cells mean, below the matrix."""
    entries = (
        (_PASS, True, "pass"),
        (_FAIL, True, "fail"),
        (_PASS, False, "pass, but built in"),
        (_FAIL, False, "fail, though built in"),
    )
    places = np.array([0.0, 0.16, 0.32, 0.62]) * columns - 0.1
    for (color, counts, words), at in zip(entries, places, strict=True):
        _box(axes, at, rows + 0.35, color, counts)
        ink = "white" if counts else color
        axes.text(at, rows + 0.35, _SIGNS[color == _PASS], ha="center", va="center", fontsize=9, color=ink)
        axes.text(at + 0.58, rows + 0.35, words, va="center", fontsize=8, color=INK)
