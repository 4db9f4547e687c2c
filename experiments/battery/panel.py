"""Customers of many firms in several markets: the respondents of cross-sectional surveys.

A study across firms finds customers who were served better and worse, often and seldom, with good and poor
alternatives; one firm's ordinary customers differ by little but luck. How much all this differs is assumed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from experiments.battery.laboratory import Laboratory
from experiments.battery.room import Room

VISITS = 8  # weeks in which one may come, after the warm-up
FIRM_SPREAD = 0.06  # standard deviation of firms' quality: half of the spread between encounters of one firm
RIVALS = (-0.12, -0.04, 0.04, 0.12)  # the best alternative in each market, beside the usual one
PRICES = (1.05, 0.95, 0.95, 1.05)  # in usual prices; unrelated to the rivals
RAREST = 0.3  # chance to come in a week of those who come least; those who come most always do


def panel(laboratory: Laboratory) -> tuple[Room, ...]:
    """A room per market, a quarter of the sample in each, after the visits and anchored together; not to be changed."""
    return laboratory.shared("panel", lambda: _panel(laboratory))


def _panel(laboratory: Laboratory) -> tuple[Room, ...]:
    usual = laboratory.sample.usual
    offers = zip(RIVALS, PRICES, strict=True)
    markets = [replace(usual, rival=float(np.clip(usual.rival + lead, 0, 1)), price=price) for lead, price in offers]
    everybody = np.arange(laboratory.sample.customers)
    rooms = tuple(
        laboratory.room(f"market {number}", among=everybody[number :: len(markets)], conditions=market)
        for number, market in enumerate(markets)
    )
    for room in rooms:
        _live(room)
    standing = np.concatenate([room.mind.loyalty(room.people) for room in rooms])
    for room in rooms:
        room.anchor(standing)
    return rooms


def _live(room: Room) -> None:
    """Everybody is the customer of one firm and comes as often as they do."""
    level = np.float32(FIRM_SPREAD) * room.normal("firm")
    often = np.float32(RAREST) + np.float32(1 - RAREST) * room.uniform("how often")
    for week in range(VISITS):
        room.visit(level, among=room.uniform(f"comes in week {week}") < often)
