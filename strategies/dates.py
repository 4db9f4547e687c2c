"""When a play did something for each customer: its notes in the View's memory, one number a customer."""

from __future__ import annotations

import numpy as np

from sim.chance import F32
from sim.view import View

NEVER = -1e6


def dates(view: View, name: str) -> F32:
    """Week in which this was done last [N], `NEVER` where it was not; writable, and kept for the weeks to come."""
    return tally(view, name, NEVER)


def tally(view: View, name: str, start: float = 0.0) -> F32:
    """A number for each customer [N], `start` for those who are new; writable, and kept for the weeks to come."""
    kept = view.memory.get(name)
    if kept is None or len(kept) < len(view):
        grown = np.full(len(view), start, np.float32)
        if kept is not None:
            grown[: len(kept)] = kept
        view.memory[name] = kept = grown
    numbers: F32 = kept
    return numbers
