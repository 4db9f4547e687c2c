"""The week, readable top to bottom: a Mesa model whose customers are rows of a table."""

from __future__ import annotations

import copy
from functools import partial
from typing import Self

import mesa
import numpy as np

from sim.acting import act, among
from sim.admission import settle_in
from sim.agentset import CustomerSet
from sim.approach import come_back, let_go, reach
from sim.baseline import Baseline, Shifts
from sim.behaviour import Occasion
from sim.chance import F32, U64, Chance, Draws, Index, Week, poisson
from sim.clock import weekly_discount
from sim.competition import price_seen
from sim.errors import StrategyError
from sim.exchange import Acts
from sim.ledger import Ledger
from sim.market import newcomers_at, referred_keys
from sim.metrics import FLOWS
from sim.people import ACTIVE, KEY, ORGANIC, PEOPLE, RATE, REFERRED, SEGMENT, START, STRATUM, Newcomers
from sim.plan import Plan
from sim.recorder import Recorder
from sim.records import BIRTHDAY, FILED, KNOWN, PURCHASES, REFERRALS, Records
from sim.scenario import Conditions
from sim.society import Society
from sim.table import BLOCK, Block, Table
from sim.view import View
from sim.world import Strategy, World, writers


class CustomerModel(mesa.Model):
    """One firm, its customers, one strategy, week by week.

    Args:
        world: mind, cast, market and accounts.
        newcomers: the customers the model starts with.
        strategy: the firm's play.
        baseline: shifts that hold the control arm to the standard model.
        seed: all luck of this replication.
        block: rows worked on at a time; never shows in the results.

    Example:
        See `examples/notebook.py`.
    """

    def __init__(
        self,
        world: World,
        newcomers: Newcomers,
        strategy: Strategy,
        *,
        baseline: Baseline | None = None,
        seed: int = 1,
        block: int = BLOCK,
    ) -> None:
        super().__init__(rng=seed)
        if isinstance(strategy, type):
            raise TypeError(f"strategy is the class {strategy.__name__}: write {strategy.__name__}().")
        self.world, self.strategy, self.block = world, strategy, block
        self.baseline = baseline or Baseline.none()
        self.mind = world.mind.anchored(self.baseline.center, self.baseline.spread)
        self.chance = Chance(seed)
        self.week = 0
        self.table = Table((*PEOPLE, *world.behaviour.columns, *world.cast.columns, *world.mind.columns), 0)
        self.records = Records()
        self.recorder = Recorder(world.mind.metrics, len(world.cast.names), partial(writers, world.mind))
        self.ledger = Ledger(len(world.cast.names))
        self._awaited = -np.inf  # the latest first purchase still to come
        self._attraction, self._point_value, self._price = 1.0, 0.0, 1.0  # of the latest plan
        self.journal: list[tuple[int, str]] = []  # what plays had to say, by week
        self.moves: list[tuple[Index, Index]] = []  # rows that left and rows that came back, by week
        self._referred: list[tuple[U64, Index]] = []  # who was, and the rows of those who referred them
        self._closed = False
        self.society = Society(world.network, world.reputation, self.chance)
        world.rivals.enter(self)
        self.alternative = world.rivals.usual  # what rivals offer this week
        self._admit(newcomers)
        if world.mind.columns:  # without minds there is nobody to tell or to listen
            self.society.connect(self.table)
        self.crew = world.crew.hire(self, self.table.block(0, len(self.table)), world.arrivals, self.chance)
        reporters = {m.name: partial(weekly_value, name=m.name) for m in (*FLOWS, *world.mind.metrics)}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    @property
    def customers(self) -> CustomerSet:
        """All customers that ever were, with AgentSet's idioms."""
        return CustomerSet(self.table, self.records.crm)

    def fork(self, strategy: Strategy) -> Self:
        """The same world at this moment, and from here on another strategy; the original is not disturbed."""
        twin = copy.deepcopy(self)
        twin.strategy = strategy
        return twin

    def step(self) -> None:
        """One week, hand to hand."""
        if self._closed:
            raise RuntimeError("this model's books are closed: fork it before closing to go on.")
        luck = self.chance.at(self.week)
        self.alternative = self.world.rivals.move(self, self._price, luck)
        self._arrive(luck)
        conditions = self.conditions
        self.ledger.open()
        self.recorder.open()
        self.moves.append((_NOBODY, _NOBODY))
        view = self.records.view(self.week, self.ledger.spent)
        plan = self._planned(view, luck.rows(self.table[KEY]).named("strategy"), conditions)
        self.society.publish(plan.image)
        self.crew.open(plan, conditions, luck)
        shifts = self.shifts()
        for people in self.table.blocks(self.block):
            self._live(people, plan.part(people.start, people.stop), shifts, luck, conditions)
        self.recorder.close(self.week)
        self.crew.close(self.ledger.value("encounters", self.world.accounts), luck)
        self._hear()
        self._attraction, self._point_value = plan.attraction, plan.point_value
        self._price = price_seen(plan.price, conditions.price, self.records.crm[KNOWN])
        self.week += 1
        self.datacollector.collect(self)

    def run_for(self, duration: float) -> None:
        """So many weeks; none is fine."""
        if duration < 0:
            raise ValueError(f"run_for({duration}): weeks do not run backwards; give 0 or more.")
        if duration > 0:
            super().run_for(duration)

    def close(self, line: str) -> None:
        """The plays end with the horizon: what points still owe is booked as a cost of the last week."""
        if self._closed:
            return
        self._closed = True
        self.ledger.owe(line, self.table[SEGMENT], self.records.owed(self._point_value))
        for name in ("cost", "profit") if self.week else ():
            self.datacollector.model_vars[name][-1] = weekly_value(self, name)

    def value_beyond(self) -> F32:
        """Expected margin of each customer after now [N], without plays, at calibrated rates, seen from week 0."""
        accounts, table = self.world.accounts, self.table
        people = table.block(0, len(table))
        worth = self.world.behaviour.beyond(people, self.week, weekly_discount(accounts.discount))
        still = people[ACTIVE] | (people[START] >= self.week)  # who has not come yet has not left either
        return worth * still * np.float32(accounts.margin * accounts.factor(self.week))

    def _planned(self, view: View, draws: Draws, conditions: Conditions) -> Plan:
        """The strategy's plan for this week, or a StrategyError that names strategy and week."""
        name = type(self.strategy).__name__
        try:
            plan = self.strategy.plan(view, draws)
            if not isinstance(plan, Plan):
                raise TypeError(f"plan() returned {type(plan).__name__}, not a Plan")
            plan.check(len(view))
        except Exception as error:  # a stranger's code may raise anything; the cause stays attached
            raise StrategyError(f"strategy {name}, week {self.week}: {type(error).__name__}: {error}") from error
        self.journal += [(self.week, note) for note in plan.notes]
        self.ledger.book_overhead(plan)
        return self.records.permitted(plan, conditions.contacts)

    @property
    def conditions(self) -> Conditions:
        """What holds for everybody this week."""
        return self.world.conditions(self.week, self.society.image, self.alternative)

    def shifts(self) -> Shifts:
        """The baseline's shifts of this week; the pilot solves them instead."""
        return self.baseline.at(self.week)

    def _arrive(self, luck: Week) -> None:
        """Organic arrivals, as many as last week's plan attracts, and those whom customers referred last week."""
        world = self.world
        fame = world.reputation.attraction(self.conditions.brand)
        organic = world.arrivals.organic_keys(self.week, self._attraction, luck, fame)
        referred = np.concatenate([np.zeros(0, np.uint64), *(keys for keys, _ in self._referred)])
        referrers = np.concatenate([np.zeros(0, np.intp), *(rows for _, rows in self._referred)])
        self._referred = []
        for source, keys in ((ORGANIC, organic), (REFERRED, referred)):
            if len(keys):
                match = world.arrivals.match
                rows = self._admit(newcomers_at(self.week, keys, source, world.behaviour, luck, self.chance, match))
                self.society.befriend(self.table, rows, referrers if source == REFERRED else None)
        if self.week <= self._awaited:  # the firm meets them at their first purchase, so a plan may reach them there
            start = self.table[START]
            self.records.crm[KNOWN][(start >= self.week) & (start < self.week + 1)] = True

    def _hear(self) -> None:
        """What was said and who left reaches friends; it is there when the next week begins."""
        rows, heard = self.society.carry()
        there = np.flatnonzero(self.table[ACTIVE].take(rows))
        if len(there):
            self.mind.hear(self.table.block(0, len(self.table)).some(rows.take(there)), heard.some(there))

    def _admit(self, newcomers: Newcomers) -> Block:
        """New rows with a mind that has a past, and new files for them."""
        files, life, names = self.records.enter(newcomers), self.chance.life(), self.world.cast.names
        people = settle_in(
            self.table, newcomers, self.world, self.mind, self.baseline, life, self.society.image, self.block
        )
        filing = life.rows(newcomers.keys, people.start).named("filing")
        files[FILED], files[BIRTHDAY] = self.world.survey.file(people[SEGMENT], len(names), filing)
        self._awaited = max(self._awaited, float(newcomers.start[~newcomers.active].max(initial=-np.inf)))
        return people

    def _live(self, people: Block, plan: Plan, shifts: Shifts, luck: Week, conditions: Conditions) -> None:
        """One block's week: come, live, appraise, act, be booked, settle."""
        draws = luck.rows(people[KEY], people.start)
        back = self._approach(people, plan, draws, conditions)
        wish = self.mind.wish(people, plan, conditions)
        behaviour, demand = self.world.behaviour, conditions.demand
        multiplier = behaviour.effect(people, shifts.multiplier(people[STRATUM], wish), demand)
        rate = people[RATE] * multiplier
        trial = self._open_relationships(people, rate)
        if not behaviour.leaving_follows_purchase:  # who comes back to a contract signs again, and pays
            trial = np.union1d(trial, back)
        rate *= people[ACTIVE]
        came = poisson(draws.uniform("come"), rate)
        behaviour.elsewhere(people, rate, self.week, demand, draws)
        lived = np.flatnonzero(came > 0)
        if len(trial):
            lived = np.union1d(lived, trial)
        treatment = plan.some(lived)
        if len(lived):
            guests, theirs = people.some(lived), draws.some(lived)
            served = self.crew.serve(theirs)
            self.records.serve(lived + people.start, None if served is None else served.by)
            there = self.world.service.deliver(guests, treatment, theirs, conditions, served)
            self.mind.appraise(guests, there)
        due = behaviour.due(people, self.week)
        due = due[people[ACTIVE].take(due)]
        rows = lived
        if len(due):
            rows = np.union1d(lived, due)
            treatment = plan.some(rows)
        occasion = Occasion(
            self.week, came.take(rows), among(rows, trial, len(people)), among(rows, due, len(people)),
            multiplier.take(rows), shifts.leave,
        )  # fmt: skip
        acts = act(people, rows, occasion, treatment, self.mind, self.world, draws.some(rows), conditions)
        self._remember(people, acts)
        self.ledger.book(people, plan, acts, lived)
        self.records.write(people, plan, acts, self.week)
        self.mind.settle(people)
        self.recorder.add(people)

    def _approach(self, people: Block, plan: Plan, draws: Draws, conditions: Conditions) -> Index:
        """Contacts, farewells and returns of one block, before anybody comes; who is back [rows]."""
        reached = reach(people, plan, self.mind, draws, conditions)
        if reached is not None:
            self.records.contact(reached.rows + people.start, reached.times, self.week, reached.annoyed)
        gone, said = let_go(people, plan, self.week)
        if said is not None and plan.dismiss is not None:
            self.society.note(said, people.start)
            self.records.dismiss(np.flatnonzero(plan.dismiss) + people.start, self.week)
        back = come_back(people, plan, self.world, draws, self.week)
        if len(back):
            spent = self.ledger.book_returns(people, plan, back)
            self.records.welcome(back + people.start, spent)
        touched = _NOBODY if reached is None else reached.rows
        self.ledger.count(people, {"contacted": touched, "left": gone, "dismissed": gone, "returned": back})
        self._moved(people.start, gone, back)
        return back

    def _moved(self, start: int, gone: Index, back: Index) -> None:
        left, returned = self.moves[-1]
        if len(gone) or len(back):
            self.moves[-1] = np.append(left, gone + start), np.append(returned, back + start)

    def _remember(self, people: Block, acts: Acts) -> None:
        """Who left, who was referred, and what was said, until the week is over."""
        self.society.note(acts.said, people.start)
        self._moved(people.start, acts.said.left, _NOBODY)
        referrers = acts.rows[acts.referred]
        if len(referrers):
            before = self.records.crm[REFERRALS][people.start : people.stop].take(referrers)
            self._referred.append((referred_keys(people[KEY].take(referrers), before), referrers + people.start))

    def _open_relationships(self, people: Block, rate: F32) -> Index:
        """Whose first purchase falls in this week: they become active, for the part of the week that is left."""
        if self.week > self._awaited:
            return np.zeros(0, np.intp)
        start, nobody_yet = people[START], self.records.crm[PURCHASES][people.start : people.stop] == 0
        trial = np.flatnonzero((start >= self.week) & (start < self.week + 1) & nobody_yet)
        people[ACTIVE][trial] = True
        rate[trial] *= self.week + 1 - start.take(trial)
        return trial


_NOBODY = np.zeros(0, np.intp)


def weekly_value(model: CustomerModel, name: str) -> float:
    """This week's value of a metric, for Mesa's DataCollector."""
    if name in model.recorder:
        return model.recorder.value(name)
    return model.ledger.value(name, model.world.accounts)
