"""What a firm does to customers without an encounter: contact them, ask those back who left, let some go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.chance import F32, Bool, Draws, Index
from sim.exchange import Contacts, Said
from sim.people import ACTIVE, LEFT, PATIENCE, REASON, REASONS, RETURNS, START, STRAIN
from sim.plan import Plan
from sim.scenario import Conditions
from sim.table import Block
from sim.world import Mind, World

DISMISSED = REASONS.index("dismissed")


@dataclass(frozen=True)
class Reached:
    """Whom the firm contacted this week [A]: rows of the block, how often, and who wants no more of it.

    Those who have left in silence are among them: whether a contact met anybody, the firm is not told.
    """

    rows: Index
    times: F32
    annoyed: Bool


def reach(people: Block, plan: Plan, mind: Mind, draws: Draws, conditions: Conditions) -> Reached | None:
    """Contacts reach active customers, who take them as they do; None when nothing is sent and nobody takes part."""
    touched = [part > 0 for part in (plan.contact, plan.belonging) if part is not None]
    if not touched:
        return None
    annoyed = np.zeros(len(people), np.bool_)
    rows = np.flatnonzero(people[ACTIVE] & np.logical_or.reduce(touched))
    if len(rows):

        def of(values: F32 | None, otherwise: float = 0.0) -> F32:
            return np.full(len(rows), otherwise, np.float32) if values is None else values.take(rows)

        languages = min(conditions.languages + plan.languages, 1.0)
        contacts = Contacts(
            of(plan.contact), of(plan.care), of(plan.news), of(plan.digital, 0.5), of(plan.belonging), languages
        )
        weary = mind.reached(people.some(rows), contacts)
        annoyed[rows] = draws.some(rows).uniform("opts out") < weary
    if plan.contact is None:
        return None
    sent = np.flatnonzero(plan.contact > 0)
    return Reached(sent, plan.contact.take(sent), annoyed.take(sent))


def come_back(people: Block, plan: Plan, world: World, draws: Draws, week: int) -> Index:
    """Who of those who left and are asked comes back [rows]; they are active again."""
    asked = [part > 0 for part in (plan.invite, plan.welcome) if part is not None]
    ease = world.second_life.ease
    if not asked or ease == 0:
        return np.zeros(0, np.intp)
    gone = ~people[ACTIVE] & (people[LEFT] < week)  # NaN is not: they have not left, or did before the model began
    rows = np.flatnonzero(gone & np.logical_or.reduce(asked))
    if not len(rows):
        return rows
    odds = np.log(ease / max(1 - ease, 1e-9)) + world.mind.reconsider(people.some(rows), plan.some(rows))
    back: Index = rows[draws.some(rows).uniform("comes back") < 1 / (1 + np.exp(-odds))]
    again, n = people.some(back), len(back)
    again[ACTIVE], again[LEFT] = np.ones(n, np.bool_), np.full(n, np.nan, np.float32)
    again[PATIENCE] = draws.some(back).exponential("patience for another life")
    again[STRAIN], again[START] = np.zeros(n, np.float32), np.full(n, week, np.float32)
    again[RETURNS] = again[RETURNS] + np.uint8(1)
    world.mind.returned(again, plan.some(back))
    return back


def let_go(people: Block, plan: Plan, week: int) -> tuple[Index, Said | None]:
    """Whom the firm lets go [rows], and what they say of it."""
    if plan.dismiss is None:
        return np.zeros(0, np.intp), None
    rows = np.flatnonzero(plan.dismiss & people[ACTIVE])
    people[ACTIVE][rows] = False
    people[LEFT][rows] = week
    people[REASON][rows] = DISMISSED
    bad = np.full(len(rows), -1, np.float32)
    return rows, Said(rows, np.full(len(rows), 0.3, np.float32), bad, bad, rows)
