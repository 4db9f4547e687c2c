"""A theory that writes what it did not declare, or what is no number, is stopped before anything runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from agents import customers as c
from agents.mind import Mind, NoMind
from agents.theories.commitment import CommitmentTrust
from agents.theories.emotion import ValenceArousal
from agents.theories.expectation import Adaptive
from agents.theories.loyalty import Integrated
from agents.theories.satisfaction import Disconfirmation
from agents.theories.trust import AsymmetricTrust
from agents.theories.value import QualityForPrice
from experiments.build import build, compose, options
from experiments.calibrated import calibrate
from experiments.examination import examine
from experiments.pilot import solve_baseline
from experiments.study import Study
from sim.errors import TheoryError
from sim.people import RATE
from strategies import Nothing


@dataclass(frozen=True)
class Meddles(Adaptive):
    def learn(self, people: Any, lived: Any) -> None:
        super().learn(people, lived)
        people[c.LOYALTY] += np.float32(0.1)


@dataclass(frozen=True)
class ChangesTraits(ValenceArousal):
    def fade(self, people: Any) -> None:
        people[c.NEGATIVITY] = people[c.NEGATIVITY] * np.float32(0.9)


@dataclass(frozen=True)
class ChangesTheMarket(CommitmentTrust):
    def acted(self, people: Any, acts: Any) -> None:
        people[RATE] = people[RATE] * np.float32(2)


@dataclass(frozen=True)
class WritesNaN(AsymmetricTrust):
    def update(self, people: Any, lived: Any, felt: Any, unease: Any) -> None:
        people[c.COMPETENCE] = np.log(lived.failure - 1)  # no number where nothing failed


@dataclass(frozen=True)
class ReturnsNaN(Disconfirmation):
    def judge(self, people: Any, lived: Any) -> Any:
        return super().judge(people, lived) / np.float32(0) * 0


@dataclass(frozen=True)
class LeansNaN(Integrated):
    def lean(self, people: Any, plan: Any, conditions: Any, standing: Any) -> Any:
        leanings = super().lean(people, plan, conditions, standing)
        return replace(leanings, complain=leanings.complain * np.float32(np.inf))


@dataclass(frozen=True)
class Widens(QualityForPrice):
    def worth(self, people: Any, lived: Any) -> None:
        people[c.VALUE] = np.zeros(len(people))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"expectation": Meddles()}, ("Meddles wrote 'loyalty' in week 0 without declaring it", "Meddles.writes")),
        ({"emotion": ChangesTraits()}, ("ChangesTraits wrote 'negativity' (a trait: nobody may) in week 0",)),
        ({"commitment": ChangesTheMarket()}, ("ChangesTheMarket wrote 'rate' in week 0",)),
        ({"trust": WritesNaN()}, ("WritesNaN wrote NaN or infinity to 'competence' in week 0", "mend WritesNaN")),
        ({"satisfaction": ReturnsNaN()}, ("ReturnsNaN.judge() is NaN or infinite in week 0",)),
        ({"intention": LeansNaN()}, ("LeansNaN.lean() 'complain' is NaN or infinite in week 0",)),
        ({"value": Widens()}, ("Widens.worth() failed in week 0", "'value' holds float32, got float64")),
    ],
    ids=lambda value: type(next(iter(value.values()))).__name__ if isinstance(value, dict) else "",
)
def test_the_message_names_theory_column_and_week(part: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(TheoryError) as refused:
        examine(Mind(**part))
    for word in words:
        assert word in str(refused.value)


def test_it_stops_a_study_before_its_pilot() -> None:
    study = Study(arms={"nothing": Nothing()}, mind=Mind(expectation=Meddles()), weeks=2)
    with pytest.raises(TheoryError, match="Meddles wrote 'loyalty'"):
        solve_baseline(study, calibrate(study), size=100)


@pytest.mark.parametrize("name", sorted(options("mind")))
def test_all_own_minds_pass(name: str) -> None:
    examine(build(compose([f"mind={name}"])).mind)


def test_what_comes_only_later_is_found_in_its_week() -> None:
    @dataclass(frozen=True)
    class Late(Adaptive):
        def learn(self, people: Any, lived: Any) -> None:
            if lived.rival > 0.65:
                people[c.HABIT] = np.zeros(len(people), np.float32)
            super().learn(people, lived)

    with pytest.raises(TheoryError, match="Late wrote 'habit' in week 2"):
        examine(Mind(expectation=Late()))


def test_a_theory_that_knows_one_price_only_is_found_out() -> None:
    """A play may give each customer a price of their own."""

    @dataclass(frozen=True)
    class OnePrice(Adaptive):
        def learn(self, people: Any, lived: Any) -> None:
            if lived.price > 1:
                super().learn(people, lived)

    with pytest.raises(TheoryError, match=r"OnePrice.learn\(\) failed in week 0"):
        examine(Mind(expectation=OnePrice()))


def test_no_mind_has_nothing_to_examine() -> None:
    examine(NoMind())
