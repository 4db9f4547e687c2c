"""How a study is computed: nothing here changes what comes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sim.errors import ParameterError
from sim.parameters import Parametric, param

BACKENDS = ("serial", "processes", "ray", "dask")
CLUSTERS = {  # backends that can join what runs elsewhere: how an address is written, and what it looks like
    "ray": (r"auto|(ray://)?HOST:PORT", "head:6379, ray://head:10001 or auto"),
    "dask": (r"((tcp|tls)://)?HOST:PORT", "tcp://scheduler:8786"),
}
_HOST, _PORT = r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)", r"\d{1,5}"


@dataclass(frozen=True)
class Execution(Parametric):
    """Cores or a cluster, folder and progress; `execution=NAME` chooses where the work is done.

    Attributes:
        output: folder that finished studies are kept in.
    """

    backend: str = param("processes", unit="1", doc=f"one of {', '.join(BACKENDS)}")
    address: str = param("", unit="1", doc="of a Ray or Dask cluster to join; empty starts one on this machine")
    workers: int = param(0, unit="processes", low=0, high=100_000, doc="replications at the same time; 0 for all cores")
    output: str = "runs"
    progress: bool = param(True, unit="1", doc="show replications done and time left")
    fresh: bool = param(False, unit="1", doc="compute again what is stored already")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.backend not in BACKENDS:
            raise ParameterError(
                f"Execution.backend = {self.backend!r} is not one of {', '.join(BACKENDS)}: choose execution=NAME."
            )
        if self.backend == "serial" and self.workers > 1:
            raise ParameterError(
                f"Execution.workers = {self.workers} with execution=serial, which is one process: leave workers out, "
                f"or choose execution=processes."
            )
        if self.address:
            self._refuse_malformed_address()

    @property
    def root(self) -> Path:
        """The folder as a path, `~` resolved."""
        return Path(self.output).expanduser()

    def _refuse_malformed_address(self) -> None:
        if self.backend not in CLUSTERS:
            raise ParameterError(
                f"Execution.address = {self.address!r} with execution={self.backend}, which joins no cluster: choose "
                f"execution={' or execution='.join(CLUSTERS)}, or leave the address out."
            )
        form, examples = CLUSTERS[self.backend]
        if not re.fullmatch(form.replace("HOST", _HOST).replace("PORT", _PORT), self.address):
            raise ParameterError(
                f"Execution.address = {self.address!r} is no address of a {self.backend.capitalize()} cluster: write "
                f"execution.address={examples}."
            )
