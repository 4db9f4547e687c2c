"""What a study is: customers from a log, a mind, a market, and the plans to be compared under the same luck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agents.mind import Mind as DefaultMind
from agents.segments import Segments
from experiments.population import Population
from sim.behaviour import Behaviour, Contractual, NonContractual
from sim.competition import Competition
from sim.crew import Crew, NoCrew
from sim.errors import ParameterError
from sim.ledger import Accounts
from sim.market import Arrivals
from sim.network import Network, NoNetwork
from sim.parameters import Parametric, param
from sim.records import Survey
from sim.repertoire import Repertoire
from sim.scenario import Reputation, Rivals, Scenario
from sim.second_life import SecondLife
from sim.service import Service
from sim.world import Mind, Strategy
from strategies.play import Play

CDNOW = "cdnow"  # the log that comes with the package


@dataclass(frozen=True)
class LogSource:
    """Where the transaction log is and what its columns are called.

    Attributes:
        path: a CSV file, or "cdnow" for the log that comes with cxlab.
        customer: column with the customer's id.
        date: column with the day of the purchase, as ISO dates.
        amount: column with the money paid.
        currency: code of the money, for labels only.
    """

    path: str = CDNOW
    customer: str = "customer"
    date: str = "date"
    amount: str = "amount"
    currency: str = "USD"


@dataclass(frozen=True)
class Study(Parametric):
    """Arms x replications of one population; everything but the strategy is the same in all arms.

    Attributes:
        arms: strategies by name.
        compare: names of the arms to run, in this order; empty for all.
        control: the arm the others are compared with; it is run if it is among the arms compared.
    """

    arms: Mapping[str, Strategy]
    mind: Mind = field(default_factory=DefaultMind)
    segments: Segments = field(default_factory=Segments)
    market: Behaviour = field(default_factory=NonContractual)
    population: Population = field(default_factory=Population)
    data: LogSource = field(default_factory=LogSource)
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
    compare: tuple[str, ...] = ()
    control: str = "nothing"
    weeks: int = param(52, unit="weeks", low=1, high=2_600, doc="horizon after the fork")
    replications: int = param(20, unit="runs per arm", low=1, high=100_000, doc="how often luck is drawn anew")
    precision: float = param(
        0.0, unit="of the measure", low=0, high=1e12, doc="half-width wanted of the differences' 95% interval; 0: any"
    )
    seed: int = param(1, unit="1", low=0, high=2**31 - 1, doc="first number of all luck")
    warm_up: int = param(12, unit="encounters", low=1, high=200, doc="what every mind has lived before the fork")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.arms:
            raise ParameterError("Study.arms is empty: give at least one strategy, e.g. strategy@arms.nothing=nothing.")
        if unknown := [name for name in self.compare if name not in self.arms]:
            raise ParameterError(
                f"compare = {list(self.compare)} names unknown arms {unknown}; there are {list(self.arms)}."
            )
        if len(set(self.compare)) < len(self.compare):
            raise ParameterError(f"compare = {list(self.compare)} names an arm twice: name each once.")
        if self.control not in self.arms:
            raise ParameterError(f"control = {self.control!r} is none of the arms {list(self.arms)}: name one of them.")
        if not isinstance(self.market, NonContractual) and self.population.start != "cohort":
            raise ParameterError(
                "population.start = 'customers' needs market=noncontractual, which is fitted to the log: with another "
                "market write population.start=cohort."
            )
        for name, event in self.scenario.events.items():
            if event.start >= self.weeks:
                raise ParameterError(
                    f"scenario.events.{name}.start = {event.start} is after the last week {self.weeks - 1}: "
                    f"choose an earlier start, or weeks = {event.start + 1} or more."
                )
            if event.absent and isinstance(self.crew, NoCrew):
                raise ParameterError(
                    f"scenario.events.{name}.absent = {event.absent} touches nobody: there is no staff to be absent. "
                    f"Choose crew=team, or move scenario.events.{name}.functional instead."
                )
        for name, arm in self.arms.items():
            if isinstance(arm, Play) and arm.start >= self.weeks and name in self.chosen:
                raise ParameterError(
                    f"arms.{name}.start = {arm.start} is after the last week {self.weeks - 1}: the play would do "
                    f"nothing. Choose an earlier start, or weeks = {arm.start + 1} or more."
                )
        if isinstance(self.market, Repertoire) and self.market.dropout == 0 and self.accounts.discount == 0:
            raise ParameterError(
                "accounts.discount = 0 (range 0 to 2) with market.dropout = 0: customers who never leave are then "
                "worth money without end. Write accounts.discount=0.15, or market.dropout above 0."
            )
        if isinstance(self.market, Contractual) and self.weeks <= self.market.period:
            raise ParameterError(
                f"weeks = {self.weeks} holds no renewal: the first falls into week {self.market.period}. "
                f"Choose weeks = {self.market.period + 1} or more, or a shorter market.period."
            )

    @property
    def chosen(self) -> dict[str, Strategy]:
        """The arms that are run, the control first when it is among them."""
        names = self.compare or tuple(self.arms)
        return {name: self.arms[name] for name in sorted(names, key=lambda name: name != self.control)}

    def seed_of(self, replicate: int) -> int:
        """The seed of one replication, shared by all its arms."""
        return self.seed * 1_000_000 + replicate
