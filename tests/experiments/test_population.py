"""The customers a model begins with have the distribution that the fit implies, whoever else there is."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from scipy.special import betaincinv, gammaincinv

from experiments.calibration import BgNbd, GammaGamma, ShiftedBetaGeometric, Summary
from experiments.calibration.transactions import F64
from experiments.population import Population, existing_customers, new_cohort, order_of
from sim.chance import Chance
from sim.errors import ParameterError
from sim.people import INITIAL, Newcomers
from tests.experiments import cdnow

BUYING, SPENDING = BgNbd(0.243, 4.414, 0.793, 2.426), GammaGamma(6.25, 3.74, 15.44)
CONTRACT = ShiftedBetaGeometric(0.668, 3.806)
FEW = 60  # copies of the log in the fast run
LAPSED = (3, 12.0, 38.0, 25.0)  # repeats, recency, weeks observed, mean spend: as likely gone as not


def purchases_ahead(people: Newcomers, weeks: float, seed: int) -> F64:
    """Exact Monte Carlo: the lesser of Poisson(rate x weeks) and the purchase that ends it, Geometric(dropout)."""
    rng = np.random.default_rng(seed)
    bought = rng.poisson(people.rate.astype(np.float64) * weeks)
    return np.where(people.active, np.minimum(bought, rng.geometric(people.dropout.astype(np.float64))), 0.0)


def standard_errors_off(values: F64, expected: F64 | float) -> float:
    off = np.asarray(values, np.float64) - expected
    return float(off.mean() / (off.std() / np.sqrt(len(off))))


def forecasts_off(people: Newcomers, summary: Summary, weeks: float = 39.0) -> list[float]:
    """How far purchases ahead lie from eq. 10, by repeats so far (0, 1, .. 7 or more), in standard errors."""
    expected = BUYING.conditional_expected(summary.frequency, summary.recency, summary.observed, weeks)
    row = order_of(len(summary))[np.arange(len(people)) % len(summary)]
    ahead, repeats = purchases_ahead(people, weeks, seed=8), np.minimum(summary.frequency, 7)[row]
    return [standard_errors_off(ahead[repeats == at], expected[row][repeats == at]) for at in range(8)]


@cache
def brute_force(x: int, t_x: float, observed: float) -> dict[str, float]:
    """Posterior means by integration over the midpoints of 1,500 x 1,500 prior quantiles; knows no conjugacy."""
    middle = (np.arange(1_500) + 0.5) / 1_500
    rate = gammaincinv(BUYING.r, middle)[:, None] / BUYING.alpha
    dropout = betaincinv(BUYING.a, BUYING.b, middle)[None, :]
    alive = rate**x * (1 - dropout) ** x * np.exp(-rate * observed)
    gone = rate**x * dropout * (1 - dropout) ** (x - 1) * np.exp(-rate * t_x) if x else 0 * alive
    return {
        "alive": alive.sum() / (alive + gone).sum(),
        "rate if alive": (rate * alive).sum() / alive.sum(),
        "dropout if alive": (dropout * alive).sum() / alive.sum(),
        "both if alive": (rate * dropout * alive).sum() / alive.sum(),
        "rate if gone": (rate * gone).sum() / gone.sum() if x else np.nan,
        "dropout if gone": (dropout * gone).sum() / gone.sum() if x else np.nan,
    }


in_both_sizes = pytest.mark.parametrize("n", [50_000, pytest.param(200_000, marks=pytest.mark.slow)])


@in_both_sizes
@pytest.mark.parametrize(("x", "t_x", "observed"), [(0, 0.0, 38.0), (1, 3.0, 38.0), LAPSED[:3], (6, 30.0, 32.0)])
def test_existing_customers_have_the_exact_posterior(x: int, t_x: float, observed: float, n: int):
    """Seed 2, n customers of one history; tolerance 4 standard errors plus 0.2% for the integration."""
    people = existing_customers(BUYING, SPENDING, cdnow.histories([(x, t_x, observed, 25.0)]), n, Chance(2))
    rate, dropout, alive = people.rate.astype(np.float64), people.dropout.astype(np.float64), people.active
    drawn = {
        "alive": alive.astype(np.float64),
        "rate if alive": rate[alive],
        "dropout if alive": dropout[alive],
        "both if alive": rate[alive] * dropout[alive],
        "rate if gone": rate[~alive],
        "dropout if gone": dropout[~alive],
    }
    for name, exact in brute_force(x, t_x, observed).items():
        if x == 0 and name.endswith("gone"):
            assert alive.all()
            continue
        error = drawn[name].std() / np.sqrt(len(drawn[name]))
        assert abs(drawn[name].mean() - exact) < 4 * error + 0.002 * exact, name


@cache
def copies(times: int) -> Newcomers:
    """Seed 5, existing customers: so many copies of the log."""
    return existing_customers(BUYING, SPENDING, cdnow.summary(), times * len(cdnow.summary()), Chance(5))


@pytest.mark.parametrize("times", [FEW, pytest.param(200, marks=pytest.mark.slow)])
def test_existing_customers_buy_as_bg_nbd_forecasts(times: int):
    """Copies of the log, 39 weeks; every bin of repeats so far within 4 standard errors of eq. 10."""
    summary, people = cdnow.summary(), copies(times)
    assert max(np.abs(forecasts_off(people, summary))) < 4
    share = BUYING.probability_alive(summary.frequency, summary.recency, summary.observed)
    assert abs(standard_errors_off(people.active.reshape(times, -1).mean(0) - share[order_of(len(summary))], 0.0)) < 4


@pytest.mark.parametrize("wrong", ["everybody alive", "prior dropout", "prior rate", "exposure to t_x"])
def test_wrong_posteriors_would_be_found(wrong: str):
    """The forecast test has the power to fail: each plausible mistake is more than 10 standard errors off."""
    summary, people = cdnow.summary(), copies(FEW)
    row, rng = order_of(len(summary))[np.arange(len(people)) % len(summary)], np.random.default_rng(1)
    x, t_x, observed = summary.frequency[row], summary.recency[row], summary.observed[row]
    mistake = {
        "everybody alive": lambda: replace(people, active=np.ones(len(people), np.bool_)),
        "prior dropout": lambda: replace(people, dropout=rng.beta(BUYING.a, BUYING.b, len(people))),
        "prior rate": lambda: replace(people, rate=rng.gamma(BUYING.r, 1 / (BUYING.alpha + observed))),
        "exposure to t_x": lambda: replace(people, rate=rng.gamma(BUYING.r + x, 1 / (BUYING.alpha + t_x))),
    }[wrong]()
    assert max(np.abs(forecasts_off(mistake, summary))) > 10


def test_existing_customers_carry_their_history():
    summary = cdnow.summary()
    people = existing_customers(BUYING, SPENDING, summary, len(summary) + 3, Chance(1))
    row = order_of(len(summary))[np.arange(len(people)) % len(summary)]
    np.testing.assert_array_equal(people.keys, np.arange(len(people)))
    np.testing.assert_allclose(people.start, -summary.observed[row], rtol=1e-6)
    np.testing.assert_allclose(people.last, people.start + summary.recency[row], atol=1e-5)
    np.testing.assert_array_equal(people.purchases, summary.frequency[row] + 1)
    np.testing.assert_allclose(people.spend, summary.total_spend[row], rtol=1e-6)
    assert (people.source == INITIAL).all()
    assert people.active[people.purchases == 1].all()
    assert people.rate[0] != people.rate[len(summary)]  # the same history, another customer


@in_both_sizes
def test_baskets_have_the_posterior_mean(n: int):
    """Seed 4, n customers each; tolerance 4 standard errors. The prior's basket, 35.2, would fail for x = 5."""
    for x, z in ((0, 0.0), (1, 80.0), (5, 12.0)):
        people = existing_customers(BUYING, SPENDING, cdnow.histories([(x, 5.0, 38.0, z)]), n, Chance(4))
        expected = SPENDING.conditional_spend(np.array([x]), np.array([z]))[0]
        assert abs(standard_errors_off(people.basket.astype(np.float64), expected)) < 4


