"""What parameters and investigations are worth, from a study's outcomes in the settings of an ensemble."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from experiments.inference.information import Worth, noise_floor, partial, sample
from experiments.information.investigations import Investigation, Look, price_of, sizes_of
from experiments.information.results import TOGETHER
from experiments.space.results import Outcomes
from experiments.study import Study

F64 = NDArray[np.float64]


def known_parameters(held: Outcomes, benefits: F64) -> pd.DataFrame:
    """What knowing each parameter, each group of them and all of them is worth.

    A group is what belongs to one arm, or to one part of the study: mind, market, service, ...

    Args:
        held: says what is varied.
        benefits: of each arm [S, R, A].
    """
    means = benefits.mean(axis=1)
    groups: dict[str, list[str]] = {}
    for name in held.factors:
        groups.setdefault(_home(name), []).append(name)
    asked = {name: [name] for name in held.factors}
    asked |= {f"{home}.*": names for home, names in groups.items() if 1 < len(names) < len(held.factors)}
    if len(held.factors) > 1:
        asked[TOGETHER] = list(held.factors)
    rows = []
    for name, members in asked.items():
        known = held.settings[members].to_numpy(float)
        floor = noise_floor(means, known)
        rows.append({"name": name, "members": len(members), **vars(partial(means, known)), "floor": floor})
    return pd.DataFrame(rows)


def curve(name: str, one: Investigation, held: Outcomes, benefits: F64, study: Study, most: int) -> pd.DataFrame:
    """What an investigation is worth by its size, made to rise with it: more of the same cannot be worth less.

    A replication has noise of its own, of so many customers; an investigation that would be more exact is taken to be
    as exact as that (`limited`), and larger ones than the one asked about are then left out.

    Args:
        name: of the investigation.
        one: what is asked about.
        held: outcomes, with what the investigation looks at.
        benefits: of each arm [S, R, A].
        study: that was run.
        most: customers there are.
    """
    looks = one.looks(held.control)
    means = [_whole(seen(held, look, look.mean)) for look in looks]
    spreads = [_whole(np.sqrt((seen(held, look, look.spread) ** 2).mean(axis=1))) for look in looks]
    shown = one.shows(means)
    own = shown.var(axis=1, ddof=1).mean()  # what a replication adds by itself
    rows = []
    for size in sizes_of(one, most):
        more = one.noise(spreads, size, study) ** 2 - own
        limited = bool(more.mean() < 0)
        if limited and size > one.customers:
            break
        worth: Worth = sample(benefits, shown[:, :, None], np.sqrt(np.maximum(more, 0.0))[:, None])
        about = {"investigation": name, "customers": size, "price": price_of(one, size), "limited": limited}
        rows.append({**about, **vars(worth)})
    found = pd.DataFrame(rows)
    return found.assign(value=isotonic_regression(found["value"].to_numpy(float)).x)


def seen(held: Outcomes, look: Look, name: str) -> F64:
    """A number of a look in each setting and replication [S, R]; NaN where nobody was left to be asked."""
    rows = held.outcomes
    rows = rows[(rows["arm"] == look.arm) & (rows["metric"] == name)]
    every = pd.MultiIndex.from_product([held.settings["setting"], range(held.replications)])
    values = rows.set_index(["setting", "replicate"])["value"].reindex(every)
    return values.to_numpy(float).reshape(len(held.settings), held.replications)


def curves(
    investigations: Mapping[str, Investigation], held: Outcomes, benefits: F64, study: Study, most: int
) -> pd.DataFrame:
    """All curves, one below the other; an empty frame with the same columns where there are none."""
    columns = ["investigation", "customers", "price", "limited", "value", "standard_error", "changes"]
    found = [curve(name, one, held, benefits, study, most) for name, one in investigations.items()]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _home(address: str) -> str:
    """What a parameter belongs to: "arms.over_delivery.lift" -> "arms.over_delivery", "mind.trust.build" -> "mind"."""
    parts = address.split(".")
    return ".".join(parts[:2]) if parts[0] == "arms" else parts[0]


def _whole(values: F64) -> F64:
    """Values with the mean of the rest where there are none: there, it would show nothing."""
    return np.where(np.isnan(values), np.nanmean(values), values) if np.isnan(values).any() else values
