"""A plain-Mesa twin of the default model: the same equations, one `mesa.Agent` object per customer.

It is written to be fast within Mesa's own idioms: those who do not come are skipped after one comparison, random
numbers are drawn in batches, feelings fade when somebody looks at them, those who left are removed from `model.agents`,
and the weekly means are taken in one pass. Its luck is its own; its distributions are the engine's
(`tests/benchmarks`).

What it leaves out only makes it faster: sums by segment, first purchases still to come, what is off by default
(arrivals, referrals, friends, a price, a rival or a quality that changes with the weeks, waits that do not feel normal,
several deciders, staff with a mood), plays other than over-delivery for everybody, and forking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from math import ceil, exp, log1p, tanh
from typing import Any

import mesa
import numpy as np

from agents import customers as c
from sim.baseline import Baseline
from sim.chance import Chance
from sim.metrics import FLOWS
from sim.people import KEY, PEOPLE, Newcomers
from sim.table import Table
from sim.world import World
from strategies.over_delivery import OverDelivery

BATCH = 8_192  # random numbers drawn at a time
TRAITS = (
    c.NEGATIVITY, c.REACTIVITY, c.MEMORY, c.VOICE, c.RISK_AVERSION, c.PRONENESS, c.SOCIABILITY, c.FORGIVENESS,
)  # fmt: skip
_SURE = 1 - 1e-6


class Customer(mesa.Agent):
    """One customer: traits, state of mind, and what the firm has on record."""

    __slots__ = (  # more attributes than Python keeps compactly on its own
        "affective", "answer", "arousal", "basket", "benevolence", "boost", "calculative", "competence", "complaints",
        "cost", "disconfirmation", "dropout", "engagement", "expect_functional", "expect_technical", "failures",
        "felt_in", "forgiveness", "integrity", "investment", "last", "left", "loyalty", "memory", "negativity",
        "patience", "perceived_functional", "perceived_technical", "proneness", "purchases", "rate", "reactivity",
        "risk_aversion", "satisfaction", "satisfaction_last", "sociability", "spend", "strain", "stratum", "treated",
        "valence", "value", "voice", "wanted",
    )  # fmt: skip

    def __init__(
        self, model: Twin, rate: float, dropout: float, basket: float, patience: float, stratum: int, purchases: int,
        last: float, spend: float, negativity: float, reactivity: float, memory: float, voice: float,
        risk_aversion: float, proneness: float, sociability: float, forgiveness: float, investment: float,
    ) -> None:  # fmt: skip
        super().__init__(model)
        self.rate, self.dropout, self.basket, self.patience = rate, dropout, basket, patience
        self.stratum, self.purchases, self.last, self.spend = stratum, purchases, last, spend
        self.negativity, self.reactivity, self.memory, self.voice = negativity, reactivity, memory, voice
        self.risk_aversion, self.proneness = risk_aversion, proneness
        self.sociability, self.forgiveness = sociability, forgiveness
        self.strain, self.left = 0.0, None
        self.satisfaction_last = self.satisfaction = self.disconfirmation = self.failures = 0.0
        self.valence = self.arousal = self.value = 0.0
        self.perceived_technical = c.PERCEIVED_TECHNICAL.start
        self.perceived_functional = c.PERCEIVED_FUNCTIONAL.start
        self.expect_technical, self.expect_functional = c.EXPECT_TECHNICAL.start, c.EXPECT_FUNCTIONAL.start
        self.competence, self.benevolence, self.integrity = c.COMPETENCE.start, c.BENEVOLENCE.start, c.INTEGRITY.start
        self.affective, self.calculative, self.investment = c.AFFECTIVE.start, investment, investment
        self.engagement = c.ENGAGEMENT.start
        self.felt_in = 0  # the week whose `valence`, `arousal` and `investment` these are; they fade from there
        self.loyalty, self.boost, self.wanted = 0.0, 1.0, self.rate
        self.complaints, self.answer, self.cost, self.treated = 0, -1, 0.0, model.strategy is not None

    def step(self, luck: Callable[[], float], factor: list[float]) -> None:
        """Most weeks nothing happens: 1 - exp(-rate) <= rate, so nobody with u >= rate can come."""
        u = luck()
        if u < self.wanted * factor[self.stratum]:
            self.come(u, factor[self.stratum])

    def come(self, u: float, factor: float) -> None:
        """Live the week of a customer who may come, from the very draw that says how often."""
        model = self.model
        came = poisson(u, self.wanted * factor)
        if not came:
            return
        lift, price = model.lift, model.price
        multiplier = self.boost * factor
        self.live(lift)
        self.cost += price
        bought, paid = self.decide(came, multiplier)
        page = model.page
        page["encounters"] += 1
        page["purchases"] += bought
        page["revenue"] += paid
        page["cost"] += price
        self.speak()

    def live(self, lift: float) -> None:
        """An encounter: deliver, judge, feel, rely, bind, weigh, learn."""
        model, luck = self.model, self.model.luck
        service, theory, memory = model.service, model.mind.satisfaction, self.memory
        mean, moment = luck.course()
        failure = luck.uniform() * service.severity if luck.uniform() < service.failure else 0.0
        technical = _clip(service.technical + service.spread * luck.normal() - failure + lift, 0.0, 1.0)
        functional = _clip(service.functional + service.spread * luck.normal() + mean + lift, 0.0, 1.0)
        gap = (1 - theory.functional) * (technical - self.expect_technical)
        gap += theory.functional * (functional + theory.moment * moment - self.expect_functional)
        felt = tanh(theory.slope * (gap * self.negativity if gap < 0 else gap))
        if failure:
            recovery = _clip(service.recovery + service.spread * luck.normal(), 0.0, 1.0)
            handled = tanh(theory.slope * (recovery - theory.norm))
            share = theory.recovery / (1 + self.failures) if handled > felt else theory.recovery
            felt += share * (handled - felt)
            self.failures = self.failures * (1 - self.forgiveness) + 1
        else:
            recovery = None
            self.failures *= 1 - self.forgiveness
        self.satisfaction_last, self.disconfirmation = felt, gap
        self.satisfaction += memory * (felt - self.satisfaction)
        self.perceived_technical += memory * (technical - self.perceived_technical)
        self.perceived_functional += memory * (functional - self.perceived_functional)

        emotion = model.mind.emotion
        push = emotion.gain * self.reactivity * felt
        since = model.week - self.felt_in
        self.felt_in = model.week
        self.investment *= model.mind.commitment.keeps**since
        faded = emotion.keep**since
        self.valence = _clip(self.valence * faded + push, -1.0, 1.0)
        self.arousal = min(self.arousal * faded + abs(push) + failure * self.reactivity, 1.0)
        self.weigh(technical, functional, recovery)
        self.learn(technical, functional)

    def weigh(self, technical: float, functional: float, recovery: float | None) -> None:
        """What an encounter does to trust, value and commitment, and through them to loyalty."""
        model, mind = self.model, self.model.mind
        quality, promise = 0.5 * (technical + functional), model.service.promise
        able = self._moved(self.competence, technical - promise)
        self.benevolence = self._moved(self.benevolence, functional - promise)
        self.integrity = self._moved(self.integrity, quality - promise)
        if recovery is not None:
            theory, news = mind.trust, recovery - mind.trust.norm
            able = _clip(able + (theory.solved * (1 - able) if news > 0 else theory.unsolved * able) * news, 0.0, 1.0)
        self.competence = able
        trust = (able + self.benevolence + self.integrity) / 3

        theory = mind.value
        worth = tanh(theory.benefit * (quality - model.rival + theory.risk * self.risk_aversion))
        self.value += self.memory * (worth - self.value)

        theory = mind.commitment
        target = theory.trust * trust + theory.shared * 0.5 * (self.proneness + self.engagement)
        target += theory.benefits * 0.5 * (1 + self.satisfaction) + theory.costs * self.calculative
        self.affective += theory.pace * (_clip(target / model.bonds, 0.0, 1.0) - self.affective)
        self.calculative += theory.pace * (self.investment - self.calculative)

        theory = mind.intention
        self.loyalty = theory.satisfaction * self.satisfaction + theory.trust * (2 * trust - 1)
        self.loyalty += theory.value * self.value + theory.commitment * (2 * self.affective - 1)
        self.boost = exp(theory.pull * (self.loyalty - mind.standing.center) / mind.standing.spread)
        self.wanted = self.rate * self.boost

    def learn(self, technical: float, functional: float) -> None:
        """The expectation moves last, so that the gap is measured against the old one."""
        model, gain = self.model, self.model.mind.expectation.gain
        expected = self.expect_technical
        self.expect_technical = model.told + model.kept * (expected + gain * (technical - expected))
        expected = self.expect_functional
        self.expect_functional = model.told + model.kept * (expected + gain * (functional - expected))

    def _moved(self, trust: float, news: float) -> float:
        theory = self.model.mind.trust
        return _clip(trust + (theory.build * (1 - trust) if news > 0 else theory.lose * trust) * news, 0.0, 1.0)

    def decide(self, came: int, multiplier: float) -> tuple[int, float]:
        """Purchases until patience ends, and the money they bring."""
        model, luck = self.model, self.model.luck
        intention, standing = model.mind.intention, model.mind.standing
        z = (self.loyalty - standing.center) / standing.spread
        lean = model.hold[self.stratum] - model.free * (intention.hold * z + intention.mood * self.valence)
        odds = self.dropout * exp(lean)
        chance = odds / (odds + 1 - self.dropout) / multiplier
        step = -log1p(-min(chance, _SURE))
        last = max(1, ceil((self.patience - self.strain) / step))
        bought = min(came, last)
        self.strain += step * bought
        moments = sorted([luck.uniform() for _ in range(came)])
        paid = sum([luck.amount() for _ in range(bought)]) * self.basket
        self.purchases += bought
        self.investment += model.mind.commitment.sunk * (1 - self.investment)
        self.spend += paid
        self.last = model.week + moments[bought - 1]
        if came >= last:
            self.left = self.last
            model.page["left"] += 1
            self.remove()
        return bought, paid

    def speak(self) -> None:
        """Complain, tell friends, and answer when asked; who does any of it is engaged."""
        model, luck, last = self.model, self.model.luck, self.satisfaction_last
        survey, theory = model.survey, model.mind.intention
        spoke = complained = luck.uniform() < self.voice * -last
        if complained:
            self.complaints += 1
            model.page["complained"] += 1
        stirred = theory.stirred * (-theory.bitter * last if last < 0 else last)
        if luck.uniform() < 2 * self.sociability * (theory.talk + stirred):
            spoke = True
            model.page["warned" if last < 0 else "praised"] += 1
        if luck.uniform() < survey.share:
            score = _clip(7 + 3 * self.satisfaction, 0.0, 10.0)
            if luck.uniform() < survey.response + survey.stirred * abs(score - 7):
                spoke = True
                self.answer = round(_clip(score + survey.noise * luck.normal(), 0.0, 10.0))
        self.engagement += theory.involve * (spoke - self.engagement)
        if complained:
            self.get_answer()

    def get_answer(self) -> None:
        """How the complaint is answered moves judgement, feeling and trust, and through them loyalty."""
        service, takes, theory = self.model.service, self.model.mind.reception, self.model.mind.intention
        answer = _clip(service.redress + service.spread * self.model.luck.normal(), 0.0, 1.0)
        handled = _clip(tanh(2.5 * (answer - takes.norm)) + takes.heard_out, -1.0, 1.0)
        pleased = takes.redress * (handled - self.satisfaction)
        self.satisfaction += pleased
        self.valence = _clip(self.valence + takes.redress * self.reactivity * handled, -1.0, 1.0)
        share = 0.3 * takes.redress * handled
        caring = share * (1 - self.benevolence if handled > 0 else self.benevolence)
        honest = share * (1 - self.integrity if handled > 0 else self.integrity)
        self.benevolence, self.integrity = self.benevolence + caring, self.integrity + honest
        self.loyalty += theory.satisfaction * pleased + theory.trust * 2 * (caring + honest) / 3
        standing = self.model.mind.standing
        self.boost = exp(theory.pull * (self.loyalty - standing.center) / standing.spread)
        self.wanted = self.rate * self.boost


class Twin(mesa.Model):
    """The default model the way a Mesa modeller would write it: `self.agents.do("step", ...)` and a DataCollector.

    Args:
        world: mind, service, survey and accounts; the mind's parts have to be the default theories.
        newcomers: customers who have all made their first purchase already.
        baseline: shifts that hold the control arm to the standard model.
        strategy: over-delivery for everybody, or nothing.
        seed: of its own luck.
    """

    customer: type[Customer] = Customer

    def __init__(
        self,
        world: World,
        newcomers: Newcomers,
        baseline: Baseline,
        strategy: OverDelivery | None = None,
        seed: int = 1,
    ) -> None:
        super().__init__(rng=seed)
        self.service, self.survey, self.accounts = world.service, world.survey, world.accounts
        self.mind = world.mind.anchored(baseline.center, baseline.spread)
        self.baseline, self.strategy = baseline, strategy
        self.lift, self.price = 0.0, 0.0  # no play yet: the warm-up comes first
        self.luck = Luck(self.rng, world.behaviour.spend_p, world.service.journey.spread)
        self._note_what_stays(world)
        self.week, self.page, self.hold = 0, Counter(), [0.0]
        self.everybody = self._admit(world, newcomers)
        if strategy is not None:
            self.lift, self.price = strategy.lift, strategy.price
        names = [metric.name for metric in (*FLOWS, *self.mind.metrics)]
        self.datacollector = mesa.DataCollector(
            model_reporters={name: partial(weekly_value, name=name) for name in names}
        )

    def _note_what_stays(self, world: World) -> None:
        """Numbers that no week changes: the rival, the freedom to leave, what is told, the weights of commitment."""
        expectation, bond = self.mind.expectation, self.mind.commitment
        self.rival, self.free = world.rivals.quality, world.rivals.competition
        self.told = expectation.promise * world.service.promise + expectation.brand * world.reputation.start
        self.kept = 1 - expectation.promise - expectation.brand
        self.bonds = bond.trust + bond.shared + bond.benefits + bond.costs

    def step(self) -> None:
        """One week."""
        shifts = self.baseline.at(self.week)
        factor, self.hold = np.exp(shifts.rate).tolist(), shifts.leave.tolist()
        self.page = Counter()
        self._everybody_steps(factor)
        page = self.page
        page["margin"] = page["revenue"] * self.accounts.margin
        page["profit"] = page["margin"] - page["cost"]
        self._take_means()
        self.week += 1
        self.datacollector.collect(self)

    def _everybody_steps(self, factor: list[float]) -> None:
        luck = iter(self.rng.random(len(self.agents)).tolist())
        self.agents.do("step", luck.__next__, factor)

    def _take_means(self) -> None:
        """Means over active customers, all in one pass; feelings as they are at the end of the week."""
        keep = self.mind.emotion.keep
        faded = [keep ** (self.week + 1 - week) for week in range(self.week + 1)]
        satisfaction = competence = benevolence = integrity = value = affective = 0.0
        loyalty = valence = technical = functional = 0.0
        for customer in self.agents:
            satisfaction += customer.satisfaction
            competence += customer.competence
            benevolence += customer.benevolence
            integrity += customer.integrity
            value += customer.value
            affective += customer.affective
            loyalty += customer.loyalty
            valence += customer.valence * faded[customer.felt_in]
            technical += customer.expect_technical
            functional += customer.expect_functional
        active = len(self.agents)
        sums = {
            "satisfaction": satisfaction,
            "trust": (competence + benevolence + integrity) / 3,
            "competence": competence,
            "benevolence": benevolence,
            "integrity": integrity,
            "perceived_value": value,
            "commitment": affective,
            "loyalty": loyalty,
            "valence": valence,
            "expectation": (technical + functional) / 2,
        }
        self.page["active"] = active
        self.page.update({name: total / active if active else float("nan") for name, total in sums.items()})

    def _admit(self, world: World, newcomers: Newcomers) -> list[Customer]:
        """One agent per customer, each with a mind that has lived `warm_up` encounters; those gone are removed."""
        n = len(newcomers)
        people = Table((*PEOPLE, *world.cast.columns), n)
        people[KEY] = newcomers.keys
        world.cast.enter(people, Chance(int(self.rng.integers(2**31))).life().rows(newcomers.keys).named("cast"))
        emotion, bond = self.mind.emotion, self.mind.commitment
        put_in = bond.keeps * bond.sunk * -np.expm1(-newcomers.rate)  # in a week, at their own rate
        who = {
            "rate": newcomers.rate,
            "dropout": newcomers.dropout,
            "basket": newcomers.basket,
            "patience": self.rng.exponential(size=n),
            "stratum": self.baseline.strata(newcomers.rate, newcomers.dropout),
            "purchases": newcomers.purchases,
            "last": newcomers.last,
            "spend": newcomers.spend,
            **{trait.name: people[trait] for trait in TRAITS},
            "investment": put_in / (1 - bond.keeps + put_in),
        }
        columns = {name: values.tolist() for name, values in who.items()}  # Python's own numbers are faster one by one
        everybody = list(self.customer.create_agents(self, n, **columns))
        for customer, active in zip(everybody, newcomers.active.tolist(), strict=True):
            for _ in range(world.warm_up):
                customer.live(0.0)
                customer.valence *= emotion.keep
                customer.arousal *= emotion.keep
            if not active:
                customer.remove()
        return everybody


class TunedTwin(Twin):
    """The twin with Mesa's `do` unrolled: the comparison that skips idle customers stands in the model's own loop."""

    def _everybody_steps(self, factor: list[float]) -> None:
        customers = list(self.agents)
        for customer, u in zip(customers, self.rng.random(len(customers)).tolist(), strict=True):
            if u < customer.wanted * factor[customer.stratum]:
                customer.come(u, factor[customer.stratum])


class Luck:
    """Random numbers, drawn in batches and handed out one by one.

    Attributes:
        uniform: next uniform on [0, 1).
        normal: next standard normal.
        amount: next amount of a single purchase, relative to the customer's mean spend.
        course: mean over the touchpoints of an encounter, and what stands out of it beyond the mean.
    """

    def __init__(self, rng: np.random.Generator, spend_shape: float, spread: float) -> None:
        self.uniform = _handed_out(partial(rng.random, BATCH)).__next__
        self.normal = _handed_out(partial(rng.standard_normal, BATCH)).__next__
        self.amount = _handed_out(lambda: rng.standard_gamma(spend_shape, BATCH) / spend_shape).__next__
        self.course = _handed_out(partial(_courses, rng, spread)).__next__


def poisson(u: float, rate: float) -> int:
    """How often somebody comes, at most 255, by inversion of the same uniform that let them pass."""
    term = below = exp(-rate)
    count = 0
    while 1.0 - u > below and count < 255:
        count += 1
        term *= rate / count
        below += term
    return count


def weekly_value(model: Twin, name: str) -> float:
    """This week's value of a metric, for Mesa's DataCollector."""
    return float(model.page[name])


def _clip(value: float, low: float, high: float) -> float:
    return low if value < low else high if value > high else value


def _courses(rng: np.random.Generator, spread: float) -> np.ndarray:
    """Mean over four touchpoints, and mean of the most extreme and the last one beyond it [BATCH, 2]."""
    touchpoints = spread * rng.standard_normal((BATCH, 4))
    mean = touchpoints.mean(axis=1)
    peak = touchpoints[np.arange(BATCH), np.abs(touchpoints).argmax(axis=1)]
    return np.stack([mean, 0.5 * (peak + touchpoints[:, 3]) - mean], axis=1)


def _handed_out(draw: Callable[[], np.ndarray]) -> Iterator[Any]:
    while True:
        yield from draw().tolist()
