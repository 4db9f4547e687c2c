"""Messages through two channels in one week, as one plan."""

from __future__ import annotations

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.plan import Plan
from sim.view import View
from strategies.channels import Channel


def dispatch(
    view: View, personal: tuple[Channel, Bool], mass: tuple[Channel, Bool], draws: Draws,
    care: F32 | float = 0.0, news: F32 | float = 0.0,
) -> Plan:  # fmt: skip
    """Contacts through each channel with its own customers [N], who must not overlap."""
    (rich, some), (plain, others) = personal, mass
    one = rich.send(view, some, draws.named("personal"), care, news)
    many = plain.send(view, others, draws.named("mass"), care, news)
    assert one.treated is not None
    assert many.treated is not None
    return Plan(
        treated=one.treated | many.treated,
        contact=_sum(one.contact, many.contact),
        care=_sum(one.care, many.care),
        news=_sum(one.news, many.news),
        digital=np.where(some, np.float32(rich.digital), np.float32(plain.digital)),
        cost=_sum(one.cost, many.cost),
    )


def _sum(one: F32 | None, other: F32 | None) -> F32 | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other
