"""What the firm writes down, surveys with noise and silence -> View."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Bool, Draws, Index, normal
from sim.exchange import I8, U8, Acts
from sim.parameters import ASSUMED, Parametric, param
from sim.people import REASONS, Newcomers
from sim.plan import Plan
from sim.table import Block, Column, Rows, Table
from sim.view import View

SINCE = Column("since", np.float32, unit="week", doc="time of the first purchase on record")
LAST = Column("last", np.float32, unit="week", doc="time of the last purchase on record")
PURCHASES = Column("purchases", np.uint32, doc="purchases on record, the first one included")
SPEND = Column("spend", np.float32, unit="money", doc="spend on record")
KNOWN = Column("known", np.bool_, 1, doc="not known to have left")
MEMBER = Column("member", np.bool_, doc="enrolled in a program")
POINTS = Column("points", np.float32, unit="points", doc="points not yet redeemed")
EARNED = Column("earned", np.float32, unit="points", doc="points earned so far")
TREATED = Column("treated", np.bool_, doc="some play was meant for this customer")
COST = Column("cost", np.float32, unit="money", doc="spent by plays on this customer")
COMPLAINTS = Column("complaints", np.uint16, doc="complaints so far")
REFERRALS = Column("referrals", np.uint16, doc="customers referred so far")
ANSWER = Column("answer", np.int8, -1, doc="latest survey answer 0-10, -1 none")
SOURCE = Column("source", np.uint8, doc="0 initial, 1 organic, 2 referred")
ANSWERED = Column("answered", np.float32, -1e6, unit="week", doc="when the latest survey answer came")
COMPLAINED = Column("complained", np.float32, -1e6, unit="week", doc="when the latest complaint came")
CONTACTS = Column("contacts", np.float32, doc="times the firm contacted the customer")
CONTACTED_AT = Column("contacted_at", np.float32, -1e6, unit="week", doc="when the firm contacted the customer last")
OPTED_OUT = Column("opted_out", np.bool_, doc="wants no more contacts")
CHANNEL = Column("channel", np.uint8, doc="channel used last: 0 not known, 1 in person, 2 digital")
FILED = Column("filed", np.uint8, doc="segment as recorded, which may be wrong")
BIRTHDAY = Column("birthday", np.uint8, 255, unit="week of the year", doc="0-51; 255 not known")
GONE = Column("gone", np.float32, float("nan"), unit="week", doc="when the firm saw the customer leave; NaN if not")
STATED = Column("stated", np.uint8, doc="reason given for leaving: a place in people.REASONS; 0 none given")
RETURNED = Column("returned", np.uint8, doc="times the customer came back after leaving")
SERVED_BY = Column("served_by", np.uint32, doc="member of staff who served the customer last; 0 not known")
CRM = (
    SINCE, LAST, PURCHASES, SPEND, KNOWN, MEMBER, POINTS, EARNED, TREATED, COST, COMPLAINTS, REFERRALS, ANSWER, SOURCE,
    ANSWERED, COMPLAINED, CONTACTS, CONTACTED_AT, OPTED_OUT, CHANNEL, FILED, BIRTHDAY, GONE, STATED, RETURNED,
    SERVED_BY,
)  # fmt: skip
UNKNOWN_DAY, WEEKS = 255, 52


@dataclass(frozen=True)
class Survey(Parametric):
    """Asks a share of those who came; the answer is noisy, and silence depends on feeling."""

    share: float = param(0.10, unit="share of encounters", low=0, high=1, doc="who is asked", source=ASSUMED)
    response: float = param(0.20, unit="chance", low=0, high=1, doc="answers when indifferent", source=ASSUMED)
    stirred: float = param(
        0.06, unit="chance per point from 7", low=0, high=0.2, doc="strong feelings answer more", source=ASSUMED
    )
    noise: float = param(1.0, unit="points of 10", low=0, high=5, doc="spread of an answer", source=ASSUMED)
    exit: float = param(0.3, unit="share", low=0, high=1, doc="leavers seen who say why", source=ASSUMED)
    misfiled: float = param(0.1, unit="share", low=0, high=1, doc="customers with a wrong segment", source=ASSUMED)
    birthdays: float = param(0.6, unit="share", low=0, high=1, doc="customers whose birthday is known", source=ASSUMED)

    def ask(self, score: F32, draws: Draws, times: float = 1.0) -> I8:
        """Answers 0-10 of those who came [E], -1 for silence; `times` multiplies the share that is asked."""
        asked, answers, noise = draws.uniforms("asked", "answers", "survey noise")
        willing = self.response + self.stirred * np.abs(score - 7)
        spoken = np.rint(score + self.noise * normal(noise)).clip(0, 10)
        return np.where((asked < self.share * times) & (answers < willing), spoken, -1).astype(np.int8)

    def file(self, segment: NDArray[np.uint8], segments: int, draws: Draws) -> tuple[U8, U8]:
        """Segment as recorded and birthday as known of newcomers [n]; `draws` is luck of a life."""
        wrong, other, known, day = draws.uniforms("misfiled", "other segment", "birthday known", "birthday")
        guess = ((segment + 1 + (other * (segments - 1)).astype(np.intp)) % segments).astype(
            np.uint8
        )  # never the right one
        birthday = np.where(known < self.birthdays, (day * WEEKS).astype(np.uint8), np.uint8(UNKNOWN_DAY))
        return np.where(wrong < self.misfiled, guess, segment), birthday


class Records:
    """The firm's CRM: one row per customer, in the same order as the customers' own table."""

    def __init__(self) -> None:
        self.crm = Table(CRM, 0)
        self.memory: dict[str, Any] = {}  # what the firm notes for itself
        self._members: dict[str, Bool] = {}  # who has joined what, by the offer's name
        self._current = [False]  # whether the latest View may still be read

    def enter(self, newcomers: Newcomers) -> Block:
        """Open a record for each newcomer."""
        rows = self.crm.grow(len(newcomers))
        rows[SINCE], rows[LAST] = newcomers.start, newcomers.last
        rows[PURCHASES] = newcomers.purchases.astype(np.uint32)
        rows[SPEND], rows[SOURCE] = newcomers.spend, newcomers.source
        rows[KNOWN] = newcomers.purchases > 0
        return rows

    def view(self, week: int, spent: Mapping[str, float] | None = None) -> View:
        """What a strategy gets to see this week."""
        self._current[0] = False
        self._current = [True]
        reader = _reader(self.crm, self._current, week)
        member = _member_reader(self._members, len(self.crm), self._current, week)
        return View(week, len(self.crm), reader, member, spent or {}, self.memory)

    def members(self, offer: str) -> Bool:
        """Who has joined an offer and is still in [N]; writable."""
        members = self._members.get(offer)
        if members is None or len(members) < len(self.crm):
            grown = np.zeros(len(self.crm), np.bool_)
            grown[: 0 if members is None else len(members)] = False if members is None else members
            members = self._members[offer] = grown
        return members

    def permitted(self, plan: Plan, contacts: float) -> Plan:
        """The plan as far as it may be carried out.

        Those who opted out are left in peace, nobody is contacted more often than `contacts` a week, and nobody is
        asked to join what they are in. Money that a play spends on contacts that are not allowed is spent all the same.
        """
        levers: dict[str, Any] = {}
        for name in ("contact", "invite", "welcome"):
            value = getattr(plan, name)
            if value is not None:
                levers[name] = value * ~self.crm[OPTED_OUT]
        if plan.contact is not None:
            levers["contact"] = np.minimum(levers["contact"], np.float32(contacts))
        if plan.offers:
            levers["offers"] = tuple(replace(o, to=o.to & ~self.members(o.name)) for o in plan.offers)
        return plan.but(**levers) if levers else plan

    def contact(self, rows: Index, times: F32, week: int, annoyed: Bool) -> None:
        """Write down who was contacted, how often, and who wants no more of it."""
        crm = self.crm
        crm[CONTACTS][rows] += times
        crm[CONTACTED_AT][rows] = week
        crm[OPTED_OUT][rows[annoyed]] = True

    def serve(self, rows: Index, by: NDArray[np.uint32] | None) -> None:
        """Write down which member of staff served whom, if anybody knows."""
        if by is not None:
            self.crm[SERVED_BY][rows] = by

    def dismiss(self, rows: Index, week: int) -> None:
        """Write down whom the firm has let go, whether or not they had left in silence before."""
        rows = rows[self.crm[KNOWN][rows] & (self.crm[PURCHASES][rows] > 0)]  # nobody before the first purchase
        self.crm[KNOWN][rows], self.crm[GONE][rows] = False, week
        self.crm[STATED][rows] = REASONS.index("dismissed")

    def welcome(self, rows: Index, cost: F32) -> None:
        """Write down who came back, and what was spent on it."""
        crm = self.crm
        crm[KNOWN][rows], crm[GONE][rows], crm[STATED][rows] = True, np.nan, 0
        crm[RETURNED][rows] += 1
        crm[COST][rows] += cost

    def owed(self, point_value: float) -> F32:
        """What the points of each are still worth [N]: of those known, and of those the firm itself let go."""
        honoured = self.crm[KNOWN] | (self.crm[STATED] == REASONS.index("dismissed"))
        owed: F32 = self.crm[POINTS] * np.float32(point_value) * honoured
        return owed

    def write(self, people: Block, plan: Plan, acts: Acts, week: int) -> None:
        """Write a week of one block down; `plan` is the block's."""
        block = self.crm.block(people.start, people.stop)
        if plan.treated is not None:
            block[TREATED] |= plan.treated
        for bill in plan.bills:
            if bill.cost is not None:
                block[COST] += bill.cost
        for offer in plan.offers:
            if offer.ends:
                self.members(offer.name)[people.start : people.stop] = False
        if not len(acts.rows):
            return
        rows, paid = block.some(acts.rows), acts.paid
        bought = acts.bought > 0
        rows[PURCHASES] = rows[PURCHASES] + acts.bought
        rows[SPEND] = rows[SPEND] + paid
        rows[LAST] = np.where(bought, acts.moment, rows[LAST])
        rows[REFERRALS] = rows[REFERRALS] + acts.referred
        rows[KNOWN] = (rows[KNOWN] | bought) & ~(acts.left & acts.seen)
        self._write_voices(rows, acts, week)
        self._write_leavers(rows, acts)
        if acts.spent is not None:
            rows[COST] = rows[COST] + acts.spent
        if plan.points is not None:
            rate = plan.points.take(acts.rows)
            earned = rate * paid
            rows[MEMBER] = rows[MEMBER] | ((rate > 0) & bought)
            rows[EARNED] = rows[EARNED] + earned
            rows[POINTS] = rows[POINTS] + earned
        if plan.redeemed is not None:
            rows[POINTS] = rows[POINTS] - plan.redeemed.take(acts.rows) * bought
        for name, joined in acts.joined:
            self.members(name)[acts.rows[joined] + people.start] = True

    def _write_voices(self, rows: Rows, acts: Acts, week: int) -> None:
        """Complaints, survey answers and channels used [E]."""
        if acts.complained.any():
            rows[COMPLAINTS] = rows[COMPLAINTS] + acts.complained
            rows[COMPLAINED] = np.where(acts.complained, np.float32(week), rows[COMPLAINED])
        spoke = acts.answer >= 0
        if spoke.any():
            rows[ANSWER] = np.where(spoke, acts.answer, rows[ANSWER])
            rows[ANSWERED] = np.where(spoke, np.float32(week), rows[ANSWERED])
        if acts.digital is not None:
            rows[CHANNEL] = np.where(acts.bought > 0, (1 + acts.digital).astype(np.uint8), rows[CHANNEL])

    def _write_leavers(self, rows: Rows, acts: Acts) -> None:
        """When and, if they say so, why those left whom the firm sees leaving [E]."""
        if not acts.seen or not acts.left.any():
            return
        rows[GONE] = np.where(acts.left, acts.moment, rows[GONE])
        if acts.stated is not None:
            rows[STATED] = np.where(acts.left, acts.stated, rows[STATED])


