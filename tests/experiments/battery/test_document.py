"""The validation page says what the code does: its made parts are up to date, and can be made anew."""

from __future__ import annotations

import pytest

from experiments.battery.document import PAGE, constructs, facts, main, renewed
from experiments.battery.facts import FACTS
from tests.experiments.battery.results import made

TEXT = PAGE.read_text(encoding="utf-8")
NAMES = ("facts", "constructs", "run", "measured", "matrix", "failures")


def part(text: str, name: str) -> str:
    return text.partition(f"<!-- made: {name} -->\n")[2].partition("\n<!-- end -->")[0]


def test_the_page_shows_the_facts_and_constructs_as_they_are() -> None:
    assert part(TEXT, "facts") == facts()
    assert part(TEXT, "constructs") == constructs()


def test_the_page_holds_a_whole_run() -> None:
    for fact in FACTS:
        assert f"| **{fact}** |" in part(TEXT, "measured")
    assert part(TEXT, "matrix").count("\n| ") == 13
    assert "seeds 1000000 to 1000019, 20 replications of 1,200 customers, 200 prior draws" in part(TEXT, "run")


def test_a_run_renews_the_made_parts_and_nothing_else() -> None:
    result = made()
    result.provenance.update(date="2026-01-01T00:00:00")  # type: ignore[attr-defined]
    again = renewed(TEXT, result)
    assert "| | says equity | 0.50 | 0.48 to 0.52 | 0.35 to 0.65 | yes | 25% |  |" in part(again, "measured")
    assert "| | *halo alone* | 0.10 |" in part(again, "measured")
    assert "| integrated | + <1% | (x) 25% | 1 of 1 |" in part(again, "matrix")
    assert "* **F24** (integrated): Nothing tells it." in part(again, "failures")
    assert renewed(again, result) == again
    outside = [text.split("<!-- end -->")[-1] for text in TEXT.split("<!-- made: ")]
    assert [text.split("<!-- end -->")[-1] for text in again.split("<!-- made: ")] == outside


def test_the_command_wants_a_folder() -> None:
    with pytest.raises(SystemExit, match="RUN_FOLDER"):
        main([])
