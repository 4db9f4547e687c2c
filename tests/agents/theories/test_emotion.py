"""How do I feel: judgements are felt, moods are caught, feelings fade."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from agents import customers as c
from agents.theories.emotion import PositiveNegative, ValenceArousal, caught, region
from tests.agents.alternatives import EMOTIONS
from tests.agents.anybody import N, any_talk, any_theory, anybody, anything, laws, seeds, twins, unit
from tests.agents.minds import ROUNDING, array, at_least, close, columns, heard, in_range, lived, people

every = pytest.mark.parametrize("kind", EMOTIONS, ids=lambda kind: kind.__name__)


@every
@given(seed=seeds)
@laws
def test_a_better_judgement_never_lowers_valence(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter, felt = any_theory(kind, rng), anything(rng), array(2 * unit(rng, N) - 1, N)
    gladder = array(np.minimum(felt + unit(rng, N), 1), N)
    one, two = twins(seed)
    theory.feel(one, encounter, felt)
    theory.feel(two, encounter, gladder)
    at_least(two[c.VALENCE], one[c.VALENCE])


@every
@given(seed=seeds)
@laws
def test_the_reactive_feel_more(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter, felt = kind(), anything(rng, staff_mood=0.0), array(2 * unit(rng, N) - 1, N)
    calm, reactive = twins(seed, reactivity=0.2)[0], twins(seed, reactivity=0.8)[0]
    start = calm[c.VALENCE].copy()
    for rows in (calm, reactive):
        theory.feel(rows, encounter, felt)
    at_least(np.abs(reactive[c.VALENCE] - start), np.abs(calm[c.VALENCE] - start))
    at_least(reactive[c.AROUSAL], calm[c.AROUSAL])


@every
@given(seed=seeds)
@laws
def test_staffs_mood_is_caught(kind: type[Any], seed: int):
    """A brighter mood never darkens feelings; each moves them its way by at most contagion |mood|: no jump at 0."""
    rng = np.random.default_rng(seed)
    theory, felt = any_theory(kind, rng), array(2 * unit(rng, N) - 1, N)
    moods, feelings = np.sort([*rng.uniform(-1, 1, 2), *rng.uniform(-1e-3, 1e-3, 2)]), []
    encounter = anything(rng)
    for mood in (*moods, 0.0):
        rows, _ = twins(seed)
        theory.feel(rows, replace(encounter, staff_mood=float(mood)), felt)
        feelings.append(rows[c.VALENCE].copy())
    *caught_moods, own = feelings
    for darker, brighter in pairwise(caught_moods):
        at_least(brighter, darker)
    for mood, valence in zip(moods, caught_moods, strict=True):
        at_least(np.sign(mood) * (valence - own), 0)
        at_least(theory.contagion * abs(mood), np.abs(valence - own))


@every
@given(seed=seeds)
@laws
def test_valence_moves_towards_friends_who_feel(kind: type[Any], seed: int):
    """Never past them, and not at all where nobody told anything or feels otherwise."""
    rng = np.random.default_rng(seed)
    theory, rows, talk = any_theory(kind, rng), anybody(rng), any_talk(rng)
    before = columns(rows)
    theory.catch(rows, talk)
    at_least(np.abs(talk.feeling - before["valence"]), np.abs(talk.feeling - rows[c.VALENCE]))
    at_least(rows[c.VALENCE], np.minimum(before["valence"], talk.feeling))
    at_least(np.maximum(before["valence"], talk.feeling), rows[c.VALENCE])
    still = (talk.tellers == 0) | (talk.feeling == before["valence"])
    for column in (c.VALENCE, c.AROUSAL):
        np.testing.assert_allclose(rows[column][still], before[column.name][still], atol=ROUNDING)


@given(seed=seeds)
@laws
def test_friends_who_feel_better_add_to_the_good_and_worse_to_the_bad(seed: int):
    """Better or worse than oneself; by caught (feeling - valence), where there is room; neither part ever falls."""
    rng = np.random.default_rng(seed)
    theory, rows, talk = any_theory(PositiveNegative, rng), anybody(rng), any_talk(rng)
    before = columns(rows)
    push = caught(theory.contagion, rows, talk) * (talk.feeling - before["valence"])
    theory.catch(rows, talk)
    for sign in (1, -1):
        old = 0.5 * (before["arousal"] + sign * before["valence"])
        part = 0.5 * (rows[c.AROUSAL] + sign * rows[c.VALENCE])
        np.testing.assert_allclose(part, np.minimum(old + np.maximum(sign * push, 0), 0.5), atol=ROUNDING)
        at_least(part, old)


@every
@given(seed=seeds)
@laws
def test_the_sociable_catch_more_and_the_uncontagious_nothing(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    talk = any_talk(rng, tellers=1)
    shy, open_ = twins(seed, sociability=0.1)[0], twins(seed, sociability=0.9)[0]
    start = shy[c.VALENCE].copy()
    for rows in (shy, open_):
        kind().catch(rows, talk)
    at_least(np.abs(open_[c.VALENCE] - start), np.abs(shy[c.VALENCE] - start))
    immune, _ = twins(seed)
    kind(contagion=0.0).catch(immune, talk)
    kind(contagion=0.0, gain=0.0).feel(immune, lived(N, staff_mood=0.7), array(0.5, N))
    np.testing.assert_allclose(immune[c.VALENCE], start, atol=1e-6)


@every
@given(seed=seeds)
@laws
def test_feelings_fade_towards_zero(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    rows = anybody(rng)
    before = columns(rows)
    any_theory(kind, rng).fade(rows)
    at_least(before["arousal"], rows[c.AROUSAL])
    kind().fade(rows)
    for _ in range(90):
        kind().fade(rows)
    assert np.abs(rows[c.VALENCE]).max() < 1e-6
    assert np.abs(rows[c.AROUSAL]).max() < 1e-6


@given(seed=seeds)
@laws
def test_valence_never_crosses_zero_as_it_fades(seed: int):
    rng = np.random.default_rng(seed)
    rows = anybody(rng, valence=2 * unit(rng, N) - 1, arousal=unit(rng, N))
    before = rows[c.VALENCE].copy()
    any_theory(ValenceArousal, rng).fade(rows)
    assert (rows[c.VALENCE] * before >= 0).all()
    at_least(np.abs(before), np.abs(rows[c.VALENCE]))


@given(seed=seeds)
@laws
def test_the_whole_plane_of_feelings_is_safe(seed: int):
    """Valence and arousal anywhere, also where two affects of at most 0.5 each never lead."""
    rng = np.random.default_rng(seed)
    rows = anybody(rng, valence=2 * unit(rng, N) - 1, arousal=unit(rng, N))
    theory = any_theory(ValenceArousal, rng)
    theory.feel(rows, anything(rng), array(2 * unit(rng, N) - 1, N))
    theory.catch(rows, any_talk(rng))
    assert all(in_range(rows, column) for column in theory.writes)


def test_the_bad_fades_sooner_than_the_good():
    """Half a feeling either way, after four weeks."""
    rows = people(2, valence=[0.5, -0.5], arousal=0.5)
    for _ in range(4):
        PositiveNegative().fade(rows)
    assert rows[c.VALENCE][0] > -rows[c.VALENCE][1] > 0


def test_valence_and_arousal_by_hand():
    """Push 0.6 x 0.5 x 0.4 = 0.12; arousal takes the push and 0.5 x 0.2 for the failure; a week keeps 80%."""
    rows = people(reactivity=0.5, valence=0.1, arousal=0.2)
    theory = ValenceArousal(gain=0.6, keep=0.8)
    theory.feel(rows, lived(failure=0.2), array(0.4))
    close(rows[c.VALENCE], 0.22)
    close(rows[c.AROUSAL], 0.42)
    theory.fade(rows)
    close(rows[c.VALENCE], 0.176)
    close(rows[c.AROUSAL], 0.336)


def test_positive_and_negative_affect_by_hand():
    """Valence 0.1, arousal 0.3: good 0.2, bad 0.1. Push -0.6 x 0.5 x 0.5 = -0.15 goes to the bad: 0.25."""
    rows = people(reactivity=0.5, valence=0.1, arousal=0.3)
    theory = PositiveNegative(gain=0.6, keep_good=0.5, keep_bad=0.8)
    theory.feel(rows, lived(), array(-0.5))
    close(rows[c.VALENCE], 0.2 - 0.25)
    close(rows[c.AROUSAL], 0.45)
    theory.fade(rows)
    close(rows[c.VALENCE], 0.1 - 0.2)  # half of 0.2, four fifths of 0.25
    close(rows[c.AROUSAL], 0.3)


def test_staffs_mood_by_hand():
    """0.1, the push of 0.12 and 0.25 x 0.82 = 0.205 of the mood: 0.425. Two affects: a push of 0.325 on the good."""
    one, two = (people(reactivity=0.5, valence=0.1, arousal=0.1) for _ in range(2))
    ValenceArousal(gain=0.6, contagion=0.25).feel(one, lived(staff_mood=0.82), array(0.4))
    PositiveNegative(gain=0.6, contagion=0.25).feel(two, lived(staff_mood=0.82), array(0.4))
    close(one[c.VALENCE], 0.425)
    close(one[c.AROUSAL], 0.22)  # 0.1 + 0.12: a mood that shows does not stir
    close(two[c.VALENCE], 0.425)
    close(two[c.AROUSAL], 0.425)  # good 0.1 + 0.325, bad 0


def test_friends_feelings_by_hand():
    """Caught 0.25 x 2 x 0.8 = 0.4: from 0.1 by 0.4 (-0.5 - 0.1) = -0.24; two affects: 0.24 is added to the bad."""
    rows, talk = people(2, sociability=0.8, valence=0.1, arousal=0.1), heard(2, feeling=-0.5, tellers=[1, 3])
    np.testing.assert_allclose(caught(0.25, rows, talk), 0.4, rtol=1e-6)  # however many they are: it is their mean
    ValenceArousal(contagion=0.25).catch(rows, talk)
    close(rows[c.VALENCE], -0.14)
    mixed = people(sociability=0.8, valence=0.1, arousal=0.1)
    PositiveNegative(contagion=0.25).catch(mixed, heard(feeling=-0.5))
    close(mixed[c.VALENCE], -0.14)  # good 0.1, bad 0.24
    close(mixed[c.AROUSAL], 0.34)


def test_warmth_that_came_without_an_encounter_is_good_feeling_and_no_negative_bad_one():
    """A contact has moved valence to 0.2 in somebody who was calm: 0.1 of good is left, which fades like any other."""
    rows = people(valence=0.2, arousal=0.0)
    PositiveNegative(keep_good=0.5).fade(rows)
    close(rows[c.VALENCE], 0.05)
    close(rows[c.AROUSAL], 0.05)


@pytest.mark.parametrize(
    ("valence", "arousal", "name"),
    [
        (0.5, 0.5, "delight"),
        (0.5, 0.1, "contentment"),
        (0.0, 0.0, "contentment"),
        (-0.1, 0.1, "disappointment"),
        (-0.1, 0.15, "anger"),
        (0.0, 0.15, "delight"),
        (-1.0, 1.0, "anger"),
    ],
)
def test_feelings_have_names(valence: float, arousal: float, name: str):
    assert region(array(valence), array(arousal)).tolist() == [name]


def test_feelings_of_nobody():
    assert region(array(0, 0), array(0, 0)).tolist() == []
