"""Plans -> one plan: what customers get from several plays at once, and what becomes of a play done more or less."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Bool, Draws
from sim.errors import StrategyError
from sim.plan import ARRAYS, LIMITS, MONEY, RANGES, Offer, Plan
from sim.view import View
from sim.world import Strategy
from strategies.play import Play

_BOOKED = ("cost", "encounter_cost")  # stand in the parts only: nothing but the ledger reads them
_SUMS = (
    "technical", "functional", "promise", "recovery", "redress", "upsell", "reward", "redeemed", "points", "contact",
    "amends", "bounty", "welcome",
)  # fmt: skip
_PRODUCTS = ("wait", "price")
_STRONGEST = ("depth", "candour", "slight", "progress", "status", "belonging", "prompt", "invite")
_MEANS = {  # weighed by, and what a play that leaves it open means
    "accuracy": ("depth", 0.0), "suits": ("upsell", 0.0), "care": ("contact", 0.0), "news": ("contact", 0.0),
    "digital": ("contact", 0.5),
}  # fmt: skip
_GRADED = (
    "technical", "functional", "depth", "promise", "candour", "slight", "recovery", "upsell", "status", "reward",
    "points", "contact", "belonging", "redress", "amends", "bounty", "prompt", "invite", "welcome", *_BOOKED,
)  # fmt: skip
_LIGHT = Plan()


def combine(plans: Mapping[str, Plan], line: str = "portfolio") -> Plan:
    """One plan [N] of several, by the line each is booked under.

    Lifts, money, points and contacts add up and stay within range; prices and waits multiply; of depth, recognition,
    progress and what else is a matter of degree the strongest counts; accuracy is weighed by depth, care, news and
    channel by contacts, need by what is sold. Overhead and the like add up, multipliers multiply. There is one account
    of points, so a customer hands them in for the reward of one play, the first. What it costs stands in `parts` alone,
    one light plan per play, so that each is booked under its own line.
    """
    plans = _one_redemption(plans)
    several = list(plans.values())
    levers: dict[str, Any] = {name: value for name in ARRAYS if (value := _merged(name, several)) is not None}
    return _LIGHT.but(
        **levers, **_scalars(several), line=line,
        parts=tuple(bill for own, plan in plans.items() for bill in _bills(plan, own)),
        offers=tuple(offer for plan in several for offer in plan.offers),
        notes=tuple(note for plan in several for note in plan.notes),
    )  # fmt: skip


def scaled(plan: Plan, scale: float, honoured: Bool | None = None) -> Plan:
    """A plan done more or less: 0 is not at all, 1 as it stands, 2 twice as much of every lift and of its money.

    Prices, waits and multipliers are raised to that power. What was earned is honoured: progress, points to hand in,
    what outstanding points are worth and the reward of those who hand them in (`honoured`) stay; so does how well
    things fit (accuracy, suits, care, news, channel).
    """
    if scale == 1:
        return plan
    changed: dict[str, Any] = {}
    for name in _GRADED:
        value = getattr(plan, name)
        if value is not None:
            low, high = RANGES[name]
            changed[name] = np.clip(value * np.float32(scale), low, high)
    honoured = plan.redeemed > 0 if plan.redeemed is not None else honoured
    if plan.reward is not None and honoured is not None:
        changed["reward"] = np.where(honoured, plan.reward, changed["reward"])
    for name in _PRODUCTS:
        if getattr(plan, name) is not None:
            changed[name] = getattr(plan, name) ** np.float32(scale)
    for name in ("image", "training", "incentive", "crew", "culture", "languages", "overhead"):
        low, high = LIMITS[name]
        changed[name] = min(max(getattr(plan, name) * scale, low), high)
    for name in ("attraction", "referral", "survey"):
        changed[name] = getattr(plan, name) ** scale
    if scale == 0:
        changed["treated"], changed["dismiss"], changed["offers"] = None, None, _ends(plan.offers)
    return plan.but(**changed, parts=tuple(scaled(part, scale, honoured) for part in plan.parts))


def planned(strategy: Strategy, name: str, view: View, draws: Draws, resting: bool = False) -> Plan:
    """What one of several strategies plans under a name of its own; `resting`: what it plans once its money is gone.

    Its memory, its luck, its offers and its lines in the books bear the name, so that two of one class stay apart.
    """
    line = getattr(strategy, "line", name)
    own = View(
        view.week, view.customers, view.__getitem__, lambda offer: view.member(_own(offer, line, name)),
        _own_lines(view.spent, line, name), view.desk(name).memory,
    )  # fmt: skip
    try:
        if not resting:
            plan = strategy.plan(own, draws.named(name))
        else:
            plan = _ended(strategy, own.desk(line)) if isinstance(strategy, Play) else Plan()
        if not isinstance(plan, Plan):
            raise TypeError(f"plan() returned {type(plan).__name__}, not a Plan")
        plan.check(len(view))
    except StrategyError as error:  # of a play within a play
        raise StrategyError(f"'{name}': {error}") from error
    except Exception as error:  # a stranger's code may raise anything; who it was must be said
        raise StrategyError(f"'{name}': {type(error).__name__}: {error}") from error
    offers = tuple(replace(offer, name=_own(offer.name, line, name)) for offer in plan.offers)
    notes = tuple(note if note.startswith(name) else f"{name}: {note}" for note in plan.notes)
    return plan.but(offers=offers, notes=notes)


def _ended(play: Play, desk: View) -> Plan:
    """What a play plans as if its money were gone; it does not remember that, so it may be taken up again."""
    own_end = desk.memory.get("spent up")
    desk.memory["spent up"] = desk.week if own_end is None else own_end
    plan = play.rest(desk)
    if own_end is None:
        del desk.memory["spent up"]
    return plan


def spent_on(spent: Mapping[str, float], name: str) -> float:
    """Money spent so far under a play's line, and under the lines of what it is itself made of."""
    return sum(money for line, money in spent.items() if line == name or line.startswith(f"{name}."))


