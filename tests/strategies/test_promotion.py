"""Promotion: buys purchases now, gives margin away, and makes the usual price feel dear."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.model import CustomerModel
from strategies import Nothing, Promotion
from tests.strategies.pairs import errors, forks, total
from tests.strategies.views import luck, view


@cache
def runs() -> list[CustomerModel]:
    """Twelve weeks at 20% off and then none, nothing: 2,000 customers, seed 1, 24 weeks."""
    return forks(Promotion(every=1, weeks=12, depth=0.2), Nothing(), weeks=24)


def test_the_plan_by_hand():
    """Every eight weeks, 15% off for those known; nothing in between."""
    play = Promotion()
    plan = play.plan(view(3, 16, known=[1, 1, 0]), luck(3, 16))
    np.testing.assert_allclose(plan.price, [0.85, 0.85, 1])
    np.testing.assert_allclose(plan.cost, [0.03, 0.03, 0])
    assert all(play.plan(view(3, week), luck(3, week)).price is None for week in range(17, 24))


def test_more_is_bought_while_it_lasts():
    """In the first two weeks of it, before anybody has got used to it."""
    cheap, control = runs()
    assert total(cheap, "purchases", 0, 2) > 1.02 * total(control, "purchases", 0, 2)


def test_the_usual_price_feels_dear_afterwards():
    """Side effect: the reference price has fallen; after it ends less is bought than without it, and more leave."""
    cheap, control = runs()
    assert total(cheap, "purchases", 12, 16) < 0.98 * total(control, "purchases", 12, 16)
    assert total(cheap, "left", 12) > total(control, "left", 12)
    lasting, usual = forks(Promotion(every=1, depth=0.2), Nothing(), weeks=12)
    assert errors(lasting, usual, "reference_price") < -4


def test_it_teaches_to_look_at_the_price_and_gives_margin_away():
    """Side effects: learnt from discounts alone, and the margin of who would have bought anyway is gone."""
    cheap, control = runs()
    assert not control.customers.get("deal_minded").any()
    assert cheap.customers.agg("deal_minded", np.mean) > 0.05
    assert total(cheap, "profit", 0, 12) < total(control, "profit", 0, 12)


def test_a_promotion_of_nothing_changes_no_price():
    assert Promotion(depth=0.0).plan(view(2, 8), luck(2, 8)).price.tolist() == [1, 1]


@pytest.mark.parametrize(("name", "value"), [("depth", 1.0), ("every", 0), ("leaflet", -1.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"Promotion\.{name}"):
        Promotion(**{name: value})
