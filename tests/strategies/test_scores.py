"""Churn and uplift scores: learnt from the View alone, refitted, and what happens when there is nothing to learn."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.model import CustomerModel
from sim.people import LEFT
from strategies import ChurnPrevention, OverDelivery
from strategies.features import FEATURES, Logit, features, learn
from strategies.ranking import ChurnScore, TopK, UpliftScore
from strategies.scores import ChurnRisk, Rfm, Score, Uplift
from strategies.targeting import Lapsing, ValueTier
from tests.sim import worlds
from tests.strategies.views import luck, view


def seen(n: int, week: int, memory: dict[str, object], **columns: object):
    """A View of made-up records with a memory that lasts from week to week."""
    now = view(n, week, **columns)
    return type(now)(week, n, now.__getitem__, memory=memory)


@pytest.mark.parametrize("score", [Rfm(), ChurnRisk(), Uplift()], ids=str)
@pytest.mark.parametrize("n", [40, 300])
def test_a_score_is_one_number_each(score: Score, n: int):
    numbers = score.score(view(n, purchases=3, last=np.arange(n) % 9), luck(n))
    assert numbers.shape == (n,)
    assert numbers.dtype == np.float32
    assert not np.isnan(numbers).any()
    assert isinstance(score, Score)


def test_features_are_finite_and_named_even_for_empty_records():
    table = features(view(5))
    assert table.shape == (5, len(FEATURES))
    assert np.isfinite(table).all()
    assert np.isfinite(features(view(1, week=0, purchases=0, last=0.9, points=-1.0))).all()


def test_the_regression_finds_planted_weights():
    """20,000 rows, seed 3: each weight within 0.12 of the planted, which is 5 standard errors (about 0.024)."""
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(20_000, 3)).astype(np.float32)
    chance = 1 / (1 + np.exp(-(0.5 + rows @ np.array([1.0, -2.0, 0.0]))))
    fitted = learn(rows, rng.random(20_000) < chance)
    np.testing.assert_allclose(fitted.weights, [1.0, -2.0, 0.0], atol=0.12)
    assert fitted.intercept == pytest.approx(0.5, abs=0.12)


def test_a_chance_by_hand_and_none_beyond_what_was_seen():
    model = Logit(np.array([np.log(3)]), 0.0, np.array([-1.0]), np.array([1.0]))
    chances = model.chance(np.array([[0.0], [1.0], [-1.0], [50.0]], np.float32))
    np.testing.assert_allclose(chances, [0.5, 0.75, 0.25, 0.75], rtol=1e-6)


@pytest.mark.parametrize("ending", [np.zeros(4, np.bool_), np.ones(4, np.bool_)])
def test_nothing_is_learnt_from_one_class(ending: np.ndarray):
    assert learn(np.eye(4, dtype=np.float32), ending) is None
    assert learn(np.zeros((0, 3), np.float32), np.zeros(0, np.bool_)) is None


def test_with_one_class_churn_risk_ranks_by_recency_and_says_so_once():
    risk, memory = ChurnRisk(window=4, every=4), {}
    last = np.array([3.0, 0.0, 2.0, 1.0])
    for week in (4, 8, 12, 16):
        score = risk.score(seen(4, week, memory, last=last, purchases=2), luck(4, week))
        assert np.argsort(-score).tolist() == [1, 3, 2, 0]
    assert memory["notes"] == ["churn risk: all 4 customers of week 4 were lost; uses recency instead"]


def test_churn_risk_learns_who_falls_silent():
    """Those who complained buy no more in the next 8 weeks, those who did not do: the others' silence is the same."""
    n, risk, memory = 400, ChurnRisk(window=8, every=8), {}
    complaints = (np.arange(n) % 4 == 0).astype(int)
    records = {"complaints": complaints, "last": 5.0, "purchases": 3}
    first = risk.score(seen(n, 10, memory, **records), luck(n))
    assert len(np.unique(first)) == 1
    records["purchases"] = np.where(complaints, 3, 4)
    score = risk.score(seen(n, 18, memory, **records), luck(n, 18))
    assert score[complaints == 1].min() > 0.5 > score[complaints == 0].max()


