"""Rival firms: they answer price cuts and quality, court customers, take those who leave; the pilot's never move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import mesa
import numpy as np
import pytest

from agents import customers as c
from agents.competitors import Competitor, Competitors, RivalFirm
from agents.mind import Mind, NoMind
from agents.theories.loyalty import Integrated
from agents.theories.value import QualityForPrice
from sim.baseline import Standing
from sim.chance import Chance, Draws
from sim.competition import Competition
from sim.errors import ParameterError
from sim.model import CustomerModel
from sim.people import REASON, REASONS, WENT_TO
from sim.plan import Plan
from sim.scenario import USUAL, Alternative, Conditions, Event, Reputation, Scenario
from sim.view import View
from strategies import Nothing, Placebo
from tests.agents.minds import lived, people
from tests.sim import worlds

STILL = Competitor(follow=0.0, match=0.0, campaigns=0.0)
MOVING = Competitor(follow=0.5, quickness=0.5, match=0.2, campaigns=0.0)


@dataclass(frozen=True)
class Cut:
    """A lower price for all."""

    price: float = 0.8

    def plan(self, view: View, draws: Draws) -> Plan:
        return Plan(price=np.full(len(view), self.price, np.float32))


def firm(run: CustomerModel, name: str) -> RivalFirm:
    return next(agent for agent in run.agents if agent.name == name)


def run_of(weeks: int, strategy: Any = None, n: int = 200, **parts: Any) -> CustomerModel:
    run = worlds.model(people=worlds.met(n), strategy=strategy, **parts)
    run.run_for(weeks)
    return run


def lean(poaching: float, competition: float = 1.0) -> Any:
    return Integrated().lean(people(3), Plan(), Conditions(poaching=poaching, competition=competition), Standing())


def test_rivals_are_mesa_agents_of_the_model():
    run = run_of(2, rivals=Competitors())
    assert isinstance(Competitors(), Competition)
    assert [agent.name for agent in run.agents] == ["peer", "premium", "discounter"]
    assert all(isinstance(agent, mesa.Agent) for agent in run.agents)


def test_customers_measure_the_firm_against_the_most_attractive_rival():
    """Three times quality less twice the log price: 1.50, 1.80 - 0.81 and 1.20 + 0.45; ln 1.5 and ln 0.8 by hand."""
    firms = {"plain": replace(STILL, quality=0.5), "dear": replace(STILL, quality=0.6, price=1.5)}
    usual = Competitors({**firms, "cheap": replace(STILL, quality=0.4, price=0.8)}).usual
    assert (usual.quality, usual.price, usual.poaching) == (0.4, 0.8, 0.0)
    attraction = np.array([1.5, 1.8 - 2 * 0.405465, 1.2 + 2 * 0.223144])
    assert usual.shares == pytest.approx(np.exp(attraction) / np.exp(attraction).sum(), rel=1e-5)
    alone = Competitors({"plain": firms["plain"]}).usual
    assert alone == Alternative(quality=0.5, shares=(1.0,))


def test_a_rival_follows_a_price_cut_by_its_share_and_not_a_rise():
    """Half of a cut by 20%, half of the gap each week; the price is seen a week late."""
    rivals = Competitors({"peer": MOVING})
    prices = [firm(run_of(weeks, Cut(0.8), rivals=rivals), "peer").price for weeks in (1, 2, 3)]
    assert prices == pytest.approx([1.0, 0.95, 0.925])
    assert firm(run_of(30, Cut(0.8), rivals=rivals), "peer").price == pytest.approx(0.9, abs=1e-4)
    assert firm(run_of(5, Cut(1.3), rivals=rivals), "peer").price == 1.0


def test_a_rival_catches_up_with_the_public_image_slowly():
    """The firm's image is 0.1 above where it began: a fifth of the gap a week, and never beyond perfect."""
    agent = RivalFirm(mesa.Model(), "peer", MOVING)
    luck = [Chance(1).at(week) for week in range(60)]
    agent.move(1.0, 0.1, luck[0])
    assert agent.quality == pytest.approx(0.65 + 0.2 * 0.1)
    for week in luck[1:]:
        agent.move(1.0, 0.9, week)
    assert agent.quality == pytest.approx(1.0, abs=1e-4)
    worse = RivalFirm(mesa.Model(), "other", MOVING)
    worse.move(1.0, -0.3, luck[0])
    assert worse.quality == 0.65


def test_campaigns_begin_by_chance_last_as_said_and_add_up():
    """26 a year is one week in two: of 2,000 weeks without a campaign half begin one, within 4 standard errors."""
    ways = replace(STILL, campaigns=26.0, campaign=3, poaching=0.4)
    agent = RivalFirm(mesa.Model(), "loud", ways)
    courting = []
    for week in range(2_000):
        agent.move(1.0, 0.0, Chance(1).at(week))
        courting.append(agent.courting)
        assert agent.poaching == (0.4 if agent.courting else 0.0)
    before, after = np.array([0, *courting[:-1]]), np.array(courting)
    assert (after[before > 1] == before[before > 1] - 1).all()
    free = after[before <= 1]
    assert set(free.tolist()) == {0, 3}
    assert abs((free == 3).mean() - 0.5) < 4 * np.sqrt(0.25 / len(free)) + 0.01  # a year has 52.18 weeks
    two = run_of(1, rivals=Competitors({"a": ways, "b": ways}))
    for agent in two.agents:
        agent.courting = 3
    two.step()
    assert two.alternative.poaching == pytest.approx(0.8)


