"""Who walks in: shares, means, spreads and correlations are as declared, and bad ones are refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from agents import customers as c
from agents.segments import Segment, Segments
from sim.chance import Chance
from sim.errors import ParameterError
from sim.people import SEGMENT
from sim.table import Block, Table

N = 200_000
DEFAULT = Segments()


def enter(segments: Segments, n: int = N, seed: int = 3, keys: np.ndarray | None = None) -> Block:
    """n customers, seed 3."""
    keys = np.arange(n, dtype=np.uint64) if keys is None else keys
    rows = Table([SEGMENT, *c.TRAITS], len(keys)).block(0, len(keys))
    segments.enter(rows, Chance(seed).life().rows(keys))
    return rows


def clipped(mean: float, spread: float, low: float, high: float) -> tuple[float, float]:
    """Mean and standard deviation of a normal that is clipped to a range, by quantiles."""
    z = stats.norm.ppf((np.arange(400_000) + 0.5) / 400_000)
    values = np.clip(mean + spread * z, low, high)
    return float(values.mean()), float(values.std())


def test_shares_are_as_declared():
    """Seed 3, 200,000 customers: within 4 standard errors of 50%, 30%, 20%."""
    shares = np.bincount(enter(DEFAULT)[SEGMENT], minlength=3) / N
    for share, expected in zip(shares, (0.5, 0.3, 0.2), strict=True):
        assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / N)
    assert DEFAULT.names == ("steady", "demanding", "deal_seeking")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_means_and_spreads_are_as_declared(number: int):
    """Seed 3: every trait's mean within 4 standard errors, spread within 2%, of the normal clipped to its range."""
    rows, segment = enter(DEFAULT), list(DEFAULT.segments.values())[number]
    among = rows[SEGMENT] == number
    for column in c.TRAITS:
        values = rows[column][among].astype(np.float64)
        width = DEFAULT.spread * (column.high - column.low)
        mean, spread = clipped(segment.traits.get(column.name, column.start), width, column.low, column.high)
        assert abs(values.mean() - mean) < 4 * spread / np.sqrt(len(values)), column.name
        assert values.std() == pytest.approx(spread, rel=0.02), column.name
        assert values.min() >= np.float32(column.low)
        assert values.max() <= np.float32(column.high)


@pytest.mark.parametrize("r", [-0.8, -0.3, 0.0, 0.4, 0.9])
def test_correlations_have_their_sign_and_size(r: float):
    """Seed 3, traits far from the ends of their range: within 4 standard errors of r; the others stay uncorrelated."""
    one = Segments({"all": Segment(1.0, {"comfort": 0.5, "voice": 0.5, "reactivity": 0.5})}, 0.05, {"comfort voice": r})
    rows = enter(one)
    assert abs(np.corrcoef(rows[c.COMFORT], rows[c.VOICE])[0, 1] - r) < 4 * (1 - r**2) / np.sqrt(N) + 1e-4
    assert abs(np.corrcoef(rows[c.COMFORT], rows[c.REACTIVITY])[0, 1]) < 4 / np.sqrt(N)
    assert abs(np.corrcoef(rows[c.VOICE], rows[SEGMENT] + rows[c.REACTIVITY])[0, 1]) < 4 / np.sqrt(N)


def test_several_correlations_hold_at_once():
    pairs = {"comfort voice": 0.5, "voice reactivity": -0.4, "comfort reactivity": 0.2}
    means = {"comfort": 0.5, "voice": 0.5, "reactivity": 0.5}
    rows = enter(Segments({"all": Segment(1.0, means)}, 0.05, pairs))
    for pair, r in pairs.items():
        one, two = (next(column for column in c.TRAITS if column.name == name) for name in pair.split())
        assert abs(np.corrcoef(rows[one], rows[two])[0, 1] - r) < 4 / np.sqrt(N)


def test_shares_need_not_sum_to_one_and_may_be_zero():
    rows = enter(Segments({"a": Segment(3.0), "none": Segment(0.0), "b": Segment(1.0)}), 40_000)
    counts = np.bincount(rows[SEGMENT], minlength=3)
    assert counts[1] == 0
    assert abs(counts[0] / 40_000 - 0.75) < 4 * np.sqrt(0.75 * 0.25 / 40_000)


def test_without_spread_all_are_alike():
    rows = enter(Segments({"all": Segment(1.0, {"voice": 0.3})}, spread=0.0), 100)
    assert (rows[c.VOICE] == np.float32(0.3)).all()
    assert (rows[c.MEMORY] == np.float32(c.MEMORY.start)).all()


def test_traits_belong_to_the_key():
    """Whoever else walks in, and in whatever order."""
    keys = np.array([7, 3, 90_000, 12], np.uint64)
    some, everybody = enter(DEFAULT, keys=keys), enter(DEFAULT, 90_001)
    for column in (SEGMENT, *c.TRAITS):
        np.testing.assert_array_equal(some[column], everybody[column][keys.astype(int)])


def test_who_walks_in_alone_has_the_same_traits():
    """1,000 customers one at a time against all at once; the last bit of some traits differs."""
    together = enter(DEFAULT, 1_000)
    for key in range(1_000):
        alone = enter(DEFAULT, keys=np.array([key], np.uint64))
        for column in (SEGMENT, *c.TRAITS):
            assert alone[column][0] == together[column][key], (key, column.name)


def test_nobody_may_walk_in():
    assert len(enter(DEFAULT, 0)[SEGMENT]) == 0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Segments({}), "at least one segment"),
        (lambda: Segments({"a": Segment(0.0)}), "share above 0"),
        (lambda: Segments({str(i): Segment() for i in range(201)}), "201 are too many"),
        (lambda: Segment(-1.0), r"Segment\.share"),
        (lambda: Segment(float("nan")), r"Segment\.share"),
        (lambda: Segment(1.0, {"greed": 0.5}), "there is no trait 'greed'; there are"),
        (lambda: Segment(1.0, {"voice": 1.5}), r"Segment\.traits\.voice = 1\.5 is not a number from 0 to 1"),
        (lambda: Segment(1.0, {"negativity": 0.5}), r"is not a number from 1 to 5"),
        (lambda: Segment(1.0, {"voice": float("nan")}), r"Segment\.traits\.voice = nan"),
        (lambda: Segments(spread=0.6), r"Segments\.spread"),
        (lambda: Segments(correlations={"voice": 0.3}), "needs two traits"),
        (lambda: Segments(correlations={"voice voice": 0.3}), "needs two traits"),
        (lambda: Segments(correlations={"voice greed": 0.3}), "no trait 'greed'"),
        (lambda: Segments(correlations={"voice comfort": 1.0}), "between -1 and 1"),
        (lambda: Segments(correlations={"voice comfort": float("nan")}), "between -1 and 1"),
        (
            lambda: Segments(correlations={"voice comfort": 0.9, "comfort memory": 0.9, "voice memory": -0.9}),
            "cannot hold together: weaken one",
        ),
    ],
)
def test_bad_segments_are_refused(make, says: str):
    with pytest.raises(ParameterError, match=says):
        make()


@pytest.mark.parametrize(
    "make",
    [lambda: Segment(1.0, {"voice": "high"}), lambda: Segments(correlations={"voice comfort": "strong"})],
    ids=["trait", "correlation"],
)
def test_text_where_a_number_belongs_is_refused_with_a_mend(make):
    with pytest.raises(ParameterError):
        make()


def test_a_pair_named_twice_is_refused():
    with pytest.raises(ParameterError):
        Segments(correlations={"voice comfort": 0.5, "comfort voice": -0.5})