def test_where_leaving_is_seen_churn_is_leaving_and_dismissals_do_not_count():
    """Nobody buys; every fourth is seen leaving, every fifth was let go by the firm: only the former is learnt."""
    n, risk, memory = 400, ChurnRisk(window=8, every=8), {}
    place = np.arange(n)
    left, dismissed = place % 4 == 0, (place % 5 == 0) & (place % 4 != 0)
    records = {"spend": np.where(left, 100.0, 1.0), "purchases": 2, "contacts": np.where(dismissed, 9.0, 0.0)}
    risk.score(seen(n, 10, memory, **records), luck(n))
    records |= {"gone": np.where(left | dismissed, 12.0, np.nan), "stated": np.where(dismissed, 6, 0)}
    score = risk.score(seen(n, 18, memory, **records), luck(n, 18))
    assert score[left].min() > 0.5 > score[~left].max()


def ran(strategy: object, weeks: int, n: int = 1_500) -> CustomerModel:
    run = worlds.model(people=worlds.met(n), strategy=strategy)
    run.run_for(weeks)
    return run


def test_in_a_run_churn_risk_ranks_those_who_have_left_first():
    """1,500 customers, seed 1, 24 weeks: chance that one who has left ranks above one who stays, 4 standard errors."""
    run = ran(OverDelivery(lift=0.0, price=0.0, targeting=ChurnScore(risk=ChurnRisk(window=6, every=6))), 24)
    desk = run.records.view(run.week).desk("over_delivery")
    score = ChurnRisk(window=6, every=6).score(desk, luck(len(desk), run.week))
    gone = ~np.isnan(run.table[LEFT])
    above = (score[gone][:, None] > score[~gone][None, :]).mean()
    error = np.sqrt(1 / (12 * gone.sum()) + 1 / (12 * (~gone).sum()))
    assert min(gone.sum(), (~gone).sum()) > 50
    assert above > 0.5 + 4 * error


def test_the_same_run_twice_is_the_same():
    play = ChurnPrevention(targeting=ChurnScore(top=0.2, risk=ChurnRisk(window=4, every=4)))
    worlds.assert_same_run(ran(play, 12, 400), ran(play, 12, 400))


def test_a_fork_learns_on_its_own():
    play = OverDelivery(targeting=ChurnScore(risk=ChurnRisk(window=4, every=4)))
    run = ran(play, 6, 400)
    twin = run.fork(play)
    twin.run_for(6)
    run.run_for(6)
    worlds.assert_same_run(run, twin)


def test_uplift_learns_whom_the_play_helps_and_spares_whom_it_harms():
    """2,000 customers, seed 1: the play makes frequent buyers buy and the others not; planted chances 0.7 and 0.3."""
    n, memory = 2_000, {}
    targeting = UpliftScore(top=0.4, uplift=Uplift(pilot=6, share=0.5))
    often = np.arange(n) % 2 == 0
    records = {"purchases": np.where(often, 20, 2), "since": -50.0, "last": -1.0}
    treated = targeting.pick(seen(n, 0, memory, **records), luck(n, 0))
    assert abs(treated.mean() - 0.5) < 4 * np.sqrt(0.25 / n)
    chance = np.where(treated, np.where(often, 0.7, 0.3), 0.5)
    bought = np.random.default_rng(1).random(n) < chance
    records["purchases"] = records["purchases"] + bought
    np.testing.assert_array_equal(targeting.pick(seen(n, 5, memory, **records), luck(n, 5)), treated)
    picked = targeting.pick(seen(n, 6, memory, **records), luck(n, 6))
    assert picked.sum() == 0.4 * n
    assert often[picked].mean() > 0.99
    assert "now by uplift" in memory["notes"][0]
    as_it_was = {**records, "purchases": np.where(often, 20, 2)}  # what the models have learnt from
    gain = Uplift(pilot=6, share=0.5).score(seen(n, 0, memory, **as_it_was), luck(n, 7))
    assert gain[often].mean() == pytest.approx(0.2, abs=4 * np.sqrt(2 * 0.25 / (n / 4)))
    assert gain[~often].mean() == pytest.approx(-0.2, abs=4 * np.sqrt(2 * 0.25 / (n / 4)))
    harmful = UpliftScore(top=1.0, uplift=Uplift(pilot=6, share=0.5))
    assert not harmful.pick(seen(n, 7, memory, **records), luck(n, 8))[~often & (gain <= 0)].any()


