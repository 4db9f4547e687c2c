"""A parameter is declared once, and an object with a bad one is never built."""

from __future__ import annotations

import dataclasses as dc
import math

import pytest

from sim.errors import CxlabError, ParameterError
from sim.parameters import Parametric, param


@dc.dataclass(frozen=True)
class Play(Parametric):
    """A plug-in with one parameter of each kind."""

    gain: float = param(0.5, unit="per unit gap", low=0, high=1, doc="how strong", source="Author 1999")
    weeks: int = param(3, unit="weeks", low=0, high=10, doc="how long")
    open: bool = param(True, unit="1", doc="whether it is open")
    name: str = "play"


def test_defaults_ends_and_whole_numbers_for_floats_are_fine():
    assert Play().gain == 0.5
    for values in ({"gain": 0}, {"gain": 1}, {"gain": 1.0}, {"weeks": 0}, {"weeks": 10}, {"open": False}):
        assert dc.asdict(Play(**values)) == dc.asdict(Play()) | values


@pytest.mark.parametrize("value", [-1e-9, 1.0000001, math.inf, -math.inf, math.nan, 2])
def test_out_of_range_names_the_field_the_value_the_range_and_the_mend(value: float):
    with pytest.raises(ParameterError) as caught:
        Play(gain=value)
    for part in ("Play.gain", repr(value), "0 to 1", "per unit gap", "how strong", "Choose"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("gain", "0.5", "is not a number"),
        ("gain", None, "is not a number"),
        ("gain", [0.5], "is not a number"),
        ("gain", True, "is not a number"),
        ("weeks", 3.0, "is not a whole number"),
        ("weeks", "3", "is not a whole number"),
        ("weeks", False, "is not a whole number"),
        ("weeks", 11, "outside 0 to 10"),
        ("open", 1, "is not true or false"),
        ("open", "yes", "is not true or false"),
    ],
)
def test_the_wrong_type_is_refused(name: str, value: object, says: str):
    with pytest.raises(ParameterError, match=says) as caught:
        Play(**{name: value})
    assert f"Play.{name}" in str(caught.value)


def test_a_parameter_error_is_a_value_error_a_user_can_mend():
    with pytest.raises(ValueError, match="gain"):
        Play(gain=3)
    assert issubclass(ParameterError, CxlabError)


def test_replace_checks_again():
    with pytest.raises(ParameterError):
        dc.replace(Play(), gain=7)


def test_what_a_parameter_is_can_be_read_off():
    about = {field.name: field.metadata for field in dc.fields(Play)}
    assert about["gain"] == {"unit": "per unit gap", "low": 0, "high": 1, "doc": "how strong", "source": "Author 1999"}
    assert about["weeks"]["source"] == ""
    assert "unit" not in about["name"]


def test_a_parameter_without_default_must_be_given():
    needy = dc.make_dataclass("Needy", [("gain", "float", param(unit="1", doc="x"))], bases=(Parametric,), frozen=True)
    with pytest.raises(TypeError, match="gain"):
        needy()


@pytest.mark.parametrize(("kind", "value"), [(float, 7.0), (float, "x"), (int, 2.5), (bool, "yes")])
def test_a_plug_in_without_postponed_annotations_is_checked(kind: type, value: object):
    """A file without `from __future__ import annotations` has `field.type is float`, not "float"."""
    fields = [("gain", kind, param(kind(0), unit="1", low=0, high=1, doc="x"))]
    plug_in = dc.make_dataclass("PlugIn", fields, bases=(Parametric,), frozen=True)
    with pytest.raises(ParameterError):
        plug_in(gain=value)
