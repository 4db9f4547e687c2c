"""Several plays in one plan: what adds up, who pays, what is dropped first, and nothing else changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.plan import MONEY, Offer, Plan
from sim.view import View
from sim.world import Strategy
from strategies import Community, Nothing, OverDelivery, Placebo, Portfolio, Referral, RewardProgram
from strategies.combining import combine, planned, scaled
from strategies.targeting import RandomShare
from tests.sim import worlds
from tests.strategies.views import arrays, luck, view


def f32(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


@dataclass(frozen=True)
class Sends:
    """One contact a week to the first few customers."""

    reach: int = 2
    times: float = 1.0

    def plan(self, view: View, draws: Any) -> Plan:
        first = np.arange(len(view)) < self.reach
        each = first * np.float32(self.times)
        return Plan(treated=first, contact=each, care=each, cost=first * np.float32(3), reward=first * np.float32(2))


def test_what_adds_up_what_multiplies_and_what_the_strongest_does():
    one = Plan(technical=f32(0.7, 0.1), price=f32(0.5, 1), status=f32(0.2, 0.8), treated=np.array([True, False]))
    other = Plan(technical=f32(0.7, 0.1), price=f32(0.5, 2), status=f32(0.6, 0.1), treated=np.array([False, False]))
    plan = combine({"one": one, "other": other})
    np.testing.assert_allclose(plan.technical, [1.0, 0.2])  # clipped to its range
    np.testing.assert_allclose(plan.price, [0.25, 2.0])
    np.testing.assert_allclose(plan.status, [0.6, 0.8])
    assert plan.treated.tolist() == [True, False]
    assert plan.wait is None
    np.testing.assert_allclose(one.technical, [0.7, 0.1])  # the plays' own plans stay as they are


def test_qualities_are_weighed_by_what_they_are_qualities_of():
    one = Plan(contact=f32(1, 0), care=f32(1, 1), digital=f32(0, 0), depth=f32(0.6, 0), accuracy=f32(1, 1))
    other = Plan(contact=f32(3, 0), news=f32(0.4, 0.4), depth=f32(0.2, 0.5), accuracy=f32(0, 0.3))
    plan = combine({"one": one, "other": other})
    np.testing.assert_allclose(plan.contact, [4, 0])
    np.testing.assert_allclose(plan.care, [0.25, 0])
    np.testing.assert_allclose(plan.news, [0.3, 0], rtol=1e-6)
    np.testing.assert_allclose(plan.digital, [(0 + 3 * 0.5) / 4, 0.5])
    np.testing.assert_allclose(plan.depth, [0.6, 0.5])
    np.testing.assert_allclose(plan.accuracy, [0.75, 0.3], rtol=1e-6)
    alone = combine({"one": Plan(depth=f32(0.9)), "other": Plan(depth=f32(0.2), accuracy=f32(0.5))})
    np.testing.assert_allclose([alone.depth[0], alone.accuracy[0]], [0.2, 0.5])  # depth without accuracy does nothing


def test_what_concerns_the_firm_as_a_whole():
    one, other = (
        Plan(attraction=2.0, image=0.7, languages=0.5, crew=0.1),
        Plan(attraction=1.5, image=0.6, languages=0.5),
    )
    plan = combine({"one": one, "other": other})
    assert (plan.attraction, plan.image, plan.languages, plan.crew) == (3.0, 1.0, 0.75, 0.1)


def test_each_play_pays_its_own_bill():
    one = Plan(cost=f32(1, 2), reward=f32(3, 0), overhead=5.0, line="a")
    other = Plan(cost=f32(4, 0), bounty=f32(1, 1), line="a")
    plan = combine({"one": one, "other": other, "idle": Plan()})
    assert [bill.line for bill in plan.bills] == ["one", "other"]
    assert [bill.overhead for bill in plan.bills] == [5.0, 0.0]
    assert plan.cost is None
    np.testing.assert_array_equal(plan.reward, one.reward)
    assert all(set(arrays(bill)) <= set(MONEY) for bill in plan.bills)
    nested = combine({"both": plan, "more": Plan(cost=f32(1, 1))})
    assert [bill.line for bill in nested.bills] == ["both.one", "both.other", "more"]


def test_what_only_one_play_sets_is_not_copied():
    lift = f32(0.1, 0.2)
    assert combine({"one": Plan(technical=lift), "other": Plan(price=f32(1, 2))}).technical is lift


def test_more_or_less_of_a_play():
    plan = Plan(technical=f32(0.3), price=f32(0.81), cost=f32(4), accuracy=f32(0.7), overhead=10.0, attraction=4.0)
    half, twice, off = scaled(plan, 0.5), scaled(plan, 4), scaled(plan, 0)
    assert (half.technical[0], half.cost[0], half.overhead, half.attraction) == (np.float32(0.15), 2, 5, 2)
    assert half.price[0] == pytest.approx(0.9)
    assert half.accuracy[0] == np.float32(0.7)
    assert twice.technical[0] == 1
    assert (off.technical[0], off.price[0], off.cost[0], off.overhead, off.attraction) == (0, 1, 0, 0, 1)
    assert scaled(plan, 1) is plan


@pytest.mark.parametrize("play", [Nothing(), Placebo()], ids=["nothing", "placebo"])
def test_idle_plays_change_nobody(play: Strategy):
    runs = [
        worlds.model(people=worlds.met(300), strategy=s) for s in (Portfolio({"a": play, "b": Placebo()}), Nothing())
    ]
    for run in runs:
        run.run_for(6)
    states = [run.datacollector.get_model_vars_dataframe() for run in runs]
    assert states[0].equals(states[1])


def test_a_portfolio_of_one_is_that_play():
    runs = [worlds.model(people=worlds.met(300), strategy=OverDelivery())]
    runs.append(worlds.model(people=worlds.met(300), strategy=Portfolio({"over_delivery": OverDelivery()})))
    for run in runs:
        run.run_for(8)
    worlds.assert_same_run(*runs)


def test_customers_whom_no_play_reaches_live_as_without_it():
    """600 customers, 8 weeks: those outside the random share have the same state and record as without any play."""
    half = RandomShare(0.5)
    strategy = Portfolio({"a": OverDelivery(targeting=half), "b": OverDelivery(lift=0.05, targeting=half)})
    treated, control = (worlds.model(people=worlds.met(600), strategy=s) for s in (strategy, Nothing()))
    for run in (treated, control):
        run.run_for(8)
    draws = treated.chance.at(99).rows(treated.table[worlds.KEY]).named("strategy")
    spared = ~(half.pick(view(len(draws)), draws.named("a")) | half.pick(view(len(draws)), draws.named("b")))
    assert 100 < spared.sum() < 250
    ours, theirs = ({k: v[spared] for k, v in worlds.columns_of(run).items()} for run in (treated, control))
    worlds.assert_equal(ours, theirs)


def test_two_of_one_class_stay_apart():
    """Each is booked, and remembers what it has spent, under its own name; offers do not mix."""
    twins = Portfolio({"a": OverDelivery(price=1.0, budget=20.0), "b": OverDelivery(price=2.0)})
    run = worlds.model(people=worlds.met(300), strategy=twins)
    run.run_for(10)
    spent = run.ledger.spent
    assert set(spent) == {"a", "b"}
    assert 20 <= spent["a"] < spent["b"] / 2
    assert any(note.startswith("a: ") and "budget" in note for _, note in run.journal)
    clubs = Portfolio({"community": Community(), "club": Community()}).plan(view(50), luck(50))
    assert {offer.name for offer in clubs.offers} == {"community", "club"}


def test_offers_keep_their_name_where_the_play_does():
    class Asks:
        line = "card"

        def plan(self, seen: View, draws: Any) -> Plan:
            assert seen.member("card gold").all()
            return Plan(offers=(Offer("card gold", np.ones(2, np.bool_)),))

    made = view(2)
    for name, offer in (("card", "card gold"), ("mine", "mine gold")):
        own = View(10, 2, made.__getitem__, lambda asked, offer=offer: np.full(2, asked == offer))
        assert planned(Asks(), name, own, luck(2)).offers[0].name == offer


def weeks_of(strategy: Strategy, weeks: int, n: int = 3, spent: Any = None) -> list[Plan]:
    memory: dict[str, Any] = {}
    made = view(n)
    return [
        strategy.plan(View(week, n, made.__getitem__, spent=spent or {}, memory=memory), luck(n, week))
        for week in range(weeks)
    ]


def test_contacts_past_the_cap_are_dropped_lowest_priority_first():
    """Cap of 1.5: of two contacts for the first two customers the play named first keeps its own."""
    plays = {"low": Sends(reach=3), "high": Sends(reach=2)}
    plan = weeks_of(Portfolio(plays, priorities=("high",), contact_cap=1.5, window=1), 1)[0]
    assert plan.contact.tolist() == [1, 1, 1]
    assert {bill.line: bill.cost.tolist() for bill in plan.bills} == {"high": [3, 3, 0], "low": [0, 0, 3]}
    assert plan.reward.tolist() == [4, 4, 2]  # what comes with a purchase needs no contact
    assert any("low: 2 contacts dropped, past the cap of 1.5" in note for note in plan.notes)
    uncapped = weeks_of(Portfolio(plays), 1)[0]
    assert uncapped.contact.tolist() == [2, 2, 1]
    assert not uncapped.notes


def test_contacts_count_for_a_window():
    """Two in any three weeks: a weekly contact pauses in every third week; none at all under a cap of zero."""
    plans = weeks_of(Portfolio({"mail": Sends(reach=1)}, contact_cap=2.0, window=3), 9)
    assert [float(plan.contact[0]) for plan in plans] == [1, 1, 0] * 3
    assert not weeks_of(Portfolio({"mail": Sends()}, contact_cap=0.0), 1)[0].contact.any()


def test_when_money_runs_out_the_last_play_ends_first():
    """Each plans 6 a week of a budget of 45; what was planned is spent, and other lines of the books do not count."""
    plays, memory, made, active, notes = {"one": Sends(), "two": Sends()}, {}, view(3), [], []
    spent = {"one": 0.0, "two": 0.0, "elsewhere": 1e9}
    for week in range(7):
        seen = View(week, 3, made.__getitem__, spent=spent, memory=memory)
        plan = Portfolio(plays, budget=45.0).plan(seen, luck(3, week))
        bills = {bill.line: float(bill.cost.sum()) for bill in plan.parts}
        active.append(list(bills))
        notes.append(plan.notes)
        spent = {line: money + bills.get(line, 0.0) for line, money in spent.items()}
    assert active == [["one", "two"]] * 3 + [["one"]] + [[]] * 3
    assert notes[3] == ("two ends: its week costs 6.00, the budget leaves 3.00",)
    assert notes[4] == ("one ends: its week costs 6.00, the budget leaves 3.00",)
    assert not notes[5]
    assert (spent["one"], spent["two"]) == (24, 18)


def test_a_spike_ends_the_last_play_before_the_first():
    """The first had a week of 30 where 35 are left: 30 + 9 do not fit, so the second goes, whoever caused it."""
    memory: dict[str, Any] = {"portfolio": {"spent": {"one": 0.0, "two": 0.0}}}
    seen = View(5, 3, view(3).__getitem__, spent={"one": 30.0}, memory=memory)
    plan = Portfolio({"one": Sends(), "two": Sends(reach=3)}, budget=65.0).plan(seen, luck(3, 5))
    assert [bill.line for bill in plan.parts] == ["one"]


def test_in_a_run_the_budget_holds_up_to_a_week():
    """600 customers, 30 weeks, a budget of 400: the last play ends first, and less than a week's cost passes it."""
    plays = {"reward_program": RewardProgram(upkeep=0.01), "over_delivery": OverDelivery(price=1.0)}
    run = worlds.model(people=worlds.met(600), strategy=Portfolio(plays, budget=400.0))
    run.run_for(30)
    weekly = [float(page["cost"].sum()) for page in run.ledger.weeks]
    assert sum(weekly) <= 400 + max(weekly)
    ends = [(week, note) for week, note in run.journal if " ends: " in note]
    assert ends[0][1].startswith("over_delivery ends: its week costs ")
    assert all(page.get("cost: over_delivery", np.zeros(1)).sum() == 0 for page in run.ledger.weeks[ends[0][0] :])


