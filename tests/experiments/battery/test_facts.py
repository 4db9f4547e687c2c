"""Every fact can pass and can fail: planted numbers for its claims, crafted minds for what it measures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np
import pytest

from agents import customers as c
from agents.mind import Mind, NoMind
from agents.theories.commitment import CommitmentTrust, InvestmentModel
from agents.theories.expectation import Adaptive, Bayesian
from agents.theories.loyalty import SatisfactionLoyalty
from agents.theories.satisfaction import AsymmetricDisconfirmation, Disconfirmation
from agents.theories.trust import AsymmetricTrust
from experiments.battery.fact import Claim, Fact, Kind
from experiments.battery.facts import FACTS
from experiments.battery.judgement import judged
from experiments.battery.questionnaire import Questionnaire
from sim.baseline import Standing
from sim.chance import F32
from sim.exchange import Encounters, Leanings
from sim.plan import Plan
from sim.scenario import Conditions
from sim.table import Rows
from tests.experiments.battery.minds import SHARP, judgements, laboratory, measured, named

ALL = [*FACTS.values()]
IN_ROOMS = [fact for fact in ALL if not fact.field]
CLAIMS = [(fact, claim) for fact in ALL for claim in fact.claims]
NOISE = np.linspace(-1, 1, 20) * 1e-4
MINDS = (
    "none",
    "expectation_disconfirmation",
    "bayesian_learning",
    "commitment_trust",
    "investment_model",
    "integrated",
)


def within(claim: Claim) -> float:
    """A value that the claim allows."""
    if claim.low == -inf:
        return claim.high - 0.05
    return claim.low + 0.05 if claim.high == inf else (claim.low + claim.high) / 2


def beyond(claim: Claim) -> float:
    """A value that it does not allow."""
    return claim.high + 0.05 if claim.low == -inf else claim.low - 0.05


def planted(claim: Claim, value: float) -> dict[str, np.ndarray]:
    return {claim.measure: value + NOISE, **({claim.over: 1 + 0 * NOISE} if claim.over else {})}


@pytest.mark.parametrize(("fact", "claim"), CLAIMS, ids=lambda one: getattr(one, "id", getattr(one, "measure", "")))
def test_every_claim_can_hold_and_can_fail(fact: Fact, claim: Claim) -> None:
    assert judged(claim, planted(claim, within(claim))).holds
    assert not judged(claim, planted(claim, beyond(claim))).holds


@pytest.mark.parametrize("fact", IN_ROOMS, ids=lambda fact: fact.id)
@pytest.mark.parametrize("mind", MINDS)
def test_every_fact_measures_every_mind(fact: Fact, mind: str) -> None:
    found = fact.measured(laboratory(mind))
    assert set(found) == set(fact.numbers)
    assert np.isfinite([*found.values()]).all()
    assert found == fact.measured(laboratory(mind)), "the same seed measures the same"


@pytest.mark.parametrize("fact", IN_ROOMS, ids=lambda fact: fact.id)
def test_without_a_mind_no_fact_holds(fact: Fact) -> None:
    assert not all(one.holds for one in judgements(fact, "none", 20).values())


@pytest.mark.parametrize("fact", ALL, ids=lambda fact: fact.id)
def test_every_fact_is_told_whole(fact: Fact) -> None:
    assert fact.source
    assert fact.situation.endswith(".")
    assert fact.why.endswith(".")
    assert all(claim.published[-2] in "RVM" or "one firm" in claim.published for claim in fact.claims)
    assert set(fact.why_by_mind) <= set(MINDS)


def test_kinds_and_who_is_scored() -> None:
    kinds = {fact.id: (fact.kind(named("integrated")), fact.kind(named("bayesian_learning"))) for fact in ALL}
    assert kinds["F14"] == (Kind.BUILT_IN, Kind.BUILT_IN)
    assert FACTS["F14"].kind(named("expectation_disconfirmation")) == Kind.EMERGENT
    assert kinds["F16"] == (Kind.EMERGENT, Kind.BUILT_IN)
    assert kinds["F24"] == (Kind.EMERGENT, Kind.BUILT_IN)  # one and the same column is asked twice
    assert FACTS["F17"].scored(named("integrated"))
    assert not FACTS["F17"].scored(named("investment_model"))
    assert not FACTS["F18"].scored(named("integrated"))
    assert FACTS["F19"].scored(named("kano")) == "this mind has no trust"
    assert all(fact.scored(NoMind()) for fact in ALL if not fact.mindless)


@dataclass(frozen=True)
class OnceOnly(AsymmetricDisconfirmation):
    """A second recovery is not credited at all, and the failure is felt in full."""

    def _recovered(self, people: Rows, recovery: F32, failure: F32, felt: F32) -> F32:
        credited = super()._recovered(people, recovery, failure, felt)
        return np.where(people[c.FAILURES] > 0.3, felt, credited).astype(np.float32)


@dataclass(frozen=True)
class NoCredit(AsymmetricDisconfirmation):
    """A recovery counts for nothing."""

    def _recovered(self, people: Rows, recovery: F32, failure: F32, felt: F32) -> F32:
        return felt


def with_parts(**parts: Any) -> Mind:
    return replace(Mind(), **parts)


def test_f12_a_paradox_once_needs_credit_once() -> None:
    once = judgements(FACTS["F12"], with_parts(satisfaction=OnceOnly()), 4)
    assert once["after one"].holds
    assert once["after two"].holds
    never = judgements(FACTS["F12"], with_parts(satisfaction=NoCredit()), 4)
    assert not never["after one"].holds
    assert not never["order"].holds


@dataclass(frozen=True)
class Moody(Disconfirmation):
    """Disconfirmation, and in large part whatever else is on a customer's mind."""

    def _felt(self, people: Rows, lived: Encounters, gap: F32) -> F32:
        mood = np.sin(1e4 * (people[c.COMFORT] + lived.technical)).astype(np.float32)
        return 0.5 * gap + np.float32(0.25) * mood


