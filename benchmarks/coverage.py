"""Do intervals hold what they promise? Synthetic studies whose truth is known: `python -m benchmarks.coverage`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from experiments.inference.bootstrap import bootstrap_t, simultaneous
from experiments.inference.intervals import Interval, holm, paired_t
from experiments.inference.selection import kim_nelson
from experiments.inference.sequential import confidence_sequence, stein_interval, stein_replications

F64 = NDArray[np.float64]
type Law = Callable[[np.random.Generator, tuple[int, ...]], F64]

STUDIES = 2_000  # the standard error of a share of 95% is then half a point
SEED = 20_240
REPLICATIONS = 20
LONG = 500  # replications when one looks after each
RESAMPLES = 1_999
QUESTIONS, ARMS = 5, 5
_ALPHA = 0.05


@dataclass(frozen=True)
class Line:
    """A row of the table: a share of studies, and where it has to lie; 0 to 1 where it is only reported."""

    what: str
    got: float
    low: float = 0.0
    high: float = 1.0
    remark: str = ""

    @property
    def holds(self) -> bool:
        """Whether it lies where it has to."""
        return self.low <= self.got <= self.high

    def __str__(self) -> str:
        wanted = "" if (self.low, self.high) == (0, 1) else f"{self.low:.1%} to {self.high:.1%}"
        return f"| {self.what} | {self.got:.1%} | {wanted} | {self.remark} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.add_argument("--studies", type=int, default=STUDIES, help=f"of each kind, {STUDIES:,} unless said otherwise")
    studies = parser.parse_args().studies
    error = np.sqrt(_ALPHA * (1 - _ALPHA) / studies)
    print(
        f"{studies:,} synthetic studies of each kind, seed {SEED}; the standard error of a share of 95% is {error:.2%}."
    )
    print("\n| measure | got | wanted | remark |\n|---|---|---|---|", flush=True)
    begin, failed = time.perf_counter(), 0
    for line in lines(studies):
        failed += not line.holds
        print(line, flush=True)
    print(f"\nMeasured in {time.perf_counter() - begin:.0f} s; {failed} outside what is wanted.")


def lines(studies: int = STUDIES) -> Iterator[Line]:
    """All rows, each as soon as it is measured."""
    yield from means(studies)
    yield from families(studies)
    yield from widths(studies)
    yield from looks(studies)
    yield from choices(studies)


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> F64:
    """Differences without skew."""
    return rng.normal(size=shape)


def lognormal(rng: np.random.Generator, shape: tuple[int, ...]) -> F64:
    """Differences with a skewness of 6.2 about a mean of 0: a few large customers decide."""
    found: F64 = rng.lognormal(size=shape) - np.exp(0.5)
    return found


def means(studies: int) -> Iterator[Line]:
    """Coverage of a single mean, normal and skewed, and how often nothing is taken for something."""
    kinds: dict[str, Callable[[F64], Interval]] = {
        "paired t": paired_t,
        "bootstrap-t": partial(bootstrap_t, resamples=RESAMPLES),
        "percentile bootstrap": _percentile,
    }
    for law in (normal, lognormal):
        rng = np.random.default_rng(SEED)
        data = law(rng, (studies, REPLICATIONS))
        for name, kind in kinds.items():
            found = [kind(one) for one in data]
            low, high = (0.93, 0.97) if law is normal and name != "percentile bootstrap" else (0.0, 1.0)
            missed = [np.mean([one.low > 0 for one in found]), np.mean([one.high < 0 for one in found])]
            width = np.median([one.high - one.low for one in found])
            remark = f"misses {missed[0]:.1%} too high, {missed[1]:.1%} too low; median width {width:.2f}"
            covered = 1 - sum(missed)
            yield Line(f"coverage, {name}, {law.__name__}, R = {REPLICATIONS}", covered, low, high, remark)
            if law is normal and name != "percentile bootstrap":
                wrong = float(np.mean([one.p_value < _ALPHA for one in found]))
                yield Line(f"false positives, {name}, normal, R = {REPLICATIONS}", wrong, 0.0, 0.065)


def families(studies: int) -> Iterator[Line]:
    """Several arms against one control, which they share: all intervals at once, and any false positive."""
    for law in (normal, lognormal):
        rng = np.random.default_rng(SEED + 1)
        runs = law(rng, (studies, REPLICATIONS, QUESTIONS + 1))
        data = runs[:, :, 1:] - runs[:, :, :1] if law is normal else runs[:, :, 1:] + 0.5 * runs[:, :, :1]
        found = [simultaneous(one, resamples=RESAMPLES) for one in data]
        held = float(np.mean([all(one.low <= 0 <= one.high for one in family) for family in found]))
        first = [family[0].high - family[0].low for family in found]
        each = 1 - _ALPHA / QUESTIONS
        plain = [paired_t(one[:, 0], each) for one in data]
        wide = [one.high - one.low for one in plain]
        remark = f"width {np.median(np.array(first) / wide):.2f} of Bonferroni's"
        bounds = (0.93, 0.97) if law is normal else (0.0, 1.0)
        yield Line(f"all {QUESTIONS} intervals hold, max-|t|, {law.__name__}", held, *bounds, remark)
        wrong = float(np.mean([min(one.p_value for one in family) < _ALPHA for family in found]))
        bounds = (0.0, 0.065) if law is normal else (0.0, 1.0)
        yield Line(f"any false positive of {QUESTIONS}, step-down, {law.__name__}", wrong, *bounds)
        p_values = [np.array([paired_t(column).p_value for column in one.T]) for one in data]
        corrected = float(np.mean([holm(one).min() < _ALPHA for one in p_values]))
        yield Line(f"any false positive of {QUESTIONS}, Holm, {law.__name__}", corrected, *bounds)
        bare = float(np.mean([one.min() < _ALPHA for one in p_values]))
        yield Line(f"any false positive of {QUESTIONS}, uncorrected, {law.__name__}", bare, remark="what not to do")


def widths(studies: int, half_width: float = 0.25) -> Iterator[Line]:
    """Stein's two stages beside going on until the t interval is narrow enough, which stops where luck makes it so."""
    rng = np.random.default_rng(SEED + 2)
    covered, narrow, total = [], [], []
    for _ in range(studies):
        first = rng.normal(size=REPLICATIONS)
        count = stein_replications(first, half_width)
        data = np.concatenate([first, rng.normal(size=count - REPLICATIONS)])
        one = stein_interval(data, REPLICATIONS)
        covered.append(one.low <= 0 <= one.high)
        narrow.append((one.high - one.low) / 2 <= half_width * (1 + 1e-9))
        total.append(count)
    spent = f"{np.mean(total):.0f} replications on average, {min(total)} to {max(total)}"
    yield Line(f"coverage, Stein, normal, half width {half_width}", float(np.mean(covered)), 0.93, 0.97, spent)
    yield Line("half width as wanted", float(np.mean(narrow)), 1.0, 1.0)
    mean, error = _running(rng.normal(size=(studies, LONG)))
    t = student.ppf(1 - _ALPHA / 2, np.maximum(np.arange(LONG), 1))
    for least in (5, REPLICATIONS):
        enough = least - 1 + np.argmax((t * error)[:, least - 1 :] <= half_width, axis=1)
        at = (np.arange(studies), enough)
        held = float(np.mean(np.abs(mean[at]) <= (t * error)[at]))
        spent = f"{np.mean(enough + 1):.0f} replications on average"
        yield Line(f"coverage, t interval, run until narrow enough, from {least}", held, remark=spent)


