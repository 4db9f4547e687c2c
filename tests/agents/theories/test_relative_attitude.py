"""Attitude relative to what others offer, and patronage: latent, spurious or loyal; a rival counts once noticed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given

from agents import customers as c
from agents.theories.loyalty import RelativeAttitude
from sim.exchange import Encounters
from sim.scenario import USUAL_RIVAL
from tests.agents.anybody import any_theory, anything, laws, seeds, twins
from tests.agents.minds import ROUNDING, at_least, close, columns, lived, people

TRUSTED = {"satisfaction": 0.5, "competence": 0.9, "benevolence": 0.6, "integrity": 0.6}  # mean trust 0.7


def loyalty(theory: RelativeAttitude, seed: int, encounter: Encounters, **fixed: float) -> np.ndarray:
    """Loyalty of the same customers after an encounter."""
    rows, _ = twins(seed, **fixed)
    theory.weigh(rows, encounter)
    return rows[c.LOYALTY]


@given(seed=seeds)
@laws
def test_more_patronage_never_lowers_the_index_whatever_the_attitude(seed: int):
    """And it adds the more, the better the attitude; next to nothing to the worst."""
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(RelativeAttitude, rng), anything(rng)
    seldom, often = np.sort(rng.random(2))
    added = []
    for satisfaction in (-1.0, -0.4, 0.0, 0.4, 1.0):
        less, more = (loyalty(theory, seed, encounter, satisfaction=satisfaction, habit=h) for h in (seldom, often))
        at_least(more, less)
        added.append(more - less)
    for worse, better in pairwise(added):
        at_least(better, worse)
    bad = RelativeAttitude(steepness=20.0, alternative=2.0, rivalry=0.0, patronage=theory.patronage)
    spurious, without = (loyalty(bad, seed, encounter, satisfaction=-1.0, habit=h) for h in (1.0, 0.0))
    np.testing.assert_allclose(spurious, without, atol=1e-6)


def test_without_patronage_a_good_attitude_is_latent():
    """The same attitude a: 0.7 a with nobody's habit, 0.3 (1 + a) / 2 above it with everybody's, at a weight of 0.3.

    a = tanh(2 (0.5 + 2 x 0.7 - 1) / 2) = tanh(0.9) = 0.7162979: 0.5014085, and 0.2574447 above it.
    """
    latent, loyal = (people(**TRUSTED, habit=habit) for habit in (0.0, 1.0))
    for rows in (latent, loyal):
        RelativeAttitude(patronage=0.3).weigh(rows, lived(rival=0.65))
    close(latent[c.LOYALTY], 0.5014085)
    close(loyal[c.LOYALTY] - latent[c.LOYALTY], 0.2574447)


def test_patronage_with_a_bad_attitude_is_spurious():
    """a = tanh(-0.5 + 2 x 0.25 - 1) = tanh(-1) = -0.7615942: 0.7 a, and 0.3 (1 + a) / 2 = 0.0357609 of patronage."""
    rows = people(satisfaction=-0.5, competence=0.25, benevolence=0.25, integrity=0.25, habit=1.0)
    RelativeAttitude(steepness=2.0, patronage=0.3).weigh(rows, lived(rival=0.65))
    close(rows[c.LOYALTY], -0.5331159 + 0.0357609)


@given(seed=seeds)
@laws
def test_a_rival_is_noticed_by_those_who_need_variety(seed: int):
    """What is noticed moves by `variety`; who knew it as usual and needs none never holds a better one against us."""
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(RelativeAttitude, rng), anything(rng, rival=0.9)
    rows, _ = twins(seed)
    before = columns(rows)
    theory.weigh(rows, encounter)
    noticed = before["rival"] + before["variety"] * (0.9 - before["rival"])
    np.testing.assert_allclose(rows[c.RIVAL], noticed, atol=1e-6)
    steady, curious, restless = (loyalty(theory, seed, encounter, rival=0.65, variety=v) for v in (0.0, 0.3, 0.9))
    at_least(steady, curious)
    at_least(curious, restless)
    unaware = loyalty(theory, seed, replace(encounter, rival=0.65), rival=0.65)
    np.testing.assert_allclose(steady, unaware, atol=ROUNDING)


def test_everybody_begins_knowing_the_rival_as_it_usually_is():
    """So a usual rival moves nobody, however much rivalry counts."""
    assert c.RIVAL.start == USUAL_RIVAL
    free, rivalled = people(), people()
    for theory, rows in ((RelativeAttitude(rivalry=0.0), free), (RelativeAttitude(rivalry=20.0), rivalled)):
        theory.weigh(rows, lived(rival=USUAL_RIVAL))
    np.testing.assert_allclose(rivalled[c.LOYALTY], free[c.LOYALTY], atol=ROUNDING)


def test_relative_attitude_by_hand():
    """The rival of 0.85 is noticed by 0.4 of the way from 0.6: 0.7, a lead of 0.05 over the 0.65 that is usual.

    0.5 + 2 x 0.7 - 1 - 0.1 - 2 x 0.05 = 0.7; a = tanh(2 x 0.7 / 2) = 0.6043678; 0.7 a + 0.3 x 0.4 (1 + a) / 2.
    """
    rows = people(**TRUSTED, habit=0.4, rival=0.6, variety=0.4)
    RelativeAttitude(alternative=0.1, steepness=2.0, rivalry=2.0, patronage=0.3).weigh(rows, lived(rival=0.85))
    close(rows[c.RIVAL], 0.7)
    close(rows[c.LOYALTY], 0.4230575 + 0.0962621)
