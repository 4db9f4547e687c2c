"""The reference page says what the code says."""

from __future__ import annotations

from pathlib import Path

from experiments.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "renew it: python -m experiments.reference > docs/reference.md"
    )


def test_it_names_unit_range_and_source():
    line = next(line for line in reference().splitlines() if "`OverDelivery.lift`" in line)
    assert line.count("|") == 7
    assert "0 to 1" in line
    assert "assumption" in line
