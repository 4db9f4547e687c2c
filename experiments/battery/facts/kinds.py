"""What passing shows, by the parts of a mind: which theories have a fact's mechanism written into them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.theories.commitment import CommitmentTrust, InvestmentModel
from agents.theories.expectation import Bayesian
from agents.theories.intention import LoyaltyIntention
from agents.theories.loyalty import SatisfactionLoyalty
from agents.theories.satisfaction import (
    AsymmetricDisconfirmation,
    Disconfirmation,
    Equity,
    Kano,
    PerformanceOnly,
    ZoneOfTolerance,
)
from agents.theories.trust import AsymmetricTrust
from experiments.battery.fact import Kind
from experiments.battery.room import moved
from sim.table import Column
from sim.world import Mind

ASYMMETRIC = (AsymmetricDisconfirmation, ZoneOfTolerance, Kano)  # losses and gains are judged by unlike curves
HALVES_CREDIT = (AsymmetricDisconfirmation, Disconfirmation, Equity, Kano, PerformanceOnly, ZoneOfTolerance)
SHRINKING_STEP = (Bayesian,)
UNEQUAL_NEWS = (AsymmetricTrust,)
STEEP_ENDS = (LoyaltyIntention,)
SATISFACTION_IS_LOYALTY = (SatisfactionLoyalty,)
BALANCE = (InvestmentModel,)
PATHS = (CommitmentTrust,)


def built_in(question: str, theories: tuple[type, ...]) -> Callable[[Mind], Kind]:
    """Built-in for minds that answer a question by one of these theories, emergent for all others."""

    def kind(mind: Mind) -> Kind:
        return Kind.BUILT_IN if isinstance(getattr(mind, question, None), theories) else Kind.EMERGENT

    return kind


def emergent(_: Mind) -> Kind:
    """Nobody has put it in."""
    return Kind.EMERGENT


def by_hand(_: Mind) -> Kind:
    """Put in by hand for all minds: by the engine's own equations."""
    return Kind.BUILT_IN


def with_theory(question: str, theories: tuple[type, ...], called: str) -> Callable[[Mind], str]:
    """Only minds with one of these theories are scored; the others' numbers are shown."""

    def reason(mind: Mind) -> str:
        return "" if isinstance(getattr(mind, question, None), theories) else f"scored on the {called} only"

    return reason


def with_state(called: str, *columns: Column[Any]) -> Callable[[Mind], str]:
    """Only minds that move one of these columns are scored: the others say nothing about it."""

    def reason(mind: Mind) -> str:
        return "" if moved(mind) & set(columns) else f"this mind has no {called}"

    return reason
