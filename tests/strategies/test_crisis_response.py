"""Crisis response: saved for in calm weeks, noticed in the figures, answered while the money lasts."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.model import CustomerModel
from sim.scenario import Event, Scenario
from strategies import CrisisResponse, Nothing
from tests.strategies.pairs import errors, forks, total, view
from tests.strategies.views import luck

CRISIS = Scenario({"recall": Event(start=15, weeks=6, technical=-0.15, failure=0.3)})


@cache
def runs() -> list[CustomerModel]:
    """A response, nothing: 2,000 customers, seed 1, 24 weeks with a product that fails in weeks 15 to 20."""
    return forks(CrisisResponse(), Nothing(), weeks=24, scenario=CRISIS)


def planned(play: CrisisResponse, memory: dict[str, Any], week: int, complaints: int) -> Any:
    """The plan of a week after one in which 100 of 100 customers bought, and so many complained."""
    complained = np.where(np.arange(100) < complaints, week - 1, -1e6)
    return play.plan(view(100, week, memory=memory, last=week - 0.5, complained=complained), luck(100, week))


def test_alarm_and_reserve_by_hand():
    """Two complaints are usual, ten alarm (8 > 4 x 1.41). 3 of 25 in the reserve: a full response for one week."""
    play, memory = CrisisResponse(premium=0.01, effort=0.03, lasts=3), {}
    for week in range(4):
        plan = planned(play, memory, week, 2)
        assert plan.overhead == pytest.approx(1.0)
        assert plan.recovery is None
    planned(play, memory, 4, 2)
    calm = planned(play, memory, 5, 7)  # not surer than 4 standard errors
    assert calm.recovery is None
    assert calm.notes == ()
    desk = memory["crisis_response"]
    desk["usual"], desk["reserve"] = 0.02, 3.0
    alarm = planned(play, memory, 6, 10)  # 3 + 1 - 3
    np.testing.assert_allclose(alarm.recovery, 0.25)
    np.testing.assert_allclose(alarm.candour, 0.6)
    assert alarm.image == pytest.approx(0.005)
    assert alarm.notes == ("crisis: 10 complaints of 100 buyers, usually 2.0%",)
    assert desk["reserve"] == pytest.approx(1.0)
    second = planned(play, memory, 7, 2)  # 1 + 1 of 3: two thirds of a response
    np.testing.assert_allclose(second.recovery, 0.25 * 2 / 3, rtol=1e-6)
    assert desk["reserve"] == pytest.approx(0.0)
    assert desk["usual"] == 0.02  # a crisis does not become usual
    third, over = planned(play, memory, 8, 2), planned(play, memory, 9, 2)
    np.testing.assert_allclose(third.recovery, 0.25 / 3, rtol=1e-6)
    assert over.recovery is None


def test_answers_alarm_too():
    """Survey answers fall from 8 to 5 at an even number of complaints."""
    play, memory = CrisisResponse(settle=1), {}
    for week, mean in ((1, 8), (2, 8), (3, 5)):
        answer = mean + np.tile([-1, 1], 50)
        seen = view(100, week, memory=memory, last=week - 0.5, answer=answer, answered=week - 1)
        plan = play.plan(seen, luck(100, week))
        assert (plan.recovery is not None) == (week == 3)


def test_a_full_reserve_asks_for_no_more():
    play, memory = CrisisResponse(premium=0.2, target=0.5), {}
    paid = [planned(play, memory, week, 0).overhead for week in range(4)]
    np.testing.assert_allclose(paid, [20, 20, 10, 0])


def test_a_crisis_is_noticed_within_two_weeks_and_answered():
    """Against nothing, by more than 4 standard errors: satisfaction, integrity and loyalty suffer less."""
    ready, control = runs()
    (week, note), *_ = ready.journal
    assert 16 <= week <= 17
    assert "crisis" in note
    for name in ("satisfaction", "integrity", "competence", "loyalty"):
        assert errors(ready, control, name) > 4, name
    assert total(ready, "left") < total(control, "left")


def test_in_calm_times_the_reserve_is_money_for_nothing():
    """Side effect: nobody notices anything but the accountant."""
    ready, control = forks(CrisisResponse(), Nothing(), weeks=24)
    assert ready.journal == []
    for name in ("loyalty", "active", "satisfaction"):
        np.testing.assert_array_equal(ready.customers.get(name), control.customers.get(name))
    assert total(ready, "profit") < total(control, "profit")


def test_a_jumpy_firm_answers_false_alarms():
    """Side effect: with 100 customers and any rise taken as a crisis it responds, although nothing has happened."""
    jumpy, sure = forks(CrisisResponse(surge=1.0, sure=0.0), CrisisResponse(), weeks=24, n=100)
    assert len(jumpy.journal) > 0
    assert sure.journal == []


@pytest.mark.parametrize(("name", "value"), [("premium", -1.0), ("surge", 0.5), ("settle", 0), ("effort", 0.0)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"CrisisResponse\.{name}"):
        CrisisResponse(**{name: value})
