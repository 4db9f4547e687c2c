"""The command line: `cxlab run`, `cxlab list`, `cxlab --help`."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

from omegaconf import DictConfig, OmegaConf

from experiments.build import build, compose, compose_sweep, execution_of, options_of, resolved
from experiments.execution import Execution
from experiments.plugins import VARIABLE, load_plugins, plugin_names
from experiments.store import Store, study_key
from experiments.study import Study
from sim.errors import ConfigError, CxlabError

REFUSED, STOPPED, PIPE_CLOSED = 2, 130, 141
DEBUG = "CXLAB_DEBUG"


@dataclass(frozen=True)
class Job:
    """One study of a command: what sets it apart from the others, what to run and how."""

    varied: tuple[str, ...]
    study: Study
    execution: Execution
    configuration: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 2 for what the user can mend, 130 after Ctrl-C."""
    try:
        _dispatch(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except CxlabError as error:
        if os.environ.get(DEBUG):
            traceback.print_exc()
        print(f"cxlab: {error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt as stop:
        print(f"\ncxlab: {stop or 'stopped'}", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # the reader of our output has gone, e.g. `cxlab list | head -3`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return 0
