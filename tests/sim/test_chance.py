"""Luck is addressed: by seed, decision, week and key, and by nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.chance import MOST, Chance, Draws, Week, hashed, key_of, poisson
from sim.errors import ChanceError

KEYS = np.arange(20_000, dtype=np.uint64)
GOLDEN = [0.6837823, 0.7121367, 0.101929486]
GAMMA, WORD = 0x9E3779B97F4A7C15, 2**64


def uniform(seed: int = 1, week: int = 0, decision: str = "buy", keys: np.ndarray = KEYS) -> np.ndarray:
    return Chance(seed).at(week).rows(keys).uniform(decision)


@given(st.integers(0, 2**31 - 1), st.integers(0, 5_000), st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=50))
def test_a_draw_depends_on_nobody_else(seed: int, week: int, keys: list[int]):
    """Any company, any order, any block: the same key gets the same number."""
    together = np.array(keys, np.uint64)
    drawn = uniform(seed, week, "buy", together)
    np.testing.assert_array_equal(uniform(seed, week, "buy", together[::-1])[::-1], drawn)
    alone = [uniform(seed, week, "buy", together[at : at + 1])[0] for at in range(len(keys))]
    np.testing.assert_array_equal(alone, drawn)


@pytest.mark.parametrize("block", [1, 7, 4_096, 8_191, 8_192, 8_193, 10**9])
def test_blocks_never_show(block: int):
    luck, whole = Chance(3).at(5), uniform(3, 5)
    for start in range(0, len(KEYS) if block > 1 else 50, block):
        stop = min(start + block, len(KEYS))
        np.testing.assert_array_equal(luck.rows(KEYS[start:stop], start).uniform("buy"), whole[start:stop])


def test_some_rows_have_the_luck_they_have_among_all():
    rows = np.array([19_999, 3, 3, 500])
    np.testing.assert_array_equal(Chance(1).at(0).rows(KEYS).some(rows).uniform("buy"), uniform()[rows])


def test_a_prefix_makes_another_decision():
    luck = Chance(1).at(0).rows(KEYS)
    named = luck.named("strategy").uniform("buy")
    np.testing.assert_array_equal(named, uniform(decision="strategy buy"))
    assert (named != uniform()).mean() > 0.99


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"seed": 1 + 2**31},
        {"week": 1},
        {"week": -1},
        {"decision": "leave"},
        {"decision": "buy "},
        {"keys": KEYS + np.uint64(1)},
        {"keys": KEYS + np.uint64(2**32)},
        {"keys": KEYS + np.uint64(2**63)},
    ],
    ids=str,
)
def test_other_addresses_are_uncorrelated(other: dict[str, object]):
    """20,000 customers: correlation within 4 standard errors (1 / sqrt(n)) of 0, also of squares and of halves."""
    one, two = uniform().astype(float), uniform(**other).astype(float)
    for f in (lambda u: u, lambda u: (u - 0.5) ** 2, lambda u: u > 0.5):
        assert abs(np.corrcoef(f(one), f(two))[0, 1]) < 4 / np.sqrt(len(KEYS))


def test_neighbouring_keys_and_weeks_are_uncorrelated():
    """400 customers x 200 weeks: lag-1 correlation along keys and along weeks within 4 standard errors."""
    table = np.array([uniform(week=week, keys=KEYS[:400]) for week in range(200)], np.float64) - 0.5
    for ahead, behind in ((table[1:], table[:-1]), (table[:, 1:], table[:, :-1])):
        assert abs((ahead * behind).mean() * 12) < 4 / np.sqrt(ahead.size)


@pytest.mark.parametrize("keys", [KEYS, key_of("organic", 7, np.arange(20_000)), KEYS * np.uint64(2**44)])
def test_draws_are_uniform(keys: np.ndarray):
    """Kolmogorov-Smirnov at 20,000 customers, p > 0.001 in each of 5 streams."""
    assert min(stats.kstest(uniform(seed, keys=keys), "uniform").pvalue for seed in range(5)) > 1e-3


def test_normals_and_exponentials_have_their_distribution():
    """Kolmogorov-Smirnov at 20,000 customers, seed 1, p > 0.001."""
    luck = Chance(1).at(0).rows(KEYS)
    normal, exponential = luck.normal("a"), luck.exponential("b")
    assert stats.kstest(normal, "norm").pvalue > 1e-3
    assert stats.kstest(exponential, "expon").pvalue > 1e-3
    assert normal.dtype == exponential.dtype == np.float32
    assert (exponential > 0).all()


def unmixed(word: int) -> int:
    """The input of SplitMix64's first two rounds that gives this word."""

    def unshifted(bits: int, shift: int) -> int:
        value = bits
        for _ in range(64 // shift):
            value = bits ^ (value >> shift)
        return value

    for shift, factor in ((27, 0x94D049BB133111EB), (30, 0xBF58476D1CE4E5B9)):
        word = unshifted(word * pow(factor, -1, WORD) % WORD, shift)
    return word


@pytest.mark.parametrize(("bits", "expected"), [(0, 2.0**-24), (WORD - 1, 1 - 2.0**-24)])
def test_extreme_bits_are_neither_0_nor_1(bits: int, expected: float):
    """The key whose 64 bits are all 0, or all 1, found by running the mixer backwards."""
    address = int(Chance(1).at(0).claim("buy", 0, 1))
    key = (unmixed(bits) - address) * pow(GAMMA, -1, WORD) % WORD
    luck = Chance(1).at(0).rows(np.array([key], np.uint64))
    assert luck.uniform("buy")[0] == expected
    exponential = Chance(1).at(0).rows(np.array([key], np.uint64)).exponential("buy")[0]
    assert 0 < exponential < 17
    assert np.isfinite(Chance(1).at(0).rows(np.array([key], np.uint64)).normal("buy")[0])


def test_a_million_draws_stay_inside():
    u = uniform(keys=np.arange(1_000_000, dtype=np.uint64))
    assert u.min() > 0
    assert u.max() < 1


AGAIN = {
    "the same rows": lambda _, luck: luck.uniform("buy"),
    "another kind of draw": lambda _, luck: luck.normal("buy"),
    "happens": lambda _, luck: luck.happens("buy", 0.5),
    "some of them": lambda _, luck: luck.some(np.array([1])).uniform("buy"),
    "fresh rows": lambda week, _: week.rows(KEYS).uniform("buy"),
    "an earlier block": lambda week, _: week.rows(KEYS[:100], 100).uniform("buy"),
}


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN.keys())
def test_a_decision_drawn_twice_in_a_week_raises(again):
    week = Chance(1).at(4)
    luck = week.rows(KEYS)
    luck.uniform("buy")
    with pytest.raises(ChanceError, match="'buy' was drawn twice in week 4: give the second draw its own name"):
        again(week, luck)


