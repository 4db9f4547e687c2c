"""What a researcher's field survey would add to the CRM: constructs asked of some customers, heard through noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from agents import customers as c
from sim.chance import normal
from sim.model import CustomerModel
from sim.people import ACTIVE, KEY
from sim.table import Column
from sim.world import Mind

_ASKED = (
    c.SATISFACTION, c.SATISFACTION_LAST, c.EXPECT_TECHNICAL, c.EXPECT_FUNCTIONAL, c.PERCEIVED_TECHNICAL,
    c.PERCEIVED_FUNCTIONAL, c.VALENCE, c.AROUSAL, c.COMPETENCE, c.BENEVOLENCE, c.INTEGRITY, c.VALUE, c.AFFECTIVE,
    c.CALCULATIVE, c.ALTERNATIVES, c.COGNITIVE, c.FONDNESS, c.CONATIVE, c.HABIT, c.ENGAGEMENT,
)  # fmt: skip
NOISE = 0.10  # standard deviation of an answer as a share of the scale: 0.6 points of a 7-point scale


def asked_of(mind: Mind) -> tuple[Column[np.float32], ...]:
    """The constructs that this mind has: those of which some theory moves a column."""
    parts = getattr(mind, "parts", None)
    moved = set(mind.columns) if parts is None else {column for part in parts for column in part.writes}
    return tuple(column for column in _ASKED if column in moved)


def answers(
    model: CustomerModel, columns: Sequence[Column[np.float32]], respondents: int
) -> Mapping[str, tuple[float, float]]:
    """Mean and spread of each construct's answers by active customers drawn at random, on a scale from 0 to 1."""
    table = model.table
    luck = model.chance.at(model.week).rows(table[KEY]).named("fieldwork")
    order = np.where(table[ACTIVE], luck.uniform("drawn"), np.float32(2))
    rows = np.argsort(order, kind="stable")[: min(respondents, int(table[ACTIVE].sum()))]
    told = {}
    for column in columns:
        noise = np.float32(NOISE) * normal(luck.some(rows).uniform(column.name))
        answer = (table[column][rows] - column.low) / np.float32(column.high - column.low) + noise
        told[column.name] = (float(answer.mean()), float(answer.std())) if len(rows) else (0.5, 0.0)
    return told


def in_a_row(waves: Sequence[Mapping[str, tuple[float, float]]]) -> dict[str, float]:
    """Every wave's means, and the mean of the spreads, which change little."""
    found = {f"{name}, wave {number}": told[0] for number, wave in enumerate(waves, 1) for name, told in wave.items()}
    spreads = {f"spread of {name}": float(np.mean([wave[name][1] for wave in waves])) for name in waves[0]}
    return found | spreads
