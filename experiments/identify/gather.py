"""All firms of all minds in one result: what can be read off, what is mistaken for what."""

from __future__ import annotations

import dataclasses as dc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.identify.firms import Firms
from experiments.identify.recovery import confounded, predicted, r_squared, r_squared_interval
from experiments.identify.results import CRM, SURVEY, kind_of
from experiments.priors import Prior, priors_of
from sim.world import Mind

F64 = NDArray[np.float64]
LEAST = 0.3  # correlation of errors from which a pair is told


@dataclass(frozen=True, eq=False)
class Found:
    """The frames of an `IdentifyResult`, of one mind or of all."""

    parameters: pd.DataFrame
    recovery: pd.DataFrame
    pairs: pd.DataFrame
    draws: pd.DataFrame


def together(parts: Sequence[Firms]) -> Firms:
    """Firms of one mind, in the order of their draws."""
    quantiles, crm, survey = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("quantiles", "crm", "survey")
    )
    return Firms(quantiles, crm, survey, parts[0].names, parts[0].asked)


def joined(each: Sequence[Found]) -> Found:
    """What was found of several minds."""
    names = [field.name for field in dc.fields(Found)]
    return Found(*(pd.concat([getattr(one, name) for one in each], ignore_index=True) for name in names))


def found_of(name: str, mind: Mind, firms: Firms, folds: int, seed: int) -> Found:
    """What can be recovered of one mind."""
    priors = priors_of(mind)
    names = [prior.name for prior in priors]
    true = firms.quantiles[:, : len(priors)]
    recovery, pairs, draws = [], [], []
    known = {CRM: firms.crm} | ({SURVEY: np.hstack([firms.crm, firms.survey])} if firms.survey.shape[1] else {})
    for source, found in zip(known, predicted(list(known.values()), firms.quantiles, folds, seed), strict=True):
        read = found[:, : len(priors)]
        r2, (low, high) = r_squared(true, read), r_squared_interval(true, read, seed)
        about = {"mind": name, "source": source}
        recovery.append(
            pd.DataFrame(
                {**about, "parameter": names, "r2": r2, "low": low, "high": high, "kind": [kind_of(one) for one in r2]}
            )
        )
        pairs += [
            {**about, "first": names[pair.first], "second": names[pair.second], "correlation": pair.correlation}
            for pair in confounded(true, read, LEAST)
        ]
        draws += [
            pd.DataFrame({**about, "parameter": prior.name, "draw": np.arange(len(true)), **values})
            for place, prior in enumerate(priors)
            for values in [{"true": _values(prior, true[:, place]), "read": _values(prior, read[:, place])}]
        ]
    columns = ["mind", "source", "first", "second", "correlation"]
    return Found(
        pd.DataFrame(_described(name, mind, priors)),
        pd.concat(recovery, ignore_index=True),
        pd.DataFrame(pairs, columns=columns).astype({"correlation": float}),
        pd.concat(draws, ignore_index=True),
    )


def _values(prior: Prior, quantiles: F64) -> F64:
    """Quantiles in the parameter's own unit; what is read beyond the prior range ends at its ends."""
    return np.array([prior.at(float(u)) for u in np.clip(quantiles, 0, 1)])


def _described(name: str, mind: Mind, priors: Sequence[Prior]) -> list[dict[str, Any]]:
    """Each parameter of a mind: its prior range, its unit and its meaning."""
    rows = []
    for prior in priors:
        part, _, field = prior.name.rpartition(".")
        owner: Any = getattr(mind, part) if part else mind
        about = next(one.metadata for one in dc.fields(owner) if one.name == field)
        rows.append(
            {
                "mind": name,
                "parameter": prior.name,
                "default": prior.default,
                "lowest": prior.low,
                "highest": prior.high,
                "unit": str(about["unit"]),
                "doc": str(about["doc"]),
            }
        )
    return rows
