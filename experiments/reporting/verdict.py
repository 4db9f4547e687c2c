"""Which plan wins, by how much, for whom, at what cost, how sure: decided by one rule and said in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.inference.intervals import RESAMPLES, Interval, chance_best, paired_t
from experiments.reporting.paired import ROI, VALUE, about, cost_lines, difference, outcome, return_on_cost, twins
from experiments.reporting.profit_and_loss import pays_back
from experiments.reporting.who_gained import gained_sentence
from experiments.reporting.wording import listed, named, spelled
from experiments.results import STOPPED, StudyResult

RULE = (
    "The winner is the arm with the highest mean value per customer: discounted profit within the horizon plus the "
    "discounted margin expected beyond it."
)
NOISE_ONLY = (
    "Monte Carlo noise only; it tends to 100% with more replications and is NOT the probability that the plan is best "
    "in reality"
)
_FEW = 10  # below this a bootstrap of the replications understates the noise


@dataclass(frozen=True)
class Verdict:
    """The answer of a study, all money per customer.

    Args:
        winner: the arm with the highest mean value; the control if no plan beats it.
        best_plan: the arm with the highest mean value among all but the control.
        gain: best plan minus control.
        chances: arm -> share of bootstrap resamples in which its mean value is the highest (Monte Carlo noise only).
        runner_up: the next best arm that is not identical to the control, None if there is none.
        lead: winner minus runner-up.
        segment: the segment with the largest gain of the best plan, None without segments.
        segment_gain: that gain.
    """

    winner: str
    best_plan: str
    gain: Interval
    chances: Mapping[str, float]
    runner_up: str | None
    lead: Interval | None
    segment: str | None
    segment_gain: Interval | None


def verdict(result: StudyResult) -> Verdict | None:
    """Apply the rule; None when there is nothing to compare (one arm, no control, no money)."""
    exact = twins(result)
    values = outcome(result, VALUE)
    # A placebo that equals the control is the control: it must not share its chance.
    arms = [arm for arm in result.arms if arm not in exact]
    values = values[arms].dropna()
    if not result.plans or values.empty:
        return None
    ranked = [str(arm) for arm in values.mean().sort_values(ascending=False, kind="stable").index]
    winner, runner_up = ranked[0], ranked[1] if len(ranked) > 1 else None
    best_plan = next((arm for arm in ranked if arm != result.control), result.plans[0])
    shares = chance_best(values.to_numpy(dtype=float))
    segment, segment_gain = _most_helped(result, best_plan)
    return Verdict(
        winner=winner,
        best_plan=best_plan,
        gain=paired_t(difference(result, VALUE, best_plan)),
        chances=dict(zip(arms, shares.tolist(), strict=True)),
        runner_up=runner_up,
        lead=paired_t(difference(result, VALUE, winner, against=runner_up)) if runner_up else None,
        segment=segment,
        segment_gain=segment_gain,
    )


def answers(result: StudyResult) -> list[tuple[str, str]]:
    """Question and answer, in plain text: which plan wins, how much, for whom, at what cost, how sure."""
    found = verdict(result)
    if found is None:
        return [("Which plan wins", _no_comparison(result))]
    return [
        ("Which plan wins", _which(result, found)),
        ("By how much", _how_much(result, found)),
        ("For whom", _for_whom(result, found)),
        *([("Who gained", said)] if (said := gained_sentence(result, found.best_plan)) else []),
        ("At what cost", _what_cost(result, found)),
        ("How sure", _how_sure(result, found)),
        *([("When it stopped", result.provenance[STOPPED])] if STOPPED in result.provenance else []),
    ]


def _most_helped(result: StudyResult, arm: str) -> tuple[str | None, Interval | None]:
    gains = {name: paired_t(difference(result, VALUE, arm, segment=name)) for name in result.segments}
    gains = {name: gain for name, gain in gains.items() if math.isfinite(gain.mean)}
    if not gains:
        return None, None
    best = max(gains, key=lambda name: gains[name].mean)
    return best, gains[best]


def _no_comparison(result: StudyResult) -> str:
    if result.control not in result.arms:
        return f"Nothing to compare with: the control arm {named(result.control)} was not run. Add it to the arms."
    if not result.plans:
        return f"Only one arm, {named(result.arms[0])}, was run: no comparison. Add an arm to compare."
    return "The study holds no profit, so plans cannot be ranked."


def _which(result: StudyResult, found: Verdict) -> str:
    control = named(result.control)
    if found.winner == result.control:
        if not set(result.plans) - twins(result):
            return f"No plan differs from {control} in anything."
        return f"No plan beats {control}."
    if found.gain.known and found.gain.sign <= 0:
        return (
            f"{named(found.winner)} has the highest mean value, but its gain over {control} cannot be told from zero "
            f"with {result.replications} replications."
        )
    text = f"{named(found.winner)} has the highest value of the {len(result.arms)} arms"
    if found.lead is not None and found.lead.known and found.lead.sign <= 0:
        text += f", but its lead over {named(str(found.runner_up))} cannot be told from zero"
    return text + "."


def _how_much(result: StudyResult, found: Verdict) -> str:
    info = about(result, VALUE)
    text = f"{named(found.best_plan)} minus {named(result.control)}: {spelled(found.gain, info)} in value"
    if found.winner != result.control and found.lead is not None and found.runner_up not in (None, result.control):
        text += f"; {spelled(found.lead, info)} ahead of the next best, {named(str(found.runner_up))}"
    kept = difference(result, "retention", found.best_plan) if not outcome(result, "retention").empty else np.array([])
    if len(kept):
        text += f". Retention: {spelled(paired_t(kept), about(result, 'retention'))}"
    return text + "."


def _for_whom(result: StudyResult, found: Verdict) -> str:
    info = about(result, VALUE)
    if found.segment is None or found.segment_gain is None:
        return "The study has no segments: this is the mean over all customers."
    if len(result.segments) == 1:
        return f"All customers are of one segment, {named(found.segment)}."
    gain = spelled(found.segment_gain, info)
    if found.segment_gain.mean <= 0:
        return f"No segment gains on average; the smallest loss is in {named(found.segment)}: {gain}."
    helped = f"Most for the segment {named(found.segment)}: {gain}"
    losing = [
        named(name)
        for name in result.segments
        if paired_t(difference(result, VALUE, found.best_plan, segment=name)).mean < 0
    ]
    return helped + (f"; it loses on {listed(losing)}." if losing else "; no segment loses on average.")


def _what_cost(result: StudyResult, found: Verdict) -> str:
    if outcome(result, "cost").empty:
        return "The study holds no cost."
    cost = paired_t(difference(result, "cost", found.best_plan))
    text = f"Extra cost {spelled(cost, about(result, 'cost'))}"
    ratio = return_on_cost(result, found.best_plan)
    if math.isfinite(ratio.mean):
        text += f"; return on it within the horizon {spelled(ratio, about(result, ROI))}"
    lines = {name: difference(result, name, found.best_plan).mean() for name in cost_lines(result)}
    largest = max(lines, key=lambda name: lines[name], default="")
    if largest and lines[largest] > 0:
        text += f"; the largest extra cost is {named(largest.removeprefix('cost: '))}"
    profit = paired_t(difference(result, "profit", found.best_plan))
    beyond_only = profit.mean < 0 < found.gain.mean
    if not beyond_only and (paid := pays_back(result, found.best_plan)):
        text += f"; {paid}"
    if beyond_only:
        text += (
            f". Within the horizon alone it loses money: {spelled(profit, about(result, 'profit'))}. "
            "It pays only if customers behave beyond the horizon as the model expects"
        )
    return text + "."


def _how_sure(result: StudyResult, found: Verdict) -> str:
    share, count = found.chances[found.winner], len(outcome(result, VALUE))
    if math.isnan(share):
        return "Cannot be said from one replication: run at least 2, better 20."
    few = f" {count} replications are few: the resamples are then too sure." if count < _FEW else ""
    tie = ""
    if found.runner_up and found.lead and found.lead.known and found.lead.sign == 0 and found.lead.mean:
        needed = math.ceil(count * ((found.lead.high - found.lead.mean) / found.lead.mean) ** 2 * 1.1)
        tie = f" Treat it and {named(found.runner_up)} as tied: about {needed:,} replications would tell them apart."
    return (
        f"{named(found.winner)} has the highest mean value in {share:.0%} of {RESAMPLES:,} bootstrap resamples of the "
        f"{count} replications. {NOISE_ONLY}.{few}{tie}"
    )
