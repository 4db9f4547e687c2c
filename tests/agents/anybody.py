"""Anybody, anything and any week: customers, encounters, talk, acts, plans and parameters anywhere in range."""

from __future__ import annotations

import dataclasses as dc
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from agents import customers as c
from agents.theories.commitment import Commitment
from agents.theories.emotion import Emotion
from agents.theories.expectation import Expectation
from agents.theories.satisfaction import Satisfaction
from agents.theories.trust import Trust
from agents.theories.value import Value
from sim.baseline import Standing
from sim.exchange import Acts, Encounters, Heard
from sim.plan import Plan
from sim.scenario import Conditions
from sim.table import Block
from tests.agents.minds import acts, array, columns, heard, lived, people

N = 40
PRICES = ("price", "rival_price")
COLUMNS = (*c.TRAITS, *c.STATE)
seeds = st.integers(0, 2**32 - 1)
laws = settings(max_examples=10, deadline=None, database=None)  # a failure names its seed


@dataclass(frozen=True)
class Week:
    """Everything that can happen to customers in a week [n]."""

    lived: Encounters
    felt: np.ndarray
    unease: np.ndarray | None
    heard: Heard
    acts: Acts
    plan: Plan
    conditions: Conditions
    standing: Standing

    def some(self, rows: np.ndarray) -> Week:
        """The part of it that happens to chosen rows."""
        return _taken(self, rows)


