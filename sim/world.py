"""What stays the same in all arms of a study, and what the stage asks of those who act on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from sim.behaviour import Behaviour, NonContractual
from sim.chance import F32, Draws
from sim.exchange import Encounters, Leanings, Plan, View
from sim.ledger import Accounts
from sim.market import Arrivals
from sim.metrics import Metric
from sim.records import Survey
from sim.service import Service
from sim.table import Column, Rows


@runtime_checkable
class Mind(Protocol):
    """What the stage asks of a customer's mind; it draws nothing and writes only the columns it declares."""

    @property
    def columns(self) -> tuple[Column[Any], ...]: ...
    @property
    def metrics(self) -> tuple[Metric, ...]: ...
    def appraise(self, people: Rows, lived: Encounters) -> None: ...  # [E], those who lived something
    def settle(self, people: Rows) -> None: ...  # [N], a week passes
    def wish(self, people: Rows, plan: Plan) -> F32 | None: ...  # [N], shift of the log rate; None is zero
    def lean(self, people: Rows, plan: Plan) -> Leanings: ...  # [E], those with an occasion to act
    def loyalty(self, people: Rows) -> F32: ...  # [N], the index that the baseline standardises
    def anchored(self, center: float, spread: float) -> Mind: ...  # the same mind, measuring from there


@runtime_checkable
class Strategy(Protocol):
    """What the stage asks of a firm's play."""

    def plan(self, view: View, draws: Draws) -> Plan: ...


@runtime_checkable
class Cast(Protocol):
    """Who walks in: writes segment and traits of new rows."""

    @property
    def columns(self) -> tuple[Column[Any], ...]: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    def enter(self, people: Rows, draws: Draws) -> None: ...


@dataclass(frozen=True)
class World:
    """Everything that stays the same in all arms of a study."""

    mind: Mind
    cast: Cast
    behaviour: Behaviour = field(default_factory=NonContractual)
    service: Service = field(default_factory=Service)
    survey: Survey = field(default_factory=Survey)
    arrivals: Arrivals = field(default_factory=Arrivals)
    accounts: Accounts = field(default_factory=Accounts)
    warm_up: int = 12
