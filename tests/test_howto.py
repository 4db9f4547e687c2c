"""The plug-ins shown in docs/howto.md work as shown."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.build import build, compose, compose_sweep
from experiments.calibrated import calibrate
from experiments.cli import main
from experiments.commands.arguments import run_parser
from experiments.pilot import solve_baseline
from experiments.population import Population
from experiments.replication import replicate
from experiments.study import Study
from strategies.ranking import TopK
from strategies.scores import ChurnRisk
from strategies.targeting import HoldOut

PAGE = (Path(__file__).parents[1] / "docs" / "howto.md").read_text(encoding="utf-8")
MODULES = dict(re.findall(r'```python\n(?="""(\w+)\.py:)(.*?)```', PAGE, re.DOTALL))
COMMANDS = re.findall(r"^\$ cxlab run (.*)$", PAGE, re.MULTILINE)
COMMANDS += [f"experiment=validate{rest}" for rest in re.findall(r"^\$ cxlab validate(.*)$", PAGE, re.MULTILINE)]
DRAFTS = re.findall(r"^\$ cxlab (new .*)$", PAGE, re.MULTILINE)
OWN = {*MODULES, *(shlex.split(draft)[2] for draft in DRAFTS)}


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    for draft in DRAFTS:
        assert main(shlex.split(draft)) == 0
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in OWN:
        sys.modules.pop(name, None)


def made(command: str) -> list[Study]:
    """The studies of a command: one, or several after -m."""
    given = run_parser().parse_intermixed_args(shlex.split(command))
    configs = compose_sweep(given.overrides, given.config_dir, given.plugin)
    assert given.multirun == (len(configs) > 1)
    return [build(config, given.plugin) for _, config in configs]


def test_the_page_shows_a_strategy_and_a_theory():
    assert set(MODULES) == {"my_plays", "my_theories"}
    assert DRAFTS == ["new strategy follow_up", "new theory grudge --question trust"]


@pytest.mark.usefixtures("plugins")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_makes_a_study(command: str):
    assert all(study.chosen for study in made(command))


@pytest.mark.usefixtures("plugins")
@pytest.mark.parametrize("command", [one for one in COMMANDS if "--plugin" in one and "tournament" not in one])
def test_plug_ins_run(command: str):
    """What the command plugs in is in the (last) study that runs: an arm with a strategy, or a mind with a theory."""
    study = replace(made(command)[-1], weeks=2, replications=1, population=Population(size=100))
    calibration = calibrate(study)
    found = replicate(study, calibration, solve_baseline(study, calibration, size=500), 0)
    arms = {name for name, arm in study.chosen.items() if type(arm).__module__ in OWN}
    parts = [part for part in vars(study.mind).values() if type(part).__module__ in OWN]
    assert arms or parts
    assert arms <= set(found.outcomes["arm"])


def test_the_experiment_file_makes_a_study(tmp_path: Path):
    texts = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "experiment").mkdir()
    found = []
    for number, text in enumerate(texts):
        (tmp_path / "experiment" / f"shown_{number}.yaml").write_text(text, encoding="utf-8")
        found.append(build(compose([f"experiment=shown_{number}"], tmp_path)))
    assert [list(study.chosen) for study in found] == [["nothing", "small", "large"], ["nothing", "calls"]]
    assert found[1].arms["calls"].targeting == HoldOut(
        share=0.1, of=TopK(k=200, money=100.0, price=3.0, score=ChurnRisk())
    )
