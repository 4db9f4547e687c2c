"""Files to start from: a theory or a strategy of the user's own that runs as it stands, with a test.

What is written is a `Draft`; `theory` and `strategy` make one.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
import shlex
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from string import Template

from agents.mind import QUESTIONS
from experiments.build import DEFAULTS, PRESETS, options
from experiments.configuration.catalogue import snake
from experiments.configuration.objects import OWN
from experiments.configuration.similar import nearest
from sim.errors import ConfigError, StoreError

TESTS = "tests"
_TEMPLATES = Path(__file__).parent / "templates"
_HOME = Path(__file__).resolve().parents[1]
_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*")
_VALUES = {"true", "false", "null", "nan", "inf", "yes", "no", "on", "off"}  # what YAML or Hydra read them as
_PYTEST = re.compile(r"conftest|tests?|test_.*|.*_test")


@dataclass(frozen=True)
class Draft:
    """Files that are to be written, and what can be done with them.

    Attributes:
        files: texts by path; none of the paths is there yet.
        commands: what to type next, by purpose.
    """

    files: Mapping[Path, str]
    commands: Mapping[str, str]


def theory(name: str, question: str | None, folder: Path, plugins: Sequence[str] = ()) -> Draft:
    """A module with a theory, a mind that uses it, and a test.

    Args:
        name: of the module and, in configurations, of the theory and the mind.
        question: which one it answers.
        folder: where to; it need not be there yet.
        plugins: modules whose theories have names already.

    Raises:
        ConfigError: names what cannot be used, why, and the mend.
    """
    if question not in QUESTIONS:
        asked = "which question does it answer?" if question is None else f"there is no question '{question}'."
        guess = nearest(question or "", QUESTIONS)
        raise ConfigError(f"{asked} Add --question with one of {', '.join(QUESTIONS)}.{guess}")
    _check_name(name)
    folder = folder.expanduser()
    words = {"name": name, "Name": _camel(name), "question": question}
    own = _filled(f"theory/{question}.test.txt", words).rstrip()
    files = {
        folder / f"{name}.py": _filled(f"theory/{question}.py.txt", words),
        folder / PRESETS / "mind" / f"{name}.yaml": _filled("theory/mind.yaml.txt", words),
        folder / TESTS / f"test_{name}.py": _filled("theory/test.py.txt", {**words, "own": own}),
    }
    _refuse_there(folder, name, files)
    _refuse_taken(folder, name, files.values(), ("mind", f"mind/{question}"), plugins)
    with_it = f"--plugin {name} --config-dir {PRESETS}"
    commands = {
        "run it": f"cxlab run {with_it} mind={name}",
        "test it": _pytest(name),
        "compare it": f"cxlab run {with_it} experiment=tournament +mind@job.minds.{name}={name}",
    }
    return Draft(files, _from_there(folder, commands))


def strategy(name: str, folder: Path, plugins: Sequence[str] = ()) -> Draft:
    """A module with a play, an experiment that compares it with doing nothing, and a test.

    Args:
        name: of the module and, in configurations, of the play, its arm and the experiment.
        folder: where to; it need not be there yet.
        plugins: modules whose plays have names already.

    Raises:
        ConfigError: names what cannot be used, why, and the mend.
    """
    _check_name(name)
    folder = folder.expanduser()
    words = {"name": name, "Name": _camel(name)}
    files = {
        folder / f"{name}.py": _filled("strategy/play.py.txt", words),
        folder / PRESETS / "experiment" / f"{name}.yaml": _filled("strategy/experiment.yaml.txt", words),
        folder / TESTS / f"test_{name}.py": _filled("strategy/test.py.txt", words),
    }
    _refuse_there(folder, name, files)
    _refuse_taken(folder, name, files.values(), ("strategy", "experiment"), plugins)
    commands = {
        "run it": f"cxlab run --plugin {name} --config-dir {PRESETS} experiment={name}",
        "test it": _pytest(name),
        "add it": f"cxlab run --plugin {name} +strategy@arms.{name}={name}",
    }
    return Draft(files, _from_there(folder, commands))


def write(draft: Draft) -> None:
    """Write all files of a draft, or none; nothing that is there is overwritten.

    Raises:
        StoreError: one of them cannot be written; those before it are gone again.
    """
    made: list[Path] = []
    try:
        for path, text in draft.files.items():
            for parent in reversed([parent for parent in path.parents if not parent.exists()]):
                parent.mkdir()
                made.append(parent)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(text)
    except BaseException as error:
        left = [str(path) for path in reversed(made) if not _removed(path)]
        if not isinstance(error, OSError):
            raise
        after = f"Remove {', '.join(left)} by hand" if left else "Nothing is left of what was written"
        raise StoreError(
            f"{path} cannot be written: {error.strerror or error}. {after}; mend that, or take another folder with "
            f"--into FOLDER."
        ) from error


def _check_name(name: str) -> None:
    """Refuse what cannot name a module, a class and a configuration at once."""
    wish = re.sub(r"[^a-z0-9]+", "_", snake(name)).strip("_")
    if not _SNAKE.fullmatch(name):
        guess = f" Did you mean '{wish}'?" if _SNAKE.fullmatch(wish) else ""
        raise ConfigError(
            f"'{name}' cannot name a module: small letters, digits after a letter, and words joined by _.{guess}"
        )
    if keyword.iskeyword(name) or keyword.iskeyword(_camel(name)):
        raise ConfigError(f"'{name}' is a word of Python's own. {_another(name)}")
    if name in _VALUES:
        raise ConfigError(f"'{name}' is a value in a configuration, not a name. {_another(name)}")
    if name.endswith(DEFAULTS):
        raise ConfigError(f"'{name}': names that end in {DEFAULTS} are cxlab's own. Take another name.")
    if _PYTEST.fullmatch(name):
        raise ConfigError(f"'{name}' would be a test to pytest. Take another name.")


def _refuse_there(folder: Path, name: str, files: Collection[Path]) -> None:
    """Refuse a folder of cxlab's own, and files that exist."""
    place = folder.resolve()
    if place == _HOME or any(place.is_relative_to(_HOME / own) for own in (*OWN, PRESETS)):
        raise ConfigError(f"{place} is cxlab's own folder. Choose one for what is yours, e.g. --into mine.")
    package = folder / name / "__init__.py"
    if there := [str(path) for path in (*files, package) if path.exists() or path.is_symlink()]:
        raise ConfigError(
            f"{', '.join(there)} {'are' if len(there) > 1 else 'is'} there already, and nothing is overwritten. "
            f"Take another name, or another folder with --into FOLDER."
        )