def test_repeats_for_nothing_leave_the_prior_basket():
    people = existing_customers(BUYING, SPENDING, cdnow.histories([(4, 30.0, 38.0, 0.0)]), 5_000, Chance(4))
    fresh = existing_customers(BUYING, SPENDING, cdnow.histories([(0, 0.0, 38.0, 0.0)]), 5_000, Chance(4))
    np.testing.assert_array_equal(people.basket, fresh.basket)


@pytest.mark.parametrize("times", [FEW, pytest.param(170, marks=pytest.mark.slow)])
def test_new_cohort_is_bg_nbd_with_the_logs_start_days(times: int):
    """Seed 6, copies of the log; |z| < 4. Everybody from week 0 has 57.4% zero repeaters and fails."""
    summary = cdnow.summary()
    people = new_cohort(BUYING, SPENDING, summary, times * len(summary), Chance(6))
    assert not people.active.any()
    assert not people.purchases.any()
    assert not people.spend.any()
    np.testing.assert_array_equal(people.last, people.start)
    exposure = 39 - people.start[: len(summary)]
    np.testing.assert_allclose(
        exposure, summary.observed[order_of(len(summary))], rtol=1e-6
    )  # week 39 of the model is the log's, to the day
    for share in (0.1, 0.3, 0.5, 0.8, 0.95, 0.999):  # below 0.03 the least rate of 1e-7 is met
        assert abs(standard_errors_off(people.rate < gammaincinv(BUYING.r, share) / BUYING.alpha, share)) < 4
        assert abs(standard_errors_off(people.dropout < betaincinv(BUYING.a, BUYING.b, share), share)) < 4
    started = replace(people, active=np.ones(len(people), np.bool_))
    for week in (13, 39, 78):
        open_weeks = week - people.start.astype(np.float64)
        bought = purchases_ahead(started, open_weeks, seed=week)
        assert abs(standard_errors_off(bought == 0, BUYING.probability_zero(open_weeks))) < 4
        assert abs(standard_errors_off(bought, BUYING.expected_purchases(open_weeks))) < 4


