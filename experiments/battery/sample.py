"""Who is invited to the laboratory, and what happens to them there whatever their mind makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from agents.segments import Segments
from sim.behaviour import Contractual
from sim.chance import F32, Chance, Draws, Index
from sim.exchange import Encounters
from sim.people import ACTIVE, BASKET, DROPOUT, INITIAL, KEY, PATIENCE, PEOPLE, RATE, START, Newcomers
from sim.plan import Plan
from sim.scenario import USUAL, Conditions
from sim.service import Service
from sim.table import Rows, Table
from sim.world import Cast

CUSTOMERS = 1_200  # in one replication of a fact


@dataclass(frozen=True, eq=False)
class Script:
    """What an experimenter does to an encounter; arrays are of everybody in the room [N], None is "as usual".

    Attributes:
        rows: places of those who come.
        lift: of both dimensions of quality.
        functional: of functional quality, beside `lift`.
        severity: of a failure that is made to happen, 0 for none.
        recovery: how well that failure is put right.
    """

    rows: Index
    lift: F32 | None = None
    functional: F32 | None = None
    severity: F32 | None = None
    recovery: F32 | None = None

    @property
    def key(self) -> tuple[bytes | None, ...]:
        """The same for equal scripts, and for no others."""
        return tuple(None if part is None else part.tobytes() for part in vars(self).values())

    @property
    def plan(self) -> Plan:
        """The lifts, as the firm's plan for those who come."""
        parts = [part for part in (self.lift, self.functional) if part is not None]
        manner = sum(parts[1:], parts[0]) if parts else None
        return Plan(technical=self.lift, functional=manner).some(self.rows)


class Sample:
    """Who is invited, and what happens to them: the same for every mind.

    Encounters are made once and kept: they depend on luck and script alone, never on a mind.

    Args:
        seed: all luck of this replication.
        customers: how many are invited.
        cast: writes segments and traits.
        service: the firm.
        usual: what holds in ordinary times.
    """

    def __init__(
        self, seed: int, customers: int = CUSTOMERS, cast: Cast | None = None, service: Service | None = None,
        usual: Conditions = USUAL,
    ) -> None:  # fmt: skip
        self.chance, self.customers = Chance(seed), customers
        self.cast, self.service, self.usual = cast or Segments(), service or Service(), usual
        self.table = Table((*PEOPLE, *self.cast.columns), customers)
        self._life = self.chance.life()
        self._kept: dict[Any, Encounters] = {}
        self._luck: dict[Any, F32] = {}
        self.newcomers = self._invited()  # as the engine would take them in
        people = self.table.block(0, customers)
        people[KEY], people[START], people[ACTIVE] = self.newcomers.keys, self.newcomers.start, self.newcomers.active
        people[RATE], people[DROPOUT] = self.newcomers.rate, self.newcomers.dropout
        people[BASKET] = self.newcomers.basket
        draws = self._life.rows(people[KEY])
        people[PATIENCE] = draws.exponential("patience")
        self.cast.enter(people, draws.named("cast"))

    def _invited(self) -> Newcomers:
        """Customers of the default contractual market: how often they use the service, how they would leave."""
        keys = np.arange(self.customers, dtype=np.uint64)
        start, luck = np.zeros(self.customers, np.float32), self._life.rows(keys).named("initial")
        drawn = Contractual().newcomers(keys, start, INITIAL, luck)
        return replace(drawn, active=np.ones(len(keys), np.bool_), purchases=np.ones(len(keys), np.uint16))

    def ordinary(self, number: int) -> Encounters:
        """The encounter with this number of an ordinary warm-up, as the engine has it [N]."""
        if number not in self._kept:
            people = self.table.block(0, self.customers)
            draws = self._life.rows(people[KEY]).named(f"warm-up {number}")
            self._kept[number] = self.service.deliver(people, Plan(), draws, self.usual)
        return self._kept[number]

    def delivered(self, guests: Rows, script: Script, luck: Draws, holds: Conditions, address: str) -> Encounters:
        """What those who come live [E], by the firm's usual luck and the experimenter's script."""
        key = (address, holds, script.key)
        if key not in self._kept:
            calm = holds if script.severity is None else replace(holds, failure=-1.0)  # failures come by script alone
            lived = self.service.deliver(guests, script.plan, luck, calm)
            self._kept[key] = lived if script.severity is None else _failing(lived, script)
        return self._kept[key]

    def base_chance(self, mean: float) -> F32:
        """Chances of leaving by nature [N]: Beta about a mean, as polarised as the default contractual market's."""
        market = Contractual()
        total = market.alpha + market.beta
        return self.luck(("base", mean), lambda: _clipped(betaincinv(mean * total, (1 - mean) * total, self._fate())))

    def yearly_chance(self, parts: int) -> F32:
        """The same in the default contractual market, whose yearly chance is spread evenly over parts of a year [N]."""
        market = Contractual()

        def make() -> F32:
            return _clipped(1 - (1 - betaincinv(market.alpha, market.beta, self._fate())) ** (1 / parts))

        return self.luck(("yearly", parts), make)

    def luck(self, address: Any, make: Callable[[], F32]) -> F32:
        """Numbers that depend on luck alone, made when they are first asked for; not to be written to."""
        if address not in self._luck:
            self._luck[address] = make()
        return self._luck[address]

    def _fate(self) -> NDArray[np.float64]:
        """Where each customer's own chance of leaving lies in its distribution [N]."""
        return self._life.rows(self.table[KEY]).lasting("base chance").astype(np.float64)


def _clipped(chance: NDArray[np.float64]) -> F32:
    return np.clip(chance, 1e-6, 1 - 1e-6).astype(np.float32)


def _failing(lived: Encounters, script: Script) -> Encounters:
    """The same encounters with the failures of a script, put right as the script has it [E]."""
    assert script.severity is not None
    severity = script.severity.take(script.rows)
    recovery = None if script.recovery is None else script.recovery.take(script.rows) * (severity > 0)
    technical = np.clip(lived.technical - severity, 0, 1)
    return replace(lived, technical=technical, failure=severity, recovery=recovery)
