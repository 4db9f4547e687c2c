"""Tables of the value of information, and what is read off a result: rows, net gains, verdicts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from experiments.inference.information import Worth, sampling_gain
from experiments.inference.intervals import Interval, paired_t
from experiments.information.results import InformationResult
from experiments.reporting.sheet import BETTER, OPEN, WORSE, Cell, Table, difference
from experiments.reporting.wording import named, number, places, plain

YES, NO, OPEN_QUESTION = "yes", "no", "cannot be told"
_TONES = {YES: BETTER, NO: WORSE}
Z = 1.959964  # half of a 95% interval in standard errors


def gain_of(result: InformationResult, row: pd.Series[Any]) -> Worth:
    """What is left of an investigation's worth to all customers after its price."""
    return sampling_gain(Worth(row["value"], row["standard_error"]), result.deciding_for, row["price"])


def worth_of(result: InformationResult, row: pd.Series[Any]) -> str:
    """What an investigation is worth to all; at least that, where it would be more exact than the simulation."""
    return ("at least " if row["limited"] else "") + money(row["value"] * result.deciding_for)


def verdict(result: InformationResult, name: str) -> str:
    """Whether an investigation, as it was asked about, is worth its price, as far as can be told."""
    gain = gain_of(result, asked_row(result, name))
    if abs(gain.value) <= Z * gain.standard_error:
        return OPEN_QUESTION
    return YES if gain.value > 0 else NO


def arms_table(result: InformationResult) -> Table:
    """What is expected of each arm, how far settings reach, and how often each is best."""
    gaps = result.differences(result.metric).mean(axis=1)
    wins = np.bincount(gaps.argmax(axis=1), minlength=len(result.arms)) / len(gaps)
    found = [paired_t(gap) for gap in gaps.T]
    digits = places(found)
    rows = []
    for arm, gap, mean, share in zip(result.arms, gaps.T, found, wins, strict=True):
        low, high = np.quantile(gap, [0.05, 0.95])
        own = arm == result.control
        rows.append(
            [
                Cell(plain(arm)),
                Cell("0") if own else difference(mean, digits, better=1),
                Cell("0" if own else f"{number(low, digits)} to {number(high, digits)}"),
                Cell(f"{share:.0%}"),
            ]
        )
    info = result.info(result.metric)
    heads = ("arm", f"mean over\nthe ensemble\n{info.unit}", "90% of the\nsettings", "best in")
    notes = (
        f"Differences from {named(result.control)}; the small numbers are the 95% interval of the mean over settings, "
        "the third column how far the settings themselves reach. 'Best in' is the chance of being best over the "
        "ensemble, with what luck is left in a setting's few replications."
    )
    return Table(f"{info.label} of each arm", heads, rows, notes)


def known_table(result: InformationResult) -> Table:
    """What knowing a parameter is worth: single ones by worth, then groups, then all of them."""
    frame = result.knowledge.sort_values(["members", "value"], ascending=[True, False], kind="stable")
    found = [_interval(row["value"], row["standard_error"]) for _, row in frame.iterrows()]
    digits = places(found)
    rows = []
    for interval, (_, row) in zip(found, frame.iterrows(), strict=True):
        seen = row["value"] > row["floor"]
        name = row["name"] if row["members"] == 1 else f"{row['name']} ({row['members']} together)"
        rows.append(
            [
                Cell(name),
                Cell(number(interval.mean, digits, signed=False), _reach(interval, digits), BETTER if seen else OPEN),
                Cell(number(row["floor"], digits, signed=False)),
                Cell(money(row["value"] * result.deciding_for)),
                Cell(chance(row["changes"])),
            ]
        )
    heads = ("parameter", f"worth\n{result.info(result.metric).unit}", "noise\nfloor", "for all\ncustomers", "changes")
    notes = (
        "Expected value of partial perfect information: of knowing the parameter exactly before deciding. Noise floor: "
        "95% of permutations, in which it has nothing to do with the outcome, stay below it; bold is above its floor. "
        "Changes: how often another arm would be taken. What is worth nothing alone may be worth much together, "
        "and worths do not add up."
    )
    return Table("Knowing a parameter exactly", heads, rows, notes)


def investigated_tables(result: InformationResult) -> list[Table]:
    """Worth, price and verdict of each investigation at the size asked about; no table if there is none."""
    if not names_of(result):
        return []
    rows = []
    for name in names_of(result):
        row, best = asked_row(result, name), best_row(result, name)
        gain, word = gain_of(result, row), verdict(result, name)
        interval = _interval(gain.value, gain.standard_error, low=-row["price"])
        rows.append(
            [
                Cell(plain(name), f"{row['customers']:,.0f} customers"),
                Cell(worth_of(result, row)),
                Cell(money(row["price"])),
                Cell(money(gain.value), f"{money(interval.low)} to {money(interval.high)}"),
                Cell(chance(row["changes"])),
                Cell(word, tone=_TONES.get(word, OPEN)),
                Cell("none") if best is None else Cell(f"{best['customers']:,.0f}"),
            ]
        )
    currency = result.info(result.metric).unit.partition(" ")[0]
    heads = (
        "investigation", f"worth\n{currency}", f"price\n{currency}", f"net gain\n{currency}", "changes",
        "worth its\nprice", "best\nsize",
    )  # fmt: skip
    notes = (
        "Worth: expected value of sample information, to all customers decided for. Net gain: worth less price, with "
        "its 95% interval. Changes: probability that what it shows changes the decision. Best size: of those tried, "
        "the one with the largest net gain, none if no size gains. 'At least': it would be more exact than so many "
        "simulated customers are, and is taken to be as exact as they are; more of them (population.size) show more."
    )
    return [Table("What an investigation is worth", heads, rows, notes, frozenset({5}))]


def names_of(result: InformationResult) -> list[str]:
    """The names of the investigations."""
    return list(result.investigations)


def asked_row(result: InformationResult, name: str) -> pd.Series[Any]:
    """The row of the size that was asked about."""
    rows = result.curves[result.curves["investigation"] == name]
    row: pd.Series[Any] = rows[rows["customers"] == result.investigations[name]["customers"]].iloc[0]
    return row


def best_row(result: InformationResult, name: str) -> pd.Series[Any] | None:
    """The row of the size with the largest net gain; None if no size gains."""
    rows = result.curves[result.curves["investigation"] == name]
    gains = [gain_of(result, row).value for _, row in rows.iterrows()]
    place = int(np.argmax(gains))
    return rows.iloc[place] if gains[place] > 0 else None


def _interval(mean: float, error: float, low: float = 0.0) -> Interval:
    """A 95% interval; a worth has no part below 0, and a net gain none below minus the price."""
    return Interval(mean, error, max(mean - Z * error, low), mean + Z * error)


def _reach(interval: Interval, digits: int) -> str:
    return f"{number(interval.low, digits, signed=False)} to {number(interval.high, digits, signed=False)}"


def chance(share: float) -> str:
    """A probability in percent, and a small one not as if it were none."""
    return "under 1%" if 0 < share < 0.005 else f"{share:.0%}"


def money(value: float) -> str:
    """Three digits that count."""
    size = abs(value)
    if not size:
        return "0"
    power = math.floor(math.log10(size)) - 2
    rounded = round(value / 10**power) * 10**power if power > 0 else value
    return f"{rounded:,.{max(-power, 0) if size < 100 else 0}f}"
