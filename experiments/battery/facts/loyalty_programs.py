"""Loyalty programs: the pull of a reward in reach, who changes, and whether it is the attitude that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from agents.customers import LOYALTY
from agents.theories.intention import LoyaltyIntention
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import built_in, emergent, with_state
from experiments.battery.field import invited, opened, rated
from experiments.battery.laboratory import Laboratory
from experiments.battery.statistics import F64
from sim.behaviour import NonContractual
from sim.chance import Bool
from sim.model import CustomerModel
from sim.people import KEY
from sim.records import EARNED, PURCHASES
from strategies.nothing import Nothing
from strategies.reward_program import RewardProgram

NO_TIER = 1e9  # points: nobody gets there
STAMPS = 10  # on a card; the purchase after the last one is free
CAFE = NonContractual(r=4.0, alpha=8.0, a=1e-3, b=100.0, spend_p=1e3)  # every other week, everybody stays: assumed
CARD = RewardProgram(threshold=STAMPS - 0.25, worth=1.0, gain=1 / STAMPS, tier_at=NO_TIER)  # prices vary by 3%
CARD_WEEKS = 60


def _gaps(laboratory: Laboratory) -> Mapping[str, float]:
    people = invited(laboratory, CAFE)
    model = opened(laboratory, CAFE, replace(people, basket=np.ones(len(people), np.float32)), CARD)
    earned = [model.records.crm[EARNED].copy()]
    for _ in range(CARD_WEEKS):
        model.step()
        earned.append(model.records.crm[EARNED].copy())
    stamps = np.rint(np.stack(earned, axis=1))  # [N, weeks + 1]
    done = stamps[stamps[:, -1] >= STAMPS + 2]
    found = {name: _gap(done, at) for name, at in (("first", 1), ("last", STAMPS - 1), ("after", STAMPS + 1))}
    return {**found, "cards": float(len(done))}


def _gap(stamps: NDArray[np.floating], at: int) -> float:
    """Weeks per purchase in weeks that begin with so many stamps; the card is seen as it is when a week begins."""
    begins, bought = stamps[:, :-1] == at, np.diff(stamps, axis=1)
    return float(begins.sum() / max(bought[begins].sum(), 1))


F8 = Fact(
    id="F8",
    short="stamp card",
    title="Customers buy faster the nearer the reward, and slow down after it",
    source="Kivetz, Urminsky & Zheng 2006, J. Marketing Research 43(1):39-58",
    status=Status.SEEN,
    situation=(
        "Customers of a cafe who buy about every other week (slower than real ones, since a week is the clock: "
        "assumed) are offered a card: a stamp per purchase, the one after ten stamps is free (the play reward_program "
        "without tiers). Of those who complete it within 60 weeks: the time to the next purchase at the first and at "
        "the ninth stamp, and after the free purchase. Without any pull all three are equal."
    ),
    claims=(
        Claim("last", "time to the next purchase, ninth / first stamp", "about 0.80 (V)", 0.70, 0.90, over="first"),
        Claim("after", "the same, after the reward / ninth stamp", "slows down (V)", low=1.05, null=1.0, over="last"),
    ),
    measure=_gaps,
    kind=built_in("intention", (LoyaltyIntention,)),
    scored=with_state("loyalty", LOYALTY),
    why="The pull of the reward is a parameter of the intention, sized by this very source.",
    shown={"first": "weeks from the first to the second stamp", "cards": "cards completed"},
    field=True,
)

SHOP = NonContractual(r=2.0, alpha=4.0, a=0.05, b=20.0)  # twice a month, few ever leave: assumed
PROGRAM = RewardProgram(tier_at=NO_TIER)
BEFORE, ENROLMENT, YEARS = 26, 13, 104  # weeks: watched before, in which one may join, and of the program
QUARTER, HALF = 13, 26


def _risers(laboratory: Laboratory) -> Mapping[str, float]:
    model = opened(laboratory, SHOP, invited(laboratory, SHOP), replace(PROGRAM, start=BEFORE))
    pages = [model.records.crm[PURCHASES].copy()]
    member = np.zeros(len(model.table), np.bool_)
    for week in range(BEFORE + YEARS):
        model.step()
        pages.append(model.records.crm[PURCHASES].copy())
        if week == BEFORE + ENROLMENT - 1:
            member = model.records.members(PROGRAM.line).copy()
    bought = np.stack(pages, axis=1).astype(np.float64)  # [N, weeks + 1], so far
    return _differences(bought, member)


def _differences(bought: F64, member: Bool) -> Mapping[str, float]:
    """Members' change over that of those who came and did not join, by third of what was bought before."""
    before = bought[:, BEFORE] - bought[:, 0]
    entered = (bought[:, BEFORE : BEFORE + ENROLMENT + 1] == bought[:, [BEFORE]]).sum(axis=1) + BEFORE
    there = entered <= BEFORE + ENROLMENT  # they came, so they were asked: the clock starts after that week
    low, high = np.quantile(before[there], (1 / 3, 2 / 3))
    thirds = {"light": before <= low, "moderate": (before > low) & (before <= high), "heavy": before > high}
    end = bought.shape[1] - 1
    rows, begin = np.arange(len(before)), np.minimum(entered, end - QUARTER)

    def lift(who: Bool, first: NDArray[np.intp], last: NDArray[np.intp]) -> float:
        """Difference in differences of the rate of buying between two weeks of each customer [N]."""
        rates = []
        for group in (who & there & member, who & there & ~member):
            after = (bought[rows, last] - bought[rows, first])[group].sum() / (last - first)[group].sum()
            rates.append(after / (before[group].sum() / (BEFORE * group.sum())))
        return float(rates[0] / rates[1] - 1)

    last = np.full(len(rows), end)
    found = {name: 100 * lift(who, begin, last) for name, who in thirds.items()}
    risers = thirds["light"] | thirds["moderate"]
    return {
        **found,
        "early": 100 * lift(risers, begin, begin + QUARTER),
        "late": 100 * lift(risers, last - HALF, last),
        **{f"members: {name}": float((who & there & member).sum()) for name, who in thirds.items()},
    }


