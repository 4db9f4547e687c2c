"""What a recovery study leaves behind: how well each parameter can be read off, and which are mistaken for which."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import StoreError

_FRAMES = ("parameters", "recovery", "pairs", "draws")
_ABOUT = "study.json"

CRM, SURVEY = "crm", "survey"  # what is known: a firm's records, or a researcher's field survey beside them
SOURCES = {CRM: "from the CRM", SURVEY: "with a survey"}
RECOVERABLE, WEAK, NOT = "recoverable", "weakly", "not"
WELL, AT_ALL = 0.5, 0.1  # out-of-sample R^2 from which a parameter counts as recoverable, and as weakly so


@dataclass(frozen=True, eq=False)
class IdentifyResult:
    """All that tables, figures and page need.

    Attributes:
        parameters: mind, parameter, default, lowest, highest (of the prior range), unit, doc.
        recovery: mind, parameter, source, r2 (out of sample), low, high (95% interval), kind.
        pairs: mind, source, first, second, correlation (of the errors); those beyond luck.
        draws: mind, parameter, source, draw, true, read: values in the parameter's own unit, read out of sample.
        minds: in the order of the configuration, those without any parameter included.
        focus: the mind whose parameters are shown one by one.
        events: what happened to the customers: name, what, first week, last week.
        count: drawn parameter vectors per mind.
        folds: into which the draws were cut.
        summaries: numbers that are read from the CRM, and from the survey.
        customers: of one firm.
        weeks: of one history.
        configuration: the resolved YAML.
        provenance: versions, seeds, machine, commit.
    """

    parameters: pd.DataFrame
    recovery: pd.DataFrame
    pairs: pd.DataFrame
    draws: pd.DataFrame
    minds: tuple[str, ...]
    focus: str
    events: tuple[tuple[str, str, int, int], ...]
    count: int
    folds: int
    summaries: Mapping[str, int]
    customers: int
    weeks: int
    configuration: str
    provenance: Mapping[str, str]

    def of(self, mind: str, source: str) -> pd.DataFrame:
        """How well each parameter of a mind can be read from a source, the best first."""
        frame = self.recovery
        return frame[(frame["mind"] == mind) & (frame["source"] == source)].sort_values("r2", ascending=False)

    def prior(self, mind: str) -> dict[str, tuple[float, float]]:
        """The prior range of each parameter of a mind."""
        frame = self.parameters[self.parameters["mind"] == mind]
        ends = zip(frame["lowest"].astype(float), frame["highest"].astype(float), strict=True)
        return dict(zip(frame["parameter"], ends, strict=True))

    def kinds(self, mind: str, source: str) -> dict[str, int]:
        """How many parameters of a mind are recoverable, weakly so, and not."""
        found = self.of(mind, source)["kind"].value_counts()
        return {kind: int(found.get(kind, 0)) for kind in (RECOVERABLE, WEAK, NOT)}

    def mistaken(self, mind: str, source: str) -> pd.DataFrame:
        """The pairs of a mind that cannot be told apart, the closest first."""
        frame = self.pairs
        return frame[(frame["mind"] == mind) & (frame["source"] == source)]


def kind_of(r2: float) -> str:
    """The class of an out-of-sample R^2."""
    return RECOVERABLE if r2 >= WELL else WEAK if r2 >= AT_ALL else NOT


def save(result: IdentifyResult, folder: Path) -> None:
    """Write the frames as Parquet and the rest as JSON; the JSON comes last and marks the folder complete."""
    about: dict[str, Any] = {name: value for name, value in vars(result).items() if name not in _FRAMES}
    for name in _FRAMES:
        getattr(result, name).to_parquet(folder / f"{name}.parquet", engine="pyarrow", index=False)
    (folder / _ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def load(folder: Path) -> IdentifyResult:
    """Read what `save` wrote.

    Raises:
        StoreError: the folder holds no complete recovery study.
    """
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        about |= {name: pd.read_parquet(folder / f"{name}.parquet", engine="pyarrow") for name in _FRAMES}
        about["minds"] = tuple(about["minds"])
        about["events"] = tuple((name, what, start, stop) for name, what, start, stop in about["events"])
        return IdentifyResult(**about)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(f"{folder} holds no complete recovery study: {error}. Run it again.") from error
