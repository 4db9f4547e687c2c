"""Reads the sources and holds the shape of the house: who may import whom, and what may be known where."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.sources import PACKAGES, Module, Modules, circles, imports, lies_in, read, taken, top

ROOT = Path(__file__).resolve().parents[1]
MAX_LINES = 300

OUTSIDE = {"benchmarks", "examples", "tests"}  # they know the packages, and are not installed with them
MAY_NOT_IMPORT = {
    "sim": {"agents", "strategies", "experiments", "pandas", *OUTSIDE},
    "agents": {"strategies", "experiments", "pandas", *OUTSIDE},
    "strategies": {"agents", "experiments", "pandas", *OUTSIDE},
    "experiments": OUTSIDE,
}
KNOWS_ONLY = {  # of the four packages
    "experiments.calibration": {"sim"},
    "experiments.inference": {"sim"},
    "experiments.reporting": {
        "sim",
        "experiments.inference",
        "experiments.results",
        "experiments.battery.results",
        "experiments.field_test.results",
        "experiments.identify.results",
        "experiments.information.results",
        "experiments.optimise.results",
        "experiments.pitfalls.results",
        "experiments.power.results",
        "experiments.robustness.results",
        "experiments.sensitivity.results",
        "experiments.sweep.results",
        "experiments.synergy.results",
        "experiments.tournament.results",
        "experiments.tournament.separation",
    },
    "experiments.store": {"sim"},
}
ONLY_IN = {
    "duckdb": {"experiments.store.query"},
    "SALib": {"experiments.sensitivity.indices"},
    "dask": {"experiments.cluster.on_dask"},
    "distributed": {"experiments.cluster.on_dask"},
    "hydra": {"experiments.build"},
    "jinja2": {"experiments.reporting.page"},
    "joblib": {"experiments.cluster.backend", "experiments.cluster.session", "experiments.runner"},
    "matplotlib": {
        "experiments.notebook",
        "experiments.reporting.battery.figure",
        "experiments.reporting.battery.page",
        "experiments.reporting.curves",
        "experiments.reporting.field_test_figure",
        "experiments.reporting.figure_style",
        "experiments.reporting.figures",
        "experiments.reporting.identify.figures",
        "experiments.reporting.identify.page",
        "experiments.reporting.information_figure",
        "experiments.reporting.kinds_figure",
        "experiments.reporting.metric_figure",
        "experiments.reporting.optimise_figure",
        "experiments.reporting.page",
        "experiments.reporting.pitfalls_figure",
        "experiments.reporting.power_figure",
        "experiments.reporting.report",
        "experiments.reporting.robustness_figure",
        "experiments.reporting.sensitivity_figure",
        "experiments.reporting.sheet",
        "experiments.reporting.story_figure",
        "experiments.reporting.sweep_figure",
        "experiments.reporting.synergy_figure",
        "experiments.reporting.tournament.figures",
        "experiments.reporting.tournament.matrix",
        "experiments.reporting.tournament.page",
    },
    "mesa": {"agents.competitors", "agents.staff", "sim.model"},
    "omegaconf": {"experiments.build"},
    "optuna": {"experiments.optimise.search"},
    "ray": {"experiments.cluster.on_ray"},
}
ADDRESSED_LUCK = {"sim", "agents", "strategies"}  # every draw is made by sim.chance


def wrong_direction(modules: Modules) -> list[str]:
    """Imports against `experiments -> agents | strategies -> sim`, from outside, and of pandas below experiments."""
    return _unique(
        f"{module}:{line} imports {name}: {module.room} may not know {top(name)}"
        for module in modules.values()
        for name, line in imports(module)
        if top(name) in MAY_NOT_IMPORT.get(module.room, set())
    )


def out_of_place(modules: Modules) -> list[str]:
    """Libraries imported outside the files that may know them."""
    return _unique(
        f"{module}:{line} imports {top(name)}, which belongs in {', '.join(sorted(ONLY_IN[top(name)]))} only"
        for module in modules.values()
        for name, line in imports(module)
        if module.name not in ONLY_IN.get(top(name), {module.name})
    )


def beyond_its_room(modules: Modules) -> list[str]:
    """Imports by the modules of a room that is to know little of the rest."""
    return _unique(
        f"{module}:{line} imports {name}: {room} knows {', '.join(sorted(KNOWS_ONLY[room]))} and itself only"
        for room, module in _dwellers(modules)
        for name, line in taken(module, modules)
        if top(name) in PACKAGES and not any(lies_in(name, known) for known in {room, *KNOWS_ONLY[room]})
    )


def unused_permissions(modules: Modules) -> list[str]:
    """Files and rooms that may import something and do not: a permission is given when it is needed."""
    found = [
        f"{name} may import {library} and does not: take it off the list"
        for library, names in ONLY_IN.items()
        for name in sorted(names & set(modules))
        if library not in {top(imported) for imported, _ in imports(modules[name])}
    ]
    for room in dict.fromkeys(room for room, _ in _dwellers(modules)):
        inside = [module for owner, module in _dwellers(modules) if owner == room]
        used = {name for module in inside for name, _ in taken(module, modules)}
        there = KNOWS_ONLY[room] & {*modules, *PACKAGES}
        unused = {known for known in there if not any(lies_in(name, known) for name in used)}
        found += [f"{room} may import {known} and does not: take it off the list" for known in sorted(unused)]
    return found


def own_luck(modules: Modules) -> list[str]:
    """Draws that go round the addressed streams of `sim.chance`."""
    found = []
    for module in modules.values():
        if module.room not in ADDRESSED_LUCK:
            continue
        lines = [line for name, line in imports(module) if top(name) == "random" or name.startswith("numpy.random")]
        lines += [
            node.lineno
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute) and ast.unparse(node) in {"np.random", "numpy.random", "model.random"}
        ]
        found += [f"{module}:{line} draws by itself: every draw is sim.chance's" for line in lines]
    return _unique(found)


def cycles(modules: Modules) -> list[str]:
    """Circles of imports between modules of the four packages."""
    return [f"{' -> '.join([*circle, circle[0]])}: no circles between files" for circle in circles(modules)]


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
    beyond_its_room,
    unused_permissions,
    own_luck,
    cycles,
    too_long,
    undocumented,
    homeless,
    busy_packages,
)


@cache
def house() -> Modules:
    return read(ROOT)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_holds(check: Callable[[Modules], list[str]]) -> None:
    if found := check(house()):
        pytest.fail("\n".join(found), pytrace=False)


def test_every_package_is_read() -> None:
    assert {module.room for module in house().values()} == set(PACKAGES)


def test_files_named_in_the_rules_exist() -> None:
    named = set().union(*ONLY_IN.values(), KNOWS_ONLY, *KNOWS_ONLY.values())
    assert named <= set(house()), f"rules about files that are gone: {sorted(named - set(house()))}"


BAD = [
    (wrong_direction, {"sim/a.py": "from agents import mind"}, "sim.a:1 imports agents: sim may not know agents"),
    (wrong_direction, {"sim/a.py": "def f():\n    import experiments.cli"}, "sim.a:2 imports experiments.cli"),
    (wrong_direction, {"agents/theories/a.py": "import strategies.base"}, "agents may not know strategies"),
    (wrong_direction, {"strategies/a.py": "from agents.mind import Mind"}, "strategies may not know agents"),
    (wrong_direction, {"strategies/a.py": "import experiments"}, "strategies may not know experiments"),
    (wrong_direction, {"sim/a.py": "from pandas import DataFrame"}, "sim may not know pandas"),
    (wrong_direction, {"agents/a.py": "import pandas as pd"}, "agents may not know pandas"),
    (wrong_direction, {"strategies/a.py": "import pandas as pd"}, "strategies may not know pandas"),
    (wrong_direction, {"sim/a.py": "from tests.sim import worlds"}, "sim may not know tests"),
    (wrong_direction, {"experiments/a.py": "import benchmarks.twin"}, "experiments may not know benchmarks"),
    (wrong_direction, {"strategies/a.py": "from examples import notebook"}, "strategies may not know examples"),
    (out_of_place, {"experiments/study.py": "from omegaconf import OmegaConf"}, "belongs in experiments.build only"),
    (out_of_place, {"experiments/cli.py": "import hydra"}, "belongs in experiments.build only"),
    (out_of_place, {"experiments/cli.py": "from joblib import Parallel"}, "experiments.runner only"),
    (out_of_place, {"experiments/reporting/a.py": "import jinja2"}, "experiments.reporting.page only"),
    (out_of_place, {"sim/metrics.py": "import matplotlib.pyplot as plt"}, "sim.metrics:1 imports matplotlib"),
    (out_of_place, {"sim/agentset.py": "import mesa"}, "belongs in agents.competitors, agents.staff, sim.model only"),
    (beyond_its_room, {"experiments/reporting/a.py": "from agents.mind import Mind"}, "imports agents.mind: "),
    (
        beyond_its_room,
        {"experiments/reporting/a.py": "import experiments.results_of"},
        "imports experiments.results_of",
    ),
    (
        beyond_its_room,
        {"experiments/reporting/a.py": "from experiments import study", "experiments/study.py": ""},
        "imports experiments.study: experiments.reporting knows experiments.",
    ),
    (beyond_its_room, {"experiments/calibration/a.py": "from experiments.results import ALL"}, "knows sim and itself"),
    (beyond_its_room, {"experiments/calibration/a.py": "from ..study import Study"}, "imports experiments.study"),
    (unused_permissions, {"sim/model.py": "import numpy"}, "sim.model may import mesa and does not"),
    (
        unused_permissions,
        {"experiments/calibration/__init__.py": "", "experiments/calibration/a.py": "import experiments.calibration"},
        "experiments.calibration may import sim and does not",
    ),
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
        "experiments/build.py": '"""Doc."""\n\nimport hydra\nimport omegaconf\n\nimport agents.mind\n',
        "experiments/results.py": '"""Doc."""\n\nimport pandas\n',
        "experiments/reporting/__init__.py": '"""Doc."""\n\nfrom experiments.reporting.a import x\n',
        "experiments/reporting/a.py": '"""Doc."""\n\nfrom experiments import results\nfrom sim import Alpha\n',
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


def _dwellers(modules: Modules) -> list[tuple[str, Module]]:
    """The modules of each room that is to know little, beside its name."""
    return [(room, module) for room in KNOWS_ONLY for module in modules.values() if lies_in(module.name, room)]


def _unique(complaints: Iterator[str] | list[str]) -> list[str]:
    """One complaint per line of source: `from a import b` names both a and a.b."""
    return list({complaint.split(" ", 1)[0]: complaint for complaint in reversed(list(complaints))}.values())[::-1]


def _is_private(name: str) -> bool:
    return any(part.startswith("_") and not part.startswith("__") for part in name.split("."))


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
