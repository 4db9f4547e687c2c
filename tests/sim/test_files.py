"""What a customer's file says of voices, channels, contacts, farewells and returns, and when each was."""

from __future__ import annotations

import numpy as np

from agents.customers import DIGITAL
from sim.behaviour import Contractual
from sim.people import LEFT
from sim.records import (
    ANSWER,
    ANSWERED,
    CHANNEL,
    COMPLAINED,
    COMPLAINTS,
    CONTACTED_AT,
    CONTACTS,
    COST,
    GONE,
    KNOWN,
    OPTED_OUT,
    PURCHASES,
    RETURNED,
    Survey,
)  # fmt: skip
from sim.service import Service
from tests.sim import worlds


def test_voices_and_channels_are_dated():
    """Seed 1, 500 customers, 15 weeks: complaints and answers bear their week; who has bought used a channel."""
    run = worlds.model(people=worlds.met(500), service=Service(failure=0.5), survey=Survey(share=1.0))
    complained, answered = np.full(500, -1e6), np.full(500, -1e6)
    for week in range(15):
        before = run.records.crm[COMPLAINTS].copy()
        run.records.crm[ANSWER][:] = -1
        run.step()
        complained[run.records.crm[COMPLAINTS] > before] = week
        answered[run.records.crm[ANSWER] >= 0] = week
    crm = run.records.crm
    np.testing.assert_array_equal(crm[COMPLAINED], complained)
    np.testing.assert_array_equal(crm[ANSWERED], answered)
    assert complained.max() > 0
    np.testing.assert_array_equal(crm[CHANNEL] > 0, crm[PURCHASES] > 1)
    assert set(crm[CHANNEL].tolist()) == {0, 1, 2}
    np.testing.assert_array_equal(crm[GONE], np.full(500, np.nan))  # without a contract nobody is seen to leave


def test_channels_are_used_as_preferred():
    """Seed 1, 4,000 customers who prefer digital by 0.2: so many of the last channels, within 4 standard errors."""
    run = worlds.model(people=worlds.met(4_000, rate=5.0, dropout=1e-6))
    run.table[DIGITAL][:] = 0.2
    run.step()
    used = run.records.crm[CHANNEL]
    used = used[used > 0]
    assert abs((used == 2).mean() - 0.2) < 4 * np.sqrt(0.16 / len(used))


def test_a_contract_that_ends_is_dated_to_the_moment():
    market = Contractual(period=3, alpha=1, beta=1)
    run = worlds.model(400, behaviour=market)
    run.run_for(10)
    left = run.table[LEFT]
    assert 50 < np.isfinite(left).sum() < 400
    np.testing.assert_array_equal(run.records.crm[GONE], left)


def test_the_file_of_contacts_farewells_and_returns_by_hand():
    records, none = worlds.model(people=worlds.met(4)).records, np.zeros(2, np.bool_)
    records.contact(np.array([0, 2]), np.array([1, 2], np.float32), 3, np.array([False, True]))
    records.contact(np.array([2, 3]), np.array([0.5, 1], np.float32), 5, none)
    records.dismiss(np.array([1, 3]), 6)
    records.dismiss(np.array([1]), 8)  # who is gone cannot be let go again
    crm = records.crm
    crm[PURCHASES][0] = 0
    records.dismiss(np.array([0]), 8)  # nor who has not bought anything yet
    assert crm[CONTACTS].tolist() == [1, 0, 2.5, 1]
    assert crm[CONTACTED_AT].tolist() == [3, -1e6, 5, 5]
    assert crm[OPTED_OUT].tolist() == [False, False, True, False]
    assert crm[KNOWN].tolist() == [True, False, True, False]
    assert crm[GONE][[1, 3]].tolist() == [6, 6]
    records.welcome(np.array([3]), np.array([4], np.float32))
    assert crm[KNOWN].tolist() == [True, False, True, True]
    assert np.isnan(crm[GONE][[0, 2, 3]]).all()
    assert crm[RETURNED].tolist() == [0, 0, 0, 1]
    assert crm[COST].tolist() == [0, 0, 0, 4]
