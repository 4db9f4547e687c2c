"""How a validation is put in words: verdicts, shares, intervals, and the short answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from experiments.battery.results import EMERGENT, FAIL, NOT_APPLICABLE, NULL, PASS, ValidationResult
from experiments.reporting.wording import listed, plain

RULE = (
    "A sign or an order passes when the 95% interval over replications excludes the null and the mean reaches the "
    "stated minimum effect; a size passes when the whole interval lies in its band. A fact passes when all its claims "
    "do. Only emergent facts count: where the mechanism was put in by hand, passing shows consistency, not truth."
)
SEVERITY = (
    "Share of prior draws: how often the fact holds, by point estimate in one replication, when all parameters of the "
    "mind are drawn anew, each from a third to three times its default. What nearly any draw passes is worth little. "
    "Facts of the field, which take the whole engine, are tried with fewer draws, and of the study's mind only."
)
EASY = 0.5  # share of prior draws from which a pass is cheap
_MARKS = {PASS: "+", FAIL: "x", NOT_APPLICABLE: "."}


def share(value: float) -> str:
    """A share of prior draws, in words.

    Example:
        >>> share(0.0), share(0.004), share(0.5), share(float("nan"))
        ('0%', '<1%', '50%', '')
    """
    if math.isnan(value):
        return ""
    return "<1%" if 0 < value < 0.01 else ">99%" if 0.99 < value < 1 else f"{value:.0%}"


def value(number: float) -> str:
    """A measured number with two digits, or that there is none."""
    if math.isnan(number):
        return "none"
    return "unbounded" if math.isinf(number) else f"{number:.2f}"


def interval(low: float, high: float) -> str:
    """Both ends, or that there are none."""
    if math.isnan(low):
        return "none"
    return "unbounded" if math.isinf(low) or math.isinf(high) else f"{value(low)} to {value(high)}"


def mark(line: pd.Series[Any]) -> str:
    """One sign for a verdict: + pass, x fail, in brackets when built in, a dot when not applicable."""
    sign = _MARKS[str(line["verdict"])]
    if line["mind"] == NULL:
        return f"[{_MARKS[PASS] if line['held'] else _MARKS[FAIL]}]"
    return f"({sign})" if line["verdict"] != NOT_APPLICABLE and line["kind"] != EMERGENT else sign


MARKS = "+ pass, x fail, (+) (x) built-in: not counted, . not applicable; [+] [x] what holds without any mind"


def answers(result: ValidationResult) -> list[tuple[str, str]]:
    """Questions and short answers, for the head of the page and the foot of the terminal."""
    passed, asked = result.score(result.chosen)
    lines = [(f"How does {plain(result.chosen)} do?", _how(result, passed, asked))]
    if len(scored := [mind for mind in result.minds if result.score(mind)[1]]) > 1:
        best = max(result.score(mind)[0] for mind in scored)
        names = [f"{plain(mind)} ({_of(result, mind)})" for mind in scored if result.score(mind)[0] == best]
        lines.append(("Which minds do best?", f"{listed(names[:6])}{' and others' * (len(names) > 6)}."))
    nobody = [fact.id for fact in result.facts if not _passers(result, fact.id)]
    lines.append(("What does no mind reproduce?", f"{listed(nobody)}." if nobody else "Nothing: each fact has a mind."))
    cheap = result.verdicts[(result.verdicts["severity"] >= EASY) & (result.verdicts["verdict"] == PASS)]
    easy = [fact.id for fact in result.facts if fact.id in set(cheap["fact"])]
    said = f"{listed(easy)}: in some mind at least {EASY:.0%} of prior draws pass." if easy else "None."
    lines.append(("Which passes are cheap?", said))
    return lines


def _how(result: ValidationResult, passed: int, asked: int) -> str:
    lines = result.verdicts[result.verdicts["mind"] == result.chosen]
    if not asked:
        return "It is scored on no emergent fact."
    good, built = (
        [str(one) for one in lines[(lines["verdict"] == PASS) & kind]["fact"]]
        for kind in (lines["kind"] == EMERGENT, lines["kind"] != EMERGENT)
    )
    bad = [str(one) for one in lines[lines["verdict"] == FAIL]["fact"]]
    said = f"It passes {passed} of {asked} emergent facts{f' ({listed(good)})' * bool(good)}"
    said += f", and of the built-in ones {listed(built)}" * bool(built)
    return said + (f"; it fails {listed(bad)}." if bad else ".")


def _of(result: ValidationResult, mind: str) -> str:
    passed, asked = result.score(mind)
    return f"{passed} of {asked}"


def _passers(result: ValidationResult, fact: str) -> Sequence[str]:
    lines = result.verdicts[(result.verdicts["fact"] == fact) & (result.verdicts["verdict"] == PASS)]
    return [str(mind) for mind in lines["mind"]]
