"""Intervals and procedures hold what they promise in 2,000 synthetic studies each (`benchmarks.coverage`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from benchmarks.coverage import STUDIES, Line, choices, families, lines, looks, means, widths

KINDS = (means, families, widths, looks, choices)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_is_wanted_is_got(kind: Callable[[int], Iterator[Line]]):
    """Seed and sizes are the report's; 93 to 97% are 4 standard errors of 0.49% about 95%, 6.5% are 3 about 5%."""
    found = list(kind(STUDIES))
    assert [line.what for line in found if not line.holds] == []


@pytest.mark.slow
def test_the_wrong_ways_are_worse():
    """Seed and sizes are the report's; margins are 4 standard errors (0.49 points of 95%, 1 of 30%) or more."""
    got = {line.what: line.got for kind in (means, looks) for line in kind(STUDIES)}
    assert got["coverage, percentile bootstrap, normal, R = 20"] < 0.93
    skewed = "coverage, {}, lognormal, R = 20"
    assert got[skewed.format("bootstrap-t")] > got[skewed.format("paired t")] + 0.03
    assert got["false positives, looking, repeated t, normal, 20 to 500 replications"] > 0.25


def test_a_line_says_whether_it_holds():
    assert Line("a", 0.95, 0.93, 0.97).holds
    assert not Line("a", 0.92, 0.93, 0.97).holds
    assert Line("only reported", 0.4).holds
    assert str(Line("a", 0.95, 0.93, 0.97, "x")) == "| a | 95.0% | 93.0% to 97.0% | x |"


def test_all_kinds_are_reported():
    """Ten studies: too few to judge, enough to see that every kind runs."""
    assert len(list(lines(10))) == sum(len(list(kind(10))) for kind in KINDS) > 30
