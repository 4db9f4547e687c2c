"""What a stranger's play, targeting or score may get wrong is refused, and the message says whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from sim.errors import StrategyError
from sim.plan import Plan
from strategies.adaptive import Adaptive, Phase, Phases, Trigger, Triggers
from strategies.over_delivery import OverDelivery
from strategies.play import Play
from strategies.portfolio import Portfolio
from strategies.ranking import best
from tests.strategies.views import luck, view


@dataclass(frozen=True)
class Stranger:
    """A strategy that returns whatever it is given, or fails."""

    made: Any = None

    def plan(self, view: Any, draws: Any) -> Any:
        return 1 / 0 if self.made == "fails" else self.made


@dataclass(frozen=True)
class Picks:
    """A targeting that returns whatever it is given."""

    made: Any = None

    def pick(self, view: Any, draws: Any) -> Any:
        return self.made


@dataclass(frozen=True)
class Listed(Play):
    """A play that returns a list."""

    def treat(self, view: Any, whom: Any, draws: Any) -> Any:
        return [Plan()]


WRONG = {
    "no plan": ([1], r"TypeError: plan\(\) returned list, not a Plan"),
    "failing": ("fails", "ZeroDivisionError: division by zero"),
    "other rows": (Plan(technical=np.zeros(4, np.float32)), r"ValueError: Plan\.technical has shape \(4,\)"),
}


@pytest.mark.parametrize(("made", "said"), WRONG.values(), ids=WRONG.keys())
def test_who_fails_among_several_is_named(made: Any, said: str):
    several = {"good": OverDelivery(), "mine": Stranger(made)}
    inner = {"box": Portfolio(several)}
    for strategy, named in (
        (Portfolio(several), "^'mine': "),
        (Portfolio(inner), "^'box': 'mine': "),
        (Phases({"mine": Phase(Stranger(made))}), "^'mine': "),
        (Triggers(Stranger(made), {"t": Trigger()}), "^'usual': "),
    ):
        with pytest.raises(StrategyError, match=named + said):
            strategy.plan(view(3), luck(3))


def test_what_is_no_plan_is_refused_where_it_is_made():
    with pytest.raises(TypeError, match=r"Stranger: plan\(\) returned list, not a Plan"):
        Adaptive(Stranger([1])).plan(view(3), luck(3))
    with pytest.raises(TypeError, match=r"treat\(\) returned list, not a Plan"):
        Listed().plan(view(3), luck(3))


@pytest.mark.parametrize("made", [[True] * 3, np.ones(3, np.float32), np.ones(2, np.bool_), np.arange(2), None])
def test_a_targeting_picks_one_bool_per_customer(made: Any):
    with pytest.raises(TypeError, match=r"Picks\.pick\(\) returned .*, not an array of bool .* 3 customers"):
        OverDelivery(targeting=Picks(made)).plan(view(3), luck(3))
    assert OverDelivery(targeting=Picks(np.ones(3, np.bool_))).plan(view(3), luck(3)).treated is not None


def test_a_score_with_nan_picks_nobody_in_silence_no_more():
    """NaN among those eligible is refused; among others it does not matter, and minus infinity is never picked."""
    among = np.array([True, True, False])
    for wrong in (np.array([0.5, np.nan, 1], np.float32), np.zeros(2, np.float32)):
        with pytest.raises(ValueError, match="holds NaN or is not one number for each of the 3 customers"):
            best(wrong, among, 2, luck(3))
    assert best(np.array([0.5, -np.inf, np.nan], np.float32), among, 2, luck(3)).tolist() == [True, False, False]
