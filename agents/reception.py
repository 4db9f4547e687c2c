"""How do I take it when the firm comes to me: contacts, offers, answers to complaints, being asked back?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from agents import customers as c
from sim.baseline import Standing
from sim.chance import F32
from sim.exchange import Acts, Contacts, Encounters, Leanings
from sim.parameters import ASSUMED, Parametric, param
from sim.people import BASKET, RATE, REASON, REASONS, RETURNS
from sim.plan import BARGAIN, BELONGING, REWARD, Offer, Plan
from sim.table import Column, Rows

GAIN = 0.05  # what an ordinary offer is worth, as a share of the spend of a visit
_WAKES = "direction: Ascarza, Iyengar & Schleicher 2016 (contacts end inertia); size assumed"
_FATIGUE = "direction: Godfrey, Seiders & Voss 2011 (past an ideal level contacts repel); size assumed, not checked"
_CROWDS = "direction: Ryu & Feick 2007 and Jin & Huang 2014 (money for referring); size assumed, not checked"


@dataclass(frozen=True)
class Reception(Parametric):
    """What firm-initiated contact does, whatever the theory: theories answer for encounters, this for the rest.

    Feelings move only in minds whose theory of emotion knows any.

    * Contacts of late C fade by `forget` a week. What gets through is 1 - `mismatch` |channel - preferred|, less what a
      language gap garbles. Caring contacts warm: valence, benevolence and affective commitment rise; manipulation
      lowers valence and benevolence. Past the customer's tolerance contacts annoy, and some opt out.
    * Leaving: attention of late A (contacts that cared or were useful) lowers the logit by `attention` persuadability
      min(A, 1); every contact wakes those who stay without wanting to, `wakes` min(C, 1) max(-z, 0); contacts past
      the tolerance drive out.
    * Coming back for money teaches that leaving pays.
    * Complaints: an answer moves satisfaction, feeling and trust; money teaches that complaining pays.
    * Referring: z counts less when money is offered (crowding out), money moves the price-minded.
    * Joining: the loyal, the frequent and those whose motive is spoken to join (self-selection).
    * Coming back: an earnest offer, money for those who left over the price, less for those who left over service.
    """

    forget: float = param(0.80, unit="share per week", low=0, high=1, doc="kept of contacts of late", source=ASSUMED)
    mismatch: float = param(0.6, unit="share", low=0, high=1, doc="lost in a channel not preferred", source=ASSUMED)
    barrier: float = param(
        0.15, unit="quality at a full gap", low=0, high=1, doc="service lost on a language gap",
        source="direction: Holmqvist & Gronroos 2012 (language in service encounters); size assumed, not checked",
    )  # fmt: skip
    garble: float = param(
        0.15, unit="quality at a full gap", low=0, high=1, doc="spread of what a promise is taken for", source=ASSUMED
    )
    warmth: float = param(0.15, unit="valence per caring contact", low=0, high=2, doc="felt care", source=ASSUMED)
    closeness: float = param(
        0.03, unit="share of the room", low=0, high=1, doc="a caring contact binds", source=ASSUMED
    )
    goodwill: float = param(0.04, unit="share of the room", low=0, high=1, doc="trust in good will", source=ASSUMED)
    manipulated: float = param(
        0.10, unit="share of what there is", low=0, high=1, doc="trust lost to what reads as manipulation",
        source="direction: Slovic 1993; size assumed",
    )  # fmt: skip
    annoyed: float = param(0.05, unit="valence per contact too many", low=0, high=1, doc="annoyance", source=_FATIGUE)
    opt_out: float = param(
        0.02, unit="chance per contact too many", low=0, high=1, doc="wants no more of it", source=_FATIGUE
    )
    harassed: float = param(
        0.10, unit="logit per contact too many", low=0, high=2, doc="harassment drives out", source=_FATIGUE
    )
    attention: float = param(
        0.60, unit="logit at full persuadability", low=0, high=5, doc="attention keeps", source=ASSUMED
    )
    wakes: float = param(0.35, unit="logit per sd below the mean", low=0, high=5, doc="contact wakes", source=_WAKES)
    informs: float = param(
        0.10, unit="share of the room", low=0, high=1, doc="a useful contact engages", source=ASSUMED
    )
    includes: float = param(
        0.06, unit="share of the room at full motive", low=0, high=1, doc="taking part binds and engages",
        source="direction: Algesheimer, Dholakia & Herrmann 2005 (brand communities); size assumed",
    )  # fmt: skip
    norm: float = param(0.5, unit="quality", low=0, high=1, doc="answer that one may expect", source=ASSUMED)
    redress: float = param(
        0.35, unit="share of the gap", low=0, high=1, doc="an answer moves the judgement", source=ASSUMED
    )
    heard_out: float = param(
        0.05, unit="-1 to 1", low=0, high=1, doc="speaking up relieves, whatever the answer", source=ASSUMED
    )
    learns: float = param(
        0.5, unit="share of the room per usual spend", low=0, high=1, doc="complaining pays", source=ASSUMED
    )
    claims: float = param(0.25, unit="chance", low=0, high=1, doc="claims without cause once learnt", source=ASSUMED)
    crowding: float = param(0.8, unit="share", low=0, high=1, doc="liking that money crowds out", source=_CROWDS)
    bounty: float = param(
        0.5, unit="log chance per usual spend", low=0, high=5, doc="money moves the price-minded", source=_CROWDS
    )
    prompts: float = param(0.5, unit="log chance", low=0, high=5, doc="a warm request to refer", source=ASSUMED)
    fond: float = param(0.5, unit="logit per sd", low=0, high=5, doc="the loyal join", source=ASSUMED)
    motive: float = param(1.0, unit="logit", low=0, high=5, doc="those whose motive is spoken to join", source=ASSUMED)
    worth: float = param(
        0.3, unit="logit per doubling", low=0, high=5, doc="what joining is worth, beside 5% of a visit's spend",
        source=ASSUMED,
    )  # fmt: skip
    useful: float = param(
        1.0, unit="logit", low=0, high=5, doc="those who come often join a reward program",
        source="direction: Liu 2007; Leenheer, van Heerde, Bijmolt & Smidts 2007 (self-selection); size assumed",
    )  # fmt: skip
    earnest: float = param(1.5, unit="logit", low=0, high=10, doc="being asked back in earnest", source=ASSUMED)
    bought: float = param(
        2.0, unit="logit per usual spend", low=0, high=20, doc="money for coming back", source=ASSUMED
    )
    tempted: float = param(
        0.5, unit="logit", low=0, high=5, doc="leaves again for another offer, once that has paid",
        source=ASSUMED,
    )  # fmt: skip
    grudge: float = param(
        1.5, unit="logit", low=0, high=10, doc="left over service, contacts or dismissal",
        source="direction: Kumar, Bhagwat & Zhang 2015; size assumed",
    )  # fmt: skip
    writes: ClassVar[tuple[Column[Any], ...]] = (
        c.CONTACTED, c.ATTENDED, c.CLAIMING, c.VALENCE, c.BENEVOLENCE, c.INTEGRITY, c.AFFECTIVE, c.ENGAGEMENT,
        c.SATISFACTION,
    )  # fmt: skip
    reads: ClassVar[tuple[Column[Any], ...]] = (
        c.TOLERANCE, c.PERSUADABLE, c.DIGITAL, c.LANGUAGE_GAP, c.BELONGING, c.REACTIVITY, c.PRONENESS, c.LOYALTY,
        c.REWARD_APPEAL, c.PRICE_SENSITIVITY, RATE, BASKET, REASON, RETURNS,
    )  # fmt: skip

    def understand(self, people: Rows, lived: Encounters) -> Encounters:
        """The encounter as it was understood [E]: across a gap service loses, and promises are misread."""
        if lived.misheard is None:
            return lived
        gap = (1 - np.float32(lived.languages)) * people[c.LANGUAGE_GAP]
        heard = lived.promised + np.float32(self.garble) * gap * lived.misheard
        return replace(
            lived, functional=np.clip(lived.functional - np.float32(self.barrier) * gap, 0, 1),
            promised=np.clip(heard, 0, 1).astype(np.float32, copy=False),
        )  # fmt: skip

    def reached(self, people: Rows, contacts: Contacts) -> F32:
        """Contacts are taken in [A]; the chance of each to want no more of them."""
        through = 1 - np.float32(self.mismatch) * np.abs(contacts.digital - people[c.DIGITAL])
        through = through * (1 - (1 - np.float32(contacts.languages)) * people[c.LANGUAGE_GAP])
        times = contacts.times
        people[c.CONTACTED] = people[c.CONTACTED] + times
        worth = np.maximum(np.maximum(contacts.care, contacts.news), 0)
        people[c.ATTENDED] = people[c.ATTENDED] + times * worth * through
        beyond = self._too_many(people)
        once = np.minimum(times, 1)
        kind, false = once * through * np.maximum(contacts.care, 0), once * np.maximum(-contacts.care, 0)
        felt = np.float32(self.warmth) * 2 * people[c.REACTIVITY] * (kind - false)
        annoyance = np.float32(self.annoyed) * np.minimum(beyond, 5) * (times > 0)
        people[c.VALENCE] = np.clip(people[c.VALENCE] + felt - annoyance, -1, 1)
        for facet, good in ((c.BENEVOLENCE, kind), (c.INTEGRITY, once * through * contacts.news)):
            trusts = people[facet]
            built = np.float32(self.goodwill) * good * (1 - trusts)
            people[facet] = trusts + built - np.float32(self.manipulated) * false * trusts
        part = contacts.belonging * people[c.BELONGING]
        bound, engaged = people[c.AFFECTIVE], people[c.ENGAGEMENT]
        binds = np.float32(self.closeness) * 2 * people[c.PRONENESS] * kind + np.float32(self.includes) * part
        people[c.AFFECTIVE] = bound + np.minimum(binds, 1) * (1 - bound)
        stirs = np.float32(self.informs) * contacts.news * through * once + np.float32(self.includes) * part
        people[c.ENGAGEMENT] = engaged + np.minimum(stirs, 1) * (1 - engaged)
        weary: F32 = np.minimum(np.float32(self.opt_out) * beyond, 1) * (times > 0)
        return weary

    def fade(self, people: Rows) -> None:
        """A week passes [N]: contacts are forgotten."""
        for column in (c.CONTACTED, c.ATTENDED):
            if people[column].any():
                people[column] *= np.float32(self.forget)

    def lean(self, people: Rows, plan: Plan, leanings: Leanings, standing: Standing) -> Leanings:
        """The leanings [E], with what contacts, claims and prompts to refer add to them."""
        more: dict[str, F32] = {"digital": people[c.DIGITAL]}
        if people[c.CONTACTED].any():
            z = self._z(people, standing)
            woken = np.float32(self.wakes) * np.minimum(people[c.CONTACTED], 1) * np.maximum(-z, 0)
            kept = np.float32(self.attention) * people[c.PERSUADABLE] * np.minimum(people[c.ATTENDED], 1)
            more["contact"] = woken - kept + np.float32(self.harassed) * np.minimum(self._too_many(people), 20)
            more["leave"] = leanings.leave + more["contact"]
        claiming = people[c.CLAIMING]
        if claiming.any():
            more["complain"] = np.minimum(leanings.complain + np.float32(self.claims) * claiming, 1)
            leaves = more.get("leave", leanings.leave)
            more["leave"] = leaves + np.float32(self.tempted) * claiming * (people[RETURNS] > 0)
        if plan.bounty is not None or plan.prompt is not None:
            more["recommend"] = self._refer(people, plan, leanings.recommend)
        return replace(leanings, **more)

    def join(self, people: Rows, offer: Offer, standing: Standing) -> F32:
        """Shift of the logit of joining an offer [E]."""
        shift = np.float32(self.fond) * np.clip(self._z(people, standing), -3, 3)
        shift += np.float32(self.worth * np.log2(max(offer.gain, 1e-3) / GAIN))
        if offer.motive == REWARD:
            often = 52 * people[RATE]
            shift += np.float32(self.useful) * (2 * often / (often + 4) - 1)
            shift += np.float32(self.motive) * (2 * people[c.REWARD_APPEAL] - 1)
        elif offer.motive == BELONGING:
            shift += np.float32(self.motive) * (2 * people[c.BELONGING] - 1)
        elif offer.motive == BARGAIN:
            shift += np.float32(self.motive) * (people[c.PRICE_SENSITIVITY] - 1)
        return shift

    def answered(self, people: Rows, acts: Acts) -> None:
        """How a complaint was answered is judged as well, and money for it is remembered [E]."""
        if acts.answered is None:
            return
        spoke = acts.complained
        handled = np.tanh(2.5 * (acts.answered - np.float32(self.norm))) + np.float32(self.heard_out)
        if acts.amends is not None:
            handled = handled + np.minimum(acts.amends, 1)
            learns = np.float32(self.learns) * np.minimum(acts.amends, 1) * spoke
            people[c.CLAIMING] = people[c.CLAIMING] + learns * (1 - people[c.CLAIMING])
        handled = np.clip(handled, -1, 1).astype(np.float32, copy=False)
        share = np.float32(self.redress) * spoke
        people[c.SATISFACTION] = people[c.SATISFACTION] + share * (handled - people[c.SATISFACTION])
        people[c.VALENCE] = np.clip(people[c.VALENCE] + share * people[c.REACTIVITY] * handled, -1, 1)
        for facet in (c.BENEVOLENCE, c.INTEGRITY):
            trusts = people[facet]
            room = np.where(handled > 0, 1 - trusts, trusts)
            people[facet] = trusts + np.float32(0.3) * share * handled * room

    def reconsider(self, people: Rows, plan: Plan) -> F32:
        """Shift of the logit of coming back [L]."""
        left_over = people[REASON]
        over_price = left_over == REASONS.index("price")
        bitter = np.isin(left_over, [REASONS.index(name) for name in ("service", "contact", "dismissed")])
        shift = -np.float32(self.grudge) * bitter
        if plan.invite is not None:  # an apology takes half of a grudge
            eased = np.float32(self.grudge / 2) * plan.invite * bitter
            shift = shift + np.float32(self.earnest) * (plan.invite - 1) + eased
        else:
            shift = shift - np.float32(self.earnest)
        if plan.welcome is not None:
            money = np.minimum(plan.welcome / np.maximum(people[BASKET], np.float32(1e-6)), 2)
            tempted = np.float32(self.bought) * money * people[c.PRICE_SENSITIVITY]
            shift = shift + tempted * np.where(over_price, np.float32(1), np.float32(0.5))
        return shift.astype(np.float32, copy=False)

    def returned(self, people: Rows, plan: Plan) -> None:
        """Those who came back for money [R] have learnt that threatening to leave pays."""
        if plan.welcome is not None:
            money = np.minimum(plan.welcome / np.maximum(people[BASKET], np.float32(1e-6)), 1)
            people[c.CLAIMING] = people[c.CLAIMING] + np.float32(self.learns) * money * (1 - people[c.CLAIMING])

    def _refer(self, people: Rows, plan: Plan, fondness: F32) -> F32:
        """Log chance to refer somebody [E]: liking, less what money crowds out, and money, and a warm request."""
        shift = fondness
        if plan.bounty is not None:
            money = np.minimum(plan.bounty / np.maximum(people[BASKET], np.float32(1e-6)), 1)
            shift = shift - np.float32(self.crowding) * np.minimum(5 * money, 1) * np.maximum(fondness, 0)
            shift = shift + np.float32(self.bounty) * money * people[c.PRICE_SENSITIVITY]
        if plan.prompt is not None:
            shift = shift + np.float32(self.prompts) * plan.prompt
        return shift.astype(np.float32, copy=False)

    def _too_many(self, people: Rows) -> F32:
        """Contacts of late beyond what is tolerated [n]."""
        beyond: F32 = np.maximum(people[c.CONTACTED] - people[c.TOLERANCE], 0)
        return beyond

    def _z(self, people: Rows, standing: Standing) -> F32:
        """Loyalty in standard deviations from where the population stood [n]."""
        return (people[c.LOYALTY] - np.float32(standing.center)) / np.float32(standing.spread)
