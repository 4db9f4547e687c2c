"""Search and split: known optima, constraints, the same points again, budgets that are kept; fronts by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from experiments.optimise.front import nondominated, thinned
from experiments.optimise.search import SAMPLERS, Plan, Point, Score, Trial, best, search
from experiments.optimise.split import LEAST, Given, Split, cells_of
from sim.errors import ParameterError
from strategies import Nothing, OverDelivery, PersonalisedService, StaffInvestment
from strategies.portfolio import Portfolio
from strategies.targeting import And, Everyone, Filed, Not, ValueTier

NAMES = ("x", "y", "z")
HILL = (0.3, 0.7, 0.5)


def hill(first: int, points: Sequence[Point]) -> list[Score]:
    """Highest, 0, at HILL; x may not be above 0.2."""
    heights = [-sum((point[name] - top) ** 2 for name, top in zip(NAMES, HILL, strict=True)) for point in points]
    return [Score((height,), (point["x"] - 0.2,)) for height, point in zip(heights, points, strict=True)]


def free(first: int, points: Sequence[Point]) -> list[Score]:
    return [Score(one.goals) for one in hill(first, points)]


def two_hills(first: int, points: Sequence[Point]) -> list[Score]:
    """The nearer to 0.2 in x the better for one, the nearer to 0.8 for the other: the front is 0.2 to 0.8."""
    return [Score((-((point["x"] - 0.2) ** 2), -((point["x"] - 0.8) ** 2))) for point in points]


def test_a_known_optimum_is_found():
    """96 trials by TPE come within 0.05 of the top in height; what is random in it has a fixed seed."""
    (top,) = best(search(NAMES, 1, Plan("tpe", 96, 8, seed=1), free), 1)
    assert top.score.goals[0] > -0.05


def test_a_constraint_is_kept():
    """The top of what is allowed lies at x = 0.2, 0.01 below the top; nothing beyond it is ever called best."""
    trials = search(NAMES, 1, Plan("tpe", 96, 8, seed=1), hill)
    assert any(trial.point["x"] > 0.2 for trial in trials)
    chosen = best(trials, 5)
    assert all(trial.point["x"] <= 0.2 for trial in chosen)
    assert chosen[0].score.goals[0] > -0.06


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("goals", [1, 2])
def test_the_same_search_asks_the_same_points(sampler: str, goals: int):
    plan, evaluate = Plan(sampler, 40, 8, seed=3), two_hills if goals == 2 else hill
    assert search(NAMES, goals, plan, evaluate) == search(NAMES, goals, plan, evaluate)
    other = search(NAMES, goals, Plan(sampler, 40, 8, seed=4), evaluate)
    assert other != search(NAMES, goals, plan, evaluate)


def test_starts_come_first_and_batches_are_as_planned():
    sizes = []

    def counted(first: int, points: Sequence[Point]) -> list[Score]:
        sizes.append((first, len(points)))
        return free(first, points)

    start = dict(zip(NAMES, HILL, strict=True))
    trials = search(NAMES, 1, Plan("tpe", 20, 8, seed=1, starts=(start,)), counted)
    assert sizes == [(0, 8), (8, 8), (16, 4)]
    assert trials[0].point == pytest.approx(start)


def test_a_trial_without_a_number_is_never_best():
    trials = search(NAMES, 1, Plan("tpe", 16, 8, seed=1), lambda _, points: [Score((math.nan,)) for _ in points])
    assert len(trials) == 16
    assert best(trials, 3) == []


def test_best_takes_of_those_alike_the_first():
    trials = [Trial(n, {"x": n / 10}, Score((goal,))) for n, goal in enumerate([1.0, 3.0, 3.0, 2.0])]
    assert [one.number for one in best(trials, 2)] == [1, 3]
    assert [one.number for one in best(trials, 2, lambda one: one.number)] == [1, 2]


def test_two_goals_lead_to_a_front():
    trials = search(["x"], 2, Plan("tpe", 64, 8, seed=1), two_hills)
    values = np.array([trial.score.goals for trial in trials])
    front = [trials[place].point["x"] for place in np.flatnonzero(nondominated(values))]
    assert all(0.19 < x < 0.81 for x in front)
    assert min(front) < 0.35 < 0.65 < max(front)


def test_a_front_by_hand():
    values = np.array([[3.0, 1.0], [2.0, 2.0], [1.0, 3.0], [2.0, 1.0], [2.0, 2.0]])
    assert nondominated(values).tolist() == [True, True, True, False, True]  # equals do not beat each other
    assert thinned(values, 2) == [0, 2]
    assert thinned(values, 10) == [0, 1, 2, 3]  # the equal one counts once
    assert thinned(np.array([[1.0, 1.0]]), 3) == [0]


def split(periods: int = 4) -> Split:
    plays = {"gifts": OverDelivery(), "care": PersonalisedService()}
    return Split(cells_of(plays, {"one": Filed(1), "rest": Not(Filed(1))}), 1_000.0, periods, weeks=52)


def test_every_split_gives_out_the_budget_at_most():
    """1,000 random points: what is given lies between 0 and the budget, each cell at least the smallest share."""
    own, rng = split(), np.random.default_rng(1)
    for _ in range(1_000):
        given = own.given(dict(zip(own.names, rng.random(len(own.names)) * 0.999, strict=True)))
        assert sum(one.money for one in given.values()) <= 1_000 * (1 + 1e-12)
        assert all(one.money >= LEAST * 1_000 for one in given.values())
        assert {one.start for one in given.values()} <= {0, 13, 26, 39}


def test_shares_are_uniform_on_the_simplex():
    """A Dirichlet(1) of five has means of 1/5 and a spread of sqrt(4/150): 4,000 draws, within 4 standard errors."""
    own, rng = split(periods=1), np.random.default_rng(2)
    shares = np.zeros((4_000, 4))
    for row in shares:
        given = own.given(dict(zip(own.names, rng.random(5) * 0.9999999, strict=True)))
        row[:] = [given[cell.name].money / 1_000 if cell.name in given else 0.0 for cell in own.cells]
    expected = 0.2 - (1 - (1 - LEAST) ** 4 * (1 + 4 * LEAST)) / 5  # shares below the smallest are kept back
    assert shares.mean(axis=0) == pytest.approx(np.full(4, expected), abs=4 * math.sqrt(4 / 150 / 4_000))


def test_equal_and_alone_by_hand():
    own = split()
    assert own.given(own.equal()) == {cell.name: Given(pytest.approx(250.0), 0) for cell in own.cells}
    assert own.given(own.equal(("care",))) == {
        "care for one": Given(pytest.approx(500.0), 0),
        "care for rest": Given(pytest.approx(500.0), 0),
    }
    nothing = dict.fromkeys(own.names, 0.0)
    assert own.given(nothing) == {}
    assert own.portfolio({}, {}) == Nothing()


def test_the_portfolio_is_what_was_given():
    own = split()
    plays = {"gifts": OverDelivery(targeting=ValueTier(0.5)), "care": PersonalisedService()}
    made = own.portfolio({"gifts for one": Given(300.0, 13), "care for rest": Given(100.0, 0)}, plays)
    gifts = Portfolio({"gifts": OverDelivery(targeting=And(ValueTier(0.5), Filed(1)), start=13)}, budget=300.0)
    care = Portfolio({"care": PersonalisedService(targeting=Not(Filed(1)))}, budget=100.0)
    assert made == Portfolio({"gifts for one": gifts, "care for rest": care}, budget=1_000.0)


def test_what_changes_the_firm_itself_is_one_cell():
    found = cells_of({"staff": StaffInvestment(), "gifts": OverDelivery()}, {"one": Filed(1), "two": Filed(2)})
    assert [cell.name for cell in found] == ["staff", "gifts for one", "gifts for two"]
    assert found[0].targeting == Everyone()
    with pytest.raises(ParameterError, match="'all' is a Portfolio, no single play"):
        cells_of({"all": Portfolio({"gifts": OverDelivery()})}, {})
