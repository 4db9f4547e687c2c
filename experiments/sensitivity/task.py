"""One run of a sensitivity study: made ready before anything runs, and gathered when all pieces are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from experiments.horizon import measures, prepared
from experiments.provenance import provenance
from experiments.results import MetricInfo
from experiments.sensitivity.design import Design
from experiments.sensitivity.flips import Search
from experiments.sensitivity.gather import (
    chosen_arm,
    design_frame,
    flips_frame,
    indices_frames,
    leads_frame,
    ranges_of,
    settings_frame,
    walks_frame,
    winner_of,
)
from experiments.sensitivity.indices import F64
from experiments.sensitivity.results import LUCK, SensitivityResult
from experiments.sensitivity.work import Work, at, settings_of, start_of
from experiments.space.factors import Factor
from experiments.space.points import Setting, Settings
from experiments.study import Study
from sim.errors import ParameterError


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be run.

    Attributes:
        study: what is varied.
        factors: by what.
        design: the settings beside the walks.
        search: how flips are looked for on the walks.
        metric: what plans are ranked by.
        repeats: replications of each setting of the design.
        pilot: customers of the pilot that solves a setting's baseline.
        folder: where solved baselines are kept.
    """

    study: Study
    factors: tuple[Factor, ...]
    design: Design
    search: Search
    metric: MetricInfo
    repeats: int
    pilot: int
    folder: Path

    @cached_property
    def quantiles(self) -> F64:
        """Of the factors, luck last where it is one [S, K]."""
        return self.design.quantiles(len(self.factors), self.study.seed)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The settings of the design.

        Raises:
            ParameterError: the study does not allow one of them, or the end of a range.
        """
        made = settings_of(self.factors, self.quantiles[:, : len(self.factors)], self.design.lucks(self.quantiles))
        ends = [Setting({factor.address: end}) for factor in self.factors for end in (factor.low, factor.high)]
        for setting in (*ends, *made):
            setting.study(self.study)
        return made

    @cached_property
    def work(self) -> Work:
        """What computes the pieces; the study's own values are run for it, here and now.

        Raises:
            ParameterError: the measure is not there, or a setting is not allowed.
        """
        study, pilot, folder, settings = self.study, self.pilot, self.folder, self.settings
        calibration, baseline = prepared(study, folder, pilot)
        design = Settings(study, calibration, baseline, settings, self.repeats, pilot, folder=folder)
        name, better = self.metric.name, self.metric.better
        walks = replace(design, settings=(), replications=study.replications, metrics=(name,))
        own = at(walks, Setting())
        if own.empty:
            raise ParameterError(f"job.measure = '{name}' is not measured with this mind: choose another.")
        starts = tuple(start_of(factor, calibration) for factor in self.factors)
        return Work(design, walks, self.factors, starts, own, name, better, self.search)

    def gathered(self, pieces: Mapping[int, pd.DataFrame], arm: str, configuration: str) -> SensitivityResult:
        """The result, from all pieces.

        Args:
            pieces: by number.
            arm: the plan whose difference from the control is looked at; empty for the best.
            configuration: resolved, as YAML.
        """
        study, work, design = self.study, self.work, self.design
        runs, walks = design_frame(work, pieces), walks_frame(work, pieces)
        names = [*(factor.address for factor in self.factors), *([LUCK] if design.luck else [])]
        indices, pairs = indices_frames(work, design.method, runs, self.quantiles, names, design.second_order)
        return SensitivityResult(
            outcomes=runs,
            settings=settings_frame(work),
            walks=walks,
            ranges=ranges_of(work),
            leads=leads_frame(work, walks),
            flips=flips_frame(work, walks),
            indices=indices,
            pairs=pairs,
            metrics=measures(study.data.currency),
            method=design.method,
            measure=self.metric.name,
            winner=winner_of(work),
            arm=arm or chosen_arm(work),
            control=study.control,
            arms=list(work.arms),
            replications=study.replications,
            repeats=self.repeats,
            customers=study.population.size,
            weeks=study.weeks,
            configuration=configuration,
            provenance={**provenance(), "seeds": f"{study.seed_of(0)} to {study.seed_of(study.replications - 1)}"},
        )
