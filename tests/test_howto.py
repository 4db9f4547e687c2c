"""The plug-ins shown in docs/howto.md work as shown."""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.build import build, compose
from experiments.calibrated import calibrate
from experiments.pilot import solve_baseline
from experiments.population import Population
from experiments.replication import replicate
from experiments.study import Study

PAGE = (Path(__file__).parents[1] / "docs" / "howto.md").read_text(encoding="utf-8")
MODULES = dict(re.findall(r'```python\n(?="""(\w+)\.py:)(.*?)```', PAGE, re.DOTALL))
COMMANDS = re.findall(r"^\$ cxlab run (.*)$", PAGE, re.MULTILINE)


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(tmp_path)


def made(command: str) -> Study:
    words = shlex.split(command)
    names = [words[at + 1] for at, word in enumerate(words) if word == "--plugin"]
    overrides = [word for word in words if word != "--plugin" and word not in names]
    return build(compose(overrides, plugins=names), names)


def test_the_page_shows_a_strategy_and_a_theory():
    assert set(MODULES) == {"my_plays", "my_theories"}


@pytest.mark.usefixtures("plugins")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_makes_a_study(command: str):
    assert made(command).chosen


@pytest.mark.usefixtures("plugins")
@pytest.mark.parametrize("command", [one for one in COMMANDS if "--plugin" in one])
def test_plug_ins_run(command: str):
    """What the command plugs in is in the study that runs: an arm with a strategy, or a mind with a theory."""
    study = replace(made(command), weeks=2, replications=1, population=Population(size=100))
    calibration = calibrate(study)
    found = replicate(study, calibration, solve_baseline(study, calibration, size=500), 0)
    arms = {name for name, arm in study.chosen.items() if type(arm).__module__ in MODULES}
    parts = [part for part in vars(study.mind).values() if type(part).__module__ in MODULES]
    assert arms or parts
    assert arms <= set(found.outcomes["arm"])


def test_the_experiment_file_makes_a_study(tmp_path: Path):
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "gifts.yaml").write_text(text, encoding="utf-8")
    study = build(compose(["experiment=gifts"], tmp_path))
    assert list(study.chosen) == ["nothing", "small", "large"]
