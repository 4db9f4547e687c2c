"""Language and culture: across a gap service loses and promises are misread; whoever bridges it is understood."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.customers import CONTACTED, LANGUAGE_GAP, SATISFACTION_LAST, VALENCE
from agents.mind import Mind
from agents.reception import Reception
from sim.errors import ParameterError
from sim.exchange import Contacts, Encounters
from sim.journey import Journey
from sim.model import CustomerModel
from sim.plan import Plan
from sim.scenario import Conditions
from sim.service import Service
from tests.agents.minds import array, close, lived, people
from tests.sim import worlds
from tests.strategies.views import luck

RECEPTION = Reception()
STEADY = Service(spread=0.0, failure=0.0, journey=Journey(spread=0.0))


def foreign(n: int, languages: float, **values: object) -> Encounters:
    """n encounters of which each customer misreads the promise by one standard deviation upwards."""
    return replace(lived(n, **values), languages=languages, misheard=array(1.0, n))


def run_with(languages: float, **parts: object) -> CustomerModel:
    """2,000 customers who come often to steady service; the firm bridges this share of gaps."""
    someone = worlds.met(2_000, rate=2.0, dropout=1e-6)
    return worlds.model(people=someone, service=replace(STEADY, languages=languages), **parts)


def test_a_firm_bridges_all_gaps_unless_it_says_so() -> None:
    """By default nothing is misheard and nobody's encounter changes."""
    assert Service().languages == Conditions().languages == 1.0
    run = worlds.model(people=worlds.met(50))
    there = Service().deliver(run.table.block(0, 50), Plan(), luck(50), run.conditions)
    assert there.misheard is None
    assert RECEPTION.understand(people(50), there) is there


def test_what_is_lost_by_hand() -> None:
    """Gap 0.8, half of it bridged: 0.15 x 0.4 of quality; the promise is misread by 0.15 x 0.4 standard deviations."""
    heard = RECEPTION.understand(people(2, language_gap=0.8), foreign(2, 0.5, promised=0.6))
    close(heard.functional, 0.7 - 0.15 * 0.4)
    close(heard.promised, 0.6 + 0.15 * 0.4)
    close(heard.technical, 0.7)


def test_without_a_gap_or_across_a_bridged_one_nothing_is_lost() -> None:
    for gap, languages in ((0.0, 0.0), (1.0, 1.0)):
        heard = RECEPTION.understand(people(3, language_gap=gap), foreign(3, languages, promised=0.6))
        close(heard.functional, 0.7)
        close(heard.promised, 0.6)


def test_what_is_misread_stays_a_quality() -> None:
    wide = Reception(garble=1.0, barrier=1.0)
    heard = wide.understand(people(2, language_gap=1.0), foreign(2, 0.0, promised=0.6, functional=0.3))
    assert heard.functional.tolist() == [0.0, 0.0]
    assert heard.promised.tolist() == [1.0, 1.0]


def test_promises_are_misread_both_ways_and_more_across_a_wider_gap() -> None:
    """20,000 customers, seed 1, nothing bridged: unbiased within 4 standard errors, spread by garble x gap."""
    n = 20_000
    run = worlds.model(people=worlds.met(n), warm_up=0)
    calm = replace(run.conditions, languages=0.0)
    there = STEADY.deliver(run.table.block(0, n), Plan(), luck(n), calm)
    off = [RECEPTION.understand(people(n, language_gap=gap), there).promised - there.promised for gap in (0.4, 0.8)]
    for error, gap in zip(off, (0.4, 0.8), strict=True):
        size = 0.15 * gap
        assert abs(error.mean()) < 4 * size / np.sqrt(n)
        assert error.std() == pytest.approx(size, rel=4 / np.sqrt(2 * n))


def test_the_luck_of_misreading_is_no_other_luck() -> None:
    """The same customers are served the same, whether all is understood or not."""
    run = worlds.model(people=worlds.met(500), warm_up=0)
    rows = run.table.block(0, 500)
    plain = Service().deliver(rows, Plan(), luck(500), run.conditions)
    across = Service().deliver(rows, Plan(), luck(500), replace(run.conditions, languages=0.2))
    for name in ("technical", "functional", "failure"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(across, name), err_msg=name)
    assert across.misheard is not None


@pytest.mark.parametrize("bridged", [0.0, 0.5])
def test_a_plan_bridges_beyond_what_the_firm_does_and_no_more_than_all(bridged: float) -> None:
    run = worlds.model(people=worlds.met(20), warm_up=0)
    conditions = replace(run.conditions, languages=bridged)
    rows = run.table.block(0, 20)
    there = Service().deliver(rows, Plan(languages=0.3), luck(20), conditions)
    assert there.languages == pytest.approx(bridged + 0.3)
    full = Service().deliver(rows, Plan(languages=1.0), luck(20), conditions)
    assert (full.languages, full.misheard) == (1.0, None)


def test_a_gap_costs_perceived_quality_and_the_wider_the_more() -> None:
    """Paired, after a long warm-up: nothing bridged, the remembered manner is lower by the barrier times the gap."""
    barred, understood = (run_with(languages, warm_up=100) for languages in (0.0, 1.0))
    gap = barred.customers.get("language_gap")
    manner = [run.customers.get("perceived_functional") for run in (barred, understood)]
    settled = barred.customers.get("memory") > 0.1  # who remembers longer has not yet forgotten how it began
    assert settled.mean() > 0.8
    np.testing.assert_allclose((manner[0] - manner[1])[settled], -0.15 * gap[settled], atol=1e-4)


def test_misread_promises_disappoint_even_if_service_loses_nothing() -> None:
    """No barrier, only garbling: the judgement of the same service scatters more where the gap is wider."""
    mind = Mind(reception=Reception(barrier=0.0, garble=0.3))
    run = run_with(0.0, mind=mind)
    run.run_for(3)
    gap, judged = run.table[LANGUAGE_GAP], run.table[SATISFACTION_LAST]
    wide, narrow = gap > np.quantile(gap, 0.7), gap < np.quantile(gap, 0.3)
    assert judged[wide].std() > 1.5 * judged[narrow].std()


def test_less_of_a_contact_gets_through() -> None:
    """A caring letter in a foreign language warms less; it is a contact all the same."""

    one, zero, rows = array(1.0), array(0.0), [people(1, language_gap=0.5, digital=1.0) for _ in range(2)]
    for customer, languages in zip(rows, (0.0, 1.0), strict=True):
        RECEPTION.reached(customer, Contacts(one, one, zero, one, zero, languages))
    across, bridged = (float(customer[VALENCE][0]) for customer in rows)
    assert 0 < across == pytest.approx(0.5 * bridged)
    assert rows[0][CONTACTED][0] == rows[1][CONTACTED][0] == 1


@pytest.mark.parametrize(("cls", "name", "value"), [(Service, "languages", 1.1), (Reception, "barrier", -0.1)])
def test_bad_values_are_refused(cls: type, name: str, value: float) -> None:
    with pytest.raises(ParameterError, match=rf"{cls.__name__}\.{name}"):
        cls(**{name: value})
    with pytest.raises(ValueError, match=r"Plan\.languages"):
        Plan(languages=1.5)
