"""One replication with all its arms: what is counted, and that the same luck does what it promises."""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import pandas as pd
import pytest

from agents.customers import SATISFACTION
from experiments.calibrated import Calibration, calibrate
from experiments.execution import Execution
from experiments.pilot import solve_baseline
from experiments.population import Population
from experiments.replication import Replication, arms_of, fate_of, replicate, root_of
from experiments.results import ALL, OWED
from experiments.runner import run_missing
from experiments.study import Study
from experiments.trace import stories_of
from sim.baseline import Baseline
from sim.behaviour import Contractual
from sim.people import ACTIVE, LEFT, RETURNS
from strategies import Nothing, OverDelivery, PersonalisedService, Placebo, RewardProgram
from tests.experiments.eventful import SIZE, STUDY, lived

SLOW = pytest.mark.slow
ARMS = {
    "nothing": Nothing(),
    "placebo": Placebo(),
    "over_delivery": OverDelivery(),
    "reward_program": RewardProgram(),
    "personalised_service": PersonalisedService(),
}


@cache
def prepared(size: int = 2_000, weeks: int = 26) -> tuple[Study, Calibration, Baseline]:
    study = Study(arms=ARMS, population=Population(size=size), weeks=weeks, replications=3)
    calibration = calibrate(study)
    return study, calibration, solve_baseline(study, calibration, size=5_000)


@cache
def one() -> Replication:
    return replicate(*prepared(), 0)


def values(frame: pd.DataFrame, metric: str, segment: str = ALL) -> pd.Series:
    rows = frame[(frame["metric"] == metric) & (frame["segment"] == segment)]
    return rows.set_index("arm")["value"]


def test_placebo_is_control_to_the_bit_in_every_number():
    against_control = one().outcomes["metric"].str.startswith("spillover: ")  # which control has none of
    outcomes = one().outcomes[~against_control]
    for frame, key in ((one().weeks, ["week", "metric", "segment"]), (outcomes, ["metric", "segment"])):
        wide = frame.pivot(index=key, columns="arm", values="value")
        same = (wide["placebo"] == wide["nothing"]) | (wide["placebo"].isna() & wide["nothing"].isna())
        assert same.all()
    fates = one().fates
    placebo = fates[(fates["arm"] == "placebo") & (fates["segment"] == ALL)].set_index("fate")["customers"]
    assert placebo.drop("untouched").sum() == 0


def test_fates_cover_everybody_at_risk_and_explain_the_net_effect():
    study, calibration, baseline = prepared()
    at_risk = int(root_of(study, calibration, baseline, 0).table[ACTIVE].sum())
    retention = values(one().outcomes, "retention")
    for arm, rows in one().fates.groupby("arm"):
        fates = rows[rows["segment"] == ALL].set_index("fate")["customers"]
        assert fates.sum() == at_risk
        net = (fates["saved"] + fates["won_back"] - fates["made_worse"]) / at_risk
        assert net == pytest.approx(retention[arm] - retention["nothing"], abs=1e-12)
        by_segment = rows[rows["segment"] != ALL].groupby("fate")["customers"].sum()
        assert (by_segment == fates[by_segment.index]).all()


def test_money_adds_up():
    outcomes = one().outcomes
    margin, cost, profit = (values(outcomes, name) for name in ("margin", "cost", "profit"))
    np.testing.assert_allclose(profit, margin - cost)
    np.testing.assert_allclose(margin, values(outcomes, "revenue") * 0.30)
    for arm in ("over_delivery", "personalised_service"):
        assert values(outcomes, f"cost: {arm}")[arm] == pytest.approx(cost[arm])
    used, owed = (values(outcomes, f"cost: {line}")["reward_program"] for line in ("reward_program", OWED))
    assert used + owed == pytest.approx(cost["reward_program"])
    assert owed > 0
    weekly = one().weeks
    revenue = weekly[(weekly["metric"] == "revenue") & (weekly["segment"] == ALL)].groupby("arm")["value"].sum() / 2_000
    share = values(outcomes, "revenue") / revenue
    assert share.between(0.93, 0.99).all()  # half a year at 15% a year takes 3% to 4%


def test_segments_add_up_to_all():
    weekly = one().weeks
    sums = weekly[weekly["metric"].isin(["active", "purchases", "revenue", "cost", "left"])]
    parts = sums[sums["segment"] != ALL].groupby(["arm", "week", "metric"])["value"].sum()
    whole = sums[sums["segment"] == ALL].groupby(["arm", "week", "metric"])["value"].sum()
    np.testing.assert_allclose(parts, whole)


def test_week_zero_is_the_state_at_the_fork():
    weekly = one().weeks
    at_fork = weekly[weekly["week"] == 0].pivot(index=["metric", "segment"], columns="arm", values="value")
    assert at_fork.eq(at_fork["nothing"], axis=0).all().all()
    assert at_fork.loc[("revenue", ALL), "nothing"] == 0


