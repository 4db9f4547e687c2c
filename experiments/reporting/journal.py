"""What plays had to say, in words: week, note, and how many replications say the same."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.reporting.wording import plain
from experiments.results import StudyResult

HEADS = ("arm", "week", "note", "said alike by")


def journal_lines(result: StudyResult) -> list[tuple[str, str, str, str]]:
    """A line per note: arm, week, note, and which share of the replications says the same but for its numbers."""
    return list(_lines(result))


def first_of_each(result: StudyResult, most: int) -> tuple[list[tuple[str, str, str, str]], int]:
    """At most so many lines, taken from all arms in turn, and how many were left out."""
    lines = journal_lines(result)
    seen: dict[str, int] = {}
    ranks = []
    for arm, *_ in lines:
        seen[arm] = seen.get(arm, 0) + 1
        ranks.append(seen[arm])
    kept = sorted(sorted(range(len(lines)), key=lambda place: (ranks[place], place))[:most])
    return [lines[place] for place in kept], len(lines) - len(kept)


def _lines(result: StudyResult) -> Iterator[tuple[str, str, str, str]]:
    for row in result.journal.to_dict("records"):
        share = f"{row['replications']} of {result.replications}"
        if row["first"] != row["last"]:
            share += f", weeks {row['first']} to {row['last']}"
        note = str(row["note"]).removeprefix(f"week {row['week']}: ")  # the week has a column of its own
        yield plain(str(row["arm"])), str(row["week"]), note, share
