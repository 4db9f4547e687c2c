"""Frozen shifts hold the control arm of every mind to the standard model, on seeds the pilot never saw."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.mind import Mind, NoMind
from agents.theories.emotion import NoEmotion, PositiveNegative
from agents.theories.expectation import Bayesian
from agents.theories.intention import Integrated, RelativeAttitude, SatisfactionLoyalty
from agents.theories.satisfaction import Disconfirmation, PerformanceOnly
from agents.theories.trust import BetaEvidence, NoTrust
from experiments.calibrated import Calibration, calibrate, customers_of, world_of
from experiments.pilot import baseline_of, solve_baseline
from experiments.population import Population
from experiments.study import Study
from sim.baseline import Baseline
from sim.behaviour import Contractual, NonContractual
from sim.model import CustomerModel
from sim.records import PURCHASES
from strategies import Nothing

MINDS = {
    "integrated": Mind(),
    "expectation_disconfirmation": Mind(
        satisfaction=Disconfirmation(), emotion=NoEmotion(), trust=NoTrust(), intention=SatisfactionLoyalty()
    ),
    "all alternatives": Mind(
        expectation=Bayesian(),
        satisfaction=PerformanceOnly(),
        emotion=PositiveNegative(),
        trust=BetaEvidence(),
        intention=RelativeAttitude(),
    ),
}
MARKETS = {
    "existing customers": (NonContractual(), Population()),
    "cohort": (NonContractual(), Population(start="cohort")),
    "purchase clock": (NonContractual(dropout_clock="purchase"), Population()),
    "contract": (Contractual(), Population(start="cohort")),
}


def control(
    study: Study, calibration: Calibration, baseline: Baseline | None, mind: Mind | NoMind, n: int, seed: int
) -> list[tuple[float, float, float]]:
    """Leavers, purchases and zero-repeat share of the control arm, at weeks 52 and 104 as far as the study goes."""
    world = replace(world_of(study, calibration), mind=mind)
    newcomers = customers_of(study, calibration, seed, n)
    model = CustomerModel(world, newcomers, Nothing(), baseline=baseline, seed=seed)
    trial = study.population.start == "cohort"
    at_start = model.records.crm[PURCHASES].astype(int)
    found = []
    for week in (week for week in (52, 104) if week <= study.weeks):
        model.run_for(week - model.week + (isinstance(study.market, Contractual)))  # renewals fall into week 52
        left = sum(page["left"].sum() for page in model.ledger.weeks)
        bought = sum(page["purchases"].sum() for page in model.ledger.weeks)
        repeats = model.records.crm[PURCHASES].astype(int) - at_start - trial
        found.append((float(left), float(bought), float(np.mean(repeats <= 0))))
    return found


def check(mind: str, market: str, weeks: int, n: int) -> None:
    behaviour, population = MARKETS[market]
    study = Study(
        arms={"nothing": Nothing()}, mind=MINDS[mind], market=behaviour, population=population, weeks=weeks + 1
    )
    calibration = calibrate(study)
    baseline = solve_baseline(study, calibration)
    ours = control(study, calibration, baseline, study.mind, n, seed=77)
    theirs = control(study, calibration, None, NoMind(), n, seed=77)
    for (left, bought, zero), (left_0, bought_0, zero_0) in zip(ours, theirs, strict=True):
        # 2% of leavers and purchases; one standard error of the paired ratio is about 0.4% at 200,000 customers
        assert left == pytest.approx(left_0, rel=0.02)
        assert bought == pytest.approx(bought_0, rel=0.02)
        assert abs(zero - zero_0) < 0.01


def test_control_of_the_default_mind_stays_with_the_standard_model() -> None:
    check("integrated", "existing customers", weeks=52, n=100_000)


@pytest.mark.slow
@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("mind", MINDS)
def test_control_of_every_mind_stays_with_the_standard_model(mind: str, market: str) -> None:
    check(mind, market, weeks=104, n=200_000)


def test_without_shifts_control_would_drift() -> None:
    feeling = Mind(intention=Integrated(hold=0.8, pull=0.2))
    study = Study(arms={"nothing": Nothing()}, mind=feeling, weeks=52)
    calibration = calibrate(study)
    baseline = solve_baseline(study, calibration, size=20_000)
    unshifted = replace(baseline, rate=baseline.rate * 0, leave=baseline.leave * 0)
    (left, bought, _), *_ = control(study, calibration, unshifted, study.mind, 50_000, seed=77)
    (left_0, bought_0, _), *_ = control(study, calibration, None, NoMind(), 50_000, seed=77)
    assert left > 1.05 * left_0
    assert bought < 0.98 * bought_0


def test_the_artefact_is_solved_once_and_read_back_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = Study(arms={"nothing": Nothing()}, weeks=3)
    calibration = calibrate(study)
    first = baseline_of(study, calibration, tmp_path, size=500)
    monkeypatch.setattr("experiments.pilot.solve_baseline", lambda *_, **__: pytest.fail("solved twice"))
    again = baseline_of(replace(study, seed=9, replications=3), calibration, tmp_path, size=500)
    for name in ("center", "spread", "dropout_edges", "rate_edges", "rate", "leave"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))


def test_another_mind_horizon_or_size_is_another_artefact(tmp_path: Path) -> None:
    study = Study(arms={"nothing": Nothing()}, weeks=3)
    calibration = calibrate(study)
    for other in (study, replace(study, weeks=4), replace(study, mind=MINDS["all alternatives"])):
        baseline_of(other, calibration, tmp_path, size=500)
    baseline_of(study, calibration, tmp_path, size=400)
    assert len(list(tmp_path.iterdir())) == 4


def test_mind_none_needs_no_shift() -> None:
    study = Study(arms={"nothing": Nothing()}, mind=NoMind())
    assert baseline_of(study, calibrate(study)).rate.tolist() == [[0.0]]
