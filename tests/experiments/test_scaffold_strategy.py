"""`cxlab new strategy`: what it writes works as it stands, and what cannot be used is refused."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from experiments.build import build, compose
from experiments.cli import main
from experiments.scaffold import strategy, write

ROOT = Path(__file__).resolve().parents[2]
NAME = "second_thought"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a play of the user's own, where Python finds it while the test runs."""
    write(strategy(NAME, tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path), str(tmp_path / "tests")])
    yield tmp_path
    for name in (NAME, f"test_{NAME}"):
        sys.modules.pop(name, None)


def test_its_test_passes(shop: Path) -> None:
    module = import_module(f"test_{NAME}")
    tests = [thing for name, thing in vars(module).items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test()


def test_its_experiment_composes(shop: Path) -> None:
    plugins = (NAME,)
    study = build(compose([f"experiment={NAME}", f"arms.{NAME}.within=3"], shop / "configs", plugins), plugins)
    assert list(study.chosen) == ["nothing", NAME]
    assert vars(study.arms[NAME])["within"] == 3


def test_what_is_written_is_tidy_and_short(shop: Path) -> None:
    files = [str(path) for path in shop.rglob("*.py")]
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml"), *files]
        assert subprocess.run(ruff, capture_output=True, check=False).returncode == 0
    lines = (shop / f"{NAME}.py").read_text(encoding="utf-8").splitlines()
    body = lines[next(i for i, line in enumerate(lines) if line.startswith("@dataclass")) :]
    assert len([line for line in body if line.strip()]) <= 20


def test_as_a_user_types_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "strategy", "call_back", "--into", "my own"]) == 0
    there, run, _, add = [line[15:] for line in capsys.readouterr().out.partition("Next:\n")[2].splitlines()]
    assert there == "cd 'my own'"
    monkeypatch.chdir(tmp_path / "my own")
    monkeypatch.setattr(sys, "path", [*sys.path])
    for command in (run, add):
        assert main([*shlex.split(command)[1:], "--cfg", "job"]) == 0
        assert "_target_: call_back.CallBack" in capsys.readouterr().out
    sys.modules.pop("call_back", None)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["over_delivery"], "there is a strategy=over_delivery already"),
        (["contract"], "there is a experiment=contract already"),
        (["Call"], "Did you mean 'call'?"),
        (["mine", "--question", "trust"], "a strategy answers no question"),
    ],
)
def test_what_cannot_be_used_is_refused(
    arguments: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["new", "strategy", *arguments]) == 2
    assert complaint in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