@pytest.mark.parametrize(("seeds", "factor"), [(12, 5.5), pytest.param(40, 2.4, marks=SLOW)])
def test_variance_ratio_of_churn_is_what_the_coupling_predicts(seeds: int, factor: float):
    """Seeds from 0 on, 2,000 customers, 26 weeks: measured and predicted ratio within 4 standard errors.

    The logarithm of a ratio of variances has one of about sqrt(2 / (n - 1)), so the factor is x 5.5 of 12, x 2.4 of 40.
    """
    study, calibration, baseline = prepared()
    shares, treated, control = [], [], []
    for number in range(seeds):
        root = root_of(study, calibration, baseline, number)
        ends = dict(arms_of(Study(arms={k: ARMS[k] for k in ("nothing", "over_delivery")}, weeks=26), root))
        at_risk = root.table[ACTIVE]
        fates = fate_of(ends["over_delivery"], ends["nothing"], at_risk)
        n = at_risk.sum()
        shares.append((fates["saved"].sum() / n, fates["made_worse"].sum() / n))
        control.append(ends["nothing"].table[ACTIVE].sum() / n)
        treated.append(ends["over_delivery"].table[ACTIVE].sum() / n)
    saved, spoilt = np.array(shares).T
    net = saved - spoilt
    base, plan = np.array(control), np.array(treated)
    measured = np.var(plan - np.roll(base, 1), ddof=1) / np.var(plan - base, ddof=1)
    flipped, effect = np.mean(saved + spoilt), np.mean(net)
    predicted = (base.mean() * (1 - base.mean()) + plan.mean() * (1 - plan.mean())) / (flipped - effect**2)
    assert predicted > 5
    assert 1 / factor < measured / predicted < factor
    assert flipped < 1.3 * abs(effect)  # hardly a fate is flipped for nothing


def test_being_watched_changes_no_life():
    study, calibration, baseline = prepared()
    told = stories_of(study, calibration, baseline, "over_delivery")
    root = root_of(study, calibration, baseline, 0)
    ends = dict(arms_of(study, root))
    assert told["story"].nunique() == 3
    assert len(told) == 3 * 2 * (study.weeks + 1)
    saved = told[told["title"].str.startswith("Saved")]
    assert saved[saved["arm"] == "nothing"]["left"].any()
    assert not saved[saved["arm"] == "over_delivery"]["left"].any()
    bought = told[(told["story"] == 0) & (told["arm"] == "over_delivery")]
    lived = bought["quality"].notna()
    assert (lived == (bought["bought"] > 0)).all()  # an encounter is told in just the weeks with a purchase
    for arm in ("nothing", "over_delivery"):
        last = told[(told["arm"] == arm) & (told["week"] == study.weeks)]
        assert set(last["satisfaction"]) <= set(ends[arm].table[SATISFACTION].astype(float).tolist())


@SLOW
def test_processes_give_the_same_bits_as_one():
    study, calibration, baseline = prepared(size=300, weeks=6)
    runs: list[dict[int, Replication]] = []
    for workers in (1, 2):
        kept: dict[int, Replication] = {}
        work = partial(replicate, study, calibration, baseline)
        run_missing(work, study.replications, {1}, Execution(workers=workers, progress=False), kept.__setitem__)
        assert sorted(kept) == [0, 2]  # what is done already is not done again
        runs.append(kept)
    for number in (0, 2):
        for name in ("weeks", "outcomes", "fates", "journal"):
            pd.testing.assert_frame_equal(
                getattr(runs[0][number], name), getattr(runs[1][number], name), check_exact=True
            )


def test_contract_study_runs_and_sees_leaving():
    arms = {"nothing": Nothing(), "over_delivery": OverDelivery()}
    study = Study(arms=arms, market=Contractual(period=13), population=Population(start="cohort", size=500), weeks=30)
    calibration = calibrate(study)
    found = replicate(study, calibration, solve_baseline(study, calibration, size=2_000), 0)
    retention = values(found.outcomes, "retention")
    assert 0 < retention["nothing"] < 1
    weekly = found.weeks
    left = weekly[(weekly["metric"] == "left") & (weekly["segment"] == ALL) & (weekly["arm"] == "nothing")]
    assert set(left[left["value"] > 0]["week"]) <= {14, 27}  # 13 and 26 weeks after the signature in week 0


def test_one_arm_and_one_replication_run():
    study = Study(arms={"plan": OverDelivery()}, control="plan", population=Population(size=1), weeks=1, replications=1)
    calibration = calibrate(study)
    found = replicate(study, calibration, solve_baseline(study, calibration, size=500), 0)
    assert found.fates.empty
    assert len(found.weeks) > 0


def test_weekly_survivors_follow_those_who_leave_and_those_who_come_back():
    """Every week, by a run that is stopped and counted by hand: 400 customers who are let go and asked back."""
    *_, found = lived()
    calibration = calibrate(STUDY)
    root = root_of(STUDY, calibration, solve_baseline(STUDY, calibration, size=1_000), 0)
    model, counts = root.fork(STUDY.arms["eventful"]), [float(SIZE)]
    for _ in range(STUDY.weeks):
        model.step()
        counts.append(float(np.isnan(model.table[LEFT][:SIZE]).sum()))
    weeks = found.weeks[(found.weeks["metric"] == "retained") & (found.weeks["arm"] == "eventful")]
    whole = weeks[weeks["segment"] == ALL].sort_values("week")["value"].tolist()
    assert whole == counts
    assert (np.diff(whole) > 0).any()  # some week has more returns than leavers
    parts = weeks[weeks["segment"] != ALL].groupby("week")["value"].sum()
    assert parts.tolist() == counts
    assert values(found.outcomes, "retention")["eventful"] == pytest.approx(counts[-1] / SIZE)


def test_those_won_back_are_told_from_those_saved():
    model, control, found = lived()
    fates = found.fates[found.fates["segment"] == ALL].set_index("fate")["customers"]
    assert fates.sum() == SIZE
    assert fates["won_back"] > 0
    assert fates["made_worse"] > 0
    retention = values(found.outcomes, "retention")
    net = (fates["saved"] + fates["won_back"] - fates["made_worse"]) / SIZE
    assert net == pytest.approx(retention["eventful"] - retention["nothing"])
    masks = fate_of(model, control, np.ones(SIZE, np.bool_))
    assert (sum(mask.astype(int) for mask in masks.values()) == 1).all()
    assert (model.table[RETURNS][:SIZE][masks["won_back"]] > 0).all()
    assert not model.table[RETURNS][:SIZE][masks["saved"]].any()
