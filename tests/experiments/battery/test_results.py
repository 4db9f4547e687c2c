"""What a validation leaves behind, and how it is told: on paper, in a picture, on the terminal."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from experiments.battery.results import load, save
from experiments.reporting.battery.figure import matrix_figure
from experiments.reporting.battery.page import bar, write_page
from experiments.reporting.battery.terminal import print_validation
from experiments.reporting.battery.words import answers, interval, mark, share, value
from experiments.reporting.figure_style import drawn
from experiments.reporting.wording import plain
from sim.errors import StoreError
from tests.experiments.battery.results import NASTY, claim, made


def test_only_emergent_facts_count() -> None:
    result = made()
    assert result.score("integrated") == (1, 1)
    assert result.score(NASTY) == (0, 1)
    assert result.score("none") == (0, 0)


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    save(made(), tmp_path)
    again = load(tmp_path)
    pd.testing.assert_frame_equal(again.claims, made().claims)
    assert again.facts == made().facts
    assert again.minds == ("none", "integrated", NASTY)
    (tmp_path / "claims.parquet").unlink()
    with pytest.raises(StoreError, match="no complete validation"):
        load(tmp_path)


def test_marks_tell_passes_from_failures_and_what_counts() -> None:
    result = made()
    assert [mark(result.verdict(mind, fact)) for mind in result.minds for fact in ("F13", "F24")] == [
        "[x]", "[x]", "+", "(x)", "x", ".",
    ]  # fmt: skip


def test_words() -> None:
    assert [share(one) for one in (0, 0.004, 0.5, 0.996, 1)] == ["0%", "<1%", "50%", ">99%", "100%"]
    assert value(float("inf")) == "unbounded"
    assert interval(-0.1, 0.25) == "-0.10 to 0.25"
    assert interval(float("-inf"), 1) == "unbounded"
    said = dict(answers(made()))
    assert said["How does integrated do?"] == "It passes 1 of 1 emergent facts (F13); it fails F24."
    assert said["What does no mind reproduce?"] == "F24."


def test_the_page_is_whole_opens_offline_and_escapes(tmp_path: Path) -> None:
    result = made(chosen=NASTY)
    text = write_page(result, tmp_path / "report.html", matrix_figure(result)).read_text(encoding="utf-8")
    assert "<b>mine</b>" not in text
    assert "&lt;b&gt;mine&lt;/b&gt;" in text
    assert not re.search(r'(src|href)="(?!#)', text)
    assert "http" not in text
    assert "Of its own." in text
    assert "numbers from memory, unchecked" in text
    assert "A survey of \u22120.5." in text
    assert "halo alone 0.10" in text
    assert text.count("<article") == 2
    assert "scored on another theory only" in text


def test_explanations_stand_beside_failures_only(tmp_path: Path) -> None:
    result = made()
    text = write_page(result, tmp_path / "report.html", matrix_figure(result)).read_text(encoding="utf-8")
    assert "Nothing tells it." in text
    assert "Too tight." not in text


def test_bars_place_band_interval_and_null_on_one_scale() -> None:
    found = bar(pd.Series(claim("integrated", "F13", "equity", 0.5, True, null=0.0)))
    assert found is not None
    assert found.null == 10
    assert found.band == pytest.approx((10 + 80 * 0.35 / 0.65, 90), abs=0.01)
    assert found.low < found.middle < found.high < found.band[1]
    assert bar(pd.Series(claim("integrated", "F13", "equity", float("nan"), False))) is None


def test_the_figure_has_a_cell_for_everything_that_is_scored() -> None:
    made_figure = matrix_figure(made())
    texts = [text.get_text() for text in made_figure.axes[0].texts]
    assert texts.count("\u2713") == 1 + 2  # one pass, two in the legend
    assert "<1%" in texts
    assert "1 of 1" in texts
    labels = [label.get_text() for label in made_figure.axes[0].get_yticklabels()]
    assert labels == ["no mind", "integrated", plain(NASTY)]
    assert drawn(made_figure, "svg") == drawn(matrix_figure(made()), "svg")


@pytest.mark.parametrize("width", [80, 160])
def test_the_terminal_shows_the_table_and_the_matrix(width: int) -> None:
    shown = StringIO()
    print_validation(made(), Console(file=shown, width=width))
    text = shown.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert "F13 PASS  emergent, <1% of prior draws pass, no mind: fails" in text
    assert "F24 FAIL  built-in, 25% of prior draws pass" in text
    assert re.search(r"says equity +0\.50 +0\.48 to 0\.52 +0\.35 to 0\.65 +yes +25%", text)
    assert "Why: Nothing tells it." in text
    assert "integrated" in text.rpartition("All minds")[2]
