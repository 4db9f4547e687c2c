"""Which figure shows a sweep: by the number of its factors, one for each combination of parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from experiments.inference.intervals import Interval
from experiments.reporting.sheet import Picture
from experiments.reporting.sweep_figure import curves, effects, maps
from experiments.reporting.sweep_reading import (
    difference_at,
    differences,
    effect_of,
    measured,
    numbers_of,
    rooms,
    short,
    winners,
)
from experiments.reporting.wording import named, number, plain, scale_of, unit_of
from experiments.sweep.results import SweepResult

_BANDS = "Bands: 95% for each setting by itself, Monte Carlo noise only."


def pictures(result: SweepResult) -> list[tuple[str, Picture]]:
    """A figure for each combination of parts, by its name; one by the name of "" where no part is exchanged."""
    found = []
    for place, (name, rows) in enumerate(rooms(result).items()):
        factors = numbers_of(result)
        chosen = np.flatnonzero(rows)
        if result.design == "paired" and len(factors) > 1:
            picture = _listed_curves(result, chosen)
        elif len(factors) == 1:
            picture = _curves(result, chosen, factors[0])
        elif len(factors) == 2:
            picture = _maps(result, chosen, (factors[0], factors[1]))
        else:
            picture = _main_effects(result, rows)
        own = f"sweep_{place + 1}" if name else "sweep"
        found.append((name, Picture(own, picture.figure, picture.spoken, picture.caption)))
    return found


def _title(result: SweepResult) -> str:
    info = measured(result)
    return f"{info.label} less {named(result.control)}, {unit_of(info)}"


def _label(result: SweepResult, factor: str) -> str:
    unit = result.numbers[factor]["unit"]
    return short(factor) + ("" if unit in ("", "1") else f", {unit}")


def _scaled(result: SweepResult, setting: int, arm: str) -> Interval:
    return _times(difference_at(result, setting, arm), scale_of(measured(result)))


def _times(line: Interval, scale: float) -> Interval:
    """An interval in another unit."""
    error = line.standard_error * scale
    return replace(line, mean=line.mean * scale, standard_error=error, low=line.low * scale, high=line.high * scale)


def _curves(result: SweepResult, chosen: NDArray[np.intp], factor: str) -> Picture:
    values = result.settings[factor].to_numpy(float)
    order = chosen[np.argsort(values[chosen], kind="stable")]
    lines = {plain(arm): [_scaled(result, int(s), arm) for s in order] for arm in result.arms[1:]}
    made = curves(_title(result), _label(result, factor), values[order], lines)
    return Picture("", made, "One line per plan over the factor.", _BANDS)


def _listed_curves(result: SweepResult, chosen: NDArray[np.intp]) -> Picture:
    factors = numbers_of(result)
    rows = result.settings.iloc[chosen]
    lines = {plain(arm): [_scaled(result, int(s), arm) for s in chosen] for arm in result.arms[1:]}
    few = len(chosen) <= 8
    ticks = ["\n".join(f"{float(row[name]):.3g}" for name in factors) for _, row in rows.iterrows()] if few else []
    label = "; ".join(_label(result, name) for name in factors) if few else "setting, in the order of the list"
    made = curves(_title(result), label, np.arange(1.0, len(chosen) + 1), lines, ticks)
    return Picture("", made, "One line per plan over the list of settings.", _BANDS)


def _maps(result: SweepResult, chosen: NDArray[np.intp], factors: tuple[str, str]) -> Picture:
    info, found = measured(result), winners(result)
    means = differences(result)[chosen].mean(axis=1) * scale_of(info)
    x, y = (result.settings[name].to_numpy(float)[chosen] for name in factors)
    moved = np.ptp(means, axis=0) > 0
    plans = {plain(arm): means[:, place] for place, arm in enumerate(result.arms) if moved[place]}
    fixed = [
        f" {plain(arm).capitalize()} is the same everywhere: {number(float(means[0, place]), 1)}."
        for place, arm in enumerate(result.arms)
        if place and not moved[place]
    ]
    labels = (_label(result, factors[0]), _label(result, factors[1]))
    arms = [plain(arm) for arm in result.arms]
    made = maps(_title(result), labels, (x, y), plans, info.better, arms, found.arm[chosen], found.sure[chosen])
    return Picture(
        "", made, "A map of each plan's difference over two factors, and a map of who wins.",
        "Blue: the plan does better than the control; orange: worse; white: no difference. Last panel: the arm with "
        f"the best mean, pale where its lead is not sure for all settings at once.{''.join(fixed)}",
    )  # fmt: skip


def _main_effects(result: SweepResult, rows: NDArray[np.bool_]) -> Picture:
    scale = scale_of(measured(result))
    panels = []
    for name in numbers_of(result):
        found = effect_of(result, name, rows)
        lines = {plain(arm): [_times(line, scale) for line in curve] for arm, curve in found.curves.items()}
        panels.append((_label(result, name), found.at, lines))
    made = effects(_title(result), panels)
    return Picture(
        "", made, "A panel per factor: mean differences over its values.",
        "Each point is the mean over all settings with that value of the factor (or in that sixth of its values), "
        "whatever the other factors are; bands: 95%, Monte Carlo noise only, not the spread between settings.",
    )  # fmt: skip