def drawn(start: str, n: int, seed: int) -> Newcomers:
    build = existing_customers if start == "customers" else new_cohort
    return build(BUYING, SPENDING, cdnow.summary(), n, Chance(seed))


@pytest.mark.parametrize("start", ["customers", "cohort"])
def test_a_customer_is_the_same_however_many_there_are(start: str):
    """70,000 rows are two blocks, 5,000 a part of one: block and size never show."""
    few, many, other = drawn(start, 5_000, 1), drawn(start, 70_000, 1), drawn(start, 5_000, 2)
    for field in (field for field in fields(Newcomers) if field.name != "share"):
        part, whole = getattr(few, field.name), getattr(many, field.name)
        np.testing.assert_array_equal(part, whole[:5_000])
        assert part.dtype == whole.dtype
    assert (few.rate != other.rate).any()
    assert len(np.unique(many.dropout)) > 60_000


@pytest.mark.parametrize("start", ["customers", "cohort"])
def test_a_few_customers_are_a_fair_sample_of_the_log(start: str):
    """300 of 2,357: mean start within 4 standard errors; in the log's own order the first 300 are 29 of them off."""
    few, everybody = (drawn(start, n, 1).start.astype(np.float64) for n in (300, len(cdnow.summary())))
    error = everybody.std() / np.sqrt(300) * np.sqrt(1 - 300 / len(everybody))
    assert abs(few.mean() - everybody.mean()) < 4 * error


@pytest.mark.parametrize("start", ["customers", "cohort"])
def test_types_and_bounds(start: str):
    people = drawn(start, 20_000, 3)
    for name in ("start", "rate", "dropout", "basket", "last", "spend"):
        assert getattr(people, name).dtype == np.float32
        assert np.isfinite(getattr(people, name)).all()
    assert (people.keys.dtype, people.purchases.dtype, people.source.dtype) == (np.uint64, np.uint16, np.uint8)
    assert people.rate.min() >= np.float32(1e-7)
    assert people.dropout.min() >= np.float32(1e-6)
    assert people.dropout.max() <= np.float32(1 - 1e-6)
    assert people.basket.min() > 0


def test_start_is_one_of_two():
    with pytest.raises(ParameterError, match=r"Population\.start = 'everyone' is not one of customers, cohort: choose"):
        Population(start="everyone")


@pytest.mark.parametrize(
    ("name", "value"), [("size", 0), ("size", 20_000_001), ("size", 1.5), ("calibration_weeks", 0)]
)
def test_population_refuses_values_out_of_range(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"Population\.{name} = {value}"):
        Population(**{name: value})


def test_nobody_cannot_be_simulated():
    with pytest.raises(ParameterError, match="choose 1 or more"):
        new_cohort(BUYING, SPENDING, cdnow.summary(), 0, Chance(1))
