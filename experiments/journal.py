"""What plays had to say, gathered over replications: one line for what several say alike."""

from __future__ import annotations

import pandas as pd

COLUMNS = ("arm", "week", "note", "replicate", "replications", "first", "last")
_NUMBERS = r"[-+]?\d[\d,.]*"


def journal_of(notes: pd.DataFrame) -> pd.DataFrame:
    """The notes of the first replication that has each, and how many replications say the same.

    Two notes say the same if they differ in numbers only and are the same in order: the second report of a kind is
    compared with the second one.

    Args:
        notes: arm, week, note, replicate, in the order in which they were written.

    Returns:
        Columns `COLUMNS`, by arm in the order given and week; `first` and `last` are the weeks between which the
        replications say it.
    """
    if notes.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    kind = notes["note"].astype(str).str.replace(_NUMBERS, "#", regex=True)
    notes = notes.assign(kind=kind, place=pd.Categorical(notes["arm"], notes["arm"].unique()).codes)
    notes["nth"] = notes.groupby(["arm", "replicate", "kind"]).cumcount()
    same = notes.sort_values("replicate", kind="stable").groupby(["place", "kind", "nth"], sort=False)
    lines = same.agg(
        arm=("arm", "first"),
        week=("week", "first"),
        note=("note", "first"),
        replicate=("replicate", "first"),
        replications=("replicate", "nunique"),
        first=("week", "min"),
        last=("week", "max"),
    )
    ordered = lines.reset_index().sort_values(["place", "week"], kind="stable")
    return ordered[list(COLUMNS)].reset_index(drop=True)
