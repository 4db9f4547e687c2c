"""The journal: notes of the first replication that has them, how many say the same, and where they are shown."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from io import StringIO

import pandas as pd
from rich.console import Console

from experiments.journal import COLUMNS, journal_of
from experiments.reporting.compare import print_comparison
from experiments.reporting.journal import first_of_each, journal_lines
from experiments.reporting.report import report
from experiments.results import StudyResult, load, save
from tests.experiments.eventful import lived
from tests.experiments.synthetic import Plan, drawings, lone, study

NOTES = [  # arm, replicate, week, note
    ("gift", 0, 3, "phase 1 ends at 0.50"),
    ("gift", 0, 9, "phase 1 ends at 0.70"),
    ("gift", 1, 4, "phase 1 ends at -0.45"),
    ("gift", 2, 2, "the budget of 1,000 is spent"),
    ("bonus", 0, 1, "phase 1 ends at 0.50"),
]


def journal() -> pd.DataFrame:
    return journal_of(pd.DataFrame(NOTES, columns=["arm", "replicate", "week", "note"]))


@cache
def told() -> StudyResult:
    plain = study({"nothing": Plan(), "gift": Plan(cost=0.1)}, customers=60, replications=3, weeks=8, told=False)
    return replace(plain, journal=journal())


def test_notes_that_differ_in_numbers_only_are_counted_together_in_their_order():
    found = journal()
    assert tuple(found.columns) == COLUMNS
    rows = found.drop(columns=["replicate"]).to_numpy().tolist()
    assert rows == [
        ["gift", 2, "the budget of 1,000 is spent", 1, 2, 2],  # what replication 0 does not say stands, too
        ["gift", 3, "phase 1 ends at 0.50", 2, 3, 4],
        ["gift", 9, "phase 1 ends at 0.70", 1, 9, 9],  # the second time of its kind
        ["bonus", 1, "phase 1 ends at 0.50", 1, 1, 1],
    ]
    assert found["replicate"].tolist() == [2, 0, 0, 0]


def test_no_notes_are_an_empty_journal():
    assert tuple(journal_of(pd.DataFrame(columns=["arm", "week", "note", "replicate"])).columns) == COLUMNS


def test_lines_say_how_many_and_when():
    assert journal_lines(told())[1] == ("gift", "3", "phase 1 ends at 0.50", "2 of 3, weeks 3 to 4")
    few, more = first_of_each(told(), 2)
    assert [line[0] for line in few] == ["gift", "bonus"]  # each arm's first before anybody's second
    assert more == 2


def test_it_is_on_the_terminal_and_in_the_report():
    console = Console(file=StringIO(), width=100)
    print_comparison(told(), console)
    assert isinstance(console.file, StringIO)
    assert "the budget of 1,000 is spent" in console.file.getvalue()
    evil = report(replace(lone(), journal=journal().assign(note="<script>")), drawings(lone()))
    assert 'id="journal"' in evil
    assert "<script" not in evil
    assert 'id="journal"' not in report(lone(), drawings(lone()))


def test_it_is_stored(tmp_path):
    save(told(), tmp_path / "study")
    pd.testing.assert_frame_equal(load(tmp_path / "study").journal, journal())


def test_a_replication_brings_what_the_plays_said():
    *_, found = lived()
    assert set(found.journal["arm"]) == {"eventful"}
    assert found.journal["week"].tolist() == [0, 8, 16]
    assert found.journal["note"].str.fullmatch(r"week \d+: [45]\d\d customers on record").all()
