"""Whom a play reaches: everyone, a lasting random share, the best, those who lapse; nobody and one customer too."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import ParameterError
from strategies.targeting import (
    And,
    Everyone,
    Filed,
    HoldOut,
    Lapsing,
    LifeStage,
    Not,
    Or,
    RandomShare,
    Silent,
    SurveyAnswer,
    Targeting,
    ValueTier,
    rfm_score,
)
from tests.strategies.views import luck, view

ALL = [Everyone(), RandomShare(0.5), ValueTier(0.3), Lapsing(), Filed(0)]


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


def test_a_segment_is_who_is_filed_there_and_known():
    filed, known = np.array([0, 1, 1, 2]), np.array([True, True, False, True])
    assert Filed(1).pick(view(4, filed=filed, known=known), luck(4)).tolist() == [False, True, False, False]
    assert Not(Filed(1)).pick(view(4, filed=filed, known=known), luck(4)).tolist() == [True, False, False, True]


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


MADE = [
    LifeStage("active"), LifeStage("lapsing"), LifeStage("returned"), SurveyAnswer(), Silent(), Not(RandomShare(0.3)),
    And(ValueTier(0.5), RandomShare(0.5)), Or(Lapsing(), RandomShare(0.2)), HoldOut(0.3), Not(Silent()),
]  # fmt: skip


@pytest.mark.parametrize("targeting", MADE, ids=str)
@pytest.mark.parametrize("n", [0, 1, 300])
def test_composed_targetings_pick_known_customers_only(targeting: Targeting, n: int):
    known = np.arange(n) % 2 == 0
    columns = {"purchases": 4, "last": np.arange(n) % 10, "answer": np.arange(n) % 11, "answered": 9.0}
    picked = targeting.pick(view(n, known=known, returned=np.arange(n) % 3 == 0, **columns), luck(n))
    assert picked.shape == (n,)
    assert picked.dtype == np.bool_
    assert isinstance(targeting, Targeting)
    assert not picked[~known].any()


def test_each_customer_is_in_one_stage():
    """First bought 5 weeks ago; 40 weeks ago and regular; regular but late; once and long ago; back after leaving."""
    seen = view(
        5, week=100, since=[95, 60, 60, 60, 60], last=[95, 98, 70, 60, 99], purchases=[1, 20, 11, 1, 9],
        returned=[0, 0, 0, 0, 1],
    )  # fmt: skip
    stages = ("new", "active", "lapsing", "returned")
    picked = np.array([LifeStage(stage).pick(seen, luck(5)) for stage in stages])
    assert picked.sum(axis=0).tolist() == [1] * 5
    assert [stages[stage] for stage in picked.argmax(axis=0)] == ["new", "active", "lapsing", "lapsing", "returned"]


def test_survey_answers_in_range_and_recent():
    seen = view(6, week=50, answer=[6, 7, 0, 3, -1, 6], answered=[40, 49, 24, 23.9, -1e6, 50])
    assert SurveyAnswer().pick(seen, luck(6)).tolist() == [True, False, True, False, False, True]
    assert SurveyAnswer(least=7, most=10).pick(seen, luck(6)).tolist() == [False, True, False, False, False, False]


def test_the_silent_have_neither_complained_nor_answered():
    seen = view(4, week=100, complained=[-1e6, 60, -1e6, 40], answered=[-1e6, -1e6, 99, 47])
    assert Silent(weeks=52).pick(seen, luck(4)).tolist() == [True, False, False, True]


def test_and_or_not_by_hand():
    seen = view(4, answer=[2, 2, 9, 9], answered=9.0, purchases=[1, 5, 1, 5], spend=[1, 9, 1, 9], known=[1, 1, 1, 0])
    low, best = SurveyAnswer(), ValueTier(0.4)
    assert And(low, best).pick(seen, luck(4)).tolist() == [False, True, False, False]
    assert Or(low, best).pick(seen, luck(4)).tolist() == [True, True, False, False]
    assert Not(low).pick(seen, luck(4)).tolist() == [False, False, True, False]
    assert Not(Not(low)).pick(seen, luck(4)).tolist() == low.pick(seen, luck(4)).tolist()


def test_a_hold_out_lasts_and_has_a_luck_of_its_own():
    """100,000 customers, seed 1: a tenth within 4 standard errors, the same every week, no matter who is picked."""
    n, targeting = 100_000, HoldOut(0.1, RandomShare(0.5))
    held = targeting.held(luck(n))
    assert abs(held.mean() - 0.1) < 4 * np.sqrt(0.09 / n)
    for week in (10, 11, 90):
        picked = targeting.pick(view(n, week), luck(n, week))
        assert not picked[held].any()
        assert picked[~held].sum() == (RandomShare(0.5).pick(view(n), luck(n)) & ~held).sum()
    assert abs(picked.mean() - 0.45) < 4 * np.sqrt(0.45 * 0.55 / n)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: HoldOut(0.0), r"HoldOut\.share = 0\.0 is outside 0\.001 to 0\.999"),
        (lambda: HoldOut(1.0), r"HoldOut\.share = 1\.0 is outside 0\.001 to 0\.999"),
        (lambda: LifeStage("old"), r"LifeStage\.stage = 'old' is unknown: write one of new, active"),
        (lambda: SurveyAnswer(least=8, most=3), r"SurveyAnswer\.least = 8 is above most = 3"),
        (lambda: Silent(weeks=-1.0), r"Silent\.weeks = -1\.0 is outside"),
    ],
)
def test_what_would_pick_nobody_or_leave_no_hold_out_is_refused(make, says: str):
    with pytest.raises(ParameterError, match=says):
        make()
