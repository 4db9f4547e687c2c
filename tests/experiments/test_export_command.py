"""`cxlab export`: folders are filled whole or not at all, and commands of the page do what they say."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from experiments.build import build, compose, job_of
from experiments.cli import main
from experiments.commands import run
from experiments.commands.run import Work
from experiments.export.delivery import deliver
from experiments.export.job import Export
from sim.errors import StoreError
from tests.experiments.small import TINY

PAGE = (Path(__file__).parents[2] / "docs" / "howto_studies.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ cxlab export (.*)$", PAGE, re.MULTILINE)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    """A new or empty one is filled at once; a copy that fails leaves nothing."""
    made, taken = tmp_path / "made", tmp_path / "taken"
    made.mkdir()
    (made / "truth.parquet").write_text("x")
    taken.mkdir()
    (taken / "mine").write_text("keep")
    with pytest.raises(StoreError, match=r"is not empty: give --to a new folder"):
        deliver(made, taken)
    with pytest.raises(StoreError, match="is a file"):
        deliver(made, taken / "mine")
    assert (deliver(made, tmp_path / "deep" / "new") / "truth.parquet").read_text() == "x"
    with pytest.raises(StoreError, match="cannot write"):
        deliver(tmp_path / "nowhere", tmp_path / "later")
    assert {path.name for path in tmp_path.iterdir()} == {"made", "taken", "deep"}


def test_the_experiment_is_an_export():
    job, chosen = job_of(compose(["experiment=export"])), build(compose(["experiment=export"]))
    assert isinstance(job, Export)
    job.check(chosen)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_page_make_an_export(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """They are composed and checked, and what is made is copied to where they say."""
    seen: list[Work] = []
    made = tmp_path / "made"
    made.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "do", lambda work: seen.append(work) or made)
    words = shlex.split(command)
    assert main(["export", *words]) == 0
    assert isinstance(seen[0].job, Export)
    assert (tmp_path / words[words.index("--to") + 1]).is_dir()


@pytest.mark.slow
def test_a_command_writes_records_and_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Two replications in one folder; the second time it refuses; into a new one goes what was computed."""
    output = f"execution.output={tmp_path / 'runs'}"
    command = ["export", "--arm", "over_delivery", "job.history=4", "job.csv=true", output, *TINY]
    to = tmp_path / "data"
    assert main([*command, "--to", str(to)]) == 0
    assert "Effect of the play" in capsys.readouterr().out
    panel, truth = (pd.read_parquet(to / f"{name}.parquet") for name in ("panel", "truth"))
    assert set(panel["replicate"]) == set(truth["replicate"]) == {0, 1}
    assert len(pd.read_csv(to / "panel.csv")) == len(panel)
    assert json.loads((to / "study.json").read_text())["consistent"] == 1
    assert (to / "README.md").read_text().startswith("# The play 'over_delivery' against 'nothing'")
    assert main([*command, "--to", str(to)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert main([*command, "--to", str(tmp_path / "again")]) == 0
    assert pd.read_parquet(tmp_path / "again" / "truth.parquet").equals(truth)
    assert main(["export", output]) == 2
    assert main([*command, "--to", str(tmp_path / "no"), "job=compare"]) == 2
    assert main(["export", "--to", str(tmp_path / "no"), "experiment=sweep"]) == 2
    assert not (tmp_path / "no").exists()
