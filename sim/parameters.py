"""Declare a parameter once: default, unit, range, meaning, source."""

from __future__ import annotations

import dataclasses as dc
import math
from typing import Any

from sim.errors import ParameterError

ASSUMED = "assumption: direction from theory, size not taken from a paper"


def param(
    default: Any = dc.MISSING, *, unit: str, doc: str, low: float = -math.inf, high: float = math.inf, source: str = ""
) -> Any:
    """A dataclass field that knows its unit, allowed range, meaning and source.

    Args:
        default: value when nobody says otherwise.
        unit: unit of the value, "1" for a pure number.
        doc: what the number means, in one line.
        low: smallest allowed value, included.
        high: largest allowed value, included.
        source: author and year the value comes from, or `ASSUMED`.
    """
    return dc.field(default=default, metadata={"unit": unit, "low": low, "high": high, "doc": doc, "source": source})


class Parametric:
    """Base of everything configurable: types and declared ranges are checked when the object is built."""

    def __post_init__(self) -> None:
        for field in dc.fields(self):  # type: ignore[arg-type]  # Parametric itself declares no fields
            if "unit" in field.metadata:
                check(f"{type(self).__name__}.{field.name}", getattr(self, field.name), field)


def check(name: str, value: Any, field: dc.Field[Any]) -> None:
    """Refuse a value of the wrong type or outside its declared range.

    Raises:
        ParameterError: names the field, the value, the allowed range and the mend.
    """
    about = field.metadata
    kind = field.type if isinstance(field.type, str) else getattr(field.type, "__name__", "")
    whole = kind == "int"
    if kind == "bool":
        if not isinstance(value, bool):
            raise ParameterError(f"{name} = {value!r} is not true or false: {about['doc']}.")
        return
    if kind not in ("int", "float"):
        return
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise ParameterError(f"{name} = {value!r} is not a {'whole ' * whole}number ({about['unit']}): {about['doc']}.")
    if not about["low"] <= value <= about["high"]:
        raise ParameterError(
            f"{name} = {value!r} is outside {about['low']:g} to {about['high']:g} ({about['unit']}): {about['doc']}. "
            f"Choose a value in that range."
        )
