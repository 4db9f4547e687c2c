"""What price will I bear: none at all to go away, and pay that is flat in the middle and steep at both ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from agents.theories.loyalty import SatisfactionLoyalty
from sim.baseline import Standing
from sim.exchange import Leanings
from sim.plan import Plan
from sim.scenario import USUAL, Conditions
from sim.table import Block
from tests.agents.alternatives import LOYALTIES
from tests.agents.anybody import any_theory, anybody, laws, seeds
from tests.agents.minds import at_least, close, people

STANDING = Standing(0.1, 0.3)
NORMAL = {"reference_price": 1.0, "deal_minded": 0.0}  # the usual price is what feels normal
FINE = 1e-4  # rounding of shifts of a logit that run up to hundreds
ROUGH = 5e-3  # rounding where a premium of hundreds is taken off a price and put on again
every = pytest.mark.parametrize("kind", LOYALTIES, ids=lambda kind: kind.__name__)


def lean(theory: Any, rows: Block, conditions: Conditions = USUAL) -> Leanings:
    return theory.lean(rows, Plan(), conditions, STANDING)


def priced(theory: Any, rows: Block, price: float) -> np.ndarray:
    """By how much a price shifts the logit of leaving."""
    return lean(theory, rows, Conditions(price=price)).leave - lean(theory, rows).leave


@every
@given(seed=seeds)
@laws
def test_a_price_rise_drives_out_the_more_the_less_one_would_pay(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, rows = any_theory(kind, rng), anybody(rng, price_sensitivity=1.5, **NORMAL)
    small, large = np.sort(rng.uniform(1, 2, 2))
    shifts = [priced(theory, rows, float(price)) for price in (small, large)]
    at_least(shifts[0], 0, ROUGH)
    at_least(shifts[1], shifts[0], ROUGH)
    order = np.argsort(lean(theory, rows).pay)
    assert (np.diff(shifts[1][order]) <= ROUGH).all()
    wish, dearer = (theory.wish(rows, Plan(), Conditions(price=price), STANDING) for price in (1.0, float(large)))
    at_least(wish, dearer, FINE)


@every
@given(seed=seeds)
@laws
def test_the_usual_price_shifts_nothing_and_a_lower_one_keeps(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, rows = any_theory(kind, rng), anybody(rng, **NORMAL)
    np.testing.assert_array_equal(priced(theory, rows, 1.0), 0)
    np.testing.assert_allclose(priced(theory, rows, 1.0 + 1e-6), 0, atol=ROUGH)  # no jump beside it either
    at_least(0, priced(theory, rows, 0.8), ROUGH)
    wishes = [theory.wish(rows, Plan(), Conditions(price=price), STANDING) for price in (1.0, 0.8)]
    at_least(wishes[1], wishes[0], FINE)
    sensitive, easy = (anybody(np.random.default_rng(seed), price_sensitivity=s, **NORMAL) for s in (2.0, 0.5))
    at_least(priced(theory, sensitive, 1.4), priced(theory, easy, 1.4), ROUGH)


@every
@given(seed=seeds)
@laws
def test_pay_is_flat_in_the_middle_and_steep_at_both_ends(kind: type[Any], seed: int):
    """Rising everywhere; a step of the index brings more the further from the population's mean it is taken."""
    theory = any_theory(kind, np.random.default_rng(seed), premium=0.1)
    pay = lean(theory, people(31, loyalty=0.1 + np.linspace(-1.5, 1.5, 31))).pay
    steps = np.diff(pay)
    assert (steps > 0).all()
    assert (np.diff(steps[:15]) <= FINE).all()
    assert (np.diff(steps[15:]) >= -FINE).all()
    if theory.elation > 0.01:
        assert min(steps[0], steps[-1]) > steps[15]


@pytest.mark.parametrize(("z", "pay"), [(2.0, 0.2), (1.0, 0.075), (0.0, 0.0), (-2.0, -0.2)])
def test_what_one_would_pay_by_hand(z: float, pay: float):
    """0.05 z (1 + 0.5 |z|)."""
    close(lean(SatisfactionLoyalty(), people(loyalty=0.1 + 0.3 * z)).pay, pay)


@pytest.mark.parametrize(
    ("z", "price", "shift"),
    [
        (2.0, 1.1, 0.0),  # log 1.1 = 0.0953102 is less than the 0.2 one would pay
        (2.0, 1.5, 3 * 1.2 * (0.4054651 - 0.2)),
        (0.0, 1.5, 3 * 1.2 * 0.4054651),
        (-2.0, 1.5, 3 * 1.2 * 0.4054651),  # 0.4054651 + 0.2, less the 0.2 that were too dear before
        (-2.0, 0.9, -3 * 1.2 * 0.1053605),  # -0.1053605 + 0.2 - 0.2
        (-2.0, 0.5, -3 * 1.2 * 0.2),  # cheaper than cheap enough
        (0.0, 0.9, 0.0),
    ],
)
def test_price_pressure_by_hand(z: float, price: float, shift: float):
    """Outrage 3, sensitivity 1.2, pay +-0.2 at z = +-2; and the rate falls by 0.5 x 1.2 log price."""
    rows, theory = people(loyalty=0.1 + 0.3 * z, price_sensitivity=1.2), SatisfactionLoyalty()
    np.testing.assert_allclose(priced(theory, rows, price), shift, atol=2e-6)
    wish = theory.wish(rows, Plan(), Conditions(price=price), STANDING)
    np.testing.assert_allclose(wish, 0.08 * z - 0.5 * 1.2 * np.log(price), atol=2e-6)