def test_f13_correlations_are_as_loose_as_the_judgement() -> None:
    """An exact judgement goes with disconfirmation too closely; one with much else in it does not."""
    form = Questionnaire(halo=0.2, reliability=0.78)
    exact, moody = (
        judgements(FACTS["F13"], with_parts(satisfaction=one), 4, form) for one in (Disconfirmation(), Moody())
    )
    assert not exact["disconfirmation"].holds
    assert moody["disconfirmation"].holds
    assert moody["performance"].holds


def test_f13_the_halo_alone_makes_the_correlations_it_should() -> None:
    """Four items: .35 / (.78 + .22 / 4) = .42, a little less on whole points."""
    found = measured(FACTS["F13"], "integrated", 4)
    assert found["halo: equity"].mean() == pytest.approx(0.41, abs=0.03)
    assert found["halo: complaining"].mean() == pytest.approx(-0.41, abs=0.03)


def test_f14_a_negativity_bias_shows_and_its_absence_does() -> None:
    centred = Questionnaire(halo=0, reliability=1, center=0.5, spread=0.15)  # nothing is cut off at the top
    biased, fair = (
        judgements(FACTS["F14"], with_parts(satisfaction=one, intention=SatisfactionLoyalty()), 6, centred)
        for one in (AsymmetricDisconfirmation(slope=1.0), Disconfirmation(slope=1.0))
    )
    assert biased["worse"].holds
    assert not fair["worse"].holds
    assert fair["worse"].mean == pytest.approx(1, abs=0.12)


def test_f14_a_crowded_scale_makes_an_asymmetry_of_its_own() -> None:
    """What a straight link shows is printed beside what is measured: with a top that is reached it is above 1."""
    crowded, centred = (
        measured(FACTS["F14"], "integrated", 6, form)["straight"].mean()
        for form in (None, Questionnaire(center=0.5, spread=0.15))
    )
    assert crowded > 1.1
    assert centred == pytest.approx(1, abs=0.08)


def test_f15_behaviour_bends_where_repurchase_is_rare_and_loyalty_strong() -> None:
    """Below an even chance the logistic link is convex; without a link there is nothing to bend."""
    strong = with_parts(satisfaction=Disconfirmation(), intention=SatisfactionLoyalty(hold=1.5))
    assert judgements(FACTS["F15"], strong, 4, SHARP)["behaviour bend"].holds
    none = with_parts(satisfaction=Disconfirmation(), intention=SatisfactionLoyalty(hold=0.0, mood=0.0))
    assert not judgements(FACTS["F15"], none, 4, SHARP)["behaviour bend"].holds


