"""Studentised bootstraps: what they are by hand, where nothing can be resampled, many questions at once."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.inference.bootstrap import TRUSTED, bootstrap_t, simultaneous
from experiments.inference.intervals import holm, paired_t
from sim.errors import ParameterError

NORMAL = np.random.default_rng(1).normal(0.3, 1.0, size=40)
FAMILY = np.random.default_rng(2).normal(size=(40, 4)) + np.array([0.0, 0.3, 0.6, 1.2])


def slowly(values: np.ndarray, resamples: int, seed: int) -> tuple[float, float]:
    """The same interval, resample by resample."""
    rng, n = np.random.default_rng(seed), len(values)
    mean, error = values.mean(), values.std(ddof=1) / math.sqrt(n)
    found = []
    for _ in range(resamples):
        drawn = values[rng.integers(n, size=n)]
        found.append((drawn.mean() - mean) / (drawn.std(ddof=1) / math.sqrt(n)))
    low, high = np.sort(found)[[math.ceil(share * (resamples + 1)) - 1 for share in (0.025, 0.975)]]
    return mean - high * error, mean - low * error


def test_it_is_what_a_loop_over_resamples_gives():
    found = bootstrap_t(NORMAL, resamples=999, seed=3)
    assert (found.low, found.high) == pytest.approx(slowly(NORMAL, 999, 3))
    assert found.mean == NORMAL.mean()
    assert found.standard_error == paired_t(NORMAL).standard_error


def test_it_is_near_students_for_normal_differences_and_the_same_each_time():
    """One sample of 40, 20,000 resamples: bounds within a tenth of the width of Student's."""
    found, plain = bootstrap_t(NORMAL, resamples=20_000), paired_t(NORMAL)
    width = plain.high - plain.low
    assert abs(found.low - plain.low) < width / 10
    assert abs(found.high - plain.high) < width / 10
    assert found == bootstrap_t(NORMAL, resamples=20_000)


def test_a_long_tail_lengthens_the_side_that_needs_it():
    skewed = np.random.default_rng(4).lognormal(size=30)
    found = bootstrap_t(skewed)
    assert found.high - found.mean > 1.5 * (found.mean - found.low)
    mirrored = bootstrap_t(-skewed)
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low), rel=0.05)


@pytest.mark.parametrize("shift", [-0.3, -0.2, 0.1, 0.3])
def test_the_p_value_is_where_the_interval_touches_zero(shift: float):
    """At a level a little below 1 - p the interval lies on one side of zero, a little above it holds zero."""
    moved = NORMAL - NORMAL.mean() + shift
    p_value = bootstrap_t(moved, resamples=9_999).p_value
    assert bootstrap_t(moved, level=1 - 1.1 * p_value, resamples=9_999).sign == np.sign(shift)
    assert bootstrap_t(moved, level=1 - 0.9 * p_value, resamples=9_999).sign == 0


@pytest.mark.parametrize("values", [[], [2.0], [0.0] * 30, [3.0] * 30, [1.0, 2.0, 4.0], [math.nan, 1.0]])
def test_where_nothing_can_be_resampled_it_is_students(values: list[float]):
    found, plain = bootstrap_t(np.array(values)), paired_t(np.array(values))
    assert repr(found) == repr(plain)


def test_from_so_many_on_it_is_its_own():
    assert bootstrap_t(NORMAL[: TRUSTED - 1]) == paired_t(NORMAL[: TRUSTED - 1])
    assert bootstrap_t(NORMAL[:TRUSTED]) != paired_t(NORMAL[:TRUSTED])


def test_almost_all_equal_is_no_error():
    """One replication differs: a third of the resamples are flat, and the interval has no upper bound."""
    values = np.zeros(20)
    values[3] = 1.0
    found = bootstrap_t(values)
    assert found.low <= 0.05 <= found.high
    assert found.high == math.inf


def test_one_question_is_symmetric_and_near_students():
    (found,), plain = simultaneous(NORMAL[:, None]), paired_t(NORMAL)
    assert found.high - found.mean == pytest.approx(found.mean - found.low)
    assert found.high - found.low == pytest.approx(plain.high - plain.low, rel=0.15)
    assert found.p_value == pytest.approx(plain.p_value, abs=0.03)


def test_many_questions_cost_width_and_the_same_question_twice_costs_nothing():
    alone = simultaneous(FAMILY[:, :1])[0]
    together = simultaneous(FAMILY)[0]
    twice = simultaneous(FAMILY[:, [0, 0, 0]])[0]
    assert together.high - together.low > 1.1 * (alone.high - alone.low)
    assert (twice.low, twice.high) == pytest.approx((alone.low, alone.high))


def test_questions_do_not_depend_on_their_order_or_unit():
    order = [2, 0, 3, 1]
    there, shuffled = simultaneous(FAMILY), simultaneous(FAMILY[:, order] * 100.0)
    for place, one in zip(order, shuffled, strict=True):
        assert one.low == pytest.approx(100 * there[place].low)
        assert one.p_value == there[place].p_value


def test_step_down_p_values_are_corrected_and_keep_their_order():
    plain = np.array([paired_t(column).p_value for column in FAMILY.T])
    found = np.array([one.p_value for one in simultaneous(FAMILY, resamples=20_000)])
    assert (found >= plain - 0.01).all()
    assert (np.argsort(found, kind="stable") == np.argsort(plain)).all()
    assert np.abs(found - holm(plain)).max() < 0.1  # independent questions: near Holm's


def test_a_placebo_asks_no_question():
    placebo = np.hstack([np.zeros((40, 1)), FAMILY, np.full((40, 1), 2.0)])
    found = simultaneous(placebo)
    assert found[1:-1] == simultaneous(FAMILY)
    assert (found[0].low, found[0].high, found[0].p_value) == (0, 0, 1)
    assert (found[-1].low, found[-1].high, found[-1].p_value) == (2, 2, 0)


def test_few_replications_are_bonferronis():
    few = FAMILY[: TRUSTED - 1]
    found, plain = simultaneous(few), paired_t(few[:, 1], 1 - 0.05 / 4)
    assert (found[1].low, found[1].high) == (plain.low, plain.high)
    assert found[1].p_value == min(4 * plain.p_value, 1)


def test_gaps_and_nothing_at_all():
    gaps = FAMILY.copy()
    gaps[5, 2] = np.nan
    assert simultaneous(gaps) == simultaneous(np.delete(FAMILY, 5, axis=0))
    empty = simultaneous(np.hstack([FAMILY, np.full((40, 1), np.nan)]))
    assert empty[:-1] == simultaneous(FAMILY)
    assert not empty[-1].known
    assert simultaneous(np.empty((20, 0))) == ()
    assert [one.known for one in simultaneous(FAMILY[:1])] == [False] * 4


def test_more_replications_than_fit_into_memory_at_once_are_done_in_blocks():
    many = np.random.default_rng(5).normal(size=60_000)
    found, plain = bootstrap_t(many, resamples=200), paired_t(many)
    assert found.high - found.low == pytest.approx(plain.high - plain.low, rel=0.4)


@pytest.mark.parametrize("bad", [{"level": 0.0}, {"level": 95.0}, {"resamples": 10}])
def test_bad_input_is_refused(bad: dict[str, float]):
    for ask in (lambda: bootstrap_t(NORMAL, **bad), lambda: simultaneous(FAMILY, **bad)):
        with pytest.raises(ParameterError, match=next(iter(bad))):
            ask()
