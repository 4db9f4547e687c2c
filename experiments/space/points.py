"""A study at many settings under the same luck: each has its own calibrated baseline, and every arm is run in it.

A piece of work is one setting with all its replications. Where only the arms differ, the baseline is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.calibrated import Calibration, calibrate
from experiments.execution import Execution
from experiments.horizon import Piece, measured, prepared
from experiments.jobs import Job, key_of_job, results_of
from experiments.pilot import baseline_of
from experiments.space.declared import with_values
from experiments.store import Store
from experiments.study import Study
from sim.baseline import Baseline
from sim.behaviour import NonContractual
from sim.errors import ParameterError

_FITTED = "market."


@dataclass(frozen=True)
class Setting:
    """One point of a design.

    Attributes:
        values: by address.
        parts: whole parts of the study to be exchanged, by field (mind, scenario, ...).
        seed: added to the study's replication number, where luck itself is varied.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    parts: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0

    def study(self, study: Study) -> Study:
        """The study at this setting."""
        return with_values(replace(study, **self.parts) if self.parts else study, self.values)

    def calibration(self, study: Study, calibration: Calibration) -> Calibration:
        """The calibration at this setting: a fitted parameter that is varied takes the place of its estimate.

        Args:
            study: at this setting.
            calibration: of the study that is varied.
        """
        market = study.market
        varied = {name.removeprefix(_FITTED): value for name, value in self.values.items() if name.startswith(_FITTED)}
        if calibration.buying is None or calibration.spending is None or not isinstance(market, NonContractual):
            return calibration if calibration.market == market else replace(calibration, market=market)
        if not varied:
            return calibration
        fitted: Any = calibration.market
        buying, spending = calibration.buying, calibration.spending
        names = {one.name for one in fields(buying.model)}
        bought = replace(buying.model, **{name: value for name, value in varied.items() if name in names})
        spent = {name.removeprefix("spend_"): value for name, value in varied.items() if name.startswith("spend_")}
        return replace(
            calibration,
            market=replace(fitted, **varied),
            buying=replace(buying, model=bought),
            spending=replace(spending, model=replace(spending.model, **spent)),
        )


@dataclass(frozen=True, eq=False)
class Settings:
    """A design ready to be run: can be pickled, and called with the number of a piece.

    Attributes:
        study: what is varied.
        calibration: of the study as it stands.
        baseline: of the study as it stands.
        settings: the points of the design.
        replications: of each setting.
        pilot: customers of the pilot that solves a setting's baseline.
        metrics: those that are kept; empty for all of `experiments.horizon.measures`.
        folder: where solved baselines are kept for settings of the same world; used where it can be seen.
        measure: one replication of all arms in numbers, in the columns of `experiments.horizon.measured`.
    """

    study: Study
    calibration: Calibration
    baseline: Baseline
    settings: Sequence[Setting]
    replications: int
    pilot: int
    metrics: tuple[str, ...] = ()
    folder: Path | None = None
    measure: Piece[pd.DataFrame] = measured

    def __call__(self, number: int) -> pd.DataFrame:
        """All replications of one setting: columns setting, arm, metric, replicate, value."""
        setting = self.settings[number]
        study = setting.study(self.study)
        calibration = setting.calibration(study, self._calibration(study, setting))
        baseline = self._baseline(study, calibration)
        frames = [
            self.measure(study, calibration, baseline, setting.seed * self.replications + replicate).assign(
                replicate=replicate
            )
            for replicate in range(self.replications)
        ]
        held = pd.concat(frames, ignore_index=True).assign(setting=number)
        return held[held["metric"].isin(self.metrics)] if self.metrics else held

    def _calibration(self, study: Study, setting: Setting) -> Calibration:
        """The shared calibration, unless the log, its weeks or the market itself are what is varied."""
        same = _log_of(study) == _log_of(self.study) and "market" not in setting.parts
        return self.calibration if same else calibrate(study)

    def _baseline(self, study: Study, calibration: Calibration) -> Baseline:
        """The shared baseline where the world is the same, else one of its own."""
        same_world = replace(study, arms=self.study.arms, compare=self.study.compare) == self.study
        if same_world and calibration is self.calibration:
            return self.baseline
        there = self.folder is not None and self.folder.is_dir()  # another machine may not see it
        return baseline_of(study, calibration, self.folder if there else None, self.pilot)


def run_settings(
    job: Job, study: Study, execution: Execution, configuration: str, settings: Sequence[Setting], replications: int,
    write: Callable[[Mapping[int, pd.DataFrame], Path], None], pilot: int, metrics: tuple[str, ...] = (),
    measure: Piece[pd.DataFrame] = measured,
) -> Path:  # fmt: skip
    """The folder of a job whose pieces are settings: found, or made; `job.tasks(study)` is the number of settings.

    Args:
        job: what is done.
        study: what is varied.
        execution: where and on how many cores.
        configuration: resolved, as YAML.
        settings: the points of the design; each is tried before anything runs.
        replications: of each.
        write: fills a folder from all pieces, in the columns of `Settings`.
        pilot: customers of the pilot that solves a baseline.
        metrics: those that are kept; empty for all.
        measure: one replication of all arms in numbers.

    Raises:
        ParameterError: the study does not allow a setting.
    """
    for place, setting in enumerate(settings):
        _refuse_what_is_not_allowed(study, setting, place)
    store = Store(execution.root)
    found = None if execution.fresh else store.find(key_of_job(job, study, configuration))
    if found is not None:
        return found
    folder = store.root.absolute() / ".baselines"
    calibration, baseline = prepared(study, folder, pilot)
    work = Settings(study, calibration, baseline, settings, replications, pilot, metrics, folder, measure)
    return results_of(job, study, execution, configuration, work, write)


def _refuse_what_is_not_allowed(study: Study, setting: Setting, place: int) -> None:
    try:
        setting.study(study)
    except ParameterError as error:
        at = ", ".join(f"{address} = {value:g}" for address, value in setting.values.items())
        raise ParameterError(f"setting {place + 1} ({at or 'other parts'}) is not allowed: {error}") from error


def _log_of(study: Study) -> tuple[object, ...]:
    return study.data, study.population.calibration_weeks, type(study.market)
