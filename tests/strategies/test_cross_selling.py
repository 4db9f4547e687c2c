"""Cross-selling: more is bought by those whom it suits; pushed on everybody, it is regretted."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.model import CustomerModel
from strategies import CrossSelling, Nothing
from tests.strategies.pairs import errors, forks, members, total, view
from tests.strategies.views import luck

OVER_SELLING = CrossSelling(share=0.5, suits=0.2, ease=0.7, pressure=0.03, pitch=0.1)


@cache
def runs() -> list[CustomerModel]:
    """What suits, the dearest package, nothing: 2,000 customers, seed 1, 40 weeks."""
    return forks(CrossSelling(), OVER_SELLING, Nothing(), weeks=40)


def test_the_plan_by_hand():
    """Two have agreed and buy 15% on top; the other two are asked. After 13 weeks all are asked anew."""
    seen = {"member": [1, 1, 0, 0], "known": [1, 0, 1, 1]}
    plan = CrossSelling(term=13).plan(view(4, 10, **seen), luck(4))
    np.testing.assert_allclose(plan.upsell, [0.15, 0, 0, 0])
    np.testing.assert_allclose(plan.suits, 0.8)
    np.testing.assert_allclose(plan.functional, [0, 0, -0.005, -0.005])
    np.testing.assert_allclose(plan.encounter_cost, [0.05, 0, 0.05, 0.05])
    (offer,) = plan.offers
    assert offer.to.tolist() == [False, False, True, True]
    assert not offer.ends
    (offer,) = CrossSelling(term=13).plan(view(4, 13, **seen), luck(4, 13)).offers
    assert offer.to.tolist() == [True, False, True, True]
    assert offer.ends
    assert not CrossSelling(start=13, term=13).plan(view(4, 13, **seen), luck(4, 13)).offers[0].ends


def test_it_brings_revenue_from_those_who_agree():
    """It is the customers' choice: some agree; they bring more money in the first quarter than without it."""
    suits, _, control = runs()
    assert 0.1 < members(suits, "cross_selling").mean() < 0.9
    assert total(suits, "revenue", 0, 13) > total(control, "revenue", 0, 13)
    assert total(suits, "profit", 0, 13) > total(control, "profit", 0, 13)


def test_what_suits_is_not_regretted():
    """Those who agreed and always needed it judge the product as without it; who never did, worse by over 4 errors."""
    arms = [CrossSelling(suits=share, pressure=0.0, share=0.5) for share in (1.0, 0.0)]
    good, bad, control = forks(*arms, Nothing(), weeks=8)
    joined = members(good, "cross_selling")
    lively = joined & members(bad, "cross_selling")
    assert abs(errors(good, control, "perceived_technical", lively)) < 4
    assert errors(bad, control, "perceived_technical", lively) < -4
    assert errors(bad, control, "value", lively) < -4


def test_the_dearest_package_sells_now_and_is_regretted_later():
    """The pitfall: most revenue in the first quarter; then judged worse, bought less, and more leave than ever."""
    suits, over, control = runs()
    assert total(over, "revenue", 0, 13) > total(suits, "revenue", 0, 13)
    for name in ("satisfaction", "integrity", "loyalty"):
        assert errors(over, control, name) < -4, name
        assert errors(over, suits, name) < -4, name
    assert total(over, "left") > total(suits, "left")
    assert total(over, "left") > 1.02 * total(control, "left")
    assert total(over, "purchases", 13) < 0.95 * total(control, "purchases", 13)
    gain = [total(over, "profit", w, w + 13) - total(control, "profit", w, w + 13) for w in (0, 26)]
    assert gain[1] < 0.8 * gain[0]


def test_being_pitched_to_wears():
    """Side effect: those who do not agree are asked again and again, and like it less, by over 4 errors."""
    pushy, control = forks(CrossSelling(pressure=0.05), Nothing(), weeks=10)
    assert errors(pushy, control, "satisfaction", ~members(pushy, "cross_selling")) < -4


@pytest.mark.parametrize(("name", "value"), [("share", 6.0), ("suits", 1.1), ("ease", -0.1), ("term", 0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"CrossSelling\.{name}"):
        CrossSelling(**{name: value})