def test_a_named_decision_drawn_twice_raises():
    luck = Chance(1).at(0).rows(KEYS)
    luck.named("strategy").uniform("buy")
    luck.uniform("buy")
    with pytest.raises(ChanceError, match="'strategy buy'"):
        luck.named("strategy").happens("buy", 0.5)


def test_blocks_in_order_are_one_draw_and_the_same_block_twice_is_two():
    week = Chance(1).at(0)
    for start in (0, 100, 200):
        week.rows(KEYS[start : start + 100], start).uniform("buy")
    with pytest.raises(ChanceError):
        week.rows(KEYS[200:300], 200).some(np.array([0])).uniform("buy")


@pytest.mark.parametrize("n", [0, 1, 8_193, 20_000])
def test_several_decisions_at_once_are_the_same_numbers(n: int):
    together = Chance(1).at(3).rows(KEYS[:n]).named("a").uniforms("buy", "leave", "tell")
    luck = Chance(1).at(3).rows(KEYS[:n]).named("a")
    for decision, drawn in zip(("buy", "leave", "tell"), together, strict=True):
        np.testing.assert_array_equal(drawn, luck.uniform(decision))
    with pytest.raises(ChanceError, match="'a leave'"):
        luck.uniforms("sell", "leave")
    with pytest.raises(ChanceError, match="'boo'"):
        Chance(1).at(0).rows(KEYS).uniforms("boo", "boo")


def test_what_belongs_to_nobody_is_one_decision_too():
    week = Chance(1).at(0)
    assert 0 < week.one("shock") < 1
    assert week.one("boom") != Chance(1).at(1).one("boom")
    with pytest.raises(ChanceError):
        week.one("shock")


def test_lasting_luck_may_be_read_again_and_is_the_same_in_every_week():
    week = Chance(1).at(3)
    luck = week.rows(KEYS)
    first = luck.lasting("enrol")
    np.testing.assert_array_equal(luck.lasting("enrol"), first)
    np.testing.assert_array_equal(Chance(1).at(40).rows(KEYS).lasting("enrol"), first)
    assert abs(np.corrcoef(first, luck.uniform("enrol"))[0, 1]) < 4 / np.sqrt(len(KEYS))


