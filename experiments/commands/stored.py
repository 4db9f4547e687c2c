"""`cxlab runs` and `cxlab query`: what a store holds, and what can be asked of it."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.commands.arguments import Parser
from sim.errors import ConfigError

if TYPE_CHECKING:
    from experiments.store.overview import Overview

_WHERE = "execution.output="
_NUMBER = re.compile(r"|\?|nan|[-+]?(inf|[\d,.]+(e[-+]\d+)?)|[\d.]+ ([kMGT]?B|bytes)")
_SHOWN = 50  # rows of an answer in a table; --csv has all


def runs(arguments: list[str]) -> None:
    """Print what a store holds, or free what nobody needs any more."""
    from experiments.store.overview import overview, prune

    parser = Parser("cxlab runs")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--prune", action="store_true")
    parser.add_argument("words", nargs="*")
    given = parser.parse_intermixed_args(arguments)
    root, keys = _root(given.words)
    if keys and not given.prune:
        raise ConfigError(f"'{keys[0]}' is not understood: cxlab runs [--check | --prune [KEY ...]] [{_WHERE}FOLDER].")
    if given.prune:
        print(f"{_size(prune(root, keys))} freed in {root}.")
        return
    found = overview(root)
    _print_runs(found)
    if given.check:
        damaged = [reason for study in found.done if (reason := study.damage())]
        print(*damaged or ["Every file is what was written."], sep="\n")


def query(arguments: list[str]) -> None:
    """Answer one question in SQL over all finished studies."""
    from experiments.store.query import asked

    parser = Parser("cxlab query")
    parser.add_argument("--csv", action="store_true")
    parser.add_argument("words", nargs="*")
    given = parser.parse_intermixed_args(arguments)
    root, words = _root(given.words)
    if len(words) != 1:
        raise ConfigError(
            'write one query in quotes, e.g. cxlab query "select run, arm, avg(value) from outcomes where '
            "metric = 'retention' and segment = 'all' group by all\""
        )
    with asked(root, words[0], lambda line: print(line, file=sys.stderr)) as answer:
        if given.csv:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(answer.columns)
            writer.writerows(answer.rows)
            return
        rows = list(islice(answer.rows, _SHOWN + 1))
        _print_table(answer.columns, [[_cell(value) for value in row] for row in rows[:_SHOWN]])
        if len(rows) > _SHOWN:
            print(f"The first {_SHOWN} rows; --csv prints all.")


def _root(words: Sequence[str]) -> tuple[Path, list[str]]:
    """Which store is meant, and the other words."""
    from experiments.execution import Execution

    named = [word.removeprefix(_WHERE) for word in words if word.startswith(_WHERE)]
    execution = Execution(output=named[-1]) if named else Execution()
    return execution.root, [word for word in words if not word.startswith(_WHERE)]


def _print_runs(found: Overview) -> None:
    from experiments.store.overview import size_of

    rows = [
        [
            study.folder.name,
            study.info.job or "?",
            study.info.date[:16].replace("T", " "),
            str(len(study.info.arms) or "?"),
            *(f"{number:,}" if number else "?" for number in _sizes(study.info)),
            f"{study.info.seconds:,.0f}" if study.info.job else "?",
            _size(size_of(study.folder)),
        ]
        for study in found.done
    ]
    heads = ["finished", "job", "date", "arms", "replications", "customers", "weeks", "seconds", "size"]
    if rows:
        _print_table(heads, rows)
    else:
        print(f"No finished study in {found.root}.")
    waiting = [
        [study.key, study.info.job or "?", f"{kept:,} of {study.info.tasks:,} {study.info.pieces}"]
        for study, kept in found.under_way
    ]
    if waiting:
        _print_table(["under way", "job", "kept"], waiting)
    if found.pickled:
        print(f"An older version has left {found.pickled} under way, as pickles, which are not read: they begin anew.")
    if found.spare:
        print(f"{_size(found.spare)} of pieces and remains could be freed: cxlab runs --prune")


def _sizes(info: Any) -> tuple[int, int, int]:
    return info.replications, info.customers, info.weeks


def _print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table as wide as it needs to be; numbers to the right."""
    from rich.cells import cell_len

    places = range(len(heads))
    right = [bool(rows) and all(_NUMBER.fullmatch(row[place]) for row in rows) for place in places]
    wide = [max(cell_len(line[place]) for line in (heads, *rows)) for place in places]
    for line in (heads, ["-" * width for width in wide], *rows):
        gaps = [" " * (wide[place] - cell_len(line[place])) for place in places]
        cells = [gaps[place] + line[place] if right[place] else line[place] + gaps[place] for place in places]
        print("  ".join(cells).rstrip())
    print()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _size(count: int) -> str:
    """Bytes in words."""
    amount, units = float(count), ["bytes", "kB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:
        amount, units = amount / 1000, units[1:]
    return f"{amount:.0f} {units[0]}" if amount >= 100 or units[0] == "bytes" else f"{amount:.1f} {units[0]}"
