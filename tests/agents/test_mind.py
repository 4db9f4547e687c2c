"""Seven parts in their order, swapped one by one; unease at being known too well; a theory with a column of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from agents import customers as c
from agents.mind import QUESTIONS, Mind, NoMind
from agents.theories.commitment import NoCommitment
from agents.theories.emotion import NoEmotion
from agents.theories.expectation import Adaptive, Fixed
from agents.theories.loyalty import SatisfactionLoyalty
from agents.theories.satisfaction import AsymmetricDisconfirmation, PerformanceOnly
from agents.theories.trust import AsymmetricTrust, NoTrust
from agents.theories.value import NoValue
from sim.baseline import Standing
from sim.errors import ParameterError
from sim.exchange import Encounters
from sim.metrics import Metric
from sim.plan import Plan
from sim.scenario import USUAL, Conditions
from sim.table import Column, Rows
from sim.world import Mind as AnyMind
from tests.agents.alternatives import ANSWERS
from tests.agents.anybody import N, any_acts, any_talk, anybody, anything
from tests.agents.minds import acts, array, columns, heard, in_range, lived, people, unmoved
from tests.agents.receiving import contacts
from tests.sim import worlds

ANSWERED = list(zip(QUESTIONS, ANSWERS.values(), strict=True))
LEANINGS = NoMind().lean(people(), Plan())
COOL = {"emotion": NoEmotion(), "trust": NoTrust(), "value": NoValue(), "commitment": NoCommitment()}


class Spy:
    """Stands where a theory stands, and notes who is asked what with which arguments."""

    writes: ClassVar[tuple[Column[Any], ...]] = ()
    measures: ClassVar[tuple[Metric, ...]] = ()

    def __init__(self, name: str, log: list[tuple[str, tuple[Any, ...]]]) -> None:
        self.name, self.log = name, log

    def __getattr__(self, asked: str) -> Any:
        def answer(*given: Any) -> Any:
            self.log.append((f"{self.name}.{asked}", given))
            return LEANINGS if asked == "lean" else array(0.25, len(given[0]))

        return answer


def spied() -> tuple[Mind, list[tuple[str, tuple[Any, ...]]]]:
    log: list[tuple[str, tuple[Any, ...]]] = []
    return Mind(**{question: Spy(question, log) for question in QUESTIONS}), log


def test_seven_questions_are_asked_in_their_order_and_expectation_learns_last():
    mind, log = spied()
    rows, encounter = people(2), lived(2)
    mind.appraise(rows, encounter)
    asked = ["satisfaction.judge", "emotion.feel", "trust.update", "value.worth", "commitment.bind", "intention.weigh"]
    assert [name for name, _ in log] == [*asked, "expectation.learn"]
    assert all(given[0] is rows and given[1] is encounter for _, given in log)
    told = dict(log)
    np.testing.assert_array_equal(told["emotion.feel"][2], [0.25, 0.25])  # the judgement is handed on
    np.testing.assert_array_equal(told["trust.update"][2], [0.25, 0.25])
    assert told["trust.update"][3] is None  # nobody was known too well


def test_what_is_heard_done_and_past_is_passed_on():
    """Every theory may say what the past has built and what fades in a week; those that say nothing are not asked."""
    mind, log = spied()
    rows, talk, deeds = people(), heard(), acts()
    mind.begin(rows)
    assert log == [(f"{question}.begin", (rows,)) for question in QUESTIONS]
    log.clear()
    mind.hear(rows, talk)
    mind.acted(rows, deeds)
    mind.settle(rows)
    names = ["expectation.hear", "emotion.catch", "intention.hear", "commitment.acted", "intention.acted"]
    assert [name for name, _ in log] == [*names, *(f"{question}.fade" for question in QUESTIONS)]
    assert all(given[0] is rows for _, given in log)
    assert all(given[1] is talk for _, given in log[:3])
    assert all(given[1] is deeds for _, given in log[3:5])


def test_intentions_are_asked_with_plan_conditions_and_standing():
    mind, log = spied()
    rows, plan, dear = people(), Plan(), Conditions(price=2.0)
    anchored = mind.anchored(0.3, 0.2)
    anchored.wish(rows, plan, dear)
    anchored.lean(rows, plan)
    assert log == [
        ("intention.wish", (rows, plan, dear, Standing(0.3, 0.2))),
        ("intention.lean", (rows, plan, USUAL, Standing(0.3, 0.2))),
    ]


def test_the_gap_is_measured_against_the_old_expectation():
    """Surprised by 0.3, a customer judges tanh(2.5 x 0.3), not what is left after learning; the next time, nothing."""
    rows = people(expect_technical=0.5, expect_functional=0.5, competence=0.5)
    learner = Adaptive(gain=1.0, promise=0.0, brand=0.0)
    mind = Mind(learner, AsymmetricDisconfirmation(slope=2.5), trust=AsymmetricTrust(build=0.1))
    mind.appraise(rows, lived(technical=0.8, functional=0.8))
    assert rows[c.SATISFACTION_LAST][0] == pytest.approx(np.tanh(0.75), rel=1e-5)
    assert rows[c.COMPETENCE][0] == pytest.approx(0.5 + 0.1 * 0.5 * (0.8 - lived().promised), rel=1e-5)
    assert rows[c.EXPECT_TECHNICAL][0] == pytest.approx(0.8)
    mind.appraise(rows, lived(technical=0.8, functional=0.8))
    assert rows[c.SATISFACTION_LAST][0] == pytest.approx(0.0, abs=1e-6)


def test_loyalty_is_weighed_after_all_it_is_made_of():
    rows, mind, encounter = people(), Mind(), lived(technical=0.9, functional=0.9)
    mind.appraise(rows, encounter)
    weighed = rows[c.LOYALTY].copy()
    mind.intention.weigh(rows, encounter)
    np.testing.assert_array_equal(rows[c.LOYALTY], weighed)


@pytest.mark.parametrize(
    ("question", "kind"),
    [(question, kind) for question, kinds in ANSWERED for kind in kinds],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_any_part_can_be_swapped(question: str, kind: type[Any]):
    """Seed 7: the others stay, nothing is written but what the parts declare, and all of it stays in range."""
    mind, rng = replace(Mind(), **{question: kind()}), np.random.default_rng(7)
    assert [type(part) for part in mind.parts if type(part) not in map(type, Mind().parts)] in ([kind], [])
    rows = anybody(rng)
    before = columns(rows)
    mind.begin(rows)
    for _ in range(3):
        mind.appraise(rows, anything(rng))
        mind.acted(rows, any_acts(rng))
        mind.settle(rows)
        mind.hear(rows, any_talk(rng))
    declared = {column for part in (*mind.parts, mind.reception) for column in part.writes}
    assert all((rows[trait] == before[trait.name]).all() for trait in c.TRAITS)
    for column in c.STATE:
        if column in declared:
            assert in_range(rows, column), column.name
        else:
            np.testing.assert_array_equal(rows[column], before[column.name], err_msg=column.name)
    assert np.isfinite(mind.wish(rows, Plan())).all()
    assert isinstance(mind, AnyMind)


def test_only_what_some_theory_moves_is_reported():
    def reported(**parts: Any) -> list[str]:
        return [metric.name for metric in Mind(**parts).metrics]

    everything = reported()
    assert everything[0] == "satisfaction"
    assert {"trust", "perceived_value", "commitment", "valence", "expectation", "loyalty"} < set(everything)
    without = {
        "emotion": {"valence"},
        "trust": {"trust", "competence", "benevolence", "integrity"},
        "value": {"perceived_value"},
        "commitment": {"commitment"},
    }
    for question, names in without.items():
        assert set(everything) - set(reported(**{question: COOL[question]})) == names
    assert reported(expectation=Fixed(), intention=SatisfactionLoyalty(), **COOL) == ["satisfaction", "loyalty"]


def test_a_week_without_encounters_only_fades_feelings_and_what_was_put_in():
    rows = people(3, valence=0.5, arousal=0.5)
    before = columns(rows)
    Mind().settle(rows)
    changed = [name for name, values in columns(rows).items() if not np.array_equal(values, before[name])]
    assert sorted(changed) == ["arousal", "investment", "valence"]


def test_unease_begins_past_the_customers_comfort():
    """Intrusion 0.5 against comfort 0.6, 0.5, 0.2: only the last is uneasy, in judgement, feeling, trust and value."""
    told = lived(3, intrusion=0.5, fit=0.5)
    rows, without = (people(3, comfort=[0.6, 0.5, 0.2]) for _ in range(2))
    Mind().appraise(rows, told)
    Mind(creepiness=0.0).appraise(without, told)
    for column in (c.SATISFACTION, c.VALENCE, c.BENEVOLENCE, c.INTEGRITY, c.VALUE, c.LOYALTY):
        np.testing.assert_array_equal(rows[column][:2], without[column][:2])
        assert rows[column][2] < without[column][2], column.name


def test_unease_by_hand():
    """2 (0.5 - 0.4) = 0.2 off the manner, down to 0, for whoever judges it; trust is told the 0.2 as well."""
    mind, log = spied()
    uneasy = replace(mind, creepiness=2.0)
    uneasy.appraise(people(2, comfort=0.4), lived(2, functional=[0.7, 0.1], technical=0.6, intrusion=0.5))
    for name, given in log:
        np.testing.assert_allclose(given[1].functional, [0.5, 0.0], atol=1e-6, err_msg=name)
        np.testing.assert_array_equal(given[1].technical, np.float32(0.6))
    np.testing.assert_allclose(dict(log)["trust.update"][3], 0.2, rtol=1e-5)


def test_happier_customers_lean_towards_staying():
    mind = Mind().anchored(0.0, 0.5)
    happy, sad = (people(satisfaction=s, loyalty=s, satisfaction_last=s, valence=s) for s in (0.6, -0.6))
    one, two = mind.lean(happy, Plan()), mind.lean(sad, Plan())
    assert one.leave < two.leave
    assert one.recommend > two.recommend
    assert one.complain == 0 < two.complain
    assert one.score > two.score
    assert one.pay > two.pay
    assert mind.wish(happy, Plan()) > mind.wish(sad, Plan())


def test_an_anchored_mind_measures_from_where_the_population_stood():
    rows = people(2, loyalty=[0.3, 0.5])
    leave = Mind().anchored(0.3, 0.2).lean(rows, Plan()).leave
    assert leave[0] == pytest.approx(0.0, abs=1e-6)
    assert leave[1] == pytest.approx(-Mind().intention.hold, rel=1e-5)
    np.testing.assert_array_equal(Mind().loyalty(rows), rows[c.LOYALTY])


def test_no_mind_does_nothing():
    rows, nobody, rng = anybody(np.random.default_rng(1)), NoMind(), np.random.default_rng(2)
    before = columns(rows)
    nobody.begin(rows)
    nobody.appraise(rows, anything(rng))
    nobody.hear(rows, any_talk(rng))
    nobody.acted(rows, any_acts(rng))
    nobody.settle(rows)
    unmoved(rows, before)
    leanings = vars(nobody.lean(rows, Plan(progress=array(1, N)), Conditions(price=2.0)))
    given = {name: values for name, values in leanings.items() if values is not None}
    assert all(values.shape == (N,) and values.dtype == np.float32 for values in given.values())
    assert {name: set(values) for name, values in given.items() if values.any()} == {"score": {7.0}}
    assert nobody.wish(rows, Plan(), Conditions(price=2.0)) is None
    assert not nobody.loyalty(rows).any()
    assert nobody.columns == nobody.metrics == ()
    assert nobody.anchored(3.0, 2.0) is nobody
    assert isinstance(nobody, AnyMind)


SURPRISES = Column("surprises", np.float32, unit="encounters", low=0, high=1e6, doc="encounters unlike any expected")


@dataclass(frozen=True)
class Counting(Adaptive):
    """Learns as usual, and keeps a tally that no other theory knows."""

    writes: ClassVar[tuple[Column[Any], ...]] = (*Adaptive.writes, SURPRISES)
    measures: ClassVar[tuple[Metric, ...]] = (Metric("surprises", "encounters", 0, "Surprises", (SURPRISES,)),)

    def learn(self, people: Rows, lived: Encounters) -> None:
        people[SURPRISES] += (np.abs(lived.technical - people[c.EXPECT_TECHNICAL]) > 0.05).astype(np.float32)
        super().learn(people, lived)


def test_a_theory_may_bring_a_column_and_a_measure_of_its_own():
    """Seed 1, 200 customers, 8 weeks; a fork carries the column on, and nothing else of the lives is changed by it."""
    mind = Mind(Counting())
    assert SURPRISES not in c.STATE
    assert mind.columns == (*c.STATE, SURPRISES)
    assert mind.metrics == (*Mind().metrics, *Counting.measures)
    run, usual = (worlds.model(200, mind=one, warm_up=0) for one in (mind, Mind()))
    for one in (run, usual):
        one.run_for(8)
    tally, books = run.customers.get("surprises"), run.datacollector.get_model_vars_dataframe()
    assert 0 < tally.sum() <= books["encounters"].sum()
    active = run.customers.get("active")
    assert books["surprises"].iloc[-1] == pytest.approx(tally[active].mean(), rel=1e-5)
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
    with pytest.raises(ParameterError, match=r"PerformanceOnly\.neutral"):
        Mind(satisfaction=PerformanceOnly(neutral=1.5))


def test_contacts_and_answers_stir_only_minds_that_feel():
    """Nothing ends a feeling where no theory of emotion is, so none begins: cool minds keep a valence of 0."""
    told = contacts(2, care=[1, -1])
    deeds = replace(acts(2, complained=[True, True]), answered=array([1.0, 0.0], 2))
    for mind, stirs in ((Mind(), True), (Mind(emotion=NoEmotion()), False)):
        rows = people(2)
        mind.reached(rows, told)
        assert (rows[c.VALENCE] != 0).all() == stirs
        assert (rows[c.BENEVOLENCE] != people(2)[c.BENEVOLENCE]).all()
        rows[c.VALENCE] = array(0, 2)
        mind.acted(rows, deeds)
        assert (rows[c.VALENCE] != 0).all() == (rows[c.VALENCE] != 0).any() == stirs
        assert (rows[c.SATISFACTION] != 0).all()
