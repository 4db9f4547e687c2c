"""Emotional care: wishes in time bind, ill-timed they read as manipulation; help counts whenever it comes."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import ParameterError
from sim.records import BIRTHDAY, UNKNOWN_DAY
from strategies import EmotionalCare, Nothing
from strategies.channels import Channel
from tests.strategies.pairs import errors, forks, total, view
from tests.strategies.views import luck

CALL = Channel(cost=2.0, reach=1.0, richness=0.8, intimacy=1.0, digital=0.0)
MAIL = Channel(cost=0.1, reach=1.0, richness=0.5, intimacy=1.0, digital=1.0)
CARE = {"channel": CALL, "festive": MAIL}


def test_birthdays_by_hand():
    """Week 62 is week 10 of the year; a day not known is nobody's, and who has left is left alone."""
    seen = view(4, 62, birthday=[10, 11, UNKNOWN_DAY, 10], known=[True] * 3 + [False])
    plan = EmotionalCare(needs=0.0, **CARE).plan(seen, luck(4, 62))
    assert plan.contact.tolist() == [1, 0, 0, 0]
    np.testing.assert_allclose(plan.care, [0.8, 0, 0, 0])
    assert plan.cost.tolist() == [2, 0, 0, 0]
    assert plan.digital[0] == 0
    assert not EmotionalCare(needs=0.0, birthdays=False, **CARE).plan(seen, luck(4, 62)).treated.any()


def test_festivals_reach_all_and_a_birthday_comes_first():
    plan = EmotionalCare(needs=0.0, festivals=(10,), **CARE).plan(view(3, 10, birthday=[10, 11, 255]), luck(3))
    np.testing.assert_allclose(plan.care, [0.8, 0.5, 0.5])
    np.testing.assert_allclose(plan.cost, [2, 0.1, 0.1])


@pytest.mark.parametrize(
    ("offset", "week", "care"), [(0, 10, 0.8), (1, 11, 0.8), (-1, 9, 0.8), (2, 12, -0.4), (-12, 50, -0.4)]
)
def test_timing(offset: int, week: int, care: float):
    """The wish comes `offset` weeks late; past a week's tolerance it reads as manipulation."""
    play = EmotionalCare(needs=0.0, festivals=(), offset=offset, misread=0.5, **CARE)
    seen = {at: play.plan(view(1, at, birthday=10), luck(1, at)) for at in range(52)}
    assert [at for at, plan in seen.items() if plan.treated[0]] == [week]
    np.testing.assert_allclose(seen[week].care, care, rtol=1e-5)


def test_help_comes_by_chance_is_well_meant_whatever_the_timing_and_costs():
    """20,000 customers, seed 1: a twentieth has a need, within 4 standard errors; 8.00 and a call each."""
    n = 20_000
    play = EmotionalCare(needs=0.05, birthdays=False, festivals=(), offset=-6, **CARE)
    plan = play.plan(view(n, birthday=10), luck(n))
    helped = plan.contact > 0
    assert abs(helped.mean() - 0.05) < 4 * np.sqrt(0.0475 / n)
    np.testing.assert_allclose(plan.care[helped], 0.8)
    assert plan.cost.sum() == pytest.approx(10 * helped.sum())


def test_it_binds_and_builds_trust():
    """Seed 1, 2,000 customers, 52 weeks: over 4 standard errors; who was never reached is as without, to the bit."""
    treated, control = forks(EmotionalCare(festivals=()), Nothing(), weeks=52)
    for column in ("affective", "benevolence"):
        assert errors(treated, control, column) > 4, column
    never = treated.customers.get("contacts") == 0
    assert never.sum() > 100
    for column in ("affective", "benevolence"):
        np.testing.assert_array_equal(treated.customers.get(column)[never], control.customers.get(column)[never])
    known = treated.records.crm[BIRTHDAY] != UNKNOWN_DAY
    assert total(treated, "contacted") > 0.5 * known.sum()


def test_six_weeks_too_early_costs_trust():
    """Seed 1, 2,000 customers, 52 weeks: benevolence below control by over 4 standard errors."""
    early, control = forks(EmotionalCare(needs=0.0, offset=-6), Nothing(), weeks=52)
    assert errors(early, control, "benevolence") < -4
    assert errors(early, control, "valence") < -4


@pytest.mark.parametrize("festivals", [(52,), (-1,), (5, 1.5)])
def test_weeks_that_no_year_has_are_refused(festivals: tuple[int, ...]):
    with pytest.raises(ParameterError, match=r"EmotionalCare\.festivals"):
        EmotionalCare(festivals=festivals)


@pytest.mark.parametrize(("name", "value"), [("warmth", 1.5), ("offset", 20), ("needs", -0.1), ("tolerance", -1)])
def test_bad_values_are_refused(name: str, value: float):
    with pytest.raises(ParameterError, match=rf"EmotionalCare\.{name}"):
        EmotionalCare(**{name: value})
