"""Modules of the user's own whose classes a configuration may name. No configuration can add to them."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable
from importlib.metadata import entry_points
from types import ModuleType

from sim.errors import ConfigError

VARIABLE = "CXLAB_PLUGINS"
ENTRY_POINTS = "cxlab.plugins"


def plugin_names(given: Iterable[str] = ()) -> tuple[str, ...]:
    """All plug-in modules: given with --plugin, in the environment variable, and of installed packages."""
    variable = [name.strip() for name in os.environ.get(VARIABLE, "").split(",")]
    installed = [entry.module for entry in entry_points(group=ENTRY_POINTS)]
    return tuple(dict.fromkeys(name for name in (*given, *variable, *installed) if name))


def load_plugins(names: Iterable[str]) -> tuple[ModuleType, ...]:
    """Import plug-in modules; they are found where Python finds modules, or else in the current folder.

    Raises:
        ConfigError: there is no such module.
    """
    return tuple(_load(name) for name in names)


def _load(name: str) -> ModuleType:
    here = os.getcwd()
    if here not in sys.path:
        sys.path.append(here)  # last: a file lying here cannot take the place of an installed module
    try:
        return importlib.import_module(name)
    except (ImportError, TypeError, ValueError) as error:
        raise ConfigError(
            f"plug-in '{name}' cannot be imported: {error}. Name a module (not a file: no .py, no slashes) that is "
            f"installed or lies in {here}; plug-ins come from --plugin, {VARIABLE} or the entry points {ENTRY_POINTS}."
        ) from error
