"""The same studies through Hydra's own command line, with its launchers, sweeps and folders."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = [
    "experiment=contract", "mind=none", "population.size=150", "weeks=53", "replications=1",
    "compare=[nothing,over_delivery]", "execution=serial", "execution.progress=false",
]  # fmt: skip


def launch(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "experiments.launch", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240)


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["basic", "joblib"])
def test_a_launcher_runs_the_sweep_and_the_store_has_every_study(launcher: str, tmp_path: Path) -> None:
    done = launch(tmp_path, "-m", f"hydra/launcher={launcher}", "seed=1,2", *SMALL)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "runs").glob("*/study.json"))) == 2
    assert len(list((tmp_path / "multirun").glob("*/*/[01]/.hydra/config.yaml"))) == 2
    assert "Step 1" not in done.stdout  # Mesa does not count the weeks aloud


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["populaton.size=5"], "Did you mean 'population'?"),
        (["-m", "hydra/launcher=joblib", "seed=1,2", "weeks=0"], "Study.weeks = 0 is outside"),
        (["execution=dask", "execution.address=tcp://127.0.0.1:1"], "nothing answers there"),
    ],
)
def test_a_mistake_is_said_in_a_line_there_too(arguments: list[str], what: str, tmp_path: Path) -> None:
    done = launch(tmp_path, *arguments)
    assert done.returncode == 2
    assert what in done.stderr.splitlines()[-1]
    assert done.stderr.splitlines()[-1].startswith("cxlab: ")
    assert not (tmp_path / "runs").exists()
