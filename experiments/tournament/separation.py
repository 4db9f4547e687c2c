"""Which experiment would tell two theories apart, and with how many customers.

A researcher who puts n customers into a situation and leaves n alone sees a response R with variance 2 s^2 / n, s the
standard deviation between customers. Two theories that predict R_1 and R_2 are d = (R_1 - R_2) / s apart, and a
two-sided test at alpha .05 has 80% power with n = 2 (1.96 + 0.84)^2 / d^2 customers in each group (Cohen 1988). For a
share s = sqrt(p (1 - p)), which makes d Cohen's h up to its curvature.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from experiments.priors import FACTOR
from experiments.tournament.results import OBSERVABLE

F64 = NDArray[np.float64]

Z_ALPHA, Z_POWER = 1.96, 0.84  # two-sided .05, power .80
BRIDGED = FACTOR**2  # sizes are believable within a factor: so a ratio below its square may be one of size only
NOISE_ONLY = 1e-9  # differences that rounding leaves
LEAST = 0.01  # standard deviations; less takes 150,000 customers per group to see

OPPOSITE, ONE_ONLY, SIZE = "opposite", "one only", "size"


@dataclass(frozen=True)
class Panel:
    """One measure at one moment of one situation, in all minds that have it.

    Attributes:
        minds: their names [M].
        responses: differences from the steady run [R, M].
        spread: standard deviation between customers [M].
    """

    minds: tuple[str, ...]
    responses: F64
    spread: F64


@dataclass(frozen=True)
class Agreement:
    """How minds answer one situation, by one measure at one moment: with more of it, with less, with nothing."""

    situation: str
    measure: str
    moment: str
    more: tuple[str, ...]
    less: tuple[str, ...]
    none: tuple[str, ...]

    @property
    def direction(self) -> int:
        """+1 or -1 if all answer alike, else 0."""
        return 0 if self.none or (self.more and self.less) else (1 if self.more else -1)


def customers_needed(effect: float) -> float:
    """Customers in each of two groups that show an effect of d standard deviations, at alpha .05 with power .80.

    Example:
        >>> customers_needed(0.5), customers_needed(0.0)
        (63.0, inf)
    """
    square = effect * effect
    return float(np.ceil(2 * (Z_ALPHA + Z_POWER) ** 2 / square)) if square else math.inf


def separations(effects: pd.DataFrame) -> pd.DataFrame:
    """How far every two minds are apart, for every situation, measure and moment: the columns of `TournamentResult`.

    Intervals are Student's over replications, which share customers and luck across minds, at a level that holds for
    all questions asked about one pair together (Bonferroni).
    """
    parts = list(effects.groupby(["situation", "measure", "moment"], observed=True))
    level = 1 - 0.05 / max(len(parts), 1)
    frames = []
    for (situation, measure, moment), rows in parts:
        week, seen = int(rows["week"].iloc[0]), str(measure) in OBSERVABLE
        pairs = _pairs(_panel(rows), level)
        frames.append(
            pairs.assign(situation=str(situation), measure=str(measure), moment=str(moment), week=week, observable=seen)
        )
    whole = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
    return whole.astype(dict.fromkeys(("first", "second", "situation", "measure", "moment", "kind"), "category"))


def best(found: pd.DataFrame, kinds: Sequence[str] = (OPPOSITE, ONE_ONLY, SIZE)) -> pd.DataFrame:
    """For each two minds the observable measure, situation and moment that surely separates them most.

    Ranked by the effect at the nearer end of its interval, so that luck is not taken for a difference; pairs without
    any sure difference have no row.
    """
    rows = found[found["observable"] & (found["at_least"] > 0) & found["kind"].isin(kinds)]
    order = rows.sort_values("at_least", ascending=False, kind="stable")
    return order.drop_duplicates(["first", "second"]).reset_index(drop=True)


def reach(found: pd.DataFrame, customers: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """How many pairs of theories each situation tells apart, by any observable measure, with so many per group.

    Counted at the nearer end of the interval, as `best` ranks. Situations by name, those that reach furthest first.
    """
    rows = among_theories(found[found["observable"] & (found["at_least"] > 0)], found)
    needed = rows.groupby(["situation", "first", "second"], observed=True)["at_most"].min()
    of = {str(name): needed[needed.index.get_level_values(0) == name] for name in found["situation"].unique()}
    counts = {name: tuple(int((values <= n).sum()) for n in customers) for name, values in of.items()}
    return dict(sorted(counts.items(), key=lambda item: item[1], reverse=True))


def theories(found: pd.DataFrame) -> frozenset[str]:
    """The minds that answer anything anywhere; one that never does is no theory, but what theories are held against."""
    sides = [found[[name, f"response_{name}"]].set_axis(["mind", "response"], axis=1) for name in ("first", "second")]
    sizes = pd.concat(sides).groupby("mind")["response"].apply(lambda values: values.abs().max())
    return frozenset(str(mind) for mind in sizes.index[sizes > NOISE_ONLY])


def among_theories(rows: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Those separations in which both minds are theories."""
    known = theories(found)
    return rows[rows["first"].isin(known) & rows["second"].isin(known)]


