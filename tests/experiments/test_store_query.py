"""`cxlab runs` and `cxlab query`: what is told of a store, what SQL may ask, and what it may not."""

from __future__ import annotations

import csv
import io
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from experiments.cli import main
from experiments.store import MARKER, RunInfo, Store, UnderWay
from tests.experiments.faults import toy

type Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two finished studies of another seed, and one under way."""
    root = tmp_path_factory.mktemp("runs")
    for seed in (1, 2):
        toy.run(root, replications=3, seed=seed)
    store = Store(root)
    store.begin(UnderWay("waiting", RunInfo(job="toy", tasks=9, pieces="parts", address="waiting")))
    store.put("waiting", 0, 1.0)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A copy to do with as one likes."""
    return Path(shutil.copytree(made, tmp_path / "runs"))


def asked(sql: str, root: Path, *more: str) -> int:
    return main(["query", sql, f"execution.output={root}", *more])


def rows(said: Said) -> list[list[str]]:
    return list(csv.reader(io.StringIO(said.readouterr().out)))


def test_runs_tells_what_is_finished_and_under_way(root: Path, capsys: Said) -> None:
    assert main(["runs", f"execution.output={root}"]) == 0
    shown = capsys.readouterr().out
    lines = [line for line in shown.splitlines() if line.startswith("toy-")]
    assert len(lines) == 2
    assert all(" toy " in line and " 3 " in line and " kB" in line for line in lines)
    assert "waiting    toy  1 of 9 parts" in shown
    assert "could be freed: cxlab runs --prune" in shown


def test_runs_checks_every_file(root: Path, capsys: Said) -> None:
    assert main(["runs", "--check", f"execution.output={root}"]) == 0
    assert "Every file is what was written." in capsys.readouterr().out
    bad = root / toy.key(3) / "weeks.parquet"
    bad.write_bytes(bad.read_bytes()[:-1])
    assert main(["runs", "--check", f"execution.output={root}"]) == 0
    assert f"{bad} is damaged: its checksum does not fit" in capsys.readouterr().out


def test_prune_frees_what_nobody_needs(root: Path, capsys: Said) -> None:
    where = f"execution.output={root}"
    (root / ".partial" / "old").mkdir(parents=True)
    (root / ".partial" / "old" / "000000.part").write_bytes(b"a pickle of an older version")
    assert main(["runs", where]) == 0
    assert "An older version has left 1 under way, as pickles, which are not read" in capsys.readouterr().out
    assert main(["runs", "--prune", where]) == 0
    assert "kB freed in" in capsys.readouterr().out
    assert [path.name for path in (root / ".pieces").iterdir()] == ["waiting"]
    assert not (root / ".partial").exists()
    assert main(["runs", "--prune", "nobody", where]) == 2
    assert "nobody is no study under way" in capsys.readouterr().err
    assert main(["runs", "--prune", "waiting", where]) == 0
    assert sorted(path.name for path in root.iterdir()) == sorted([".store.json", toy.key(3), toy.key(3, 2)])
    assert toy.run(root, replications=3) == root / toy.key(3)


def test_a_query_sees_all_runs(made: Path, capsys: Said) -> None:
    sql = "select run, metric, count(*) as n, sum(value) as total from weeks group by all order by all"
    assert asked(sql, made, "--csv") == 0
    head, *found = rows(capsys)
    assert head == ["run", "metric", "n", "total"]
    frame = pd.concat([toy.part(20, number).weeks for number in range(3)])
    expected = frame[frame["metric"] == "active"]["value"].sum()
    assert len(found) == 4
    assert {line[0] for line in found} == {toy.key(3), toy.key(3, 2)}
    for run, metric, count, total in found:
        assert (count, run in (toy.key(3), toy.key(3, 2))) == ("60", True)
        assert metric != "active" or float(total) == pytest.approx(expected, rel=1e-12)


def test_runs_can_be_joined(made: Path, capsys: Said) -> None:
    sql = "select r.job, r.replications, count(*) from outcomes o join runs r using (run) group by all"
    assert asked(sql, made, "--csv") == 0
    assert rows(capsys)[1:] == [["toy", "3", str(2 * (3 * 2 + 1))]]


def test_frames_of_different_jobs_are_joined_by_name(root: Path, capsys: Said) -> None:
    def write(folder: Path) -> None:
        pd.DataFrame({"setting": [4], "value": [2.5]}).to_parquet(folder / "outcomes.parquet")
        (folder / MARKER).write_text("{}", encoding="utf-8")

    Store(root).finish("swept", write, info=RunInfo(job="sweep", date="2026"))
    assert asked("select setting, arm, value from outcomes where run = 'swept'", root, "--csv") == 0
    assert rows(capsys)[1:] == [["4", "", "2.5"]]


def test_a_table_is_cut_and_says_so(made: Path, capsys: Said) -> None:
    assert asked("select * from weeks", made) == 0
    shown = capsys.readouterr().out
    assert "The first 50 rows; --csv prints all." in shown
    assert len(shown.splitlines()) == 54


