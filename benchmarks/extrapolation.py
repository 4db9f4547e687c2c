"""From what one core was measured to do: what a large study would take on several machines."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What a replication costs on one core.

    Attributes:
        start: seconds per customer before the fork: customers are drawn, minds warmed up.
        week: seconds per customer, week and arm.
        memory: bytes per customer at the peak.
        base: bytes of a worker that has done nothing yet.
    """

    start: float
    week: float
    memory: float
    base: float

    def seconds(self, customers: int, arms: int, weeks: int) -> float:
        """One replication."""
        return customers * (self.start + self.week * arms * weeks)

    def bytes(self, customers: int) -> float:
        """What a worker takes at the peak; arms are run one after the other."""
        return self.base + customers * self.memory


@dataclass(frozen=True)
class Machine:
    """What is rented.

    Attributes:
        cores: that do work of their own.
        memory: bytes.
    """

    cores: int = 16
    memory: float = 64e9

    def workers(self, need: float) -> int:
        """How many fit, if a tenth of the memory is left to others; none if one is too large already."""
        return min(self.cores, int(0.9 * self.memory // need))


@dataclass(frozen=True)
class Expected:
    """A study on several machines.

    Attributes:
        busy: workers that have something to do; a replication is not divided.
        limit: what keeps the others idle.
        hours: until it is done.
        machine_hours: that are paid for.
    """

    busy: int
    limit: str
    hours: float
    machine_hours: float


def expected(
    cost: Cost, customers: int, arms: int, replications: int, weeks: int, machines: int, machine: Machine
) -> Expected:
    """How long it takes and what is paid for.

    >>> one = Cost(start=0, week=1e-6, memory=100, base=0)
    >>> expected(one, 10_000_000, 4, 100, 90, machines=1, machine=Machine(cores=10))
    Expected(busy=10, limit='cores', hours=10.0, machine_hours=10.0)
    """
    fit = machine.workers(cost.bytes(customers))
    busy = min(machines * fit, replications)
    if not busy:
        return Expected(0, "memory: not even one worker fits", math.inf, math.inf)
    limit = "replications" if replications < machines * fit else "memory" if fit < machine.cores else "cores"
    hours = math.ceil(replications / busy) * cost.seconds(customers, arms, weeks) / 3600
    return Expected(busy, limit, hours, machines * hours)
