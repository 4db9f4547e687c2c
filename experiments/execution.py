"""How a study is computed: nothing here changes what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.parameters import Parametric, param


@dataclass(frozen=True)
class Execution(Parametric):
    """Cores, folder and progress.

    Attributes:
        output: folder that finished studies are kept in.
    """

    workers: int = param(0, unit="processes", low=0, high=1_024, doc="replications at the same time; 0 for all cores")
    output: str = "runs"
    progress: bool = param(True, unit="1", doc="show replications done and time left")
    fresh: bool = param(False, unit="1", doc="compute again what is stored already")

    @property
    def root(self) -> Path:
        """The folder as a path, `~` resolved."""
        return Path(self.output).expanduser()
