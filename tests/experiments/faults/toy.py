"""A job whose pieces cost nothing, to see what the store does with them: every number is a function of its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd

import strategies
from experiments.execution import Execution
from experiments.frames import joined, save_frames
from experiments.jobs import key_of_job, results_of
from experiments.store import Pieces, Store
from experiments.study import LogSource, Study
from experiments.weeks import write_weeks

FRAMES = ("weeks", "outcomes")
FEW = 2  # replications of studies that are killed again and again
STUDY = Study(arms={"nothing": strategies.Nothing()}, data=LogSource(path="none.csv"), replications=4)


@dataclass(frozen=True, eq=False)
class Part:
    """A piece."""

    weeks: pd.DataFrame
    outcomes: pd.DataFrame


@dataclass(frozen=True)
class Gathered:
    """A result."""

    outcomes: pd.DataFrame
    label: str


@dataclass(frozen=True)
class Toy:
    """The job."""

    rows: int = 20
    pieces: ClassVar[str] = "parts"

    def label(self, study: Study) -> str:
        return "toy"

    def tasks(self, study: Study) -> int:
        return study.replications

    def run(self, study: Study, execution: Execution, configuration: str) -> Path:
        return run(execution.root, study.replications, fresh=execution.fresh)


def part(rows: int, number: int) -> Part:
    """Piece `number`: one metric has an odd name, one note is there now and then only."""
    luck = np.random.default_rng(number)
    weeks = pd.DataFrame(
        {
            "arm": "nothing",
            "week": np.repeat(np.arange(rows), 2),
            "segment": "all",
            "metric": ["trust, ünd so", "active"] * rows,
            "value": luck.normal(size=2 * rows),
            "replicate": number,
        }
    )
    notes = pd.DataFrame({"note": ["said"] * (number % 2), "value": np.array([np.nan] * (number % 2))})
    return Part(weeks, pd.concat([weeks.tail(2)[["arm", "value", "replicate"]], notes], ignore_index=True))


def write(pieces: Mapping[int, Part], folder: Path) -> None:
    """All pieces in one folder."""
    assert isinstance(pieces, Pieces)
    write_weeks(pieces.frames("weeks"), folder / "weeks.parquet")
    save_frames(Gathered(joined(pieces.frames("outcomes")), "toy"), ("outcomes",), folder)


def settled(replications: int, seed: int = 1) -> str:
    """The configuration of a study."""
    return f"replications: {replications}\nseed: {seed}\n"


def run(root: Path, replications: int = 4, seed: int = 1, rows: int = 20, fresh: bool = False) -> Path:
    """Run the toy study, or find it."""
    study = replace(STUDY, replications=replications, seed=seed)
    execution = Execution(output=str(root), workers=1, progress=False, fresh=fresh)
    work = partial(part, rows)
    return results_of(Toy(rows), study, execution, settled(replications, seed), work, write, apart=("replications",))


def key(replications: int = 4, seed: int = 1) -> str:
    """The name of a study."""
    return key_of_job(Toy(), replace(STUDY, replications=replications, seed=seed), settled(replications, seed))


def kept(root: Path) -> list[Path]:
    """Files of pieces."""
    return sorted((root / ".pieces").glob("*/*.parquet"))


def frames(folder: Path) -> dict[str, bytes]:
    """The bits of the frames of a finished study."""
    return {name: (folder / f"{name}.parquet").read_bytes() for name in FRAMES}


def store(root: Path) -> tuple[Store, list[str]]:
    """A store, and the list that takes what it says."""
    said: list[str] = []
    return Store(root, said.append), said