def looks(studies: int) -> Iterator[Line]:
    """One looks after each replication: is the truth ever outside, and how often would one have stopped?"""
    for law, first in ((normal, REPLICATIONS), (lognormal, REPLICATIONS), (lognormal, 100)):
        data = law(np.random.default_rng(SEED + 3), (studies, LONG))
        bounds = [confidence_sequence(one, first=first) for one in data]
        held = float(np.mean([np.nanmax(low) <= 0 <= np.nanmin(high) for low, high in bounds]))
        where = f"{law.__name__}, {first} to {LONG} replications"
        wanted = (0.93, 0.99) if law is normal else (0.0, 1.0)  # it would hold for ever: so it may hold more often
        yield Line(f"confidence sequence holds at all times, {where}", held, *wanted)
        wanted = (0.0, 0.065) if law is normal else (0.0, 1.0)
        yield Line(f"false positives, looking, confidence sequence, {where}", 1 - held, *wanted)
        wrong = (_running_t(data)[:, first - 1 :] < _ALPHA).any(axis=1)
        yield Line(f"false positives, looking, repeated t, {where}", float(np.mean(wrong)), remark="what not to do")


def choices(studies: int, zone: float = 0.25, confidence: float = 0.95) -> Iterator[Line]:
    """Kim & Nelson: the best leads by exactly the indifference zone (the hardest case), or by more, or by less."""
    cases = {
        "leads by the zone": np.array([zone] + [0.0] * (ARMS - 1)),
        "evenly spaced by the zone": zone * np.arange(ARMS, 0, -1),
        "two within the zone": np.array([0.0, -0.6 * zone, -1.5 * zone, -2 * zone, -2 * zone]),
    }
    for common in (0.0, 0.8):
        for name, truth in cases.items():
            rng = np.random.default_rng(SEED + 4)
            right, spent = [], []
            for _ in range(studies):
                found = _chosen(rng, truth, common, zone, confidence)
                right.append(truth[found[0]] > truth.max() - zone * (1 - 1e-9))
                spent.append(found[1])
            what = f"Kim-Nelson, {ARMS} arms, {name}, correlation {common:.1f}"
            yield Line(what, float(np.mean(right)), confidence, 1.0, f"{np.mean(spent):.0f} replications on average")


