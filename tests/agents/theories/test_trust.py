"""Can I rely on them: what was promised and what was kept, problems solved and unsolved, lost faster than won."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from agents import customers as c
from agents.theories.trust import FACETS, AsymmetricTrust, BetaEvidence, facet_news
from tests.agents.alternatives import TRUSTS
from tests.agents.anybody import N, any_theory, anybody, anything, better, laws, seeds, twins, unit
from tests.agents.minds import array, at_least, close, lived, people

FELT = array(0, N)  # trust hears what was done, not how it felt
every = pytest.mark.parametrize("kind", TRUSTS, ids=lambda kind: kind.__name__)
each_facet = pytest.mark.parametrize("facet", FACETS, ids=lambda facet: facet.name)


@every
@given(seed=seeds)
@laws
def test_better_quality_never_lowers_trust(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, unease = any_theory(kind, rng), array(5 * unit(rng, N), N)
    worse, good = better(rng)
    one, two = twins(seed)
    theory.update(one, worse, FELT, unease)
    theory.update(two, good, FELT, unease)
    for facet in FACETS:
        at_least(two[facet], one[facet])


@every
@given(seed=seeds)
@laws
def test_better_recovery_never_lowers_competence(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, less = any_theory(kind, rng), unit(rng, N)
    encounter = anything(rng, failure=unit(rng, N) * rng.integers(0, 2, N), recovery=less)
    more = replace(encounter, recovery=array(np.minimum(less + unit(rng, N), 1), N))
    one, two = twins(seed)
    theory.update(one, encounter, FELT, None)
    theory.update(two, more, FELT, None)
    at_least(two[c.COMPETENCE], one[c.COMPETENCE])
    unfailed = encounter.failure == 0
    np.testing.assert_array_equal(two[c.COMPETENCE][unfailed], one[c.COMPETENCE][unfailed])
    for facet in (c.BENEVOLENCE, c.INTEGRITY):
        np.testing.assert_array_equal(two[facet], one[facet])


@every
@given(seed=seeds)
@laws
def test_a_problem_solved_never_lowers_competence_and_one_left_unsolved_never_raises_it(kind: type[Any], seed: int):
    """Solved: a recovery above the norm, after whatever else the encounter said."""
    rng = np.random.default_rng(seed)
    theory, recovery = any_theory(kind, rng), array(unit(rng, N), N)
    encounter = anything(rng, failure=0.5, recovery=recovery)
    told, silent = twins(seed)
    theory.update(told, encounter, FELT, None)
    theory.update(silent, replace(encounter, recovery=None), FELT, None)
    solved = recovery > theory.norm
    at_least(told[c.COMPETENCE][solved], silent[c.COMPETENCE][solved])
    at_least(silent[c.COMPETENCE][~solved], told[c.COMPETENCE][~solved])


@every
@given(seed=seeds)
@laws
def test_a_broken_promise_never_raises_integrity_and_a_kept_one_never_lowers_it(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, rows, encounter = any_theory(kind, rng), anybody(rng), anything(rng, candour=None)
    before = rows[c.INTEGRITY].copy()
    theory.update(rows, encounter, FELT, None)
    kept = 0.5 * (encounter.technical + encounter.functional) - encounter.promised
    at_least(before[kept < 0], rows[c.INTEGRITY][kept < 0])
    at_least(rows[c.INTEGRITY][kept > 0], before[kept > 0])


@every
@given(seed=seeds)
@laws
def test_a_bolder_promise_never_raises_trust(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(kind, rng), anything(rng)
    modest, bold = twins(seed)
    theory.update(modest, encounter, FELT, None)
    theory.update(bold, replace(encounter, promised=np.minimum(encounter.promised + 0.2, 1.0)), FELT, None)
    for facet in FACETS:
        at_least(modest[facet], bold[facet])


@every
@given(seed=seeds)
@laws
def test_being_known_too_well_costs_integrity_only(kind: type[Any], seed: int):
    rng = np.random.default_rng(seed)
    theory, encounter = any_theory(kind, rng), anything(rng)
    easy, uneasy = twins(seed)
    theory.update(easy, encounter, FELT, None)
    theory.update(uneasy, encounter, FELT, array(unit(rng, N), N))
    at_least(easy[c.INTEGRITY], uneasy[c.INTEGRITY])
    for facet in (c.COMPETENCE, c.BENEVOLENCE):
        np.testing.assert_array_equal(easy[facet], uneasy[facet])


@every
@each_facet
def test_as_promised_is_no_news(kind: type[Any], facet: Any):
    rows = people(3, **{facet.name: [0.0, 0.4, 1.0]})
    kind().update(rows, lived(3, technical=0.5, functional=0.5, promised=0.5), array(0, 3), None)
    np.testing.assert_allclose(rows[facet], [0.0, 0.4, 1.0], atol=1e-7)


@each_facet
def test_where_trust_rests_bad_news_weighs_more_than_good(facet: Any):
    """At the level a long history settles at, a unit of bad news costs at least 1.8 times what good news brings."""
    up, down = (people(**{facet.name: facet.start}) for _ in range(2))
    AsymmetricTrust().update(up, lived(technical=0.7, functional=0.7, promised=0.6), array(0), None)
    AsymmetricTrust().update(down, lived(technical=0.5, functional=0.5, promised=0.6), array(0), None)
    assert facet.start - down[facet][0] > 1.8 * (up[facet][0] - facet.start)


def test_solving_a_problem_brings_more_than_leaving_it_costs():
    """From 0.5, with a recovery as far above what one may expect as below it: 0.2 against 0.1 of 0.5 x 0.4."""
    solved, unsolved = (people(competence=0.5) for _ in range(2))
    failed = lived(technical=0.6, promised=0.6, failure=0.3)
    AsymmetricTrust().update(solved, replace(failed, recovery=array(0.9)), array(0), None)
    AsymmetricTrust().update(unsolved, replace(failed, recovery=array(0.1)), array(0), None)
    assert solved[c.COMPETENCE][0] - 0.5 > 1.5 * (0.5 - unsolved[c.COMPETENCE][0]) > 0


def test_evidence_that_is_kept_longer_makes_trust_slower():
    """One broken promise moves those who keep 99% of their evidence less than those who keep half."""
    slow, quick = (people(competence=0.6) for _ in range(2))
    BetaEvidence(keep=0.99).update(slow, lived(technical=0.3), array(0), None)
    BetaEvidence(keep=0.5).update(quick, lived(technical=0.3), array(0), None)
    assert quick[c.COMPETENCE] < slow[c.COMPETENCE] < 0.6


def test_facet_news_by_hand():
    able, caring, honest = facet_news(lived(technical=0.9, functional=0.5, promised=0.6), array(0.3))
    close(able, 0.3)  # 0.9 - 0.6
    close(caring, -0.1)  # 0.5 - 0.6
    close(honest, -0.2)  # 0.7 - 0.6 - 0.3


def test_asymmetric_trust_by_hand():
    """News +0.3, -0.1, +0.1: 0.6 + 0.1 x 0.4 x 0.3; 0.6 - 0.3 x 0.6 x 0.1; 0.5 + 0.1 x 0.5 x 0.1."""
    rows = people(competence=0.6, benevolence=0.6, integrity=0.5)
    theory = AsymmetricTrust(build=0.1, lose=0.3)
    theory.update(rows, lived(technical=0.9, functional=0.5, promised=0.6), array(0), None)
    close(rows[c.COMPETENCE], 0.612)
    close(rows[c.BENEVOLENCE], 0.582)
    close(rows[c.INTEGRITY], 0.505)


@pytest.mark.parametrize(
    ("recovery", "competence"),
    [
        (0.9, 0.6 + 0.2 * 0.4 * 0.4),  # r = 0.4 above the norm: 0.2 x (1 - 0.6) x 0.4
        (0.2, 0.6 - 0.1 * 0.6 * 0.3),  # r = -0.3: 0.1 x 0.6 x 0.3
        (0.5, 0.6),
    ],
)
def test_problems_solved_and_unsolved_by_hand(recovery: float, competence: float):
    """Delivered as promised, so that the problem alone speaks."""
    rows = people(2, competence=0.6)
    encounter = lived(2, technical=0.6, functional=0.6, promised=0.6, failure=[0.2, 0.0], recovery=recovery)
    AsymmetricTrust(solved=0.2, unsolved=0.1, norm=0.5).update(rows, encounter, array(0, 2), None)
    np.testing.assert_allclose(rows[c.COMPETENCE], [competence, 0.6], rtol=1e-6)


def test_beta_evidence_by_hand():
    """Settled evidence 1 / (1 - 0.9) = 10; news +0.3 at scale 10 weighs 3: 3/13 of the way to 1, or to 0."""
    rows, theory = people(competence=0.6, benevolence=0.6, integrity=0.5), BetaEvidence(keep=0.9, scale=10.0)
    theory.update(rows, lived(technical=0.9, functional=0.3, promised=0.6), array(0), None)
    close(rows[c.COMPETENCE], 0.6 + 3 / 13 * 0.4)
    close(rows[c.BENEVOLENCE], 0.6 - 3 / 13 * 0.6)
    np.testing.assert_allclose(rows[c.INTEGRITY], 0.5, atol=1e-6)  # exactly as promised


@pytest.mark.parametrize(
    ("recovery", "competence"),
    [
        (0.9, 0.6 + 4 / 14 * 0.4),  # news 0.9 - 0.5 = 0.4 weighs 4 against 10: so much of the way to 1
        (0.2, 0.6 - 3 / 13 * 0.6),  # news -0.3 weighs 3: so much of the way to 0
        (0.5, 0.6),
    ],
)
def test_evidence_of_a_problem_solved_by_hand(recovery: float, competence: float):
    """Delivered as promised, so that the problem alone speaks, and of ability alone; nothing without a failure."""
    rows = people(2, competence=0.6, benevolence=0.6, integrity=0.6)
    encounter = lived(2, technical=0.6, functional=0.6, promised=0.6, failure=[0.2, 0.0], recovery=recovery)
    BetaEvidence(keep=0.9, scale=10.0, norm=0.5).update(rows, encounter, array(0, 2), None)
    np.testing.assert_allclose(rows[c.COMPETENCE], [competence, 0.6], rtol=1e-6)
    for facet in (c.BENEVOLENCE, c.INTEGRITY):
        np.testing.assert_allclose(rows[facet], 0.6, rtol=1e-6)
