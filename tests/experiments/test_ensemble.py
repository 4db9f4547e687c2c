"""Ensembles: within what is declared, the same for the same seed, the fit's covariance, the law of each range."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from experiments.calibrated import Calibration, calibrate
from experiments.space.declared import declared
from experiments.space.ensemble import believed, ensemble
from experiments.space.factors import factors_from
from experiments.study import Study
from sim.errors import ParameterError
from strategies import Nothing, OverDelivery
from tests.experiments.small import study

FITTED = ("r", "alpha", "a", "b", "spend_p", "spend_q", "spend_gamma")
DRAWS = 400


def own() -> Study:
    """A study of the log that comes with cxlab."""
    return Study(arms={"nothing": Nothing(), "over_delivery": OverDelivery()})


@cache
def fitted() -> Calibration:
    return calibrate(own())


def values(names: list[str], *factors: str, seed: int = 1) -> np.ndarray:
    """Drawn values [draws, names]."""
    found = ensemble(own(), fitted(), factors_from(factors, own()), DRAWS, seed)
    return np.array([[setting.values[name] for name in names] for setting in found])


def test_every_value_stays_within_what_is_declared_and_in_its_range():
    """All of a mind's parameters at once: each study can be built, and no value leaves its factor's range."""
    factors = factors_from(["mind.*", "arms.over_delivery.lift 0.05..0.4"], own())
    found = ensemble(own(), fitted(), factors, 20, seed=3)
    known = declared(own())
    for setting in found:
        setting.study(own())
        assert all(known[name].low <= value <= known[name].high for name, value in setting.values.items())
        assert all(one.low <= setting.values[one.address] <= one.high for one in factors)
        assert len(setting.values) == len(factors) + len(FITTED)


def test_the_same_seed_draws_the_same_and_another_seed_does_not():
    names = ["arms.over_delivery.lift", "market.r"]
    first = values(names, "arms.over_delivery.lift")
    assert (first == values(names, "arms.over_delivery.lift")).all()
    assert (first != values(names, "arms.over_delivery.lift", seed=2)).all()


def test_the_fit_is_drawn_with_its_covariance():
    """Means, variances and correlations of the logs are the fit's; 400 draws (seed 1), 4 standard errors."""
    logs = np.log(values([f"market.{name}" for name in FITTED]))
    place = 0
    for fit in (fitted().buying, fitted().spending):
        assert fit is not None
        size = len(fit.estimates)
        drawn, wanted = logs[:, place : place + size], np.array(fit.log_covariance)
        errors = np.sqrt(np.diag(wanted))
        estimates = np.log([one.value for one in fit.estimates])
        assert np.all(np.abs(drawn.mean(axis=0) - estimates) < 4 * errors / np.sqrt(DRAWS))
        assert np.all(np.abs(drawn.var(axis=0) / errors**2 - 1) < 4 * np.sqrt(2 / DRAWS))
        correlation = wanted / np.outer(errors, errors)
        spread = np.maximum((1 - correlation**2) / np.sqrt(DRAWS), 1e-12)
        off = ~np.eye(size, dtype=bool)
        assert np.all((np.abs(np.corrcoef(drawn.T) - correlation) < 4 * spread)[off])
        assert np.abs(correlation[off]).max() > 0.5  # so that a draw of each by itself would be seen
        place += size


def test_the_covariance_is_that_of_the_standard_errors():
    """The delta method: se(parameter) = parameter * se(log parameter)."""
    for fit in (fitted().buying, fitted().spending):
        assert fit is not None
        errors = [one.standard_error / one.value for one in fit.estimates]
        assert np.sqrt(np.diag(fit.log_covariance)) == pytest.approx(errors, rel=1e-9)


def test_a_fitted_parameter_that_is_named_is_drawn_from_its_range():
    drawn = values(["market.alpha", "market.r"], "market.alpha 2..3")
    assert drawn[:, 0].min() >= 2
    assert drawn[:, 0].max() <= 3
    assert np.log(drawn[:, 1]).std() > 0.02


def test_usual_ranges_are_log_uniform_and_given_ones_uniform():
    """A Latin hypercube has one draw in each of its 400 equal shares of a range, so the middle is the 200th."""
    usual = factors_from(["arms.over_delivery.lift"], own())[0]
    assert believed(usual, 0.5) == pytest.approx(usual.about.value)
    lift = np.sort(values(["arms.over_delivery.lift"], "arms.over_delivery.lift")[:, 0])
    shares = np.log(lift / usual.low) / np.log(usual.high / usual.low) * DRAWS
    assert (np.floor(shares) == np.arange(DRAWS)).all()
    given = factors_from(["arms.over_delivery.lift 0.1..0.5"], own())[0]
    assert believed(given, 0.5) == pytest.approx(0.3)


def test_lists_and_switches_are_drawn_in_even_shares():
    drawn = values(["arms.over_delivery.lift"], "arms.over_delivery.lift 0.1|0.2|0.4")[:, 0]
    assert [int((np.isclose(drawn, value)).sum()) for value in (0.1, 0.2, 0.4)] == pytest.approx([133, 133, 133], abs=1)


def test_without_a_log_and_without_names_nothing_is_uncertain():
    small = study({"nothing": Nothing()})
    with pytest.raises(ParameterError, match="nothing is uncertain"):
        ensemble(small, Calibration(small.market), (), 10, seed=1)
