"""Do I belong?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from agents import customers as c
from agents.theories.practice import practise, settled
from sim.chance import F32
from sim.exchange import Acts, Encounters
from sim.parameters import ASSUMED, Parametric, param
from sim.people import RATE
from sim.table import Column, Rows

_PATHS = "direction: Morgan & Hunt 1994; size after its paths as remembered (trust about .53), not checked"


@runtime_checkable
class Commitment(Protocol):
    """Binds with what was lived [E] and with what was done [E]."""

    writes: ClassVar[tuple[Column[Any], ...]]

    def bind(self, people: Rows, lived: Encounters) -> None: ...
    def acted(self, people: Rows, acts: Acts) -> None: ...


@dataclass(frozen=True)
class NoCommitment:
    """Commitment plays no part."""

    writes: ClassVar[tuple[Column[Any], ...]] = ()
    reads: ClassVar[tuple[Column[Any], ...]] = ()

    def bind(self, people: Rows, lived: Encounters) -> None:
        """Nothing binds."""

    def acted(self, people: Rows, acts: Acts) -> None:
        """Nothing binds."""


@dataclass(frozen=True)
class _Bond(Parametric):
    """What ties a customer by what was put in.

    Each week with a purchase adds to the investment, `sunk` of the room above, and what was put in loses worth with the
    weeks. Calculative commitment, the cost of leaving, follows the investment (Geyskens, Steenkamp, Scheer & Kumar 1996
    for the two components).
    """

    pace: float = param(0.15, unit="share of the gap", low=0, high=1, doc="how fast commitment forms", source=ASSUMED)
    sunk: float = param(
        0.03, unit="share of the room per purchase", low=0, high=1, doc="what a purchase adds to the investment",
        source=ASSUMED,
    )  # fmt: skip
    keeps: float = param(0.99, unit="share per week", low=0, high=1, doc="worth that is kept", source=ASSUMED)
    writes: ClassVar[tuple[Column[Any], ...]] = (c.AFFECTIVE, c.CALCULATIVE, c.INVESTMENT)

    def begin(self, people: Rows) -> None:
        """As much is put in as the rate of buying has made it [n]."""
        people[c.INVESTMENT] = settled(people, self.sunk, self.keeps)
        people[c.CALCULATIVE] = people[c.INVESTMENT]

    def acted(self, people: Rows, acts: Acts) -> None:
        """Purchases add to what leaving would forfeit [E]."""
        people[c.INVESTMENT] = practise(people[c.INVESTMENT], acts, self.sunk)

    def fade(self, people: Rows) -> None:
        """What was put in loses worth [N]."""
        people[c.INVESTMENT] *= np.float32(self.keeps)

    def _towards(self, people: Rows, target: F32) -> None:
        for column, aim in ((c.AFFECTIVE, np.clip(target, 0, 1)), (c.CALCULATIVE, people[c.INVESTMENT])):
            people[column] = people[column] + self.pace * (aim - people[column])


@dataclass(frozen=True)
class CommitmentTrust(_Bond):
    """Commitment-trust: trust, shared values, relationship benefits and the cost of ending it make commitment.

    Affective commitment moves by `pace` towards (trust T + shared A + benefits (1 + S) / 2 + costs K) over the sum of
    the weights, with T trust, S cumulative satisfaction, K calculative commitment, and A what is felt to be shared:
    (proneness + engagement + fit) / 2 within 0 to 1, fit of the personal touch 0 where there is none. Source: Morgan &
    Hunt 1994.
    """

    trust: float = param(0.53, unit="weight", low=0, high=2, doc="trust", source=_PATHS)
    shared: float = param(0.25, unit="weight", low=0, high=2, doc="shared values, felt care", source=_PATHS)
    benefits: float = param(0.10, unit="weight", low=0, high=2, doc="relationship benefits", source=_PATHS)
    costs: float = param(0.25, unit="weight", low=0, high=2, doc="relationship termination costs", source=_PATHS)
    reads: ClassVar[tuple[Column[Any], ...]] = (
        c.COMPETENCE, c.BENEVOLENCE, c.INTEGRITY, c.SATISFACTION, c.PRONENESS, c.ENGAGEMENT, RATE,
    )  # fmt: skip

    def bind(self, people: Rows, lived: Encounters) -> None:
        """Commitment after this encounter [E]."""
        trust = np.float32(1 / 3) * (people[c.COMPETENCE] + people[c.BENEVOLENCE] + people[c.INTEGRITY])
        alike = np.float32(0.5) * (people[c.PRONENESS] + people[c.ENGAGEMENT])
        if lived.fit is not None:
            alike = np.clip(alike + np.float32(0.5) * lived.fit, 0, 1)
        benefit = np.float32(0.5) * (1 + people[c.SATISFACTION])
        whole = max(self.trust + self.shared + self.benefits + self.costs, 1e-6)
        target = self.trust * trust + self.shared * alike + self.benefits * benefit
        self._towards(people, (target + self.costs * people[c.CALCULATIVE]) / np.float32(whole))


@dataclass(frozen=True)
class InvestmentModel(_Bond):
    """Investment model: commitment = satisfaction + investment - alternatives.

    Affective commitment moves by `pace` towards 1/2 + (s S + i (2 I - 1) - a (2 A - 1)) / (2 (s + i + a)), S cumulative
    satisfaction, I investment, A the best alternative as it seems. A moves towards the rival's quality, sooner for
    those who need variety, and is discounted by risk aversion. Source: Rusbult 1980, with equal weights.
    """

    satisfaction: float = param(1.0, unit="weight", low=0, high=5, doc="satisfaction", source="Rusbult 1980: equal")
    investment: float = param(1.0, unit="weight", low=0, high=5, doc="investment", source="Rusbult 1980: equal")
    alternatives: float = param(1.0, unit="weight", low=0, high=5, doc="alternatives", source="Rusbult 1980: equal")
    attention: float = param(
        0.5, unit="share of the gap at full need", low=0, high=1, doc="how fast rivals are noticed", source=ASSUMED
    )
    risk: float = param(
        0.20, unit="quality", low=0, high=1, doc="what an untried rival is discounted at full aversion", source=ASSUMED
    )
    writes: ClassVar[tuple[Column[Any], ...]] = (c.AFFECTIVE, c.CALCULATIVE, c.INVESTMENT, c.ALTERNATIVES)
    reads: ClassVar[tuple[Column[Any], ...]] = (c.SATISFACTION, c.RISK_AVERSION, c.VARIETY, RATE)

    def bind(self, people: Rows, lived: Encounters) -> None:
        """Commitment after this encounter [E]."""
        seems = np.maximum(np.float32(lived.rival) - self.risk * people[c.RISK_AVERSION], 0)
        best = people[c.ALTERNATIVES]
        best = best + self.attention * people[c.VARIETY] * (seems - best)
        people[c.ALTERNATIVES] = best
        whole = max(self.satisfaction + self.investment + self.alternatives, 1e-6)
        sum_of = self.satisfaction * people[c.SATISFACTION] + self.investment * (2 * people[c.INVESTMENT] - 1)
        sum_of = sum_of - self.alternatives * (2 * best - 1)
        self._towards(people, np.float32(0.5) + np.float32(0.5 / whole) * sum_of)
