"""What crosses the counter is frozen and holds what it says."""

from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, is_dataclass

import numpy as np
import pytest

from sim import exchange
from sim.exchange import Heard

KINDS = [kind for _, kind in inspect.getmembers(exchange, is_dataclass) if kind.__module__ == exchange.__name__]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_nothing_handed_over_can_be_set(kind: type):
    made = kind.__new__(kind)
    with pytest.raises(FrozenInstanceError):
        made.rows = np.zeros(3)


def test_part_of_the_talk_keeps_its_rows():
    heard = Heard(*(np.arange(4, dtype=np.float32) + 10 * k for k in range(5)))
    part = heard.some(np.array([3, 1]))
    assert part.tellers.tolist() == [3, 1]
    assert part.leavers.tolist() == [43, 41]
