"""Customers whom a firm comes to, and contacts, made by hand and anywhere in range."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.reception import Reception
from sim.exchange import Contacts
from sim.people import BASKET, REASON, REASONS, RETURNS
from sim.table import Block, Table
from tests.agents.anybody import N, anybody, unit
from tests.agents.minds import HELD, array, columns

NUMBERS = {
    "forget": 0.8, "mismatch": 0.6, "barrier": 0.2, "garble": 0.1, "warmth": 0.2, "closeness": 0.1, "goodwill": 0.1,
    "manipulated": 0.2, "annoyed": 0.05, "opt_out": 0.02, "harassed": 0.1, "attention": 0.6, "wakes": 0.4,
    "informs": 0.1, "includes": 0.2, "norm": 0.5, "redress": 0.4, "heard_out": 0.05, "learns": 0.5, "claims": 0.25,
    "crowding": 0.8, "bounty": 0.5, "prompts": 0.5, "fond": 0.5, "motive": 1.0, "useful": 2.0, "earnest": 1.5,
    "bought": 2.0, "grudge": 1.0, "worth": 0.3, "tempted": 0.5,
}  # fmt: skip
TAKES = Reception(**NUMBERS)  # numbers of the tests' own, so that another default mends no sum


def customers(n: int = 1, **values: Any) -> Block:
    """n customers as `people` makes them, who also have a basket of 20, and places for leaving and coming back."""
    values = {"basket": 20.0} | values
    table = Table((*HELD, BASKET, REASON, RETURNS), n)
    for column in table.columns:
        if column.name in values:
            table[column][:] = values[column.name]
    return table.block(0, n)


def someone(seed: int) -> tuple[Block, np.random.Generator]:
    """N customers anywhere in range, contacts of late and what was learnt included; a fifth has none of either."""
    rng = np.random.default_rng(seed)
    traits = {name: values for name, values in columns(anybody(rng)).items() if name != "segment"}
    traits |= {"basket": rng.exponential(20, N), "reason": rng.integers(0, len(REASONS), N)}
    traits |= {"returns": rng.integers(0, 3, N)}
    idle = rng.random(N) < 0.2
    traits |= {name: np.where(idle, 0, traits[name]) for name in ("contacted", "attended", "claiming")}
    return customers(N, **traits), rng


def contacts(n: int = 1, **values: Any) -> Contacts:
    """One contact each in a channel between the two, without care or news unless said otherwise."""
    parts = {"times": 1.0, "care": 0.0, "news": 0.0, "digital": 0.5, "belonging": 0.0, **values}
    languages = float(parts.pop("languages", 1.0))
    return Contacts(**{name: array(value, n) for name, value in parts.items()}, languages=languages)


def any_contacts(rng: np.random.Generator, **values: Any) -> Contacts:
    news, digital, belonging, languages = unit(rng, 4, N)
    parts = {"times": rng.integers(0, 3, N), "care": 2 * unit(rng, N) - 1, "news": news, "digital": digital}
    return contacts(N, **(parts | {"belonging": belonging, "languages": languages[0]} | values))
