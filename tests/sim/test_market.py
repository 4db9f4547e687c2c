"""Arrivals: one tape for all arms, thinned; referrals; and lives that do not depend on who else comes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from agents.mind import Mind, NoMind
from agents.theories.commitment import NoCommitment
from sim.chance import Chance, Draws
from sim.clock import WEEKS_PER_YEAR, weekly_rate
from sim.errors import ParameterError
from sim.market import Arrivals, referred_keys
from sim.model import CustomerModel
from sim.people import INITIAL, KEY, ORGANIC, REFERRED, START
from sim.plan import Plan
from sim.records import PURCHASES, REFERRALS, SOURCE
from sim.view import View
from strategies import Nothing, Placebo
from tests.sim import worlds

UNBOUND = Mind(commitment=NoCommitment())  # engagement, which grows with referring, does nothing here
OWN_DOING = ("referrals", "engagement")


@dataclass(frozen=True)
class Attracting:
    """Attracts more arrivals, or makes customers refer more, and does nothing else."""

    attraction: float = 1.0
    referral: float = 1.0

    def plan(self, view: View, draws: Draws) -> Plan:
        return Plan(line="attracting", attraction=self.attraction, referral=self.referral)


def market(arrivals: Arrivals, strategy: object = Nothing(), weeks: int = 20, **options) -> CustomerModel:
    """Seed 1, 300 customers to begin with."""
    run = worlds.model(300, strategy, arrivals=arrivals, **options)
    run.run_for(weeks)
    return run


def keys_from(run: CustomerModel, source: int) -> np.ndarray:
    return run.table[KEY][run.records.crm[SOURCE] == source]


def test_without_arrivals_nobody_comes():
    assert len(market(Arrivals()).table) == 300


@pytest.mark.parametrize("organic", [20.0, 2_000.0, 40_000.0])
def test_as_many_come_as_said(organic: float):
    """Seeds 0-299, one week each: mean and variance of a Poisson count within 4 standard errors."""
    arrivals, weeks = Arrivals(organic=organic), 300
    counts = np.array([len(arrivals.organic_keys(7, 1.0, Chance(seed).at(7))) for seed in range(weeks)])
    expected = weekly_rate(organic)
    assert abs(counts.mean() - expected) < 4 * np.sqrt(expected / weeks)
    assert abs(counts.var() - expected) < 4 * np.sqrt((2 * expected**2 + expected) / weeks)


@pytest.mark.parametrize("attraction", [0.0, 0.5, 1.0, 1.5, 2.0])
def test_attraction_multiplies(attraction: float):
    """Seeds 0-99, 200 expected: within 4 standard errors."""
    arrivals = Arrivals(organic=200 * WEEKS_PER_YEAR)
    counts = [len(arrivals.organic_keys(3, attraction, Chance(seed).at(3))) for seed in range(100)]
    assert abs(np.mean(counts) - 200 * attraction) <= 4 * np.sqrt(200 * attraction / 100)


def test_more_attraction_only_adds():
    arrivals = Arrivals(organic=20_000)
    before = np.zeros(0, np.uint64)
    for attraction in (0.0, 0.3, 0.7, 1.0, 1.6, 2.0):
        keys = arrivals.organic_keys(3, attraction, Chance(1).at(3))
        assert np.isin(before, keys).all()
        before = keys
    assert len(np.unique(before)) == len(before)


@pytest.mark.parametrize("attraction", [-0.1, 2.01, np.nan, np.inf])
def test_attraction_above_the_tape_is_refused(attraction: float):
    with pytest.raises(ParameterError, match=r"Plan\.attraction = .* outside 0 to 2: raise market\.arrivals\.ceiling"):
        Arrivals(organic=100).organic_keys(0, attraction, Chance(1).at(0))


@pytest.mark.parametrize(("name", "value"), [("organic", -1), ("ceiling", 0.5), ("referral", 0.6)])
def test_arrivals_out_of_range_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"Arrivals\.{name}"):
        Arrivals(**{name: value})


def test_arrivals_come_during_their_week_and_buy_at_once():
    """Seed 1, 20 weeks of about 40 arrivals: starts spread over each week; everybody has bought."""
    run = market(Arrivals(organic=2_000))
    start = run.table[START][300:]
    assert len(start) > 500
    assert (run.records.crm[PURCHASES][300:] >= 1).all()
    assert ((start >= 0) & (start < 20)).all()
    assert abs(np.mean(start % 1) - 0.5) < 4 / np.sqrt(12 * len(start))
    assert (run.records.crm[SOURCE] == np.where(np.arange(len(run.table)) < 300, INITIAL, ORGANIC)).all()


def test_arrivals_have_minds_that_have_lived():
    run = market(Arrivals(organic=2_000), mind=worlds.Mind(), weeks=1)
    late = run.customers.select(run.customers.get("source") == ORGANIC)
    assert late.get("satisfaction").std() > 0
    assert len(np.unique(late.get("segment"))) == 3


@pytest.mark.parametrize("mind", [NoMind(), worlds.Mind()], ids=["none", "mind"])
def test_attraction_2_adds_arrivals_and_leaves_all_others_lives_alone(mind):
    """Seed 1, 20 weeks: every customer of the plain arm is in the other one with the same bits in every column."""
    plain, more = (market(Arrivals(organic=1_500), Attracting(a), mind=mind) for a in (1.0, 2.0))
    keys = plain.table[KEY]
    assert len(more.table) > 1.5 * len(plain.table)
    worlds.assert_equal(worlds.by_key(plain, keys), worlds.by_key(more, keys))


def test_who_arrives_alone_is_who_arrives_in_company():
    """About one arrival a week against two: the same customers, in other company."""
    plain, more = (market(Arrivals(organic=52), Attracting(a), weeks=40) for a in (1.0, 2.0))
    keys = plain.table[KEY]
    worlds.assert_equal(worlds.by_key(plain, keys), worlds.by_key(more, keys))


@pytest.mark.parametrize("mind", [NoMind(), UNBOUND], ids=["none", "unbound"])
def test_more_referrals_leave_all_other_lives_alone(mind):
    """Seed 1, 20 weeks, referrals and organic arrivals at once; everybody who was not referred is equal to the bit.

    All but two numbers: how many a customer has referred is what the play changes, and to refer is to be engaged.
    """
    arrivals = Arrivals(organic=1_000, referral=0.03)
    plain, more = (market(arrivals, Attracting(referral=r), mind=mind) for r in (1.0, 3.0))
    for source in (INITIAL, ORGANIC):
        keys = keys_from(plain, source)
        np.testing.assert_array_equal(keys, keys_from(more, source))
        worlds.assert_equal(worlds.by_key(plain, keys), worlds.by_key(more, keys), but=OWN_DOING)
    assert len(keys_from(more, REFERRED)) > 1.5 * len(keys_from(plain, REFERRED)) > 50


def test_more_referrals_leave_those_alone_who_refer_no_more():
    """Seed 1, 20 weeks, the default mind, which engagement binds: who refers as often in both arms lives alike."""
    plain, more = (market(Arrivals(organic=1_000, referral=0.03), Attracting(referral=r)) for r in (1.0, 3.0))
    keys = np.concatenate([keys_from(plain, source) for source in (INITIAL, ORGANIC)])
    one, two = worlds.by_key(plain, keys), worlds.by_key(more, keys)
    same = one["referrals"] == two["referrals"]
    assert 0.5 < same.mean() < 0.9
    worlds.assert_equal(*({name: values[same] for name, values in life.items()} for life in (one, two)))
    assert one["engagement"][~same].mean() < two["engagement"][~same].mean()


def test_a_referred_customer_who_comes_at_the_same_time_is_the_same_in_both_arms():
    """Seed 1: identity and start decide a life; a friend who refers earlier in one arm brings the first one earlier."""
    arrivals = Arrivals(referral=0.05)
    plain, more = (market(arrivals, Attracting(referral=r), mind=UNBOUND) for r in (1.0, 2.0))
    keys = np.intersect1d(keys_from(plain, REFERRED), keys_from(more, REFERRED))
    one, two = worlds.by_key(plain, keys), worlds.by_key(more, keys)
    same = one["start"] == two["start"]
    assert same.sum() > 30
    worlds.assert_equal(
        {name: values[same] for name, values in one.items()},
        {name: values[same] for name, values in two.items()},
        but=OWN_DOING,
    )
    for trait in ("rate", "dropout", "basket", "patience", "negativity", "segment"):
        np.testing.assert_array_equal(one[trait], two[trait])


def test_referrals_come_the_week_after_and_belong_to_their_referrers():
    run = worlds.model(people=worlds.met(400), arrivals=Arrivals(referral=0.2), mind=NoMind())
    run.step()
    crm = run.records.crm
    referrers = run.table[KEY][crm[REFERRALS] > 0]
    run.step()
    np.testing.assert_array_equal(
        np.sort(keys_from(run, REFERRED)), np.sort(referred_keys(referrers, np.zeros(len(referrers), np.uint8)))
    )
    assert ((run.table[START][400:] >= 1) & (run.table[START][400:] < 2)).all()


def test_every_referral_makes_one_customer_and_keys_are_never_reused():
    run = market(Arrivals(organic=500, referral=0.1), weeks=15)
    crm, pending = run.records.crm, sum(len(keys) for keys, _ in run._referred)
    assert crm[REFERRALS].sum() == len(keys_from(run, REFERRED)) + pending > 100
    assert len(np.unique(run.table[KEY])) == len(run.table)


def test_arrivals_do_not_depend_on_how_many_were_there_before():
    few, many = (worlds.model(n, arrivals=Arrivals(organic=1_000)) for n in (10, 700))
    for run in (few, many):
        run.run_for(12)
    keys = keys_from(few, ORGANIC)
    np.testing.assert_array_equal(keys, keys_from(many, ORGANIC))
    worlds.assert_equal(worlds.by_key(few, keys), worlds.by_key(many, keys))


def test_a_market_may_begin_empty():
    """Nobody at first, then arrivals: tables grow from nothing."""
    run = worlds.model(0, arrivals=Arrivals(organic=2_000))
    run.run_for(10)
    assert len(run.table) > 100
    assert run.recorder.value("active") > 50
    assert run.records.crm[PURCHASES].min() >= 1


@pytest.mark.parametrize("strategy", [Placebo(), Attracting()], ids=["placebo", "attraction 1"])
def test_a_placebo_changes_nothing_with_arrivals_too(strategy: object):
    control, treated = (market(Arrivals(organic=1_000, referral=0.05), play) for play in (Nothing(), strategy))
    worlds.assert_same_run(control, treated)


def test_a_match_lowers_the_dropout_of_those_who_were_referred_and_of_nobody_else():
    """In logits, for each referred customer that both markets have."""
    arms = [market(Arrivals(organic=200, referral=0.1, match=match), mind=NoMind()) for match in (0.0, 0.5)]
    for source, shift in ((REFERRED, -0.5), (ORGANIC, 0.0), (INITIAL, 0.0)):
        keys = np.intersect1d(*(keys_from(run, source) for run in arms))
        assert len(keys) > 20
        plain, matched = (worlds.by_key(run, keys)["dropout"].astype(np.float64) for run in arms)
        logits = np.log(matched / (1 - matched)) - np.log(plain / (1 - plain))
        np.testing.assert_allclose(logits, shift, atol=1e-3)
