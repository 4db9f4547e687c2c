"""The sources of the four packages as trees: what `test_architecture` reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("sim", "agents", "strategies", "experiments")


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, its text and its tree."""

    name: str
    is_package: bool
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return top(self.name)

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


def taken(module: Module, modules: Modules) -> Iterator[tuple[str, int]]:
    """Like `imports`, but each name once: `from a import b` gives a.b where that is a module, else a."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            names = {f"{base}.{alias.name}" for alias in node.names}
            yield from ((name if name in modules else base, node.lineno) for name in sorted(names))


def circles(modules: Modules) -> list[list[str]]:
    """The circles of imports that a depth-first walk meets, one for each edge that closes one."""
    graph = {name: sorted(_depends_on(module, modules)) for name, module in modules.items()}
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


def top(name: str) -> str:
    """The package a dotted name begins with."""
    return name.partition(".")[0]


def lies_in(name: str, package: str) -> bool:
    """Whether a dotted name is a package or something in it."""
    return name == package or name.startswith(f"{package}.")


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    """What `from ...x import y` names, with the dots resolved."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*parts, node.module] if node.module else parts)


def _depends_on(module: Module, modules: Modules) -> set[str]:
    """The modules a module takes names from; a package counts only when the name is its own, not a submodule."""
    return {name for name, _ in taken(module, modules)} & set(modules) - {module.name}
