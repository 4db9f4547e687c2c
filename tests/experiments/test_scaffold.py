"""`cxlab new theory`: what it writes works as it stands, and what it refuses leaves nothing behind."""

from __future__ import annotations

import errno
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from agents.mind import QUESTIONS
from experiments import main_job
from experiments.build import build, compose, options
from experiments.cli import main
from experiments.pilot import baseline_of
from experiments.scaffold import Draft, theory, write
from sim.errors import StoreError

ROOT = Path(__file__).resolve().parents[2]
NAMES = {question: f"other_{question}" for question in QUESTIONS}
TINY = ["population.size=200", "weeks=3", "replications=1", "compare=[nothing]", "execution.workers=1"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to work in; what is imported from it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CXLAB_PLUGINS", raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of a user's own with one theory for each question, where Python finds them while these tests run."""
    folder = tmp_path_factory.mktemp("shop")
    path = [*sys.path]
    for question, name in NAMES.items():
        write(theory(name, question, folder))
    sys.path[:] = [*path, str(folder), str(folder / "tests")]
    yield folder
    sys.path[:] = path
    for name in NAMES.values():
        sys.modules.pop(name, None)
        sys.modules.pop(f"test_{name}", None)


@pytest.mark.parametrize("question", QUESTIONS)
def test_its_test_passes(shop: Path, question: str) -> None:
    module = import_module(f"test_{NAMES[question]}")
    tests = [thing for name, thing in vars(module).items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test()


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_study_runs_with_its_mind(shop: Path, question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that is printed, with a pilot of 2,000 customers instead of 60,000 and no report."""
    monkeypatch.chdir(shop)
    monkeypatch.setattr(main_job, "baseline_of", partial(baseline_of, size=2_000))
    for part in ("figures", "save_figures", "write_report"):
        monkeypatch.setattr(main_job, part, lambda *_: None)
    name = NAMES[question]
    command = ["run", "--plugin", name, "--config-dir", "configs", f"mind={name}", *TINY]
    assert main([*command, f"execution.output=runs_of_{name}"]) == 0
    (config,) = (shop / f"runs_of_{name}").glob("*/config.yaml")
    assert f"_target_: {name}.Other{question.capitalize()}" in config.read_text(encoding="utf-8")


@pytest.mark.usefixtures("shop")
def test_all_can_be_put_into_another_mind() -> None:
    names = list(NAMES.values())
    study = build(compose(["mind=habit", *(f"mind/{item[0]}={item[1]}" for item in NAMES.items())], None, names), names)
    assert [type(getattr(study.mind, question)).__module__ for question in QUESTIONS] == names


def test_as_a_user_types_it(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The commands that are printed, pytest in a process of its own, in a folder with a space."""
    assert main(["new", "theory", "grudge", "--question", "trust", "--into", "my own"]) == 0
    there, run, test, compare = [line[15:] for line in capsys.readouterr().out.partition("Next:\n")[2].splitlines()]
    assert there == "cd 'my own'"
    assert run == "cxlab run --plugin grudge --config-dir configs mind=grudge"
    monkeypatch.chdir(here / "my own")
    assert "2 passed" in _python(test)
    assert main([*shlex.split(compare)[1:], "--cfg", "job"]) == 0
    minds = re.findall(r"trust:\n +_target_: (.*)", capsys.readouterr().out)
    assert minds[-1] == "grudge.Grudge"
    assert "agents.theories.trust.AsymmetricTrust" in minds


def test_what_is_written_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "theory", "grudge", "--question", "trust"]) == 0
    written = ["grudge.py", "configs/mind/grudge.yaml", "tests/test_grudge.py"]
    assert capsys.readouterr().out.splitlines()[:4] == ["Written:", *(f"  {path}" for path in written)]
    assert sorted(str(path.relative_to(here)) for path in here.rglob("*") if path.is_file()) == sorted(written)


def test_it_is_listed(shop: Path) -> None:
    name, meaning = NAMES["emotion"], "Good and bad encounters are felt alike, and soon forgotten."
    assert options("mind/emotion", plugins=[name])[name] == meaning
    assert options("mind", shop / "configs")[name] == "The integrated mind, with OtherEmotion as its answer on emotion."


def test_what_is_written_is_tidy(shop: Path) -> None:
    """Formatted and linted as cxlab itself; a theory is about twenty lines."""
    files = [str(path) for path in shop.rglob("*.py")]
    for check in (["format", "--check"], ["check", "--no-cache", "--ignore=D103"]):
        ruff = [sys.executable, "-m", "ruff", *check, "--config", str(ROOT / "pyproject.toml"), *files]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    for name in NAMES.values():
        text = (shop / f"{name}.py").read_text(encoding="utf-8")
        assert len(text.partition("@dataclass")[2].splitlines()) <= 32
        assert "Source: yours." in text
        assert text.count("= param(") == 1


REFUSED = [
    ("grudge --question trsut", "there is no question 'trsut'. Add --question with one of expectation, "),
    ("grudge --question trsut", "Did you mean 'trust'?"),
    ("grudge", "which question does it answer? Add --question"),
    ("MyGrudge --question trust", "'MyGrudge' cannot name a module: small letters, digits after a letter, "),
    ("MyGrudge --question trust", "Did you mean 'my_grudge'?"),
    ("my-grudge --question trust", "Did you mean 'my_grudge'?"),
    ("2nd --question trust", "'2nd' cannot name a module"),
    ("a__b --question trust", "Did you mean 'a_b'?"),
    ("../grudge --question trust", "Did you mean 'grudge'?"),
    ("class --question trust", "'class' is a word of Python's own. Take another name, e.g. my_class."),
    ("none --question trust", "'none' is a word of Python's own"),
    ("yes --question trust", "'yes' is a value in a configuration"),
    ("mind_defaults --question trust", "names that end in _defaults are cxlab's own"),
    ("test_grudge --question trust", "'test_grudge' would be a test to pytest"),
    ("tests --question trust", "'tests' would be a test to pytest"),
    ("json --question trust", "there is a Python module 'json' already"),
    ("scipy --question trust", "there is a Python module 'scipy' already"),
    ("agents --question trust", "there is a Python module 'agents' already"),
    ("parametric --question trust", "'parametric' would make a class Parametric, which has a meaning already"),
    ("block --question trust", "'block' would make a class Block"),
    ("warning --question trust", "'warning' would make a class Warning"),
    ("integrated --question trust", "there is a mind=integrated already; `cxlab list` shows them all"),
    ("beta_evidence --question trust", "there is a mind/trust=beta_evidence already"),
    ("grudge --question trust --into old", "old/grudge.py, old/tests/test_grudge.py are there already"),
    ("package --question trust --into old", "old/package/__init__.py is there already"),
    (f"grudge --question trust --into '{ROOT}'", "is cxlab's own folder"),
    (f"grudge --question trust --into '{ROOT / 'agents' / 'theories'}'", "is cxlab's own folder"),
    ("grudge --question trust --into file", "file/grudge.py cannot be written: Not a directory"),
    ("grudge --question trust --into half", "half/tests/test_grudge.py cannot be written: Not a directory. Nothing is"),
    ("grudge --qestion trust", "unrecognized arguments"),
    ("", "the following arguments are required"),
]


@pytest.mark.parametrize(("words", "what"), REFUSED)
def test_a_refusal_is_one_message_and_leaves_nothing(
    words: str, what: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in ("old/grudge.py", "old/tests/test_grudge.py", "old/package/__init__.py", "file", "half/tests"):
        (here / place).parent.mkdir(parents=True, exist_ok=True)
        (here / place).write_text("mine", encoding="utf-8")
    before = {path: path.read_text(encoding="utf-8") if path.is_file() else "" for path in here.rglob("*")}
    assert main(["new", "theory", *shlex.split(words)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("cxlab: ")
    assert said.err.count("\n") == 1
    assert what in said.err
    assert {path: path.read_text(encoding="utf-8") if path.is_file() else "" for path in here.rglob("*")} == before


def test_a_name_a_plug_in_has_taken_is_refused(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "theory", "envy", "--question", "value"]) == 0
    (here / "envy.py").rename(here / "feelings.py")
    monkeypatch.setenv("CXLAB_PLUGINS", "feelings")
    capsys.readouterr()
    assert main(["new", "theory", "envy", "--question", "value", "--into", "there"]) == 2
    assert "there is a mind/value=envy already" in capsys.readouterr().err
    assert not (here / "there").exists()


@pytest.mark.parametrize(
    ("error", "raised"),
    [(OSError(errno.ENOSPC, "No space left"), StoreError), (KeyboardInterrupt(), KeyboardInterrupt)],
)
def test_all_or_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, raised: type[BaseException]
) -> None:
    (here / "configs").mkdir()
    draft = theory("grudge", "trust", Path("mine"))
    monkeypatch.setattr(Path, "open", _open_until(3, error))
    with pytest.raises(raised, match=r"test_grudge.py cannot be written: No space left\. Nothing is left|^$"):
        write(draft)
    assert list(here.rglob("*")) == [here / "configs"]


def test_what_cannot_be_taken_back_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(Path, "open", _open_until(2, OSError(errno.ENOSPC, "No space left")))
    monkeypatch.setattr(Path, "unlink", stuck)
    with pytest.raises(StoreError, match=r"b\.py cannot be written: No space left\. Remove a\.py by hand; mend that"):
        write(Draft({Path("a.py"): "", Path("b.py"): ""}, {}))


def test_a_file_that_appears_meanwhile_is_not_overwritten(here: Path) -> None:
    draft = theory("grudge", "trust", here)
    (here / "grudge.py").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="File exists"):
        write(draft)
    assert (here / "grudge.py").read_text(encoding="utf-8") == "mine"


def test_the_templates_are_packed() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    packed = {path for one in patterns["package-data"]["experiments"] for path in (ROOT / "experiments").glob(one)}
    templates = {path for path in (ROOT / "experiments" / "templates").rglob("*") if path.is_file()}
    assert templates
    assert templates <= packed


def _open_until(number: int, error: BaseException) -> object:
    """Path.open that fails from the given call on."""
    opened, real = [], Path.open

    def fake(path: Path, *args: object, **settings: object) -> object:
        opened.append(path)
        if len(opened) >= number:
            raise error
        return real(path, *args, **settings)  # type: ignore[call-overload]

    return fake


def _python(command: str) -> str:
    """What a Python tool prints, run by this interpreter as on the command line."""
    words = [sys.executable, "-W", "error", "-m", *shlex.split(command), "-p", "no:cacheprovider"]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, env=surroundings, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout
