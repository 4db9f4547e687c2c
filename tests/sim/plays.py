"""Strategies that do what a test says, every week."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.plan import Plan


def of(n: int, value: Any) -> np.ndarray:
    return np.broadcast_to(np.asarray(value, np.float32), n).copy()


class Does:
    """Plans the same for every customer on file, every week; or for the first so many."""

    def __init__(self, only: int | None = None, **levers: Any) -> None:
        self.only, self.levers = only, levers

    def plan(self, view: Any, draws: Any) -> Plan:
        n = len(view)
        meant = np.arange(n) < (n if self.only is None else self.only)
        flags = {name: meant for name in self.levers if name == "dismiss"}
        return Plan(**{name: meant * np.float32(v) for name, v in self.levers.items() if name != "dismiss"}, **flags)
