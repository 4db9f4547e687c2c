"""Indices against closed forms: Ishigami's function for Sobol, a linear one for Morris; luck's numbers in a design."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.sensitivity.design import LUCKS, Design
from experiments.sensitivity.indices import MOVE, morris_design, morris_indices, sobol_design, sobol_indices

NAMES = ["x1", "x2", "x3"]


def ishigami(quantiles: np.ndarray, a: float = 7.0, b: float = 0.1) -> np.ndarray:
    x = np.pi * (2 * quantiles - 1)
    return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])


def shares(a: float = 7.0, b: float = 0.1) -> dict[str, list[float]]:
    """Sobol indices of Ishigami's function in closed form (Saltelli et al. 2008)."""
    alone = 0.5 * (1 + b * np.pi**4 / 5) ** 2
    second, joint = a**2 / 8, b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    total = alone + second + joint
    return {"S1": [alone / total, second / total, 0], "ST": [(alone + joint) / total, second / total, joint / total]}


def test_sobol_indices_of_ishigami():
    """2,048 base rows, seed 1: within 0.03, and within four of the half-widths' standard errors (half / 1.96)."""
    design = sobol_design(3, 2_048, second_order=True, seed=1)
    first, pairs = sobol_indices(NAMES, ishigami(design), True, seed=1)
    for index, truth in shares().items():
        rows = first[first["index"] == index]
        assert rows["value"].to_numpy() == pytest.approx(truth, abs=0.03)
        assert (np.abs(rows["value"] - truth) <= 4 * rows["half"] / 1.96 + 1e-3).all()
    assert pairs[["factor", "other"]].to_numpy().tolist() == [["x1", "x2"], ["x1", "x3"], ["x2", "x3"]]
    assert pairs["value"].to_numpy() == pytest.approx([0, shares()["ST"][2], 0], abs=0.05)


def test_first_order_alone_takes_fewer_rows():
    assert len(sobol_design(3, 8, second_order=False, seed=1)) == 8 * 5
    first, pairs = sobol_indices(NAMES, ishigami(sobol_design(3, 256, False, 1)), False, seed=1)
    assert first[first["index"] == "ST"]["value"].to_numpy() == pytest.approx(shares()["ST"], abs=0.12)
    assert pairs.empty


def test_an_outcome_that_does_not_vary_has_no_shares():
    first, pairs = sobol_indices(NAMES, np.ones(8 * 8), True, seed=1)
    assert (first[["value", "half"]].to_numpy() == 0).all()
    assert (pairs[["value", "half"]].to_numpy() == 0).all()


def test_morris_of_a_linear_function():
    """A move of two thirds of the range changes 3 x1 - 6 x2 by 2 and -4, wherever it is made; x3 does nothing."""
    design = morris_design(3, 6, seed=2)
    found = morris_indices(NAMES, design, design @ np.array([3.0, -6.0, 0.0]), seed=2)
    table = found.pivot(index="factor", columns="index", values="value")
    assert pytest.approx(2 / 3) == MOVE
    assert table["mu"].tolist() == pytest.approx([2, -4, 0])
    assert table["mu_star"].tolist() == pytest.approx([2, 4, 0])
    assert table["sigma"].tolist() == pytest.approx([0, 0, 0], abs=1e-12)


def test_morris_sees_an_interaction_as_spread():
    """x1 x2: each move's effect depends on the other factor, which sigma shows; x3 has none."""
    design = morris_design(3, 20, seed=3)
    found = morris_indices(NAMES, design, design[:, 0] * design[:, 1], seed=3)
    sigma = found[found["index"] == "sigma"]["value"].tolist()
    assert min(sigma[:2]) > 0.1
    assert sigma[2] == 0


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_designs_are_the_same_for_the_same_seed(method: str):
    design = Design(method, True, 4, 8, True)
    assert (design.quantiles(3, 5) == design.quantiles(3, 5)).all()
    assert (design.quantiles(3, 5) != design.quantiles(3, 6)).any()
    assert design.quantiles(3, 5).shape == (design.rows(3), 4)


def test_luck_changes_only_where_it_is_the_factor_that_moves():
    """In each Morris trajectory luck takes two values of its own; in a Sobol design it follows its column."""
    morris = Design("morris", True, 4, 8, False)
    quantiles = morris.quantiles(3, 1)
    lucks = np.array(morris.lucks(quantiles)).reshape(4, 5)
    assert all(set(row) == {2 * place, 2 * place + 1} for place, row in enumerate(lucks))
    moved = np.diff(quantiles[:, -1].reshape(4, 5)) != 0
    assert ((np.diff(lucks) != 0) == moved).all()
    sobol = Design("sobol", True, 4, 8, False)
    assert sobol.lucks(np.array([[0.2, 0.0], [0.2, 0.5], [0.9, 0.5]])) == [0, LUCKS // 2, LUCKS // 2]


def test_without_luck_all_settings_share_it():
    design = Design("sobol", False, 4, 8, False)
    assert set(design.lucks(design.quantiles(2, 1))) == {0}
    assert design.rows(2) == 8 * 4


def test_a_tornado_has_no_design():
    assert Design("tornado", True, 4, 8, False).quantiles(3, 1).shape == (0, 4)
