"""Do I belong: trust, care, satisfaction and what was put in bind; a better alternative loosens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from agents import customers as c
from agents.theories.commitment import CommitmentTrust, InvestmentModel
from sim.exchange import Encounters
from sim.people import RATE
from sim.table import Column
from tests.agents.alternatives import COMMITMENTS
from tests.agents.anybody import N, any_acts, any_theory, anybody, anything, laws, seeds, twins, unit
from tests.agents.minds import acts, array, at_least, close, columns, lived, people, unmoved

every = pytest.mark.parametrize("kind", COMMITMENTS, ids=lambda kind: kind.__name__)


def bound(theory: Any, seed: int, encounter: Encounters, **fixed: float) -> np.ndarray:
    """Affective commitment of the same customers after an encounter."""
    rows, _ = twins(seed, **fixed)
    theory.bind(rows, encounter)
    return rows[c.AFFECTIVE]


@pytest.mark.parametrize(
    "column",
    [c.COMPETENCE, c.BENEVOLENCE, c.INTEGRITY, c.SATISFACTION, c.PRONENESS, c.ENGAGEMENT, c.CALCULATIVE],
    ids=lambda column: column.name,
)
@given(seed=seeds)
@laws
def test_commitment_trust_rises_with_what_binds(column: Column, seed: int):
    """Trust, benefits, shared values and the cost of ending it."""
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(CommitmentTrust, rng), anything(rng)
    low, high = np.sort(column.low + (column.high - column.low) * rng.random(2))
    more, less = (bound(theory, seed, encounter, **{column.name: size}) for size in (high, low))
    at_least(more, less)


@given(seed=seeds)
@laws
def test_a_fitting_personal_touch_binds_and_a_wrong_one_loosens(seed: int):
    rng = np.random.default_rng(seed)
    theory, fit = any_theory(CommitmentTrust, rng), unit(rng, N)
    plain = anything(rng, fit=None)
    fits, misses = (replace(plain, fit=array(sign * fit, N)) for sign in (1, -1))
    at_least(bound(theory, seed, fits), bound(theory, seed, plain))
    at_least(bound(theory, seed, plain), bound(theory, seed, misses))


@pytest.mark.parametrize("column", [c.SATISFACTION, c.INVESTMENT], ids=lambda column: column.name)
@given(seed=seeds)
@laws
def test_the_investment_model_rises_with_satisfaction_and_investment(column: Column, seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(InvestmentModel, rng), anything(rng)
    low, high = np.sort(column.low + (column.high - column.low) * rng.random(2))
    more, less = (bound(theory, seed, encounter, **{column.name: size}) for size in (high, low))
    at_least(more, less)


@given(seed=seeds)
@laws
def test_a_better_rival_loosens_sooner_for_those_who_need_variety_less_for_the_cautious(seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(InvestmentModel, rng), anything(rng, rival=0.4)
    tempting = replace(encounter, rival=0.9)
    at_least(bound(theory, seed, encounter), bound(theory, seed, tempting))
    steady, restless = (bound(theory, seed, tempting, variety=v, alternatives=0.3, risk_aversion=0) for v in (0.1, 0.9))
    at_least(steady, restless)
    bold, cautious = (bound(theory, seed, tempting, risk_aversion=aversion) for aversion in (0.1, 0.9))
    at_least(cautious, bold)


@pytest.mark.parametrize(
    ("kind", "strong", "weak"),
    [
        (CommitmentTrust, {"competence": 0.8}, {"competence": 0.3}),
        (CommitmentTrust, {"satisfaction": 0.5}, {"satisfaction": -0.5}),
        (InvestmentModel, {"satisfaction": 0.5}, {"satisfaction": -0.5}),
        (InvestmentModel, {"investment": 0.8}, {"investment": 0.3}),
        (InvestmentModel, {"alternatives": 0.3}, {"alternatives": 0.8}),
    ],
)
def test_each_of_them_really_counts(kind: type[Any], strong: dict[str, float], weak: dict[str, float]):
    one, two = people(**strong), people(**weak)
    for rows in (one, two):
        kind().bind(rows, lived())
    assert one[c.AFFECTIVE] > two[c.AFFECTIVE] + 1e-3


@every
@given(seed=seeds)
@laws
def test_purchases_add_to_the_investment(kind: type[Any], seed: int):
    """Those who bought nothing put nothing in; nobody loses what was put in; the fuller, the less is added."""
    rng = np.random.default_rng(seed)
    theory, rows, deeds = any_theory(kind, rng), anybody(rng), any_acts(rng)
    before = columns(rows)
    theory.acted(rows, deeds)
    added, bought = rows[c.INVESTMENT] - before["investment"], deeds.bought > 0
    np.testing.assert_array_equal(added[~bought], 0)
    np.testing.assert_allclose(added[bought], theory.sunk * (1 - before["investment"][bought]), atol=1e-6)
    np.testing.assert_array_equal(rows[c.AFFECTIVE], before["affective"])


@every
@given(seed=seeds)
@laws
def test_what_was_put_in_loses_worth_with_the_weeks(kind: type[Any], seed: int):
    """By `keeps`, and nothing else fades."""
    rng = np.random.default_rng(seed)
    theory, rows = any_theory(kind, rng), anybody(rng)
    before = columns(rows)
    theory.fade(rows)
    np.testing.assert_allclose(rows[c.INVESTMENT], theory.keeps * before["investment"], atol=1e-6)
    unmoved(rows, before, but=(c.INVESTMENT,))


@every
@given(seed=seeds)
@laws
def test_the_investment_begins_where_buying_and_fading_hold_it(kind: type[Any], seed: int):
    """More for those who buy more; an average week leaves it there, and leaving would cost as much."""
    theory = any_theory(kind, np.random.default_rng(seed), sunk=0.1, keeps=0.95)
    rows, busier = twins(seed)
    busier[RATE] += np.float32(0.3)
    for some in (rows, busier):
        theory.begin(some)
    began, often = rows[c.INVESTMENT], -np.expm1(-rows[RATE])
    at_least(busier[c.INVESTMENT], began)
    np.testing.assert_allclose(0.95 * (began + often * 0.1 * (1 - began)), began, atol=1e-6)
    np.testing.assert_array_equal(rows[c.CALCULATIVE], began)


@every
@given(seed=seeds)
@laws
def test_the_cost_of_leaving_follows_the_investment(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, rows = any_theory(kind, rng), anybody(rng)
    before = columns(rows)
    theory.bind(rows, anything(rng))
    invested, old = before["investment"], before["calculative"]
    np.testing.assert_allclose(rows[c.CALCULATIVE], old + theory.pace * (invested - old), atol=1e-6)


@every
def test_without_pace_nothing_binds_and_without_weights_nothing_breaks(kind: type[Any]):
    rows = people(affective=0.7)
    kind(pace=0.0).bind(rows, lived(rival=1.0))
    assert rows[c.AFFECTIVE][0] == np.float32(0.7)
    weights = {"trust": 0, "shared": 0, "benefits": 0, "costs": 0}
    if kind is InvestmentModel:
        weights = {"satisfaction": 0, "investment": 0, "alternatives": 0}
    kind(**{name: float(zero) for name, zero in weights.items()}).bind(rows, lived())
    assert 0 <= rows[c.AFFECTIVE][0] <= 0.7


FELLOW = {"affective": 0.5, "calculative": 0.4, "investment": 0.6, "satisfaction": 0.2}


@pytest.mark.parametrize(("fit", "alike"), [(None, 0.5), (0.4, 0.7), (-1.0, 0.0)])
def test_commitment_trust_by_hand(fit: float | None, alike: float):
    """Trust 0.7; alike (0.8 + 0.2) / 2 + fit / 2 within 0 to 1; benefit (1 + 0.2) / 2; weights 0.5, 0.2, 0.1, 0.2."""
    rows = people(**FELLOW, competence=0.6, benevolence=0.7, integrity=0.8, proneness=0.8, engagement=0.2)
    theory = CommitmentTrust(pace=0.5, trust=0.5, shared=0.2, benefits=0.1, costs=0.2)
    theory.bind(rows, lived(fit=fit))
    target = 0.5 * 0.7 + 0.2 * alike + 0.1 * 0.6 + 0.2 * 0.4  # over weights that sum to 1
    close(rows[c.AFFECTIVE], 0.5 + 0.5 * (target - 0.5))
    close(rows[c.CALCULATIVE], 0.4 + 0.5 * (0.6 - 0.4))


def test_weights_of_commitment_trust_are_relative():
    """Twice the weights, the same commitment."""
    once, twice = people(**FELLOW), people(**FELLOW)
    CommitmentTrust(trust=0.5, shared=0.2, benefits=0.1, costs=0.2).bind(once, lived())
    CommitmentTrust(trust=1.0, shared=0.4, benefits=0.2, costs=0.4).bind(twice, lived())
    np.testing.assert_allclose(once[c.AFFECTIVE], twice[c.AFFECTIVE], rtol=1e-6)


def test_the_investment_model_by_hand():
    """Rival 0.8 - 0.2 x 0.5 = 0.7 is noticed by 0.5 x 0.4 = 0.2 of the way from 0.5: A = 0.54.

    1/2 + (2 x 0.2 + 1 x (2 x 0.6 - 1) - 1 x (2 x 0.54 - 1)) / (2 x 4) = 0.5 + (0.4 + 0.2 - 0.08) / 8 = 0.565.
    """
    rows = people(**FELLOW, alternatives=0.5, variety=0.4, risk_aversion=0.5)
    InvestmentModel(pace=0.2, satisfaction=2.0, investment=1.0, alternatives=1.0).bind(rows, lived(rival=0.8))
    close(rows[c.ALTERNATIVES], 0.54)
    close(rows[c.AFFECTIVE], 0.5 + 0.2 * 0.065)
    close(rows[c.CALCULATIVE], 0.4 + 0.2 * 0.2)


def test_sunk_costs_by_hand():
    """0.03 of the room above 0.6, however many purchases a week holds; a week keeps 99%."""
    rows, theory = people(3, investment=0.6), CommitmentTrust(sunk=0.03, keeps=0.99)
    theory.acted(rows, acts(3, bought=[0, 1, 4]))
    close(rows[c.INVESTMENT], [0.6, 0.612, 0.612])
    theory.fade(rows)
    close(rows[c.INVESTMENT], [0.594, 0.60588, 0.60588])


@every
def test_the_investment_begins_by_hand(kind: type[Any]):
    """q = 1/2 at a rate of log 2: 0.9 x 0.5 x 0.2 = 0.09, over 1 - 0.9 + 0.09; leaving would cost as much."""
    rows = people(rate=np.log(2), investment=0.8, calculative=0.1)
    kind(sunk=0.2, keeps=0.9).begin(rows)
    close(rows[c.INVESTMENT], 0.09 / 0.19)
    close(rows[c.CALCULATIVE], 0.09 / 0.19)
