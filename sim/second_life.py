"""How readily customers come back who have left."""

from __future__ import annotations

from dataclasses import dataclass

from sim.parameters import ASSUMED, Parametric, param


@dataclass(frozen=True)
class SecondLife(Parametric):
    """How readily customers come back who have left, when they are asked.

    A returned customer lives with new patience; under contract they sign and pay anew, and the first renewal is a
    period away. What they remember stays, the price they got used to included (second lives differ by the offer: Kumar,
    Bhagwat & Zhang 2015).
    """

    ease: float = param(
        0.03, unit="chance per offer and week", low=0, high=1, doc="comes back at an earnest offer", source=ASSUMED
    )
