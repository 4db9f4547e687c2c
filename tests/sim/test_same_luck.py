"""Two arms differ in the strategy only: placebo, forks, copies, blocks, and customers outside the plan."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from agents.mind import Mind, NoMind
from agents.theories.commitment import InvestmentModel, NoCommitment
from agents.theories.emotion import NoEmotion, PositiveNegative
from agents.theories.expectation import AdaptationLevel, Bayesian, Fixed
from agents.theories.loyalty import FourStages, RelativeAttitude, SatisfactionLoyalty
from agents.theories.satisfaction import Disconfirmation, PerformanceOnly, ZoneOfTolerance
from agents.theories.trust import BetaEvidence, NoTrust
from agents.theories.value import EquityDrivers, NoValue
from sim.behaviour import Contractual
from sim.market import Arrivals
from sim.model import CustomerModel
from sim.people import ACTIVE
from sim.records import TREATED
from sim.service import Service
from sim.table import BLOCK
from sim.world import Strategy
from strategies import Nothing, OverDelivery, PersonalisedService, Placebo, RewardProgram
from strategies.targeting import RandomShare
from tests.sim import worlds

MINDS = {
    "default": Mind(),
    "none": NoMind(),
    "bayesian": Mind(
        expectation=Bayesian(),
        satisfaction=Disconfirmation(),
        emotion=PositiveNegative(),
        trust=BetaEvidence(),
        value=EquityDrivers(),
        commitment=InvestmentModel(),
        intention=RelativeAttitude(),
    ),
    "staged": Mind(expectation=AdaptationLevel(), satisfaction=ZoneOfTolerance(), intention=FourStages()),
    "bare": Mind(
        expectation=Fixed(),
        satisfaction=PerformanceOnly(),
        emotion=NoEmotion(),
        trust=NoTrust(),
        value=NoValue(),
        commitment=NoCommitment(),
        intention=SatisfactionLoyalty(),
    ),
}
MARKETS = {"purchases": worlds.LIVELY, "contract": Contractual(period=6, alpha=1, beta=4, uses_mean=0.5)}
BUSY = Arrivals(organic=800, referral=0.05)
PLAYS = {
    "over_delivery": OverDelivery(),
    "reward_program": RewardProgram(threshold=40.0),
    "personalised_service": PersonalisedService(at_least=1),
}
both_markets = pytest.mark.parametrize("market", MARKETS)
all_minds = pytest.mark.parametrize("mind", MINDS)


def start(
    strategy: Strategy, mind: str = "default", market: str = "purchases", n: int = 400, **options
) -> CustomerModel:
    """Seed 1; starts spread over the first 4 weeks; failures are frequent so that much is felt."""
    behaviour = MARKETS[market]
    people = worlds.newcomers(n, behaviour=behaviour, start=np.linspace(0, 3.99, n) if n else 0.0)
    parts = {"mind": MINDS[mind], "behaviour": behaviour, "service": Service(failure=0.2), **options}
    return worlds.model(people=people, strategy=strategy, **parts)


@both_markets
@all_minds
def test_a_placebo_differs_from_control_by_exactly_zero(mind: str, market: str):
    """400 customers plus arrivals and referrals: every column, weekly metric and ledger line, in each of 25 weeks."""
    control, placebo = (start(play, mind, market, arrivals=BUSY) for play in (Nothing(), Placebo()))
    for _ in range(25):
        control.step()
        placebo.step()
        worlds.assert_equal(worlds.columns_of(control), worlds.columns_of(placebo))
    worlds.assert_same_run(control, placebo)
    frames = [run.datacollector.get_model_vars_dataframe() for run in (control, placebo)]
    np.testing.assert_array_equal(*frames)
    np.testing.assert_array_equal(control.value_beyond(), placebo.value_beyond())
    assert control.recorder.value("active") < len(control.table)  # something did happen


@both_markets
@all_minds
def test_a_fork_equals_an_unforked_run_and_disturbs_nobody(mind: str, market: str):
    straight, original = (start(Nothing(), mind, market, arrivals=BUSY) for _ in range(2))
    straight.run_for(8)
    original.run_for(8)
    fork = original.fork(Nothing())
    other = original.fork(OverDelivery())
    other.run_for(10)
    worlds.assert_same_run(straight, original)
    straight.run_for(10)
    fork.run_for(10)
    worlds.assert_same_run(straight, fork)
    assert (original.week, original.steps, original.time) == (8, 8, 8.0)
    original.run_for(10)
    worlds.assert_same_run(straight, original)
    np.testing.assert_array_equal(
        straight.datacollector.get_model_vars_dataframe(), fork.datacollector.get_model_vars_dataframe()
    )


def test_a_fork_of_a_fork_and_a_fork_before_the_first_week():
    straight = start(PLAYS["over_delivery"])
    twin = start(Nothing()).fork(Nothing()).fork(PLAYS["over_delivery"])
    for run in (straight, twin):
        run.run_for(6)
    worlds.assert_same_run(straight, twin)
    assert twin.strategy is PLAYS["over_delivery"]


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda run: pickle.loads(pickle.dumps(run))], ids=["copy", "pickle"]
)
@both_markets
def test_a_copy_in_the_middle_goes_on_alike(market: str, duplicate):
    run = start(PLAYS["reward_program"], market=market, arrivals=BUSY)
    run.run_for(7)
    twin = duplicate(run)
    run.run_for(7)
    assert twin.week == 7
    twin.run_for(7)
    worlds.assert_same_run(run, twin)


@pytest.mark.parametrize("block", [1, 2, 1_000, 4_096, BLOCK, 10**9])
@pytest.mark.parametrize("play", PLAYS)
def test_blocks_never_show(play: str, block: int):
    """30 or 5,000 customers and arrivals: every column to the bit; sums of the books to float32 rounding."""
    n, weeks = (30, 6) if block < 10 else (5_000, 8)
    whole, parts = (start(PLAYS[play], n=n, block=size, arrivals=BUSY) for size in (32_768, block))
    for run in (whole, parts):
        run.run_for(weeks)
    worlds.assert_equal(worlds.columns_of(whole), worlds.columns_of(parts))
    np.testing.assert_allclose(np.array(parts.recorder.weeks), np.array(whole.recorder.weeks), rtol=1e-4, atol=1e-3)
    for page, twin in zip(whole.ledger.weeks, parts.ledger.weeks, strict=True):
        assert page.keys() == twin.keys()
        for line in page:
            np.testing.assert_allclose(twin[line], page[line], rtol=1e-9)


@both_markets
@pytest.mark.parametrize("play", PLAYS)
def test_customers_outside_a_plan_live_exactly_the_same_life(play: str, market: str):
    """2,000 customers and arrivals, 30% treated: the others are equal to the bit in every column, 25 weeks."""
    picked = type(PLAYS[play])(**{**vars(PLAYS[play]), "targeting": RandomShare(0.3)})
    control, treated = (start(s, market=market, n=2_000, arrivals=Arrivals(organic=1_000)) for s in (Nothing(), picked))
    for run in (control, treated):
        run.run_for(25)
    outside = ~treated.records.crm[TREATED]
    assert 0.2 < (~outside).mean() < 0.4
    one, two = worlds.columns_of(control), worlds.columns_of(treated)
    worlds.assert_equal(
        {name: values[outside] for name, values in one.items()}, {name: values[outside] for name, values in two.items()}
    )
    changed = [name for name in one if not np.array_equal(one[name], two[name], equal_nan=one[name].dtype.kind == "f")]
    assert {"treated", "cost", "satisfaction"} <= set(changed) or market == "contract"


@both_markets
@all_minds
def test_a_life_does_not_depend_on_how_many_others_there_are(mind: str, market: str):
    """A model of 500 against the first 500 of 2,000, 20 weeks, under a play."""
    parts = {"mind": MINDS[mind], "behaviour": MARKETS[market], "strategy": OverDelivery(targeting=RandomShare(0.5))}
    runs = [
        worlds.model(people=worlds.newcomers(n, behaviour=MARKETS[market], start=0.25), **parts) for n in (500, 2_000)
    ]
    for run in runs:
        run.run_for(20)
    few, many = map(worlds.columns_of, runs)
    worlds.assert_equal(few, {name: values[:500] for name, values in many.items()})


def test_a_life_does_not_depend_on_the_row_it_is_stored_in():
    """The same 300 customers behind 200 others."""
    alone, behind = (worlds.model(people=worlds.newcomers(n, first=first)) for n, first in ((300, 200), (500, 0)))
    for run in (alone, behind):
        run.run_for(15)
    keys = alone.table[worlds.KEY]
    worlds.assert_equal(worlds.by_key(alone, keys), worlds.by_key(behind, keys))


def test_another_seed_is_another_world():
    one, two = (worlds.model(people=worlds.newcomers(500), seed=seed) for seed in (1, 2))
    for run in (one, two):
        run.run_for(10)
    assert (one.records.crm[TREATED] == two.records.crm[TREATED]).all()
    assert (one.table[ACTIVE] != two.table[ACTIVE]).any()


def test_mesas_own_generators_are_never_used():
    run = start(PLAYS["reward_program"], arrivals=BUSY)
    before = run.rng.bit_generator.state, run.random.getstate()
    run.run_for(5)
    assert before == (run.rng.bit_generator.state, run.random.getstate())
