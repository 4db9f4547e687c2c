"""Every declared parameter of a study by its address: "arms.over_delivery.lift", "mind.trust.build", "market.fee"."""

from __future__ import annotations

import dataclasses as dc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.configuration.similar import nearest
from experiments.study import Study
from sim.errors import ParameterError

_NOT_VARIED = ("seed", "replications", "precision")  # how often and with which luck: not what is studied


@dataclass(frozen=True)
class Declared:
    """A parameter where it stands in a study.

    Attributes:
        address: dotted, as the configuration writes it.
        value: what the study has there.
        low: smallest allowed value.
        high: largest allowed value.
        kind: "float", "int" or "bool".
        unit: of the value.
        doc: what it means.
        source: where the value comes from.
    """

    address: str
    value: float
    low: float
    high: float
    kind: str
    unit: str
    doc: str
    source: str


def declared(study: Study) -> dict[str, Declared]:
    """All declared numbers and switches of a study, of its arms, mind, market and events, by address."""
    return {one.address: one for one in _declared(study, "") if one.address not in _NOT_VARIED}


def value_at(study: Study, address: str) -> float:
    """The value of one parameter.

    Raises:
        ParameterError: the study has no such parameter.
    """
    return found(declared(study), address).value


def found(known: Mapping[str, Declared], address: str) -> Declared:
    """One of the declared parameters.

    Raises:
        ParameterError: there is none at this address; names the most similar one.
    """
    if address not in known:
        raise ParameterError(
            f"'{address}' is no parameter of this study.{nearest(address, known)} `cxlab run -c job` shows them all."
        )
    return known[address]


def with_values(study: Study, values: Mapping[str, float]) -> Study:
    """The study with other values at some addresses; whole numbers are rounded, switches are on from 0.5.

    Raises:
        ParameterError: an address or a value that the study does not allow.
    """
    known = declared(study)
    typed = {address: _typed(found(known, address), value) for address, value in values.items()}
    changed: Study = _changed(study, {tuple(address.split(".")): value for address, value in typed.items()})
    return changed


def _declared(part: Any, where: str) -> Iterator[Declared]:
    if isinstance(part, Mapping):
        for name, inside in part.items():
            yield from _declared(inside, f"{where}{name}.")
    elif dc.is_dataclass(part):
        for field in dc.fields(part):
            value = getattr(part, field.name)
            if isinstance(value, bool | int | float) and "unit" in field.metadata and field.init:
                yield _parameter(field, value, where)
            else:
                yield from _declared(value, f"{where}{field.name}.")


def _parameter(field: dc.Field[Any], value: float, where: str) -> Declared:
    about, kind = field.metadata, type(value).__name__
    kind = "float" if field.type in ("float", float) else kind
    low, high = (0.0, 1.0) if kind == "bool" else (about["low"], about["high"])
    return Declared(
        where + field.name, float(value), float(low), float(high), kind, about["unit"], about["doc"], about["source"]
    )


def _typed(about: Declared, value: float) -> Any:
    if not about.low <= value <= about.high:
        raise ParameterError(
            f"{about.address} = {value:g} is outside {about.low:g} to {about.high:g} ({about.unit}): {about.doc}. "
            f"Choose a value in that range."
        )
    return {"float": float(value), "int": round(value), "bool": value >= 0.5}[about.kind]


def _changed(part: Any, values: Mapping[tuple[str, ...], Any]) -> Any:
    """A dataclass or mapping with values replaced below it."""
    here = {path[0]: value for path, value in values.items() if len(path) == 1}
    for name in dict.fromkeys(path[0] for path in values if len(path) > 1):
        inside = part[name] if isinstance(part, Mapping) else getattr(part, name)
        here[name] = _changed(inside, {path[1:]: value for path, value in values.items() if path[0] == name})
    if isinstance(part, Mapping):
        return {name: here.get(name, inside) for name, inside in part.items()}
    return dc.replace(part, **here)
