"""The pilot: solves, once per mind, market and calibration, the shifts that hold control to the standard model."""

from __future__ import annotations

import copy
import hashlib
import io
from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from agents.mind import NoMind
from experiments.calibrated import Calibration, customers_of, world_of
from experiments.examination import examine
from experiments.provenance import code_digest
from experiments.store import write_whole
from experiments.study import Study
from sim.baseline import Baseline, Shifts, quantile_edges, solve_leave, stratum_means
from sim.behaviour import OneFirm
from sim.chance import F32, Draws, poisson
from sim.errors import StoreError, TheoryError
from sim.exchange import Encounters
from sim.model import CustomerModel
from sim.people import ACTIVE, DROPOUT, KEY, RATE, STRATUM, Newcomers
from sim.plan import Plan
from sim.scenario import Scenario
from sim.table import Rows, Table
from sim.world import World, writers
from strategies.nothing import Nothing

F64 = NDArray[np.float64]
SIZE = 60_000  # customers of the pilot
_ROUNDS, _CLOSE = 100, 1e-5  # at most, and until the log rate is right to so much
SEED = 2**40  # no replication has it: the pilot's luck is its own


class Pilot(CustomerModel):
    """A no-strategy model that, every week, solves the shifts before it uses them.

    Beside it runs the standard model with the same customers and luck. A week's shifts make each stratum's mean rate,
    and its mean hazard of leaving after one more encounter, equal to the standard model's among those alive there.
    """

    def __init__(self, world: World, newcomers: Newcomers, baseline: Baseline) -> None:
        super().__init__(world, newcomers, Nothing(), baseline=baseline, seed=SEED, block=2**40)
        plain = replace(world, mind=NoMind())
        self.standard = CustomerModel(plain, newcomers, Nothing(), baseline=baseline, seed=SEED, block=2**40)
        self.solved: list[Shifts] = []

    def shifts(self) -> Shifts:
        people, size = self.table.block(0, len(self.table)), self.baseline.size
        behaviour = self.world.behaviour
        target_rate, target_leave = self._targets(size)
        wish = self.mind.wish(people, Plan(), self.conditions)
        boost = np.ones(len(people), np.float32) if wish is None else np.exp(wish)
        alive, stratum, rate = people[ACTIVE], people[STRATUM], people[RATE]
        shift = np.zeros(size)
        for _ in range(_ROUNDS):  # once is enough where the rate follows the multiplier in full
            have = stratum_means(rate * behaviour.effect(people, boost, 0.0), alive, stratum, size)
            with np.errstate(invalid="ignore", divide="ignore"):
                more = np.nan_to_num(np.log(target_rate / have), nan=0.0, posinf=0.0, neginf=0.0)
            shift += more
            boost *= np.exp(more).astype(np.float32)[stratum]
            if isinstance(behaviour, OneFirm) or np.abs(more).max() < _CLOSE:
                break
        boost = behaviour.effect(people, boost, 0.0)
        weights: F32 = behaviour.hazard_weight(rate, boost) * alive
        lean = solve_leave(self._logits(rate * boost * alive), weights, stratum, target_leave)
        self.solved.append(Shifts(shift.astype(np.float32), lean.astype(np.float32)))
        return self.solved[-1]

    def step(self) -> None:
        """One week of the pilot, then the same week of the standard model."""
        super().step()
        self.standard.step()

    def _targets(self, size: int) -> tuple[F64, F64]:
        """Mean rate and weighted mean dropout of each stratum among those alive in the standard model [S]."""
        table = self.standard.table
        rate, alive = table[RATE], table[ACTIVE]
        weights = self.world.behaviour.hazard_weight(rate, np.ones_like(rate)) * alive
        mean = stratum_means(rate, alive, table[STRATUM], size)
        return mean, stratum_means(table[DROPOUT], weights, table[STRATUM], size)

    def _logits(self, rate: F32) -> F32:
        """The logit of leaving of each customer at their next decision [N]; the state is not disturbed.

        Where leaving follows purchases, that is after one more encounter, which everybody is given here. Under contract
        it is after this week, so those who come in it, by the luck they will have, are given what they will live.
        """
        table = copy.deepcopy(self.table)
        people = table.block(0, len(table))
        draws = self.chance.at(self.week).rows(people[KEY])
        if self.world.behaviour.leaving_follows_purchase:
            self.mind.appraise(people, self._lived(people, draws.named("what if")))
        elif len(guests := np.flatnonzero(poisson(draws.uniform("come"), rate) > 0)):
            coming = people.some(guests)
            self.mind.appraise(coming, self._lived(coming, draws.some(guests)))
        return (logit(people[DROPOUT]) + self.mind.lean(people, Plan(), self.conditions).leave).astype(np.float32)

    def _lived(self, people: Rows, draws: Draws) -> Encounters:
        return self.world.service.deliver(people, Plan(), draws, self.conditions, self.crew.serve(draws))


