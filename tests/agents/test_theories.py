"""Laws that hold for any customer and any encounter in range, and each formula worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import customers as c
from agents.theories.emotion import Emotion, NoEmotion, PositiveNegative, ValenceArousal, region
from agents.theories.expectation import Adaptive, Bayesian, Expectation, Fixed
from agents.theories.intention import Integrated, Intention, RelativeAttitude, SatisfactionLoyalty
from agents.theories.satisfaction import AsymmetricDisconfirmation, Disconfirmation, PerformanceOnly, Satisfaction
from agents.theories.trust import FACETS, AsymmetricTrust, BetaEvidence, NoTrust, Trust, facet_news
from sim.baseline import Standing
from sim.exchange import Encounters, Plan
from sim.table import Block
from tests.agents.minds import array, columns, in_range, lived, people

N = 40
ROUNDING = 2e-6  # a few float32 roundings of numbers around 1
EXPECTATIONS = [Adaptive(), Adaptive(gain=0.0), Adaptive(gain=1.0), Bayesian(), Bayesian(prior=0.0, keep=0.5), Fixed()]
SATISFACTIONS = [
    AsymmetricDisconfirmation(), AsymmetricDisconfirmation(slope=20, functional=0.0), Disconfirmation(),
    Disconfirmation(assimilation=2.0, functional=1.0), PerformanceOnly(), PerformanceOnly(reward=2.0, slope=0.0),
]  # fmt: skip
EMOTIONS = [ValenceArousal(), ValenceArousal(gain=2.0, keep=1.0), PositiveNegative(), PositiveNegative(2.0, 0.0, 1.0)]
TRUSTS = [
    AsymmetricTrust(),
    AsymmetricTrust(1.0, 1.0),
    BetaEvidence(),
    BetaEvidence(0.999, 50.0),
    BetaEvidence(0.0, 0.0),
]
INTENTIONS = [Integrated(), SatisfactionLoyalty(), RelativeAttitude(), RelativeAttitude(alternative=-2, steepness=20)]
seeds = st.integers(0, 2**32 - 1)
laws = settings(max_examples=20, deadline=None)


def label(theory: object) -> str:
    return str(theory)


def anybody(rng: np.random.Generator) -> Block:
    """Customers with every trait and state anywhere in its declared range, the ends included."""
    values: dict[str, Any] = {}
    for column in (*c.TRAITS, *c.STATE):
        spread = rng.choice([0.0, 1.0, rng.random()], N) * rng.integers(0, 2, N) + rng.random(N) * rng.integers(0, 2, N)
        values[column.name] = column.low + np.clip(spread, 0, 1) * (min(column.high, 100.0) - column.low)
    values["experience"] = np.maximum(values["experience"], 1.0)  # evidence starts at 1 and n <- keep n + 1 stays above
    values["arousal"] = np.maximum(values["arousal"], np.abs(values["valence"]))  # |good - bad| <= good + bad
    half = 0.5 * (values["arousal"] + np.abs(values["valence"]))
    values["valence"] = np.where(half > 0.5, 0.0, values["valence"])  # each of good and bad is at most 0.5
    return people(N, **values)


def anything(rng: np.random.Generator, **values: Any) -> Encounters:
    """Encounters anywhere in range."""
    ends = rng.choice([0.0, 1.0], (4, N))
    quality = np.where(rng.random((4, N)) < 0.3, ends, rng.random((4, N)))
    parts = {"technical": quality[0], "functional": quality[1], "failure": quality[2] * rng.integers(0, 2, N)}
    parts |= {"fit": rng.uniform(-1, 1, N), "intrusion": rng.random(N), "reward": rng.exponential(1, N)}
    return lived(N, promised=float(quality[3, 0]), **(parts | values))


def unease(rng: np.random.Generator, n: int = N) -> np.ndarray | None:
    return array(rng.random(n) * 5, n) if rng.random() < 0.7 else None


def twins(seed: int) -> tuple[Block, Block]:
    return anybody(np.random.default_rng(seed)), anybody(np.random.default_rng(seed))


def better(rng: np.random.Generator) -> tuple[Encounters, Encounters]:
    """Two encounters that differ in quality only, the second better or equal in both dimensions."""
    state = rng.bit_generator.state
    worse = anything(rng)
    up = [np.minimum(q + rng.random(N) * rng.integers(0, 2, N), 1) for q in (worse.technical, worse.functional)]
    again = np.random.default_rng()
    again.bit_generator.state = state
    return worse, anything(again, technical=up[0], functional=up[1])


def act(theory: Any, rows: Block, encounter: Encounters, rng: np.random.Generator) -> None:
    """Everything a theory does in a week."""
    felt = array(rng.uniform(-1, 1, len(rows)), len(rows))
    if isinstance(theory, Expectation):
        theory.learn(rows, encounter)
    elif isinstance(theory, Satisfaction):
        theory.judge(rows, encounter)
    elif isinstance(theory, Emotion):
        theory.feel(rows, encounter, felt)
        theory.fade(rows)
    elif isinstance(theory, Trust):
        theory.update(rows, encounter, felt, unease(rng, len(rows)))
    else:
        theory.weigh(rows)
        zero = np.zeros(len(rows), np.float32)
        theory.wish(rows, Plan(progress=zero), Standing())
        theory.lean(rows, Plan(progress=zero, status=zero), Standing())


ALL = [*EXPECTATIONS, *SATISFACTIONS, *EMOTIONS, NoEmotion(), *TRUSTS, NoTrust(), *INTENTIONS]


@pytest.mark.parametrize("theory", ALL, ids=label)
@given(seed=seeds)
@laws
def test_a_theory_writes_only_what_it_declares_and_stays_in_range(theory: Any, seed: int):
    rng = np.random.default_rng(seed)
    rows = anybody(rng)
    before = columns(rows)
    act(theory, rows, anything(rng), rng)
    act(theory, rows, anything(rng), rng)
    declared = {column.name for column in theory.writes}
    for name, values in columns(rows).items():
        if name not in declared:
            np.testing.assert_array_equal(values, before[name], err_msg=name)
    for column in theory.writes:
        assert rows[column].dtype == column.dtype
        assert in_range(rows, column), column.name


@pytest.mark.parametrize("theory", ALL, ids=label)
def test_a_theory_acts_on_chosen_rows_as_on_those_rows_alone(theory: Any):
    """Seed 4: gathered rows 30, 2, 17 give what the same three customers give by themselves."""
    chosen = np.array([30, 2, 17])
    all_rows = anybody(np.random.default_rng(4))
    alone = people(3, **{name: v[chosen] for name, v in columns(all_rows).items() if name != "segment"})
    encounter = anything(np.random.default_rng(6))
    three = Encounters(**{k: v[chosen] if isinstance(v, np.ndarray) else v for k, v in vars(encounter).items()})
    others = np.setdiff1d(np.arange(N), chosen)
    before = columns(all_rows)
    act(theory, all_rows.some(chosen), three, np.random.default_rng(5))
    act(theory, alone, three, np.random.default_rng(5))
    for name, values in columns(all_rows).items():
        np.testing.assert_array_equal(values[chosen], columns(alone)[name], err_msg=name)
        np.testing.assert_array_equal(values[others], before[name][others], err_msg=name)


@pytest.mark.parametrize("theory", SATISFACTIONS, ids=label)
@given(seed=seeds)
@laws
def test_better_quality_never_lowers_the_judgement_or_satisfaction(theory: Satisfaction, seed: int):
    worse, good = better(np.random.default_rng(seed))
    one, two = twins(seed)
    assert (theory.judge(two, good) >= theory.judge(one, worse) - ROUNDING).all()
    assert (two[c.SATISFACTION] >= one[c.SATISFACTION] - ROUNDING).all()


@pytest.mark.parametrize("theory", SATISFACTIONS, ids=label)
@given(seed=seeds)
@laws
def test_a_reward_never_lowers_the_judgement(theory: Satisfaction, seed: int):
    one, two = twins(seed)
    plain = anything(np.random.default_rng(seed), reward=None)
    with_reward = anything(np.random.default_rng(seed))
    assert (theory.judge(two, with_reward) >= theory.judge(one, plain)).all()
    assert theory.judge(two, with_reward).max() <= 1


@pytest.mark.parametrize("theory", SATISFACTIONS, ids=label)
@given(seed=seeds)
@laws
def test_satisfaction_moves_between_what_it_was_and_the_judgement(theory: Satisfaction, seed: int):
    rng = np.random.default_rng(seed)
    rows = anybody(rng)
    before = rows[c.SATISFACTION].copy()
    felt = theory.judge(rows, anything(rng))
    np.testing.assert_array_equal(rows[c.SATISFACTION_LAST], felt)
    low, high = np.minimum(before, felt), np.maximum(before, felt)
    assert (rows[c.SATISFACTION] >= low - ROUNDING).all()
    assert (rows[c.SATISFACTION] <= high + ROUNDING).all()


@pytest.mark.parametrize("theory", EMOTIONS, ids=label)
@given(seed=seeds)
@laws
def test_a_better_judgement_never_lowers_valence(theory: Emotion, seed: int):
    rng = np.random.default_rng(seed)
    felt = array(rng.uniform(-1, 1, N), N)
    gladder = np.minimum(felt + array(rng.random(N), N), 1).astype(np.float32)
    encounter = anything(rng)
    one, two = twins(seed)
    theory.feel(one, encounter, felt)
    theory.feel(two, encounter, gladder)
    assert (two[c.VALENCE] >= one[c.VALENCE] - ROUNDING).all()


@pytest.mark.parametrize("theory", EMOTIONS[:1] + EMOTIONS[2:3], ids=label)
@given(seed=seeds)
@laws
def test_emotion_decays_towards_zero(theory: Emotion, seed: int):
    rows = anybody(np.random.default_rng(seed))
    before = rows[c.AROUSAL].copy()
    theory.fade(rows)
    assert (rows[c.AROUSAL] <= before + ROUNDING).all()
    for _ in range(200):
        theory.fade(rows)
    assert np.abs(rows[c.VALENCE]).max() < 1e-6
    assert np.abs(rows[c.AROUSAL]).max() < 1e-6


@pytest.mark.parametrize("theory", TRUSTS, ids=label)
@given(seed=seeds)
@laws
def test_better_quality_never_lowers_trust(theory: Trust, seed: int):
    rng = np.random.default_rng(seed)
    worse, good = better(rng)
    one, two = twins(seed)
    uneasy = unease(rng)
    for rows, encounter in ((one, worse), (two, good)):
        theory.update(rows, encounter, array(0, N), uneasy)
    for facet in FACETS:
        assert (two[facet] >= one[facet] - ROUNDING).all(), facet.name


@pytest.mark.parametrize("theory", TRUSTS, ids=label)
@given(seed=seeds)
@laws
def test_a_broken_promise_never_raises_integrity_and_a_kept_one_never_lowers_it(theory: Trust, seed: int):
    rng = np.random.default_rng(seed)
    rows, encounter = anybody(rng), anything(rng)
    before = rows[c.INTEGRITY].copy()
    theory.update(rows, encounter, array(0, N), None)
    kept = 0.5 * (encounter.technical + encounter.functional) - encounter.promised
    assert (rows[c.INTEGRITY][kept < 0] <= before[kept < 0] + ROUNDING).all()
    assert (rows[c.INTEGRITY][kept > 0] >= before[kept > 0] - ROUNDING).all()
    worried, _ = twins(seed)
    theory.update(worried, encounter, array(0, N), array(rng.random(N), N))
    assert (worried[c.INTEGRITY] <= rows[c.INTEGRITY] + ROUNDING).all()


@pytest.mark.parametrize("theory", EXPECTATIONS, ids=label)
@given(seed=seeds)
@laws
def test_expectation_stays_between_the_old_one_and_what_was_delivered(theory: Expectation, seed: int):
    rng = np.random.default_rng(seed)
    rows, encounter = anybody(rng), anything(rng)
    before = columns(rows)
    theory.learn(rows, encounter)
    for column, quality in ((c.EXPECT_TECHNICAL, encounter.technical), (c.EXPECT_FUNCTIONAL, encounter.functional)):
        assert (rows[column] >= np.minimum(before[column.name], quality) - ROUNDING).all()
        assert (rows[column] <= np.maximum(before[column.name], quality) + ROUNDING).all()


@pytest.mark.parametrize("theory", INTENTIONS, ids=label)
@given(seed=seeds)
@laws
def test_more_satisfaction_or_trust_never_means_less_loyalty(theory: Intention, seed: int):
    one, two = twins(seed)
    for column in (c.SATISFACTION, *FACETS):
        two[column] = np.clip(two[column] + np.float32(0.1), column.low, column.high)
    for rows in (one, two):
        theory.weigh(rows)
    assert (two[c.LOYALTY] >= one[c.LOYALTY] - ROUNDING).all()
    standing = Standing(0.1, 0.3)
    less, more = (theory.lean(rows, Plan(), standing) for rows in (one, two))
    assert (more.leave <= less.leave + 1e-5).all()
    assert (more.recommend >= less.recommend - 1e-5).all()
    assert (theory.wish(two, Plan(), standing) >= theory.wish(one, Plan(), standing) - 1e-5).all()


@pytest.mark.parametrize("theory", INTENTIONS, ids=label)
@given(seed=seeds)
@laws
def test_progress_and_status_pull_and_hold(theory: Intention, seed: int):
    rng = np.random.default_rng(seed)
    rows, standing = anybody(rng), Standing()
    near, nearer = np.sort(rng.random((2, N)), axis=0).astype(np.float32)
    wishes = [theory.wish(rows, Plan(progress=p), standing) for p in (array(0, N), near, nearer)]
    assert (wishes[0] == theory.wish(rows, Plan(), standing)).all()
    assert (wishes[1] >= wishes[0]).all()
    assert (wishes[2] >= wishes[1]).all()
    for plan in (Plan(progress=near), Plan(status=near)):
        assert (theory.lean(rows, plan, standing).leave <= theory.lean(rows, Plan(), standing).leave).all()


@pytest.mark.parametrize("theory", INTENTIONS, ids=label)
@given(seed=seeds)
@laws
def test_complaints_are_chances_and_scores_are_answers(theory: Intention, seed: int):
    leanings = theory.lean(anybody(np.random.default_rng(seed)), Plan(), Standing())
    assert ((leanings.complain >= 0) & (leanings.complain <= 1)).all()
    assert ((leanings.score >= 0) & (leanings.score <= 10)).all()


def close(value: Any, expected: float) -> None:
    np.testing.assert_allclose(np.asarray(value)[0], expected, rtol=2e-6, atol=1e-7)


def test_adaptive_expectation_by_hand():
    rows = people(expect_technical=0.5, expect_functional=0.9)
    Adaptive(gain=0.25).learn(rows, lived(technical=0.9, functional=0.5))
    close(rows[c.EXPECT_TECHNICAL], 0.6)  # 0.5 + 0.25 (0.9 - 0.5)
    close(rows[c.EXPECT_FUNCTIONAL], 0.8)  # 0.9 - 0.25 x 0.4


def test_bayesian_expectation_by_hand():
    """Prior 2 and evidence 1: gains 1/3, then with keep 0.5 and evidence 1.5: 1/3.5."""
    rows, theory = people(expect_technical=0.4), Bayesian(prior=2.0, keep=0.5)
    theory.learn(rows, lived(technical=0.7))
    close(rows[c.EXPECT_TECHNICAL], 0.5)  # 0.4 + 0.3 / 3
    close(rows[c.EXPERIENCE], 1.5)  # 0.5 x 1 + 1
    theory.learn(rows, lived(technical=0.85))
    close(rows[c.EXPECT_TECHNICAL], 0.6)  # 0.5 + 0.35 / 3.5
    close(rows[c.EXPERIENCE], 1.75)


def test_without_forgetting_the_bayesian_mean_is_the_mean():
    """Prior of weight 2 at 0.4 and three encounters of 0.7, 0.9, 0.5: (2 x 0.4 + 2.1) / 5 = 0.58."""
    rows, theory = people(expect_technical=0.4), Bayesian(prior=2.0, keep=1.0)
    for quality in (0.7, 0.9, 0.5):
        theory.learn(rows, lived(technical=quality))
    close(rows[c.EXPECT_TECHNICAL], 0.58)


def test_asymmetric_disconfirmation_by_hand():
    """Gap 0.5 x 0.2 + 0.5 x 0.1 = 0.15: tanh(2 x 0.15). A loss of 0.15 counts three times: tanh(-0.9)."""
    theory = AsymmetricDisconfirmation(slope=2.0, functional=0.5)
    values = {"expect_technical": 0.5, "expect_functional": 0.6, "negativity": 3.0, "memory": 0.25, "satisfaction": 0.1}
    rows = people(**values)
    close(theory.judge(rows, lived(technical=0.7, functional=0.7)), np.tanh(0.3))
    close(rows[c.SATISFACTION], 0.1 + 0.25 * (np.tanh(0.3) - 0.1))
    close(theory.judge(people(**values), lived(technical=0.3, functional=0.5)), np.tanh(-0.9))


def test_a_reward_by_hand():
    """tanh(0) = 0; 0.4 of usual spend adds 0.1 x 0.4; more than the usual spend adds no more than 0.1."""
    theory = PerformanceOnly(neutral=0.7, reward=0.1)
    close(theory.judge(people(), lived(reward=0.4)), 0.04)
    close(theory.judge(people(), lived(reward=7.0)), 0.1)


def test_disconfirmation_by_hand():
    """Gap 0.1; expectation 0.6 lies 0.1 above the middle, times 0.3: tanh(2 (0.1 + 0.03))."""
    rows = people(expect_technical=0.6, expect_functional=0.6)
    close(Disconfirmation(slope=2.0, assimilation=0.3).judge(rows, lived()), np.tanh(0.26))


def test_performance_only_by_hand():
    """0.75 x 0.8 + 0.25 x 0.4 = 0.7, less 0.6, times 3."""
    theory = PerformanceOnly(slope=3.0, functional=0.25, neutral=0.6)
    close(theory.judge(people(), lived(technical=0.8, functional=0.4)), np.tanh(0.3))


def test_valence_and_arousal_by_hand():
    """Push 0.6 x 0.5 x 0.4 = 0.12; arousal takes the push and 0.5 x 0.2 for the failure; a week keeps 80%."""
    rows = people(reactivity=0.5, valence=0.1, arousal=0.2)
    theory = ValenceArousal(gain=0.6, keep=0.8)
    theory.feel(rows, lived(failure=0.2), array(0.4, 1))
    close(rows[c.VALENCE], 0.22)
    close(rows[c.AROUSAL], 0.42)
    theory.fade(rows)
    close(rows[c.VALENCE], 0.176)
    close(rows[c.AROUSAL], 0.336)


def test_positive_and_negative_affect_by_hand():
    """Valence 0.1, arousal 0.3: good 0.2, bad 0.1. Push -0.6 x 0.5 x 0.5 = -0.15 goes to the bad: 0.25."""
    rows = people(reactivity=0.5, valence=0.1, arousal=0.3)
    theory = PositiveNegative(gain=0.6, keep_good=0.5, keep_bad=0.8)
    theory.feel(rows, lived(), array(-0.5, 1))
    close(rows[c.VALENCE], 0.2 - 0.25)
    close(rows[c.AROUSAL], 0.45)
    theory.fade(rows)
    close(rows[c.VALENCE], 0.1 - 0.2)
    close(rows[c.AROUSAL], 0.3)


def test_facet_news_by_hand():
    able, caring, honest = facet_news(lived(technical=0.9, functional=0.5, promised=0.6), array(0.3, 1))
    close(able, 0.3)  # 0.9 - 0.6
    close(caring, -0.1)  # 0.5 - 0.6
    close(honest, -0.2)  # 0.7 - 0.6 - 0.3


def test_asymmetric_trust_by_hand():
    """News +0.3, -0.1, +0.1: 0.6 + 0.1 x 0.4 x 0.3; 0.6 - 0.3 x 0.6 x 0.1; 0.5 + 0.1 x 0.5 x 0.1."""
    rows = people(competence=0.6, benevolence=0.6, integrity=0.5)
    AsymmetricTrust(build=0.1, lose=0.3).update(
        rows, lived(technical=0.9, functional=0.5, promised=0.6), array(0, 1), None
    )
    close(rows[c.COMPETENCE], 0.612)
    close(rows[c.BENEVOLENCE], 0.582)
    close(rows[c.INTEGRITY], 0.505)


def test_beta_evidence_by_hand():
    """Settled evidence 1 / (1 - 0.9) = 10; news +0.3 at scale 10 weighs 3: 3/13 of the way to 1, or to 0."""
    rows = people(competence=0.6, benevolence=0.6, integrity=0.5)
    BetaEvidence(keep=0.9, scale=10.0).update(
        rows, lived(technical=0.9, functional=0.3, promised=0.6), array(0, 1), None
    )
    close(rows[c.COMPETENCE], 0.6 + 3 / 13 * 0.4)
    close(rows[c.BENEVOLENCE], 0.6 - 3 / 13 * 0.6)
    np.testing.assert_allclose(rows[c.INTEGRITY], 0.5, atol=1e-6)  # exactly as promised


@pytest.mark.parametrize("facet", [c.COMPETENCE, c.BENEVOLENCE, c.INTEGRITY], ids=lambda facet: facet.name)
def test_where_trust_rests_bad_news_weighs_more_than_good(facet):
    """At the level a long history settles at, a unit of bad news costs at least 1.8 times what good news brings."""
    up, down = (people(**{facet.name: facet.start}) for _ in range(2))
    AsymmetricTrust().update(up, lived(technical=0.7, functional=0.7, promised=0.6), array(0, 1), None)
    AsymmetricTrust().update(down, lived(technical=0.5, functional=0.5, promised=0.6), array(0, 1), None)
    assert facet.start - down[facet][0] > 1.8 * (up[facet][0] - facet.start)


def test_trust_is_lost_faster_than_it_is_won():
    """Gap +-0.2 from trust 0.5, at the default parameters."""
    change = []
    for gap in (0.2, -0.2):
        rows = people(competence=0.5, expect_technical=0.5)
        AsymmetricTrust().update(rows, lived(technical=0.5 + gap), array(0, 1), None)
        change.append(abs(float(rows[c.COMPETENCE][0]) - 0.5))
    assert change[1] > 1.2 * change[0]


TRUSTED = {"satisfaction": 0.5, "competence": 0.9, "benevolence": 0.6, "integrity": 0.6}  # mean trust 0.7


@pytest.mark.parametrize(
    ("theory", "index"),
    [
        (SatisfactionLoyalty(), 0.5),
        (Integrated(weight=0.6), 0.6 * 0.5 + 0.4 * (2 * 0.7 - 1)),  # 0.46
        (RelativeAttitude(alternative=0.4, steepness=2.0), np.tanh(2 * (0.5 + 0.4 - 0.4) / 2)),
    ],
    ids=label,
)
def test_the_loyalty_index_by_hand(theory: Intention, index: float):
    rows = people(**TRUSTED)
    theory.weigh(rows)
    close(rows[c.LOYALTY], index)


def test_leanings_by_hand():
    """Loyalty 0.5 at center 0.1 and spread 0.2 is z = 2."""
    theory = Integrated(pull=0.15, hold=0.5, mood=0.2, gradient=0.2, stake=0.3, status=0.2, recommend=0.4)
    rows = people(loyalty=0.5, valence=0.3, reward_appeal=0.75, voice=0.4, satisfaction_last=-0.5, satisfaction=0.2)
    plan, standing = Plan(progress=array(0.5, 1), status=array(0.5, 1)), Standing(0.1, 0.2)
    close(theory.wish(rows, Plan(), standing), 0.30)  # 0.15 x 2
    close(theory.wish(rows, plan, standing), 0.375)  # + 0.2 x 2 x 0.75 x 0.25
    leanings = theory.lean(rows, plan, standing)
    close(leanings.leave, -1.385)  # -0.5 x 2 - 0.2 x 0.3 - 0.3 x 2 x 0.75 x 0.5 - 0.2 x 0.5
    close(leanings.complain, 0.2)  # 0.4 x 0.5
    close(leanings.recommend, 0.8)  # 0.4 x 2
    close(leanings.score, 7.6)  # 7 + 3 x 0.2


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
    assert region(array(valence, 1), array(arousal, 1)).tolist() == [name]


def test_feelings_of_nobody():
    assert region(array(0, 0), array(0, 0)).tolist() == []


@pytest.mark.parametrize(
    ("protocol", "theories"),
    [
        (Expectation, EXPECTATIONS),
        (Satisfaction, SATISFACTIONS),
        (Emotion, EMOTIONS),
        (Trust, TRUSTS),
        (Intention, INTENTIONS),
    ],
)
def test_theories_answer_their_protocol(protocol: type, theories: list[object]):
    assert all(isinstance(theory, protocol) for theory in theories)
    assert len({type(theory) for theory in theories}) >= 2  # a published alternative stands beside the default


def test_no_prior_and_no_experience_is_a_belief_too():
    rows = people(experience=0.0)
    with np.errstate(all="ignore"):
        Bayesian(prior=0.0).learn(rows, lived())
    assert in_range(rows, c.EXPECT_TECHNICAL)