F9 = Fact(
    id="F9",
    short="who changes",
    title="In a loyalty program light and moderate buyers rise, mostly at first, and heavy buyers do not change",
    source="Liu 2007, J. Marketing 71(4):19-35",
    status=Status.SEEN,
    situation=(
        "Customers of a shop (a purchase every other week, differing widely, few leave: assumed) are watched for half "
        "a year; then a program without tiers opens for two years (the play reward_program), and they join as they "
        "choose. By thirds of what they bought before: members' change over the change of those who came in the same "
        "quarter and did not join, from the week after that visit."
    ),
    claims=(
        Claim("heavy", "heavy buyers, %", "no change (V)", -5.0, 5.0),
        Claim("moderate", "moderate buyers, %", "above 0 (V)", low=2.0, null=0.0),
        Claim("light", "light buyers, %", "above 0 (V)", low=2.0, null=0.0),
        Claim(
            "early", "light and moderate: change in the first 13 weeks / in the last 26", "mostly at first (V)",
            low=0.5, over="late",
        ),
    ),
    measure=_risers,
    kind=emergent,
    scored=with_state("loyalty", LOYALTY),
    why=(
        "The pull of the reward raises the rate of all members by the same share, so heavy buyers, who are near a "
        "reward most of the time, rise most: by 22% against the same customers without the program, moderate ones by "
        "18%, light ones by 17% (8 replications). And non-members are no clean comparison: in a world without the "
        "program the same members beat the same others by 8% (light), 9% (moderate) and 2% (heavy), since those who "
        "join buy more often by nature than their past shows. Without any pull ('gradient' 0) this alone looks like "
        "the published pattern: 9%, 10% and 4%."
    ),
    shown={
        "late": "light and moderate buyers in the last 26 weeks, %",
        **{f"members: {name}": f"{name} buyers who joined" for name in ("light", "moderate", "heavy")},
    },
    field=True,
)  # fmt: skip

LIFT_WEEKS = 26


def _lifts(laboratory: Laboratory) -> Mapping[str, float]:
    field = opened(laboratory, SHOP, invited(laboratory, SHOP))
    arms = [field.fork(play) for play in (Nothing(), replace(PROGRAM, tier_at=RewardProgram().tier_at))]
    for model in arms:
        model.run_for(LIFT_WEEKS)
    without, offered = arms
    member = offered.records.members(PROGRAM.line)
    behaviour = [model.records.crm[PURCHASES].astype(np.float64) for model in arms]
    attitude = _attitudes(laboratory, without, offered)
    found = {}
    for name, (usual, lifted) in (("behaviour", behaviour), ("attitude", attitude)):
        unit = float(usual.std()) or 1.0
        found[name] = float((lifted - usual)[member].mean()) / unit
        found[f"{name}, joined"] = float(lifted[member].mean() - lifted[~member].mean()) / unit
    return {**found, "order": found["behaviour"] - found["attitude"], "members": float(member.mean())}


def _attitudes(laboratory: Laboratory, *arms: CustomerModel) -> tuple[F64, F64]:
    """What the same customers answer in both arms, asked for their attitude to the firm [N]."""
    thought = [model.mind.loyalty(model.table.block(0, len(model.table))) for model in arms]
    keys = np.concatenate([model.table[KEY] for model in arms])
    answers = rated(laboratory, keys, np.concatenate(thought), "attitude")
    half = len(answers) // 2
    return answers[:half], answers[half:]


F21 = Fact(
    id="F21",
    short="what programs lift",
    title="Loyalty programs lift behaviour more than attitude, and both above zero",
    source="Belli et al. 2022, JAMS 50:147-173",
    status=Status.SEEN,
    situation=(
        "Customers of the shop of F9, with and without a program (the play reward_program) that they join as they "
        "choose, half a year long, under the same luck. Compared are those who join with themselves without it: "
        "purchases of the half-year, and one survey of the attitude to the firm (four items, 1-7), in standard "
        "deviations between customers. The studies that the source pools compare members with others, which adds "
        "who joins."
    ),
    claims=(
        Claim("behaviour", "purchases with less without the program, SD", "above 0 (V)", low=0.05, null=0.0),
        Claim("attitude", "attitude with less without the program, SD", "above 0 (V)", low=0.05, null=0.0),
        Claim("order", "behaviour less attitude, SD", "above 0 (V)", low=0.05, null=0.0),
    ),
    measure=_lifts,
    kind=built_in("intention", (LoyaltyIntention,)),
    scored=with_state("loyalty", LOYALTY),
    why=(
        "The order is that of two assumed sizes: without the pull of the reward ('gradient' 0) behaviour rises by 0.01 "
        "SD and attitude by 0.05 (8 replications), so the order is reversed."
    ),
    shown={
        "behaviour, joined": "purchases, members less others, SD",
        "attitude, joined": "attitude, members less others, SD",
        "members": "share that joins",
    },
    field=True,
)
