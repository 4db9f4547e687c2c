"""What a result depends on: its key in the store, and the record of what made it."""

from __future__ import annotations

import dataclasses as dc
import hashlib
import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from experiments.calibrated import log_file
from experiments.study import Study
from sim.behaviour import NonContractual

CODE = ("sim", "agents", "strategies", "experiments")
_HERE = Path(__file__).resolve().parents[1]
_LIBRARIES = ("numpy", "pandas", "scipy", "mesa")


def study_key(study: Study, configuration: str, label: str, *more: object) -> str:
    """A readable label and 12 hex digits of SHA-256 over all that decides the results.

    That is: the configuration, the content of the log, the source code of cxlab and of plug-ins in use, the version.

    Args:
        study: what is run.
        configuration: its resolved configuration, without how it is executed.
        label: how the results are called.
        more: other objects that take part, whose code may be a plug-in's.
    """
    log = log_file(study.data) if isinstance(study.market, NonContractual) else None
    parts = [
        configuration,
        hashlib.sha256(log.read_bytes()).hexdigest() if log and log.is_file() else "no log",
        *(_source(package) for package in (*CODE, *_foreign(study, *more))),
        cxlab_version(),
    ]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{label}-{digest[:12]}"


def population_name(study: Study) -> str:
    """A word for whom a study is about: its log, or its market."""
    is_fitted = isinstance(study.market, NonContractual)
    population = Path(study.data.path).stem if is_fitted else type(study.market).__name__.lower()
    return re.sub(r"[^A-Za-z0-9]+", "-", population)[:40].strip("-") or "log"


def code_digest(study: Study) -> str:
    """SHA-256 over the source of cxlab and of plug-ins in use: what was stored by other code is not used again."""
    return hashlib.sha256("".join(_source(package) for package in (*CODE, *_foreign(study))).encode()).hexdigest()


def own_code() -> str:
    """SHA-256 over the source of cxlab."""
    return hashlib.sha256("".join(_source(package) for package in CODE).encode()).hexdigest()


def provenance() -> dict[str, str]:
    """Versions, machine, commit, date and command: what it takes to do this again."""
    return {
        "cxlab": cxlab_version(),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in _LIBRARIES},
        "platform": platform.platform(),
        "cpu": _cpu(),
        "commit": _commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": _command(),
    }


def cxlab_version() -> str:
    """The version that is installed."""
    try:
        return metadata.version("cxlab")
    except metadata.PackageNotFoundError:
        return "not installed"


@cache
def _source(package: str) -> str:
    """Digest of all Python files of a package, or of a single module."""
    found = getattr(sys.modules.get(package), "__file__", None)
    path = Path(found) if found else _HERE / package / "__init__.py"
    root = path.parent if path.name == "__init__.py" else path
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
        digest.update(f"{file.relative_to(root.parent).as_posix()}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _foreign(*parts: object) -> list[str]:
    """The packages, beside cxlab's, whose classes a study uses."""
    return sorted({cls.__module__.partition(".")[0] for cls in _classes(parts)} - {*CODE, "builtins"})


def _classes(value: Any) -> Iterator[type]:
    """The class of an object and of all its parts."""
    yield type(value)
    if isinstance(value, Mapping):
        parts = list(value.values())
    elif isinstance(value, tuple):
        parts = list(value)
    else:
        parts = [getattr(value, field.name) for field in dc.fields(value)] if dc.is_dataclass(value) else []
    for part in parts:
        yield from _classes(part)


def _cpu() -> str:
    """The processor's name; equal bits are promised on equal processors."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor() or platform.machine()} ({os.cpu_count()} cores)"


def _commit() -> str:
    """The commit this code is from, or why there is none."""
    if _git("ls-files", "--error-unmatch", "experiments/provenance.py") is None:
        return "none: not run from a git repository of cxlab"
    changed = _git("status", "--porcelain", "--", *CODE, "configs")
    return f"{_git('rev-parse', 'HEAD')}{', with changes not committed' if changed else ''}"


def _git(*arguments: str) -> str | None:
    try:
        command = ["git", "-C", str(_HERE), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _command() -> str:
    name = Path(sys.argv[0]).name if sys.argv else "python"
    return shlex.join(["cxlab" if name in ("__main__.py", "cxlab") else name, *sys.argv[1:]])