def solve_baseline(study: Study, calibration: Calibration, size: int = SIZE) -> Baseline:
    """Run the pilot over the study's horizon, without the events of its scenario and the moves of rivals.

    Both are what customers respond to; a baseline solved under them would swallow the response.

    Raises:
        TheoryError: a theory of the mind does what none may; names theory, column and week.
    """
    examine(study.mind)
    world, newcomers = world_of(study, calibration), customers_of(study, calibration, SEED, size)
    world = replace(world, scenario=Scenario(), rivals=world.rivals.at_rest())
    none = Baseline.none()
    edges = replace(none, dropout_edges=quantile_edges(newcomers.dropout), rate_edges=quantile_edges(newcomers.rate))
    warmed = CustomerModel(world, newcomers, Nothing(), baseline=edges, seed=SEED)
    _refuse_nan(world, warmed.table)
    index = world.mind.loyalty(warmed.table.block(0, len(warmed.table))).astype(np.float64)
    start = replace(edges, center=float(index.mean()), spread=max(float(index.std()), 1e-6))
    pilot = Pilot(world, newcomers, start)
    pilot.run_for(study.weeks)
    rate = np.stack([shifts.rate for shifts in pilot.solved])
    leave = np.stack([shifts.leave for shifts in pilot.solved])
    return replace(start, rate=rate, leave=leave)


def _refuse_nan(world: World, table: Table) -> None:
    """Stop before anything is run when a theory has written what is no number; names column and theory."""
    for column in world.mind.columns:
        if not np.isfinite(table[column]).all():
            author = writers(world.mind, column)
            raise TheoryError(f"'{column.name}' holds NaN or infinity after the warm-up: mend {author}.")


def baseline_of(study: Study, calibration: Calibration, folder: Path | None = None, size: int = SIZE) -> Baseline:
    """The stored baseline of this mind, market, population and calibration; solved and stored when there is none.

    Args:
        study: what is to be run.
        calibration: its fitted market.
        folder: where artefacts are kept; None solves without storing.
        size: customers of the pilot.
    """
    if isinstance(study.mind, NoMind):
        return Baseline.none()
    if folder is None:
        return solve_baseline(study, calibration, size)
    path = folder / f"{_fingerprint(study, calibration, size)}.npz"
    stored = _stored(path)
    if stored is not None:
        return stored
    baseline = solve_baseline(study, calibration, size)
    arrays = {name: getattr(baseline, name) for name in _ARRAYS}
    content = io.BytesIO()
    np.savez(content, center=baseline.center, spread=baseline.spread, **arrays)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, content.getvalue())
    except OSError as error:
        raise StoreError(
            f"cannot store the baseline in {folder}: {error}. Make room, or take another folder."
        ) from error
    return baseline


def _stored(path: Path) -> Baseline | None:
    """What is stored; None when there is nothing, or nothing that can be read."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            arrays = (stored[name] for name in _ARRAYS)
            return Baseline(float(stored["center"]), float(stored["spread"]), *arrays)
    except (OSError, ValueError, EOFError, KeyError, BadZipFile):
        return None


_ARRAYS = ("dropout_edges", "rate_edges", "rate", "leave")


def _fingerprint(study: Study, calibration: Calibration, size: int) -> str:
    """What the shifts depend on, and nothing of what they do not: no seed, arms, replications or events."""
    parts = (
        study.mind, study.segments, calibration.market, calibration.buying, calibration.spending,
        study.population.start, study.service, study.survey, study.crew, study.arrivals, study.network,
        study.rivals.at_rest(), study.reputation, study.warm_up, study.weeks, size, code_digest(study),
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
