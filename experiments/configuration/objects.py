"""Plain configuration -> objects: only dataclasses of cxlab or of a plug-in the user names, each in its place.

An address is allowed before anything is imported, and a class fits its place before anything is built.
"""

from __future__ import annotations

import dataclasses as dc
import importlib
import types
import typing
from collections.abc import Mapping
from typing import Any

from experiments.configuration.catalogue import answers, group_for
from experiments.configuration.nodes import ADDRESS, PLAIN, hints_of
from experiments.configuration.similar import nearest
from sim.errors import ConfigError, CxlabError

OWN = ("sim", "agents", "strategies", "experiments")
_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def make(plain: Any, hint: Any, where: str, plugins: tuple[str, ...] = ()) -> Any:
    """The object that a part of a configuration describes.

    Args:
        plain: mappings, lists, numbers and text.
        hint: the type or protocol wanted in this place.
        where: the part's address in the configuration, for messages.
        plugins: modules whose dataclasses may be named beside cxlab's own.

    Raises:
        ConfigError: names the place, what stands there, what is allowed and the mend.
    """
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in PLAIN or _is_optional_plain(hint):
        return _plain(plain, hint, where)
    if origin is tuple:
        items = _of_kind(plain, list, where, "a list: write [one,two]")
        return tuple(make(item, inner[0], f"{where}[{i}]", plugins) for i, item in enumerate(items))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        entries = _of_kind(plain, dict, where, "a mapping of names to values")
        return {str(name): make(item, inner[1], _below(where, name), plugins) for name, item in entries.items()}
    return _object(plain, hint, where, plugins)


def chooser(where: str, hint: Any) -> str:
    """How the command line chooses what fills a place."""
    group = group_for(hint)
    if group is None:
        return f"{where}.{ADDRESS}=MODULE.CLASS"
    return f"{group.name}=NAME" if group.name == where.replace(".", "/") else f"{group.name}@{where}=NAME"


def _object(plain: Any, hint: Any, where: str, plugins: tuple[str, ...]) -> Any:
    wanted = _name(hint)
    if not isinstance(plain, dict) or not (ADDRESS in plain or dc.is_dataclass(hint)):
        add = "+" if isinstance(plain, dict) else ""  # values for something that nobody has chosen yet
        raise ConfigError(f"{where} = {plain!r} is no {wanted}. Choose one with {add}{chooser(where, hint)}.")
    cls = _locate(plain[ADDRESS], _below(where, ADDRESS), plugins) if ADDRESS in plain else hint
    if not any(answers(cls, kind) for kind in typing.get_args(hint) or (hint,)):
        raise ConfigError(
            f"{where}: {cls.__name__} is no {wanted}: {_lack(cls, hint)}. Choose one with {chooser(where, hint)}."
        )
    hints = hints_of(cls)
    for name in (key for key in plain if key not in (ADDRESS, *hints)):
        has = f"use one of {', '.join(hints)}" if hints else "it has nothing to set: leave it out"
        raise ConfigError(f"{_below(where, name)}: {cls.__name__} has no '{name}'; {has}.{nearest(str(name), hints)}")
    given = {name: kind for name, kind in hints.items() if name in plain}
    parts = {name: make(plain[name], kind, _below(where, name), plugins) for name, kind in given.items()}
    for name in (field.name for field in dc.fields(cls) if _has_to_be_given(field) and field.name not in parts):
        raise ConfigError(f"{_below(where, name)}: {cls.__name__} needs a value. Write {_below(where, name)}=VALUE.")
    try:
        return cls(**parts)
    except CxlabError as error:
        raise ConfigError(f"{where}: {error}" if where else str(error)) from error


def _locate(address: Any, where: str, plugins: tuple[str, ...]) -> Any:
    """The dataclass an address names; nothing is imported before the address is allowed."""
    module, _, name = str(address).rpartition(".")
    if not _is_allowed(module, plugins):
        beside = f" and of {', '.join(plugins)}" if plugins else ""
        raise ConfigError(
            f"{where} = '{address}' is refused: a configuration may name classes of {', '.join(OWN)}{beside} only. "
            f"If this one is yours, say so on the command line: --plugin {module or 'MODULE'}."
        )
    try:
        cls = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        raise ConfigError(f"{where} = '{address}' does not exist. Check the spelling against `cxlab list`.") from None
    if not (isinstance(cls, type) and dc.is_dataclass(cls)):
        raise ConfigError(
            f"{where} = '{address}' is refused: it is no dataclass. Name the class of a theory or a play."
        )
    if not _is_allowed(cls.__module__, plugins):
        home = cls.__module__
        raise ConfigError(
            f"{where} = '{address}' is refused: it is from {home}. If that is yours, add --plugin {home}."
        )
    return cls


def _is_allowed(module: str, plugins: tuple[str, ...]) -> bool:
    return module.partition(".")[0] in OWN or any(f"{module}.".startswith(f"{plugin}.") for plugin in plugins)


def _plain(value: Any, hint: Any, where: str) -> Any:
    kinds = typing.get_args(hint) or (hint,)
    if type(value) in kinds or (value is None and types.NoneType in kinds):
        return value
    if float in kinds and type(value) is int:
        return float(value)
    words = " or ".join(_WORDS.get(kind, "null") for kind in kinds)
    raise ConfigError(f"{where} = {value!r} is not {words}. Write {where}=VALUE with {words}.")


def _of_kind(value: Any, kind: type, where: str, words: str) -> Any:
    if not isinstance(value, kind):
        raise ConfigError(f"{where} = {value!r} is not {words}.")
    return value


def _lack(cls: type, hint: Any) -> str:
    """Why a class does not fit its place."""
    wanted = set().union(*(getattr(kind, "__protocol_attrs__", ()) for kind in typing.get_args(hint) or (hint,)))
    lacking = sorted(wanted - set(dir(cls)))
    return f"it lacks {', '.join(lacking)}" if lacking else f"it is from {cls.__module__}"


def _has_to_be_given(field: dc.Field[Any]) -> bool:
    return field.init and field.default is dc.MISSING and field.default_factory is dc.MISSING


def _is_optional_plain(hint: Any) -> bool:
    return isinstance(hint, types.UnionType) and all(part in (*PLAIN, types.NoneType) for part in hint.__args__)


def _name(hint: Any) -> str:
    return " or ".join(getattr(kind, "__name__", str(kind)) for kind in typing.get_args(hint) or (hint,))


def _below(where: str, name: object) -> str:
    return f"{where}.{name}" if where else str(name)
