"""What will I do: five intentions from one index, whatever loyalty is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from agents import customers as c
from agents.theories.loyalty import Integrated, SatisfactionLoyalty
from sim.baseline import Standing
from sim.exchange import Leanings
from sim.plan import Plan
from sim.scenario import USUAL, Conditions
from sim.table import Block
from tests.agents.alternatives import LOYALTIES
from tests.agents.anybody import N, any_acts, any_talk, any_theory, anybody, laws, seeds, twins, unit
from tests.agents.minds import acts, array, at_least, close, columns, heard, lived, people, unmoved

STANDING = Standing(0.1, 0.3)
NORMAL = {"reference_price": 1.0, "deal_minded": 0.0}  # the usual price is what feels normal
FINE = 1e-4  # rounding of shifts of a logit that run up to hundreds
every = pytest.mark.parametrize("kind", LOYALTIES, ids=lambda kind: kind.__name__)


def lean(theory: Any, rows: Block, conditions: Conditions = USUAL, plan: Plan | None = None) -> Leanings:
    return theory.lean(rows, plan or Plan(), conditions, STANDING)


def free(competition: float) -> Conditions:
    return Conditions(competition=competition)


@every
@given(seed=seeds)
@laws
def test_the_loyal_stay_buy_recommend_and_pay(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, price = any_theory(kind, rng), Conditions(price=float(rng.uniform(0.5, 2)))
    less, more = twins(seed, price_sensitivity=1.0, **NORMAL)
    more[c.LOYALTY] = np.minimum(less[c.LOYALTY] + np.float32(0.2), c.LOYALTY.high)
    for conditions in (USUAL, price):
        one, two = (lean(theory, rows, conditions) for rows in (less, more))
        at_least(two.recommend, one.recommend, FINE)
        at_least(two.pay, one.pay, FINE)
        wishes = [theory.wish(rows, Plan(), conditions, STANDING) for rows in (less, more)]
        at_least(wishes[1], wishes[0], FINE)
    at_least(lean(theory, less).leave, lean(theory, more).leave, FINE)


@every
@given(seed=seeds)
@laws
def test_for_the_locked_in_neither_loyalty_nor_feeling_moves_leaving(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, locked = any_theory(kind, rng), Conditions(competition=0.0)
    one, two = twins(seed, **NORMAL)
    two[c.LOYALTY], two[c.VALENCE] = -one[c.LOYALTY], -one[c.VALENCE]
    np.testing.assert_array_equal(lean(theory, one, locked).leave, lean(theory, two, locked).leave)
    gaps = [np.abs(lean(theory, one, at).leave - lean(theory, two, at).leave) for at in map(free, (0.3, 0.6, 1.0))]
    at_least(gaps[1], gaps[0], FINE)
    at_least(gaps[2], gaps[1], FINE)


@every
@given(seed=seeds)
@laws
def test_feeling_moves_leaving_as_far_as_one_is_free(kind: type[Any], seed: int):
    """By -competition `mood` dV, whatever the index, the habit and the plan."""
    rng = np.random.default_rng(seed)
    theory, competition = any_theory(kind, rng, hold=0.3), float(unit(rng, 1)[0])
    plan = Plan(progress=array(unit(rng, N), N), status=array(unit(rng, N), N))
    low, high = (twins(seed, valence=size)[0] for size in (-0.2, 0.3))
    leaves = [lean(theory, rows, free(competition), plan).leave for rows in (low, high)]
    np.testing.assert_allclose(leaves[0] - leaves[1], competition * theory.mood * 0.5, atol=FINE)


@every
@given(seed=seeds)
@laws
def test_friends_who_left_draw_one_away_and_are_forgotten(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory = any_theory(kind, rng, forget=float(rng.uniform(0, 0.85)))
    alone, left = twins(seed, heard=0.0, friends_left=0.0)
    theory.hear(left, heard(N, tellers=0, leavers=rng.integers(1, 4, N)))
    at_least(lean(theory, left).leave, lean(theory, alone).leave + np.float32(0.9 * theory.contagion), FINE)
    for _ in range(100):
        theory.fade(left)
        theory.fade(alone)
    np.testing.assert_allclose(lean(theory, left).leave, lean(theory, alone).leave, atol=FINE)


@every
@given(seed=seeds)
@laws
def test_what_friends_say_moves_loyalty_their_way(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, talk = any_theory(kind, rng), any_talk(rng, tellers=1)
    praised, warned = twins(seed)
    theory.hear(praised, replace(talk, attitude=array(1, N)))
    theory.hear(warned, replace(talk, attitude=array(-1, N)))
    for column in (c.HEARD, c.LOYALTY):
        at_least(praised[column], warned[column])
    silent, before = twins(seed)
    theory.hear(silent, heard(N, tellers=0))
    np.testing.assert_array_equal(silent[c.HEARD], before[c.HEARD])


@every
@given(seed=seeds)
@laws
def test_what_friends_said_counts_for_what_is_still_remembered_of_it(kind: type[Any], seed: int):
    """The index is raised by `hearsay` times what was heard lately, in weeks without an encounter as well."""
    rng = np.random.default_rng(seed)
    theory, rows = any_theory(kind, rng), anybody(rng)
    theory.weigh(rows, lived(N))
    own = rows[c.LOYALTY] - np.float32(theory.hearsay) * rows[c.HEARD]
    for _ in range(12):
        theory.fade(rows)
        theory.hear(rows, any_talk(rng))
        np.testing.assert_allclose(rows[c.LOYALTY], own + theory.hearsay * rows[c.HEARD], atol=2e-5)


@every
@given(seed=seeds)
@laws
def test_telling_is_u_shaped_and_bad_news_travels_further(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory = any_theory(kind, rng, talk=0.1, stirred=float(rng.uniform(0, 0.2)), bitter=float(rng.uniform(1, 3)))
    judgement = np.linspace(0, 1, 11)
    good, bad = (lean(theory, people(11, satisfaction_last=sign * judgement)).tell for sign in (1, -1))
    assert (np.diff(good) >= 0).all()
    assert (np.diff(bad) >= 0).all()
    at_least(bad, good)
    assert good[0] == bad[0] > 0
    shy, open_ = (lean(theory, people(sociability=size)).tell for size in (0.1, 0.9))
    assert open_ > shy


@every
@given(seed=seeds)
@laws
def test_only_the_dissatisfied_complain_if_they_have_a_voice(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, rows = any_theory(kind, rng), anybody(rng)
    complains, last, voice = lean(theory, rows).complain, rows[c.SATISFACTION_LAST], rows[c.VOICE]
    np.testing.assert_array_equal(complains > 0, (last < 0) & (voice > 0))
    np.testing.assert_allclose(complains, voice * np.maximum(-last, 0), rtol=1e-6)


@every
@given(seed=seeds)
@laws
def test_engagement_follows_speaking_up(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, rows, deeds = any_theory(kind, rng), anybody(rng), any_acts(rng)
    before = rows[c.ENGAGEMENT].copy()
    theory.acted(rows, deeds)
    spoke = deeds.complained | deeds.referred | deeds.told | (deeds.answer >= 0)
    at_least(rows[c.ENGAGEMENT][spoke], before[spoke])
    at_least(before[~spoke], rows[c.ENGAGEMENT][~spoke])
    np.testing.assert_allclose(rows[c.ENGAGEMENT], before + theory.involve * (spoke - before), atol=1e-6)


@every
@given(seed=seeds)
@laws
def test_progress_and_status_pull_and_hold(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, rows = any_theory(kind, rng), anybody(rng)
    near, nearer = (array(x, N) for x in np.sort(unit(rng, 2, N), axis=0))
    plans = [Plan(progress=p) for p in (array(0, N), near, nearer)]
    wishes = [theory.wish(rows, plan, USUAL, STANDING) for plan in plans]
    np.testing.assert_array_equal(wishes[0], theory.wish(rows, Plan(), USUAL, STANDING))
    at_least(wishes[1], wishes[0], 0)
    at_least(wishes[2], wishes[1], 0)
    for plan in (Plan(progress=near), Plan(status=near)):
        at_least(lean(theory, rows).leave, lean(theory, rows, plan=plan).leave, 0)


def test_a_reward_pulls_harder_the_nearer_it_is():
    """Goal gradient: the second half of the way adds more than the first."""
    plans = [Plan(progress=array(p)) for p in (0.0, 0.5, 1.0)]
    start, half, goal = (SatisfactionLoyalty().wish(people(), plan, USUAL, STANDING)[0] for plan in plans)
    assert goal - half > 2 * (half - start) > 0


@every
def test_a_leaning_tells_what_was_lived(kind: type[Any]):
    """Remembered quality, the last judgement, and the feeling that shows."""
    rows = people(perceived_technical=0.9, perceived_functional=0.5, satisfaction_last=-0.3, valence=0.2)
    told = lean(kind(), rows)
    close(told.quality, 0.7)
    close(told.attitude, -0.3)
    close(told.feeling, 0.2)


def test_leanings_by_hand():
    """Loyalty 0.7 is z = (0.7 - 0.1) / 0.3 = 2."""
    theory = Integrated(pull=0.15, hold=0.5, mood=0.2, gradient=0.2, stake=0.3, status=0.2, recommend=0.4)
    values = {"reward_appeal": 0.75, "status_motive": 0.8, "voice": 0.4, "satisfaction_last": -0.5, "satisfaction": 0.2}
    rows = people(loyalty=0.7, valence=0.3, friends_left=2.0, **values)
    plan = Plan(progress=array(0.5), status=array(0.5))
    close(theory.wish(rows, Plan(), USUAL, STANDING), 0.30)  # 0.15 x 2
    close(theory.wish(rows, plan, USUAL, STANDING), 0.375)  # + 2 x 0.75 x 0.2 x 0.25
    leanings = lean(theory, rows, Conditions(competition=0.6), plan)
    # -0.6 (0.5 x 2 + 0.2 x 0.3) + 0.3 x 2 - 2 x 0.75 x 0.3 x 0.5 - 2 x 0.8 x 0.2 x 0.5
    close(leanings.leave, -0.636 + 0.6 - 0.225 - 0.16)
    close(leanings.complain, 0.2)  # 0.4 x 0.5
    close(leanings.recommend, 0.8)  # 0.4 x 2
    close(leanings.score, 7.6)  # 7 + 3 x 0.2


@pytest.mark.parametrize(("last", "tell"), [(0.0, 0.04), (0.5, 0.16), (-0.5, 0.22)])
def test_telling_by_hand(last: float, tell: float):
    """2 x 0.4 (0.05 + 0.3 x 0.5), and half as much again of the second term when it was bad: 0.8 (0.05 + 0.225)."""
    close(lean(SatisfactionLoyalty(), people(satisfaction_last=last, sociability=0.4)).tell, tell)


def test_hearsay_by_hand():
    """Trusted by 2 x 0.3, half of it: from 0.2 by 0.3 (-1 - 0.2) to -0.16; loyalty by a tenth; a week keeps 85%."""
    rows = people(sociability=0.3, heard=0.2, loyalty=0.52, friends_left=1.0)
    theory = SatisfactionLoyalty(hearsay=0.1)
    theory.hear(rows, heard(attitude=-1.0, leavers=2))
    close(rows[c.HEARD], -0.16)
    close(rows[c.LOYALTY], 0.484)  # 0.52 - 0.1 x 0.36
    close(rows[c.FRIENDS_LEFT], 3.0)
    theory.fade(rows)
    close(rows[c.HEARD], -0.136)
    close(rows[c.LOYALTY], 0.4864)  # 0.484 + 0.1 x 0.024
    close(rows[c.FRIENDS_LEFT], 2.55)


def test_engagement_by_hand():
    """A tenth of the way from 0.4 to 1 for those who complain, refer, tell or answer (0 is an answer), else to 0."""
    rows = people(5, engagement=0.4)
    done = {"complained": [1, 0, 0, 0, 0], "referred": [0, 1, 0, 0, 0], "told": [0, 0, 1, 0, 0]}
    SatisfactionLoyalty().acted(rows, acts(5, answer=[-1, -1, -1, 0, -1], **done))
    close(rows[c.ENGAGEMENT], [0.46, 0.46, 0.46, 0.46, 0.36])


def test_a_week_in_which_nobody_was_heard_leaves_everything_as_it_was():
    rows = people(3, loyalty=0.4)
    before = columns(rows)
    SatisfactionLoyalty().fade(rows)
    unmoved(rows, before)
