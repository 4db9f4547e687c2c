"""Is it worth it: quality, rewards, price, waiting and rivals each pull their way; one gets used to a price."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from agents import customers as c
from agents.theories.value import EquityDrivers, QualityForPrice
from sim.exchange import Encounters
from tests.agents.alternatives import VALUES
from tests.agents.anybody import N, any_theory, anything, better, laws, seeds, twins, unit
from tests.agents.minds import array, at_least, close, lived, people

every = pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)


def worth(theory: Any, seed: int, encounter: Encounters) -> np.ndarray:
    """Value of the same customers after an encounter."""
    rows, _ = twins(seed)
    theory.worth(rows, encounter)
    return rows[c.VALUE]


@every
@given(seed=seeds)
@laws
def test_value_rises_with_quality(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory = any_theory(kind, rng)
    worse, good = better(rng)
    at_least(worth(theory, seed, good), worth(theory, seed, worse))


@pytest.mark.parametrize(("part", "size", "more"), [("price", 1.0, 1.4), ("rival", 0.5, 0.8), ("effort", 0.5, 2.0)])
@every
@given(seed=seeds)
@laws
def test_value_falls_with_price_rivals_and_waiting(kind: type[Any], part: str, size: float, more: float, seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(kind, rng), anything(rng, **{part: size})
    other = array(more, N) if part == "effort" else more
    at_least(worth(theory, seed, encounter), worth(theory, seed, replace(encounter, **{part: other})))


@every
@given(seed=seeds)
@laws
def test_value_rises_with_a_reward_and_a_larger_one(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, some = any_theory(kind, rng), unit(rng, N)
    encounter = anything(rng, reward=some)
    more = replace(encounter, reward=array(some + rng.random(N), N))
    at_least(worth(theory, seed, encounter), worth(theory, seed, replace(encounter, reward=None)))
    at_least(worth(theory, seed, more), worth(theory, seed, encounter))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (lived(technical=0.8), lived()),
        (lived(functional=0.8), lived()),
        (lived(), lived(price=1.1)),
        (lived(), lived(rival=0.7)),
        (lived(), lived(effort=1)),
        (lived(reward=0.5), lived()),
    ],
    ids=["outcome", "manner", "price", "rival", "waiting", "reward"],
)
@every
def test_each_of_them_really_counts(kind: type[Any], good: Encounters, bad: Encounters):
    one, two = people(), people()
    kind().worth(one, good)
    kind().worth(two, bad)
    assert one[c.VALUE] > two[c.VALUE] + 1e-4


@every
@given(seed=seeds)
@laws
def test_value_moves_between_what_it_was_and_what_it_is_now_by_memory(kind: type[Any], seed: int):
    """With a memory of 1 only the encounter counts; with any other it ends that share of the way there."""
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(kind, rng), anything(rng)
    rows, _ = twins(seed)
    forgetful, _ = twins(seed, memory=1.0)
    before, memory = rows[c.VALUE].copy(), rows[c.MEMORY]
    theory.worth(rows, encounter)
    theory.worth(forgetful, encounter)
    np.testing.assert_allclose(rows[c.VALUE], before + memory * (forgetful[c.VALUE] - before), atol=1e-5)


@every
@given(seed=seeds)
@laws
def test_the_reference_price_moves_towards_the_price_paid(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(kind, rng), anything(rng)
    rows, before = twins(seed)
    theory.worth(rows, encounter)
    old, new, paid = before[c.REFERENCE_PRICE], rows[c.REFERENCE_PRICE], np.float32(encounter.price)
    at_least(np.abs(paid - old), np.abs(paid - new), slack=1e-4)  # references run up to 100 here
    np.testing.assert_allclose(new, old + theory.getting_used * (paid - old), rtol=1e-5, atol=1e-5)


@every
def test_a_new_price_hurts_until_one_is_used_to_it(kind: type[Any]):
    """A rise by 30%: value falls at once, and after 80 encounters it is where it was at the old price."""
    used, dearer = people(), people()
    for encounter in range(80):
        kind().worth(used, lived())
        kind().worth(dearer, lived(price=1.3))
        if encounter == 0:
            assert dearer[c.VALUE] < used[c.VALUE] - 0.01
    np.testing.assert_allclose(dearer[c.VALUE], used[c.VALUE], atol=1e-4)
    assert dearer[c.REFERENCE_PRICE][0] == pytest.approx(1.3, abs=1e-4)


@given(seed=seeds)
@laws
def test_the_price_sensitive_mind_a_price_more_and_the_cautious_a_rival_less(seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(QualityForPrice, rng), anything(rng, price=2.0, rival_price=1.0)
    easy, touchy = (twins(seed, price_sensitivity=s, reference_price=1.0)[0] for s in (0.5, 2.0))
    bold, cautious = (twins(seed, risk_aversion=s)[0] for s in (0.1, 0.9))
    for rows in (easy, touchy, bold, cautious):
        theory.worth(rows, encounter)
    at_least(easy[c.VALUE], touchy[c.VALUE])
    at_least(cautious[c.VALUE], bold[c.VALUE])


@given(seed=seeds)
@laws
def test_brand_trust_and_a_personal_touch_drive_customer_equity(seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(EquityDrivers, rng), anything(rng, brand=0.4, fit=2 * unit(rng, N) - 1)
    value = worth(theory, seed, encounter)
    at_least(worth(theory, seed, replace(encounter, brand=0.7)), value)
    at_least(worth(theory, seed, replace(encounter, fit=np.minimum(encounter.fit + np.float32(0.5), 1))), value)
    for facet in ("competence", "benevolence", "integrity"):
        less, more = (twins(seed, **{facet: size})[0] for size in (0.2, 0.6))
        theory.worth(less, encounter)
        theory.worth(more, encounter)
        at_least(more[c.VALUE], less[c.VALUE])


BUYER = {"memory": 0.25, "value": 0.2, "risk_aversion": 0.5, "price_sensitivity": 1.5, "reference_price": 1.25}


def test_quality_for_price_by_hand():
    """Rival 0.65 - 0.1 x 0.5 = 0.6; 3 (0.75 - 0.6) + 0.5 x 0.4 - 2 x 1.5 log(1.5 / 1.25) - 0.1 x 2 = -0.0969647."""
    rows = people(**BUYER)
    encounter = lived(technical=0.8, functional=0.7, reward=0.4, price=1.5, effort=2, rival=0.65)
    QualityForPrice().worth(rows, encounter)
    # 0.45 + 0.2 - 3 x 0.1823216 - 0.2 = -0.0969647
    close(rows[c.VALUE], 0.2 + 0.25 * (np.tanh(-0.0969647) - 0.2))
    close(rows[c.REFERENCE_PRICE], 1.25 + 0.15 * 0.25)


def test_a_reward_counts_up_to_the_usual_spend():
    """3 (0.7 - 0.6) + 0.5, whether the reward is one usual spend or nine."""
    for reward in (1.0, 9.0):
        rows = people(value=0.0, memory=1.0)
        QualityForPrice().worth(rows, lived(reward=reward, rival=0.65))
        close(rows[c.VALUE], np.tanh(0.3 + 0.5))


@pytest.mark.parametrize(("fit", "bond"), [(None, 0.2), (0.6, 0.5), (-1.0, -0.3), (1.0, 0.7)])
def test_equity_drivers_by_hand(fit: float | None, bond: float):
    """Trust 0.6: 2 x 0.6 - 1 = 0.2, and half the fit; brand tanh(3 (0.8 - 0.65)); value tanh(3 (0.75 - 0.6))."""
    rows = people(memory=1.0, competence=0.5, benevolence=0.6, integrity=0.7, risk_aversion=0.5)
    theory = EquityDrivers(brand=0.2, relationship=0.3)
    theory.worth(rows, lived(technical=0.8, functional=0.7, brand=0.8, rival=0.65, fit=fit))
    close(rows[c.VALUE], 0.5 * np.tanh(0.45) + 0.2 * np.tanh(0.45) + 0.3 * bond)


def test_weights_of_equity_drivers_that_exceed_one_are_shared_out():
    """Brand 0.6 and relationship 0.9 leave nothing for value: 0.4 tanh(0.45) + 0.6 x 0.2."""
    rows = people(memory=1.0, competence=0.6, benevolence=0.6, integrity=0.6)
    EquityDrivers(brand=0.6, relationship=0.9).worth(rows, lived(brand=0.8, rival=0.65))
    close(rows[c.VALUE], 0.4 * np.tanh(0.45) + 0.12)
