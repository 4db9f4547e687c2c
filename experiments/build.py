"""Configuration <-> objects. Hydra is known here and in cli.py only.

Hydra composes and nothing more: no job of its own, no folder, no log, so it writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_module
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

from experiments.catalogue import groups
from experiments.execution import Execution
from experiments.nodes import option, root
from experiments.objects import make
from experiments.plugins import load_plugins
from experiments.study import Study

def register(plugins: Iterable[str] = ()) -> None:
    store = ConfigStore.instance()
    store.store(name="study_defaults", node=root(Study, execution=Execution), provider="cxlab")
    for group in groups(load_plugins(plugins)):
        for name, cls in group.options.items():
            own = cls.__module__.partition(".")[0] in ("agents", "strategies", "sim")
            store.store(group=group.name, name=f"{name}_defaults" if group.has_presets and own else name, node=option(cls), provider="cxlab")
