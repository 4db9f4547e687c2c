"""Objects -> plain configuration: what YAML would have to say to build them. The way back from `objects.make`."""

from __future__ import annotations

import dataclasses as dc
import typing
from collections.abc import Mapping
from typing import Any

from experiments.configuration.catalogue import group_for
from experiments.configuration.nodes import ADDRESS, address_of, hints_of


def plain_of(value: Any, hint: Any) -> Any:
    """The part of a configuration that describes an object standing where `hint` is wanted.

    Args:
        value: a dataclass, mapping, tuple, number or text.
        hint: the type or protocol of its place; where several fit, the object's address is written beside its fields.
    """
    inner = typing.get_args(hint)
    if isinstance(value, Mapping):
        return {str(name): plain_of(item, inner[1] if len(inner) == 2 else None) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain_of(item, inner[0] if inner else None) for item in value]
    if not dc.is_dataclass(value) or isinstance(value, type):
        return value
    cls = type(value)
    address = {} if cls is hint and group_for(hint) is None else {ADDRESS: address_of(cls)}
    return address | {name: plain_of(getattr(value, name), kind) for name, kind in hints_of(cls).items()}
