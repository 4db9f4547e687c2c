"""Reward program: the pull of a reward in reach, its end, its price, and those who would have bought anyway."""

from __future__ import annotations

import numpy as np
import pytest

from agents.mind import Mind, NoMind
from agents.theories.satisfaction import AsymmetricDisconfirmation
from sim.errors import ParameterError
from sim.model import CustomerModel
from sim.plan import Plan
from sim.records import EARNED, POINTS, PURCHASES
from strategies import Nothing, RewardProgram
from strategies.targeting import ValueTier
from tests.sim import worlds
from tests.strategies.pairs import members, total, view
from tests.strategies.views import arrays, luck

ALL_IN = RewardProgram(take_up=1.0, threshold=100.0, worth=5.0)
COOL = Mind(satisfaction=AsymmetricDisconfirmation(reward=0.0))  # a reward leaves no trace once it is given


def member_run(points: float, strategy: object = ALL_IN, n: int = 4_000, **parts) -> CustomerModel:
    """Customers who buy about every other week and stay, all members, with so many points on their cards."""
    run = worlds.model(people=worlds.met(n, dropout=1e-6), strategy=strategy, **parts)
    run.records.crm[POINTS][:] = points
    run.records.members("reward_program")[:] = isinstance(strategy, RewardProgram)
    return run


def bought(run: CustomerModel) -> np.ndarray:
    return run.records.crm[PURCHASES].astype(np.int64)


def test_the_card_by_hand():
    """Points 0, 50, 100, 250 of 100; earned 0, 150, 300, 900: of four tiers up to 300 the first, second, highest."""
    seen = view(4, member=[True] * 4, points=[0, 50, 100, 250], earned=[0, 150, 300, 900])
    plan = RewardProgram(take_up=1.0, worth=5.0, points=2.0, breakage=0.2).plan(seen, luck(4))
    assert plan.progress.tolist() == [0, 0.5, 1, 1]
    np.testing.assert_allclose(plan.status, [0, 1 / 3, 1, 1])
    assert plan.reward.tolist() == [0, 0, 5, 5]
    assert plan.redeemed.tolist() == [0, 0, 100, 100]
    assert plan.points.tolist() == [2, 2, 2, 2]
    assert plan.point_value == pytest.approx(5 / 100 * 0.8)
    assert plan.line == "reward_program"


def test_progress_pulls_the_purchase_rate_up_and_the_last_step_most():
    """Seed 1, 4,000 members, one week, same luck: more points never mean fewer purchases; the gain accelerates."""
    totals, previous = [], None
    for points in (0.0, 30.0, 60.0, 99.0):
        run = member_run(points)
        run.step()
        now = bought(run)
        if previous is not None:
            assert (now >= previous).all()
        previous = now
        totals.append(now.sum())
    gains = np.diff(totals)
    assert gains[-1] > gains[0] > 0


def test_the_rate_rises_towards_the_reward_and_falls_after_it():
    """One week at 99 points, where the next purchase passes the threshold, one at the goal, one after the reward."""
    run = member_run(99.0, n=2_000)
    rates = []
    for _ in range(3):
        plan = run.strategy.plan(run.records.view(run.week), luck(2_000))
        shift = run.mind.wish(run.table.block(0, 2_000), plan) - run.mind.wish(run.table.block(0, 2_000), Plan())
        rates.append(shift.copy())
        run.records.crm[POINTS][:] = {0: 100.0, 1: 5.0}.get(len(rates) - 1, 0.0)
    assert (rates[1] >= rates[0]).all()
    assert (rates[2] < rates[0])[rates[0] > 0].all()
    assert np.mean(rates[2]) < 0.01 * np.mean(rates[0])


def test_a_reward_takes_the_points_and_the_pull_with_it():
    """Seed 1, 2,000 members at the goal, one week: whoever bought is back near zero."""
    run = member_run(100.0, n=2_000)
    before = bought(run)
    run.step()
    came, points = bought(run) > before, run.records.crm[POINTS]
    np.testing.assert_allclose(points[came], run.records.crm[EARNED][came], atol=1e-4)
    assert (points[~came] == 100).all()


def test_the_program_pulls_and_its_incentive_ends_with_it():
    """Seed 1, 4,000 members, 30 weeks with and 30 without: above control by more than 4 standard errors, then level."""
    runs = [
        member_run(0.0, play, mind=COOL) for play in (RewardProgram(take_up=1.0, threshold=60.0, weeks=30), Nothing())
    ]
    difference = []
    for _ in range(2):
        before = [bought(run) for run in runs]
        for run in runs:
            run.run_for(30)
        change = [bought(run) - old for run, old in zip(runs, before, strict=True)]
        difference.append((change[0] - change[1]).astype(float))
    during, after = (d.mean() / (d.std() / np.sqrt(len(d)) + 1e-12) for d in difference)
    assert during > 4
    assert abs(difference[1].mean()) < 0.1 * difference[0].mean()
    assert abs(after) < 4


def test_after_the_end_nothing_is_planned():
    seen = view(20, week=30, member=[True] * 20, points=500.0, earned=500.0)
    plan = RewardProgram(take_up=1.0, weeks=30).plan(seen, luck(20))
    assert not any(values.any() for values in arrays(plan).values())
    assert RewardProgram(take_up=1.0, weeks=31).plan(seen, luck(20)).treated.all()


