"""How easily a fact passes: prior draws move everything within its range, and no mind is a null of its own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from agents.mind import NoMind
from experiments.battery.fact import Claim, Fact, Kind, Status
from experiments.battery.facts import FACTS
from experiments.battery.gather import Piece, gathered
from experiments.battery.laboratory import Laboratory
from experiments.battery.questionnaire import Questionnaire
from experiments.battery.severity import drawn, held
from experiments.priors import FACTOR, priors_of
from sim.world import Mind
from tests.experiments.battery.minds import named, sample


def hold(laboratory: Laboratory) -> Mapping[str, float]:
    """What the intention holds with; without one, nothing."""
    return {"hold": float(getattr(getattr(laboratory.mind, "intention", None), "hold", 0.0))}


def fact(*claims: Claim, scored: str = "") -> Fact:
    return Fact("T1", "test", "A fact", "Nobody 1900", Status.SEEN, "Nothing is done.", claims, hold,
                lambda _: Kind.EMERGENT, lambda _: scored)  # fmt: skip


ANYTHING = Claim("hold", "whatever it is", "-", low=-1.0)
LARGE = Claim("hold", "its default or more", "-", low=0.349)
TWICE = Claim("hold", "above 0", "-", low=0.2, null=0.0)


def test_a_draw_moves_every_parameter_within_its_range_and_is_the_same_every_time() -> None:
    mind = named("integrated")
    first, again, other = drawn(mind, 0), drawn(mind, 0), drawn(mind, 1)
    assert first == again
    assert first != other
    ranges = {prior.name: prior for prior in priors_of(mind)}
    values = {prior.name: prior.default for prior in priors_of(first)}
    assert all(ranges[name].low <= value <= ranges[name].high for name, value in values.items())
    moved = [values[name] != prior.default for name, prior in ranges.items() if prior.low < prior.high]
    assert all(moved)
    assert 0.35 / FACTOR < values["intention.hold"] < 0.35 * FACTOR


def test_every_mind_can_be_drawn() -> None:
    """Parameters that exclude each other would fail here."""
    for name in ("kano", "habit", "customer_equity", "four_stage", "zone_of_tolerance", "bayesian_learning"):
        minds: list[Mind] = [drawn(named(name), number) for number in range(200)]
        assert len(set(map(repr, minds))) == 200


def shares(*claims: Claim, draws: int = 400) -> list[float]:
    found = held(named("integrated"), [fact(*claims)], range(draws), sample(), 12, Questionnaire())["T1"]
    return [float(np.mean([line[number] for line in found])) for number in range(len(claims))]


def test_what_anything_passes_has_a_share_of_one() -> None:
    assert shares(ANYTHING, draws=20) == [1.0]


def test_a_log_uniform_draw_exceeds_its_default_half_of_the_time() -> None:
    """400 draws: standard error 0.025."""
    (share,) = shares(LARGE)
    assert share == pytest.approx(0.5, abs=0.1)


def test_a_mind_without_parameters_and_one_that_is_not_scored_have_no_severity() -> None:
    args = (range(5), sample(), 12, Questionnaire())
    assert held(NoMind(), [fact(ANYTHING)], *args) == {}
    assert held(named("integrated"), [fact(ANYTHING, scored="not this one")], *args) == {}


def pieces(*claims: Claim, draws: bool = True) -> dict[int, Piece]:
    minds = {"none": NoMind(), "integrated": named("integrated")}
    asked = fact(*claims)
    made = {}
    for number in range(20):
        found = {(name, "T1"): asked.measured(Laboratory(mind, sample())) for name, mind in minds.items()}
        tried = {("integrated", "T1"): [(True,) * len(claims), (number % 2 == 0,) * len(claims)]} if draws else {}
        made[number] = Piece(found, tried)
    return made


@pytest.mark.parametrize(("claim", "alone"), [(ANYTHING, True), (TWICE, False)])
def test_what_holds_without_a_mind_is_said(claim: Claim, alone: bool) -> None:
    minds = {"none": NoMind(), "integrated": named("integrated")}
    frames = gathered(pieces(claim), [fact(claim)], minds)
    verdicts = frames["verdicts"].set_index("mind")
    assert verdicts.loc["integrated", "verdict"] == "pass"
    assert bool(verdicts.loc["integrated", "alone"]) is alone
    assert verdicts.loc["integrated", "severity"] == 0.75
    assert np.isnan(verdicts.loc["none", "severity"])
    assert bool(frames["claims"].iloc[1]["alone"]) is alone


def test_a_fact_passes_with_all_its_claims_and_only_where_it_is_scored() -> None:
    minds = {"none": NoMind(), "integrated": named("integrated")}
    both = gathered(pieces(ANYTHING, LARGE), [fact(ANYTHING, LARGE)], minds)["verdicts"].set_index("mind")
    assert both.loc["none", "verdict"] == "fail"
    assert both.loc["integrated", "verdict"] == "pass"
    nobody = gathered(pieces(ANYTHING), [fact(ANYTHING, scored="not this one")], minds)["verdicts"]
    assert set(nobody["verdict"]) == {"not applicable"}
    assert set(nobody["reason"]) == {"not this one"}


@pytest.mark.slow
def test_real_facts_are_neither_free_nor_impossible_where_they_say_so() -> None:
    """F24 is cheap and F23 out of reach: what the report says of them, in 30 draws of the integrated mind."""
    found = held(named("integrated"), [FACTS["F23"], FACTS["F24"]], range(30), sample(), 12, Questionnaire())
    assert np.mean([all(line) for line in found["F23"]]) < 0.1
    assert np.mean([all(line) for line in found["F24"]]) > 0.2
