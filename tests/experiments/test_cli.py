"""The command line: what it runs, what it refuses, and that a refusal leaves nothing behind."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from experiments import main_job
from experiments.cli import _HELP, main
from experiments.execution import Execution
from experiments.jobs import key_of_job
from experiments.store import Store
from experiments.study import Study
from sim.errors import DataError

ROOT = Path(__file__).resolve().parents[2]

type Run = tuple[Study, Execution, str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CXLAB_DEBUG", raising=False)
    monkeypatch.delenv("CXLAB_PLUGINS", raising=False)
    return tmp_path


@pytest.fixture
def ran(here: Path, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """What reaches the main job, which does nothing."""
    runs: list[Run] = []

    def run(job: main_job.Compare, study: Study, execution: Execution, configuration: str) -> Path:
        runs.append((study, execution, configuration))
        return here

    monkeypatch.setattr(main_job.Compare, "run", run)
    return runs


def test_run_hands_the_study_over(ran: list[Run]) -> None:
    assert main(["run", "weeks=104", "compare=[nothing,over_delivery]", "execution.workers=2"]) == 0
    ((study, execution, configuration),) = ran
    assert (study.weeks, list(study.chosen)) == (104, ["nothing", "over_delivery"])
    assert execution == Execution(workers=2)
    assert "weeks: 104" in configuration
    assert "execution" not in configuration


def test_options_may_stand_anywhere(ran: list[Run]) -> None:
    assert main(["run", "seed=1,2", "-m", "weeks=3"]) == 0
    assert main(["run", "--multirun", "seed=1,2", "weeks=3"]) == 0
    assert [(study.seed, study.weeks) for study, _, _ in ran] == [(1, 3), (2, 3)] * 2


def test_a_sweep_says_where_it_is(ran: list[Run], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "-m", "seed=1,2", "weeks=3"]) == 0
    assert capsys.readouterr().err.splitlines() == ["[1/2] seed=1", "[2/2] seed=2"]
    assert len({configuration for _, _, configuration in ran}) == 2


def test_a_sweep_is_checked_before_its_first_study(ran: list[Run], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "-m", "weeks=3,0"]) == 2
    assert not ran
    assert "Study.weeks = 0 is outside" in capsys.readouterr().err


def test_cfg_shows_everything_and_runs_nothing(ran: list[Run], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--cfg", "job", "mind=none"]) == 0
    shown = capsys.readouterr().out
    assert not ran
    assert "_target_: agents.mind.NoMind" in shown
    assert "workers: 0" in shown
    assert "hydra" not in shown


REFUSED = [
    (["run", "nope=1"], "there is no 'nope'"),
    (["run", "+x=1"], "Study has no 'x'"),
    (["run", "population.size=0"], "Population.size = 0 is outside"),
    (["run", "weeks=0"], "Study.weeks = 0 is outside"),
    (["run", "weeks=many"], "the value is not a whole number"),
    (["run", "arms.over_delivery.lift=9"], "OverDelivery.lift = 9.0 is outside 0 to 1"),
    (["run", "+strategy@arms.x=nope"], "strategy = 'nope' is unknown"),
    (["run", "+arms.x._target_=os.system"], "'os.system' is refused"),
    (["run", "--config-dir", "nowhere"], "no such folder"),
    (["run", "--plugin", "no_such_shop"], "cannot be imported"),
    (["run", "--cfg", "hydra"], "invalid choice"),
    (["run", "--workers", "3"], "unrecognized arguments"),
    (["run", "hydra.run.dir=x"], "Hydra's own settings"),
    (["run", "execution.fresh=maybe"], "not true or false"),
    (["weeks=3"], "Write cxlab run weeks=3"),
    (["rnu"], "there are run, validate, list, new, runs, query"),
    (["list", "strategies", "minds"], "unrecognized arguments"),
    (["list", "plays"], "there is no group 'plays'"),
]


@pytest.mark.parametrize(("arguments", "what"), REFUSED)
def test_a_refusal_is_one_message_exit_code_2_and_nothing_written(
    arguments: list[str], what: str, ran: list[Run], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(here.rglob("*"))
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("cxlab: ")
    assert said.err.count("\n") == 1
    assert what in said.err
    assert not ran
    assert sorted(here.rglob("*")) == before


def test_an_unwritable_output_is_refused_before_anything_is_read(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "taken").write_text("a file", encoding="utf-8")
    assert main(["run", "execution.output=taken", "data.path=nowhere.csv"]) == 2
    assert "taken is not a folder" in capsys.readouterr().err
    assert [path.name for path in here.rglob("*")] == ["taken"]


def test_an_error_of_the_job_is_a_message_and_debug_shows_more(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> Path:
        raise DataError("row 3 is bad: mend it.")

    monkeypatch.setattr(main_job.Compare, "run", fails)
    assert main(["run"]) == 2
    assert capsys.readouterr().err == "cxlab: row 3 is bad: mend it.\n"
    monkeypatch.setenv("CXLAB_DEBUG", "1")
    assert main(["run"]) == 2
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.endswith("cxlab: row 3 is bad: mend it.\n")


def test_a_fault_of_ours_is_not_hidden(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Path:
        raise ZeroDivisionError

    monkeypatch.setattr(main_job.Compare, "run", fails)
    with pytest.raises(ZeroDivisionError):
        main(["run"])


def test_ctrl_c_says_what_is_kept(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(job: main_job.Compare, study: Study, execution: Execution, configuration: str) -> Path:
        store, key = Store(execution.root), key_of_job(job, study, configuration)
        for replicate in range(3):
            store.put(key, replicate, "done")
        raise KeyboardInterrupt

    monkeypatch.setattr(main_job.Compare, "run", interrupted)
    assert main(["run", "replications=7"]) == 130
    said = capsys.readouterr().err
    assert said == "\ncxlab: stopped; 3 of 7 replications are kept, the same command goes on from there.\n"


def test_list_names_every_option_with_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    shown = capsys.readouterr().out
    for name in ("over_delivery", "value_tier", "contractual", "integrated", "bayesian", "no_trust", "variants"):
        assert f"\n  {name} " in shown
    assert "_defaults" not in shown
    for line in shown.splitlines():
        assert not line.startswith("  ") or len(line.split(None, 1)) == 2


def test_list_shows_one_group_in_the_singular_and_the_plural(capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for wish in ("strategy", "strategies"):
        assert main(["list", wish]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert "over_delivery" in shown[0]
    assert "noncontractual" not in shown[0]
    assert main(["list", "stratgies"]) == 2
    assert "there is no group 'stratgies'" in (said := capsys.readouterr().err)
    assert "Did you mean 'strategies'?" in said


def test_list_shows_plugins_and_presets_of_ones_own(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "bakery.py").write_text(
        '"""Mine."""\n\nfrom dataclasses import dataclass\n\n\n@dataclass(frozen=True)\nclass Cake:\n'
        '    """Cake on Fridays."""\n\n    def plan(self, view, draws): ...\n',
        encoding="utf-8",
    )
    (here / "experiment").mkdir()
    (here / "experiment" / "mine.yaml").write_text("# @package _global_\n# My own.\nweeks: 3\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("CXLAB_PLUGINS", "bakery")
    assert main(["list", "--config-dir", "."]) == 0
    shown = capsys.readouterr().out
    assert "  cake                        Cake on Fridays." in shown
    assert "  mine                        My own." in shown


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["run", "--help"], ["list", "-h"]])
def test_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert "cxlab run population.size=50000 weeks=104" in capsys.readouterr().out


HELP = [line.strip() for line in _HELP.partition("\nExamples\n")[2].splitlines()]
EXAMPLES = [line for line in HELP if line.startswith("cxlab run")]


def test_the_help_shows_examples() -> None:
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize("command", EXAMPLES)
def test_every_example_of_the_help_runs(
    command: str, ran: list[Run], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "my_plays.py").write_text(
        "import dataclasses\n\n\n@dataclasses.dataclass\nclass MyPlay:\n    def plan(self, view, draws): ...\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert main(shlex.split(command)[1:]) == 0
    assert ran


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("cxlab ")


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command line as a user types it; `cxlab` is this interpreter's."""
    text = command.replace("cxlab", f'"{sys.executable}" -W error -m experiments')
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", text],
        cwd=folder,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_as_a_process(here: Path) -> None:
    refused = shell("cxlab run weks=3", here)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("cxlab: weks=3: there is no 'weks'")
    assert not list(here.iterdir())


def test_a_closed_pipe_is_quiet(here: Path) -> None:
    """The help, which loads next to nothing; the reader is gone before it is written."""
    done = shell("(sleep 0.1; cxlab --help; echo $? >&2) | true", here)
    assert done.stderr.strip() == "141"