def test_at_the_usual_values_rivals_who_do_not_move_are_an_outside_option_to_the_bit():
    still = run_of(8, rivals=Competitors({"peer": STILL}, competition=1.0))
    plain = run_of(8)
    worlds.assert_equal(worlds.columns_of(still), worlds.columns_of(plain), but=("went_to",))
    worlds.assert_same_books(still, plain)


def test_a_firm_that_enters_later_is_not_there_before():
    rivals = Competitors({"peer": STILL, "new": replace(STILL, quality=0.9, enters=3)})
    run = worlds.model(people=worlds.met(50), rivals=rivals)
    seen = []
    for _ in range(5):
        run.step()
        seen.append((run.conditions.rival, run.conditions.rivals[1] > 0))
    assert seen == [(0.65, False)] * 3 + [(0.9, True)] * 2
    assert rivals.names == ("peer", "new")
    assert rivals.at_rest().names == ("peer",)


def test_at_rest_nobody_ever_moves():
    """What the pilot sees: 30 weeks of a low price and a good image leave everything as it is."""
    rivals = Competitors({"peer": replace(MOVING, campaigns=26.0)}).at_rest()
    run = run_of(30, Cut(0.5), rivals=rivals, reputation=Reputation(start=0.2))
    assert run.alternative == rivals.usual


def test_poaching_drives_out_the_free_and_is_to_blame_for_it():
    usual, courted = lean(0.0), lean(0.4, competition=0.5)
    assert usual.rival is None
    np.testing.assert_allclose(courted.rival, 0.2)
    np.testing.assert_allclose(courted.leave, lean(0.0, competition=0.5).leave + np.float32(0.2), rtol=1e-6)
    np.testing.assert_array_equal(lean(0.4, competition=0.0).leave, lean(0.0, competition=0.0).leave)


def test_a_cheaper_rival_lowers_value_as_much_as_a_dearer_firm():
    """In tanh(net) a rival at half the price is a firm at twice the price."""
    values = {}
    for name, prices in {"rival": {"rival_price": 0.5}, "firm": {"price": 2.0}, "usual": {}}.items():
        rows = people(1, memory=1.0)
        QualityForPrice().worth(rows, lived(1, **prices))
        values[name] = float(rows[c.VALUE][0])
    assert values["rival"] == pytest.approx(values["firm"], rel=1e-5)
    assert values["rival"] < values["usual"] - 0.1


def test_who_leaves_over_a_rival_goes_to_a_named_one():
    """3,000 customers, seed 1, 30 weeks of courting: the peer, more attractive, gets more of them."""
    rivals = Competitors({"peer": STILL, "poor": replace(STILL, quality=0.3)}, competition=1.0)
    run = run_of(30, n=3_000, rivals=rivals, scenario=Scenario({"raid": Event(poaching=1.5)}))
    reason, went = run.table[REASON], run.table[WENT_TO]
    over_a_rival = reason == REASONS.index("rival")
    assert over_a_rival.sum() > 100
    assert set(went[over_a_rival].tolist()) == {1, 2}
    assert not went[np.isin(reason, [REASONS.index("need"), REASONS.index("still here")])].any()
    share, gone = run.conditions.rivals[0], went[went > 0]
    assert abs((gone == 1).mean() - share) < 4 * np.sqrt(share * (1 - share) / len(gone))
    assert share > 0.7


def test_courting_raises_churn_and_a_mind_is_what_it_works_on():
    """2,000 customers, 20 weeks, the same luck; without minds nobody is courted away."""
    raid = Scenario({"raid": Event(poaching=1.0)})
    with_minds, without = (
        [sum(page["left"].sum() for page in run_of(20, n=2_000, mind=mind, scenario=s).ledger.weeks)
         for s in (raid, Scenario())]
        for mind in (Mind(), NoMind())
    )  # fmt: skip
    assert with_minds[0] > 1.3 * with_minds[1]
    assert without[0] == without[1]


def test_all_arms_meet_the_same_rivals_with_the_same_luck():
    """A placebo and a fork differ by nothing; a price cut is answered in its own arm only."""
    rivals = Competitors({"peer": replace(MOVING, campaigns=13.0), "loud": Competitor(campaigns=26.0)})
    scenario = Scenario({"war": Event(start=2, weeks=4, rival_price=-0.2, poaching=0.3)})
    control, placebo, cut = (
        worlds.model(people=worlds.met(300), strategy=play, rivals=rivals, scenario=scenario)
        for play in (Nothing(), Placebo(), Cut())
    )
    for run in (control, placebo, cut):
        run.run_for(6)
    fork = control.fork(Nothing())
    for run in (control, placebo, cut, fork):
        run.run_for(6)
    for twin in (placebo, fork):
        worlds.assert_equal(worlds.columns_of(control), worlds.columns_of(twin), but=("treated",))
        assert twin.alternative == control.alternative
    assert firm(fork, "peer") is not firm(control, "peer")
    assert [a.courting for a in cut.agents] == [a.courting for a in control.agents]
    assert firm(cut, "peer").price < 0.95 < firm(control, "peer").price


@pytest.mark.parametrize(
    ("firms", "mend"),
    [
        ({}, "rivals=monopoly"),
        ({str(i): STILL for i in range(7)}, "1 to 6"),
        ({"late": Competitor(enters=3)}, "enters"),
    ],
)
def test_a_market_without_rivals_or_with_too_many_is_refused(firms: dict[str, Competitor], mend: str):
    with pytest.raises(ParameterError, match=mend):
        Competitors(firms)


def test_usual_conditions_know_no_rival_by_name():
    assert USUAL.rivals == ()
    assert (USUAL.rival_price, USUAL.poaching) == (1.0, 0.0)
