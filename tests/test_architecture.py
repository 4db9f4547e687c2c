"""Reads the sources and holds the shape of the house: who may import whom, and what may be known where."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("sim", "agents", "strategies", "experiments")
MAX_LINES = 300

MAY_NOT_IMPORT = {
    "sim": {"agents", "strategies", "experiments"},
    "agents": {"strategies", "experiments"},
    "strategies": {"agents", "experiments"},
}
ONLY_IN = {
    "hydra": {"experiments.build", "experiments.cli"},
    "omegaconf": {"experiments.build", "experiments.cli"},
    "matplotlib": {
        "experiments.reporting.curves",
        "experiments.reporting.figure_style",
        "experiments.reporting.figures",
        "experiments.reporting.report",
        "experiments.reporting.story_figure",
    },
    "mesa": {"sim.model", "sim.agentset"},
}
ADDRESSED_LUCK = {"sim", "agents", "strategies"}  # every draw is made by sim.chance


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, its text and its tree."""

    name: str
    is_package: bool
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]

    def __str__(self) -> str:
        return self.name


Modules = Mapping[str, Module]


def read(root: Path) -> dict[str, Module]:
    """All modules of the packages under a root, by dotted name."""
    modules = {}
    for path in sorted(file for package in PACKAGES for file in (root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        text = path.read_text(encoding="utf-8")
        modules[name] = Module(name, is_package, text, ast.parse(text, str(path)))
    return modules


def imports(module: Module) -> Iterator[tuple[str, int]]:
    """Every dotted name a module imports, wherever in the file, with its line; `from a import b` gives a and a.b."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            yield base, node.lineno
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def wrong_direction(modules: Modules) -> list[str]:
    """Imports against `experiments -> agents | strategies -> sim`."""
    return _unique(
        f"{module}:{line} imports {name}: {module.room} may not know {_top(name)}"
        for module in modules.values()
        for name, line in imports(module)
        if _top(name) in MAY_NOT_IMPORT.get(module.room, set())
    )


def out_of_place(modules: Modules) -> list[str]:
    """Libraries imported outside the files that may know them."""
    return _unique(
        f"{module}:{line} imports {_top(name)}, which belongs in {', '.join(sorted(ONLY_IN[_top(name)]))} only"
        for module in modules.values()
        for name, line in imports(module)
        if module.name not in ONLY_IN.get(_top(name), {module.name})
    )


def own_luck(modules: Modules) -> list[str]:
    """Draws that go round the addressed streams of `sim.chance`."""
    found = []
    for module in modules.values():
        if module.room not in ADDRESSED_LUCK:
            continue
        lines = [line for name, line in imports(module) if _top(name) == "random" or name.startswith("numpy.random")]
        lines += [
            node.lineno
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute) and ast.unparse(node) in {"np.random", "numpy.random", "model.random"}
        ]
        found += [f"{module}:{line} draws by itself: every draw is sim.chance's" for line in lines]
    return _unique(found)


def cycles(modules: Modules) -> list[str]:
    """Circles of imports between modules of the four packages."""
    graph = {name: sorted(_depends_on(module, modules)) for name, module in modules.items()}
    return [f"{' -> '.join([*circle, circle[0]])}: no circles between files" for circle in _circles(graph)]


def too_long(modules: Modules) -> list[str]:
    """Files with more than 300 lines."""
    lengths = {module.name: len(module.text.splitlines()) for module in modules.values()}
    return [
        f"{name} has {n} lines, more than {MAX_LINES}: look for the second question in it"
        for name, n in lengths.items()
        if n > MAX_LINES
    ]


def undocumented(modules: Modules) -> list[str]:
    """Public modules without a docstring."""
    return [
        f"{module} has no docstring"
        for module in modules.values()
        if not _is_private(module.name) and not ast.get_docstring(module.tree)
    ]


def homeless(modules: Modules) -> list[str]:
    """Modules in a folder without `__init__.py`, which an installed cxlab would lack."""
    return [
        f"{module} lies in a folder without __init__.py"
        for module in modules.values()
        if not module.is_package and module.name.rpartition(".")[0] not in modules
    ]


def busy_packages(modules: Modules) -> list[str]:
    """`__init__` files that do more than import, or whose `__all__` is not a sorted list of names."""
    found = []
    for module in (module for module in modules.values() if module.is_package):
        for node in module.tree.body:
            names = _all(node)
            if names is None and not _only_names(node):
                found.append(f"{module}:{node.lineno} __init__ does work: {ast.unparse(node).splitlines()[0]}")
            elif names is not None and names != sorted(names, key=_isort_key):
                found.append(f"{module}:{node.lineno} __all__ is not sorted")
    return found


CHECKS: tuple[Callable[[Modules], list[str]], ...] = (
    wrong_direction,
    out_of_place,
    own_luck,
    cycles,
    too_long,
    undocumented,
    homeless,
    busy_packages,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_holds(check: Callable[[Modules], list[str]]) -> None:
    if found := check(read(ROOT)):
        pytest.fail("\n".join(found), pytrace=False)


def test_every_package_is_read() -> None:
    assert {module.room for module in read(ROOT).values()} == set(PACKAGES)


def test_files_named_in_the_rules_exist() -> None:
    named = set().union(*ONLY_IN.values())
    assert named <= set(read(ROOT)), f"rules about files that are gone: {sorted(named - set(read(ROOT)))}"


BAD = [
    (wrong_direction, {"sim/a.py": "from agents import mind"}, "sim.a:1 imports agents: sim may not know agents"),
    (wrong_direction, {"sim/a.py": "def f():\n    import experiments.cli"}, "sim.a:2 imports experiments.cli"),
    (wrong_direction, {"agents/theories/a.py": "import strategies.base"}, "agents may not know strategies"),
    (wrong_direction, {"strategies/a.py": "from agents.mind import Mind"}, "strategies may not know agents"),
    (wrong_direction, {"strategies/a.py": "import experiments"}, "strategies may not know experiments"),
    (out_of_place, {"experiments/study.py": "from omegaconf import OmegaConf"}, "experiments.build, experiments.cli"),
    (out_of_place, {"sim/metrics.py": "import matplotlib.pyplot as plt"}, "sim.metrics:1 imports matplotlib"),
    (out_of_place, {"agents/staff.py": "import mesa"}, "sim.agentset, sim.model only"),
    (own_luck, {"sim/a.py": "import numpy as np\nx = np.random.default_rng(1)"}, "sim.a:2 draws by itself"),
    (own_luck, {"agents/a.py": "from numpy.random import default_rng"}, "agents.a:1 draws by itself"),
    (own_luck, {"agents/a.py": "from numpy import random"}, "agents.a:1 draws by itself"),
    (own_luck, {"strategies/a.py": "from random import choice"}, "strategies.a:1 draws by itself"),
    (own_luck, {"strategies/a.py": "def f(model): return model.random.random()"}, "strategies.a:1 draws by itself"),
    (cycles, {"sim/a.py": "import sim.b", "sim/b.py": "from sim import a"}, "sim.a -> sim.b -> sim.a"),
    (cycles, {"sim/a.py": "from .b import x", "sim/b.py": "from sim.a import y"}, "sim.a -> sim.b -> sim.a"),
    (cycles, {"sim/a.py": "import sim.b", "sim/b.py": "import sim.c", "sim/c.py": "import sim.a"}, "sim.c -> sim.a"),
    (cycles, {"sim/__init__.py": "from sim.a import x", "sim/a.py": "from sim import x"}, "sim -> sim.a -> sim"),
    (too_long, {"experiments/a.py": "x = 1\n" * 301}, "experiments.a has 301 lines"),
    (undocumented, {"experiments/a.py": "x = 1"}, "experiments.a has no docstring"),
    (homeless, {"agents/theories/a.py": ""}, "agents.theories.a lies in a folder"),
    (busy_packages, {"agents/__init__.py": '"""Doc."""\nprint("work")'}, "agents:2 __init__ does work"),
    (busy_packages, {"agents/__init__.py": "register = {}"}, "agents:1 __init__ does work"),
    (busy_packages, {"agents/__init__.py": '__all__ = ["beta", "Alpha"]'}, "agents:1 __all__ is not sorted"),
    (busy_packages, {"agents/__init__.py": "__all__ = list(globals())"}, "agents:1 __init__ does work"),
]


@pytest.mark.parametrize(("check", "files", "complaint"), BAD)
def test_a_bad_tree_is_found_out(
    check: Callable[[Modules], list[str]], files: dict[str, str], complaint: str, tmp_path: Path
) -> None:
    found = check(read(_tree(tmp_path, files)))
    assert len(found) == 1, found
    assert complaint in found[0]


def test_a_good_tree_passes(tmp_path: Path) -> None:
    files = {
        "sim/__init__.py": '"""Doc."""\n\nfrom sim.a import LIMIT, Alpha\n\n__all__ = ["LIMIT", "Alpha", "beta"]\n',
        "sim/a.py": '"""Doc: np.random is named, not used."""\n\nimport numpy as np\n\nfrom sim import b\n',
        "sim/b.py": '"""Doc."""\n',
        "sim/model.py": '"""Doc."""\n\nimport mesa\n',
        "agents/__init__.py": '"""Doc."""\n',
        "agents/mind.py": '"""Doc."""\n\nfrom sim.a import Alpha\n',
        "experiments/__init__.py": '"""Doc."""\n',
        "experiments/build.py": '"""Doc."""\n\nimport hydra\n\nimport agents.mind\n',
        "experiments/_private.py": "x = 1\n",
    }
    modules = read(_tree(tmp_path, files))
    assert [complaint for check in CHECKS for complaint in check(modules)] == []


def _tree(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def _top(name: str) -> str:
    return name.partition(".")[0]


def _unique(complaints: Iterator[str] | list[str]) -> list[str]:
    """One complaint per line of source: `from a import b` names both a and a.b."""
    return list({complaint.split(" ", 1)[0]: complaint for complaint in reversed(list(complaints))}.values())[::-1]


def _is_private(name: str) -> bool:
    return any(part.startswith("_") and not part.startswith("__") for part in name.split("."))


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    """What `from ...x import y` names, with the dots resolved."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*parts, node.module] if node.module else parts)


def _depends_on(module: Module, modules: Modules) -> set[str]:
    """The modules a module takes names from; a package counts only when the name is its own, not a submodule."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            names = {f"{base}.{alias.name}" for alias in node.names}
            found |= {name if name in modules else base for name in names}
    return (found & set(modules)) - {module.name}


def _circles(graph: Mapping[str, list[str]]) -> list[list[str]]:
    """The circles that a depth-first walk meets, one for each edge that closes one."""
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            found.append(path[path.index(name) :])
        elif name not in done:
            for other in graph[name]:
                walk(other, [*path, name])
            done.add(name)

    for name in graph:
        walk(name, [])
    return found


def _only_names(node: ast.stmt) -> bool:
    """Whether a statement is a docstring or an import, also one that only type checkers read."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"} and all(map(_only_names, node.body))
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return is_text or isinstance(node, ast.Import | ast.ImportFrom)


def _all(node: ast.stmt) -> list[str] | None:
    """The names of a literal `__all__`, or None if the statement is something else."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.List | ast.Tuple):
        return None
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if [ast.unparse(target) for target in targets] != ["__all__"]:
        return None
    return [ast.literal_eval(item) for item in node.value.elts]


def _isort_key(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions: the order ruff's RUF022 writes."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name)
