"""Service staff: what they can, how they feel, how much there is to do, and what customers notice of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import mesa
import numpy as np

from sim.chance import F32, U64, Chance, Draws, Index, Week, key_of, normal
from sim.clock import weekly_rate
from sim.crew import CrewWeek, Staff, usual_traffic
from sim.market import Arrivals
from sim.parameters import ASSUMED, Parametric, param
from sim.plan import Plan
from sim.scenario import Conditions
from sim.service import Served
from sim.table import Rows

_CHAIN = "direction: Heskett, Jones, Loveman, Sasser & Schlesinger 1994 (service-profit chain); size assumed"
_CAPITAL = "direction: Luthans, Avolio, Avey & Norman 2007 (psychological capital); size assumed, not checked"
HOURS = 40.0  # a working week
MOST_LOAD = 3.0  # beyond it customers give up; staff cannot be more overloaded than that
MOST_RELIEF = 0.2  # load below the usual raises morale so far; idle hands are no happier


@dataclass(frozen=True)
class Team(Parametric):
    """Staff of some heads whose skill, morale and load make the manner of service (service-profit chain).

    Functional quality of whoever is served shifts by

        able (skill - usual skill) + willing (morale - usual morale) - overloaded max(load - 1, 0)

    and the customer sees a mood of shows (morale - usual morale). At usual skill, morale and load all shifts are zero,
    so a team in ordinary weeks serves as well as the firm's level says. Usual skill is what a team settles at with the
    usual turnover, for every replacement begins as a novice. Load is customers who came last week over those whom the
    hours on the floor can serve well: training takes hours off the floor, absence takes heads, skill works faster. The
    firm plans its capacity by the traffic of late, so that load returns to usual when traffic stays.

    Morale moves towards a level that pay and culture raise and load lowers, the less, the more psychological capital a
    member has. Low morale drives staff out.
    """

    heads: int = param(20, unit="members", low=1, high=5_000, doc="members of staff", source=ASSUMED)
    load: float = param(
        0.8, unit="share of capacity", low=0.1, high=1, doc="usual load: what usual traffic takes", source=ASSUMED
    )
    adapts: float = param(
        0.05, unit="share of the gap per week", low=0, high=1, doc="planned capacity follows traffic", source=ASSUMED
    )
    skill: float = param(0.7, unit="0 to 1", low=0, high=1, doc="skill of the experienced, on average", source=ASSUMED)
    spread: float = param(
        0.08, unit="0 to 1", low=0, high=0.3, doc="members differ in talent and psychological capital", source=ASSUMED
    )
    novice: float = param(0.3, unit="0 to 1", low=0, high=1, doc="skill that a novice lacks", source=ASSUMED)
    learns: float = param(0.06, unit="share per week", low=0, high=1, doc="a novice learns on the job", source=ASSUMED)
    taught: float = param(
        0.01, unit="share of the room per hour", low=0, high=1, doc="training raises skill", source=_CHAIN
    )
    forgets: float = param(
        0.01, unit="share per week", low=0, high=1, doc="what training added wears off", source=ASSUMED
    )
    pace: float = param(0.5, unit="share per unit skill", low=0, high=2, doc="skill works faster", source=ASSUMED)
    morale: float = param(0.6, unit="0 to 1", low=0, high=1, doc="usual morale", source=ASSUMED)
    moves: float = param(
        0.15, unit="share of the gap per week", low=0, high=1, doc="morale follows its causes", source=ASSUMED
    )
    rewarded: float = param(
        1.0, unit="morale per share of wage", low=0, high=5, doc="incentives raise morale", source=_CHAIN
    )
    strained: float = param(0.4, unit="morale per unit load", low=0, high=5, doc="load lowers morale", source=_CHAIN)
    capital: float = param(
        0.5, unit="0 to 1", low=0, high=1, doc="usual psychological capital: hope, efficacy, resilience, optimism",
        source=_CAPITAL,
    )  # fmt: skip
    coached: float = param(
        0.01, unit="share of the room per hour", low=0, high=1, doc="training builds psychological capital",
        source=_CAPITAL,
    )  # fmt: skip
    culture: float = param(0.5, unit="0 to 1", low=0, high=1, doc="usual service culture", source=ASSUMED)
    grows: float = param(
        0.02, unit="share of the gap per week", low=0, high=1, doc="culture follows what is done for it", source=ASSUMED
    )
    bonds: float = param(
        0.3, unit="morale per unit culture", low=0, high=5, doc="a service culture raises morale", source=_CHAIN
    )
    turnover: float = param(0.35, unit="per year", low=0, high=10, doc="usual rate of leaving the job", source=ASSUMED)
    quits: float = param(
        3.0, unit="log rate per unit morale", low=0, high=20, doc="low morale drives staff out", source=_CHAIN
    )
    able: float = param(
        0.25, unit="quality per unit skill", low=0, high=2, doc="skill makes functional quality", source=_CHAIN
    )
    willing: float = param(
        0.20, unit="quality per unit morale", low=0, high=2, doc="morale makes functional quality", source=_CHAIN
    )
    overloaded: float = param(
        0.30, unit="quality per unit load above 1", low=0, high=2, doc="overload spoils the manner of service",
        source=_CHAIN,
    )  # fmt: skip
    shows: float = param(
        0.8, unit="mood per unit morale", low=0, high=2, doc="morale shows in the mood that customers meet",
        source="direction: Pugh 2001; size assumed",
    )  # fmt: skip

    @cached_property
    def usual_skill(self) -> float:
        """Mean skill that a team settles at under the usual turnover.

        What members lack settles where (1 - q) (1 - learns) lack + q novice = lack, q the weekly chance to leave.
        """
        q = self.leaves(self.morale)
        away = 1 - (1 - q) * (1 - self.learns)
        return self.skill - (q * self.novice / away if away else 0.0)

    def leaves(self, morale: float) -> float:
        """Chance that a member of this morale leaves the job in a week."""
        return -math.expm1(-weekly_rate(self.turnover) * math.exp(self.quits * (self.morale - morale)))

    def hire(self, model: Any, people: Rows, arrivals: Arrivals, chance: Chance) -> Staff:
        """A team in its usual state, staffed for the traffic that these customers make.

        Args:
            model: the mesa.Model whose agents they are.
            people: its customers [N] when it begins.
            arrivals: who else is expected.
            chance: its luck.
        """
        return Floor(self, model, usual_traffic(people, arrivals), chance.life())


class Member(mesa.Agent):
    """One member of staff.

    Attributes:
        number: under which the firm's records keep whom they served; 1 is the first.
        place: the job they hold; their luck is addressed by it, so it is the same in every arm.
        ordinal: how many held the job before.
        talent: skill once experienced, 0-1.
        lack: skill a novice still lacks.
        schooling: skill that training added.
        morale: 0-1.
        nature: psychological capital they bring, 0-1.
        capital: psychological capital now, 0-1.
        load: workload last week, as a share of what can be done well.
    """

    def __init__(self, model: Any, number: int, place: int, ordinal: int, team: Team, luck: Week) -> None:
        super().__init__(model)
        self.number, self.place, self.ordinal = number, place, ordinal
        talent, nature = (
            float(normal(luck.rows(self.key).lasting(f"staff {name}"))[0]) for name in ("talent", "nature")
        )
        self.talent = _within(team.skill + team.spread * talent)
        self.nature = _within(team.capital + team.spread * nature)
        self.lack, self.schooling, self.capital = team.novice, 0.0, self.nature
        self.morale, self.load = team.morale, team.load

    @property
    def key(self) -> U64:
        """Identity by which luck is addressed [1]."""
        return key_of("staff", self.place, self.ordinal)

    @property
    def skill(self) -> float:
        """What they can, 0-1."""
        return _within(self.talent - self.lack + self.schooling)

    def manner(self, team: Team) -> float:
        """Shift of the functional quality that those get whom they serve."""
        able, willing = team.able * (self.skill - team.usual_skill), team.willing * (self.morale - team.morale)
        return able + willing - team.overloaded * max(self.load - 1, 0.0)

    def work(self, team: Team, load: float, culture: float, plan: Plan) -> None:
        """A week of work under this load, with what the plan does for staff."""
        self.load = load
        self.lack *= 1 - team.learns
        self.schooling += team.taught * plan.training * (1 - self.skill) - team.forgets * self.schooling
        back = team.forgets * (self.nature - self.capital)
        self.capital = _within(self.capital + team.coached * plan.training * (1 - self.capital) + back)
        strain = team.strained * max(load - team.load, -MOST_RELIEF) * (1 + team.capital - self.capital)
        level = team.morale + team.rewarded * plan.incentive + team.bonds * (culture - team.culture) - strain
        self.morale = _within(self.morale + team.moves * (_within(level) - self.morale))


class Floor:
    """A team at work in one model: who is there, who serves whom, and what the week does to them."""

    def __init__(self, team: Team, model: Any, traffic: float, luck: Week) -> None:
        self.team, self.model, self.traffic, self.culture = team, model, traffic, team.culture
        self._history: list[CrewWeek] = []
        self._hired = 0
        self._held: dict[int, int] = {}  # how many have held each job
        self.members = [self._hire(place, luck) for place in range(team.heads)]
        weekly = team.leaves(team.morale)
        for member in self.members:  # they have been there for a while: as long as turnover lets them
            u = float(luck.rows(member.key).lasting("staff tenure")[0])
            tenure = math.log(u) / math.log1p(-weekly) if 0 < weekly < 1 else math.inf
            member.lack = team.novice * (1 - team.learns) ** math.floor(tenure) if math.isfinite(tenure) else 0.0
        off = team.usual_skill - float(np.mean([member.skill for member in self.members]))
        for member in self.members:  # this team, as it is, makes the level that the firm is known for
            member.talent = _within(member.talent + off)
        self.open(Plan(), Conditions(), luck)

    @property
    def history(self) -> list[CrewWeek]:
        """One entry per week that is over."""
        return self._history

    def open(self, plan: Plan, conditions: Conditions, luck: Week) -> None:
        """Who is employed this week, and who of them is there; an absent member's customers go to the others."""
        self._plan = Plan(training=plan.training, incentive=plan.incentive, culture=plan.culture)  # no arrays [N]
        self._employ(max(1, round(self.team.heads * (1 + plan.crew))), luck)
        away = round(conditions.absent * len(self.members))
        order = np.argsort(self._read(luck, "staff absent"), kind="stable") if away else np.arange(len(self.members))
        there = np.sort(order[min(away, len(self.members) - 1) :])
        self.on_duty = [self.members[place] for place in there]
        self._numbers = np.array([member.number for member in self.on_duty], np.uint32)
        self._manner = np.array([member.manner(self.team) for member in self.on_duty], np.float32)
        moods = [self.team.shows * (member.morale - self.team.morale) for member in self.on_duty]
        self._mood: F32 = np.clip(np.array(moods, np.float32), -1, 1)

    def serve(self, draws: Draws) -> Served:
        """Whom each customer meets [E], by the customer's own luck."""
        n = len(self.on_duty)
        met: Index = np.minimum((draws.uniform("served by") * n).astype(np.intp), n - 1)
        return Served(self._manner.take(met), self._mood.take(met), self._numbers.take(met))

    def close(self, came: float, luck: Week) -> None:
        """The week is over: load is known, staff learn, are taught, feel it, and some quit; novices take their jobs."""
        team, plan = self.team, self._plan
        load = min(came / self.capacity(plan), MOST_LOAD)
        page = self._page(load)
        self.culture += team.grows * (team.culture + plan.culture * (1 - team.culture) - self.culture)
        for member in self.members:
            member.work(team, load, self.culture, plan)
        leaves = [team.leaves(member.morale) for member in self.members]
        quitting = np.flatnonzero(self._read(luck, "staff quits") < np.array(leaves))
        self._history.append(replace(page, quit=len(quitting)))
        for at in quitting:
            self.members[at].remove()
            self.members[at] = self._hire(self.members[at].place, luck)
        self.traffic = max(self.traffic + team.adapts * (came - self.traffic), 1.0)

    def capacity(self, plan: Plan) -> float:
        """Customers whom those on duty can serve well this week."""
        team = self.team
        each = self.traffic / team.load / team.heads * max(1 - plan.training / HOURS, 0.025)
        paces = (1 + team.pace * (member.skill - team.usual_skill) for member in self.on_duty)
        return float(each * sum(max(pace, 0.1) for pace in paces))

    def _page(self, load: float) -> CrewWeek:
        """The week as it was served, before it left its marks."""
        skill, morale, capital = (
            float(np.mean([getattr(member, name) for member in self.members]))
            for name in ("skill", "morale", "capital")
        )
        heads, there, manner = len(self.members), len(self.on_duty), float(self._manner.mean())
        return CrewWeek(heads, there, skill, morale, capital, self.culture, manner, load, 0)

    def _employ(self, heads: int, luck: Week) -> None:
        """Hire novices, or let those go who hold the last jobs, until there are so many."""
        while len(self.members) > heads:
            self.members.pop().remove()
        while len(self.members) < heads:
            self.members.append(self._hire(len(self.members), luck))

    def _hire(self, place: int, luck: Week) -> Member:
        self._hired += 1
        ordinal = self._held.get(place, 0)
        self._held[place] = ordinal + 1
        return Member(self.model, self._hired, place, ordinal, self.team, luck)

    def _read(self, luck: Week, decision: str) -> F32:
        """One draw per member [H], addressed by job and holder."""
        places = np.array([member.place for member in self.members])
        ordinals = np.array([member.ordinal for member in self.members])
        return luck.rows(key_of("staff", places, ordinals)).uniform(decision)


def _within(value: float) -> float:
    return min(max(value, 0.0), 1.0)
