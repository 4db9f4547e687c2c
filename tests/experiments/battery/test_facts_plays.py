"""Facts that test plays: each can come out both ways, and each counts what it says it counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.customers import PERSUADABLE
from agents.mind import Mind
from experiments.battery.fact import Fact
from experiments.battery.facts import loyalty_programs as programs
from experiments.battery.facts import retention_plays as retention
from experiments.battery.facts import winning_back as winning
from experiments.battery.facts.loyalty_programs import F8, F9, F21
from experiments.battery.facts.retention_plays import F7, Trial
from experiments.battery.facts.winning_back import F22
from experiments.battery.field import invited, opened
from experiments.battery.statistics import F64, correlation
from sim.people import DROPOUT, LEFT
from sim.records import RETURNED
from strategies.churn_prevention import ChurnPrevention
from tests.experiments.battery.minds import laboratory, measured, named

FACTS = (F7, F8, F9, F21, F22)


def minded(part: str, **values: float) -> Mind:
    """The integrated mind with other parameters of one part."""
    mind = named("integrated")
    return replace(mind, **{part: replace(getattr(mind, part), **values)})


def beyond(difference: F64) -> float:
    """Mean of paired differences in their standard errors."""
    return float(difference.mean() / (difference.std(ddof=1) / np.sqrt(len(difference))))


@pytest.mark.slow
@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
@pytest.mark.parametrize("mind", ["none", "integrated"])
def test_a_fact_gives_the_same_finite_numbers_twice(fact: Fact, mind: str) -> None:
    found = fact.measured(laboratory(mind))
    assert np.isfinite([*found.values()]).all()
    assert found == fact.measured(laboratory(mind))


def test_both_ways_of_targeting_call_the_same_number_and_not_the_same_customers() -> None:
    lab = laboratory("integrated")
    play = ChurnPrevention(every=retention.TERM, apart=retention.TERM, targeting=Trial())
    past = opened(lab, retention.TERMS, invited(lab, retention.TERMS, 1_200), play)
    past.run_for(retention.CAMPAIGN)
    asked = []
    for by_uplift in (False, True):
        model = past.fork(replace(play, targeting=Trial(by_uplift=by_uplift)))
        model.step()
        tried = model.records.memory[play.line]["tried"]
        asked.append(tried == retention.CAMPAIGN)
    risk, uplift = asked
    assert risk.sum() == uplift.sum() > 0
    assert (risk & ~uplift).any()


@pytest.mark.parametrize("wanted", retention.CORRELATIONS)
def test_persuadability_is_correlated_with_risk_as_asked(wanted: float) -> None:
    """Pearson's r of risk's rank with the trait, seed 1, 4,000 customers: within 4 standard errors (0.063)."""
    lab = laboratory("integrated")
    model = opened(lab, retention.TERMS, invited(lab, retention.TERMS, 4_000))
    trait = retention._persuadable(lab, model, wanted)
    rank = np.argsort(np.argsort(model.table[DROPOUT])).astype(np.float64)
    assert abs(correlation(rank, trait.astype(np.float64)) - wanted) < 4 / np.sqrt(4_000)
    assert abs(trait.mean() - PERSUADABLE.start) < 4 * retention.SPREAD / np.sqrt(4_000)


@pytest.mark.slow
def test_calls_keep_where_attention_counts_and_lose_where_they_only_wake() -> None:
    """Seeds 1-6, 2,400 customers: churn prevented by risk differs from 0 by 4 standard errors, either way."""
    keeps = measured(F7, minded("reception", attention=5.0, wakes=0.0))["by risk"]
    wakes = measured(F7, minded("reception", attention=0.0, wakes=5.0))["by risk"]
    assert beyond(keeps) > 4
    assert beyond(wakes) < -4


@pytest.mark.slow
def test_the_pull_of_the_reward_is_what_shortens_the_time_to_the_last_stamp() -> None:
    """Seeds 1-6, 600 customers: with a gradient of 0.8 the log ratio is below 0, and that after the reward above it."""
    found = measured(F8, minded("intention", gradient=0.8))
    assert beyond(np.log(found["last"] / found["first"])) < -4
    assert beyond(np.log(found["after"] / found["last"])) > 4


def test_time_to_the_next_purchase_counts_weeks_that_begin_with_so_many_stamps() -> None:
    stamps = np.array([[0, 1, 1, 1, 2, 4], [0, 0, 1, 3, 3, 4]], np.float32)
    assert programs._gap(stamps, 1) == 4 / 3  # four such weeks; purchases 0, 0, 1 and 2
    assert programs._gap(stamps, 3) == 2 / 1


def test_differences_find_what_was_planted_in_light_buyers_alone() -> None:
    """Regular buyers, half of them members: the light members' rate doubles for good, nobody else's changes."""
    weeks = programs.BEFORE + programs.YEARS
    rate = np.repeat([1.0, 2.0, 4.0], 40)  # purchases a week
    member = np.tile([True, False], 60)
    doubled = (member & (rate == 1.0))[:, None] & (np.arange(weeks) >= programs.BEFORE + 1)
    weekly = np.where(doubled, 2.0, 1.0) * rate[:, None]
    bought = np.concatenate([np.zeros((120, 1)), np.cumsum(weekly, axis=1)], axis=1)
    found = programs._differences(bought, member)
    assert found["light"] == pytest.approx(100)
    assert found["moderate"] == pytest.approx(0)
    assert found["heavy"] == pytest.approx(0)
    assert found["members: heavy"] == 20


def test_programs_lift_no_attitude_where_rewards_are_not_valued() -> None:
    """Seeds 1-6, 600 customers: without worth of a reward the lift of attitude is smaller, by 4 standard errors."""
    usual = measured(F21, named("integrated"))
    without = measured(F21, minded("value", reward=0.0))
    assert beyond(usual["attitude"] - without["attitude"]) > 4


def test_second_lives_are_those_of_who_returned_and_no_longer_than_they_are_followed() -> None:
    lab = laboratory("integrated")
    past = opened(lab, winning.MONTHLY, invited(lab, winning.MONTHLY, 1_200), scenario=winning.DEARER)
    past.run_for(winning.LEAVING)
    gone = ~np.isnan(past.table[LEFT])
    model = past.fork(winning.OFFERS["both"])
    won, life, _ = winning._second_lives(model, gone)
    assert set(won) == set(np.flatnonzero(gone & (model.records.crm[RETURNED] > 0)))
    assert 4 <= life <= winning.SECOND


@pytest.mark.slow
def test_money_wins_back_where_it_tempts_and_a_grudge_keeps_away() -> None:
    """Seeds 1-6 and 1-12 (few leave over service), 2,400 customers: both directions by 4 standard errors."""
    tempted = measured(F22, minded("reception", bought=8.0))
    bitter, forgiving = (measured(F22, minded("reception", grudge=size), 12) for size in (8.0, 0.0))
    assert beyond(tempted["won by both"] - tempted["won by upgrade"]) > 4
    assert beyond(forgiving["back: service"] - bitter["back: service"]) > 4