def _own(offer: str, line: str, name: str) -> str:
    """An offer's name among several plays: as it is where the play bears its usual name."""
    return offer if name == line else offer.replace(line, name) if line in offer else f"{name}: {offer}"


def _own_lines(spent: Mapping[str, float], line: str, name: str) -> dict[str, float]:
    parts = {own.removeprefix(f"{name}."): money for own, money in spent.items() if own.startswith(f"{name}.")}
    return {line: spent_on(spent, name), **parts}


def _one_redemption(plans: Mapping[str, Plan]) -> Mapping[str, Plan]:
    """The plans without rewards for points that a play before them already takes."""
    if sum(plan.redeemed is not None for plan in plans.values()) < 2:
        return plans
    kept, taken = dict(plans), np.zeros(1, np.bool_)
    for name, plan in plans.items():
        if plan.redeemed is not None:
            kept[name] = _without_reward(plan, taken & (plan.redeemed > 0))
            taken = taken | (plan.redeemed > 0)
    return kept


def _without_reward(plan: Plan, whom: Bool) -> Plan:
    less = {name: value * ~whom for name in ("reward", "redeemed") if (value := getattr(plan, name)) is not None}
    return plan.but(**less, parts=tuple(_without_reward(part, whom) for part in plan.parts))


def _ends(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """Nobody new is asked; what ends still ends."""
    return tuple(replace(offer, to=np.zeros_like(offer.to)) for offer in offers if offer.ends)


def _merged(name: str, plans: Sequence[Plan]) -> NDArray[Any] | None:
    """One lever [N] of all plans; as it is where only one moves it, so nothing is copied; None where none does."""
    if name in _MEANS:
        by, otherwise = _MEANS[name]
        weighed = [plan for plan in plans if _moves(plan, by)]
        return _mean(name, by, otherwise, weighed) if len(weighed) > 1 else _only(name, weighed)
    moving = [plan for plan in plans if _moves(plan, name)]
    if len(moving) < 2 or name in _BOOKED:
        return None if name in _BOOKED else _only(name, moving)
    join = _JOINS[name]
    merged: NDArray[Any] = join(getattr(moving[0], name), getattr(moving[1], name))
    for plan in moving[2:]:
        join(merged, getattr(plan, name), out=merged)
    return np.clip(merged, *RANGES[name], out=merged) if name in (*_SUMS, *_PRODUCTS) else merged


def _moves(plan: Plan, name: str) -> bool:
    """Whether a plan moves a lever; a personal touch without its accuracy does nothing."""
    return getattr(plan, name) is not None and (name != "depth" or plan.accuracy is not None)


def _only(name: str, plans: Sequence[Plan]) -> NDArray[Any] | None:
    return getattr(plans[0], name) if plans else None


def _mean(name: str, by: str, otherwise: float, plans: Sequence[Plan]) -> F32:
    """Mean of a quality over the plans [N], weighed by what it is a quality of; `otherwise` where there is none."""
    weights = [getattr(plan, by) for plan in plans]
    rows = np.flatnonzero(np.logical_or.reduce([weight > 0 for weight in weights]))  # mostly few
    sums, total = np.zeros((2, len(rows)), np.float32)
    for plan, weight in zip(plans, weights, strict=True):
        value, own = getattr(plan, name), weight.take(rows)
        total += own
        sums += own * (np.float32(otherwise) if value is None else value.take(rows))
    mean = np.full(len(weights[0]), otherwise, np.float32)
    mean[rows] = np.clip(sums / total, *RANGES[name])  # a rounding error must not leave the range
    return mean


def _bills(plan: Plan, own: str) -> list[Plan]:
    """The money of a plan [N] under the play's own line; what it is itself made of goes under that."""
    found = []
    for bill in plan.bills:
        money = {name: value for name in MONEY if (value := getattr(bill, name)) is not None}
        if money or bill.overhead:
            line = own if bill is plan else f"{own}.{bill.line}"
            found.append(_LIGHT.but(**money, overhead=bill.overhead, line=line))
    return found


def _scalars(plans: Sequence[Plan]) -> dict[str, Any]:
    """What a plan holds for the firm as a whole."""
    gaps = np.prod([1 - plan.languages for plan in plans])
    found = {
        "point_value": max(plan.point_value for plan in plans),
        "languages": float(1 - gaps),
    }  # overhead stands in the parts
    found |= {
        name: sum(getattr(plan, name) for plan in plans)
        for name in ("image", "training", "incentive", "crew", "culture")
    }
    for name in ("attraction", "referral", "survey"):
        found[name] = float(np.prod([getattr(plan, name) for plan in plans]))
    return {name: min(max(value, LIMITS[name][0]), LIMITS[name][1]) for name, value in found.items()}


_JOINS: dict[str, Callable[..., NDArray[Any]]] = {
    **dict.fromkeys(_SUMS, np.add),
    **dict.fromkeys(_PRODUCTS, np.multiply),
    **dict.fromkeys(_STRONGEST, np.maximum),
    **dict.fromkeys(("treated", "dismiss"), np.logical_or),
}