def _chosen(rng: np.random.Generator, truth: F64, common: float, zone: float, confidence: float) -> tuple[int, int]:
    """The arm chosen and the replications it took; rows are added until there is a choice."""
    data = np.empty((0, len(truth)))
    while True:
        luck = rng.normal(size=(200, len(truth))) * np.sqrt(1 - common) + rng.normal(size=(200, 1)) * np.sqrt(common)
        data = np.vstack([data, truth + luck])
        found = kim_nelson(data, zone, confidence, REPLICATIONS)
        if found.best is not None:
            return found.best, found.replications


def _percentile(differences: F64, resamples: int = RESAMPLES) -> Interval:
    rng = np.random.default_rng(0)
    drawn = differences[rng.integers(len(differences), size=(resamples, len(differences)))].mean(axis=1)
    low, high = np.quantile(drawn, [_ALPHA / 2, 1 - _ALPHA / 2])
    return Interval(float(differences.mean()), low=float(low), high=float(high), count=len(differences))


def _running_t(data: F64) -> F64:
    """The p-value of a t test after each replication [studies, R], 1 after the first."""
    mean, error = _running(data)
    p_values = np.ones_like(data)
    count = np.arange(2, data.shape[1] + 1)
    p_values[:, 1:] = 2 * student.sf(np.abs(mean / error)[:, 1:], count - 1)
    return p_values


def _running(data: F64) -> tuple[F64, F64]:
    """Mean and standard error of the first r values of each study, r = 1 to R [studies, R]; infinite for one value."""
    count = np.arange(1, data.shape[1] + 1)
    mean = data.cumsum(axis=1) / count
    variance = (data**2).cumsum(axis=1) / count - mean**2
    error = np.full_like(data, np.inf)
    error[:, 1:] = np.sqrt(np.maximum(variance[:, 1:], 1e-300) / (count[1:] - 1))
    return mean, error


if __name__ == "__main__":
    main()
