"""What the firm writes down, and what a survey hears."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from agents.mind import NoMind
from sim.behaviour import Contractual, NonContractual
from sim.chance import Chance
from sim.errors import ParameterError
from sim.market import Arrivals
from sim.people import ACTIVE, BASKET, LEFT, START
from sim.records import (
    ANSWER,
    COMPLAINTS,
    EARNED,
    KNOWN,
    LAST,
    MEMBER,
    POINTS,
    PURCHASES,
    REFERRALS,
    SINCE,
    SOURCE,
    SPEND,
    TREATED,
    Survey,
)  # fmt: skip
from sim.service import Service
from strategies import OverDelivery, RewardProgram
from strategies.targeting import RandomShare
from tests.sim import worlds

N = 200_000


def ask(survey: Survey, score: float, n: int = N) -> np.ndarray:
    """Seed 2."""
    luck = Chance(2).at(0).rows(np.arange(n, dtype=np.uint64))
    return survey.ask(np.full(n, score, np.float32), luck)


@pytest.mark.parametrize("score", [0.0, 4.0, 7.0, 10.0])
def test_silence_depends_on_feeling(score: float):
    """Seed 2, 200,000 encounters: share x (0.20 + 0.06 |score - 7|) answer, within 4 standard errors."""
    answered = ask(Survey(share=0.5), score) >= 0
    expected = 0.5 * (0.20 + 0.06 * abs(score - 7))
    assert abs(answered.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / N)


def test_answers_are_noisy_whole_numbers_around_the_score():
    """Seed 2: rounding and a noise of 1 leave mean 6 within 4 standard errors; all answers are 0-10."""
    answers = ask(Survey(share=1.0, response=1.0), 6.0).astype(float)
    assert answers.min() >= 0
    assert answers.max() <= 10
    assert abs(answers.mean() - 6) < 4 * answers.std() / np.sqrt(N)
    assert answers.std() == pytest.approx(np.sqrt(1 + 1 / 12), rel=0.02)


@pytest.mark.parametrize("score", [0.0, 10.0])
def test_answers_end_at_the_ends(score: float):
    answers = ask(Survey(share=1.0, response=1.0, noise=5.0), score)
    assert set(np.unique(answers)) <= set(range(11))
    assert (answers == score).mean() > 0.4


def test_nobody_asked_is_nobody_heard():
    assert (ask(Survey(share=0.0), 7.0) == -1).all()
    assert (ask(Survey(share=1.0, response=0.0, stirred=0.0), 0.0) == -1).all()
    assert (ask(Survey(share=1.0, response=1.0, noise=0.0), 3.4) == 3).all()


def test_survey_answers_of_a_run_come_from_those_who_came():
    """Seed 1, 3,000 customers with the default mind, 20 weeks: only buyers answer, and about as often as expected."""
    run = worlds.model(3_000, survey=Survey(share=1.0, response=1.0, stirred=0.0))
    run.run_for(20)
    crm = run.records.crm
    assert ((crm[ANSWER] >= 0) == (crm[PURCHASES] > 0)).all()


def test_a_new_customer_becomes_known_with_the_first_purchase():
    people = worlds.newcomers(300, start=np.linspace(0, 9.9, 300))
    run = worlds.model(people=people, mind=NoMind())
    for week in range(10):
        np.testing.assert_array_equal(run.records.crm[KNOWN], people.start < week)
        run.step()
    crm = run.records.crm
    np.testing.assert_array_equal(crm[SINCE], people.start)
    assert crm[PURCHASES].min() == 1
    only = crm[PURCHASES] == 1
    np.testing.assert_array_equal(crm[LAST][only], people.start[only])
    assert (crm[LAST] >= crm[SINCE]).all()


def test_without_a_contract_leaving_is_not_seen_with_one_it_is():
    silent = worlds.model(people=worlds.met(2_000, dropout=0.5))
    silent.run_for(20)
    assert (~silent.table[ACTIVE]).mean() > 0.5
    assert silent.records.crm[KNOWN].all()
    contract = worlds.model(2_000, behaviour=Contractual(period=4, alpha=1, beta=1))
    contract.run_for(20)
    np.testing.assert_array_equal(contract.records.crm[KNOWN], contract.table[ACTIVE])
    assert 0.05 < contract.table[ACTIVE].mean() < 0.9


@pytest.mark.parametrize("behaviour", [worlds.LIVELY, Contractual(period=4)], ids=["purchases", "contract"])
def test_the_last_purchase_lies_within_the_week_it_was_made(behaviour: NonContractual | Contractual):
    run = worlds.model(people=worlds.newcomers(2_000, behaviour=behaviour), behaviour=behaviour, mind=NoMind())
    before = run.records.crm[PURCHASES].copy()
    for week in range(12):
        run.step()
        bought = run.records.crm[PURCHASES] > before
        last = run.records.crm[LAST][bought]
        assert (last >= week).all()
        assert (last <= week + 1).all()
        before = run.records.crm[PURCHASES].copy()
    left = ~np.isnan(run.table[LEFT])
    if isinstance(behaviour, NonContractual):
        np.testing.assert_array_equal(run.table[LEFT][left], run.records.crm[LAST][left])


@pytest.mark.parametrize(
    "behaviour", [worlds.LIVELY, Contractual(period=4, alpha=1, beta=3)], ids=["purchases", "contract"]
)
def test_who_has_left_never_acts_again(behaviour: NonContractual | Contractual):
    """Seed 1, 1,500 customers under a program, 25 weeks: their record is closed, but for what the firm spends on it."""
    people = worlds.newcomers(1_500, behaviour=behaviour)
    parts = {"behaviour": behaviour, "arrivals": Arrivals(referral=0.05), "strategy": RewardProgram(threshold=30.0)}
    run = worlds.model(people=people, **parts)
    closed, then = np.zeros(1_500, np.bool_), worlds.columns_of(run)
    for _ in range(25):
        run.step()
        now = {name: values[:1_500].copy() for name, values in worlds.columns_of(run).items()}
        fades = ("valence", "arousal", "investment", "cost", "treated")
        worlds.assert_equal(
            {name: values[closed] for name, values in now.items()},
            {name: values[:1_500][closed] for name, values in then.items()},
            but=fades,
        )
        assert not now["active"][closed].any()
        closed, then = ~np.isnan(now["left"]), now
    assert 100 < closed.sum() < 1_500


def test_moments_are_spread_over_the_week():
    """Seed 1, 40,000 customers, week 3, one purchase: Kolmogorov-Smirnov against the uniform, p > 0.001."""
    run = worlds.model(people=worlds.met(40_000, rate=0.5, dropout=1e-6), mind=NoMind())
    run.run_for(3)
    before = run.records.crm[PURCHASES].copy()
    run.step()
    crm = run.records.crm
    for k in (1, 2):  # the last of k uniform moments has distribution u^k
        moment = crm[LAST][crm[PURCHASES] - before == k] - 3
        assert stats.kstest(moment.astype(float) ** k, "uniform").pvalue > 1e-3


def test_spend_has_the_customers_own_mean():
    """Seed 1, 20,000 customers, 30 weeks: mean of spend minus purchases x basket is 0 within 4 standard errors."""
    run = worlds.model(people=worlds.met(20_000, dropout=1e-6), mind=NoMind())
    run.run_for(30)
    crm = run.records.crm
    off = crm[SPEND].astype(float) - (crm[PURCHASES].astype(float) - 1) * run.table[BASKET]
    assert abs(off.mean()) < 4 * off.std() / np.sqrt(len(off))
    assert crm[SPEND].min() >= 0


def test_points_are_earned_redeemed_and_kept():
    """Seed 1, 1,000 members, 40 weeks: earned = money spent as a member; points are what is left of them."""
    play = RewardProgram(points=2.0, threshold=60.0, take_up=1.0)
    run = worlds.model(people=worlds.met(1_000), strategy=play)
    run.records.members("reward_program")[:] = True
    run.run_for(40)
    crm = run.records.crm
    np.testing.assert_allclose(crm[EARNED], 2 * crm[SPEND], rtol=1e-4, atol=1e-3)
    rewards = (crm[EARNED] - crm[POINTS]) / 60
    np.testing.assert_allclose(rewards, np.rint(rewards), atol=1e-3)
    assert rewards.max() >= 2
    assert crm[POINTS].min() >= 0
    np.testing.assert_array_equal(crm[MEMBER], crm[PURCHASES] > 1)


def test_treated_is_who_was_ever_meant():
    run = worlds.model(people=worlds.met(1_000), strategy=OverDelivery(targeting=RandomShare(0.3)))
    run.run_for(2)
    assert run.records.crm[TREATED].mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 1_000))


def test_complaints_follow_bad_service():
    """Seed 1, 2,000 customers, 10 weeks: who fails often is complained about more, though less was expected too."""
    good, bad = (worlds.model(2_000, service=Service(failure=share, severity=1.0)) for share in (0.0, 0.8))
    for run in (good, bad):
        run.run_for(10)
    assert bad.records.crm[COMPLAINTS].sum() > 1.5 * good.records.crm[COMPLAINTS].sum()


def test_sources_are_kept():
    assert (worlds.model(5).records.crm[SOURCE] == 0).all()
    assert (worlds.model(5).records.crm[REFERRALS] == 0).all()


@pytest.mark.parametrize(("name", "value"), [("share", 1.1), ("response", -0.1), ("stirred", 0.3), ("noise", 6)])
def test_surveys_out_of_range_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"Survey\.{name}"):
        Survey(**{name: value})


def test_the_last_purchase_is_never_before_the_first():
    behaviour = Contractual()
    run = worlds.model(people=worlds.newcomers(50, behaviour=behaviour, start=0.7), behaviour=behaviour)
    run.step()
    assert (run.records.crm[LAST] >= run.records.crm[SINCE]).all()


def test_a_contract_ends_on_its_renewal_date():
    behaviour = Contractual(period=4, alpha=9, beta=1)
    run = worlds.model(people=worlds.newcomers(200, behaviour=behaviour, start=0.7), behaviour=behaviour)
    run.run_for(6)
    left = run.table[LEFT][~np.isnan(run.table[LEFT])]
    np.testing.assert_allclose(left, run.table[START][0] + 4)


def test_purchases_on_record_never_fall():
    run = worlds.model(people=worlds.met(20, rate=3.0, dropout=1e-6, purchases=65_535), mind=NoMind())
    run.run_for(3)
    assert (run.records.crm[PURCHASES] > 65_535).all()


def test_a_first_week_of_256_purchases_is_one_of_many_not_of_none():
    run = worlds.model(people=worlds.newcomers(20, rate=900.0, dropout=1e-6), mind=NoMind())
    run.step()
    assert (run.records.crm[PURCHASES] >= 255).all()
    assert (run.records.crm[SPEND] > 0).all()


def test_buying_very_often_does_not_kill():
    run = worlds.model(people=worlds.met(200, rate=900.0, dropout=1e-6), mind=NoMind())
    run.step()
    assert run.table[ACTIVE].mean() > 0.9


@pytest.mark.parametrize("column", [COMPLAINTS, REFERRALS], ids=lambda column: column.name)
def test_counters_of_a_long_life_never_fall(column):
    """300 customers with 255 of each on record: a byte would be full, and the next referral would repeat a key."""
    run = worlds.model(people=worlds.met(300, rate=3.0), arrivals=Arrivals(referral=0.5), service=Service(failure=1.0))
    run.records.crm[column][:] = 255
    run.run_for(3)
    counts = run.records.crm[column][:300]
    assert counts.min() == 255
    assert counts.max() > 255


def test_a_customer_on_record_has_no_second_first_purchase():
    """One newcomer with a first purchase to come is enough to make the model look for trials."""
    people = worlds.newcomers(
        100, start=0.0, rate=1e-7, active=np.arange(100) > 0, purchases=(np.arange(100) > 0).astype(np.uint16)
    )
    run = worlds.model(people=people, mind=NoMind())
    run.step()
    assert (run.records.crm[PURCHASES] == 1).all()
    assert (run.records.crm[SPEND][1:] == 0).all()
