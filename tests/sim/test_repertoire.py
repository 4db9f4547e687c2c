"""The repertoire market is NBD-Dirichlet; what customers buy elsewhere is the researcher's to see, not the firm's."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import betabinom, nbinom

from agents.mind import Mind, NoMind
from agents.theories.loyalty import Integrated
from experiments.build import build, compose
from experiments.calibrated import calibrate, customers_of, world_of
from experiments.pilot import solve_baseline
from sim.baseline import Baseline
from sim.errors import ParameterError
from sim.model import CustomerModel
from sim.people import ACTIVE, DROPOUT, ELSEWHERE, RATE, SHARE
from sim.records import PURCHASES
from sim.repertoire import Panel, Repertoire, category, panel_of
from sim.scenario import Event, Scenario
from sim.table import Table
from strategies import Nothing, OverDelivery
from tests.sim import worlds

MARKET = Repertoire(mean=0.3, shape=0.8, share=0.25, diversity=1.5)
WEEKS, N, SEED = 26, 40_000, 1
SHARES = (0.4, 0.3, 0.15, 0.1, 0.05)


def z(values: np.ndarray, expected: float) -> float:
    """How many standard errors the mean of values [n] is from what is expected."""
    return float((values.mean() - expected) / (values.std() / np.sqrt(len(values))))


def closed_form(market: Repertoire, share: float, weeks: int) -> dict[str, float]:
    """NBD-Dirichlet (Goodhardt, Ehrenberg & Chatfield 1984): means over households of what a firm of this share sees.

    Purchases n of the category are negative binomial, those of the firm beta-binomial given n.
    """
    n = np.arange(3_000)
    mean = market.mean * weeks
    p = nbinom.pmf(n, market.shape, market.shape / (market.shape + mean))
    here = market.diversity * share
    none, all_of_them = (betabinom.pmf(k, n, here, market.diversity - here) for k in (0 * n, n))
    return {
        "penetration": p @ (1 - none),
        "bought": mean * share,
        "of buyers": p @ (n * (1 - none)),
        "sole": p[1:] @ all_of_them[1:],
    }


def measured(bought: np.ndarray, elsewhere: np.ndarray) -> dict[str, np.ndarray]:
    """The same of each household [N]."""
    return {
        "penetration": bought > 0,
        "bought": bought,
        "of buyers": (bought > 0) * (bought + elsewhere),
        "sole": (bought > 0) & (elsewhere == 0),
    }


@cache
def run() -> CustomerModel:
    """40,000 customers, seed 1, 26 weeks, no minds."""
    model = worlds.model(N, behaviour=MARKET, mind=NoMind(), seed=SEED)
    model.run_for(WEEKS)
    return model


def purchases(model: CustomerModel) -> np.ndarray:
    """Purchases here and elsewhere [2, N], without those with which customers were first seen."""
    return np.stack([model.records.crm[PURCHASES].astype(np.int64) - 1, model.table[ELSEWHERE]])


def odds(multiplier: float, share: float = 0.25, demand: float = 0.0) -> float:
    people = Table((RATE, SHARE), 1).block(0, 1)
    people[SHARE] = np.full(1, share, np.float32)
    return float(MARKET.effect(people, np.full(1, multiplier, np.float32), demand)[0])


@pytest.mark.parametrize("what", ["penetration", "bought", "of buyers", "sole"])
def test_without_minds_the_market_is_nbd_dirichlet(what: str):
    """Penetration, purchases, category purchases of buyers and sole buyers within 4 standard errors."""
    assert abs(z(measured(*purchases(run()))[what], closed_form(MARKET, MARKET.share, WEEKS)[what])) < 4


def test_the_whole_distribution_of_purchases_here():
    """Shares of 0 to 8 purchases within 4 standard errors of the mixture of beta-binomials."""
    n = np.arange(3_000)
    p = nbinom.pmf(n, MARKET.shape, MARKET.shape / (MARKET.shape + MARKET.mean * WEEKS))
    bought = purchases(run())[0]
    for k in range(9):
        expected = p @ betabinom.pmf(k, n, MARKET.shape_here, MARKET.diversity - MARKET.shape_here)
        assert abs(z(bought == k, expected)) < 4, k


def test_a_wrong_model_would_be_found():
    """Were all customers' shares alike, more than 20 standard errors would show."""
    alike = closed_form(replace(MARKET, diversity=1e3), MARKET.share, WEEKS)
    seen = measured(*purchases(run()))
    assert abs(z(seen["penetration"], alike["penetration"])) > 20
    assert abs(z(seen["sole"], alike["sole"])) > 20


@cache
def households() -> np.ndarray:
    """Purchases of 40,000 households, seed 3, in 26 weeks, from five firms."""
    return category(MARKET, SHARES, WEEKS, N, seed=3)


def panel() -> Panel:
    return panel_of(households())


@pytest.mark.parametrize("firm", range(len(SHARES)))
def test_every_firm_of_a_category_is_as_the_closed_form_says(firm: int):
    """Seed 3, 40,000 households: each mean within 4 standard errors."""
    bought = households()[firm]
    seen, expected = measured(bought, households().sum(axis=0) - bought), closed_form(MARKET, SHARES[firm], WEEKS)
    for what, value in expected.items():
        assert abs(z(seen[what], value)) < 4, what


def test_small_firms_have_fewer_buyers_who_buy_less_often():
    """Double jeopardy (Ehrenberg, Goodhardt & Barwise 1990): penetrations differ far more than frequencies."""
    assert (np.diff(panel().penetration) < 0).all()
    penetration, frequency, requirements = (
        values[0] / values[-1] for values in (panel().penetration, panel().frequency, panel().requirements)
    )
    assert penetration > 3
    assert 1 < frequency < penetration / 2
    assert requirements > 1


