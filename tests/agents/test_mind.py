"""The order of the theories in a week, unease at being known too well, and minds that survive anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from agents import customers as c
from agents.mind import Mind, NoMind
from agents.segments import Segments
from agents.theories.emotion import PositiveNegative, region
from agents.theories.expectation import Adaptive, Bayesian, Fixed
from agents.theories.intention import RelativeAttitude, SatisfactionLoyalty
from agents.theories.satisfaction import AsymmetricDisconfirmation, Disconfirmation, PerformanceOnly
from agents.theories.trust import AsymmetricTrust, BetaEvidence
from sim.behaviour import Contractual
from sim.errors import ParameterError
from sim.exchange import Encounters, Plan
from sim.service import Service
from sim.table import Column, Rows
from tests.agents.minds import array, columns, in_range, lived, people
from tests.sim import worlds

MINDS = {
    "default": Mind(),
    "bayesian": Mind(Bayesian(), Disconfirmation(), PositiveNegative(), BetaEvidence(), RelativeAttitude()),
    "fixed": Mind(Fixed(), PerformanceOnly(), intention=SatisfactionLoyalty()),
}


def test_expectation_learns_last():
    """Surprised by 0.3, a customer judges the gap to the old expectation: tanh(2.5 x 0.3), not what is left after."""
    rows = people(expect_technical=0.5, expect_functional=0.5, competence=0.5)
    mind = Mind(Adaptive(gain=1.0), AsymmetricDisconfirmation(slope=2.5), trust=AsymmetricTrust(build=0.1))
    mind.appraise(rows, lived(technical=0.8, functional=0.8))
    assert rows[c.SATISFACTION_LAST][0] == pytest.approx(np.tanh(0.75), rel=1e-5)
    assert rows[c.COMPETENCE][0] == pytest.approx(0.5 + 0.1 * 0.5 * (0.8 - lived().promised), rel=1e-5)
    assert rows[c.EXPECT_TECHNICAL][0] == pytest.approx(0.8)
    mind.appraise(rows, lived(technical=0.8, functional=0.8))
    assert rows[c.SATISFACTION_LAST][0] == pytest.approx(0.0, abs=1e-6)


def test_loyalty_is_weighed_after_satisfaction_and_trust():
    rows = people()
    mind = Mind()
    mind.appraise(rows, lived(technical=0.9, functional=0.9))
    weighed = rows[c.LOYALTY].copy()
    mind.intention.weigh(rows)
    np.testing.assert_array_equal(rows[c.LOYALTY], weighed)


def test_a_week_without_encounters_only_fades_feelings():
    rows = people(3, valence=0.5, arousal=0.5)
    before = columns(rows)
    Mind().settle(rows)
    changed = [name for name, values in columns(rows).items() if not np.array_equal(values, before[name])]
    assert sorted(changed) == ["arousal", "valence"]


def test_unease_begins_past_the_customers_comfort():
    """Intrusion 0.5 against comfort 0.6, 0.5, 0.2: only the last is uneasy, in judgement, feeling and trust."""
    told = lived(3, intrusion=0.5, fit=0.5)
    rows, without = (people(3, comfort=[0.6, 0.5, 0.2]) for _ in range(2))
    Mind().appraise(rows, told)
    Mind(creepiness=0.0).appraise(without, told)
    for column in (c.SATISFACTION, c.VALENCE, c.INTEGRITY):
        np.testing.assert_array_equal(rows[column][:2], without[column][:2])
        assert rows[column][2] < without[column][2]


@pytest.mark.parametrize("name", MINDS)
def test_a_mind_writes_its_columns_only(name: str):
    rows = people(4)
    before = columns(rows)
    MINDS[name].appraise(rows, lived(4, technical=[0, 0.3, 0.7, 1], failure=[1, 0, 0, 0]))
    after = columns(rows)
    assert all((after[trait.name] == before[trait.name]).all() for trait in c.TRAITS)
    assert any((after[state.name] != before[state.name]).any() for state in c.STATE)


@pytest.mark.parametrize(
    "service",
    [
        Service(technical=0, functional=0, failure=1, severity=1, promise=1),
        Service(technical=1, functional=1, failure=0, promise=0),
        Service(technical=0.5, functional=0.5, spread=0.5, failure=0.5, severity=1),
    ],
)
@pytest.mark.parametrize("market", [worlds.LIVELY, Contractual(period=4)], ids=["purchases", "contract"])
@pytest.mark.parametrize("name", MINDS)
def test_nothing_breaks_in_200_extreme_weeks(name: str, market: object, service: Service):
    """200 customers who hardly ever leave, 200 weeks of the worst, the best or the least steady service."""
    drawn = worlds.newcomers(200, behaviour=market, start=0.5, rate=2.0, dropout=1e-5)
    run = worlds.model(people=drawn, mind=MINDS[name], behaviour=market, service=service)
    run.run_for(200)
    rows = run.table.block(0, 200)
    assert all(in_range(rows, column) for column in c.STATE)
    for column in ("rate", "strain", "patience"):
        assert np.isfinite(run.customers.get(column)).all()
    assert np.isfinite(np.array(run.recorder.weeks)).all()
    assert run.table[worlds.KEY].tolist() == list(range(200))


def test_extreme_customers_survive_extreme_encounters():
    """Every trait and state at either end of its range, 200 encounters at the ends of theirs."""
    for end in ("low", "high"):
        values = {column.name: getattr(column, end) for column in (*c.TRAITS, *c.STATE)} | {"experience": 1.0}
        for mind in MINDS.values():
            rows = people(2, **values)
            for at in range(200):
                mind.appraise(
                    rows, lived(2, technical=at % 2, functional=at % 2, failure=1, fit=-1, intrusion=1, reward=9)
                )
                mind.settle(rows)
            assert all(in_range(rows, column) for column in c.STATE)


def test_feelings_of_a_lively_crowd_have_all_four_names():
    """Seed 1, 2,000 customers, 12 weeks."""
    run = worlds.model(2_000, service=Service(failure=0.2))
    run.run_for(12)
    names = region(run.customers.get("valence"), run.customers.get("arousal"))
    assert set(names) == {"delight", "contentment", "disappointment", "anger"}


def test_happier_customers_lean_towards_staying():
    mind = Mind().anchored(0.0, 0.5)
    happy, sad = (people(satisfaction=s, loyalty=s, satisfaction_last=s, valence=s) for s in (0.6, -0.6))
    one, two = mind.lean(happy, Plan()), mind.lean(sad, Plan())
    assert one.leave < two.leave
    assert one.recommend > two.recommend
    assert one.complain == 0 < two.complain
    assert one.score > two.score
    assert mind.wish(happy, Plan()) > mind.wish(sad, Plan())


def test_an_anchored_mind_measures_from_where_the_population_stood():
    rows = people(2, loyalty=[0.3, 0.5])
    leave = Mind().anchored(0.3, 0.2).lean(rows, Plan()).leave
    assert leave[0] == pytest.approx(0.0, abs=1e-6)
    assert leave[1] == pytest.approx(-Mind().intention.hold, rel=1e-5)
    np.testing.assert_array_equal(Mind().loyalty(rows), rows[c.LOYALTY])


def test_no_mind_shifts_nothing():
    rows, nobody = people(3), NoMind()
    before = columns(rows)
    nobody.appraise(rows, lived(3))
    nobody.settle(rows)
    np.testing.assert_array_equal(list(columns(rows).values()), list(before.values()))
    leanings = nobody.lean(rows, Plan(progress=array(1, 3)))
    assert not np.concatenate([leanings.leave, leanings.complain, leanings.recommend]).any()
    assert nobody.wish(rows, Plan()) is None
    assert nobody.columns == nobody.metrics == ()
    assert nobody.anchored(3.0, 2.0) is nobody


SURPRISES = Column("surprises", np.float32, unit="encounters", low=0, high=1e6, doc="encounters unlike any expected")


@dataclass(frozen=True)
class Counting(Adaptive):
    """Learns as usual, and keeps a tally that no other theory knows."""

    writes: ClassVar[tuple[Column[Any], ...]] = (*Adaptive.writes, SURPRISES)

    def learn(self, people: Rows, lived: Encounters) -> None:
        people[SURPRISES] += (np.abs(lived.technical - people[c.EXPECT_TECHNICAL]) > 0.05).astype(np.float32)
        super().learn(people, lived)


def test_a_theory_may_bring_a_column_of_its_own():
    """Seed 1, 200 customers, 8 weeks; a fork carries the column on, and nothing else of the lives is changed by it."""
    assert SURPRISES not in c.STATE
    assert Mind(Counting()).columns == (*c.STATE, SURPRISES)
    run, usual = (worlds.model(200, mind=mind, warm_up=0) for mind in (Mind(Counting()), Mind()))
    for one in (run, usual):
        one.run_for(8)
    tally = run.customers.get("surprises")
    assert 0 < tally.sum() <= run.datacollector.get_model_vars_dataframe()["encounters"].sum()
    lives = worlds.columns_of(run)
    worlds.assert_equal(worlds.columns_of(usual), {name: lives[name] for name in lives if name != "surprises"})
    fork = run.fork(run.strategy)
    fork.run_for(4)
    assert (fork.customers.get("surprises")[:200] >= tally).all()
    np.testing.assert_array_equal(run.customers.get("surprises"), tally)


def test_a_mind_out_of_range_is_refused():
    with pytest.raises(ParameterError, match=r"Mind\.creepiness"):
        Mind(creepiness=-1)
    with pytest.raises(ParameterError, match=r"Adaptive\.gain"):
        Mind(expectation=Adaptive(gain=2.0))


def test_the_warm_up_leaves_a_population_that_stands_still():
    """Seed 1, 5,000 customers: expectation near what is delivered; satisfaction moves little in 20 more weeks."""
    run = worlds.model(people=worlds.met(5_000, dropout=1e-6), warm_up=12, cast=Segments())
    assert run.customers.agg("expect_technical", np.mean) == pytest.approx(0.69, abs=0.02)
    before = run.customers.agg("satisfaction", np.mean)
    run.run_for(20)
    assert abs(run.customers.agg("satisfaction", np.mean) - before) < 0.02