def _reader(crm: Table, current: list[bool], week: int) -> Callable[[Column[Any]], NDArray[Any]]:
    """What a View reads through: immutable copies of CRM columns, in its own week only.

    A copy's memory is a bytes object, so nobody can unlock it or reach what it was copied from.
    """

    def read(column: Column[Any]) -> NDArray[Any]:
        if column not in CRM:
            raise KeyError(f"the View has no '{column.name}'; a firm sees {[known.name for known in CRM]}")
        _refuse_the_past(current, week)
        return np.frombuffer(crm[column].tobytes(), column.dtype)

    return read


def _member_reader(
    members: Mapping[str, Bool], customers: int, current: list[bool], week: int
) -> Callable[[str], Bool]:
    """What a View reads memberships through: immutable copies, in its own week only; nobody joined the unheard of."""

    def read(offer: str) -> Bool:
        _refuse_the_past(current, week)
        joined, known = np.zeros(customers, np.bool_), members.get(offer, _NOBODY)
        joined[: len(known)] = known
        return np.frombuffer(joined.tobytes(), np.bool_)

    return read


def _refuse_the_past(current: list[bool], week: int) -> None:
    if not current[0]:
        raise RuntimeError(f"the View of week {week} is over: read what you need in the week you plan for.")


_NOBODY: Bool = np.zeros(0, np.bool_)