def unit(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers from 0 to 1, the ends included."""
    within, end = rng.random(shape), rng.integers(0, 2, shape)
    return np.where(rng.random(shape) < 0.4, end, within)


def anybody(rng: np.random.Generator, **fixed: Any) -> Block:
    """Customers with every trait and state anywhere in its declared range, the ends included.

    Valence and arousal are the difference and the sum of a good and a bad feeling of at most 0.5 each, evidence starts
    at 1: other states are never reached.
    """
    values: dict[str, Any] = {
        column.name: column.low + share * (min(column.high, 100.0) - column.low)
        for column, share in zip(COLUMNS, unit(rng, len(COLUMNS), N), strict=True)
    }
    values["experience"] = np.maximum(values["experience"], 1.0)
    good, bad = 0.5 * unit(rng, 2, N)
    values["valence"], values["arousal"] = good - bad, good + bad
    values |= {"rate": rng.exponential(0.5, N), "start": rng.uniform(-100, 10, N)}
    return people(N, **(values | fixed))


def twins(seed: int, **fixed: Any) -> tuple[Block, Block]:
    """The same customers twice."""
    one = anybody(np.random.default_rng(seed), **fixed)
    return one, people(N, **{name: values for name, values in columns(one).items() if name != "segment"})


def anything(rng: np.random.Generator, **values: Any) -> Encounters:
    """Encounters anywhere in range, some without fit, intrusion, reward, moment or recovery."""
    technical, functional, failure, recovery, intrusion = unit(rng, 5, N)
    promised, brand, rival = unit(rng, 3)
    parts: dict[str, Any] = {
        "fit": 2 * unit(rng, N) - 1,
        "intrusion": intrusion,
        "reward": rng.exponential(1, N),
        "moment": 2 * unit(rng, N) - 1,
        "recovery": recovery,
    }
    parts = {name: part if rng.random() < 0.7 else None for name, part in parts.items()}
    parts |= {"technical": technical, "functional": functional, "failure": failure * rng.integers(0, 2, N)}
    parts |= {"promised": float(promised), "brand": float(brand), "rival": float(rival)}
    parts |= {"effort": rng.normal(0, 2, N), "staff_mood": float(2 * rng.random() - 1) * int(rng.integers(0, 2))}
    parts |= {name: float(np.exp(rng.normal(0, 0.5))) if rng.random() < 0.7 else 1.0 for name in PRICES}
    if rng.random() < 0.5:  # what is usually one number for all may differ from customer to customer
        alone = {"promised": unit(rng, N), "staff_mood": 2 * unit(rng, N) - 1, "price": np.exp(rng.normal(0, 0.5, N))}
        parts |= {"candour": unit(rng, N), "slight": unit(rng, N)} | {k: array(v, N) for k, v in alone.items()}
    return lived(N, **(parts | values))


def better(rng: np.random.Generator, **values: Any) -> tuple[Encounters, Encounters]:
    """Two encounters that differ in quality only, the second better or equal in both dimensions."""
    worse = anything(rng, **values)
    up = [array(np.minimum(q + unit(rng, N), 1), N) for q in (worse.technical, worse.functional)]
    return worse, replace(worse, technical=up[0], functional=up[1])


def any_talk(rng: np.random.Generator, **values: Any) -> Heard:
    """Talk anywhere in range; who has no teller hears what is usual."""
    tellers = rng.integers(0, 4, N)
    attitude, feeling = (2 * unit(rng, 2, N) - 1) * (tellers > 0)
    parts = {"quality": np.where(tellers > 0, unit(rng, N), 0.7), "attitude": attitude, "feeling": feeling}
    return heard(N, **({"tellers": tellers, "leavers": rng.integers(0, 4, N)} | parts | values))


def any_acts(rng: np.random.Generator, **values: Any) -> Acts:
    """Customers who may have done anything."""
    done = {name: rng.integers(0, 2, N) for name in ("left", "renewed", "complained", "referred", "told", "bad")}
    return acts(N, **({"bought": rng.integers(0, 4, N), "answer": rng.integers(-1, 11, N)} | done | values))


def any_week(rng: np.random.Generator) -> Week:
    """Anything may happen."""
    progress, status = (array(x, N) for x in unit(rng, 2, N))
    own = array(np.exp(rng.normal(0, 0.5, N)), N) if rng.random() < 0.5 else None
    price = float(np.exp(rng.normal(0, 0.5))) if rng.random() < 0.7 else 1.0
    return Week(
        lived=anything(rng),
        felt=array(2 * unit(rng, N) - 1, N),
        unease=array(5 * rng.random(N), N) if rng.random() < 0.7 else None,
        heard=any_talk(rng),
        acts=any_acts(rng),
        plan=Plan(progress=progress, status=status, price=own) if rng.random() < 0.7 else Plan(),
        conditions=Conditions(price=price, competition=float(unit(rng, 1)[0]), poaching=2 * float(unit(rng, 1)[0])),
        standing=Standing(float(rng.normal(0, 0.3)), float(rng.uniform(0.05, 1))),
    )


def any_theory[T](kind: type[T], rng: np.random.Generator, **fixed: Any) -> T:
    """A theory with each parameter at its lowest, its highest, its default, or anywhere between."""
    chosen = {}
    for field in dc.fields(kind):  # type: ignore[arg-type]
        low, high = field.metadata["low"], field.metadata["high"]
        chosen[field.name] = float([low, high, field.default, rng.uniform(low, high)][rng.integers(0, 4)])
    return kind(**(chosen | fixed))


def live(theory: Any, rows: Block, week: Week) -> list[np.ndarray]:
    """A theory begins and does everything it does in a week; what it says of each customer comes back."""
    if hasattr(theory, "begin"):
        theory.begin(rows)
    if isinstance(theory, Expectation):
        theory.learn(rows, week.lived)
        theory.hear(rows, week.heard)
        return []
    if isinstance(theory, Satisfaction):
        return [theory.judge(rows, week.lived)]
    if isinstance(theory, Emotion):
        theory.feel(rows, week.lived, week.felt)
        theory.catch(rows, week.heard)
        theory.fade(rows)
        return []
    if isinstance(theory, Trust):
        theory.update(rows, week.lived, week.felt, week.unease)
        return []
    if isinstance(theory, Value):
        theory.worth(rows, week.lived)
        return []
    if isinstance(theory, Commitment):
        theory.bind(rows, week.lived)
        theory.acted(rows, week.acts)
        if hasattr(theory, "fade"):
            theory.fade(rows)
        return []
    theory.weigh(rows, week.lived)
    leanings = theory.lean(rows, week.plan, week.conditions, week.standing)
    theory.acted(rows, week.acts)
    theory.fade(rows)
    theory.hear(rows, week.heard)
    said = [values for values in vars(leanings).values() if values is not None]
    return [theory.wish(rows, week.plan, week.conditions, week.standing), *said]


def _taken(value: Any, rows: np.ndarray) -> Any:
    """The chosen rows of every array [N] in a tree of dataclasses."""
    if isinstance(value, np.ndarray):
        return value[rows] if len(value) == N else value
    if dc.is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{field.name: _taken(getattr(value, field.name), rows) for field in dc.fields(value)})
    return value
