"""A plain-Mesa twin of the default model: the same equations, one `mesa.Agent` object per customer.

It is written to be fast within Mesa's own idioms: those who do not come are skipped after one comparison, random
numbers are drawn in batches, feelings fade when somebody looks at them, those who left are removed from `model.agents`,
and the weekly means are taken in one pass. Its luck is its own; its distributions are the engine's
(`tests/benchmarks`).

What it leaves out only makes it faster: sums by segment, first purchases still to come, organic arrivals and referrals
(both off by default), plays other than over-delivery for everybody, and forking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from math import ceil, exp, log1p, tanh

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
_SURE = 1 - 1e-6


class Customer(mesa.Agent):
    """One customer: traits, state of mind, and what the firm has on record."""

    __slots__ = (  # more attributes than Python keeps compactly on its own
        "answer", "arousal", "basket", "benevolence", "boost", "competence", "complaints", "cost",
        "dropout", "expect_functional", "expect_technical", "felt_in", "integrity", "last", "left", "loyalty", "memory",
        "negativity", "patience", "purchases", "rate", "reactivity", "satisfaction", "satisfaction_last", "spend",
        "strain", "stratum", "treated", "valence", "voice", "wanted",
    )  # fmt: skip

    def __init__(
        self,
        model: Twin,
        rate: float,
        dropout: float,
        basket: float,
        patience: float,
        stratum: int,
        purchases: int,
        last: float,
        spend: float,
        negativity: float,
        reactivity: float,
        memory: float,
        voice: float,
    ) -> None:
        super().__init__(model)
        self.rate, self.dropout, self.basket, self.patience = rate, dropout, basket, patience
        self.stratum, self.purchases, self.last, self.spend = stratum, purchases, last, spend
        self.negativity, self.reactivity, self.memory, self.voice = negativity, reactivity, memory, voice
        self.strain, self.left = 0.0, None
        self.satisfaction_last = self.satisfaction = self.valence = self.arousal = 0.0
        self.expect_technical, self.expect_functional = c.EXPECT_TECHNICAL.start, c.EXPECT_FUNCTIONAL.start
        self.competence, self.benevolence, self.integrity = c.COMPETENCE.start, c.BENEVOLENCE.start, c.INTEGRITY.start
        self.felt_in = 0  # the week whose feeling `valence` and `arousal` are; they fade from there
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
        """An encounter: deliver, judge, feel, trust, weigh, learn."""
        model, luck = self.model, self.model.luck
        service, mind = model.service, model.mind
        failure = luck.uniform() * service.severity if luck.uniform() < service.failure else 0.0
        technical = _clip(service.technical + service.spread * luck.normal() - failure + lift, 0.0, 1.0)
        functional = _clip(service.functional + service.spread * luck.normal() + lift, 0.0, 1.0)
        gap_technical, gap_functional = technical - self.expect_technical, functional - self.expect_functional

        theory = mind.satisfaction
        gap = (1 - theory.functional) * gap_technical + theory.functional * gap_functional
        felt = tanh(theory.slope * (gap * self.negativity if gap < 0 else gap))
        self.satisfaction_last = felt
        self.satisfaction += self.memory * (felt - self.satisfaction)

        push = mind.emotion.gain * self.reactivity * felt
        faded = mind.emotion.keep ** (model.week - self.felt_in)
        self.felt_in = model.week
        self.valence = _clip(self.valence * faded + push, -1.0, 1.0)
        self.arousal = min(self.arousal * faded + abs(push) + failure * self.reactivity, 1.0)

        promise = service.promise
        self.competence = self._moved(self.competence, technical - promise)
        self.benevolence = self._moved(self.benevolence, functional - promise)
        self.integrity = self._moved(self.integrity, 0.5 * (technical + functional) - promise)

        intention = mind.intention
        trust = (self.competence + self.benevolence + self.integrity) / 3
        self.loyalty = intention.weight * self.satisfaction + (1 - intention.weight) * (2 * trust - 1)
        self.boost = exp(intention.pull * (self.loyalty - mind.standing.center) / mind.standing.spread)
        self.wanted = self.rate * self.boost
        self.learn(gap_technical, gap_functional)

    def learn(self, gap_technical: float, gap_functional: float) -> None:
        """The expectation moves last, so that the gap is measured against the old one."""
        gain = self.model.mind.expectation.gain
        self.expect_technical += gain * gap_technical
        self.expect_functional += gain * gap_functional

    def _moved(self, trust: float, news: float) -> float:
        theory = self.model.mind.trust
        return _clip(trust + (theory.build * (1 - trust) if news > 0 else theory.lose * trust) * news, 0.0, 1.0)

    def decide(self, came: int, multiplier: float) -> tuple[int, float]:
        """Purchases until patience ends, and the money they bring."""
        model, luck = self.model, self.model.luck
        intention, standing = model.mind.intention, model.mind.standing
        z = (self.loyalty - standing.center) / standing.spread
        lean = -intention.hold * z - intention.mood * self.valence + model.hold[self.stratum]
        odds = self.dropout * exp(lean)
        chance = odds / (odds + 1 - self.dropout) / multiplier
        step = -log1p(-min(chance, _SURE))
        last = max(1, ceil((self.patience - self.strain) / step))
        bought = min(came, last)
        self.strain += step * bought
        moments = sorted([luck.uniform() for _ in range(came)])
        paid = sum([luck.amount() for _ in range(bought)]) * self.basket
        self.purchases += bought
        self.spend += paid
        self.last = model.week + moments[bought - 1]
        if came >= last:
            self.left = self.last
            model.page["left"] += 1
            self.remove()
        return bought, paid

    def speak(self) -> None:
        """Complain, and answer when asked."""
        luck, survey = self.model.luck, self.model.survey
        if luck.uniform() < self.voice * -self.satisfaction_last:
            self.complaints += 1
            self.model.page["complained"] += 1
        if luck.uniform() < survey.share:
            score = _clip(7 + 3 * self.satisfaction, 0.0, 10.0)
            if luck.uniform() < survey.response + survey.stirred * abs(score - 7):
                self.answer = round(_clip(score + survey.noise * luck.normal(), 0.0, 10.0))


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
        self.luck = Luck(self.rng, world.behaviour.spend_p)
        self.week, self.page, self.hold = 0, Counter(), [0.0]
        self.everybody = self._admit(world, newcomers)
        if strategy is not None:
            self.lift, self.price = strategy.lift, strategy.price
        names = [metric.name for metric in (*FLOWS, *self.mind.metrics)]
        self.datacollector = mesa.DataCollector(
            model_reporters={name: partial(weekly_value, name=name) for name in names}
        )

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
        satisfaction = competence = benevolence = integrity = loyalty = valence = technical = functional = 0.0
        for customer in self.agents:
            satisfaction += customer.satisfaction
            competence += customer.competence
            benevolence += customer.benevolence
            integrity += customer.integrity
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
        who = {
            "rate": newcomers.rate,
            "dropout": newcomers.dropout,
            "basket": newcomers.basket,
            "patience": self.rng.exponential(size=n),
            "stratum": self.baseline.strata(newcomers.rate, newcomers.dropout),
            "purchases": newcomers.purchases,
            "last": newcomers.last,
            "spend": newcomers.spend,
            **{trait.name: people[trait] for trait in (c.NEGATIVITY, c.REACTIVITY, c.MEMORY, c.VOICE)},
        }
        columns = {name: values.tolist() for name, values in who.items()}  # Python's own numbers are faster one by one
        everybody = list(self.customer.create_agents(self, n, **columns))
        keep = self.mind.emotion.keep
        for customer, active in zip(everybody, newcomers.active.tolist(), strict=True):
            for _ in range(world.warm_up):
                customer.live(0.0)
                customer.valence *= keep
                customer.arousal *= keep
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
    """

    def __init__(self, rng: np.random.Generator, spend_shape: float) -> None:
        self.uniform = _handed_out(partial(rng.random, BATCH)).__next__
        self.normal = _handed_out(partial(rng.standard_normal, BATCH)).__next__
        self.amount = _handed_out(lambda: rng.standard_gamma(spend_shape, BATCH) / spend_shape).__next__


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


def _handed_out(draw: Callable[[], np.ndarray]) -> Iterator[float]:
    while True:
        yield from draw().tolist()
