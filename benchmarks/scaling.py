"""What workers gain and cost, on processes, Ray and Dask of this machine: `python -m benchmarks.scaling [--quick]`."""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.extrapolation import Cost, Machine, expected
from experiments.build import build, compose
from experiments.calibrated import Calibration, calibrate
from experiments.cluster import session
from experiments.execution import Execution
from experiments.pilot import solve_baseline
from experiments.replication import Replication, replicate
from experiments.runner import run_missing
from experiments.store import Store
from experiments.study import Study
from sim.baseline import Baseline

CORES = os.cpu_count() or 1
BACKENDS = ("processes", "ray", "dask")
LARGE = (10_000_000, 20, 100, 52)  # customers, arms, replications, weeks
PRICE = 0.05  # money per core and hour: assumed, put your own


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    study: tuple[int, int] = (10_000, 104)  # customers, weeks
    pieces: int = 8  # of the study, for the speed-up
    rounds: int = 3
    crowd: int = 4  # workers of the Ray cluster that has more of them than there are cores
    waits: tuple[tuple[float, int], ...] = ((0.0, 2_000), (0.02, 400), (2.0, 8))  # seconds, pieces
    memory: tuple[int, ...] = (200_000, 1_000_000)
    large: tuple[int, int, int] = (300_000, 4, 16)  # customers, weeks and more weeks


FULL = Sizes()
QUICK = Sizes(
    study=(1_000, 20), pieces=4, rounds=1, waits=((0.0, 200), (0.02, 50), (0.3, 4)), memory=(20_000,),
    large=(20_000, 2, 4),
)  # fmt: skip


@dataclass(frozen=True)
class Waits:
    """A piece that takes its time without using a core, and returns as much as a replication does."""

    seconds: float
    rows: int = 54_600

    def __call__(self, number: int) -> pd.DataFrame:
        time.sleep(self.seconds)
        return pd.DataFrame(np.zeros((self.rows if self.seconds > 1 else 1, 6)))


type Line = tuple[str, str]


def main() -> None:
    """Run the benchmarks and print them as a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, about a minute; full takes about eight")
    quick = parser.parse_args().quick
    begin, load = time.perf_counter(), os.getloadavg()[0]
    print(f"{platform.machine()}, {CORES} cores, Python {platform.python_version()}, load {load:.1f} before.\n")
    print("| measure | got |\n|---|---|", flush=True)
    for what, got in lines(QUICK if quick else FULL):
        print(f"| {what} | {got} |", flush=True)
    spent = time.perf_counter() - begin
    print(f"\nMeasured in {spent:.0f} s{' with --quick: too small to quote' if quick else ''}.")


def lines(sizes: Sizes) -> Iterator[Line]:
    """All rows, each as soon as it is measured."""
    cost = yield from _cost(sizes)  # first: a child inherits its parent's peak memory
    yield from _speed_up(sizes)
    yield from _overhead(sizes)
    yield from _store(sizes)
    yield from _large(cost)


def timed(work: Callable[[int], object], pieces: int, execution: Execution) -> float:
    """Seconds for some pieces on workers that are there already."""
    run_missing(_wake, 2 * (execution.workers or CORES), set(), execution, {}.__setitem__)
    begin = time.perf_counter()
    run_missing(work, pieces, set(), execution, {}.__setitem__)
    return time.perf_counter() - begin


def the_study(customers: int, weeks: int, arms: str = "") -> Study:
    """The main job's study at another size."""
    chosen = [f"compare=[{arms}]"] if arms else []
    return build(compose([f"population.size={customers}", f"weeks={weeks}", *chosen]))


def prepared(study: Study, pilot: int = 5_000) -> tuple[Calibration, Baseline]:
    """Calibration and a baseline that is good enough to measure with."""
    calibration = calibrate(study)
    return calibration, solve_baseline(study, calibration, pilot)


def on(backend: str, workers: int) -> Execution:
    """An execution without a bar."""
    return Execution(backend="serial" if workers == 1 else backend, workers=workers, progress=False)


def _speed_up(sizes: Sizes) -> Iterator[Line]:
    study = the_study(*sizes.study)
    work = partial(replicate, study, *prepared(study))
    teams = [(backend, CORES) for backend in BACKENDS] + [("ray", sizes.crowd)]
    what = (
        f"{sizes.pieces} replications of {len(study.chosen)} arms x {sizes.study[0]:,} customers x {study.weeks} weeks"
    )
    for backend, workers in teams:
        rounds = [
            (timed(work, sizes.pieces, on(backend, 1)), timed(work, sizes.pieces, on(backend, workers)))
            for _ in range(sizes.rounds)
        ]
        ratio = np.median([one / many for one, many in rounds])
        one, many = np.median(rounds, axis=0)
        yield (
            f"{backend}, {workers} workers: {what}",
            f"{one:.1f} s by one, {many:.1f} s: **{ratio:.2f} times as fast**",
        )
    session.close()