def _refuse_taken(
    folder: Path, name: str, texts: Collection[str], chosen_in: Sequence[str], plugins: Sequence[str]
) -> None:
    """Refuse the name of a module, of a class that the files know already, and of an option."""
    if name in {*sys.stdlib_module_names, *sys.builtin_module_names, *sys.modules} or _is_found(name, folder):
        raise ConfigError(f"there is a Python module '{name}' already, and only one can be imported. {_another(name)}")
    if _camel(name) in {*vars(builtins), *(imported for text in texts for imported in _imported(text, name))}:
        raise ConfigError(f"'{name}' would make a class {_camel(name)}, which has a meaning already. {_another(name)}")
    for group in chosen_in:
        if name in options(group, plugins=plugins):
            raise ConfigError(f"there is a {group}={name} already; `cxlab list` shows them all. {_another(name)}")


def _is_found(name: str, folder: Path) -> bool:
    """Whether Python finds a module of this name that is more than a folder lying about."""
    spec = find_spec(name)
    if spec is None or spec.origin is not None:
        return spec is not None
    about = {folder.resolve(), Path.cwd()}
    return any(Path(place).resolve().parent not in about for place in spec.submodule_search_locations or ())


def _imported(text: str, name: str) -> set[str]:
    """What a text in Python imports, but from the module of this name; nothing if it is something else."""
    with suppress(SyntaxError):
        nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
        others = [node for node in nodes if getattr(node, "module", None) != name]
        return {alias.asname or alias.name for node in others for alias in node.names}
    return set()


def _pytest(name: str) -> str:
    return f"{'' if find_spec('pytest') else 'pip install pytest && '}pytest {TESTS}/test_{name}.py"


def _from_there(folder: Path, commands: Mapping[str, str]) -> dict[str, str]:
    """The commands, after the one that goes to the folder they are meant for."""
    elsewhere = folder.resolve() != Path.cwd()
    return ({"go there": f"cd {shlex.quote(str(folder))}"} if elsewhere else {}) | dict(commands)


def _filled(template: str, words: Mapping[str, str]) -> str:
    return Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(words)


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _another(name: str) -> str:
    return f"Take another name, e.g. my_{name}."


def _removed(path: Path) -> bool:
    """Take away a file or an empty folder, and say whether that went well."""
    with suppress(OSError):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    return not path.exists()
