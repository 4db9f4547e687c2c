"""What stays the same in all arms of a study, and what the stage asks of those who act on it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Protocol, runtime_checkable

from sim.behaviour import Behaviour, NonContractual
from sim.chance import F32, Draws
from sim.competition import Competition
from sim.crew import Crew, NoCrew
from sim.exchange import Acts, Contacts, Encounters, Heard, Leanings
from sim.ledger import Accounts
from sim.market import Arrivals
from sim.metrics import Metric
from sim.network import Network, NoNetwork
from sim.plan import Offer, Plan
from sim.records import Survey
from sim.scenario import Alternative, Conditions, Reputation, Rivals, Scenario
from sim.second_life import SecondLife
from sim.service import Service
from sim.table import Column, Rows
from sim.view import View


@runtime_checkable
class Mind(Protocol):
    """What the stage asks of a customer's mind; it draws nothing and writes only the columns it declares."""

    @property
    def columns(self) -> tuple[Column[Any], ...]: ...
    @property
    def metrics(self) -> tuple[Metric, ...]: ...
    def begin(self, people: Rows) -> None: ...  # [n], rows that bring a past
    def appraise(self, people: Rows, lived: Encounters) -> None: ...  # [E], those who lived something
    def hear(self, people: Rows, heard: Heard) -> None: ...  # [H], those whom friends reached
    def reached(self, people: Rows, contacts: Contacts) -> F32: ...  # [A], contacted; the chance to want no more of it
    def join(self, people: Rows, offer: Offer) -> F32: ...  # [E], shift of the logit of joining
    def returned(self, people: Rows, plan: Plan) -> None: ...  # [R], those who came back
    def acted(self, people: Rows, acts: Acts) -> None: ...  # [E], what one did leaves a mark, too
    def reconsider(self, people: Rows, plan: Plan) -> F32: ...  # [L], leavers asked back: shift of the logit of coming
    def settle(self, people: Rows) -> None: ...  # [N], a week passes
    def wish(self, people: Rows, plan: Plan, conditions: Conditions) -> F32 | None: ...  # [N], log rate; None: zero
    def lean(self, people: Rows, plan: Plan, conditions: Conditions) -> Leanings: ...  # [E], those who may act
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
    network: Network = field(default_factory=NoNetwork)
    rivals: Competition = field(default_factory=Rivals)
    reputation: Reputation = field(default_factory=Reputation)
    scenario: Scenario = field(default_factory=Scenario)
    second_life: SecondLife = field(default_factory=SecondLife)
    crew: Crew = field(default_factory=NoCrew)
    warm_up: int = 12

    def usual(self, image: float, alternative: Alternative | None = None) -> Conditions:
        """What holds in ordinary weeks, given the firm's public image and what rivals offer, by default as usual."""
        there = alternative or self.rivals.usual
        return Conditions(
            rival=there.quality, rival_price=there.price, poaching=there.poaching, rivals=there.shares,
            competition=self.rivals.competition, brand=image, languages=self.service.languages,
        )  # fmt: skip

    def conditions(self, week: int, image: float, alternative: Alternative | None = None) -> Conditions:
        """What holds for everybody in a week: the usual, and what happens to happen."""
        return self.scenario.at(week, self.usual(image, alternative))


def writers(mind: Mind, column: Column[Any]) -> str:
    """The parts of a mind that write a column, by name; for messages."""
    about: Any = mind
    parts = [getattr(mind, field.name) for field in fields(about)] if is_dataclass(about) else []
    names = [type(part).__name__ for part in parts if column in getattr(part, "writes", ())]
    return " or ".join(names) or type(mind).__name__
