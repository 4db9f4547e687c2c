"""The reference page says what the code says."""

from __future__ import annotations

from pathlib import Path

import strategies
from agents.mind import QUESTIONS
from experiments.configuration.catalogue import groups
from experiments.reference import reference
from experiments.strategy_reference import strategy_reference
from experiments.theory_reference import theory_reference
from strategies.play import Play

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"
THEORIES = PAGE.with_name("theories.md")
STRATEGIES = PAGE.with_name("strategies.md")


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "renew it: python -m experiments.reference > docs/reference.md"
    )


def test_the_page_of_theories_is_up_to_date():
    assert THEORIES.read_text(encoding="utf-8") == theory_reference(), (
        "renew it: python -m experiments.theory_reference > docs/theories.md"
    )


def test_the_page_of_strategies_is_up_to_date():
    assert STRATEGIES.read_text(encoding="utf-8") == strategy_reference(), (
        "renew it: python -m experiments.strategy_reference > docs/strategies.md"
    )


def test_every_play_says_where_it_is_from_and_what_it_does_beside():
    plays = [cls for cls in map(strategies.__dict__.get, strategies.__all__) if issubclass(cls, Play)]
    assert len(plays) >= 20
    for play in plays:
        about = " ".join(play.__doc__.split())
        assert "ide effect" in about, play.__name__
        assert any(digit in about for digit in "12"), play.__name__  # a year


def test_every_theory_says_where_it_is_from_and_what_it_touches():
    page = theory_reference()
    parts = {group.name: group.options for group in groups() if group.name.startswith("mind/")}
    assert set(parts) == {f"mind/{question}" for question in QUESTIONS}
    for theories in parts.values():
        for name, theory in theories.items():
            assert f"### `{name}`" in page
            assert isinstance(theory.reads, tuple), name
            assert name.startswith(("no_", "fixed")) or any(digit in theory.__doc__ for digit in "12"), name  # a year


def test_it_names_unit_range_and_source():
    line = next(line for line in strategy_reference().splitlines() if "`OverDelivery.lift`" in line)
    assert line.count("|") == 7
    assert "0 to 1" in line
    assert "assumption" in line
