"""What a validation leaves behind: every number measured, every judgement, and what each fact is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import StoreError

PASS, FAIL, NOT_APPLICABLE = "pass", "fail", "not applicable"
EMERGENT = "emergent"
NULL = "none"  # the mind that is no mind: what passes here passes for nothing
_FRAMES = ("values", "claims", "verdicts")
_ABOUT = "study.json"


@dataclass(frozen=True)
class FactInfo:
    """What a fact is, in words.

    Attributes:
        id: as in the list of facts.
        short: a name of one or two words.
        title: in a few words.
        source: authors, year and place.
        status: R recomputed, V seen, M from memory and unchecked.
        situation: what was done in the laboratory.
        shown: numbers that are printed and not judged, name -> words.
        why: mind -> best explanation for failing; "" for all minds that have none of their own.
        field: whether it was measured in the engine, with fewer prior draws and those of the chosen mind only.
    """

    id: str
    short: str
    title: str
    source: str
    status: str
    situation: str
    shown: Mapping[str, str]
    why: Mapping[str, str]
    field: bool = False

    def explanation(self, mind: str) -> str:
        """Why this mind may fail."""
        return self.why.get(mind, self.why.get("", ""))


@dataclass(frozen=True, eq=False)
class ValidationResult:
    """All that tables, figure and page need.

    Attributes:
        values: mind, fact, replicate, measure, value: one row per measured number.
        claims: mind, fact, claim, says, published, band (in words), least, most, null, mean, low, high, holds, said,
            alone (whether the claim holds for the mind `none`), severity (share of prior draws in which it holds).
        verdicts: mind, fact, kind, verdict, reason (why a mind is not scored), held (whether all claims hold, also of a
            mind that is not scored), severity (share of prior draws in which the fact holds, NaN without any), alone
            (whether the fact holds for the mind `none`).
        facts: what each fact is, in order.
        chosen: the mind whose fact table is printed.
        replications: over which intervals are taken.
        customers: in one replication.
        draws: of the parameters from their prior ranges.
        questionnaire: how people answered.
        configuration: the resolved YAML.
        provenance: seeds, versions, date.
        field_draws: draws with which facts of the field were tried, of the chosen mind only.
    """

    values: pd.DataFrame
    claims: pd.DataFrame
    verdicts: pd.DataFrame
    facts: tuple[FactInfo, ...]
    chosen: str
    replications: int
    customers: int
    draws: int
    questionnaire: Mapping[str, float]
    configuration: str
    provenance: Mapping[str, str]
    field_draws: int = 0

    @property
    def minds(self) -> tuple[str, ...]:
        """All minds, in order."""
        return tuple(str(name) for name in self.verdicts["mind"].unique())

    def verdict(self, mind: str, fact: str) -> pd.Series[Any]:
        """The line of `verdicts` for a mind and a fact."""
        lines = self.verdicts
        return lines[(lines["mind"] == mind) & (lines["fact"] == fact)].iloc[0]

    def claims_of(self, mind: str, fact: str) -> pd.DataFrame:
        """The lines of `claims` for a mind and a fact, in order."""
        lines = self.claims
        return lines[(lines["mind"] == mind) & (lines["fact"] == fact)]

    def score(self, mind: str) -> tuple[int, int]:
        """How many emergent facts a mind passes, of how many it is scored on."""
        lines = self.verdicts[(self.verdicts["mind"] == mind) & (self.verdicts["kind"] == EMERGENT)]
        return int((lines["verdict"] == PASS).sum()), int((lines["verdict"] != NOT_APPLICABLE).sum())


def save(result: ValidationResult, folder: Path) -> None:
    """Write the frames as Parquet and the rest as JSON; the JSON comes last and marks the folder complete.

    Raises:
        StoreError: the folder cannot be written.
    """
    about = {name: value for name, value in vars(result).items() if name not in _FRAMES}
    about["facts"] = [asdict(fact) for fact in result.facts]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _FRAMES:
            getattr(result, name).to_parquet(folder / f"{name}.parquet", engine="pyarrow", index=False)
        text = json.dumps(about, indent=1, ensure_ascii=False, allow_nan=False, default=dict)
        (folder / _ABOUT).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write results to {folder}: {error}. Choose a folder you may write to.") from error


def load(folder: Path) -> ValidationResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete validation.
    """
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        frames: dict[str, Any] = {
            name: pd.read_parquet(folder / f"{name}.parquet", engine="pyarrow") for name in _FRAMES
        }
        about["facts"] = tuple(FactInfo(**fact) for fact in about["facts"])
        return ValidationResult(**about, **frames)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{folder} holds no complete validation: {error}. Run it again.") from error
