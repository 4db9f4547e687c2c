"""One account of points, whoever gives rewards for it: it never goes below zero, and what was earned is honoured."""

from __future__ import annotations

import numpy as np

from sim.plan import Plan
from sim.records import EARNED, POINTS
from sim.world import Strategy
from strategies.adaptive import Phase, Phases, Trigger, Triggers
from strategies.combining import combine, scaled
from strategies.nothing import Nothing
from strategies.portfolio import Portfolio
from strategies.reward_program import RewardProgram
from strategies.win_back import WinBack
from tests.sim import worlds
from tests.strategies.views import luck, view


def amounts(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def card(redeemed: np.ndarray, worth: float, line: str) -> Plan:
    return Plan(redeemed=redeemed, reward=(redeemed > 0) * np.float32(worth), line=line)


def test_points_are_handed_in_for_one_reward():
    """Of two programs that would both take the points the first does; reward, points and bills agree."""
    one, other = card(amounts(5, 0, 0), 2, "one"), card(amounts(5, 5, 0), 3, "other")
    plan = combine({"one": one, "other": other})
    assert plan.redeemed.tolist() == [5, 5, 0]
    assert plan.reward.tolist() == [2, 3, 0]
    assert [(bill.line, bill.reward.tolist()) for bill in plan.bills] == [("one", [2, 0, 0]), ("other", [0, 3, 0])]
    nested = combine({"one": one, "box": combine({"other": other})})
    assert nested.reward.tolist() == sum(bill.reward for bill in nested.bills).tolist() == [2, 3, 0]


def test_two_programs_never_take_points_that_are_not_there():
    """400 customers, seed of the world, 20 weeks: rewards come soon, are given, and no account is overdrawn."""
    program = RewardProgram(threshold=60, worth=1, take_up=0.9)
    for both in (
        Portfolio({"a": program, "b": program}),
        Phases({"a": Phase(program, weeks=8), "b": Phase(program)}),
    ):
        run = worlds.model(400, both)
        for _ in range(20):
            run.run_for(1)
            assert run.records.crm[POINTS].min() >= 0
        assert sum(run.ledger.spent.values()) > 0


def test_a_program_that_is_ended_gives_no_more_points_and_honours_what_was_earned():
    """400 customers, 12 weeks: past its budget, or when its phase or alarm is over, nobody is a member any more."""
    program = RewardProgram(threshold=5, worth=1, take_up=0.9)
    for ended in (
        Portfolio({"reward_program": program}, budget=5.0),
        Phases({"reward_program": Phase(program, weeks=4), "then": Phase(Nothing())}),
        Triggers(
            triggers={"reward_program": Trigger(program, kpi="churn", threshold=-1, answers=1, weeks=4, every=50)}
        ),
    ):
        run, spent, earned = worlds.model(400, ended), [], []
        for _ in range(12):
            run.run_for(1)
            spent.append(sum(run.ledger.spent.values()))
            earned.append(run.records.crm[EARNED].sum())
        assert earned[3] > 0
        assert (spent[-1], earned[-1]) == (spent[5], earned[5])
        assert not run.records.members("reward_program").any()
        run.close("points owed")
        assert sum(run.ledger.spent.values()) > spent[-1]


def test_whoever_hands_in_points_gets_the_whole_reward():
    """Half a program halves gifts, not the reward that points were earned for, also under the plays' own lines."""
    plan = card(amounts(5, 0), 2, "card").but(reward=amounts(2, 1))  # the second one is a gift
    for scale, left in ((0.5, [2, 0.5]), (0.0, [2, 0])):
        assert scaled(plan, scale).reward.tolist() == left
        bundle = scaled(combine({"card": plan}), scale)
        assert bundle.reward.tolist() == bundle.bills[0].reward.tolist() == left


def test_a_contact_past_the_cap_asks_nobody_back():
    """Without the contact there is neither the invitation nor the money offered with it."""

    def planned(strategy: Strategy) -> Plan:
        return strategy.plan(view(200, week=60, known=False, gone=30, purchases=3, last=20), luck(200))

    play = WinBack(welcome=5.0)
    for cap, asked in ((0.0, False), (1.0, True)):
        plan = planned(Portfolio({"win_back": play}, contact_cap=cap))
        for name in ("contact", "invite", "welcome"):
            assert getattr(plan, name).any() == asked
        assert plan.bills[0].welcome.any() == asked
        spent = plan.bills[0].cost.sum()
        assert (spent == planned(play).cost.sum()) == asked
