"""Who the customers are when the model begins: drawn from what a fit says about them.

Every number comes from one uniform per decision and customer, inverted: a customer is the same whoever else there is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv

from experiments.calibration.bgnbd import BgNbd
from experiments.calibration.gamma_gamma import GammaGamma
from experiments.calibration.transactions import F64, I64, Summary
from sim.chance import U64, Bool, Chance, Draws, Index, hashed
from sim.errors import ParameterError
from sim.parameters import Parametric, param
from sim.people import INITIAL, Newcomers

type Reals = NDArray[np.floating] | float

STARTS = ("customers", "cohort")

_BLOCK = 65_536  # rows drawn at a time: float64 scratch stays small however many customers there are
_LEAST_RATE = 1e-7  # per week; a rate of exactly zero has no logarithm to shift
_LEAST_DROPOUT = 1e-6
_MOST_PURCHASES = np.iinfo(np.uint16).max


@dataclass(frozen=True)
class Population(Parametric):
    """How many customers the model begins with, and where in their lives they are.

    Example:
        >>> Population(start="cohort", size=500).calibration_weeks
        39
    """

    start: str = param("customers", unit="1", doc="'customers' at the end of calibration, or a new 'cohort'")
    size: int = param(10_000, unit="customers", low=1, high=20_000_000, doc="customers the model begins with")
    calibration_weeks: int = param(
        39, unit="week", low=1, high=5_200, doc="weeks of the log the fit uses", source="Fader, Hardie & Lee 2005"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.start not in STARTS:
            raise ParameterError(
                f"Population.start = {self.start!r} is not one of {', '.join(STARTS)}: choose 'customers' for the "
                f"firm's existing customers at the end of calibration, or 'cohort' for new ones with the log's own "
                f"start days."
            )


def existing_customers(fit: BgNbd, spend: GammaGamma, summary: Summary, n: int, chance: Chance) -> Newcomers:
    """The firm's customers at the end of calibration, drawn from the exact posterior of BG/NBD and Gamma-Gamma [n].

    Customer i has the history of row i modulo the log's customers. Alive has weight B(a,b+x)/(alpha+T)^(r+x), gone
    B(a+1,b+x-1)/(alpha+t_x)^(r+x) if x > 0; then rate ~ Gamma(r+x, alpha+T) or Gamma(r+x, alpha+t_x) and dropout ~
    Beta(a, b+x) or Beta(a+1, b+x-1), of those alive or gone (Fader, Hardie & Lee 2005, eq. 6, read per customer).

    Args:
        fit: the buying model.
        spend: the spending model.
        summary: histories, by the end of calibration.
        n: how many customers.
        chance: the replication's luck.
    """
    alive_share = fit.probability_alive(summary.frequency, summary.recency, summary.observed)
    # Repeat purchases for nothing say nothing to a Gamma: those customers keep the prior's spread of spend.
    spent = summary.frequency * (summary.mean_repeat_spend > 0)

    def block(keys: U64, row: Index, draws: Draws) -> Newcomers:
        x, t_x, observed = summary.frequency[row], summary.recency[row], summary.observed[row]
        active = _uniform(draws, "initial alive") < alive_share[row]
        gone = ~active
        money = spend.posterior_rate(spent[row], summary.mean_repeat_spend[row])
        return _newcomers(
            keys,
            start=-observed,
            active=active,
            rate=_gamma(draws, "initial rate", fit.r + x, fit.alpha + np.where(active, observed, t_x)),
            dropout=_beta(draws, "initial dropout", fit.a + gone, fit.b + x - gone),
            basket=spend.p / _gamma(draws, "initial basket", spend.posterior_shape(spent[row]), money),
            purchases=x + 1,
            last=t_x - observed,
            spend=summary.total_spend[row],
        )

    return _in_blocks(n, len(summary), chance, block)


def new_cohort(fit: BgNbd, spend: GammaGamma, summary: Summary, n: int, chance: Chance) -> Newcomers:
    """New customers who make their first purchase when the log's customers did, counted from its first day [n].

    Customer i starts when row i modulo the log's customers did (`Summary.clock_start`), so that week 39 of the model is
    the end of week 39 of the log. They become active as their start comes.

    Args:
        fit: the buying model.
        spend: the spending model.
        summary: where the start days are taken from.
        n: how many customers.
        chance: the replication's luck.
    """
    clock_start = summary.clock_start

    def block(keys: U64, row: Index, draws: Draws) -> Newcomers:
        return _newcomers(
            keys,
            start=clock_start[row],
            active=np.zeros(len(keys), np.bool_),
            rate=_gamma(draws, "initial rate", fit.r, fit.alpha),
            dropout=_beta(draws, "initial dropout", fit.a, fit.b),
            basket=spend.p / _gamma(draws, "initial basket", spend.q, spend.gamma),
            purchases=np.zeros(len(keys), np.int64),
            last=clock_start[row],
            spend=np.zeros(len(keys)),
        )

    return _in_blocks(n, len(summary), chance, block)


def order_of(histories: int) -> Index:
    """The order in which histories are given to customers: shuffled, since a log's first customers are its oldest."""
    return np.argsort(hashed(np.arange(histories, dtype=np.uint64), np.uint64(histories)))


def _in_blocks(n: int, histories: int, chance: Chance, block: Callable[[U64, Index, Draws], Newcomers]) -> Newcomers:
    """Customers 0..n-1, block by block; each has its ordinal as key and row `ordinal % histories` of the log."""
    if n < 1:
        raise ParameterError(f"A population of {n} customers cannot be simulated: choose 1 or more.")
    life = chance.life()
    shuffled = order_of(histories)
    blocks = []
    for first in range(0, n, _BLOCK):
        ordinal = np.arange(first, min(first + _BLOCK, n))
        keys = ordinal.astype(np.uint64)
        blocks.append(block(keys, shuffled[ordinal % histories], life.rows(keys, first)))
    names = [field.name for field in fields(Newcomers) if getattr(blocks[0], field.name) is not None]
    return Newcomers(**{name: np.concatenate([getattr(part, name) for part in blocks]) for name in names})


def _newcomers(
    keys: U64,
    *,
    start: F64,
    active: Bool,
    rate: F64,
    dropout: F64,
    basket: F64,
    purchases: I64,
    last: F64,
    spend: F64,
) -> Newcomers:
    return Newcomers(
        keys=keys,
        start=start.astype(np.float32),
        active=active,
        rate=np.maximum(rate, _LEAST_RATE).astype(np.float32),
        dropout=np.clip(dropout, _LEAST_DROPOUT, 1 - _LEAST_DROPOUT).astype(np.float32),
        basket=basket.astype(np.float32),
        purchases=np.minimum(purchases, _MOST_PURCHASES).astype(np.uint16),
        last=last.astype(np.float32),
        spend=spend.astype(np.float32),
        source=np.full(len(keys), INITIAL, np.uint8),
    )


def _uniform(draws: Draws, decision: str) -> F64:
    return draws.uniform(decision).astype(np.float64)


def _gamma(draws: Draws, decision: str, shape: Reals, rate: Reals) -> F64:
    return np.asarray(gammaincinv(shape, _uniform(draws, decision)) / rate, np.float64)


def _beta(draws: Draws, decision: str, first: Reals, second: Reals) -> F64:
    return np.asarray(betaincinv(first, second, _uniform(draws, decision)), np.float64)