REFUSED = [
    ("select * from nowhere", "There are outcomes, runs, weeks; `cxlab query 'describe NAME'` shows columns."),
    ("selec 1", "syntax error"),
    ("select nothing_such from weeks", "nothing_such"),
    ("select 1; select 2", "a query is one SELECT"),
    ("", "a query is one SELECT"),
    ("drop view weeks", "a query is one SELECT"),
    ("copy (select 1) to '{root}/out.csv'", "a query is one SELECT"),
    ("attach '{root}/own.db'", "a query is one SELECT"),
    ("set enable_external_access = true", "a query is one SELECT"),
    ("install httpfs", "a query is one SELECT"),
    ("select * from read_csv('/etc/passwd')", "cannot be answered"),
    ("select * from read_text('{root}/.store.json')", "cannot be answered"),
    ("select * from '/etc/passwd'", "cannot be answered"),
    ("select * from glob('/*')", "cannot be answered"),
    ("select * from 'https://example.org/x.parquet'", "cannot be answered"),
    ("select * from studies", "cannot be answered"),
]


@pytest.mark.parametrize(("sql", "what"), REFUSED, ids=[sql for sql, _ in REFUSED])
def test_what_a_query_may_not_do(sql: str, what: str, root: Path, capsys: Said) -> None:
    before = sorted(root.rglob("*"))
    assert asked(sql.replace("{root}", str(root)), root) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert what in said.err
    assert said.err.count("\n") == 1
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize("command", [["runs"], ["query", "select 1"]])
def test_a_store_that_is_not_there_or_newer_is_refused(command: list[str], tmp_path: Path, capsys: Said) -> None:
    assert main([*command, f"execution.output={tmp_path / 'none'}"]) == 2
    assert "there is no store at" in capsys.readouterr().err
    (tmp_path / ".store.json").write_text('{"format": 3}', encoding="utf-8")
    assert main([*command, f"execution.output={tmp_path}"]) == 2
    assert "newer version" in capsys.readouterr().err


def test_words_that_are_not_understood_are_refused(root: Path, capsys: Said) -> None:
    assert main(["runs", "what", f"execution.output={root}"]) == 2
    assert "'what' is not understood" in capsys.readouterr().err
    assert main(["query", "select", "1"]) == 2
    assert "write one query in quotes" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_left_out_and_said_so(root: Path, capsys: Said) -> None:
    bad = root / toy.key(3) / "weeks.parquet"
    bad.write_bytes(b"")
    assert asked("select count(distinct run) from weeks", root, "--csv") == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[1] == "1"
    assert f"{bad} is left out" in said.err


def test_a_store_of_an_older_version_is_told(tmp_path: Path, capsys: Said) -> None:
    """Its finished studies have no record of what was run."""
    folder = toy.run(tmp_path)
    (folder / "run.json").unlink()
    (tmp_path / ".store.json").unlink()
    assert main(["runs", f"execution.output={tmp_path}"]) == 0
    assert folder.name in capsys.readouterr().out
    assert asked("select run, replications from runs", tmp_path, "--csv") == 0
    assert rows(capsys)[1:] == [[folder.name, "0"]]


def test_an_empty_store_says_so(tmp_path: Path, capsys: Said) -> None:
    assert main(["runs", f"execution.output={tmp_path}"]) == 0
    assert "No finished study in" in capsys.readouterr().out
    assert asked("select count(*) from runs", tmp_path, "--csv") == 0
    assert rows(capsys)[1:] == [["0"]]


def test_queries_of_the_docs_can_be_asked(tmp_path: Path, capsys: Said) -> None:
    page = (Path(__file__).parents[2] / "docs" / "howto_studies.md").read_text(encoding="utf-8")
    shown = [shlex.split(line) for line in re.findall(r"^\$ cxlab ((?:query|runs)\b.*)$", page, re.MULTILINE)]
    line = {"arm": ["plan"], "replicate": 0, "segment": "all", "metric": "retention", "value": 0.9}

    def write(folder: Path) -> None:
        pd.DataFrame(line).to_parquet(folder / "outcomes.parquet")
        pd.DataFrame({**line, "week": 1}).to_parquet(folder / "weeks.parquet")
        (folder / MARKER).write_text("{}", encoding="utf-8")

    Store(tmp_path).finish("study", write, info=RunInfo(job="compare", date="2026"))
    assert len(shown) >= 3
    for command in shown:
        assert main([*command, f"execution.output={tmp_path}"]) == 0, command
    assert "0.9" in capsys.readouterr().out


def test_a_record_tells_what_was_run(made: Path) -> None:
    store = Store(made)
    assert store.find(toy.key(3)) == made / toy.key(3)
    found = store.under_way("waiting")
    assert found is not None
    assert found == replace(found, key="waiting", fresh=False)
