"""New rows: who somebody is, how patient, and a mind that has lived a number of encounters, all addressed by key."""

from __future__ import annotations

from sim.baseline import Baseline
from sim.chance import Week
from sim.people import ACTIVE, BASKET, DROPOUT, KEY, PATIENCE, RATE, SHARE, START, STRATUM, Newcomers
from sim.plan import Plan
from sim.table import Block, Table
from sim.world import Mind, World


def settle_in(
    table: Table, newcomers: Newcomers, world: World, mind: Mind, baseline: Baseline, life: Week, image: float,
    block: int,
) -> Block:  # fmt: skip
    """Give newcomers rows and let their minds live through the warm-up; the rows.

    Args:
        table: which grows by them.
        newcomers: who they are.
        world: what they have lived in.
        mind: theirs, anchored where the population stands.
        baseline: which strata there are.
        life: luck drawn once in a life.
        image: the firm's public image now.
        block: rows worked on at a time.
    """
    people = table.grow(len(newcomers))
    people[KEY], people[ACTIVE], people[START] = newcomers.keys, newcomers.active, newcomers.start
    people[RATE], people[DROPOUT], people[BASKET] = newcomers.rate, newcomers.dropout, newcomers.basket
    if newcomers.share is not None:
        people[SHARE] = newcomers.share
    people[STRATUM] = baseline.strata(newcomers.rate, newcomers.dropout)
    usual = world.usual(image)
    for start in range(people.start, people.stop, block):
        rows = table.block(start, min(start + block, people.stop))
        draws = life.rows(rows[KEY], start)
        rows[PATIENCE] = draws.exponential("patience")
        world.cast.enter(rows, draws.named("cast"))
        mind.begin(rows)
        for encounter in range(world.warm_up if world.mind.columns else 0):
            lived = world.service.deliver(rows, Plan(), draws.named(f"warm-up {encounter}"), usual)
            mind.appraise(rows, lived)
            mind.settle(rows)
            mind.begin(rows)  # a warm-up has encounters but no purchases: without them habits would fade
    return people
