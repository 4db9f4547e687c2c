"""What may befall customers: the situations in which theories of loyalty are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.parameters import Parametric, param
from sim.scenario import Event, Scenario
from sim.world import Strategy
from strategies.nothing import Nothing
from strategies.reward_program import RewardProgram

STEADY = "steady"  # the study as it stands: what every response is measured from
SHOCK = 6  # week in which most of the ten situations begin


@dataclass(frozen=True)
class Situation(Parametric):
    """Events and a play that all customers meet; what the study does otherwise stays as it is.

    Attributes:
        title: what tables and figures call it.
        meaning: what happens, in a line.
        events: what happens, by name; added to the study's own scenario.
        strategy: what the firm does.

    Example:
        >>> flood = Situation("flood", events={"flood": Event(start=4, weeks=2, failure=0.5)}, onset=4)
        >>> flood.scenario(Scenario()).at(5).failure
        0.5
    """

    title: str = ""
    meaning: str = ""
    events: Mapping[str, Event] = field(default_factory=dict)
    strategy: Strategy = field(default_factory=Nothing)
    onset: int = param(SHOCK, unit="week", low=0, high=10_000, doc="week from which responses are counted")

    def scenario(self, usual: Scenario) -> Scenario:
        """The study's own calendar with these events added."""
        return Scenario({**usual.events, **self.events})

    def beyond(self, weeks: int) -> dict[str, int]:
        """What would begin after a horizon of so many weeks: name and its week."""
        starts = {name: event.start for name, event in self.events.items()} | {"onset": self.onset}
        return {name: start for name, start in starts.items() if start >= weeks}


def usual_situations() -> dict[str, Situation]:
    """The nine situations that stand beside the steady one; sizes are chosen to be plain, not taken from a paper."""
    failure = Event(start=SHOCK, weeks=1, failure=1.0)
    again = Event(start=SHOCK + 4, weeks=1, failure=1.0)
    put_right = Event(start=SHOCK, weeks=1, recovery=0.5)
    worse = Event(start=SHOCK, ramp=12, technical=-0.15, functional=-0.15)
    better = Event(start=SHOCK, technical=0.10, functional=0.10)
    program = RewardProgram(threshold=20, worth=2, tier_at=60, weeks=12)  # a tenth back, every fourth fee of 5
    return {
        "one_failure": Situation(
            "one failure", "everybody who comes in one week meets a failure, handled as usual", {"failure": failure}
        ),
        "failure_and_recovery": Situation(
            "failure and recovery", "the same failure, put right excellently", {"failure": failure, "mend": put_right}
        ),
        "two_failures": Situation(
            "two failures", "the same failure, and another one four weeks later", {"first": failure, "second": again}
        ),
        "over_promise": Situation(
            "over-promise", "the firm promises 0.2 more and delivers what it always did",
            {"promise": Event(start=SHOCK, promise=0.2)},
        ),
        "slow_decline": Situation("slow decline", "quality sinks by 0.15 over twelve weeks", {"decline": worse}),
        "sudden_improvement": Situation("sudden improvement", "quality rises by 0.10 and stays", {"lift": better}),
        "price_rise": Situation("price rise", "the price rises by 15%", {"price": Event(start=SHOCK, price=0.15)}),
        "better_rival": Situation(
            "better rival", "the best alternative improves by 0.2", {"rival": Event(start=SHOCK, rival=0.2)}
        ),
        "reward_stops": Situation(
            "reward stops", "a reward program runs for twelve weeks, then ends", strategy=program, onset=12
        ),
    }  # fmt: skip
