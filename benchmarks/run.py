"""Measure everything in one go and print a Markdown table: `python -m benchmarks.run [--quick]`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agents.mind import Mind, NoMind
from benchmarks.gain import Gain, gain, replications, twin_seconds
from benchmarks.situation import situation
from benchmarks.speed import Pace, alone, beside_the_twin, cost_of_plays, interleaved, memory, with_talk
from benchmarks.twin import TunedTwin, Twin

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    beside: tuple[tuple[int, int], ...] = ((10_000, 10), (100_000, 6))  # customers, weeks a round
    busier: tuple[float, ...] = (10.0, 40.0)
    alone: tuple[int, ...] = (100_000, 1_000_000, 5_000_000)
    talk: int = 1_000_000
    weeks: int = 6
    memory: int = 1_000_000
    gain: tuple[int, int, int] = (10_000, 52, 200)  # customers, weeks, seeds
    plays: tuple[int, int] = (100_000, 26)


FULL = Sizes()
QUICK = Sizes(
    beside=((10_000, 5), (50_000, 3)),
    busier=(40.0,),
    alone=(100_000, 400_000),
    talk=200_000,
    weeks=3,
    memory=200_000,
    gain=(4_000, 52, 8),
    plays=(20_000, 13),
)


@dataclass(frozen=True)
class Line:
    """A row of the table."""

    what: str
    got: str
    target: str = ""


def main() -> None:
    """Run the benchmarks and print them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, under a minute; full takes about two")
    quick = parser.parse_args().quick
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        # NumPy reads these when it is loaded: so once more, in a process that has them.
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.run", *sys.argv[1:]], {**os.environ, **ONE_THREAD})
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}; ",
        end="",
    )
    print(
        "one process, one thread; median of 3 interleaved rounds.\n\n| measure | got | target |\n|---|---|---|",
        flush=True,
    )
    begin = time.perf_counter()
    for line in lines(QUICK if quick else FULL):
        print(f"| {line.what} | {line.got} | {line.target} |", flush=True)
    print(f"\nMeasured in {time.perf_counter() - begin:.0f} s{' with --quick: too small to quote' if quick else ''}.")


def lines(sizes: Sizes) -> Iterator[Line]:
    """All rows, each as soon as it is measured."""
    yield from _memory(sizes)  # first: see there
    yield from _small()
    yield from _beside(sizes)
    yield from _alone(sizes)
    yield from _talk(sizes)
    found = gain(*sizes.gain)
    yield from _gain(found, sizes)
    yield from _decision(found, sizes)
    costs = cost_of_plays(*sizes.plays)
    portfolio = costs.pop("all five beside one")
    for play, ratio in costs.items():
        yield Line(f"an arm with {play}, relative to control ({sizes.plays[0]:,} customers)", f"{ratio:.2f}")
    yield Line("a portfolio of five plays, relative to one of them", f"{portfolio:.2f}", "≤ 1.5")


