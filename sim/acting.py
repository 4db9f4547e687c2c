"""Those who have an occasion to act: buy, renew or leave, complain, refer, tell friends, answer."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from sim.behaviour import Occasion
from sim.chance import F32, Bool, Draws, Index
from sim.errors import TheoryError
from sim.exchange import Acts, Leanings, Plan, Said
from sim.people import ACTIVE, LEFT
from sim.scenario import Conditions
from sim.table import Block, Rows
from sim.world import Mind, World, writers


def act(
    people: Block, rows: Index, occasion: Occasion, plan: Plan, mind: Mind, world: World, draws: Draws,
    conditions: Conditions,
) -> Acts:  # fmt: skip
    """Those concerned [E] act as they lean and as luck has it; `plan` and `draws` are theirs.

    Raises:
        TheoryError: a leaning is NaN or infinite, or a column behind it.
    """
    actors = people.some(rows)
    leanings = mind.lean(actors, plan, conditions)
    _refuse_nan(leanings, actors, mind, occasion.week)
    decision = world.behaviour.decide(actors, occasion, leanings.leave, draws)
    left = rows[decision.left]
    people[ACTIVE][left] = False
    people[LEFT][left] = decision.moment[decision.left]
    met = (occasion.came > 0) | occasion.trial
    complains, refers, tells = draws.uniforms("complain", "refer", "tell")
    referral = np.float32(world.arrivals.referral * plan.referral) * np.exp(leanings.recommend)
    answer = np.where(met, world.survey.ask(leanings.score, draws), -1).astype(np.int8)
    told = (tells < leanings.tell) & met
    acts = Acts(
        rows=rows,
        bought=decision.bought,
        moment=decision.moment,
        paid=decision.paid if conditions.price == 1 else decision.paid * np.float32(conditions.price),
        left=decision.left,
        seen=world.behaviour.leaving_is_seen,
        renewed=decision.renewed,
        complained=(complains < leanings.complain) & met,
        referred=(refers < referral) & met,
        told=told,
        bad=told & (leanings.attitude < 0),
        answer=answer,
        spent=plan.spent(decision.bought > 0),
        price=conditions.price,
        said=_said(rows, np.flatnonzero(told), left, leanings),
    )
    mind.acted(actors, acts)
    return acts


def among(rows: Index, chosen: Index, n: int) -> Bool:
    """Which of `rows` [E] are among the chosen ones, all of them places in a block of n."""
    flags = np.zeros(n, np.bool_)
    flags[chosen] = True
    return flags.take(rows)


def _said(rows: Index, told: Index, left: Index, leanings: Leanings) -> Said:
    def of(values: F32) -> F32:
        return values.take(told)

    return Said(rows.take(told), of(leanings.quality), of(leanings.attitude), of(leanings.feeling), left)


def _refuse_nan(leanings: Leanings, actors: Rows, mind: Mind, week: int) -> None:
    """Blame the theory that wrote what the leaning came from, before the one that leans."""
    for name in (field.name for field in fields(leanings)):
        if np.isfinite(getattr(leanings, name).sum()):
            continue
        for column in mind.columns:
            if not np.isfinite(actors[column]).all():
                author = writers(mind, column)
                raise TheoryError(f"'{column.name}' holds NaN or infinity in week {week}: mend {author}.")
        theory = type(getattr(mind, "intention", mind)).__name__
        raise TheoryError(f"{theory}: the leaning '{name}' is NaN or infinite in week {week}: mend {theory}.lean().")