def _overhead(sizes: Sizes) -> Iterator[Line]:
    for backend in BACKENDS:
        for seconds, pieces in sizes.waits:
            spent = timed(Waits(seconds), pieces, on(backend, CORES))
            each = (spent * CORES - seconds * pieces) / pieces
            share = f", {each / seconds:.1%} of it" if seconds else ""
            yield f"{backend}: overhead of a piece of {seconds:g} s", f"{each * 1e3:.2g} ms{share}"
    session.close()


def _store(sizes: Sizes) -> Iterator[Line]:
    study = the_study(*sizes.study)
    begin = time.process_time()
    piece: Replication = replicate(study, *prepared(study, 1_000), 0)
    took = time.process_time() - begin
    with tempfile.TemporaryDirectory() as folder:
        store, spent = Store(Path(folder)), []
        for number in range(20):
            begin = time.perf_counter()
            store.put("scaling", number, piece)
            spent.append(time.perf_counter() - begin)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 20
    put = float(np.median(spent))
    yield "store: keeping a replication", f"{put * 1e3:.0f} ms, {size / 1e3:.0f} kB; {put / 2:.1%} of 2 s"
    yield "(that replication itself, pilot of 1,000 customers included)", f"{took:.1f} s of a core"


def _cost(sizes: Sizes) -> Iterator[Line]:
    base, *peaks = (_child("report_memory", n) for n in (1_000, *sizes.memory))
    yield "memory of a worker that has run 1,000 customers", f"{base / 1e6:.0f} MB"
    for n, peak in zip(sizes.memory, peaks, strict=True):
        yield f"memory of a worker per customer, {n:,} customers, 4 arms", f"{(peak - base) / n:.0f} bytes"
    n, few, many = sizes.large
    short, long = (_child("report_seconds", n, weeks) for weeks in (few, many))
    week = (long - short) / (many - few) / 4 / n
    start = max(0.0, short / n - 4 * few * week)
    yield f"a customer, week and arm on one core, {n:,} customers", f"{week * 1e9:.0f} ns"
    yield "a customer before the fork: drawn and warmed up", f"{start * 1e6:.2f} us"
    return Cost(start, week, (peaks[-1] - base) / sizes.memory[-1], base)


def _large(cost: Cost) -> Iterator[Line]:
    customers, arms, replications, weeks = LARGE
    machine = Machine()
    each = cost.seconds(customers, arms, weeks) / 3600
    yield (
        f"expected: a replication of {customers:,} customers x {arms} arms x {weeks} weeks",
        f"{each:.2f} hours of a core, {cost.bytes(customers) / 1e9:.1f} GB",
    )
    for machines in (1, 10, 100):
        found = expected(cost, customers, arms, replications, weeks, machines, machine)
        paid = found.machine_hours * machine.cores
        yield (
            f"expected: {replications} of them on {machines} machines of {machine.cores} cores and "
            f"{machine.memory / 1e9:.0f} GB",
            f"{found.hours:.1f} hours on {found.busy} workers (limit: {found.limit}); {paid:,.0f} core-hours paid, "
            f"{paid * PRICE:,.0f} at an assumed {PRICE} per core-hour",
        )


def _wake(_: int) -> None:
    """Have a worker import everything; it takes so long that each worker gets one."""
    the_study(10, 1)
    time.sleep(0.5)


def _child(name: str, *numbers: int) -> float:
    """What a function of this file prints in a process of its own."""
    arguments = ", ".join(map(str, numbers))
    program = f"from benchmarks.scaling import {name}; {name}({arguments})"
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env={**os.environ, **one}
    )
    return float(done.stdout)


def report_memory(n: int) -> None:
    """Print the peak of a worker that has run two replications of 4 arms x 3 weeks."""
    _seconds(n, 3, replications=2)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def report_seconds(n: int, weeks: int) -> None:
    """Print the seconds of a core that a replication of 4 arms takes."""
    print(_seconds(n, weeks))


def _seconds(n: int, weeks: int, replications: int = 1) -> float:
    study = the_study(n, weeks, "nothing,reward_program,personalised_service,over_delivery")
    made = prepared(replace(study, weeks=weeks), 1_000)
    begin = time.process_time()
    for number in range(replications):
        replicate(study, *made, number)
    return time.process_time() - begin


if __name__ == "__main__":
    main()
