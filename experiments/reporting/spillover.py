"""What plans did to customers they were never meant for, in words."""

from __future__ import annotations

import math

from experiments.inference.intervals import F64, paired_t
from experiments.reporting.paired import outcome
from experiments.reporting.wording import number, plain
from experiments.results import StudyResult

HEADS = ("plan", "never treated", "of these: another life", "saved", "made worse", "more spend each")
_COUNTS = ("never treated", "another life", "saved", "made worse")


def spillover_lines(result: StudyResult) -> list[tuple[str, ...]]:
    """A line per plan that left somebody untreated: mean counts, and what they spend more with its 95% half-width."""
    lines = []
    counts = {name: outcome(result, f"spillover: {name}") for name in _COUNTS}
    spend = outcome(result, "spillover: more spend")
    for arm in result.plans:
        if any(table.empty or arm not in table for table in counts.values()):
            continue
        means = {name: float(table[arm].mean()) for name, table in counts.items()}
        if means["never treated"] > 0:
            said = (number(means[name], 1, signed=False) for name in _COUNTS)
            lines.append((plain(arm), *said, _money(result, spend[arm].to_numpy(dtype=float))))
    return lines


def spills(result: StudyResult) -> bool:
    """Whether anybody untreated lives another life under any plan."""
    changed = outcome(result, "spillover: another life")
    return bool(not changed.empty and (changed.fillna(0) > 0).any(axis=None))


def _money(result: StudyResult, more: F64) -> str:
    line = paired_t(more)
    half = (line.high - line.low) / 2
    noise = f" ± {number(half, 4, signed=False)}" if math.isfinite(half) else ""
    return f"{number(line.mean, 4)}{noise} {result.currency}"
