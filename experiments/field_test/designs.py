"""How a firm finds out what a play does: what it compares with what, and for whom that is meant to speak."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.stats import t as student

from experiments.field_test.worlds import Worlds
from experiments.results import MetricInfo
from sim.chance import Bool
from sim.errors import ParameterError
from sim.ledger import F64

LEAST = 10  # customers on either side of a comparison; with fewer no mean is worth an interval
METRICS = ("retention", "spend", "survey")


def metric_infos(currency: str) -> tuple[MetricInfo, ...]:
    """What the firm looks at."""
    return (
        MetricInfo("retention", "share", +1, "Retention seen"),
        MetricInfo("spend", f"{currency} per customer", +1, "Spend"),
        MetricInfo("survey", "points of 10", +1, "Survey answers"),
    )


@dataclass(frozen=True)
class Estimate:
    """What the firm concludes: difference of two means, its 95% interval, and how many stand behind each."""

    mean: float = math.nan
    low: float = math.nan
    high: float = math.nan
    treated: int = 0
    compared: int = 0


class Design(Protocol):
    """A way to evaluate a play."""

    @property
    def title(self) -> str:
        """What tables call it."""

    @property
    def meaning(self) -> str:
        """What is compared with what, in a line."""

    @property
    def talks(self) -> bool:
        """Whether it takes place where friends talk."""

    def evaluate(self, worlds: Worlds) -> tuple[dict[str, Estimate], Bool]:
        """An estimate per metric, and the customers for whom it is meant to speak [n]."""


@dataclass(frozen=True)
class HoldOutTest:
    """A random sample of those on record at the launch, of whom a random share goes without the play.

    Attributes:
        share: held out.
        sample: customers in the test; 0 for all on record.
        talks: whether friends talk, also between the groups.
        title: what tables call it.
    """

    share: float = 0.5
    sample: int = 0
    talks: bool = False
    title: str = "A/B test"

    @property
    def meaning(self) -> str:
        """What is compared with what."""
        whom = f"{self.sample:,} customers" if self.sample else "all customers on record"
        friends = "; friends talk, also across groups" if self.talks else ""
        return f"{whom}, {self.share:.0%} of them held out at random{friends}"

    def groups(self, worlds: Worlds) -> tuple[Bool, Bool]:
        """Who is treated and who is held out [n].

        Raises:
            ParameterError: too few customers for a test.
        """
        known = np.flatnonzero(worlds.launch.known)
        size = self.sample or len(known)
        if size > len(known):
            raise ParameterError(
                f"{self.title}: a sample of {size:,} is more than the {len(known):,} customers on record at the "
                f"launch: choose a smaller one, or more customers (population.size)."
            )
        chosen = known[np.argsort(worlds.order()[known], kind="stable")[:size]]
        held = chosen[np.argsort(worlds.coin()[chosen], kind="stable")[: held_out(self.title, self.share, size)]]
        out = np.zeros(worlds.n, np.bool_)
        inside = out.copy()
        inside[chosen], out[held] = True, True
        return inside & ~out, out

    def evaluate(self, worlds: Worlds) -> tuple[dict[str, Estimate], Bool]:
        """Difference of means between those treated and those held out; speaks for all in the test."""
        treated, held = self.groups(worlds)
        trial = worlds.trial(treated)
        found = {name: _welch(trial.seen(name)[treated], trial.seen(name)[held]) for name in METRICS}
        return found, treated | held


@dataclass(frozen=True)
class BeforeAfter:
    """Everybody gets the play; the weeks since the launch are compared with as many before it."""

    title: str = "before and after"
    meaning: str = "all customers, the weeks since the launch with as many weeks before it"
    talks: bool = False

    def evaluate(self, worlds: Worlds) -> tuple[dict[str, Estimate], Bool]:
        """After minus before; speaks for all on record at the launch."""
        on_record, before, after = worlds.launch.known, worlds.history, worlds.everybody
        first = worlds.start.known if worlds.start.known.any() else worlds.launch.met  # a cohort comes in its history
        change = after.seen("spend")[on_record] - before.seen("spend")[on_record]
        kept = after.seen("retention")[worlds.launch.there], before.seen("retention")[first]
        answers = (window.seen("survey")[on_record] for window in (after, before))
        return {"retention": _welch(*kept), "spend": _one_sample(change), "survey": _welch(*answers)}, on_record


@dataclass(frozen=True)
class MembersOrNot:
    """Everybody is asked to join; those who did are compared with those who did not. Nothing if nobody can join."""

    title: str = "members and others"
    meaning: str = "those who joined with those who did not, at the end of the test"
    talks: bool = False

    def evaluate(self, worlds: Worlds) -> tuple[dict[str, Estimate], Bool]:
        """Members minus others; speaks for the members."""
        members = worlds.members & worlds.launch.known
        others, lived = worlds.launch.known & ~members, worlds.everybody
        return {name: _welch(lived.seen(name)[members], lived.seen(name)[others]) for name in METRICS}, members


def held_out(title: str, share: float, size: int) -> int:
    """How many of a test are held out.

    Raises:
        ParameterError: nobody is left on one of its sides, or too few.
    """
    held = round(share * size)
    sides = {"held out": held, "treated": size - held}
    if 0 in sides.values():
        side = next(name for name, count in sides.items() if count == 0)
        raise ParameterError(
            f"{title}: a hold-out share of {share:g} leaves nobody {side}, so there is nothing to compare with: "
            f"choose a share between 0 and 1."
        )
    for side, count in sides.items():
        if count < LEAST:
            raise ParameterError(
                f"{title}: a sample of {size:,} with a hold-out share of {share:g} leaves {count} customers {side}, "
                f"fewer than {LEAST}: choose a larger sample or a share nearer to a half."
            )
    return held


def truths(worlds: Worlds, whom: Bool) -> dict[str, float]:
    """What the play truly does to some customers [n]: with it for all, minus without it, the same customers.

    Feelings are compared of those who are customers in both worlds.
    """
    found = {}
    for name in METRICS:
        gap = (worlds.everybody.true(name) - worlds.nobody.true(name))[whom]
        gap = gap[np.isfinite(gap)]
        found[name] = float(gap.mean()) if len(gap) else math.nan
    return found


def usual_designs(hold_out: float, sample: int, small: int) -> Mapping[str, Design]:
    """The five ways that are compared."""
    return {
        "ab_test": HoldOutTest(hold_out, sample),
        "small_ab_test": HoldOutTest(hold_out, small, title="small A/B test"),
        "spillover": HoldOutTest(hold_out, sample, talks=True, title="A/B test among friends"),
        "before_after": BeforeAfter(),
        "members": MembersOrNot(),
    }


def _welch(one: F64, other: F64) -> Estimate:
    """Difference of two means with Welch's 95% interval; what is NaN is left out."""
    one, other = one[np.isfinite(one)], other[np.isfinite(other)]
    if min(len(one), len(other)) < LEAST:
        return Estimate(treated=len(one), compared=len(other))
    parts = [group.var(ddof=1) / len(group) for group in (one, other)]
    error = math.sqrt(sum(parts))
    mean = float(one.mean() - other.mean())
    if error == 0:
        return Estimate(mean, mean, mean, len(one), len(other))
    freedom = error**4 / sum(part**2 / (len(group) - 1) for part, group in zip(parts, (one, other), strict=True))
    half = float(student.ppf(0.975, freedom)) * error
    return Estimate(mean, mean - half, mean + half, len(one), len(other))


def _one_sample(change: F64) -> Estimate:
    """Mean change with Student's 95% interval."""
    if len(change) < LEAST:
        return Estimate(treated=len(change), compared=len(change))
    mean = float(change.mean())
    half = float(student.ppf(0.975, len(change) - 1) * change.std(ddof=1) / math.sqrt(len(change)))
    return Estimate(mean, mean - half, mean + half, len(change), len(change))
