"""How fast the engine is, alone and beside the twin, and how much memory it takes."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from agents.mind import Mind, NoMind
from benchmarks.situation import FIVE, PORTFOLIO, Situation, situation
from benchmarks.twin import TunedTwin, Twin
from sim.model import CustomerModel
from sim.network import WattsStrogatz
from sim.people import ACTIVE
from strategies import Nothing

ROUNDS = 3


@dataclass(frozen=True)
class Pace:
    """Seconds per customer-week in each round, and the share of customers who came in a week."""

    seconds: tuple[float, ...]
    encounters: float

    @property
    def rate(self) -> float:
        """Customer-weeks per second, by the median round."""
        return 1 / float(np.median(self.seconds))

    def times(self, other: Pace) -> float:
        """How many times faster this is than the other: the median of the rounds' ratios."""
        return float(np.median(np.array(other.seconds) / np.array(self.seconds)))


def interleaved(
    models: Mapping[str, CustomerModel | Twin], customers: Mapping[str, int], weeks: int
) -> dict[str, Pace]:
    """Run all models for the same weeks, taking turns, `ROUNDS` times.

    A round of a small engine is over before the clock is worth reading, so it runs forks of itself as well.
    """
    seconds: dict[str, list[float]] = {name: [] for name in models}
    gc.collect()
    gc.freeze()  # nobody's clock pays for walking over the twin's objects
    for _ in range(ROUNDS):
        for name, model in models.items():
            spent = [elapsed(fork, weeks) for fork in _forks(model, customers[name], weeks)]
            spent.append(elapsed(model, weeks))
            seconds[name].append(float(np.mean(spent)) / weeks / customers[name])
    gc.unfreeze()
    return {name: Pace(tuple(seconds[name]), came(model) / customers[name]) for name, model in models.items()}


def elapsed(model: CustomerModel | Twin, weeks: int) -> float:
    """Seconds for some weeks."""
    begin = time.perf_counter()
    model.run_for(weeks)
    return time.perf_counter() - begin


def _forks(model: CustomerModel | Twin, customers: int, weeks: int) -> Iterator[CustomerModel]:
    """As many forks as make about five million customer-weeks, at most 20; the twin is slow enough without."""
    if isinstance(model, CustomerModel):
        for _ in range(min(20, 5_000_000 // (customers * weeks))):
            yield model.fork(model.strategy)


def came(model: CustomerModel | Twin) -> float:
    """Mean number of customers who came in a week, over all weeks so far."""
    return float(np.mean(model.datacollector.model_vars["encounters"]))


def beside_the_twin(n: int, weeks: int, busier: float = 1.0) -> dict[str, Pace]:
    """Engine, twin and tuned twin with the same customers and the default mind, control arm."""
    where = situation(busier=busier)
    customers = where.customers(n, 1)
    models = {
        "engine": where.engine(n),
        "twin": Twin(where.world, customers, where.baseline),
        "tuned twin": TunedTwin(where.world, customers, where.baseline),
    }
    return interleaved(models, dict.fromkeys(models, n), weeks)


def alone(sizes: Mapping[str, int], mind: Mind | NoMind, weeks: int) -> dict[str, Pace]:
    """The engine at several sizes, taking turns."""
    where = situation(mind=mind)
    return interleaved({name: where.engine(n) for name, n in sizes.items()}, sizes, weeks)


def with_talk(n: int, weeks: int) -> dict[str, Pace]:
    """The engine with the same customers and the default mind, without friends ("off") and with them ("on")."""
    off = situation()
    on = replace(off, study=replace(off.study, network=WattsStrogatz(friends=6)))
    return interleaved({"off": off.engine(n), "on": on.engine(n)}, dict.fromkeys(("off", "on"), n), weeks)


def cost_of_plays(n: int, weeks: int) -> dict[str, float]:
    """Seconds of an arm relative to the control arm's, forked from one warm model; median of interleaved rounds.

    "all five" is a portfolio of the five plays, "all five beside one" its cost relative to the mean of each alone.
    """
    warm = situation().engine(n)
    arms = {"nothing": Nothing(), **FIVE, "all five": PORTFOLIO}
    seconds: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(ROUNDS):
        for name, play in arms.items():
            seconds[name].append(elapsed(warm.fork(play), weeks))
    control = np.array(seconds["nothing"])
    costs = {name: float(np.median(np.array(seconds[name]) / control)) for name in arms if name != "nothing"}
    one = np.mean([seconds[name] for name in FIVE], axis=0)
    return {**costs, "all five beside one": float(np.median(np.array(seconds["all five"]) / one))}


@dataclass(frozen=True)
class Memory:
    """Bytes per customer: state of one arm (tables), and peak resident memory alone and with a second arm beside it."""

    state: float
    peak: float
    peak_with_fork: float
    active: float


def memory(n: int) -> Memory:
    """Measured in child processes; what an engine with 1,000 customers takes is taken off.

    A child inherits its parent's peak (Linux keeps it across `exec`): ask before the parent has grown.
    """
    small, large, forked = (_child(size, arms) for size, arms in ((1_000, 1), (n, 1), (n, 2)))
    peak, with_fork = ((reading[0] - small[0]) / n for reading in (large, forked))
    return Memory(large[1] / n, peak, with_fork, large[2] / n)


def state_bytes(model: CustomerModel) -> int:
    """Bytes of all columns of one arm."""
    return model.table.nbytes + model.records.crm.nbytes


def _child(n: int, arms: int) -> tuple[int, int, int]:
    """Peak resident bytes, bytes of state and active customers of a run of three weeks, in a process of its own."""
    program = f"from benchmarks.speed import report_memory; report_memory({n}, {arms})"
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env=os.environ)
    peak, state, active = (int(word) for word in answer.stdout.split())
    return peak, state, active


def report_memory(n: int, arms: int) -> None:
    """Run and print what `_child` reads."""
    import resource

    where: Situation = situation(pilot=2_000)
    models = [where.engine(n)]
    models += [models[0].fork(FIVE["over_delivery"]) for _ in range(arms - 1)]
    for model in models:
        model.run_for(3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(peak, state_bytes(models[0]), int(models[0].table[ACTIVE].sum()))
