"""From the pieces of a sensitivity study to its indices and flips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.sensitivity.flips import best, flips_of, lead_bounds
from experiments.sensitivity.indices import INDEX, PAIR, morris_indices, sobol_indices
from experiments.sensitivity.results import LUCK, MORRIS
from experiments.sensitivity.work import Work, scores

type F64 = NDArray[np.float64]


def ranges_of(work: Work) -> pd.DataFrame:
    """What is varied: factor, low, high, own, unit, doc, source."""
    rows = [
        (one.address, one.low, one.high, start, one.about.unit, one.about.doc, one.about.source)
        for one, start in zip(work.factors, work.starts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["factor", "low", "high", "own", "unit", "doc", "source"])


def settings_frame(work: Work) -> pd.DataFrame:
    """The settings of the design: setting, luck, and each factor's value."""
    rows = [
        {"setting": number, LUCK: setting.seed, **setting.values} for number, setting in enumerate(work.design.settings)
    ]
    return pd.DataFrame(rows, columns=["setting", LUCK, *(factor.address for factor in work.factors)])


def design_frame(work: Work, pieces: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """The runs of the design: setting, arm, metric, replicate, value."""
    columns = ["setting", "arm", "metric", "replicate", "value"]
    runs = [pieces[number] for number in range(len(work.design.settings))]
    return pd.concat(runs, ignore_index=True)[columns] if runs else pd.DataFrame(columns=columns, dtype=float)


def walks_frame(work: Work, pieces: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """The walks: factor, at, arm, replicate, value."""
    first = len(work.design.settings)
    walks = [pieces[first + number] for number in range(len(work.factors))]
    return pd.concat(walks, ignore_index=True)[["factor", "at", "arm", "replicate", "value"]]


def flips_frame(work: Work, walks: pd.DataFrame) -> pd.DataFrame:
    """Where each factor changes who wins: factor, side, may, flips, surely, rival."""
    rows = []
    for factor, start in zip(work.factors, work.starts, strict=True):
        walk = walks[walks["factor"] == factor.address]
        tried = [float(value) for value in walk["at"].unique()]
        points = {value: scores(walk[walk["at"] == value], work.arms, work.better) for value in tried}
        for one in flips_of(points, start, is_jumping=factor.is_whole or bool(factor.values)):
            rival = "" if one.rival < 0 else work.arms[one.rival]
            rows.append((factor.address, one.side, one.may, one.flips, one.surely, rival))
    return pd.DataFrame(rows, columns=["factor", "side", "may", "flips", "surely", "rival"])


def leads_frame(work: Work, walks: pd.DataFrame) -> pd.DataFrame:
    """The winner's lead over the arm that comes nearest, at every value tried: factor, at, rival, low, mean, high."""
    winner, rows = best(scores(work.own, work.arms, work.better)), []
    for (factor, value), part in walks.groupby(["factor", "at"], sort=False):
        bounds = lead_bounds(scores(part, work.arms, work.better), winner)
        rival = int(bounds[:, 1].argmin())
        rows.append((factor, value, work.arms[rival], *bounds[rival]))
    return pd.DataFrame(rows, columns=["factor", "at", "rival", "low", "mean", "high"])


def winner_of(work: Work) -> str:
    """The arm that is best at the study's own values."""
    return work.arms[best(scores(work.own, work.arms, work.better))]


def chosen_arm(work: Work) -> str:
    """The plan that is best at the study's own values, whether or not it beats the control."""
    return work.arms[1 + best(scores(work.own, work.arms[1:], work.better))]


def indices_frames(
    work: Work, method: str, runs: pd.DataFrame, design: F64, names: Sequence[str], second_order: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Indices of the control's level and of every plan's difference from it, and those of pairs.

    Args:
        work: what was run.
        method: morris or sobol.
        runs: as from `design_frame`.
        design: quantiles of the factors, luck included [S, K].
        names: of the factors, luck included [K].
        second_order: whether the design holds what pairs need.
    """
    indices, pairs = [pd.DataFrame(columns=["outcome", *INDEX])], [pd.DataFrame(columns=["outcome", *PAIR])]
    seed, measured = work.walks.study.seed, runs[runs["metric"] == work.measure]
    levels = measured.pivot_table(index="setting", columns="arm", values="value", aggfunc="mean")
    control = work.arms[0]
    for arm in work.arms if len(levels) else ():
        outcome = levels[arm].to_numpy(float) - (0.0 if arm == control else levels[control].to_numpy(float))
        if method == MORRIS:
            indices.append(morris_indices(names, design, outcome, seed).assign(outcome=arm))
        else:
            first, second = sobol_indices(names, outcome, second_order, seed)
            indices.append(first.assign(outcome=arm))
            pairs.append(second.assign(outcome=arm))
    return _joined(indices), _joined(pairs)


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The frames that have rows, one below the other; the first gives the columns."""
    full = [frame for frame in frames if len(frame)]
    return pd.concat(full, ignore_index=True)[list(frames[0].columns)] if full else frames[0].astype(object)
