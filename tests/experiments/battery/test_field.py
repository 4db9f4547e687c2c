"""The field: the laboratory's customers in the engine, measured from where they stand, asked as the laboratory asks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.customers import LOYALTY, STATE
from agents.mind import NoMind
from experiments.battery.facts import FACTS
from experiments.battery.field import MONTHLY, SHOP, Levels, arriving, invited, leaning, leaving, life, opened, rated
from experiments.battery.job import Validate, measure
from experiments.battery.laboratory import Laboratory
from experiments.battery.questionnaire import TEN
from experiments.battery.sample import Sample
from experiments.battery.statistics import correlation
from experiments.study import Study
from sim.behaviour import Contractual
from sim.people import ACTIVE, DROPOUT, KEY
from sim.records import PURCHASES
from sim.scenario import Conditions
from sim.service import Service
from strategies.nothing import Nothing, Placebo
from tests.experiments.battery.minds import SHARP, laboratory, named, sample

KEYS = np.arange(2_000, dtype=np.uint64)


def test_a_field_of_the_laboratory_s_own_customers_begins_where_its_rooms_begin() -> None:
    """To the bit: traits, and a mind after the same warm-up."""
    here = laboratory()
    model = opened(here, Contractual(), here.sample.newcomers)
    warmed = here.warmed()
    for column in (*here.sample.cast.columns, *STATE):
        np.testing.assert_array_equal(model.table[column], warmed[column], err_msg=column.name)


def test_loyalty_is_measured_from_where_the_field_stands() -> None:
    model = opened(laboratory(), SHOP, invited(laboratory(), SHOP))
    standing = model.mind.standing
    z = (model.table[LOYALTY] - standing.center) / standing.spread
    assert z.mean() == pytest.approx(0, abs=1e-3)
    assert z.std() == pytest.approx(1, abs=1e-3)


def test_the_firm_and_its_rivals_are_the_laboratory_s() -> None:
    usual = Conditions(rival=0.5, competition=0.3, brand=0.8)
    here = Laboratory(named("integrated"), Sample(1, 240, service=Service(technical=0.4), usual=usual))
    model = opened(here, MONTHLY, invited(here, MONTHLY))
    assert (model.conditions.rival, model.conditions.competition, model.conditions.brand) == (0.5, 0.3, 0.8)
    assert model.world.service.technical == 0.4


def test_arms_of_a_field_share_their_luck() -> None:
    model = opened(laboratory(), SHOP, invited(laboratory(), SHOP, 240))
    one, other = model.fork(Nothing()), model.fork(Placebo())
    for arm in (one, other):
        arm.run_for(6)
    np.testing.assert_array_equal(one.records.crm[PURCHASES], other.records.crm[PURCHASES])
    np.testing.assert_array_equal(one.table[LOYALTY], other.table[LOYALTY])
    assert (one.records.crm[PURCHASES] > model.records.crm[PURCHASES]).any()
    assert model.week == 0


def test_those_who_arrive_begin_within_the_weeks_and_not_before() -> None:
    people = arriving(laboratory(), MONTHLY, 10, 400)
    assert ((people.start >= 0) & (people.start < 10)).all()
    assert not people.active.any()
    assert np.array_equal(invited(laboratory(), MONTHLY, 400).dropout, people.dropout)
    model = opened(laboratory(), MONTHLY, people)
    model.run_for(10)
    assert (model.records.crm[PURCHASES] > 0).all()


def test_a_lean_of_nothing_is_the_chance_by_nature() -> None:
    here = laboratory("none")
    model = opened(here, MONTHLY, invited(here, MONTHLY))
    everybody = np.arange(len(model.table))
    lean = leaning(model, everybody)
    assert not lean.any()
    np.testing.assert_allclose(leaving(model, everybody, lean), model.table[DROPOUT], rtol=1e-5)
    assert (leaving(model, everybody, lean + 1) > model.table[DROPOUT]).all()


def test_levels_are_what_each_customer_is_served_at() -> None:
    here, n = laboratory(form=SHARP), 240
    lift = np.where(np.arange(n) % 2, np.float32(0.2), np.float32(-0.2))
    model = opened(here, SHOP, invited(here, SHOP, n), Levels(lift, lift))
    model.run_for(12)
    came = model.table[ACTIVE] & (model.records.crm[PURCHASES] > 2)
    assert model.table[LOYALTY][came & (lift > 0)].mean() > model.table[LOYALTY][came & (lift < 0)].mean() + 0.2


@pytest.mark.parametrize(("values", "least", "most"), [(True, 0.5, 0.75), (False, -0.1, 0.1)])
def test_what_is_rated_is_thought_or_noise(values: bool, least: float, most: float) -> None:
    """2,000 people, standard error 0.022: sqrt(0.78 - 0.35) = 0.66 of a single item is opinion, or none of it is."""
    here, thought = laboratory(), life(laboratory()).rows(KEYS).normal("thought")
    answers = rated(here, KEYS, thought if values else None, "a question", TEN)
    assert least < correlation(answers, thought.astype(np.float64)) < most
    assert answers.min() >= TEN.low
    assert answers.max() <= TEN.high


def test_answers_to_two_questions_share_the_halo() -> None:
    """2,000 people, standard error 0.02; the scale takes some of the 0.35."""
    here = laboratory()
    r = correlation(rated(here, KEYS, None, "one", TEN), rated(here, KEYS, None, "another", TEN))
    assert 0.25 < r < 0.43


def validation(**values: object) -> Validate:
    minds = {"integrated": named("integrated"), "kano": named("kano")}
    return Validate(**{"minds": minds, "customers": 240, "draws": 20, "field_draws": 40, **values})


def test_facts_of_the_field_are_drawn_for_the_studys_mind_only() -> None:
    job = validation(facts=("F5", "F12", "F27"))
    piece = measure(job, Study(arms={"nothing": Nothing()}), 0)
    drawn = {pair: len(lines) for pair, lines in piece.held.items()}
    assert drawn == {("integrated", "F12"): 1, ("kano", "F12"): 1, ("integrated", "F27"): 2, ("kano", "F27"): 0}


def test_a_fact_that_asks_no_mind_is_measured_once() -> None:
    piece = measure(validation(facts=("F5",), draws=0), Study(arms={"nothing": Nothing()}), 1)
    assert piece.measured["kano", "F5"] is piece.measured["none", "F5"] is piece.measured["integrated", "F5"]
    assert FACTS["F5"].scored(NoMind()) == ""
    assert "the same for all" in FACTS["F5"].scored(named("kano"))


def test_keys_are_those_of_the_laboratory() -> None:
    here = Laboratory(named("integrated"), sample())
    model = opened(here, MONTHLY, replace(invited(here, MONTHLY, 300)))
    np.testing.assert_array_equal(model.table[KEY], here.sample.table[KEY][:300])
