"""Who gained: customers saved, won back, made worse, unchanged, and new ones; and why those who left did so."""

from __future__ import annotations

import math

from experiments.inference.intervals import Interval, paired_t
from experiments.reporting.paired import VALUE, about, difference, fates, outcome
from experiments.reporting.profit_and_loss import Cell
from experiments.reporting.wording import bounds, is_nil, listed, named, number, places, plain, spelled
from experiments.results import ALL, FATES, NEW, MetricInfo, StudyResult
from sim.people import REASONS

FATE_WORDS = {
    "saved": "saved",
    "won_back": "won back",
    "made_worse": "made worse",
    "stayed_anyway": "would have stayed anyway",
    "lost_anyway": "lost anyway",
    "untouched": "untouched",
}
SHORT = {"would have stayed anyway": "stayed anyway", "new by referral": "by referral", "new, organic": "organic"}
UNCHANGED = ("stayed_anyway", "lost_anyway", "untouched")  # those whose fate is what it was


def mean_counts(result: StudyResult, segment: str = ALL) -> dict[str, dict[str, float]]:
    """Arm -> fate -> customers, mean over replications; fates that nobody had are 0."""
    rows = fates(result) if segment == ALL else result.fates[result.fates["segment"] == segment]
    total = rows.groupby(["arm", "fate"], observed=True)["customers"].sum() / result.replications
    return {arm: {fate: float(total.get((arm, fate), 0.0)) for fate in FATES} for arm in result.plans}


def shown_fates(result: StudyResult) -> list[str]:
    """The fates in the order of tables; "won back" only where somebody was."""
    counts = mean_counts(result)
    return [fate for fate in FATE_WORDS if fate != "won_back" or any(count[fate] for count in counts.values())]


def newcomers(result: StudyResult, arm: str, segment: str = ALL) -> dict[str, Interval]:
    """New customers beyond the control's, by how they came; nothing for a source that no plan changes."""
    found = {}
    for metric, words in NEW.items():
        counts = outcome(result, metric)
        if not counts.empty and counts.sub(counts[result.control], axis=0).to_numpy().any():
            found[words] = paired_t(difference(result, metric, arm, segment=segment))
    return found


def heads(result: StudyResult) -> tuple[str, ...]:
    """The columns of the tables that say who gained, without the first."""
    new = newcomers(result, result.plans[0]) if result.plans else {}
    return (*(FATE_WORDS[fate] for fate in shown_fates(result)), *new)


def gained_lines(result: StudyResult) -> list[tuple[str, ...]]:
    """A line per plan: its name and a count for each of `heads`."""
    if result.fates.empty:
        return []
    return [(plain(arm), *_counts(result, arm, ALL)) for arm in result.plans]


def segment_lines(result: StudyResult, arm: str) -> list[tuple[str, ...]]:
    """A line per segment, all at the end: its name, a count for each of `heads`, and the gain in value per customer."""
    info = about(result, VALUE)
    gains = {name: paired_t(difference(result, VALUE, arm, segment=name)) for name in (*result.segments, ALL)}
    digits = places(gains.values())
    return [
        (plain(name), *_counts(result, arm, name), number(gain.mean, digits), bounds(gain, info, digits))
        for name, gain in gains.items()
        if name == ALL or (result.fates["segment"] == name).any()
    ]


def gained_sentence(result: StudyResult, arm: str) -> str:
    """Who gained from a plan, in a sentence; "" if the study does not hold it."""
    if result.fates.empty:
        return ""
    counts = mean_counts(result)[arm]
    said = [f"{_count(counts['saved'])} saved"]
    said += [f"{_count(counts['won_back'])} won back"] if counts["won_back"] else []
    said += [
        f"{_count(counts['made_worse'])} made worse",
        f"{_count(counts['stayed_anyway'])} would have stayed anyway",
    ]
    text = f"Of {_count(sum(counts.values()))} customers, in the mean replication: {listed(said)}"
    info = MetricInfo("new", "", +1, "")
    for words, line in newcomers(result, arm).items():
        text += f"; {words}: {spelled(line, info).replace('  ', ' ')}"
    return text + "."


def second_lives(result: StudyResult) -> list[str]:
    """Per arm in which somebody came back: how many did, and how many of them are there at the horizon."""
    came, there = outcome(result, "came_back"), outcome(result, "back_again")
    if came.empty or there.empty:
        return []
    means = {arm: (float(came[arm].mean()), float(there[arm].mean())) for arm in result.arms}
    return [
        f"{named(arm)}: {_count(back)} came back, {_count(still)} of them are there at the horizon"
        for arm, (back, still) in means.items()
        if back > 0
    ]


def reason_heads(result: StudyResult) -> tuple[str, ...]:
    """The reasons for leaving that anybody had in any arm."""
    return tuple(
        reason
        for reason in REASONS[1:]
        if not (counts := outcome(result, f"left: {reason}")).empty and counts.to_numpy().any()
    )


def reason_lines(result: StudyResult) -> list[tuple[str, tuple[Cell, ...]]]:
    """A line per arm: how often customers left for each of `reason_heads`, and how that differs from control."""
    reasons = reason_heads(result)
    return [(plain(arm), tuple(_left(result, arm, reason) for reason in reasons)) for arm in result.arms if reasons]


def _left(result: StudyResult, arm: str, reason: str) -> Cell:
    metric = f"left: {reason}"
    mean = _count(float(outcome(result, metric)[arm].mean()))
    if arm == result.control or not result.plans:
        return Cell(mean)
    line = paired_t(difference(result, metric, arm))
    digits = min(places([line]), 1)
    text = number(line.mean, digits)
    half = (line.high - line.low) / 2
    noise = f" ± {number(half, digits, signed=False)}" if math.isfinite(half) and half > 0 else ""
    verdict = "open" if is_nil(text) else {1: "worse", -1: "better"}.get(line.sign, "open")
    return Cell(mean, "" if text == "0" else text + noise, verdict)


def _counts(result: StudyResult, arm: str, segment: str) -> tuple[str, ...]:
    counts = mean_counts(result, segment)[arm]
    new = newcomers(result, arm, segment).values()
    return (*(_count(counts[fate]) for fate in shown_fates(result)), *(number(line.mean, 1) for line in new))


def _count(count: float) -> str:
    """Customers in the mean replication: whole where they are many."""
    return number(count, 1 if 0 < abs(count) < 100 else 0, signed=False)
