"""A Mesa user is at home: CustomerModel is a mesa.Model and answers what a mesa.Model answers."""

from __future__ import annotations

import warnings

import mesa
import numpy as np
import pandas as pd
import pytest

from agents.metrics import MIND
from agents.mind import NoMind
from sim.metrics import FLOWS
from sim.model import CustomerModel
from strategies import OverDelivery, RewardProgram
from tests.sim import worlds


@pytest.fixture
def run() -> CustomerModel:
    made = worlds.model(300, OverDelivery())
    made.run_for(6)
    return made


def test_it_is_a_mesa_model(run: CustomerModel):
    assert isinstance(run, mesa.Model)
    assert isinstance(run.datacollector, mesa.DataCollector)
    assert isinstance(run.rng, np.random.Generator)
    assert run.running


def test_time_is_mesas(run: CustomerModel):
    assert (run.steps, run.time, run.week) == (6, 6.0, 6)
    run.step()
    assert (run.steps, run.time, run.week) == (7, 7.0, 7)
    run.run_until(10)
    assert (run.steps, run.time, run.week) == (10, 10.0, 10)


def test_running_week_by_week_is_running_at_once(run: CustomerModel):
    other = worlds.model(300, OverDelivery())
    for _ in range(6):
        other.step()
    worlds.assert_same_run(run, other)


def test_a_user_may_schedule_with_mesa(run: CustomerModel):
    seen: list[int] = []

    def look() -> None:
        seen.append(run.week)

    run.schedule_event(look, at=8.5)
    run.run_for(4)
    assert seen == [8]


def test_agents_is_mesas_own_set(run: CustomerModel):
    assert isinstance(run.agents, type(mesa.Model().agents))
    assert len(run.agents) == 0

    class Clerk(mesa.Agent):
        pass

    clerk = Clerk(run)
    assert list(run.agents) == [clerk]
    assert len(run.customers) == 300
    run.step()
    with pytest.raises(AttributeError, match=r"model\.agents"):
        run.agents = []


def test_the_frame_has_every_weekly_metric(run: CustomerModel):
    frame = run.datacollector.get_model_vars_dataframe()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == [metric.name for metric in (*FLOWS, *MIND)]
    assert len(frame) == 6
    assert frame.notna().all().all()
    assert list(worlds.model(5, mind=NoMind()).datacollector.model_reporters) == [metric.name for metric in FLOWS]


def test_the_frame_agrees_with_recorder_and_ledger(run: CustomerModel):
    frame = run.datacollector.get_model_vars_dataframe()
    for week in range(6):
        for metric in MIND:
            assert frame[metric.name][week] == run.recorder.value(metric.name, week)
        for metric in FLOWS[1:]:
            assert frame[metric.name][week] == run.ledger.value(metric.name, run.world.accounts, week)
        assert frame["active"][week] == run.recorder.value("active", week)


def test_the_last_row_is_what_the_customers_say(run: CustomerModel):
    """300 customers: means over those who are active, to float32 rounding."""
    last = run.datacollector.get_model_vars_dataframe().iloc[-1]
    active = run.customers.select(run.customers.get("active"))
    assert last["active"] == len(active)
    assert last["satisfaction"] == pytest.approx(active.agg("satisfaction", np.mean), rel=1e-5)
    trust = np.mean([active.agg(facet, np.mean) for facet in ("competence", "benevolence", "integrity")])
    assert last["trust"] == pytest.approx(trust, rel=1e-5)


def test_flows_add_up(run: CustomerModel):
    frame = run.datacollector.get_model_vars_dataframe()
    crm = run.customers
    assert frame["purchases"].sum() == crm.agg("purchases", np.sum)
    assert frame["revenue"].sum() == pytest.approx(crm.agg("spend", np.sum), rel=1e-5)
    assert 300 - frame["left"].cumsum().iloc[-1] == frame["active"].iloc[-1]
    np.testing.assert_allclose(frame["profit"], frame["margin"] - frame["cost"])


def test_segments_are_recorded(run: CustomerModel):
    heads = run.recorder.by_segment("active")
    assert len(heads) == 4
    assert heads[:3].sum() == heads[3]
    for number, group in run.customers.select(run.customers.get("active")).groupby("segment"):
        assert heads[number] == len(group)
        assert run.recorder.by_segment("loyalty")[number] == pytest.approx(group.agg("loyalty", np.mean), abs=1e-5)


def test_nobody_at_all_can_be_simulated():
    empty = worlds.model(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        empty.run_for(3)
        empty.fork(OverDelivery()).run_for(2)
    frame = empty.datacollector.get_model_vars_dataframe()
    assert (frame["active"] == 0).all()
    assert frame["satisfaction"].isna().all()
    assert len(empty.customers) == 0


def test_everybody_gone_can_be_simulated():
    run = worlds.model(people=worlds.met(50, active=False))
    run.run_for(3)
    assert run.recorder.value("active") == 0
    assert np.isnan(run.recorder.value("trust"))
    assert run.ledger.value("purchases", run.world.accounts) == 0


def test_zero_weeks_pass_quietly():
    worlds.model(5).run_for(0)


def test_the_frame_agrees_with_the_ledger_after_closing():
    run = worlds.model(people=worlds.met(300), strategy=RewardProgram())
    run.run_for(10)
    run.close("reward_program")
    cost = run.datacollector.get_model_vars_dataframe()["cost"]
    assert cost.iloc[-1] == run.ledger.value("cost", run.world.accounts)


def test_a_negative_time_is_refused():
    with pytest.raises(ValueError, match="backwards"):
        worlds.model(5).run_for(-3)
