"""Where leavers go, what rivals see of a price, and one outside option that never moves."""

from __future__ import annotations

import numpy as np
import pytest

from sim.chance import Chance, Draws
from sim.competition import Competition, chances, gone_to, price_seen
from sim.people import REASONS
from sim.scenario import Alternative, Rivals
from tests.sim import worlds

N = 20_000


def draws() -> Draws:
    """Seed 2."""
    return Chance(2).at(0).rows(np.arange(N, dtype=np.uint64))


def to(reason: str, shares: tuple[float, ...], left: bool = True) -> np.ndarray:
    """Where 20,000 go who left for this reason."""
    return gone_to(np.full(N, REASONS.index(reason), np.uint8), np.full(N, left), shares, draws())


@pytest.mark.parametrize("reason", ["service", "price", "contact", "rival"])
def test_who_leaves_for_another_firm_chooses_by_the_shares(reason: str):
    """20,000 leavers, each share within 4 standard errors."""
    went = to(reason, (0.5, 0.2, 0.3))
    for number, share in enumerate((0.5, 0.2, 0.3), 1):
        assert abs((went == number).mean() - share) < 4 * np.sqrt(share * (1 - share) / N)
    assert (went > 0).all()


@pytest.mark.parametrize("reason", ["still here", "need", "dismissed"])
def test_who_has_no_need_or_was_let_go_goes_to_nobody(reason: str):
    assert not to(reason, (0.5, 0.5)).any()


def test_nobody_goes_who_stays_and_nobody_has_where_to_go_without_rivals():
    assert not to("rival", (0.5, 0.5), left=False).any()
    assert not to("rival", ()).any()


def test_a_rival_that_is_not_there_gets_nobody():
    assert set(to("rival", chances(np.array([1.0, -np.inf, 1.0])))) == {1, 3}


def test_chances_are_a_logit():
    assert chances(np.array([0.0, np.log(3.0)])) == pytest.approx((0.25, 0.75))
    assert chances(np.array([1_000.0, 1_000.0])) == pytest.approx((0.5, 0.5))


def test_rivals_see_the_mean_price_of_customers():
    known = np.array([True, True, False])
    assert price_seen(np.array([0.8, 1.0, 9.0], np.float32), 1.1, known) == pytest.approx(0.99)
    assert price_seen(None, 1.1, known) == 1.1
    assert price_seen(np.ones(3, np.float32), 1.0, ~known & False) == 1.0


def test_one_outside_option_is_the_same_every_week():
    rivals = Rivals(quality=0.6, competition=0.5)
    assert isinstance(rivals, Competition)
    assert rivals.at_rest() is rivals
    assert rivals.usual == Alternative(quality=0.6)
    run = worlds.model(200, rivals=rivals)
    run.run_for(3)
    assert run.alternative == rivals.usual
    assert (run.conditions.rival, run.conditions.competition, run.conditions.rival_price) == (0.6, 0.5, 1.0)
    assert len(run.agents) == 0