def test_a_pilot_in_which_all_ended_alike_goes_on():
    memory: dict[str, object] = {}
    targeting = UpliftScore(uplift=Uplift(pilot=2))
    first = targeting.pick(seen(100, 0, memory, purchases=2), luck(100, 0))
    for week in (2, 3):
        np.testing.assert_array_equal(targeting.pick(seen(100, week, memory, purchases=2), luck(100, week)), first)
    assert memory["notes"] == ["uplift: a group of the pilot of week 0 ended all alike; the pilot goes on"]


def test_no_hold_out_left_is_refused():
    for share in (0.0, 1.0):
        with pytest.raises(ParameterError, match=r"Uplift\.share = .* is outside 0\.01 to 0\.99"):
            Uplift(share=share)
    for share, nobody in ((0.99, "held out"), (0.01, "treated")):
        with pytest.raises(ParameterError, match=rf"leaves nobody {nobody} among 2 eligible .*choose a share"):
            UpliftScore(uplift=Uplift(share=share)).pick(view(2), luck(2))


def test_a_pilot_waits_for_somebody_eligible():
    memory: dict[str, object] = {}
    targeting = UpliftScore(uplift=Uplift(of=Lapsing()))
    assert not targeting.pick(seen(50, 3, memory, known=False), luck(50, 3)).any()
    late = {"purchases": 5, "since": 0.0, "last": 4.0}
    assert targeting.pick(seen(50, 8, memory, **late), luck(50, 8)).any()


def test_only_the_best_that_money_pays_for():
    n, spend = 100, np.arange(100.0)
    records = {"spend": spend, "purchases": np.arange(100), "last": spend / 100}
    for top, many in ((TopK(k=7), 7), (TopK(k=50, money=10.0, price=0.5), 20), (TopK(k=500), 100)):
        picked = top.pick(view(n, **records), luck(n))
        assert picked.sum() == many
        assert picked[-many:].all()
    among = TopK(k=5, of=ValueTier(0.5)).pick(view(n, **records, known=np.arange(n) < 80), luck(n))
    assert np.flatnonzero(among).tolist() == [75, 76, 77, 78, 79]


def test_equals_are_told_apart_by_a_lasting_luck():
    first = TopK(k=10).pick(view(100), luck(100))
    assert first.sum() == 10
    np.testing.assert_array_equal(TopK(k=10).pick(view(100, week=11), luck(100, 11)), first)
    assert (TopK(k=10).pick(view(100), luck(100, seed=2)) != first).any()


def test_the_most_at_risk_are_picked():
    picked = ChurnScore(top=0.25).pick(view(8, last=np.arange(8.0), known=np.arange(8) != 0), luck(8))
    assert np.flatnonzero(picked).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: TopK(k=0), r"TopK\.k = 0 is outside 1 to .*Choose a value"),
        (lambda: TopK(k=-3), r"TopK\.k = -3 is outside 1 to "),
        (lambda: TopK(money=0.0), r"TopK\.money = 0\.0 is outside 0\.01 to .*Choose a value"),
        (lambda: TopK(money=-5.0), r"TopK\.money = -5\.0 is outside"),
        (lambda: TopK(money=1.0, price=2.0), r"TopK\.money = 1 pays for nobody .*raise money or lower price"),
        (lambda: ChurnScore(top=0.0), r"ChurnScore\.top = 0\.0 is outside"),
        (lambda: ChurnRisk(window=0), r"ChurnRisk\.window = 0 is outside"),
    ],
)
def test_bad_values_are_refused(make, says: str):
    with pytest.raises(ParameterError, match=says):
        make()
