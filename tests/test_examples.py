"""What the README and the examples show runs."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest

from experiments.build import build, compose
from sim.model import CustomerModel

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ cxlab run (.*)$", README, re.MULTILINE)


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_every_example_runs(example: Path, capsys: pytest.CaptureFixture[str]):
    runpy.run_path(str(example), run_name="__main__")
    assert capsys.readouterr().out


@pytest.mark.parametrize("command", [one for one in COMMANDS if not one.startswith(("-m", "data."))])
def test_every_command_of_the_readme_makes_a_study(command: str):
    assert build(compose(shlex.split(command))).arms


def test_the_notebook_lines_of_the_readme_run():
    imports = (ROOT / "examples" / "notebook.py").read_text(encoding="utf-8").split("# Six lines")[0]
    study, lines = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert "Study(" in study  # as in examples/compare.py, which runs
    assert len(lines.strip().splitlines()) == 6
    names: dict[str, object] = {}
    exec(imports + lines.replace("5_000", "200").replace("52", "3"), names)
    assert isinstance(names["treated"], CustomerModel)


def test_pictures_and_pages_the_readme_links_to_are_there():
    linked = re.findall(r"\]\(([^)#]+)\)", README)
    missing = [link for link in linked if "://" not in link and not (ROOT / link).exists()]
    assert not missing
