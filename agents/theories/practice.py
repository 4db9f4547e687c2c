"""What buying builds and weeks wear down: habit, and what was put into a relationship."""

from __future__ import annotations

import numpy as np

from sim.chance import F32
from sim.exchange import Acts
from sim.people import RATE
from sim.table import Rows


def practise(strength: F32, acts: Acts, growth: float) -> F32:
    """Strength 0-1 after this week's acts [E]: a week with a purchase adds `growth` of the room above."""
    return strength + (acts.bought > 0) * np.float32(growth) * (1 - strength)


def settled(people: Rows, growth: float, keeps: float) -> F32:
    """Strength at which it settles for a customer who buys at the own rate for long [n].

    k q g / (1 - k + k q g), with g the growth, k the share kept a week, q = 1 - exp(-rate) the chance to buy in one.
    """
    built = np.float32(keeps * growth) * -np.expm1(-people[RATE])
    strength: F32 = built / np.maximum(np.float32(1 - keeps) + built, np.float32(1e-6))
    return strength
