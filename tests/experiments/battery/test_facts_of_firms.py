"""Facts of markets, firms, staff, referrals, complaints and scores: each measures what it says, and can fail."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from agents.mind import Mind
from agents.reception import Reception
from agents.staff import Team
from experiments.battery.fact import Kind
from experiments.battery.facts import FACTS, employees, firms, referrals, scoring
from experiments.battery.facts.complaints import BADLY, WELL, Answering
from experiments.battery.field import MONTHLY, invited, opened
from experiments.battery.laboratory import Laboratory
from experiments.battery.sample import Sample
from sim.chance import Chance
from sim.people import LEFT, ORGANIC, REFERRED, START
from sim.records import GONE, SOURCE
from tests.experiments.battery.minds import judgements, laboratory, named
from tests.strategies.views import view

THESE = [FACTS[name] for name in ("F5", "F6", "F10", "F11", "F20", "F26", "F27", "F28")]
MARKS = {"F5": Kind.BUILT_IN, "F6": Kind.BUILT_IN, "F10": Kind.BUILT_IN, "F11": Kind.EMERGENT, "F20": Kind.BUILT_IN,
         "F26": Kind.BUILT_IN, "F27": Kind.EMERGENT, "F28": Kind.EMERGENT}  # fmt: skip


def small(mind: Mind | str = "integrated", seed: int = 1, customers: int = 300) -> Laboratory:
    return Laboratory(named(mind) if isinstance(mind, str) else mind, Sample(seed, customers))


@pytest.mark.parametrize("fact", THESE, ids=lambda fact: fact.id)
@pytest.mark.parametrize("mind", ["integrated", "none"])
def test_every_one_measures_and_the_same_seed_measures_the_same(fact: Any, mind: str) -> None:
    first, again = fact.measured(small(mind)), fact.measured(small(mind))
    assert set(first) == set(fact.numbers)
    assert np.isfinite([*first.values()]).all()
    assert first == again
    assert fact.measured(small(mind, seed=2)) != first or (mind == "none" and fact.id in ("F11", "F27"))


def test_all_of_them_need_the_engine_and_say_what_passing_shows() -> None:
    assert all(fact.field for fact in THESE)
    assert {fact.id: fact.kind(named("integrated")) for fact in THESE} == MARKS
    assert [fact.id for fact in THESE if fact.mindless] == ["F5"]


def test_without_a_mind_complaints_staff_and_satisfaction_do_nothing() -> None:
    """Four seeds of 600 customers: none of these facts holds by luck, halo and the standard model alone."""
    for name in ("F11", "F20", "F26", "F27"):
        assert not all(one.holds for one in judgements(FACTS[name], "none", 4).values()), name


def planted(source: int, exits: int, stayers: int) -> tuple[list[int], list[float]]:
    return [source] * (exits + stayers), [8.5] * exits + [float("nan")] * stayers


def test_the_hazards_of_referred_and_others_are_compared_at_the_same_age() -> None:
    """10 of 100 against 20 of 100, all at their second renewal."""
    pairs = [planted(REFERRED, 10, 90), planted(ORGANIC, 20, 80)]
    sources, left = (np.concatenate([pair[part] for pair in pairs]) for part in (0, 1))
    model: Any = SimpleNamespace(
        records=SimpleNamespace(crm={SOURCE: sources}), table={START: np.full(200, 0.5), LEFT: left}, week=52
    )
    assert referrals._ratio(model, 0, 52) == pytest.approx(0.5)
    assert referrals._ratio(model, 4, 52) == pytest.approx(0.5)
    assert np.isnan(referrals._ratio(model, 8, 52))  # nobody leaves later


@pytest.mark.parametrize(("match", "low", "high"), [(0.0, 0.88, 1.13), (1.0, 0.0, 0.60)])
def test_the_match_makes_referred_customers_stay(
    match: float, low: float, high: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four seeds of 1,200, no mind; a standard error is about 0.03 of the logarithm: bounds are four of them away."""
    usual = referrals.Arrivals
    monkeypatch.setattr(referrals, "Arrivals", lambda **values: usual(**values, match=match))
    ratios = [referrals._hazards(small("none", seed, 1_200))["all"] for seed in range(1, 5)]
    assert low < np.exp(np.mean(np.log(ratios))) < high


