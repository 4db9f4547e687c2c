"""What do I expect next: four sources, each by its own weight; a ratchet; what shrinks with experience."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from agents import customers as c
from agents.theories.expectation import AdaptationLevel, Adaptive, Bayesian, Expectation, Fixed
from sim.exchange import Encounters
from sim.table import Block
from tests.agents.alternatives import EXPECTATIONS
from tests.agents.anybody import N, any_talk, any_theory, anybody, anything, better, laws, seeds, twins, unit
from tests.agents.minds import ROUNDING, at_least, close, columns, heard, lived, people, unmoved

BOTH = (c.EXPECT_TECHNICAL, c.EXPECT_FUNCTIONAL)
DEAF = {"promise": 0.0, "brand": 0.0, "word_of_mouth": 0.0}
STUBBORN: dict[type, dict[str, float]] = {  # own experience counts for nothing, or next to nothing
    Adaptive: {"gain": 0.0},
    AdaptationLevel: {"up": 0.0, "down": 0.0},
    Bayesian: {"prior": 1000.0},
}
every = pytest.mark.parametrize("kind", EXPECTATIONS, ids=lambda kind: kind.__name__)


def raised(encounter: Encounters, source: str, by: float) -> Encounters:
    return replace(encounter, **{source: np.minimum(getattr(encounter, source) + by, 1.0)})


def openness(theory: Any, rows: Block) -> Any:
    """By how much what others say counts [N]: (1 + prior) / (n + prior) for a Bayesian, at most 1."""
    if not isinstance(theory, Bayesian):
        return 1.0
    return np.minimum((1 + theory.prior) / np.maximum(rows[c.EXPERIENCE] + theory.prior, 1), 1)


@every
@given(seed=seeds)
@laws
def test_expectation_stays_among_what_it_was_and_what_was_met(kind: type[Any], seed: int):
    """Old expectation, delivered quality, promise and brand image: it ends between the least and the most of them."""
    rng = np.random.default_rng(seed)
    rows, encounter = anybody(rng), anything(rng)
    before = columns(rows)
    any_theory(kind, rng).learn(rows, encounter)
    for column, quality in zip(BOTH, (encounter.technical, encounter.functional), strict=True):
        met = (before[column.name], quality, np.full(N, encounter.promised), np.full(N, encounter.brand))
        at_least(rows[column], np.min(met, axis=0))
        at_least(np.max(met, axis=0), rows[column])


@every
@given(seed=seeds)
@laws
def test_own_experience_moves_the_expectation(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory = any_theory(kind, rng)
    worse, good = better(rng)
    one, two = twins(seed)
    theory.learn(one, worse)
    theory.learn(two, good)
    for column in BOTH:
        at_least(two[column], one[column])


@every
def test_own_experience_counts_by_its_weight(kind: type[Any]):
    """From 0.5, an encounter of 0.9 is learnt from by default, and not where its weight is 0 (Bayesian: 1/1001)."""
    learner, stubborn = people(expect_technical=0.5), people(expect_technical=0.5)
    kind(**DEAF).learn(learner, lived(technical=0.9))
    kind(**(DEAF | STUBBORN[kind])).learn(stubborn, lived(technical=0.9))
    assert learner[c.EXPECT_TECHNICAL][0] > 0.51
    assert abs(stubborn[c.EXPECT_TECHNICAL][0] - 0.5) <= 0.4 / 1001 + ROUNDING


@pytest.mark.parametrize(("weight", "source"), [("promise", "promised"), ("brand", "brand")])
@every
@given(seed=seeds)
@laws
def test_promise_and_brand_move_the_expectation_by_their_weight(kind: type[Any], weight: str, source: str, seed: int):
    """dE = weight dS, whatever else there is, for a Bayesian by openness; a weight of 0 means no influence."""
    rng = np.random.default_rng(seed)
    encounter, share = anything(rng), float(rng.uniform(0, 0.5))
    louder = raised(encounter, source, 0.2)
    for size in (0.0, share):
        theory = any_theory(kind, np.random.default_rng(seed), **{weight: size})
        one, two = twins(seed)
        step = openness(theory, one) * size * (getattr(louder, source) - getattr(encounter, source))
        theory.learn(one, encounter)
        theory.learn(two, louder)
        for column in BOTH:
            np.testing.assert_allclose(two[column] - one[column], step, atol=ROUNDING)


@every
@given(seed=seeds)
@laws
def test_word_of_mouth_moves_towards_what_was_told_by_its_weight(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    rows, talk = anybody(rng), any_talk(rng)
    before = columns(rows)
    any_theory(kind, rng, word_of_mouth=0.0).hear(rows, talk)
    unmoved(rows, before)
    any_theory(kind, rng, word_of_mouth=float(rng.uniform(0.05, 1))).hear(rows, talk)
    for column in BOTH:
        old = before[column.name]
        at_least(np.abs(talk.quality - old), np.abs(talk.quality - rows[column]))
        far = (talk.tellers > 0) & (before["sociability"] > 0.1) & (np.abs(talk.quality - old) > 0.1)
        assert (np.abs(talk.quality - rows[column]) < np.abs(talk.quality - old))[far].all()
        np.testing.assert_array_equal(rows[column][talk.tellers == 0], old[talk.tellers == 0])


@every
@given(seed=seeds)
@laws
def test_more_tellers_and_the_sociable_move_further(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, talk = kind(), any_talk(rng)
    one, two = twins(seed)
    start = one[c.EXPECT_TECHNICAL].copy()
    theory.hear(one, talk)
    theory.hear(two, replace(talk, tellers=talk.tellers + 1))
    at_least(np.abs(two[c.EXPECT_TECHNICAL] - start), np.abs(one[c.EXPECT_TECHNICAL] - start))
    shy, open_ = twins(seed, sociability=0.2)[0], twins(seed, sociability=0.8)[0]
    for rows in (shy, open_):
        theory.hear(rows, talk)
    at_least(np.abs(open_[c.EXPECT_TECHNICAL] - start), np.abs(shy[c.EXPECT_TECHNICAL] - start))


@given(seed=seeds)
@laws
def test_the_adaptation_level_rises_faster_than_it_falls(seed: int):
    """The same gap upwards and downwards, for any pair of shares with up above down: a ratchet."""
    rng = np.random.default_rng(seed)
    down, up = (float(x) for x in np.sort(rng.random(2)))
    for theory in (AdaptationLevel(**DEAF), AdaptationLevel(up=up, down=down, **DEAF)):
        gap = 0.5 * unit(rng, N)
        rises, falls = people(N, expect_technical=0.5), people(N, expect_technical=0.5)
        theory.learn(rises, lived(N, technical=0.5 + gap))
        theory.learn(falls, lived(N, technical=0.5 - gap))
        at_least(rises[c.EXPECT_TECHNICAL] - 0.5, 0.5 - falls[c.EXPECT_TECHNICAL])


@given(seed=seeds)
@laws
def test_a_bayesian_step_shrinks_with_experience(seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(Bayesian, rng, **DEAF), anything(rng)
    green, old = twins(seed)
    start = green[c.EXPECT_TECHNICAL].copy()
    old[c.EXPERIENCE] += np.float32(20)
    for rows in (green, old):
        theory.learn(rows, encounter)
    at_least(np.abs(green[c.EXPECT_TECHNICAL] - start), np.abs(old[c.EXPECT_TECHNICAL] - start))


@every
@pytest.mark.parametrize("source", ["promise", "brand", "friends"])
@given(seed=seeds)
@laws
def test_what_others_say_moves_the_experienced_less_for_a_bayesian_only(kind: type[Any], source: str, seed: int):
    """The same voice raised by 0.4, for nobody's own experience; a newcomer's first encounter hears it in full."""
    rng = np.random.default_rng(seed)
    theory = any_theory(kind, rng, promise=0.3, brand=0.2, word_of_mouth=0.6)
    quiet = anything(rng, promised=0.3, brand=0.3)
    moved = []
    for evidence in (1.0, 5.0, 20.0):
        told = []
        for level in (0.3, 0.7):
            rows, _ = twins(seed, experience=evidence)
            if source == "friends":
                theory.hear(rows, heard(N, quality=level, tellers=2))
            else:
                theory.learn(rows, replace(quiet, **{{"promise": "promised", "brand": "brand"}[source]: level}))
            told.append(rows[c.EXPECT_TECHNICAL])
        moved.append(told[1] - told[0])
    for less, more in zip(moved[1:], moved, strict=False):
        at_least(more, less)
        if kind is not Bayesian:
            np.testing.assert_allclose(less, more, atol=ROUNDING)
    weights = {"promise": theory.promise, "brand": theory.brand}
    if source in weights:
        np.testing.assert_allclose(moved[0], 0.4 * weights[source], atol=ROUNDING)


def test_bayesian_experience_settles_where_as_much_is_forgotten_as_is_learnt():
    """n = keep n + 1 at 1 / (1 - 0.9) = 10."""
    rows = people()
    for _ in range(300):
        Bayesian(keep=0.9).learn(rows, lived())
    assert rows[c.EXPERIENCE][0] == pytest.approx(10, rel=1e-4)


def test_no_prior_and_no_experience_is_a_belief_too():
    """Nothing is known: the first encounter is all there is to go by."""
    rows = people(experience=0.0, expect_technical=0.4)
    with np.errstate(all="raise"):
        Bayesian(prior=0.0, promise=0.0, brand=0.0).learn(rows, lived(technical=0.9))
    close(rows[c.EXPECT_TECHNICAL], 0.9)


def test_adaptive_by_hand():
    rows = people(expect_technical=0.5, expect_functional=0.9)
    Adaptive(gain=0.25, promise=0, brand=0).learn(rows, lived(technical=0.9, functional=0.5))
    close(rows[c.EXPECT_TECHNICAL], 0.6)  # 0.5 + 0.25 (0.9 - 0.5)
    close(rows[c.EXPECT_FUNCTIONAL], 0.8)  # 0.9 - 0.25 x 0.4


@pytest.mark.parametrize(
    ("theory", "learnt"),
    [
        (Adaptive(gain=0.25, promise=0.1, brand=0.2), 0.6),  # 0.5 + 0.25 x 0.4
        (AdaptationLevel(up=0.5, down=0.1, promise=0.1, brand=0.2), 0.7),  # 0.5 + 0.5 x 0.4
        (Bayesian(prior=3.0, promise=0.1, brand=0.2), 0.6),  # 0.5 + 0.4 / (1 + 3)
    ],
    ids=lambda value: type(value).__name__,
)
def test_experience_promise_and_brand_by_hand(theory: Expectation, learnt: float):
    """Learnt from 0.9, then a tenth of the way to a promise of 1.0, and two tenths to a brand image of 0.4."""
    rows = people(expect_technical=0.5)
    theory.learn(rows, lived(technical=0.9, promised=1.0, brand=0.4))
    # learnt + 0.1 (1.0 - learnt) + 0.2 (0.4 - learnt)
    close(rows[c.EXPECT_TECHNICAL], 0.7 * learnt + 0.1 + 0.08)


def test_word_of_mouth_by_hand():
    """Three friends, each trusted by 0.25 x 2 x 0.4 = 0.2: 1 - 0.8^3 = 0.488 of the way from 0.5 to 1.0."""
    rows = people(expect_technical=0.5, expect_functional=0.5, sociability=0.4)
    Adaptive(word_of_mouth=0.25).hear(rows, heard(tellers=3, quality=1.0))
    close(rows[c.EXPECT_TECHNICAL], 0.744)
    close(rows[c.EXPECT_FUNCTIONAL], 0.744)


def test_adaptation_level_by_hand():
    """Up 0.5 of 0.4, down 0.1 of 0.4."""
    rows = people(expect_technical=0.5, expect_functional=0.9)
    AdaptationLevel(up=0.5, down=0.1, promise=0, brand=0).learn(rows, lived(technical=0.9, functional=0.5))
    close(rows[c.EXPECT_TECHNICAL], 0.7)
    close(rows[c.EXPECT_FUNCTIONAL], 0.86)


def test_bayesian_by_hand():
    """Prior 2 and evidence 1: gains 1/3, then with keep 0.5 and evidence 1.5: 1/3.5."""
    rows, theory = people(expect_technical=0.4), Bayesian(prior=2.0, keep=0.5, promise=0, brand=0)
    theory.learn(rows, lived(technical=0.7))
    close(rows[c.EXPECT_TECHNICAL], 0.5)  # 0.4 + 0.3 / 3
    close(rows[c.EXPERIENCE], 1.5)  # 0.5 x 1 + 1
    theory.learn(rows, lived(technical=0.85))
    close(rows[c.EXPECT_TECHNICAL], 0.6)  # 0.5 + 0.35 / 3.5
    close(rows[c.EXPERIENCE], 1.75)


def test_a_bayesian_with_experience_listens_by_hand():
    """Prior 3 and evidence 5: open by (1 + 3) / (5 + 3) = 1/2 to a promise of 1.0, a brand of 0.4 and friends."""
    rows, theory = people(experience=5.0, expect_technical=0.5), Bayesian(prior=3.0, promise=0.1, brand=0.2, keep=0.6)
    theory.learn(rows, lived(technical=0.9, promised=1.0, brand=0.4))
    # learnt 0.5 + 0.4 / 8 = 0.55; then 0.55 + 0.05 (1.0 - 0.55) + 0.1 (0.4 - 0.55)
    close(rows[c.EXPECT_TECHNICAL], 0.55 + 0.0225 - 0.015)
    close(rows[c.EXPERIENCE], 4.0)  # 0.6 x 5 + 1
    told = people(experience=5.0, expect_technical=0.5, sociability=0.4)
    Bayesian(prior=3.0, word_of_mouth=0.25).hear(told, heard(tellers=3, quality=1.0))
    close(told[c.EXPECT_TECHNICAL], 0.5 + 0.5 * 0.244)  # half of the way 1 - 0.8^3 = 0.488 that a newcomer goes
    close(told[c.EXPERIENCE], 5.0)  # talk is no evidence of one's own


@pytest.mark.parametrize(("prior", "evidence"), [(0.0, 0.0), (2.0, 0.0), (0.0, 1.0), (2.0, 1.0)])
def test_nobody_is_more_than_open(prior: float, evidence: float):
    """With evidence of one encounter or less, a promise counts by its weight and no more: 0.5 + 0.4 (1.0 - 0.5)."""
    rows = people(experience=evidence, expect_technical=0.5)
    Bayesian(prior=prior, promise=0.4, brand=0.0).learn(rows, lived(technical=0.5, promised=1.0))
    close(rows[c.EXPECT_TECHNICAL], 0.7)


def test_without_forgetting_the_bayesian_mean_is_the_mean():
    """Prior of weight 2 at 0.4 and three encounters of 0.7, 0.9, 0.5: (2 x 0.4 + 2.1) / 5 = 0.58."""
    rows, theory = people(expect_technical=0.4), Bayesian(prior=2.0, keep=1.0, promise=0, brand=0)
    for quality in (0.7, 0.9, 0.5):
        theory.learn(rows, lived(technical=quality))
    close(rows[c.EXPECT_TECHNICAL], 0.58)


def test_a_fixed_norm_listens_to_nobody():
    rows = people(expect_technical=0.5)
    Fixed().learn(rows, lived(technical=1.0, promised=1.0, brand=1.0))
    Fixed().hear(rows, heard(tellers=9, quality=1.0))
    assert rows[c.EXPECT_TECHNICAL][0] == 0.5
