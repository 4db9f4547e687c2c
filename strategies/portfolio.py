"""Portfolio: several plays under one budget, with priorities and a cap on contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from sim.chance import F32, Bool, Draws
from sim.errors import ParameterError
from sim.parameters import ASSUMED, Parametric, param
from sim.plan import Plan
from sim.view import View
from sim.world import Strategy
from strategies.combining import combine, planned, spent_on
from strategies.play import UNLIMITED


@dataclass(frozen=True)
class Portfolio(Parametric):
    """Several plays at once; what they do to a customer adds up, and so does what they ask of the customer.

    * Each is booked under its own name, and remembers, draws and makes offers under it.
    * Contacts: a play's contact of a customer is dropped, with its cost, where those of the plays before it and of the
      last weeks leave no room under the cap.
    * Budget: as long as the week of all plays does not fit into what is left, the last one ends for good. What a week
      costs is what it plans to spend, or what its last week cost if that was more; what customers
      do on top of that is known a week later and may pass the budget by as much.

    Attributes:
        plays: what is done, by name.
        priorities: names, the most important first; plays not named come after them in the order they are given.
    """

    plays: Mapping[str, Strategy] = field(default_factory=dict)
    priorities: tuple[str, ...] = ()
    budget: float = param(UNLIMITED, unit="money", low=0.01, high=UNLIMITED, doc="all plays together may cost so much")
    contact_cap: float = param(
        UNLIMITED,
        unit="contacts per window",
        low=0,
        high=UNLIMITED,
        doc="most contacts of one customer",
        source=ASSUMED,
    )
    window: int = param(4, unit="weeks", low=1, high=104, doc="weeks in which contacts count together", source=ASSUMED)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.plays:
            raise ParameterError("Portfolio.plays is empty: give at least one play by name, e.g. plays.extra=...")
        if unknown := [name for name in self.priorities if name not in self.plays]:
            raise ParameterError(
                f"Portfolio.priorities names {', '.join(unknown)}, which is no play: use {', '.join(self.plays)}."
            )
        if len(set(self.priorities)) < len(self.priorities):
            raise ParameterError(f"Portfolio.priorities = {list(self.priorities)} names a play twice: name it once.")

    def plan(self, view: View, draws: Draws) -> Plan:
        """One plan [N] of all plays that still have money, with a bill for each."""
        notes = view.desk("portfolio").memory
        ended: list[str] = notes.setdefault("ended", [])
        desks = view.desk("plays").memory
        once = View(view.week, view.customers, cache(view.__getitem__), view.member, view.spent, desks)
        order = tuple(dict.fromkeys((*self.priorities, *self.plays)))
        plans = {name: planned(self.plays[name], name, once, draws, name in ended) for name in order}
        said = [*self._keep_to_budget(plans, once, draws, notes), *self._keep_to_cap(plans, view.week, notes)]
        plan = combine(plans)
        return plan.but(notes=(*plan.notes, *said))

    def _keep_to_budget(self, plans: dict[str, Plan], view: View, draws: Draws, notes: dict[str, Any]) -> list[str]:
        """End what the budget does not pay for, from the last play upwards; what the journal says of it."""
        if self.budget >= UNLIMITED:
            return []
        ended, before = notes["ended"], notes.get("spent", {})
        spent = {name: spent_on(view.spent, name) for name in plans}
        left, said = self.budget - sum(spent.values()), []
        notes["spent"] = spent
        needs = {
            name: max(_planned_money(plan), spent[name] - before.get(name, 0.0))
            for name, plan in plans.items()
            if name not in ended
        }
        while needs and (left <= 0 or sum(needs.values()) > left):
            name, own = needs.popitem()  # the last one
            ended.append(name)
            plans[name] = planned(self.plays[name], name, view, draws, resting=True)
            others = left - sum(needs.values())
            said.append(f"{name} ends: its week costs {own:,.2f}, the budget leaves {max(others, 0):,.2f}")
        return said

    def _keep_to_cap(self, plans: dict[str, Plan], week: int, notes: dict[str, Any]) -> list[str]:
        """Drop contacts beyond the cap, those of later plays first; what the journal says of it."""
        if self.contact_cap >= UNLIMITED:
            return []
        wanted = {name: plan.contact for name, plan in plans.items() if plan.contact is not None}
        recent: list[tuple[int, F32]] = [past for past in notes.get("contacts", []) if past[0] > week - self.window]
        notes["contacts"] = recent
        if not wanted:
            return []
        said, used = [], np.zeros_like(next(iter(wanted.values())))
        for _, made in recent:
            used[: len(made)] += made
        before = used.copy()
        for name, contact in wanted.items():
            beyond = (contact > 0) & (used + contact > self.contact_cap)
            if beyond.any():
                plans[name] = _without_contact(plans[name], beyond)
                said.append(f"{name}: {int(beyond.sum()):,} contacts dropped, past the cap of {self.contact_cap:g}")
            used += contact * ~beyond
        recent.append((week, used - before))
        return said


def _planned_money(plan: Plan) -> float:
    """Money that a plan spends whatever customers do."""
    certain = (0.0 if bill.cost is None else float(bill.cost.sum(dtype=np.float64)) for bill in plan.bills)
    return sum(certain) + sum(bill.overhead for bill in plan.bills)


def _without_contact(plan: Plan, whom: Bool) -> Plan:
    """A plan without the contacts of some customers [N], and without what these would have cost and conveyed."""
    levers = {name: getattr(plan, name) for name in ("contact", "care", "news", "invite", "welcome", "cost")}
    less = {name: value * ~whom for name, value in levers.items() if value is not None}
    return plan.but(**less, parts=tuple(_without_contact(part, whom) for part in plan.parts))
