"""Minds live through the worst, the best and the least steady of worlds, and stand still in an ordinary one."""

from __future__ import annotations

import numpy as np
import pytest

from agents import customers as c
from agents.mind import Mind
from agents.segments import Segments
from agents.theories.commitment import InvestmentModel, NoCommitment
from agents.theories.emotion import NoEmotion, PositiveNegative, region
from agents.theories.expectation import AdaptationLevel, Bayesian, Fixed
from agents.theories.loyalty import FourStages, Habitual, RelativeAttitude, SatisfactionLoyalty
from agents.theories.satisfaction import Equity, Kano, PerformanceOnly, ZoneOfTolerance
from agents.theories.trust import BetaEvidence, NoTrust
from agents.theories.value import EquityDrivers, NoValue
from sim.behaviour import Behaviour, Contractual
from sim.network import WattsStrogatz
from sim.scenario import Event, Scenario
from sim.service import Service
from tests.agents.minds import acts, columns, heard, in_range, lived, people
from tests.sim import worlds

MINDS = {
    "integrated": Mind(),
    "relative": Mind(
        AdaptationLevel(), ZoneOfTolerance(), PositiveNegative(), BetaEvidence(), EquityDrivers(), InvestmentModel(),
        RelativeAttitude(),
    ),
    "staged": Mind(Bayesian(), Kano(), intention=FourStages()),
    "habitual": Mind(Fixed(), Equity(), NoEmotion(), NoTrust(), NoValue(), NoCommitment(), Habitual()),
    "performance": Mind(Fixed(), PerformanceOnly(), intention=SatisfactionLoyalty()),
}  # fmt: skip
SERVICES = {
    "worst": Service(technical=0, functional=0, failure=1, severity=1, promise=1, recovery=0, staff_mood=-1),
    "best": Service(technical=1, functional=1, failure=0, promise=0, staff_mood=1),
    "unsteady": Service(technical=0.5, functional=0.5, spread=0.5, failure=0.5, severity=1),
}
MARKETS = {"purchases": worlds.LIVELY, "contract": Contractual(period=4)}
TURMOIL = Scenario({"price": Event(start=10, weeks=30, price=3.0), "rival": Event(start=20, ramp=20, rival=1.0)})


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
@pytest.mark.parametrize(
    ("name", "market"),
    list(zip(MINDS, [*MARKETS.values()] * 3, strict=False)),
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_nothing_breaks_in_80_extreme_weeks(name: str, market: Behaviour, service: Service):
    """150 customers who hardly ever leave, talk to each other, and see a price of four times the usual and a rival."""
    drawn = worlds.newcomers(150, behaviour=market, start=0.5, rate=2.0, dropout=1e-5)
    world = {"behaviour": market, "service": service, "network": WattsStrogatz(), "scenario": TURMOIL}
    run = worlds.model(people=drawn, mind=MINDS[name], **world)
    run.run_for(80)
    rows = run.table.block(0, 150)
    assert all(in_range(rows, column) for column in c.STATE)
    assert rows[c.HEARD].any()
    for column in ("rate", "strain", "patience"):
        assert np.isfinite(run.customers.get(column)).all()
    assert np.isfinite(np.array(run.recorder.weeks)).all()
    assert run.table[worlds.KEY][:150].tolist() == list(range(150))


@pytest.mark.parametrize("name", MINDS)
@pytest.mark.parametrize("end", ["low", "high"])
def test_extreme_customers_survive_extreme_encounters(name: str, end: str):
    """Every trait and state at either end of its range, 100 encounters, talks and acts at the ends of theirs."""
    values = {column.name: getattr(column, end) for column in (*c.TRAITS, *c.STATE)}
    mind, rows = MINDS[name], people(2, **(values | {"experience": 1.0}))
    for at in range(100):
        extreme = {
            "technical": at % 2,
            "functional": at % 2,
            "failure": 1,
            "recovery": at % 3 == 0,
            "moment": at % 5 - 2,
        }
        seen = {"fit": -1, "intrusion": 1, "reward": 9, "effort": 20, "price": 0.1 + 9 * (at % 4), "rival": at % 2}
        mind.appraise(rows, lived(2, **extreme, **seen))
        mind.acted(rows, acts(2, bought=at % 2, complained=True))
        mind.settle(rows)
        mind.hear(rows, heard(2, tellers=50, quality=at % 2, attitude=at % 3 - 1, feeling=at % 3 - 1, leavers=20))
    assert all(in_range(rows, column) for column in c.STATE)


@pytest.mark.parametrize("name", MINDS)
def test_a_mind_writes_its_columns_only(name: str):
    rows = people(4)
    before = columns(rows)
    MINDS[name].appraise(rows, lived(4, technical=[0, 0.3, 0.7, 1], failure=[1, 0, 0, 0]))
    after = columns(rows)
    assert all((after[trait.name] == before[trait.name]).all() for trait in c.TRAITS)
    assert any((after[state.name] != before[state.name]).any() for state in c.STATE)


def test_feelings_of_a_lively_crowd_have_all_four_names():
    """Seed 1, 2,000 customers, 12 weeks."""
    run = worlds.model(2_000, service=Service(failure=0.2))
    run.run_for(12)
    names = region(run.customers.get("valence"), run.customers.get("arousal"))
    assert set(names) == {"delight", "contentment", "disappointment", "anger"}


def test_the_warm_up_leaves_a_population_that_stands_still():
    """Seed 1, 5,000 customers: expectation near what is delivered; satisfaction moves little in 20 more weeks."""
    run = worlds.model(people=worlds.met(5_000, dropout=1e-6), warm_up=12, cast=Segments())
    assert run.customers.agg("expect_technical", np.mean) == pytest.approx(0.69, abs=0.02)
    before = run.customers.agg("satisfaction", np.mean)
    run.run_for(20)
    assert abs(run.customers.agg("satisfaction", np.mean) - before) < 0.02
