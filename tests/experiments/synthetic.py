"""A study with a known truth: exponential lives under common thresholds, plans that scale the hazard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.reporting.figures import figures
from experiments.results import ALL, FATES, Estimate, MetricInfo, StudyResult
from experiments.weeks import Weeks

SEGMENTS = {"browsers": 0.5, "regulars": 0.35, "devotees": 0.15}
STATES = ("satisfaction", "trust", "competence", "benevolence", "integrity", "valence", "loyalty", "expectation")
METRICS = (
    MetricInfo("retention", "share", +1, "Retention"),
    MetricInfo("churn", "share", -1, "Churn"),
    MetricInfo("loyalty", "index", +1, "Loyalty"),
    MetricInfo("satisfaction", "-1 to 1", +1, "Satisfaction"),
    MetricInfo("trust", "0 to 1", +1, "Trust"),
    MetricInfo("purchases", "per customer", +1, "Purchases"),
    MetricInfo("revenue", "USD/customer", +1, "Revenue"),
    MetricInfo("cost", "USD/customer", -1, "Cost"),
    MetricInfo("profit", "USD/customer", +1, "Profit"),
    MetricInfo("value_beyond", "USD/customer", +1, "Value beyond"),
)


@dataclass(frozen=True)
class Plan:
    """What a synthetic plan does: hazard factor by segment, weekly cost per active customer, lift of mind and spend."""

    hazard: tuple[float, float, float] = (1.0, 1.0, 1.0)
    cost: float = 0.0
    lift: float = 0.0
    spend: float = 1.0


PLANS = {
    "nothing": Plan(),
    "placebo": Plan(),
    "reward_program": Plan((0.97, 0.90, 0.85), cost=0.010, lift=0.02, spend=1.04),
    "personalised_service": Plan((0.92, 0.75, 0.70), cost=0.012, lift=0.08),
    "over_delivery": Plan((1.04, 0.85, 0.80), cost=0.030, lift=0.12),
}


def study(
    plans: dict[str, Plan] | None = None,
    replications: int = 20,
    weeks: int = 52,
    customers: int = 2_000,
    seed: int = 1,
    told: bool = True,
) -> StudyResult:
    """A synthetic study; arms share thresholds and noise, so a plan without effect equals the control exactly.

    `told=False` leaves the life stories out: drawing them takes most of the time.
    """
    plans = PLANS if plans is None else plans
    frames: dict[str, list[pd.DataFrame]] = {"weeks": [], "outcomes": [], "fates": []}
    for replicate in range(replications):
        rng = np.random.default_rng([seed, replicate])
        luck = {
            "threshold": rng.standard_exponential(customers),
            "spend": rng.gamma(2.0, 0.35, (customers, weeks + 1)),
            "noise": rng.normal(0, 0.004, weeks + 1).cumsum(),
            "segment": rng.choice(len(SEGMENTS), customers, p=list(SEGMENTS.values())),
        }
        lives = {arm: _live(plan, luck, weeks) for arm, plan in plans.items()}
        for arm, plan in plans.items():
            week, outcome = _books(plan, lives[arm], luck, weeks)
            frames["weeks"].append(week.assign(arm=arm, replicate=replicate))
            frames["outcomes"].append(outcome.assign(arm=arm, replicate=replicate))
            if "nothing" in lives and arm != "nothing":
                fate = _fates(lives["nothing"], lives[arm], luck, weeks)
                frames["fates"].append(fate.assign(arm=arm, replicate=replicate))
    tales = stories(weeks, treated=next((arm for arm in reversed(plans) if arm != "nothing"), "nothing"))
    empty = pd.DataFrame(columns=["segment", "fate", "customers", "arm", "replicate"])
    return StudyResult(
        weeks=Weeks.of(pd.concat(frames["weeks"], ignore_index=True)),
        outcomes=pd.concat(frames["outcomes"], ignore_index=True),
        fates=pd.concat(frames["fates"], ignore_index=True) if frames["fates"] else empty,
        stories=tales if told else tales.iloc[:0],
        metrics=METRICS,
        control="nothing",
        calibration={
            "r": Estimate(0.2426, 0.0126, "shape of the purchase rate between customers"),
            "alpha": Estimate(4.4136, 0.3782, "scale of the purchase rate, weeks"),
            "a": Estimate(0.7929, 0.1857, "first shape of the dropout chance"),
            "b": Estimate(2.4259, 0.7054, "second shape of the dropout chance"),
            "log-likelihood": Estimate(-9582.43),
            "customers": Estimate(2357),
        },
        configuration="population:\n  size: 2000\nweeks: 52\n",
        provenance={"cxlab": "0.1.0", "seed": str(seed), "data": "CDNOW sample, 2,357 customers"},
        currency="USD",
    )


@cache
def small() -> StudyResult:
    """Five arms, three stories: what figures and the report are shown with."""
    return study(customers=300, replications=4, weeks=30)


@cache
def single() -> StudyResult:
    """One replication, so no intervals."""
    return study(customers=80, replications=1, weeks=10, told=False)


@cache
def lone() -> StudyResult:
    """The control arm alone, so nothing to compare: two figures."""
    return study(plans={"nothing": Plan()}, customers=80, replications=2, weeks=10, told=False)


@cache
def drawings(result: StudyResult) -> dict[str, Figure]:
    """The figures of a study, drawn once."""
    return figures(result)


def _live(plan: Plan, luck: dict[str, np.ndarray], weeks: int) -> np.ndarray:
    """Week in which each customer leaves [N]; beyond the horizon: stays."""
    hazard = 0.006 * np.array([1.6, 0.7, 0.3])[luck["segment"]] * np.array(plan.hazard)[luck["segment"]]
    return np.minimum(np.ceil(luck["threshold"] / hazard), weeks + 1).astype(int)


def _books(plan: Plan, left: np.ndarray, luck: dict[str, np.ndarray], weeks: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    week = np.arange(weeks + 1)
    rows, ends = [], []
    for name, members in [
        (ALL, np.ones(len(left), bool)),
        *((s, luck["segment"] == i) for i, s in enumerate(SEGMENTS)),
    ]:
        active = left[members, None] > week
        spend = luck["spend"][members] * plan.spend * active * (week > 0)
        sums = {
            "active": active.sum(0),
            "retained": active.sum(0),
            "left": (left[members, None] == week).sum(0),
            "purchases": (spend > 1).sum(0),
            "revenue": spend.sum(0),
            "margin": 0.4 * spend.sum(0),
            "cost": plan.cost * active.sum(0) * (week > 0),
        }
        sums["profit"] = sums["margin"] - sums["cost"]
        rise = plan.lift * (1 - np.exp(-week / 12)) * (np.exp(-week / 40) if plan.lift > 0.1 else 1)
        mood = luck["noise"] * (
            1 + 4 * plan.lift
        )  # a plan that lifts the mind also amplifies its noise: differences vary
        states = {name: 0.5 + 0.1 * i / 8 + rise + mood for i, name in enumerate(STATES)}
        rows += [
            pd.DataFrame({"week": week, "segment": name, "metric": k, "value": v}) for k, v in (sums | states).items()
        ]
        size = max(int(members.sum()), 1)
        end = {"retention": float(active[:, -1].sum()) / size, "churn": float((left[members] <= weeks).sum()) / size}
        end |= {key: states[key][-1] for key in ("loyalty", "satisfaction", "trust")}
        end |= {key: sums[key].sum() / size for key in ("purchases", "revenue", "cost", "profit")}
        end |= {
            "customers": float(size),
            "value_beyond": 30.0 * end["retention"],
            "cost: programme": sums["cost"].sum() / size,
        }
        ends.append(pd.DataFrame({"segment": name, "metric": list(end), "value": [float(v) for v in end.values()]}))
    return pd.concat(rows), pd.concat(ends)


def _fates(control: np.ndarray, treated: np.ndarray, luck: dict[str, np.ndarray], weeks: int) -> pd.DataFrame:
    stays, stayed = treated > weeks, control > weeks
    touched = luck["segment"] > 0
    fate = np.select(
        [stays & ~stayed, ~stays & stayed, ~touched & (treated == control), stays],
        [0, 1, 4, 2],
        default=3,
    )
    rows = []
    for name, members in [
        (ALL, np.ones(len(fate), bool)),
        *((s, luck["segment"] == i) for i, s in enumerate(SEGMENTS)),
    ]:
        counts = np.bincount(fate[members], minlength=len(FATES))
        rows.append(pd.DataFrame({"segment": name, "fate": FATES, "customers": counts}))
    return pd.concat(rows)


def stories(weeks: int, treated: str) -> pd.DataFrame:
    """Three lives in two arms: one saved, one lost anyway, one that stayed anyway."""
    titles = {
        "saved": "Left without the plan, stayed with it",
        "lost": "Left all the same",
        "kept": "Would have stayed",
    }
    leaving = {("saved", "nothing"): 0.6, ("lost", "nothing"): 0.4, ("lost", treated): 0.75}
    rows = []
    for index, (story, title) in enumerate(titles.items()):
        rng = np.random.default_rng([9, index])
        encounter, wobble = rng.random(weeks + 1) < 0.25, rng.normal(0, 0.09, weeks + 1)
        for arm in dict.fromkeys(["nothing", treated]):
            helped = arm != "nothing"
            end = int(leaving.get((story, arm), 9) * weeks)
            state = {"expectation": 0.6, "satisfaction": 0.15, "trust": 0.55, "valence": 0.05}
            for week in range(min(weeks, end) + 1):
                bad = 0.30 if story != "kept" and week in (weeks // 3, weeks // 2) else 0.0
                met = week > 0 and bool(encounter[week] or bad)
                quality = float(np.clip(0.6 + wobble[week] - bad + 0.12 * helped, 0, 1)) if met else np.nan
                if met:
                    gap = quality - state["expectation"]
                    state["expectation"] += 0.3 * gap
                    state["satisfaction"] += 0.3 * ((1.0 if gap > 0 else 2.2) * gap * 2 - 0.2 * state["satisfaction"])
                    state["trust"] += (0.15 if gap > 0 else 0.6) * gap
                    state["valence"] += 0.8 * gap
                state["valence"] *= 0.9
                treat, gone = helped and met and bad == 0 and week % 2 == 0, week == end
                row = {
                    "story": story,
                    "title": title,
                    "arm": arm,
                    "week": week,
                    "event": "",
                    **state,
                    "quality": quality,
                }
                rows.append(row | {"treated": treat, "bought": int(met and wobble[week] > 0), "left": gone})
    return pd.DataFrame(rows)
