"""Whom a play reaches: everyone, a lasting random share, the best, those who lapse; nobody and one customer too."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import ParameterError
from strategies.targeting import Everyone, Lapsing, RandomShare, Targeting, ValueTier, rfm_score
from tests.strategies.views import luck, view

ALL = [Everyone(), RandomShare(0.5), ValueTier(0.3), Lapsing()]


@pytest.mark.parametrize(
    "targeting", [*ALL, RandomShare(0.0), RandomShare(1.0), ValueTier(0.0), ValueTier(1.0)], ids=str
)
@pytest.mark.parametrize("n", [0, 1, 2, 100])
def test_any_number_of_customers(targeting: Targeting, n: int):
    picked = targeting.pick(view(n, purchases=3, last=9.0), luck(n))
    assert picked.shape == (n,)
    assert picked.dtype == np.bool_
    assert isinstance(targeting, Targeting)


@pytest.mark.parametrize("targeting", ALL, ids=str)
def test_nobody_who_is_known_to_have_left(targeting: Targeting):
    known = np.arange(400) % 2 == 0
    picked = targeting.pick(view(400, known=known, purchases=5, since=0.0, last=4.0, spend=np.arange(400)), luck(400))
    assert not picked[~known].any()
    assert picked.any()
    nobody = targeting.pick(view(400, known=False, purchases=5, last=4.0), luck(400))
    assert not nobody.any()


def test_everyone():
    assert Everyone().pick(view(5), luck(5)).all()


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_random_share_is_as_large_as_said_and_lasts(share: float):
    """100,000 customers, seed 1: within 4 standard errors; the same customers in every week, others in another seed."""
    n = 100_000
    picked = RandomShare(share).pick(view(n), luck(n))
    assert abs(picked.mean() - share) < 4 * np.sqrt(share * (1 - share) / n)
    for week in (0, 11, 500):
        np.testing.assert_array_equal(RandomShare(share).pick(view(n, week), luck(n, week)), picked)
    assert (RandomShare(share).pick(view(n), luck(n, seed=2)) != picked).any()


def test_random_shares_are_nested_and_may_be_asked_twice():
    few, many, draws = RandomShare(0.2), RandomShare(0.6), luck(1_000)
    seen = view(1_000)
    small, large = few.pick(seen, draws), many.pick(seen, draws)
    assert large[small].all()
    np.testing.assert_array_equal(few.pick(seen, draws), small)
    assert RandomShare(1.0).pick(seen, draws).all()
    assert not RandomShare(0.0).pick(seen, draws).any()


def test_a_random_share_does_not_depend_on_who_else_there_is():
    np.testing.assert_array_equal(
        RandomShare(0.4).pick(view(100), luck(100)), RandomShare(0.4).pick(view(5_000), luck(5_000))[:100]
    )


def ranked(n: int) -> dict[str, np.ndarray]:
    """Customers in ascending order of recency, frequency and money."""
    place = np.arange(n)
    return {"last": place / n, "purchases": place + 1, "spend": place * 10.0}


@pytest.mark.parametrize("top", [0.1, 0.2, 0.5, 1.0])
def test_the_top_share_is_the_best(top: float):
    picked = ValueTier(top).pick(view(1_000, **ranked(1_000)), luck(1_000))
    assert abs(picked.sum() - 1_000 * top) <= 1
    assert picked[-1]
    assert (np.diff(picked.astype(int)) >= 0).all()


def test_ties_stay_together():
    """Six alike at the top and four below: the best fifth is all six; all alike are all picked; and one by himself."""
    spend = np.array([1, 1, 1, 1, 9, 9, 9, 9, 9, 9])
    picked = ValueTier(0.2).pick(view(10, spend=spend), luck(10))
    assert picked.tolist() == [False] * 4 + [True] * 6
    assert ValueTier(0.01).pick(view(7), luck(7)).all()
    assert ValueTier(0.01).pick(view(1), luck(1)).all()


def test_recency_frequency_and_money_count_alike():
    low, high = [0.0] * 3, [1.0] * 3
    scores = []
    for at in range(3):
        values = [[*low[:at], 1.0, *low[at + 1 :]], low, high]
        last, purchases, spend = np.transpose(values)
        scores.append(rfm_score(view(3, last=last, purchases=purchases, spend=spend)))
    np.testing.assert_allclose(scores[1], scores[0])
    np.testing.assert_allclose(scores[2], scores[0])
    assert scores[0][1] < scores[0][0] < scores[0][2]
    assert ((scores[0] >= 0) & (scores[0] <= 1)).all()


@pytest.mark.parametrize(
    ("silence", "picked"), [(0.5, False), (3.9, False), (4.1, True), (11.9, True), (12.1, False), (100.0, False)]
)
def test_lapsing_by_hand(silence: float, picked: bool):
    """Four repeats in 8 weeks are a gap of 2: late after 2 gaps = 4 weeks, given up after 6 gaps = 12 weeks."""
    seen = view(1, week=110, since=110 - silence - 8, last=110 - silence, purchases=5)
    assert Lapsing(gaps=2.0, lost=6.0).pick(seen, luck(1)).tolist() == [picked]


def test_those_without_repeats_cannot_lapse():
    assert not Lapsing().pick(view(3, week=500, purchases=[0, 1, 1], last=[0, 0, 499]), luck(3)).any()


def test_two_purchases_in_one_moment_are_no_division_by_zero():
    with np.errstate(all="raise"):
        picked = Lapsing().pick(view(1, week=1, since=0.5, last=0.5, purchases=2), luck(1))
    assert picked.dtype == np.bool_


@pytest.mark.parametrize(
    "make", [lambda: RandomShare(1.1), lambda: RandomShare(-0.1), lambda: ValueTier(2.0), lambda: Lapsing(gaps=-1)]
)
def test_shares_out_of_range_are_refused(make):
    with pytest.raises(ParameterError):
        make()


def test_lost_before_late_is_refused():
    with pytest.raises(ParameterError):
        Lapsing(gaps=6.0, lost=2.0)
