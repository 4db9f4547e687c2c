"""Frozen shifts hold the control arm of every mind to the standard model, on seeds the pilot never saw."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import configs
from agents.mind import Mind, NoMind
from agents.theories.expectation import Bayesian
from agents.theories.loyalty import Integrated
from experiments.build import build, compose
from experiments.calibrated import Calibration, calibrate, customers_of, world_of
from experiments.pilot import baseline_of, solve_baseline
from experiments.study import Study
from sim.baseline import Baseline
from sim.behaviour import Contractual
from sim.model import CustomerModel
from sim.network import WattsStrogatz
from sim.records import PURCHASES, Survey
from sim.world import Mind as AnyMind
from strategies import Nothing

MINDS = sorted(path.stem for path in (Path(configs.__path__[0]) / "mind").glob("*.yaml"))
MARKETS = {
    "existing customers": (),
    "cohort": ("population.start=cohort",),
    "contract": ("market=contractual", "population.start=cohort"),
    "purchase clock": ("market.dropout_clock=purchase",),
}
TALK = "network=watts_strogatz"
SEEDS, N = (77, 78), 100_000


class Outcome(NamedTuple):
    """Of a control arm at one week: leavers, purchases, share without a repeat purchase."""

    left: float
    bought: float
    zero: float


@cache
def studied(mind: str, market: str, weeks: int, *more: str) -> tuple[Study, Calibration]:
    """One week more than asked: renewals fall into week 52."""
    study = build(compose([f"mind={mind}", *MARKETS[market], f"weeks={weeks + 1}", *more]))
    study = replace(study, arms={"nothing": Nothing()})
    return study, calibrate(study)


def control(
    study: Study, calibration: Calibration, baseline: Baseline | None, mind: AnyMind, n: int, seed: int
) -> list[Outcome]:
    """The control arm at weeks 52 and 104, as far as the study goes."""
    world = replace(world_of(study, calibration), mind=mind)
    newcomers = customers_of(study, calibration, seed, n)
    model = CustomerModel(world, newcomers, Nothing(), baseline=baseline, seed=seed)
    trial = study.population.start == "cohort"
    at_start = model.records.crm[PURCHASES].astype(int)
    found = []
    for week in (week for week in (52, 104) if week <= study.weeks):
        model.run_for(week - model.week + (isinstance(study.market, Contractual)))
        left = sum(page["left"].sum() for page in model.ledger.weeks)
        bought = sum(page["purchases"].sum() for page in model.ledger.weeks)
        repeats = model.records.crm[PURCHASES].astype(int) - at_start - trial
        found.append(Outcome(float(left), float(bought), float(np.mean(repeats <= 0))))
    return found


@cache
def standard(market: str, weeks: int) -> np.ndarray:
    """The standard model with the same customers and luck, pooled over the seeds [weeks seen, 3]."""
    study, calibration = studied("none", market, weeks)
    return np.mean([control(study, calibration, None, NoMind(), N, seed) for seed in SEEDS], axis=0)


def check(mind: str, market: str, weeks: int, *more: str) -> None:
    """Within 2% of leavers and purchases and 1 point of zero-repeat customers, over both seeds.

    Customers and luck are the same on both sides, so one standard error is 0.1% to 0.5% of either.
    """
    study, calibration = studied(mind, market, weeks, *more)
    baseline = baseline_of(study, calibration)
    ours = np.mean([control(study, calibration, baseline, study.mind, N, seed) for seed in SEEDS], axis=0)
    for (left, bought, zero), (left_0, bought_0, zero_0) in zip(ours, standard(market, weeks), strict=True):
        assert left == pytest.approx(left_0, rel=0.02)
        assert bought == pytest.approx(bought_0, rel=0.02)
        assert abs(zero - zero_0) < 0.01


def test_control_of_the_default_mind_stays_with_the_standard_model() -> None:
    check("integrated", "existing customers", 52)


@pytest.mark.slow
@pytest.mark.parametrize("mind", MINDS)
@pytest.mark.parametrize("market", ["existing customers", "cohort", "contract"])
def test_control_of_every_mind_stays_with_the_standard_model(mind: str, market: str) -> None:
    check(mind, market, 104)


@pytest.mark.slow
@pytest.mark.parametrize("mind", ["integrated", "expectation_disconfirmation"])
def test_control_stays_where_dropout_goes_by_purchases(mind: str) -> None:
    check(mind, "purchase clock", 104)


@pytest.mark.slow
@pytest.mark.parametrize("mind", ["integrated", "commitment_trust"])
def test_control_stays_where_customers_talk(mind: str) -> None:
    assert studied(mind, "existing customers", 104, TALK)[0].network == WattsStrogatz()
    check(mind, "existing customers", 104, TALK)


def test_all_minds_that_have_a_name_are_here() -> None:
    assert len(MINDS) >= 13
    assert {"none", "integrated", "commitment_trust", "habit"} <= set(MINDS)


def test_without_shifts_control_would_drift() -> None:
    feeling = Mind(intention=Integrated(hold=1.2, pull=0.3))
    study = Study(arms={"nothing": Nothing()}, mind=feeling, weeks=52)
    calibration = calibrate(study)
    baseline = solve_baseline(study, calibration, size=20_000)
    unshifted = replace(baseline, rate=baseline.rate * 0, leave=baseline.leave * 0)
    (left, bought, _), *_ = control(study, calibration, unshifted, study.mind, 50_000, seed=77)
    (left_0, bought_0, _), *_ = control(study, calibration, None, NoMind(), 50_000, seed=77)
    assert left > 1.05 * left_0  # the logit is curved: the disloyal leave more than the loyal stay
    assert bought > 1.05 * bought_0  # and those who buy often have invested more, are the more loyal, and buy yet more


def test_the_artefact_is_solved_once_and_read_back_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = Study(arms={"nothing": Nothing()}, weeks=3)
    calibration = calibrate(study)
    first = baseline_of(study, calibration, tmp_path, size=500)
    monkeypatch.setattr("experiments.pilot.solve_baseline", lambda *_, **__: pytest.fail("solved twice"))
    again = baseline_of(replace(study, seed=9, replications=3), calibration, tmp_path, size=500)
    for name in ("center", "spread", "dropout_edges", "rate_edges", "rate", "leave"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))


def test_another_mind_horizon_survey_or_size_is_another_artefact(tmp_path: Path) -> None:
    """Answering a survey engages, so a survey is part of what the shifts depend on."""
    study = Study(arms={"nothing": Nothing()}, weeks=3)
    calibration = calibrate(study)
    asks_all, learns = replace(study, survey=Survey(share=1.0)), replace(study, mind=Mind(expectation=Bayesian()))
    for other in (study, replace(study, weeks=4), learns, asks_all):
        baseline_of(other, calibration, tmp_path, size=500)
    baseline_of(study, calibration, tmp_path, size=400)
    assert len(list(tmp_path.iterdir())) == 5


def test_mind_none_needs_no_shift() -> None:
    study = Study(arms={"nothing": Nothing()}, mind=NoMind())
    assert baseline_of(study, calibrate(study)).rate.tolist() == [[0.0]]
