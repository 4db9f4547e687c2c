"""What crosses the counter: frozen types of arrays, one per hand-over. [N] is every customer, [E] those concerned."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.chance import F32, Bool, Index
from sim.scenario import USUAL_BRAND, USUAL_RIVAL

U8 = NDArray[np.uint8]
I8 = NDArray[np.int8]


@dataclass(frozen=True)
class Encounters:
    """What was lived this week [E], one composite encounter per customer who came.

    Attributes:
        technical: delivered technical quality, 0-1.
        functional: delivered functional quality, 0-1.
        promised: quality the firm had promised, 0-1.
        failure: severity of a failure, 0 when nothing failed.
        fit: how well a personal touch fitted, -1 to 1; None when nobody had one.
        intrusion: how much personal data the customer saw used, 0-1; None when nobody did.
        reward: money's worth of what was handed over, relative to the customer's usual spend; None when nothing was.
        moment: mean of the most extreme and the last touchpoint, beyond the mean of all; None where all were alike.
        recovery: how well a failure was put right, 0-1; counts only where one happened; None when none did.
        effort: waiting, in doublings of what feels normal.
        staff_mood: feeling that staff showed, -1 to 1.
        price: price as a multiple of the usual one.
        rival: quality of the best alternative, 0-1.
        rival_price: price of the best alternative as a multiple of the firm's usual price.
        brand: public image of the firm's quality, 0-1.
        needless: what was sold without need on top, as a share of the spend; None when nothing was.
        candour: how openly weak points were told, 0-1; None when they were not.
        slight: how much less than others the customer was seen to get, quality 0-1; None when nobody was.
        languages: share of language gaps that the firm bridges, 0-1.
        misheard: standard normal luck of what a language gap makes of a promise; None where all gaps are bridged.
    """

    technical: F32
    functional: F32
    promised: F32 | float
    failure: F32
    fit: F32 | None = None
    intrusion: F32 | None = None
    reward: F32 | None = None
    moment: F32 | None = None
    recovery: F32 | None = None
    effort: F32 | float = 0.0
    staff_mood: F32 | float = 0.0
    price: F32 | float = 1.0
    rival: float = USUAL_RIVAL
    rival_price: float = 1.0
    brand: float = USUAL_BRAND
    needless: F32 | None = None
    candour: F32 | None = None
    slight: F32 | None = None
    languages: float = 1.0
    misheard: F32 | None = None


@dataclass(frozen=True)
class Contacts:
    """What reaches customers from the firm this week without an encounter [A].

    Attributes:
        times: calls, visits or messages.
        care: how much they show that the firm means well, 1, or read as manipulation, -1.
        news: how useful they are, 0-1.
        digital: how digital they are, 0 (in person) to 1.
        belonging: part that was taken in a community or in making the product, 0-1.
        languages: share of language gaps that the firm bridges, 0-1.
    """

    times: F32
    care: F32
    news: F32
    digital: F32
    belonging: F32
    languages: float = 1.0


@dataclass(frozen=True)
class Heard:
    """What reached customers from friends this week [H].

    Attributes:
        tellers: friends who told of an encounter; 0 for those who only saw a friend leave.
        quality: mean quality told, 0-1; what is usual where nobody told.
        attitude: mean judgement told, -1 to 1; 0 where nobody told.
        feeling: mean valence of those who told, -1 to 1; 0 where nobody told.
        leavers: friends who left.
    """

    tellers: F32
    quality: F32
    attitude: F32
    feeling: F32
    leavers: F32

    def some(self, rows: Index) -> Heard:
        """The part that reached chosen rows."""
        return Heard(*(getattr(self, field.name).take(rows) for field in fields(self)))


@dataclass(frozen=True)
class Said:
    """What customers tell their friends this week [T], at `rows` of the table, and who left [L].

    Attributes:
        rows: who tells.
        quality: quality told of, 0-1.
        attitude: judgement told, -1 to 1.
        feeling: valence that shows, -1 to 1.
        left: rows of those who left.
    """

    rows: Index
    quality: F32
    attitude: F32
    feeling: F32
    left: Index


@dataclass(frozen=True)
class Leanings:
    """Where customers lean who have an occasion to act [E]; zero shifts and chances are the standard model.

    Attributes:
        leave: shift of the logit of leaving.
        complain: chance to complain about what was lived.
        recommend: shift of the log chance to refer somebody.
        score: what a survey would hear without noise, 0-10.
        pay: premium over the usual price that would be accepted, as a log ratio; 0 where the population stood.
        tell: chance to tell friends of what was lived.
        quality: quality that would be told of, 0-1.
        attitude: judgement that would be told, -1 to 1.
        feeling: valence that would show, -1 to 1.
        price: part of `leave` that the price is to blame for; None for nothing.
        contact: part of `leave` that being contacted is to blame for; None for nothing.
        rival: part of `leave` that a rival is to blame for; None for nothing.
        digital: chance to use a digital channel; None where nobody prefers any.
    """

    leave: F32
    complain: F32
    recommend: F32
    score: F32
    pay: F32
    tell: F32
    quality: F32
    attitude: F32
    feeling: F32
    price: F32 | None = None
    contact: F32 | None = None
    rival: F32 | None = None
    digital: F32 | None = None


@dataclass(frozen=True)
class Acts:
    """What customers did this week [E], at `rows` of the block.

    Attributes:
        rows: place of each customer in the block, ascending.
        bought: purchases, the first (trial) one included; contractual: service uses.
        moment: time of the last purchase, in weeks, the fraction within the week included.
        paid: money paid this week.
        left: who ended the relationship, with the last purchase or at the renewal.
        seen: whether the firm notices those who left (a contract that is not renewed).
        renewed: who renewed a contract.
        complained: who complained.
        referred: who referred somebody.
        told: who told friends of what was lived.
        bad: whose telling was of a bad one.
        answer: survey answer 0-10, -1 for none.
        spent: money the plan spent on what they did, beyond its weekly cost; None when it spends none.
        price: multiple of the usual price that was paid.
        said: what was told, at rows of the block.
        bills: the same money by the line it is booked under.
        answered: how well a complaint was answered, 0-1, where one was made; None when none was.
        amends: money's worth given for a complaint, relative to the usual spend; None when nothing was.
        digital: who used a digital channel; None when nobody minds which.
        joined: who joined which offer, by name.
        reason: why those who left did so, a place in `people.REASONS`; 0 for the others.
        stated: the same, as far as those tell who are seen leaving; 0 where nobody tells.
    """

    rows: Index
    bought: U8
    moment: F32
    paid: F32
    left: Bool
    seen: bool
    renewed: Bool
    complained: Bool
    referred: Bool
    told: Bool
    bad: Bool
    answer: I8
    spent: F32 | None
    price: F32 | float
    said: Said
    bills: tuple[tuple[str, F32], ...] = ()
    answered: F32 | None = None
    amends: F32 | None = None
    digital: Bool | None = None
    joined: tuple[tuple[str, Bool], ...] = ()
    reason: U8 | None = None
    stated: U8 | None = None