def agreement(effects: pd.DataFrame) -> list[Agreement]:
    """Where theories agree: an answer counts if it is sure and at least `LEAST` standard deviations between customers.

    Minds that answer nothing anywhere are no theories and are left out.
    """
    sizes = effects.groupby("mind", observed=True)["difference"].apply(lambda values: values.abs().max())
    answering = effects[effects["mind"].isin(sizes.index[sizes > NOISE_ONLY])]
    found = []
    for (situation, measure, moment), group in answering.groupby(["situation", "measure", "moment"], observed=True):
        panel = _panel(group)
        sign = _answered(panel)
        more, less, none = (tuple(np.array(panel.minds)[sign == which].tolist()) for which in (1, -1, 0))
        found.append(Agreement(str(situation), str(measure), str(moment), more, less, none))
    return found


def _panel(rows: pd.DataFrame) -> Panel:
    wide = rows.pivot(index="replicate", columns="mind", values="difference")
    variance = (rows["spread"] ** 2).groupby(rows["mind"], observed=True).mean()
    minds = tuple(str(mind) for mind in wide.columns)
    return Panel(minds, wide.to_numpy(float), np.sqrt(variance[list(wide.columns)].to_numpy(float)))


def _pairs(panel: Panel, level: float) -> pd.DataFrame:
    """All pairs of one panel."""
    names = np.array(panel.minds)
    one, other = np.triu_indices(len(names), 1)
    gaps = panel.responses[:, one] - panel.responses[:, other]
    mean, half = gaps.mean(axis=0), _half(gaps, level)
    spread = np.sqrt((panel.spread[one] ** 2 + panel.spread[other] ** 2) / 2)
    nearer = np.where(np.abs(mean) > NOISE_ONLY, np.maximum(np.abs(mean) - half, 0), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect, at_least = np.nan_to_num(mean / spread), np.nan_to_num(nearer / spread)
    answers = panel.responses.mean(axis=0)
    kinds = _kinds(answers, _answered(panel), one, other)
    return pd.DataFrame(
        {
            "first": names[one], "second": names[other], "response_first": answers[one],
            "response_second": answers[other], "difference": mean, "low": mean - half, "high": mean + half,
            "effect": effect, "at_least": at_least, "needed": [customers_needed(d) for d in effect],
            "at_most": [customers_needed(d) for d in at_least], "kind": kinds,
        }
    )  # fmt: skip


def _kinds(answers: F64, sign: NDArray[np.int64], one: NDArray[np.intp], other: NDArray[np.intp]) -> list[str]:
    """What kind of difference: opposite signs, an answer in one mind only, or one of size."""
    sizes = np.sort(np.abs(np.stack([answers[one], answers[other]])), axis=0)
    lone = sizes[1] > BRIDGED * sizes[0]
    return list(np.where(sign[one] * sign[other] < 0, OPPOSITE, np.where(lone, ONE_ONLY, SIZE)))


def _answered(panel: Panel) -> NDArray[np.int64]:
    """+1 or -1 for a mind whose mean response is surely not zero and large enough to be seen, else 0 [M]."""
    mean, half = panel.responses.mean(axis=0), _half(panel.responses, 0.95)
    sure = (np.abs(mean) > half) & (np.abs(mean) >= LEAST * panel.spread) & (np.abs(mean) > NOISE_ONLY)
    return (np.sign(mean) * sure).astype(np.int64)


def _half(values: F64, level: float) -> F64:
    """Half-width of Student's interval of the mean over replications [R, ...]."""
    count = len(values)
    half: F64 = student.ppf(0.5 + level / 2, count - 1) * values.std(axis=0, ddof=1) / math.sqrt(count)
    return half
