"""The report: one file, no request, well-formed, escaped, and honest about small studies."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from experiments.reporting.report import comparison_rows, report, write_report
from experiments.results import StudyResult
from sim.errors import StoreError
from tests.experiments.synthetic import Plan, drawings, lone, single, small, study

EVIL = "<script>alert('x')</script>"
_VOID = {"meta", "br", "col", "link", "img", "input", "hr"}


class Outline(HTMLParser):
    """Collects tags, identifiers and texts, and checks that tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href")]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return small()


@pytest.fixture(scope="module")
def text(result) -> str:
    return report(result, drawings(result))


def test_it_asks_nothing_of_the_network(text):
    assert "http" not in text
    assert "@import" not in text
    assert all(address.startswith("#") for address in Outline(text).addresses)
    assert not re.search(r"url\((?!#)", text)


def test_it_is_well_formed(text):
    outline = Outline(text)
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert outline.tags.count("h1") == 1
    assert "script" not in outline.tags
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.tags.count("figure") == 7
    assert text.count('role="img" aria-label="') == 7
    assert {address[1:] for address in outline.addresses} <= set(outline.ids)


@pytest.mark.parametrize(
    "heading",
    [
        "The answer",
        "Comparison",
        "Profit and loss",
        "How it unfolds",
        "Differences",
        "Survival",
        "Who gained",
        "why they stayed",
        "Calibration",
        "What these numbers do not say",
        "Doing it again",
    ],
)
def test_sections(text, heading):
    assert re.search(rf"<h2[^>]*>[^<]*{heading}", text)


def test_it_says_what_the_numbers_are_not(text):
    assert "under this coupling of luck" in text
    assert "NOT the probability that the plan is best in reality" in text
    assert "Monte Carlo noise" in text


def test_names_from_outside_are_escaped():
    evil = study(plans={"nothing": Plan(), EVIL: Plan(cost=0.1, lift=0.05)}, customers=80, replications=3, weeks=10)
    evil = replace(
        evil,
        configuration=EVIL,
        provenance={EVIL: EVIL},
        currency=EVIL,
        stories=evil.stories.assign(title=EVIL, event=EVIL),
    )
    text = report(evil)
    assert "<script" not in text
    assert "&lt;script&gt;alert" in text
    Outline(text)


def test_one_arm_and_one_replication():
    alone = report(lone(), drawings(lone()))
    assert "Only one arm" in alone
    assert '<h2 id="comparison"' not in alone
    unsure = report(single(), drawings(single()))
    assert "n/a (one replication)" in unsure
    Outline(alone)
    Outline(unsure)


def test_placebo_cells_are_exactly_zero(result):
    for row in comparison_rows(result):
        assert row.cells[0].mean == ("none" if row.label == "ROI" else "0")
        assert row.cells[0].verdict == "open"


def test_a_difference_below_the_printed_digits_has_no_colour():
    tiny = replace(result := single_of_many(), outcomes=result.outcomes.assign(value=_nudged(result)))
    cells = {row.label: row.cells for row in comparison_rows(tiny)}["Trust"]
    assert cells[1].verdict != "open"
    assert (cells[0].mean, cells[0].verdict) == ("0.00", "open")


def single_of_many() -> StudyResult:
    """Two plans like the control, three replications."""
    plans = {"nothing": Plan(), "tiny": Plan(), "large": Plan()}
    return study(plans=plans, customers=40, replications=3, weeks=4, told=False)


def _nudged(result: StudyResult) -> pd.Series:
    """Trust a millionth higher under one plan, a half under the other: both differ from zero beyond all noise."""
    trust = result.outcomes["metric"] == "trust"
    nudge = result.outcomes["arm"].map({"nothing": 0.0, "tiny": 1e-6, "large": 0.5})
    return result.outcomes["value"] + nudge * (1 + 0.01 * result.outcomes["replicate"]) * trust


def test_one_week_is_one_week():
    short = study(plans={"nothing": Plan()}, customers=20, replications=1, weeks=1, told=False)
    assert " 1 week, money" in " ".join(report(short).split())


def test_bars_lie_on_one_scale(result):
    for row in comparison_rows(result):
        places = [place for cell in row.cells for place in (cell.low, cell.middle, cell.high) if place is not None]
        assert all(4 <= place <= 96 for place in [*places, row.zero])


@pytest.mark.parametrize("shown", [lone, pytest.param(small, marks=pytest.mark.slow)])
def test_same_study_same_file(shown, tmp_path: Path):
    path = write_report(shown(), tmp_path / "run" / "report.html")
    assert path.read_text(encoding="utf-8") == report(shown(), drawings(shown()))


def test_unwritable_file(tmp_path: Path):
    with pytest.raises(StoreError, match="cannot write the report"):
        write_report(lone(), tmp_path, drawings(lone()))
