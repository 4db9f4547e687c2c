"""Those who have an occasion to act: buy, renew or leave, complain, refer, tell friends, answer."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from sim.behaviour import Occasion
from sim.chance import F32, Bool, Draws, Index
from sim.competition import gone_to
from sim.errors import TheoryError
from sim.exchange import U8, Acts, Leanings, Said
from sim.people import ACTIVE, DROPOUT, LEFT, REASON, REASONS, WENT_TO
from sim.plan import Offer, Plan
from sim.scenario import Conditions
from sim.service import share_of_spend
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
    reason = _reasons(decision.left, actors[DROPOUT], leanings, draws)
    left = rows[decision.left]
    people[ACTIVE][left] = False
    people[LEFT][left] = decision.moment[decision.left]
    people[REASON][left] = reason[decision.left]
    people[WENT_TO][left] = gone_to(reason, decision.left, conditions.rivals, draws)[decision.left]
    met = (occasion.came > 0) | occasion.trial
    complains, refers, tells = draws.uniforms("complain", "refer", "tell")
    referral = np.float32(world.arrivals.referral * plan.referral) * np.exp(leanings.recommend)
    answer = np.where(met, world.survey.ask(leanings.score, draws, plan.survey), -1).astype(np.int8)
    told = (tells < leanings.tell) & met
    complained, referred = (complains < leanings.complain) & met, (refers < referral) & met
    complainers = np.flatnonzero(complained)
    price = conditions.price if plan.price is None else plan.price * np.float32(conditions.price)
    bills = _bills(plan, decision.bought > 0, complained, referred)
    acts = Acts(
        rows=rows,
        bought=decision.bought,
        moment=decision.moment,
        paid=_paid(decision.paid, price, plan),
        left=decision.left,
        seen=world.behaviour.leaving_is_seen,
        renewed=decision.renewed,
        complained=complained,
        referred=referred,
        told=told,
        bad=told & (leanings.attitude < 0),
        answer=answer,
        spent=sum((money for _, money in bills[1:]), bills[0][1]) if bills else None,
        price=price,
        said=_said(rows, np.flatnonzero(told), left, leanings),
        bills=bills,
        answered=_answered(complainers, world, plan, draws) if len(complainers) else None,
        amends=None if plan.amends is None else share_of_spend(plan.amends, actors),
        digital=None if leanings.digital is None else draws.happens("channel", leanings.digital),
        joined=tuple(_joined(offer, actors, met & ~decision.left, mind, draws) for offer in plan.offers),
        reason=reason,
        stated=_stated(reason, world, draws) if len(left) and world.behaviour.leaving_is_seen else None,
    )
    mind.acted(actors, acts)
    return acts


def among(rows: Index, chosen: Index, n: int) -> Bool:
    """Which of `rows` [E] are among the chosen ones, all of them places in a block of n."""
    flags = np.zeros(n, np.bool_)
    flags[chosen] = True
    return flags.take(rows)


def _paid(usual: F32, price: F32 | float, plan: Plan) -> F32:
    """Money paid [E]: the usual spend at this price, and what was sold on top."""
    paid: F32 = usual if isinstance(price, float) and price == 1 else usual * np.float32(price)
    return paid if plan.upsell is None else paid * (1 + plan.upsell)


def _bills(plan: Plan, bought: Bool, complained: Bool, referred: Bool) -> tuple[tuple[str, F32], ...]:
    """Money spent on what customers did [E], by the line that pays; lines that pay for no act are left out."""
    found = []
    for bill in plan.bills:
        priced = (
            (bill.encounter_cost, bought), (bill.reward, bought), (bill.amends, complained), (bill.bounty, referred),
        )  # fmt: skip
        amounts = [price * done for price, done in priced if price is not None]
        if amounts:
            found.append((bill.line, sum(amounts[1:], amounts[0])))
    return tuple(found)


def _answered(complainers: Index, world: World, plan: Plan, draws: Draws) -> F32:
    """How well complaints are answered [E], 0 where there is none."""
    answered = np.zeros(len(draws), np.float32)
    answered[complainers] = world.service.answer(plan, draws, complainers)
    return answered


def _joined(offer: Offer, actors: Rows, met: Bool, mind: Mind, draws: Draws) -> tuple[str, Bool]:
    """Who of those asked joins now [E]: each has one luck per offer, for life, and joins once it is low enough."""
    odds = np.log(max(offer.ease, 1e-9) / max(1 - offer.ease, 1e-9)) + mind.join(actors, offer)
    return offer.name, offer.to & met & (draws.lasting(f"joins {offer.name}") < 1 / (1 + np.exp(-odds)))


def _reasons(left: Bool, dropout: F32, leanings: Leanings, draws: Draws) -> U8:
    """Why those who left did so [E], places in REASONS; 0 for the others.

    With the chance d + (1 - d) exp(-shift) they would have left anyway, for want of need: the chance of leaving
    without the shift, the dropout d, over the chance with it. Else the largest part of the shift is to blame: price,
    contacts, a rival, or how they were served, which is what the others leave over.
    """
    reason = np.zeros(len(left), np.uint8)
    gone = np.flatnonzero(left)
    if not len(gone):
        return reason
    shift = leanings.leave.take(gone)
    parts = [np.zeros(len(gone), np.float32) if p is None else p.take(gone) for p in _blamed(leanings)]
    blamed = np.stack([shift - sum(parts), *parts])
    usual = dropout.take(gone)
    anyway = draws.some(gone).uniform("reason") < usual + (1 - usual) * np.exp(-np.maximum(shift, 0))
    culprits = np.array([REASONS.index(name) for name in ("service", "price", "contact", "rival")], np.uint8)
    reason[gone] = np.where(anyway, np.uint8(REASONS.index("need")), culprits[blamed.argmax(axis=0)])
    return reason


def _stated(reason: U8, world: World, draws: Draws) -> U8:
    """The reasons of those who tell why they leave [E]; 0 for the others."""
    return np.where(draws.uniform("exit interview") < world.survey.exit, reason, np.uint8(0))


def _blamed(leanings: Leanings) -> tuple[F32 | None, ...]:
    return leanings.price, leanings.contact, leanings.rival


def _said(rows: Index, told: Index, left: Index, leanings: Leanings) -> Said:
    def of(values: F32) -> F32:
        return values.take(told)

    return Said(rows.take(told), of(leanings.quality), of(leanings.attitude), of(leanings.feeling), left)


def _refuse_nan(leanings: Leanings, actors: Rows, mind: Mind, week: int) -> None:
    """Blame the theory that wrote what the leaning came from, before the one that leans."""
    for name in (field.name for field in fields(leanings)):
        leaning = getattr(leanings, name)
        if leaning is None or np.isfinite(leaning.sum()):
            continue
        for column in mind.columns:
            if not np.isfinite(actors[column]).all():
                author = writers(mind, column)
                raise TheoryError(f"'{column.name}' holds NaN or infinity in week {week}: mend {author}.")
        theory = type(getattr(mind, "intention", mind)).__name__
        raise TheoryError(f"{theory}: the leaning '{name}' is NaN or infinite in week {week}: mend {theory}.lean().")