def test_points_and_tier_hold_customers_back_from_leaving():
    """Seed 1, 20,000 customers with 99 points, 4 weeks: fewer leave than in control, by more than 4 standard errors."""
    runs = [worlds.model(people=worlds.met(20_000, dropout=0.3), strategy=play) for play in (ALL_IN, Nothing())]
    for run in runs:
        run.records.crm[POINTS][:] = run.records.crm[EARNED][:] = 99
        run.records.members("reward_program")[:] = True
        run.step()
    kept = runs[0].customers.get("active").astype(float) - runs[1].customers.get("active")
    assert kept.mean() / (kept.std() / np.sqrt(len(kept))) > 4


def test_those_who_would_buy_anyway_are_rewarded_too():
    """Without minds the program changes no purchase, to the bit, and costs all the same."""
    runs = [member_run(0.0, play, n=1_000, mind=NoMind()) for play in (ALL_IN, Nothing())]
    for run in runs:
        run.run_for(40)
    np.testing.assert_array_equal(bought(runs[0]), bought(runs[1]))
    revenue, cost = (sum(page[name].sum() for page in runs[0].ledger.weeks) for name in ("revenue", "cost"))
    assert revenue == sum(page["revenue"].sum() for page in runs[1].ledger.weeks)
    assert cost > 1_000


def test_liability_is_outstanding_points_times_value_less_breakage():
    run = member_run(0.0, RewardProgram(take_up=1.0, worth=8.0, threshold=40.0, breakage=0.5), n=500)
    run.run_for(10)
    before = run.ledger.value("cost", run.world.accounts)
    run.close("reward_program")
    owed = run.ledger.value("cost", run.world.accounts) - before
    assert owed == pytest.approx(run.records.crm[POINTS].sum(dtype=np.float64) * 8 / 40 * 0.5, rel=1e-5)


def test_joining_is_the_customers_own_act():
    """Seed 1, 4,000 customers, 30 weeks: who buys often and who likes rewards joins more, by over 4 standard errors."""
    run = worlds.model(people=worlds.met(4_000, dropout=1e-6), strategy=RewardProgram(take_up=0.3, threshold=1e9))
    assert not members(run, "reward_program").any()
    run.run_for(30)
    joined, came = members(run, "reward_program"), bought(run) > 1
    assert not joined[~came].any()
    assert total(run, "joined: reward_program") == joined.sum()
    for trait in ("rate", "reward_appeal"):
        values = run.customers.get(trait).astype(float)
        inside, outside = values[joined], values[came & ~joined]
        gap = inside.mean() - outside.mean()
        assert gap > 4 * np.sqrt(inside.var() / len(inside) + outside.var() / len(outside)), trait


def test_only_those_picked_are_asked_and_members_stay_in():
    plan = RewardProgram(targeting=ValueTier(0.5)).plan(view(4, member=[True, False] * 2, spend=[1, 2, 3, 4]), luck(4))
    assert plan.offers[0].to.tolist() == [False, False, False, True]
    assert plan.points.tolist() == [1, 0, 1, 0]
    assert plan.treated.tolist() == [True, False, True, True]


def test_customers_are_asked_every_so_many_weeks_and_cards_count_in_all():
    play = RewardProgram(every=4, start=8)
    asked = [bool(play.plan(view(2, week, [True, False]), luck(2, week)).offers) for week in range(8, 17)]
    assert asked == [True, False, False, False] * 2 + [True]
    assert play.plan(view(2, 9, [True, False]), luck(2, 9)).points.tolist() == [1, 0]
    assert arrays(play.plan(view(2, 7, [True, False]), luck(2, 7))) == {}


def test_membership_ends_with_the_program():
    run = member_run(0.0, RewardProgram(weeks=3), n=50)
    run.run_for(3)
    assert members(run, "reward_program").all()
    run.run_for(1)
    assert not members(run, "reward_program").any()


def test_a_program_whose_budget_is_spent_ends_and_says_so():
    """Seed 1, 500 members, upkeep 1.00 a week: 500 a week, so a budget of 900 is passed in the second week."""
    run = member_run(0.0, RewardProgram(upkeep=1.0, budget=900.0, threshold=1e6), n=500)
    run.run_for(6)
    assert [week for week, _ in run.journal] == [2]
    assert total(run, "cost: reward_program") == pytest.approx(1_000)
    assert not members(run, "reward_program").any()


def test_the_highest_tier_is_served_better_and_costs():
    seen = view(3, member=[True] * 3, earned=[0, 100, 300])
    plan = RewardProgram(exclusive=0.06, exclusive_cost=0.9).plan(seen, luck(3))
    np.testing.assert_allclose(plan.functional, [0, 0.02, 0.06], rtol=1e-5)
    np.testing.assert_allclose(plan.encounter_cost, [0, 0.3, 0.9], rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "value"), [("threshold", 0.0), ("take_up", 1.2), ("breakage", -0.1), ("weeks", -1), ("points", -1.0)]
)
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"RewardProgram\.{name}"):
        RewardProgram(**{name: value})


def test_ending_the_program_does_not_wipe_out_what_was_earned():
    """Points earned are honoured: closing early books the same liability as a running program would."""
    run = member_run(50.0, RewardProgram(take_up=1.0, weeks=2), n=100)
    run.run_for(5)
    before = run.ledger.value("cost", run.world.accounts)
    run.close("reward_program")
    assert run.ledger.value("cost", run.world.accounts) > before
