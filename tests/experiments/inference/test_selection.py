"""Kim & Nelson by hand, resumed, with ties and gaps; regret and the share of settings in which an arm is best."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.inference.selection import Selection, expected_regret, kim_nelson, share_best
from sim.errors import ParameterError


def runs(means: list[float], count: int = 400, common: float = 0.0, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(count, len(means))) * np.sqrt(1 - common)
    return own + rng.normal(size=(count, 1)) * np.sqrt(common) + np.array(means)


def by_hand(values: np.ndarray, zone: float, alpha: float, first: int) -> tuple[int | None, list[int | None]]:
    """The procedure as the paper writes it, in plain loops."""
    rows, arms = values.shape
    eta = 0.5 * ((2 * alpha / (arms - 1)) ** (-2 / (first - 1)) - 1)
    h2 = 2 * eta * (first - 1)
    spread = {
        (i, j): np.var(values[:first, i] - values[:first, j], ddof=1)
        for i in range(arms)
        for j in range(arms)
        if i != j
    }
    alive, gone = list(range(arms)), [None] * arms
    for r in range(first, rows + 1):
        mean = values[:r].mean(axis=0)
        width = {key: max(0.0, zone / (2 * r) * (h2 * s2 / zone**2 - r)) for key, s2 in spread.items()}
        kept = [i for i in alive if all(mean[i] >= mean[j] - width[i, j] for j in alive if j != i)]
        for i in set(alive) - set(kept):
            gone[i] = r
        alive = kept
        if len(alive) == 1:
            return alive[0], gone
    return None, gone


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_the_paper_writes(seed: int):
    values = runs([0.0, 0.2, 0.3, -0.2], common=0.5, seed=seed)
    found = kim_nelson(values, 0.2, 0.9, first=10)
    best, gone = by_hand(values, 0.2, 0.1, 10)
    assert found.best == best
    assert list(found.dropped_at) == gone
    assert found.best is not None
    assert found.survivors == (found.best,)


def test_it_goes_on_from_where_it_stopped():
    """Row by row: what was dropped stays dropped, nothing is chosen before its time, and then it never changes."""
    values = runs([0.0, 0.3, 0.1])
    full = kim_nelson(values, 0.2)
    assert full.best is not None
    for count in range(1, len(values), 7):
        part = kim_nelson(values[:count], 0.2)
        known = tuple(at if at is not None and at <= count else None for at in full.dropped_at)
        assert part.dropped_at == known
        assert part.best == (full.best if count >= full.replications else None)
        assert part.replications == min(count, full.replications)
        if count >= 20:
            assert part.at_most is not None
            assert part.at_most >= full.replications


def test_dropped_arms_need_no_more_runs():
    values = runs([0.0, 2.0, 1.9])
    full = kim_nelson(values, 0.1)
    gone = full.dropped_at[0]
    assert gone is not None
    values[gone:, 0] = np.nan
    assert kim_nelson(values, 0.1) == full


def test_arms_that_are_identical_end_it():
    """Two arms share all luck and all effect: the first of them is chosen, when the third is surely not better."""
    values = runs([0.0, 0.3])[:, [1, 0, 1]]
    found = kim_nelson(values, 0.2)
    assert found.best == 0
    assert found.survivors == (0, 2)
    assert found.dropped_at[1] is not None
    placebo = kim_nelson(np.zeros((20, 3)), 0.1)
    assert placebo == Selection(0, (0, 1, 2), (None, None, None), 20, 20)


def test_arms_that_are_equal_but_not_identical_end_it():
    """Six seeds: the indifference zone bounds the replications, whatever the luck."""
    for seed in range(6):
        values = runs([0.0, 0.0, 0.0], count=2_000, seed=seed)
        found = kim_nelson(values, 0.2)
        assert found.best is not None
        assert found.replications <= (kim_nelson(values[:20], 0.2).at_most or 0)


def test_common_random_numbers_save_replications():
    """Ten seeds each: with a correlation of 0.9 fewer than half the replications."""
    spent = {
        common: sum(kim_nelson(runs([0.0, 0.2, 0.2], 3_000, common, seed), 0.2).replications for seed in range(10))
        for common in (0.0, 0.9)
    }
    assert spent[0.9] < 0.5 * spent[0.0]


def test_too_few_replications_choose_nothing():
    found = kim_nelson(runs([0.0, 9.0], count=19), 0.1)
    assert found == Selection(None, (0, 1), (None, None), 19)
    assert kim_nelson(runs([0.0, 9.0], count=20), 0.1).best == 1


def test_one_arm_is_the_best():
    assert kim_nelson(np.empty((0, 1)), 0.1).best == 0


def test_bad_input_is_refused():
    values = runs([0.0, 0.1])
    for bad in ({"indifference": 0.0}, {"indifference": 0.1, "confidence": 1.0}, {"indifference": 0.1, "first": 1}):
        with pytest.raises(ParameterError):
            kim_nelson(values, **bad)
    values[30, 1] = np.nan
    with pytest.raises(ParameterError, match=r"arms \[1\] are not finite within the first 31"):
        kim_nelson(values, 1e-3)
    values[3, 0] = np.inf
    with pytest.raises(ParameterError, match=r"arms \[0\] are not finite within the first 20"):
        kim_nelson(values, 1e-3)
    with pytest.raises(ParameterError, match="arms = 0"):
        kim_nelson(np.empty((20, 0)), 0.1)


def test_regret_by_hand():
    """Best are 3, 2 and 5: arm 0 lacks 2, 0, 0; arm 1 lacks 0, 1, 0; arm 2 lacks 3, 2, 5."""
    values = np.array([[1.0, 3.0, 0.0], [2.0, 1.0, 0.0], [5.0, 5.0, 0.0]])
    assert expected_regret(values) == pytest.approx([2 / 3, 1 / 3, 10 / 3])
    assert share_best(values) == pytest.approx([1 / 2, 1 / 2, 0])
    assert share_best(values).sum() == pytest.approx(1)


@pytest.mark.parametrize("bad", [np.empty((0, 2)), np.array([1.0, 2.0]), np.array([[1.0, np.nan]])])
def test_regret_of_nothing_is_refused(bad: np.ndarray):
    for ask in (expected_regret, share_best):
        with pytest.raises(ParameterError, match="settings by arms"):
            ask(bad)
