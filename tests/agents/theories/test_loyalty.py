"""What loyalty is made of: each index rises with what it weighs, and says what its docstring says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from agents import customers as c
from agents.theories.intention import trust_of
from agents.theories.loyalty import (
    CommitmentLoyalty,
    FourStages,
    Habitual,
    Integrated,
    RelativeAttitude,
    SatisfactionLoyalty,
    ValueLoyalty,
)
from sim.baseline import Standing
from sim.exchange import Encounters
from sim.plan import Plan
from sim.scenario import USUAL, Conditions
from sim.table import Column
from tests.agents.alternatives import LOYALTIES
from tests.agents.anybody import N, any_acts, any_theory, anybody, anything, laws, seeds, twins
from tests.agents.minds import acts, at_least, close, columns, lived, people

TRUST = (c.COMPETENCE, c.BENEVOLENCE, c.INTEGRITY)
WEIGHED: dict[type, tuple[Column, ...]] = {
    SatisfactionLoyalty: (c.SATISFACTION,),
    CommitmentLoyalty: (c.AFFECTIVE, c.CALCULATIVE),
    ValueLoyalty: (c.VALUE,),
    RelativeAttitude: (c.SATISFACTION, *TRUST, c.HABIT),
    FourStages: (
        c.PERCEIVED_TECHNICAL, c.PERCEIVED_FUNCTIONAL, c.SATISFACTION, c.COGNITIVE, c.FONDNESS, c.CONATIVE, c.HABIT,
    ),
    Habitual: (c.SATISFACTION, c.HABIT),
    Integrated: (c.SATISFACTION, *TRUST, c.VALUE, c.AFFECTIVE),
}  # fmt: skip
NORMAL = {"reference_price": 1.0, "deal_minded": 0.0}  # the usual price is what feels normal
FINE = 1e-4  # rounding of shifts of a logit that run up to tens
PRACTISED = (RelativeAttitude, FourStages, Habitual)
practised = pytest.mark.parametrize("kind", PRACTISED, ids=lambda kind: kind.__name__)


def loyalty(theory: Any, seed: int, encounter: Encounters, **fixed: float) -> np.ndarray:
    """Loyalty of the same customers after an encounter."""
    rows, _ = twins(seed, **fixed)
    theory.weigh(rows, encounter)
    return rows[c.LOYALTY]


def test_every_index_is_here():
    assert set(WEIGHED) == set(LOYALTIES)


@pytest.mark.parametrize(
    ("kind", "column"),
    [(kind, column) for kind, columns in WEIGHED.items() for column in (*columns, c.HEARD)],
    ids=lambda value: getattr(value, "name", None) or value.__name__,
)
@given(seed=seeds)
@laws
def test_an_index_rises_with_what_it_weighs(kind: type[Any], column: Column, seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(kind, rng), anything(rng)
    low, high = np.sort(column.low + (column.high - column.low) * rng.random(2))
    at_least(
        loyalty(theory, seed, encounter, **{column.name: high}), loyalty(theory, seed, encounter, **{column.name: low})
    )


@pytest.mark.parametrize("kind", [RelativeAttitude, FourStages], ids=lambda kind: kind.__name__)
@given(seed=seeds)
@laws
def test_a_better_rival_lowers_what_is_relative_to_it(kind: type[Any], seed: int):
    """Four stages believe it first and act on it two encounters later."""
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(kind, rng), anything(rng, rival=0.4)
    one, two = twins(seed)
    for _ in range(3):
        theory.weigh(one, encounter)
        theory.weigh(two, replace(encounter, rival=0.8))
    at_least(one[c.LOYALTY], two[c.LOYALTY])


@pytest.mark.parametrize("kind", [RelativeAttitude, FourStages], ids=lambda kind: kind.__name__)
def test_a_better_rival_really_counts(kind: type[Any]):
    one, two = people(), people()
    for _ in range(3):
        kind().weigh(one, lived(rival=0.6))
        kind().weigh(two, lived(rival=0.9))
    assert one[c.LOYALTY] > two[c.LOYALTY] + 0.01


@practised
@given(seed=seeds)
@laws
def test_purchases_build_habit_and_weeks_without_wear_it_down(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, rows, deeds = any_theory(kind, rng), anybody(rng), any_acts(rng)
    before, bought = rows[c.HABIT].copy(), deeds.bought > 0
    theory.acted(rows, deeds)
    np.testing.assert_array_equal(rows[c.HABIT][~bought], before[~bought])
    np.testing.assert_allclose(rows[c.HABIT][bought], (before + theory.growth * (1 - before))[bought], atol=1e-6)
    practised = rows[c.HABIT].copy()
    theory.fade(rows)
    np.testing.assert_allclose(rows[c.HABIT], theory.fades * practised, atol=1e-6)
    for _ in range(100):
        kind(fades=0.85).fade(rows)
    assert rows[c.HABIT].max() < 1e-6


@given(seed=seeds)
@laws
def test_a_stronger_habit_never_raises_leaving(seed: int):
    """Whatever the satisfaction, and however free: the habitual stay."""
    rng = np.random.default_rng(seed)
    theory, standing = any_theory(Habitual, rng), Standing(float(rng.normal(0, 0.3)), 0.5)
    conditions, encounter, leaves = Conditions(competition=float(rng.random())), anything(rng), []
    for habit in np.sort(rng.random(3)):
        rows, _ = twins(seed, habit=habit, **NORMAL)
        theory.weigh(rows, encounter)
        leaves.append(theory.lean(rows, Plan(), conditions, standing).leave)
    at_least(leaves[0], leaves[1], FINE)
    at_least(leaves[1], leaves[2], FINE)


@given(seed=seeds)
@laws
def test_the_stronger_the_habit_the_less_satisfaction_counts_in_leaving(seed: int):
    """What a step of 0.6 in satisfaction changes in leaving shrinks by 1 - H, to nothing: hold (1 - H) 0.6 / 0.5."""
    theory = any_theory(Habitual, np.random.default_rng(seed))
    for habit in (0.0, 0.5, 1.0):
        sad, happy = (twins(seed, habit=habit, satisfaction=size, **NORMAL)[0] for size in (-0.1, 0.5))
        leaves = []
        for rows in (sad, happy):
            theory.weigh(rows, lived(N))
            leaves.append(theory.lean(rows, Plan(), USUAL, Standing(0.0, 0.5)).leave)
        np.testing.assert_allclose(leaves[0] - leaves[1], theory.hold * (1 - habit) * 1.2, atol=FINE)


def test_satisfaction_counts_less_in_the_index_of_the_habitual():
    """(1 - H) of a change of 0.6."""
    for habit in (0.0, 0.4, 1.0):
        happy, sad = people(satisfaction=0.5, habit=habit), people(satisfaction=-0.1, habit=habit)
        for rows in (happy, sad):
            Habitual().weigh(rows, lived())
        close(happy[c.LOYALTY] - sad[c.LOYALTY], (1 - habit) * 0.6)


def test_one_stage_follows_the_other():
    """Quality jumps: belief rises at once, fondness an encounter later, conative loyalty and the index after two."""
    theory = FourStages()
    before, after = people(), people(perceived_technical=0.9, perceived_functional=0.9)
    moved = []
    for _ in range(3):
        for rows in (before, after):
            theory.weigh(rows, lived())
        stages = (c.COGNITIVE, c.FONDNESS, c.CONATIVE, c.LOYALTY)
        moved.append([bool(after[stage] > before[stage]) for stage in stages])
    assert moved == [[True, False, False, False], [True, True, False, False], [True, True, True, True]]


def test_the_stages_come_to_rest_where_belief_and_satisfaction_are():
    """Lead 4 (0.75 - 0.65) = 0.4, satisfaction 0.2: fondness and conative 0.3; 0.7 x 0.3 + 0.3 (2 x 0.3 - 1)."""
    rows = people(perceived_technical=0.75, perceived_functional=0.75, satisfaction=0.2, habit=0.3)
    for _ in range(80):
        FourStages().weigh(rows, lived(rival=0.65))
    for column, rest in ((c.COGNITIVE, 0.4), (c.FONDNESS, 0.3), (c.CONATIVE, 0.3), (c.LOYALTY, 0.09)):
        np.testing.assert_allclose(rows[column], rest, atol=1e-5)


def test_trust_is_the_mean_of_its_facets():
    close(trust_of(people(competence=0.9, benevolence=0.6, integrity=0.6)), 0.7)


TRUSTED = {"satisfaction": 0.5, "competence": 0.9, "benevolence": 0.6, "integrity": 0.6}  # mean trust 0.7
BOUND = {"affective": 0.7, "calculative": 0.2, "value": 0.3, "habit": 0.4, "heard": 0.5}


@pytest.mark.parametrize(
    ("theory", "index"),
    [
        (SatisfactionLoyalty(), 0.5),
        (CommitmentLoyalty(calculative=0.3), 0.4 + 0.3 * -0.6),  # (2 x 0.7 - 1) + 0.3 (2 x 0.2 - 1)
        (ValueLoyalty(), 0.3),
        (Habitual(), 0.4 + 0.6 * 0.5),
        # 0.4 x 0.5 + 0.2 (2 x 0.7 - 1) + 0.2 x 0.3 + 0.2 (2 x 0.7 - 1)
        (Integrated(), 0.2 + 0.08 + 0.06 + 0.08),
        (Integrated(satisfaction=1.0, trust=0.0, value=0.5, commitment=0.0), 0.5 + 0.15),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_index_by_hand(theory: Any, index: float):
    """And a tenth of the 0.5 that was heard."""
    rows = people(**TRUSTED, **BOUND)
    theory.weigh(rows, lived())
    close(rows[c.LOYALTY], index + 0.05)


def test_four_stages_by_hand():
    """Pace 0.5, the last stage first; lead 4 (0.7 - 0.6) = 0.4, liking (0.2 + 0.5) / 2 = 0.35."""
    rows = people(satisfaction=0.5, cognitive=0.2, fondness=0.1, conative=-0.1, habit=0.6)
    FourStages(pace=0.5, action=0.3).weigh(rows, lived(rival=0.6))
    close(rows[c.CONATIVE], 0.0)  # -0.1 + 0.5 (0.1 + 0.1)
    close(rows[c.FONDNESS], 0.225)  # 0.1 + 0.5 (0.35 - 0.1)
    close(rows[c.COGNITIVE], 0.3)  # 0.2 + 0.5 (0.4 - 0.2)
    close(rows[c.LOYALTY], 0.06)  # 0.7 x 0 + 0.3 (2 x 0.6 - 1)


@practised
def test_habit_by_hand(kind: type[Any]):
    """A tenth of the room above 0.4 in each week with a purchase, however many; then 99% is kept.

    It begins where it settles: q = 1/2 at a rate of log 2; 0.9 x 0.5 x 0.2 = 0.09, over 1 - 0.9 + 0.09.
    """
    rows = people(3, habit=0.4)
    kind(growth=0.1, fades=0.99).acted(rows, acts(3, bought=[0, 1, 5]))
    close(rows[c.HABIT], [0.4, 0.46, 0.46])
    kind(growth=0.1, fades=0.99).fade(rows)
    close(rows[c.HABIT], [0.396, 0.4554, 0.4554])
    usual = people(rate=np.log(2), habit=0.8)
    kind(growth=0.2, fades=0.9).begin(usual)
    close(usual[c.HABIT], 0.09 / 0.19)


def test_leaving_of_the_habitual_by_hand():
    """Index 0.4 + 0.6 x 0.5 = 0.7, z = (0.7 - 0.1) / 0.3 = 2; the habit counts once: -0.6 (0.5 x 2 + 0.2 x 0.3)."""
    rows, theory = people(satisfaction=0.5, habit=0.4, valence=0.3), Habitual(hold=0.5, mood=0.2)
    theory.weigh(rows, lived())
    close(theory.lean(rows, Plan(), Conditions(competition=0.6), Standing(0.1, 0.3)).leave, -0.636)


def test_weighing_moves_no_habit():
    rows = people(4, habit=0.4)
    before = columns(rows)
    for kind in PRACTISED:
        kind().weigh(rows, lived(4))
    np.testing.assert_array_equal(rows[c.HABIT], before["habit"])
