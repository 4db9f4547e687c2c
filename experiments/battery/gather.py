"""From what single replications measured to judgements: one line per claim, one per mind and fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.battery.fact import Fact
from experiments.battery.judgement import F64, Judgement, judged
from experiments.battery.results import FAIL, NOT_APPLICABLE, NULL, PASS, FactInfo
from sim.world import Mind

type Pair = tuple[str, str]  # names of a mind and of a fact


@dataclass(frozen=True)
class Piece:
    """One replication.

    Attributes:
        measured: numbers by name, for each mind and fact.
        held: which claims held, for each prior draw that was tried here.
    """

    measured: dict[Pair, Mapping[str, float]]
    held: dict[Pair, list[tuple[bool, ...]]]


def gathered(pieces: Mapping[int, Piece], facts: Sequence[Fact], minds: Mapping[str, Mind]) -> dict[str, Any]:
    """The frames and fact descriptions of a `ValidationResult`."""
    judgements = {(mind, fact.id): _judged(pieces, fact, mind) for mind in minds for fact in facts}
    draws = {
        (mind, fact.id): [claims for piece in pieces.values() for claims in piece.held.get((mind, fact.id), [])]
        for mind in minds
        for fact in facts
    }
    claims = [
        line
        for (mind, fact), lines in judgements.items()
        for line in _claim_lines(mind, fact, lines, draws[mind, fact], judgements[NULL, fact])
    ]
    verdicts = [
        _verdict(name, mind, fact, judgements, draws[name, fact.id]) for name, mind in minds.items() for fact in facts
    ]
    return {
        "values": _values(pieces),
        "claims": pd.DataFrame(claims),
        "verdicts": pd.DataFrame(verdicts),
        "facts": tuple(_info(fact) for fact in facts),
    }


def _judged(pieces: Mapping[int, Piece], fact: Fact, mind: str) -> list[Judgement]:
    replications = [piece.measured[mind, fact.id] for piece in pieces.values()]
    values: dict[str, F64] = {name: np.array([one[name] for one in replications]) for name in fact.numbers}
    return [judged(claim, values) for claim in fact.claims]


def _claim_lines(
    mind: str, fact: str, lines: list[Judgement], draws: list[tuple[bool, ...]], null: list[Judgement]
) -> list[dict[str, Any]]:
    return [
        {
            "mind": mind,
            "fact": fact,
            "claim": line.claim.measure,
            "says": line.claim.says,
            "published": line.claim.published,
            "band": line.claim.band,
            "least": line.claim.low,
            "most": line.claim.high,
            "null": float("nan") if line.claim.null is None else line.claim.null,
            "mean": line.mean,
            "low": line.low,
            "high": line.high,
            "holds": line.holds,
            "said": line.said,
            "alone": null[number].holds,
            "severity": float(np.mean([claims[number] for claims in draws])) if draws else float("nan"),
        }
        for number, line in enumerate(lines)
    ]


def _verdict(
    name: str, mind: Mind, fact: Fact, judgements: Mapping[Pair, list[Judgement]], draws: list[tuple[bool, ...]]
) -> dict[str, Any]:
    reason = fact.scored(mind)
    held = all(line.holds for line in judgements[name, fact.id])
    return {
        "mind": name,
        "fact": fact.id,
        "kind": str(fact.kind(mind)),
        "verdict": NOT_APPLICABLE if reason else PASS if held else FAIL,
        "reason": reason,
        "held": held,
        "severity": float(np.mean([all(claims) for claims in draws])) if draws else float("nan"),
        "alone": all(line.holds for line in judgements[NULL, fact.id]),
    }


def _values(pieces: Mapping[int, Piece]) -> pd.DataFrame:
    lines = [
        (mind, fact, number, measure, float(value))
        for number, piece in pieces.items()
        for (mind, fact), numbers in piece.measured.items()
        for measure, value in numbers.items()
    ]
    return pd.DataFrame(lines, columns=["mind", "fact", "replicate", "measure", "value"])


def _info(fact: Fact) -> FactInfo:
    why = {"": fact.why, **fact.why_by_mind}
    return FactInfo(
        fact.id,
        fact.short,
        fact.title,
        fact.source,
        str(fact.status),
        fact.situation,
        dict(fact.shown),
        why,
        fact.field,
    )