def test_an_empty_draw_is_empty():
    luck = Chance(1).at(0).rows(KEYS[:0])
    assert len(luck.uniform("buy")) == len(luck.normal("sell")) == 0


@pytest.mark.parametrize("rate", [0.003, 0.05, 0.7, 3.0, 12.0, 60.0])
def test_poisson_has_its_mean_variance_and_shape(rate: float):
    """Seed 5, 400,000 draws: mean and variance within 4 standard errors, chi-square of the counts p > 0.001."""
    n = 400_000
    u = Chance(5).at(int(rate * 1_000)).rows(np.arange(n, dtype=np.uint64)).uniform("come")
    count = poisson(u, np.full(n, rate, np.float32)).astype(np.float64)
    assert abs(count.mean() - rate) < 4 * np.sqrt(rate / n)
    assert abs(count.var() - rate) < 4 * np.sqrt((2 * rate**2 + rate) / n)  # the fourth moment gives this
    ks = np.arange(int(count.max()) + 1)
    expected = n * stats.poisson.pmf(ks, rate)
    observed = np.bincount(count.astype(int), minlength=len(ks))
    body = expected > 20
    counts = np.append(observed[body], n - observed[body].sum())
    expected = np.append(expected[body], n - expected[body].sum())
    chi2 = ((counts - expected) ** 2 / np.maximum(expected, 1)).sum()
    assert stats.chi2.sf(chi2, body.sum()) > 1e-3


unit = st.floats(2.0**-24, 1 - 2.0**-24, width=32)
rates = st.floats(0, 300, width=32)


def one_poisson(u: float, rate: float) -> int:
    return int(poisson(np.array([u], np.float32), np.array([rate], np.float32))[0])


@given(unit, unit, rates)
def test_more_luck_never_means_fewer(u: float, v: float, rate: float):
    assert one_poisson(min(u, v), rate) >= one_poisson(max(u, v), rate)


@given(unit, rates, rates)
def test_a_higher_rate_never_means_fewer(u: float, one: float, two: float):
    assert one_poisson(u, min(one, two)) <= one_poisson(u, max(one, two))


@given(unit, rates)
def test_poisson_is_the_inverse_of_the_distribution(u: float, rate: float):
    """P(X >= count) is above u and P(X > count) at most u, up to float64 rounding."""
    count = one_poisson(u, rate)
    assert count == 0 or stats.poisson.sf(count - 1, rate) >= u - 1e-9
    assert count == MOST or stats.poisson.sf(count, rate) <= u + 1e-9


def test_poisson_without_a_rate_or_with_an_endless_one():
    u = np.array([0.5, 2.0**-24, 0.5, 0.999], np.float32)
    np.testing.assert_array_equal(poisson(u, np.array([0, 0, 1e6, 1e6], np.float32)), [0, 0, MOST, MOST])


def test_keys_are_distinct():
    """400 weeks x 1,000 candidates, and referrals of the same: 800,000 64-bit keys; one clash has chance 2e-8."""
    week, candidate = (axis.ravel() for axis in np.meshgrid(np.arange(400), np.arange(1_000)))
    organic = key_of("organic", week, candidate)
    referral = key_of("referral", organic, np.uint8(3))
    assert len(np.unique(np.concatenate([organic, referral]))) == 800_000
    assert organic.min() > 10**6  # far from the ordinals of initial customers


def test_keys_tell_their_parts_apart():
    assert len({int(key_of(kind, i, j)[0]) for kind in ("a", "b") for i in range(20) for j in range(20)}) == 800
    assert key_of("organic", 3, np.arange(5)).shape == (5,)
    np.testing.assert_array_equal(key_of("organic", 3, np.arange(5))[2], key_of("organic", 3, 2)[0])


def test_hashing_is_a_bijection_of_keys():
    assert len(np.unique(hashed(np.arange(500_000, dtype=np.uint64), np.uint64(7)))) == 500_000


def test_draws_are_known_by_their_numbers():
    """Golden: whoever changes the mixer, the address or the scale changes every result ever stored."""
    np.testing.assert_array_equal(uniform(1, 0, "buy", KEYS[:3]), np.array(GOLDEN, np.float32))
    assert isinstance(Chance(1).at(0), Week)
    assert isinstance(Chance(1).at(0).rows(KEYS), Draws)
