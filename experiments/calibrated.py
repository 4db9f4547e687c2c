"""A study's customers: fitted to the log where there is one, drawn anew for every replication."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from experiments.calibration.bgnbd import BgNbdFit, fit_bgnbd
from experiments.calibration.gamma_gamma import GammaGammaFit, fit_gamma_gamma
from experiments.calibration.log import read_log
from experiments.calibration.transactions import Summary
from experiments.population import existing_customers, new_cohort
from experiments.results import Estimate
from experiments.study import CDNOW, LogSource, Study
from sim.behaviour import Behaviour, NonContractual
from sim.chance import Chance
from sim.people import INITIAL, Newcomers
from sim.world import World

_CDNOW_FILE = Path(__file__).parent / "data" / "cdnow_sample.csv"


@dataclass(frozen=True, eq=False)
class Calibration:
    """What was learnt from the log; for a market that no log is fitted to, only the market itself.

    Attributes:
        market: the standard model with its fitted parameters.
        buying: the BG/NBD fit.
        spending: the Gamma-Gamma fit.
        summary: the log's customers at the end of the calibration window.
        notes: what the reader of the log found worth saying.
    """

    market: Behaviour
    buying: BgNbdFit | None = None
    spending: GammaGammaFit | None = None
    summary: Summary | None = None
    notes: tuple[str, ...] = ()

    def lines(self) -> dict[str, Estimate]:
        """Estimates for the report, by name."""
        if self.buying is None or self.spending is None:
            return {}
        lines = {}
        for name, fit in (("BG/NBD", self.buying), ("Gamma-Gamma", self.spending)):
            meaning = {field.name: field.metadata["doc"] for field in fields(fit.model)}
            for one in fit.estimates:
                lines[f"{name} {one.name}"] = Estimate(one.value, one.standard_error, meaning[one.name])
            said = f"on {fit.customers:,} customers"
            lines[f"{name} log-likelihood"] = Estimate(fit.log_likelihood, meaning=said)
        lines["correlation of repeats and spend"] = Estimate(
            self.spending.correlation, meaning="Gamma-Gamma assumes none"
        )
        return lines

    def sentences(self) -> list[str]:
        """The fits in a line each, with standard errors."""
        fits = {"BG/NBD": self.buying, "Gamma-Gamma": self.spending}
        return [
            f"{model} on {fit.customers:,} customers: "
            + ", ".join(f"{one.name} {one.value:.4g} (se {one.standard_error:.2g})" for one in fit.estimates)
            + f"; log-likelihood {fit.log_likelihood:,.1f}"
            for model, fit in fits.items()
            if fit is not None
        ]


def log_file(data: LogSource) -> Path:
    """The file a study reads."""
    return _CDNOW_FILE if data.path == CDNOW else Path(data.path)


def calibrate(study: Study) -> Calibration:
    """Fit BG/NBD and Gamma-Gamma to the study's log, on its calibration weeks.

    Raises:
        DataError: the log cannot be read or fitted.
    """
    if not isinstance(study.market, NonContractual):
        return Calibration(study.market)
    data, weeks = study.data, study.population.calibration_weeks
    log = read_log(log_file(data), data.customer, data.date, data.amount, weeks)
    summary = log.summary(weeks)
    buying, spending = fit_bgnbd(summary), fit_gamma_gamma(summary)
    fitted = replace(
        study.market,
        r=buying.model.r,
        alpha=buying.model.alpha,
        a=buying.model.a,
        b=buying.model.b,
        spend_p=spending.model.p,
        spend_q=spending.model.q,
        spend_gamma=spending.model.gamma,
    )
    notes = tuple(f"Note on the log: {note}" for note in log.notes)
    return Calibration(fitted, buying, spending, summary, notes)


def world_of(study: Study, calibration: Calibration) -> World:
    """Everything that stays the same in all arms."""
    return World(
        mind=study.mind,
        cast=study.segments,
        behaviour=calibration.market,
        service=study.service,
        survey=study.survey,
        arrivals=study.arrivals,
        accounts=study.accounts,
        network=study.network,
        rivals=study.rivals,
        reputation=study.reputation,
        scenario=study.scenario,
        second_life=study.second_life,
        crew=study.crew,
        warm_up=study.warm_up,
    )


def customers_of(study: Study, calibration: Calibration, seed: int, size: int | None = None) -> Newcomers:
    """The customers one replication starts with."""
    n, chance = size or study.population.size, Chance(seed)
    if calibration.buying is None or calibration.spending is None or calibration.summary is None:
        keys = np.arange(n, dtype=np.uint64)
        luck = chance.life().rows(keys).named("initial")
        return calibration.market.newcomers(keys, np.zeros(n, np.float32), INITIAL, luck)
    draw = existing_customers if study.population.start == "customers" else new_cohort
    return draw(calibration.buying.model, calibration.spending.model, calibration.summary, n, chance)
