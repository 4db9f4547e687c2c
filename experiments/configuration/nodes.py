"""Dataclasses -> configuration nodes: names, types and defaults as the code has them, so no YAML repeats a default."""

from __future__ import annotations

import dataclasses as dc
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from experiments.configuration.catalogue import Group, group_for, snake

ADDRESS = "_target_"
MISSING = "???"  # OmegaConf's mark for a value that has to be given
PLAIN = (bool, int, float, str)


@cache
def node(cls: type) -> type:
    """A structured config with the fields, types and defaults of a dataclass, its parts included."""
    return _dataclass(cls, [])


@cache
def option(cls: type) -> type:
    """The node of something that is chosen: with its address, and each part chosen by a group of its own."""
    address = (ADDRESS, str, dc.field(default=address_of(cls)))
    parts = [{f"/{group.name}@{field.name}": _choice(cls, field, group)} for field, group in _parts(cls)]
    defaults = ("defaults", list[Any], dc.field(default_factory=lambda: ["_self_", *parts]))
    return _dataclass(cls, [address, defaults] if parts else [address])


def own_parts(cls: type) -> dict[tuple[str, str], Any]:
    """Nodes by group and name for parts that a class builds with values of its own, not with their defaults."""
    found = {}
    for field, group in _parts(cls):
        name, value = _choice(cls, field, group), _call(_default(field), None)
        if name not in group.options:
            kind: type = type(value)
            chosen = {part.name for part, _ in _parts(kind)}
            plain = {own: _as_node(getattr(value, own)) for own in hints_of(kind) if own not in chosen}
            found[group.name, name] = option(kind)(**plain)
    return found


def root(cls: type, *beside: type) -> type:
    """The node of a whole configuration: a dataclass's own fields, and beside them what is filled by groups."""
    chosen: list[Any] = [(snake(kind.__name__), Any, dc.field(default=MISSING)) for kind in beside]
    return dc.make_dataclass(cls.__name__, chosen, bases=(node(cls),))


def address_of(cls: type) -> str:
    """Where a class is found."""
    return f"{cls.__module__}.{cls.__qualname__}"


def hints_of(cls: type) -> dict[str, Any]:
    """The types of a dataclass's configurable fields by name; a field marked `internal` is not configured."""
    hints = typing.get_type_hints(cls)
    return {
        field.name: hints[field.name] for field in dc.fields(cls) if field.init and not field.metadata.get("internal")
    }


def _dataclass(cls: type, first: list[Any]) -> type:
    hints = hints_of(cls)
    own = [_field(field, hints[field.name]) for field in dc.fields(cls) if field.name in hints]
    return dc.make_dataclass(cls.__name__, [*first, *(field for field in own if field)])


def _field(field: dc.Field[Any], hint: Any) -> tuple[str, Any, Any] | None:
    """One field of a node; None for a type that no configuration can give, so that the code's default stays."""
    name, default = field.name, _default(field)
    if _is_plain(hint):
        return name, hint, dc.field(default=MISSING if default is None else default())
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and _is_plain(inner[0]):
        return (
            name,
            types.GenericAlias(list, (inner[0],)),
            dc.field(default_factory=lambda: _as_node(_call(default, ()))),
        )
    if isinstance(origin, type) and issubclass(origin, Mapping):
        kind = types.GenericAlias(dict, (str, inner[1] if _is_plain(inner[1]) else Any))
        return name, kind, dc.field(default_factory=lambda: _as_node(_call(default, {})))
    if group_for(hint) is not None:
        return name, Any, dc.field(default=MISSING)  # filled by a group
    if isinstance(hint, type) and dc.is_dataclass(hint) and default is not None:
        part: type = hint
        return name, node(part), dc.field(default_factory=lambda: _as_node(default()))
    return None


def _call(default: Callable[[], Any] | None, otherwise: Any) -> Any:
    return default() if default else otherwise


def _default(field: dc.Field[Any]) -> Callable[[], Any] | None:
    if field.default_factory is not dc.MISSING:
        return field.default_factory
    return None if field.default is dc.MISSING else lambda: field.default


def _as_node(value: Any) -> Any:
    """What code has built, as a node with the same values."""
    if isinstance(value, Mapping):
        return {key: _as_node(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return list(value)
    if not dc.is_dataclass(value):
        return value
    cls: type = type(value)
    return node(cls)(**_values(value))


def _values(value: Any) -> dict[str, Any]:
    """What stands in the configurable fields of a dataclass; what a group would fill keeps its address."""
    cls: type = type(value)
    hints, known = hints_of(cls), {field.name for field in dc.fields(node(cls))}
    return {
        name: _addressed(getattr(value, name)) if group_for(hint) else _as_node(getattr(value, name))
        for name, hint in hints.items()
        if name in known
    }


def _addressed(value: Any) -> Any:
    return {ADDRESS: address_of(type(value)), **_values(value)} if dc.is_dataclass(value) else value


def _parts(cls: type) -> list[tuple[dc.Field[Any], Group]]:
    """The fields with a default that a group of their own fills."""
    hints = hints_of(cls)
    fields = [field for field in dc.fields(cls) if field.name in hints and _default(field)]
    return [(field, group) for field in fields if (group := group_for(hints[field.name]))]


def _choice(cls: type, field: dc.Field[Any], group: Group) -> str:
    """The option a field starts from: one of the group's as it stands, or the class's own."""
    value = _call(_default(field), None)
    options = group.options.items()
    own = f"{snake(cls.__name__)}_{field.name}_defaults"
    return next((name for name, kind in options if type(value) is kind and value == type(value)()), own)


def _is_plain(hint: Any) -> bool:
    if isinstance(hint, types.UnionType):
        return all(part in (*PLAIN, types.NoneType) for part in hint.__args__)
    return hint in PLAIN
