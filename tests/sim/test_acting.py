"""Those who have an occasion act as they lean: tell friends, complain, refer, answer, pay; NaN is stopped and named."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import pytest

from agents.customers import VALUE
from agents.mind import Mind
from agents.theories.loyalty import Integrated
from sim.acting import among
from sim.behaviour import Contractual
from sim.errors import TheoryError
from sim.exchange import Leanings
from sim.market import Arrivals
from sim.people import ACTIVE, LEFT
from sim.plan import Plan
from sim.records import REFERRALS, Survey
from sim.scenario import Conditions
from tests.sim import worlds
from tests.sim.acts import Leans, N, acts_of, off

WORDS = [one.name for one in fields(Leanings)]


@dataclass(frozen=True)
class Worthless:
    """A theory of value that gives no number from its fourth encounter on."""

    writes: ClassVar = (VALUE,)

    def worth(self, people: Any, lived: Any) -> None:
        people[VALUE] = np.where(people[VALUE] > 2.5, np.float32(np.nan), people[VALUE] + 1)


@dataclass(frozen=True)
class Nowhere(Integrated):
    """An intention that forgets how to divide."""

    def lean(self, people: Any, plan: Plan, conditions: Conditions, standing: Any) -> Leanings:
        leanings = super().lean(people, plan, conditions, standing)
        return Leanings(**{**vars(leanings), "leave": leanings.leave * np.float32(np.nan)})


def test_as_many_tell_as_lean_to_and_bad_is_what_was_judged_bad():
    """Seed 1, 20,000 who came: within 4 standard errors; a judgement of 0 is not a bad one."""
    attitude = np.where(np.arange(N) % 4 == 0, -0.2, np.where(np.arange(N) % 4 == 1, 0.0, 0.6))
    acts, _ = acts_of({"tell": 0.3, "attitude": attitude})
    assert off(acts.told.mean(), 0.3) < 4
    np.testing.assert_array_equal(acts.bad, acts.told & (attitude < 0))


def test_nobody_tells_who_leans_not_to_and_everybody_who_is_sure_to():
    assert not acts_of({"tell": 0.0})[0].told.any()
    assert acts_of({"tell": 1.0})[0].told.all()
    assert len(acts_of({})[0].said.rows) == 0


def test_what_is_said_is_what_the_tellers_lean_to_say():
    how = {"tell": 0.2, **{word: np.linspace(0, 1, N) for word in ("quality", "attitude", "feeling")}}
    said = (acts := acts_of(how)[0]).said
    np.testing.assert_array_equal(said.rows, np.flatnonzero(acts.told))
    for word in ("quality", "attitude", "feeling"):
        np.testing.assert_array_equal(getattr(said, word), how[word].astype(np.float32)[acts.told])


def test_who_left_is_said_and_booked():
    acts, run = acts_of({"leave": 2.0})
    assert 0.05 < acts.left.mean() < 0.95
    np.testing.assert_array_equal(acts.said.left, np.flatnonzero(acts.left))
    np.testing.assert_array_equal(run.table[ACTIVE], ~acts.left)
    np.testing.assert_array_equal(run.table[LEFT][acts.left], acts.moment[acts.left])
    assert np.isnan(run.table[LEFT][~acts.left]).all()


def test_only_those_who_came_have_something_to_say():
    """A contract is up for renewal for all; every other one used the service this week."""
    market = {"behaviour": Contractual(period=20, alpha=1, beta=2), "arrivals": Arrivals(referral=0.4)}
    eager = {"complain": 1.0, "tell": 1.0, "recommend": 5.0, "attitude": -1.0}
    came = np.arange(N) % 2 == 0
    acts, _ = acts_of(eager, came=came, due=True, survey=Survey(share=1.0, response=1.0), **market)
    assert (acts.left | acts.renewed).all()
    assert 0.1 < acts.left.mean() < 0.9
    for done in (acts.complained, acts.told, acts.bad, acts.referred, acts.answer >= 0):
        np.testing.assert_array_equal(done, came)


def test_complaints_referrals_and_answers_are_as_leant_to():
    """Seed 1, 20,000 who came: a chance of 5% to refer is 7.5% where the log chance is log 1.5 higher."""
    acts, _ = acts_of({"complain": 0.1, "recommend": np.log(1.5)}, arrivals=Arrivals(referral=0.05))
    assert off(acts.complained.mean(), 0.1) < 4
    assert off(acts.referred.mean(), 0.075) < 4
    assert off((acts.answer >= 0).mean(), 0.1 * 0.2) < 4
    loud, _ = acts_of({"score": 10.0}, survey=Survey(share=1.0, response=1.0, noise=0.0))
    assert (loud.answer == 10).all()


@pytest.mark.parametrize("price", [0.8, 1.0, 1.25])
def test_a_price_is_paid_by_all_who_buy_and_moves_no_luck(price: float):
    acts, _ = acts_of({"tell": 0.3}, came=2, conditions=Conditions(price=price))
    usual, _ = acts_of({"tell": 0.3}, came=2)
    assert acts.price == price
    np.testing.assert_array_equal(acts.paid, usual.paid * np.float32(price))
    for name in ("bought", "moment", "left", "told", "answer"):
        np.testing.assert_array_equal(getattr(acts, name), getattr(usual, name))


def test_leaning_to_talk_changes_nothing_else():
    """What is told has luck of its own."""
    silent, loud = (acts_of({"tell": chance, "leave": 1.0}, came=3)[0] for chance in (0.0, 1.0))
    for name in ("bought", "moment", "paid", "left", "complained", "referred", "answer"):
        np.testing.assert_array_equal(getattr(silent, name), getattr(loud, name))


def test_the_mind_learns_what_was_done():
    acts, run = acts_of({"tell": 0.5})
    assert run.world.mind.seen == [acts]


def test_the_books_hold_what_was_told():
    """Every other one judges badly: praised and warned add up to those who told."""
    run = worlds.model(people=worlds.met(600), mind=Leans({"tell": 0.5, "attitude": -0.5}))
    run.run_for(3)
    good = worlds.model(people=worlds.met(600), mind=Leans({"tell": 0.5, "attitude": 0.5}))
    good.run_for(3)
    for week in range(3):
        told = float(run.mind.seen[week].told.sum())
        assert told > 50
        values = [
            one.ledger.value(name, one.world.accounts, week) for one in (run, good) for name in ("praised", "warned")
        ]
        assert values == [0.0, told, told, 0.0]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("word", WORDS)
def test_a_leaning_that_is_no_number_is_stopped_and_named(word: str, wrong: float):
    each = np.where(np.arange(50) == 17, wrong, 0.1)
    said = rf"Leans: the leaning '{word}' is NaN or infinite in week 0: mend Leans\.lean\(\)"
    with pytest.raises(TheoryError, match=said):
        acts_of({word: each}, n=50)


def test_the_theory_behind_a_leaning_is_named():
    with pytest.raises(TheoryError, match=r"Nowhere: the leaning 'leave' is NaN or infinite in week 0: mend Nowhere"):
        worlds.model(people=worlds.met(50), mind=Mind(intention=Nowhere())).run_for(4)


def test_a_theory_that_writes_nan_is_named_with_column_and_week_though_another_one_leans():
    """Three encounters in the warm-up, the fourth in week 0 spoils the value, on which the intention leans."""
    with pytest.raises(TheoryError, match=r"^'value' holds NaN or infinity in week 0: mend Worthless\.$"):
        worlds.model(people=worlds.met(50, rate=30.0), mind=Mind(value=Worthless())).run_for(4)


def test_among_says_who_is_there():
    rows, chosen = np.array([1, 4, 6]), np.array([0, 4, 6, 7])
    assert among(rows, chosen, 9).tolist() == [False, True, True]
    assert among(rows, chosen[:0], 9).tolist() == [False, False, False]
    assert among(rows[:0], chosen, 9).tolist() == []


def test_nobody_acts_quietly():
    acts, run = acts_of({"tell": 1.0}, n=0)
    assert len(acts.rows) == len(acts.said.rows) == len(acts.said.left) == 0
    assert len(run.records.crm[REFERRALS]) == 0
