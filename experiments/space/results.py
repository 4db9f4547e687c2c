"""What a study at many settings leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.results import MetricInfo
from sim.errors import ParameterError

F64 = NDArray[np.float64]
VALUE = "value"  # what plans are ranked by where nobody says otherwise


@dataclass(frozen=True, eq=False)
class Outcomes:
    """One number per setting, arm, metric and replication; results of such jobs are this, or build on it.

    Attributes:
        outcomes: setting, arm, metric, replicate, value.
        settings: setting, and one column for each thing that is varied (a number, or the name of a part).
        metrics: what each metric is.
        control: the arm the others are compared with.
        replications: of each setting.
        customers: in one replication.
        weeks: the horizon.
        configuration: the resolved YAML.
        provenance: versions, seeds, machine, commit.
    """

    outcomes: pd.DataFrame
    settings: pd.DataFrame
    metrics: tuple[MetricInfo, ...]
    control: str
    replications: int
    customers: int
    weeks: int
    configuration: str
    provenance: dict[str, str]

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """All arms, the control first."""
        names = [str(name) for name in self.outcomes["arm"].unique()]
        return tuple(sorted(names, key=lambda name: name != self.control))

    @property
    def factors(self) -> Sequence[str]:
        """The names of what is varied."""
        return [str(name) for name in self.settings.columns if name != "setting"]

    def info(self, metric: str) -> MetricInfo:
        """What a metric is.

        Raises:
            ParameterError: it was not kept.
        """
        known = {info.name: info for info in self.metrics}
        if metric not in known:
            raise ParameterError(f"'{metric}' is no metric of this study: choose one of {', '.join(known)}.")
        return known[metric]

    def values(self, metric: str) -> F64:
        """One metric as [S, R, A]: settings by replications by arms, in the order of `arms`.

        NaN where a setting does not know it: a mind without trust has no trust.
        """
        self.info(metric)
        rows = self.outcomes[self.outcomes["metric"] == metric]
        wide = rows.pivot(index=["setting", "replicate"], columns="arm", values="value")
        every = pd.MultiIndex.from_product([self.settings["setting"], range(self.replications)], names=wide.index.names)
        whole = wide.reindex(index=every, columns=list(self.arms)).to_numpy(float)
        return whole.reshape(len(self.settings), self.replications, len(self.arms))

    def differences(self, metric: str) -> F64:
        """Each arm minus the control under the same luck, as [S, R, A]; the control's own are 0."""
        values = self.values(metric)
        gaps: F64 = values - values[:, :, :1]
        return gaps