def test_f16_the_weight_falls_for_those_who_learn_from_evidence() -> None:
    assert judgements(FACTS["F16"], with_parts(expectation=Bayesian()), 4)["experienced"].holds
    assert not judgements(FACTS["F16"], with_parts(expectation=Adaptive()), 4)["experienced"].holds


def test_f16_a_lasting_satisfaction_that_holds_lengthens_duration() -> None:
    """Memory that hardly moves makes lasting differences; hold makes them count."""
    slow = replace(named("asymmetric_disconfirmation"), intention=SatisfactionLoyalty(hold=3.0))
    assert judgements(FACTS["F16"], slow, 6)["hazard ratio"].holds
    idle = replace(named("asymmetric_disconfirmation"), intention=SatisfactionLoyalty(hold=0.0))
    assert not judgements(FACTS["F16"], idle, 6)["hazard ratio"].holds


def test_f17_commitment_follows_what_it_is_made_of() -> None:
    whole = named("investment_model")
    only = replace(whole, commitment=InvestmentModel(satisfaction=5.0, investment=0.0, alternatives=0.5))
    found, other = (judgements(FACTS["F17"], mind, 4) for mind in (only, whole))
    assert found["satisfaction"].mean > other["satisfaction"].mean + 0.2
    assert found["investment"].holds, "halo alone"
    assert not other["investment"].holds


def test_f18_trust_reaches_commitment_where_nothing_else_does() -> None:
    alone = CommitmentTrust(trust=1.0, shared=0.05, benefits=0.1, costs=0.1)
    deaf = CommitmentTrust(trust=0.0, shared=0.0, benefits=0.0, costs=1.0)
    path = [judgements(FACTS["F18"], with_parts(commitment=one), 4)["trust"] for one in (alone, deaf)]
    assert path[0].holds
    assert not path[1].holds


def test_f19_needs_news_that_weighs_unequally() -> None:
    uneven, even = (
        judgements(FACTS["F19"], with_parts(trust=one), 12)
        for one in (AsymmetricTrust(), AsymmetricTrust(build=0.1, lose=0.1, solved=0.1, unsolved=0.1))
    )
    assert uneven["care worse"].holds
    assert uneven["solving better"].holds
    assert not even["care worse"].holds
    assert not even["solving better"].holds


@dataclass(frozen=True)
class NeverLocked(SatisfactionLoyalty):
    """Free to leave, whatever the market."""

    def lean(self, people: Rows, plan: Plan, conditions: Conditions, standing: Standing) -> Leanings:
        return super().lean(people, plan, replace(conditions, competition=1.0), standing)


def test_f23_odds_rise_with_hold_and_only_in_competition() -> None:
    sharp = judgements(FACTS["F23"], with_parts(intention=SatisfactionLoyalty(hold=3.0)), 4, SHARP)
    assert sharp["competition"].holds
    assert sharp["lock-in"].holds
    free = judgements(FACTS["F23"], with_parts(intention=NeverLocked(hold=3.0)), 4, SHARP)
    assert not free["lock-in"].holds


def test_f24_equivalence_is_empty_when_nothing_tells_retention() -> None:
    idle = judgements(FACTS["F24"], with_parts(intention=SatisfactionLoyalty(hold=0.0, mood=0.0)), 6)
    assert not idle["mean satisfaction"].holds
    held = judgements(FACTS["F24"], with_parts(intention=SatisfactionLoyalty(hold=2.0)), 6)
    assert held["mean satisfaction"].holds
    assert held["lead"].holds


def test_f25_steep_ends_come_from_elation() -> None:
    centred = Questionnaire(halo=0, reliability=1, center=0.5, spread=0.15)
    steep, straight = (
        judgements(
            FACTS["F25"],
            with_parts(satisfaction=Disconfirmation(), intention=SatisfactionLoyalty(elation=one)),
            6,
            centred,
        )
        for one in (2.0, 0.0)
    )
    assert steep["cube, five visits"].holds
    assert steep["lead"].holds
    assert not straight["cube, five visits"].holds
