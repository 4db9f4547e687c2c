"""Everybody has one label at any week, and each label means what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.classification import CLASSIFICATIONS, Standpoint, classify
from agents.customers import STATE, TRAITS
from agents.mind import Mind, NoMind
from agents.theories.loyalty import Integrated
from experiments.kinds import names_of, standpoint_of
from sim.baseline import Baseline, Standing
from sim.behaviour import Contractual
from sim.people import LEFT, PEOPLE
from sim.records import CRM
from sim.scenario import Conditions, Event, Scenario
from sim.table import Block, Column, Table
from strategies import OverDelivery, RewardProgram
from tests.sim.worlds import model

FOND = {"loyalty": 1.0}
COLD = {"loyalty": -0.2}
BUYS = {"active": True, "purchases": 5, "last": 9.0, "rate": 0.1}
SILENT = {"active": True, "purchases": 5, "last": -30.0, "rate": 0.1}


def rows(columns: tuple[Column[Any], ...], n: int, values: dict[str, Any]) -> Block:
    table = Table(columns, n)
    for column in columns:
        if column.name in values:
            table[column] = np.broadcast_to(np.asarray(values[column.name], column.dtype), n).copy()
    return table.block(0, n)


def standpoint(n: int = 1, contract: bool = False, **values: Any) -> Standpoint:
    """n customers in week 10, with values by column name, `price` and `competition` besides."""
    conditions = Conditions(price=values.pop("price", 1.0), competition=values.pop("competition", 1.0))
    values = {"purchases": 1, "known": True} | values
    people, crm = rows((*PEOPLE, *TRAITS, *STATE), n, values), rows(CRM, n, values)
    return Standpoint(people, crm, 10, conditions, Standing(0.0, 1.0), 0.66, contract)


def label(classification: str, **values: Any) -> str:
    at = standpoint(**values)
    return str(names_of(classification, classify(at)[classification])[0])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"active": False, "left": 3.0}, "gone"),
        ({**BUYS, **FOND}, "super-value"),
        ({**SILENT, **FOND}, "latent"),
        ({**BUYS, **FOND, "competition": 0.0}, "monopoly"),
        ({**BUYS, **COLD, "member": True, "points": 20.0, "reward_appeal": 0.8}, "incentive"),
        ({**BUYS, **COLD, "price_sensitivity": 1.8}, "price"),
        ({**BUYS, **COLD, "price_sensitivity": 1.8, "price": 1.2}, "inertia"),
        ({**BUYS, **COLD, "variety": 0.1}, "convenience"),
        ({**BUYS, **COLD, "variety": 0.1, "satisfaction": -0.3}, "inertia"),
        ({**SILENT, **COLD}, "none"),
    ],
)
def test_loyalty_types(values: dict[str, Any], kind: str) -> None:
    assert label("loyalty type", **values) == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"active": False, "left": 3.0}, "lapsed"),
        ({"active": False, "left": np.nan}, "not yet"),
        ({**BUYS, "purchases": 2}, "acquaintance"),
        (BUYS, "stable"),
        ({**BUYS, **FOND, "engagement": 0.4}, "advocate"),
        ({**BUYS, **FOND, "engagement": 0.05}, "stable"),
        ({**BUYS, "purchases": 2, "returns": 1}, "won back"),
        ({**SILENT, "returns": 1}, "at risk"),
        (SILENT, "at risk"),
        ({**BUYS, "loyalty": -1.5}, "at risk"),
    ],
)
def test_life_stages(values: dict[str, Any], kind: str) -> None:
    assert label("life-cycle stage", **values) == kind


@pytest.mark.parametrize(
    ("satisfaction", "loyalty", "competition", "kind"),
    [
        (0.3, 0.5, 1.0, "apostle"),
        (0.3, -0.5, 1.0, "mercenary"),
        (-0.3, 0.5, 1.0, "hostage"),
        (-0.3, -0.5, 0.1, "hostage"),
        (-0.3, -0.5, 1.0, "terrorist"),
    ],
)
def test_satisfaction_by_loyalty(satisfaction: float, loyalty: float, competition: float, kind: str) -> None:
    values = {**BUYS, "satisfaction": satisfaction, "loyalty": loyalty, "competition": competition}
    assert label("satisfaction and loyalty", **values) == kind


@pytest.mark.parametrize(
    ("product", "service", "kind"),
    [(0.7, 0.7, "loyal"), (0.7, 0.5, "easily poached"), (0.5, 0.7, "still hopeful"), (0.5, 0.5, "destructive")],
)
def test_product_by_service(product: float, service: float, kind: str) -> None:
    assert label("product and service", **BUYS, perceived_technical=product, perceived_functional=service) == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({**BUYS, **FOND}, "loyalty"),
        ({**SILENT, **FOND}, "latent loyalty"),
        ({**BUYS, **COLD}, "spurious loyalty"),
        ({**SILENT, **COLD}, "no loyalty"),
    ],
)
def test_attitude_by_patronage(values: dict[str, Any], kind: str) -> None:
    assert label("attitude and patronage", **values) == kind


def test_under_contract_patronage_lasts_until_it_ends() -> None:
    assert label("loyalty type", contract=True, **SILENT, **FOND) == "super-value"


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_everybody_has_one_label_whatever_the_state(seed: int) -> None:
    rng, n = np.random.default_rng(seed), 30
    values: dict[str, Any] = {
        column.name: column.low + rng.random(n) * (min(column.high, 10) - column.low) for column in (*TRAITS, *STATE)
    }
    values |= {"active": rng.random(n) < 0.7, "left": np.where(rng.random(n) < 0.5, np.nan, 3.0)}
    values |= {"purchases": rng.integers(0, 9, n), "last": rng.uniform(-50, 10, n), "rate": rng.exponential(0.1, n)}
    labels = classify(standpoint(n, **values, competition=float(rng.random())))
    assert set(labels) == set(CLASSIFICATIONS)
    for name, found in labels.items():
        assert found.shape == (n,)
        assert found.max() < len(CLASSIFICATIONS[name])


def test_a_model_can_be_classified_at_any_week() -> None:
    run = model(300)
    for _ in range(3):
        labels = classify(standpoint_of(run))
        assert all(len(found) == 300 for found in labels.values())
        run.step()
    with pytest.raises(TypeError, match="NoMind has no attitude"):
        standpoint_of(model(5, mind=NoMind()))


def anchored(**parts: Any) -> Baseline:
    """Where 5,000 such customers stand before anything happens; no shifts."""
    run = model(5_000, **parts)
    index = run.mind.loyalty(run.table.block(0, 5_000))
    return replace(Baseline.none(), center=float(index.mean()), spread=float(index.std()))


def test_over_delivery_makes_more_super_value_loyalty() -> None:
    def share(run: Any) -> float:
        run.run_for(10)
        return float((names_of("loyalty type", classify(standpoint_of(run))["loyalty type"]) == "super-value").mean())

    assert share(model(800, OverDelivery(lift=0.2), baseline=anchored())) > share(model(800, baseline=anchored())) + 0.1


@pytest.mark.slow
def test_each_kind_of_loyalty_reacts_in_its_own_way() -> None:
    """More leavers, in points, within 20 weeks after rivals improve, prices rise, rewards stop; by kind before it.

    The reward is far, so that nobody's card is empty, and holds five times as hard as by default, or its end would be
    lost in the noise of 8,000 customers a kind.
    """
    market = Contractual(alpha=2.0, beta=40.0, period=4, uses_mean=1.0)
    parts = {"behaviour": market, "warm_up": 8, "mind": Mind(intention=Integrated(stake=1.5))}
    parts["baseline"] = anchored(**parts)

    def lives(scenario: Scenario, stops: int = 10_000) -> tuple[Any, Any]:
        program = RewardProgram(points=1.0, threshold=1_000.0, take_up=1.0, tier_at=1e9, weeks=stops)
        run = model(40_000, program, scenario=scenario, **parts)
        run.run_for(12)
        kinds = names_of("loyalty type", classify(standpoint_of(run))["loyalty type"])
        run.run_for(20)
        return kinds, np.isnan(run.table[LEFT])

    kinds, stayed = lives(Scenario())

    def lost(found: tuple[Any, Any]) -> dict[str, float]:
        here = {kind: kinds == kind for kind in ("incentive", "price", "super-value", "inertia")}
        return {kind: 100 * float(stayed[who].mean() - found[1][who].mean()) for kind, who in here.items()}

    dearer = lost(lives(Scenario({"rise": Event(start=12, price=0.2)})))
    unrewarded = lost(lives(Scenario(), stops=12))
    outdone = lost(lives(Scenario({"rival": Event(start=12, rival=0.25)})))
    assert dearer["price"] > 1.5 * dearer["super-value"] > 0
    assert unrewarded["incentive"] > unrewarded["inertia"] + 0.3
    assert min(outdone.values()) > 0
