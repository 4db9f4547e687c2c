"""Firms whose customers' minds are known: parameters drawn from the prior ranges, lives lived, summaries taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.calibrated import Calibration
from experiments.identify.fieldwork import answers, asked_of, in_a_row
from experiments.identify.observing import watched, windows_of
from experiments.identify.situation import firm_of, quiet_weeks, unknown, unknowns_of
from experiments.identify.summaries import summarised
from experiments.identify.trials import Trial
from experiments.priors import moved, priors_of
from experiments.study import Study
from sim.world import Mind

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """How firms are drawn and looked at.

    Attributes:
        trials: what each firm tries out, by name.
        draws: firms per mind.
        window: weeks that are summed up.
        respondents: customers whom a researcher asks at the end of each window; 0 for no survey.
        doubt: factor to within which the market's own parameters are known.
    """

    trials: Mapping[str, Trial]
    draws: int
    window: int
    respondents: int
    doubt: float

    def quiet(self, study: Study) -> int:
        """Windows before anything happens, the first one, in which customers settle in, left out."""
        happens = bool(self.trials or study.scenario.events)
        return quiet_weeks(study, self.trials) // self.window - 1 if happens else 1


@dataclass(frozen=True, eq=False)
class Firms:
    """Some firms, a row each.

    Attributes:
        quantiles: of the mind's parameters, then of the market's unknowns [F, P + U].
        crm: summaries of what the firm has on record [F, S].
        survey: summaries of what a researcher was told [F, R].
        names: of the summaries in `crm`.
        asked: of the summaries in `survey`.
    """

    quantiles: F64
    crm: F64
    survey: F64
    names: tuple[str, ...]
    asked: tuple[str, ...]


def quantiles_of(study: Study, calibration: Calibration, name: str, mind: Mind, draws: int) -> F64:
    """Quantiles of all parameters of a mind and of the market's unknowns [draws, P + U]: a Latin hypercube."""
    columns = len(priors_of(mind)) + len(unknowns_of(calibration.market))
    rng = np.random.default_rng([study.seed, crc32(name.encode())])
    return np.asarray(qmc.LatinHypercube(columns, rng=rng).random(draws), np.float64)


def firms_of(study: Study, calibration: Calibration, design: Design, name: str, mind: Mind, rows: range) -> Firms:
    """Live and look at those firms of a mind; every firm has luck of its own."""
    quantiles = quantiles_of(study, calibration, name, mind, design.draws)[rows.start : rows.stop]
    seen = [
        _firm(study, calibration, design, mind, row, study.seed_of(n)) for n, row in zip(rows, quantiles, strict=True)
    ]
    crm, survey = [one for one, _ in seen], [one for _, one in seen]
    return Firms(quantiles, _table(crm), _table(survey), tuple(crm[0]), tuple(survey[0]))


def _firm(
    study: Study, calibration: Calibration, design: Design, mind: Mind, quantiles: F64, seed: int
) -> tuple[dict[str, float], dict[str, float]]:
    """What one firm has on record, and what a researcher was told there."""
    priors = priors_of(mind)
    believed = moved(mind, priors, quantiles[: len(priors)])
    market = unknown(calibration, list(quantiles[len(priors) :]), design.doubt)
    model = firm_of(study, market, believed, design.trials, seed)
    asked = asked_of(mind) if design.respondents else ()
    pages, waves = [], []
    for page in watched(model, windows_of(study.weeks, design.window)):
        pages.append(page)
        waves.append(answers(model, asked, design.respondents))
    return summarised(pages, design.quiet(study)), in_a_row(waves)


def _table(rows: list[dict[str, float]]) -> F64:
    return np.array([list(row.values()) for row in rows], np.float64).reshape(len(rows), -1)