def test_a_category_adds_up_and_refuses_what_is_no_shares():
    assert panel().share.sum() == pytest.approx(1)
    np.testing.assert_allclose(panel().share, SHARES, atol=0.02)
    for shares in ([], [0.5, 0.4], [1.2, -0.2]):
        with pytest.raises(ParameterError, match="positive shares that add up to 1"):
            category(MARKET, shares)
    assert category(MARKET, SHARES, 4, 10).shape == (5, 10)


def test_what_a_panel_shows_by_hand():
    """Three households buy (2, 0), (1, 3) and (0, 1) from two firms."""
    shows = panel_of(np.array([[2, 1, 0], [0, 3, 1]]))
    assert shows.share.tolist() == pytest.approx([3 / 7, 4 / 7])
    assert shows.penetration.tolist() == pytest.approx([2 / 3, 2 / 3])
    assert shows.frequency.tolist() == [1.5, 2.0]
    assert shows.requirements.tolist() == pytest.approx([3 / 6, 4 / 5])
    assert shows.sole.tolist() == [0.5, 0.5]


def test_a_multiplier_moves_the_odds_of_choosing_this_firm():
    assert odds(1.0) == 1
    assert odds(2.0) == pytest.approx((0.5 / 1.25) / 0.25)
    assert odds(1e6) == pytest.approx(1 / 0.25, rel=1e-4)  # all the category, and no more
    assert odds(1.5, share=0.9) < odds(1.5, share=0.1) < 1.5
    assert odds(2.0, demand=-0.5) == pytest.approx(odds(2.0) * np.exp(-0.5))


def test_plays_win_purchases_from_rivals_and_leave_the_category_alone():
    """8,000 easily won customers, 26 weeks, the same luck: more here, fewer elsewhere, the sum within 4 errors."""
    easily_won, found = Mind(intention=Integrated(pull=1.0)), []
    for play in (Nothing(), OverDelivery(lift=0.3, chance=1.0)):
        model = worlds.model(8_000, play, behaviour=MARKET, mind=easily_won)
        model.run_for(WEEKS)
        found.append(purchases(model))
    here, there = found[1] - found[0]
    assert z(here, 0) > 4
    assert z(there, 0) < -4
    assert abs(z(here + there, 0)) < 4


def test_a_downturn_shrinks_the_category_and_not_the_share():
    """20,000 customers without minds, seed 1: purchases fall by the same factor here and elsewhere, within 4 errors."""
    parts = {"behaviour": MARKET, "mind": NoMind()}
    low, usual = (
        worlds.model(20_000, scenario=Scenario(events), **parts) for events in ({"down": Event(demand=-0.4)}, {})
    )
    for model in (low, usual):
        model.run_for(13)
    for down, before in zip(purchases(low), purchases(usual), strict=True):
        assert abs(z(down - np.exp(-0.4) * before, 0)) < 4
        assert abs(z(down - before, 0)) > 10


def test_who_has_left_buys_elsewhere_all_they_need():
    """4,000 customers with a mean chance to leave of 0.4; week 20: nobody who left buys here, elsewhere goes on."""
    model = worlds.model(4_000, behaviour=replace(MARKET, dropout=0.4), mind=NoMind())
    model.run_for(20)
    gone = ~model.table[ACTIVE]
    assert 0.1 < gone.mean() < 0.9
    assert model.table[DROPOUT].mean() == pytest.approx(0.4, abs=4 * 0.25 / np.sqrt(4_000))
    before = purchases(model)[:, gone]
    model.run_for(10)
    after = purchases(model)[:, gone]
    assert (after[0] == before[0]).all()
    category_rate = (model.table[RATE] / model.table[SHARE])[gone].astype(np.float64)
    assert abs(z(after[1] - before[1] - 10 * category_rate, 0)) < 4


def test_nobody_leaves_where_the_chance_is_zero():
    assert run().table[ACTIVE].all()
    assert sum(page["left"].sum() for page in run().ledger.weeks) == 0


def test_the_firm_does_not_see_what_is_bought_elsewhere():
    view = run().records.view(WEEKS)
    for column in (ELSEWHERE, SHARE):
        with pytest.raises(KeyError, match="the View has no"):
            view[column]


def test_block_size_does_not_show_in_purchases_elsewhere():
    """Blocks of another size leave every column as it is, to the bit."""
    one, other = (worlds.model(500, behaviour=MARKET, block=size) for size in (65_536, 97))
    for model in (one, other):
        model.run_for(10)
    worlds.assert_equal(worlds.columns_of(one), worlds.columns_of(other))


@pytest.mark.slow
def test_the_pilot_holds_minds_to_the_market():
    """Pilot of 20,000, 12 weeks; on a fresh seed purchases here and elsewhere are within 4 errors and 2%."""
    study = build(compose(["market=repertoire", "population.start=cohort", "market.dropout=0.1", "weeks=12"]))
    calibration = calibrate(study)
    baseline = solve_baseline(study, calibration, 20_000)
    newcomers = customers_of(study, calibration, 5, 20_000)
    world = world_of(study, calibration)
    found = []
    for mind, shifts in ((study.mind, baseline), (NoMind(), Baseline.none())):
        model = CustomerModel(replace(world, mind=mind), newcomers, Nothing(), baseline=shifts, seed=5)
        model.run_for(12)
        found.append(purchases(model))
    for with_mind, without in zip(*found, strict=True):
        assert abs(z(with_mind - without, 0)) < 4
        assert with_mind.sum() == pytest.approx(without.sum(), rel=0.02)