def test_every_second_customer_is_answered_well() -> None:
    redress = Answering(usual=0.4).plan(view(4), Chance(1).at(0).rows(np.arange(4, dtype=np.uint64))).redress
    assert redress is not None
    np.testing.assert_allclose(0.4 + redress, [WELL, BADLY, WELL, BADLY], rtol=1e-6)


def with_reception(**values: float) -> Mind:
    return replace(Mind(), reception=Reception(**values))


def test_answers_that_count_for_nothing_make_no_order_of_complaints() -> None:
    """Three seeds of 600: what an unrecovered complaint adds is 1.2 logits, and without redress nothing."""
    usual, deaf = (judgements(FACTS["F11"], mind, 3) for mind in (Mind(), with_reception(redress=0.0)))
    assert usual["in vain"].low > 0.5
    assert abs(deaf["in vain"].mean) < 0.2
    assert deaf["recovered"].mean > usual["recovered"].mean + 0.1


def test_silence_is_worse_than_complaining_in_vain_where_speaking_up_relieves_enough() -> None:
    relieved, usual = (judgements(FACTS["F27"], mind) for mind in (with_reception(heard_out=1.0), Mind()))
    assert relieved["in vain over silent"].holds
    assert not usual["in vain over silent"].holds
    deaf = FACTS["F27"].measured(laboratory(with_reception(redress=0.0)))
    assert deaf["quickly"] == deaf["resolved"] == deaf["in vain"]


def test_a_score_is_worth_what_it_finds() -> None:
    """Ten of a hundred leave: a score that knows them lifts tenfold, one that is turned round finds none."""
    gone = np.where(np.arange(100) < 10, np.float32(3), np.float32(np.nan))
    model: Any = SimpleNamespace(records=SimpleNamespace(crm={GONE: gone}))
    known, score = np.ones(100, np.bool_), -np.arange(100, dtype=np.float32)
    assert scoring._lift(model, known, score) == pytest.approx(10)
    assert scoring._lift(model, known, -score) == 0


def test_the_true_chance_finds_more_leavers_than_any_score() -> None:
    """Four seeds of 2,400 customers: a lift of 3 with a standard error of 0.2."""
    found = [FACTS["F28"].measured(small("integrated", seed, 600)) for seed in range(1, 5)]
    assert np.mean([one["chance"] for one in found]) > 2
    assert np.mean([one["chance"] - one["at once"] for one in found]) > 0.8


def test_margins_that_have_nothing_to_do_with_customers_hide_the_link() -> None:
    """Six seeds: 0.35 with margins alike, with a standard error of 0.04, and less with them unlike."""
    found = [firms._performance(small("integrated", seed, 1_200)) for seed in range(1, 7)]
    means = {name: np.mean([one[name] for one in found]) for name in found[0]}
    assert means["quality"] > 0.7
    assert means["margins 0%"] > means["margins 50%"] > means["margins 100%"] - 0.02
    assert means["margins 0%"] > 0.15


def chain(care: np.ndarray, weeks: int, team: Team | None = None) -> employees.Branches:
    here = small(customers=600)
    crew = employees.Chain(care.astype(np.float32), team or Team(heads=employees.HEADS))
    model = opened(here, MONTHLY, invited(here, MONTHLY), crew=crew)
    model.run_for(weeks)
    assert isinstance(model.crew, employees.Branches)
    return model.crew


def test_managers_who_care_have_staff_of_better_cheer() -> None:
    care = np.repeat([0.0, 1.0], 6)
    crew = chain(care, 20)
    morale = np.array([np.mean([member.morale for member in floor.members]) for floor in crew.floors])
    assert morale[care == 1].min() > morale[care == 0].max()


def test_each_branch_serves_its_own_customers_and_has_its_own_luck() -> None:
    crew = chain(np.zeros(6), 8)
    assert [len(floor.history) for floor in crew.floors] == [8] * 6
    talents = {round(member.talent, 6) for floor in crew.floors for member in floor.members}
    assert len(talents) == 6 * employees.HEADS
    traffic = [floor.traffic for floor in crew.floors]
    assert sum(traffic) == pytest.approx(600 * 0.22, rel=0.25)  # uses at 0.25 a week, some of them twice in one
