"""SQL over all finished studies of a store. DuckDB is known here only."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.store.overview import overview
from experiments.store.runs import Finished
from sim.errors import StoreError

RUNS = "runs"  # the view of what was run; the others are named after the studies' frames
_PLACE = "_file_of_this_row"  # a column that no frame has
_AT_ONCE = 10_000  # rows fetched together
_LOCKED = {  # a query reads this store and nothing else: no other file, no network, no setting can be changed
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "enable_external_access": "false",
    "lock_configuration": "true",
}


@dataclass(frozen=True)
class Answer:
    """What a query found.

    Args:
        columns: their names.
        rows: read a bit at a time; can be gone through once.
    """

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


@contextmanager
def asked(root: Path, sql: str, say: Callable[[str], None]) -> Iterator[Answer]:
    """Answer one question in SQL.

    Every frame that studies leave is a view (`outcomes`, `weeks`, `fates`, ...) over all runs that have it, with a
    column `run`; a column that a run lacks is NULL there. `runs` says what was run.

    Args:
        root: of the store.
        sql: one SELECT; it can read the views and nothing else.
        say: takes one line about a file that cannot be read and is left out.

    Raises:
        StoreError: there is no store, or the question cannot be answered.
    """
    studies = overview(root).done
    files = _frames(studies, say)
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as session:
        try:
            _refuse_other_than_select(session, sql)
            _furnish(session, studies, files)
            _lock(session, [path for paths in files.values() for path in paths], Path(spill))
            found = session.execute(sql)
            yield Answer(tuple(str(column[0]) for column in found.description or ()), _rows(found))
        except duckdb.Error as error:
            raise StoreError(f"the query cannot be answered: {_said(error)}{_help(session, error)}") from error


def _frames(studies: Sequence[Finished], say: Callable[[str], None]) -> dict[str, list[Path]]:
    """The Parquet files of all runs by name; one that cannot be opened is left out and said so."""
    found: dict[str, list[Path]] = defaultdict(list)
    for study in studies:
        for path in sorted(study.folder.resolve().glob("*.parquet")):
            try:
                if pq.read_schema(path).names and path.stem != RUNS:
                    found[path.stem].append(path)
            except (OSError, pa.ArrowException) as error:
                say(f"{path} is left out: {error}. The same `cxlab run` puts it right.")
    return dict(found)


def _refuse_other_than_select(session: duckdb.DuckDBPyConnection, sql: str) -> None:
    statements = session.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise StoreError("a query is one SELECT: it reads results and changes nothing.")


def _furnish(session: duckdb.DuckDBPyConnection, studies: Sequence[Finished], files: Mapping[str, list[Path]]) -> None:
    """Make the views."""
    session.register("held", runs_frame(studies))
    session.execute(f"CREATE TABLE {RUNS} AS SELECT * FROM held")
    session.unregister("held")
    for name, paths in files.items():
        listed = ", ".join(_quoted(path.as_posix(), "'") for path in paths)
        session.execute(
            f"CREATE VIEW {_quoted(name, chr(34))} AS "
            f"SELECT parse_path({_PLACE})[-2] AS run, * EXCLUDE ({_PLACE}) "
            f"FROM read_parquet([{listed}], union_by_name = true, filename = '{_PLACE}')"
        )


def runs_frame(studies: Sequence[Finished]) -> pd.DataFrame:
    """What was run, a row for each study."""
    rows = [
        {
            "run": study.folder.name,
            "job": study.info.job,
            "date": study.info.date,
            "arms": ", ".join(study.info.arms),
            "replications": study.info.replications,
            "customers": study.info.customers,
            "weeks": study.info.weeks,
            "seconds": study.info.seconds,
        }
        for study in studies
    ]
    columns = {"run": str, "job": str, "date": str, "arms": str}
    numbers = {"replications": int, "customers": int, "weeks": int, "seconds": float}
    return pd.DataFrame(rows, columns=[*columns, *numbers]).astype({**columns, **numbers})


def _lock(session: duckdb.DuckDBPyConnection, files: Sequence[Path], spill: Path) -> None:
    """Let the session read these files and nothing else, whatever it is asked."""
    session.execute(f"SET temp_directory = {_quoted(spill.as_posix(), chr(39))}")
    session.execute(f"SET allowed_paths = [{', '.join(_quoted(path.as_posix(), chr(39)) for path in files)}]")
    for name, value in _LOCKED.items():
        session.execute(f"SET {name} = {value}")


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := found.fetchmany(_AT_ONCE):
        yield from rows


def _said(error: duckdb.Error) -> str:
    """DuckDB's words without the picture of where in the query it is."""
    return str(error).partition("\n\n")[0].replace("\n", " ").strip().rstrip(".") + "."


def _help(session: duckdb.DuckDBPyConnection, error: duckdb.Error) -> str:
    """What there is, where something was not found."""
    if not isinstance(error, duckdb.CatalogException):
        return ""
    names = session.execute("SELECT table_name FROM information_schema.tables ORDER BY 1").fetchall()
    return f" There are {', '.join(str(name) for (name,) in names)}; `cxlab query 'describe NAME'` shows columns."


def _quoted(text: str, mark: str) -> str:
    return f"{mark}{text.replace(mark, 2 * mark)}{mark}"