def test_a_portfolio_does_not_depend_on_blocks():
    plays = {"referral": Referral(), "over_delivery": OverDelivery(chance=0.5)}
    runs = [worlds.model(people=worlds.met(300), strategy=Portfolio(plays), block=block) for block in (64, 65_536)]
    for run in runs:
        run.run_for(6)
    for name in ("loyalty", "satisfaction"):
        np.testing.assert_array_equal(runs[0].customers.get(name), runs[1].customers.get(name))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Portfolio({}), r"Portfolio\.plays is empty: give at least one"),
        (lambda: Portfolio({"a": Nothing()}, priorities=("b",)), r"Portfolio\.priorities names b, which is no play"),
        (lambda: Portfolio({"a": Nothing()}, priorities=("a", "a")), r"names a play twice"),
        (lambda: Portfolio({"a": Nothing()}, budget=0.0), r"Portfolio\.budget = 0\.0 is outside 0\.01 to "),
        (lambda: Portfolio({"a": Nothing()}, budget=-1.0), r"Portfolio\.budget = -1\.0 is outside"),
        (lambda: Portfolio({"a": Nothing()}, contact_cap=-1.0), r"Portfolio\.contact_cap = -1\.0 is outside"),
    ],
)  # fmt: skip
def test_bad_values_are_refused(make, says: str):
    with pytest.raises(ParameterError, match=says):
        make()
