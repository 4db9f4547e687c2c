"""Exit policy: a limit to conceding frees money and costs reputation; without one it costs more than it keeps."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.model import CustomerModel
from sim.network import WattsStrogatz
from sim.people import REASON, REASONS
from sim.service import Service
from strategies import ConcedeAlways, ExitPolicy, Nothing
from tests.sim import worlds
from tests.strategies.pairs import errors, forks, total
from tests.strategies.views import luck, view

ROUGH = Service(failure=0.25, recovery=0.2)  # much to complain about


@cache
def runs() -> list[CustomerModel]:
    """A limit, none, nothing: 2,000 customers who spend 4 a visit and have friends, seed 1, 52 weeks of bad service."""
    people = worlds.met(2_000, rate=2.0, dropout=0.01, basket=4.0)
    exit_policy = ExitPolicy(limit=3, amends=2.0)
    concede = ConcedeAlways(amends=2.0, most=40.0)
    return forks(exit_policy, concede, Nothing(), weeks=52, people=people, service=ROUGH, network=WattsStrogatz())


def test_who_is_let_go_by_hand():
    """Four complaints cost 32, plays have cost 10: let go below 140 of spend at a margin of 30%, not above."""
    crm = {"complaints": [4, 4, 3, 4], "spend": [139, 141, 0, 0], "cost": 10, "known": [1, 1, 1, 0]}
    plan = ExitPolicy().plan(view(4, **crm), luck(4))
    assert plan.dismiss.tolist() == [True, False, False, False]
    assert plan.amends.tolist() == [0, 0, 5, 0]
    assert plan.line == "exit_policy"


def test_conceding_by_hand():
    """5, half of it more for each complaint before, at most 9; 10% off for eight weeks after the latest."""
    crm = {"complaints": [0, 1, 2, 1], "complained": [-1e6, 2, 1, 9], "known": [1, 1, 1, 0]}
    plan = ConcedeAlways(most=9.0).plan(view(4, **crm), luck(4))
    np.testing.assert_allclose(plan.amends, [5, 7.5, 9, 0])
    np.testing.assert_allclose(plan.price, [1, 0.9, 1, 1])
    assert plan.dismiss is None


def test_letting_go_frees_money():
    """Less is spent on complaints and it earns more than conceding without a limit; who is gone costs nothing."""
    fair, concede, _ = runs()
    gone = fair.table[REASON] == REASONS.index("dismissed")
    assert total(fair, "dismissed") == gone.sum() > 20
    assert not fair.customers.get("active")[gone].any()
    assert total(fair, "cost") < 0.8 * total(concede, "cost")
    assert total(fair, "profit") > total(concede, "profit")
    assert total(fair, "cost", 40) < total(fair, "cost", 0, 12)


def test_it_costs_reputation():
    """Side effect: who is let go tells it. The image is lower than without farewells, and friends hear worse things."""
    people = worlds.met(2_000, rate=2.0, dropout=0.01, basket=4.0)
    arms = [ExitPolicy(limit=limit, amends=2.0) for limit in (2, 10_000)]
    strict, never = forks(*arms, weeks=20, people=people, service=ROUGH, network=WattsStrogatz())
    assert total(strict, "dismissed") > 50
    assert total(never, "dismissed") == 0
    assert strict.society.image < never.society.image
    stayed = strict.customers.get("active") & never.customers.get("active")
    assert errors(strict, never, "loyalty", stayed) < -4


def test_conceding_at_any_price_costs_more_than_it_keeps():
    """The pitfall: some stay who would have left, more complain than before, and it earns less than doing nothing."""
    _, concede, control = runs()
    assert total(concede, "left") < total(control, "left")
    assert total(concede, "complained") > 1.2 * total(control, "complained")
    assert errors(concede, control, "claiming") > 4
    assert total(concede, "profit") < total(control, "profit")


@pytest.mark.parametrize(
    ("play", "name", "value"),
    [
        (ExitPolicy, "limit", 0), (ExitPolicy, "margin", 1.5), (ConcedeAlways, "growth", -1.0),
        (ConcedeAlways, "discount", 1.0),
    ],
)  # fmt: skip
def test_bad_values_are_refused(play: type, name: str, value: float):
    with pytest.raises(ParameterError, match=rf"{play.__name__}\.{name}"):
        play(**{name: value})