def _beside(sizes: Sizes) -> Iterator[Line]:
    targets = {10_000: "≥ 25", 100_000: "≥ 45"}
    for n, weeks in sizes.beside:
        paces = beside_the_twin(n, weeks)
        yield Line(f"engine, {n:,} customers, CDNOW-like", _pace(paces["engine"]))
        yield Line(f"plain-Mesa twin, {n:,}", f"{_pace(paces['twin'])}; its loop unrolled {_pace(paces['tuned twin'])}")
        yield Line(f"engine / twin, {n:,}", _times(paces), targets.get(n, ""))
    n, weeks = sizes.beside[0]
    for busier in sizes.busier:
        paces = beside_the_twin(n, max(2, weeks // 2), busier)
        come = f"{paces['engine'].encounters:.0%} come in a week"
        yield Line(
            f"engine / twin, {n:,}, rates × {busier:g}: {come}", f"{_times(paces)}; engine {_pace(paces['engine'])}"
        )


def _alone(sizes: Sizes) -> Iterator[Line]:
    by_name = {f"{n:,}": n for n in sizes.alone}
    targets = {"default mind": {"1,000,000": "≥ 4 M"}, "mind=none": {"1,000,000": "≥ 6 M"}}
    first, last = next(iter(by_name)), list(by_name)[-1]
    for label, mind in (("default mind", Mind()), ("mind=none", NoMind())):
        paces = alone(by_name, mind, sizes.weeks)
        for name, pace in paces.items():
            yield Line(f"engine, {label}, {name}, talk off", _pace(pace), targets[label].get(name, ""))
        yield Line(
            f"cost per customer-week at {last} relative to {first}, {label}",
            f"{paces[first].times(paces[last]):.2f}",
            "≤ 1.2",
        )
        came = paces[last].encounters
        yield Line(f"customers with an encounter per week, {label}, {last}", f"{came:.1%}")


def _talk(sizes: Sizes) -> Iterator[Line]:
    paces = with_talk(sizes.talk, sizes.weeks)
    yield Line(f"engine, default mind, {sizes.talk:,}, talk on (Watts-Strogatz, 6 friends)", _pace(paces["on"]))
    cost = paces["off"].times(paces["on"])
    yield Line(f"cost per customer-week with talk relative to without, {sizes.talk:,}", f"{cost:.2f}", "≤ 1.3")


def _small() -> Iterator[Line]:
    pace = interleaved({"small": situation().engine(100)}, {"small": 100}, 26)["small"]
    yield Line("a week of 100 customers, default mind", f"{100 * 1e3 / pace.rate:.2f} ms", "≤ 1 ms")


def _memory(sizes: Sizes) -> Iterator[Line]:
    used = memory(sizes.memory)
    yield Line("bytes of state per customer and arm", f"{used.state:.0f}", "≤ 400")
    yield Line(
        f"peak resident bytes per customer, {sizes.memory:,} (building included)",
        f"{used.peak:.0f}; with a second arm {used.peak_with_fork:.0f}",
    )


def _gain(found: Gain, sizes: Sizes) -> Iterator[Line]:
    n, weeks, seeds = sizes.gain
    about = f"over_delivery against nothing, {n:,} customers, {weeks} weeks, {seeds} seeds"
    for name, ratio in found.ratios.items():
        predicted = f"churn predicts {found.predicted:.3g}" if name == "churn" else ""
        yield Line(f"variance ratio unpaired / paired, {name} ({about})", str(ratio), predicted)
    yield Line(
        "share of those active at the fork whose fate changed (f), beside the net effect (d), its lower bound",
        f"{found.changed:.2%} beside {abs(found.effect):.2%} (churn {found.churn[0]:.1%} and {found.churn[1]:.1%})",
    )


def _decision(found: Gain, sizes: Sizes) -> Iterator[Line]:
    n, weeks, _ = sizes.gain
    seconds = {name: twin_seconds(n, weeks, kind) for name, kind in (("twin", Twin), ("its loop unrolled", TunedTwin))}
    paired, unpaired = found.seconds_paired, found.seconds_unpaired
    twins = {name: replications(found.unpaired_sd) * each for name, each in seconds.items()}
    yield Line(
        "time to a decision: 95% interval of the churn difference within ± 0.5 point",
        f"paired {paired:.2f} s ({replications(found.paired_sd):.2f} replications), unpaired {unpaired:.2f} s "
        f"({replications(found.unpaired_sd):.2f}), twin {twins['twin']:.1f} s (cost x unpaired variance)",
    )
    yield Line("unpaired / paired, time to a decision", f"{unpaired / paired:.1f}")
    ratios = ", ".join(f"{name} {value / paired:.0f}" for name, value in twins.items())
    yield Line("unpaired twin / paired engine, time to a decision", ratios)


def _times(paces: dict[str, Pace]) -> str:
    twin, tuned = (paces["engine"].times(paces[name]) for name in ("twin", "tuned twin"))
    return f"**{twin:.1f}** (its loop unrolled: {tuned:.1f})"


def _pace(pace: Pace) -> str:
    return f"{pace.rate / 1e6:.2f} M customer-weeks/s"


if __name__ == "__main__":
    main()
