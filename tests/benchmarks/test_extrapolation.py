"""What a large study would take: what binds is named, and nothing is promised that a replication cannot keep."""

from __future__ import annotations

from benchmarks.extrapolation import Cost, Machine, expected

COST = Cost(start=1e-6, week=1e-7, memory=1_000, base=2e8)
SIZE = {"customers": 10_000_000, "arms": 20, "replications": 100, "weeks": 52}


def test_machines_help_until_every_replication_has_a_worker():
    found = {n: expected(COST, **SIZE, machines=n, machine=Machine()) for n in (1, 10, 100)}
    assert [found[n].limit for n in found] == ["memory", "memory", "replications"]
    assert [found[n].busy for n in found] == [5, 50, 100]
    assert found[1].hours == 20 * COST.seconds(10_000_000, 20, 52) / 3600
    assert found[1].hours > found[10].hours > found[100].hours
    assert found[100].hours == COST.seconds(10_000_000, 20, 52) / 3600
    assert found[100].machine_hours > found[10].machine_hours  # paid for, not used


def test_a_worker_that_fits_nowhere_is_said():
    found = expected(COST, **SIZE, machines=3, machine=Machine(memory=5e9))
    assert found.busy == 0
    assert "memory" in found.limit
