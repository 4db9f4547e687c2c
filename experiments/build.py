"""Configuration <-> objects. Hydra is known here only.

Hydra composes and nothing more: no job, no folder, no log of its own, so it cannot write anything.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from hydra import compose as hydra_compose
from hydra import initialize_config_module
from hydra import main as hydra_main
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from experiments.configuration.catalogue import groups, one_line
from experiments.configuration.described import plain_of
from experiments.configuration.mistakes import cannot_go, explain
from experiments.configuration.nodes import option, own_parts, root
from experiments.configuration.objects import OWN, make
from experiments.configuration.plugins import load_plugins
from experiments.execution import Execution
from experiments.jobs import Job
from experiments.study import Study
from sim.errors import ConfigError

PRESETS = "configs"  # the package that holds them
STUDY = "study"
BESIDE = ("execution", "job")  # what stands beside the study's own fields
DEFAULTS = "_defaults"  # `over_delivery_defaults` is the code's; `over_delivery` the preset that starts from it
_VOLATILE = ("runtime", "overrides", "searchpath")  # what Hydra notes about a composition


def compose(overrides: Sequence[str] = (), config_dir: Path | None = None, plugins: Sequence[str] = ()) -> DictConfig:
    """The configuration that overrides in Hydra's grammar make of configs/study.yaml.

    Args:
        overrides: `key=value`, `group=option`, `+strategy@arms.NAME=option`, `~arms.NAME`.
        config_dir: a folder with more options for the groups.
        plugins: modules whose dataclasses become options too.

    Raises:
        ConfigError: names the override, what is allowed and the mend.
    """
    _register(load_plugins(plugins))
    with initialize_config_module(PRESETS, version_base="1.3"):
        return _composed(overrides, config_dir)


def compose_sweep(
    overrides: Sequence[str], config_dir: Path | None = None, plugins: Sequence[str] = ()
) -> list[tuple[tuple[str, ...], DictConfig]]:
    """All combinations of overrides with several values, as Hydra's -m makes them: what varies, and its configuration.

    Raises:
        ConfigError: as `compose`.
    """
    _register(load_plugins(plugins))
    with initialize_config_module(PRESETS, version_base="1.3"):
        choices = [_values(override) for override in _parsed(overrides)]
        varied = [len(values) > 1 for values in choices]
        return [
            (tuple(itertools.compress(values, varied)), _composed(values, config_dir))
            for values in itertools.product(*choices)
        ]


def build(config: DictConfig, plugins: Sequence[str] = ()) -> Study:
    """The study a configuration describes.

    Raises:
        ConfigError: names the place, what stands there, what is allowed and the mend.
    """
    plain = {key: value for key, value in _plain(config).items() if key not in BESIDE}
    study: Study = make(plain, Study, "", tuple(plugins))
    return study


def execution_of(config: DictConfig) -> Execution:
    """How the configuration wants its study computed.

    Raises:
        ConfigError: a value is of the wrong type or out of range.
    """
    execution: Execution = make(_plain(config)["execution"], Execution, "execution")
    return execution


def job_of(config: DictConfig, plugins: Sequence[str] = ()) -> Job:
    """What the configuration wants to be done with its study.

    Raises:
        ConfigError: names the place, what stands there, what is allowed and the mend.
    """
    job: Job = make(_plain(config)["job"], Job, "job", tuple(plugins))
    return job


def resolved(config: DictConfig, with_execution: bool = False) -> str:
    """A configuration as YAML; without `execution` it is what decides the results."""
    plain = _plain(config)
    if not with_execution:
        plain.pop("execution", None)
    return OmegaConf.to_yaml(OmegaConf.create(plain))


def described(study: Study, job: Job) -> str:
    """The whole configuration that builds a study and its job, as YAML: what decides the results.

    Raises:
        ConfigError: a part holds something that no configuration can say.
    """
    try:
        return OmegaConf.to_yaml(OmegaConf.create({**plain_of(study, Study), "job": plain_of(job, Job)}))
    except OmegaConfBaseException as error:
        raise ConfigError(
            f"{getattr(error, 'full_key', '') or 'the study'} cannot be written down: {str(error).splitlines()[0]}. "
            f"Give strategies, theories and jobs fields of numbers, texts, tuples, mappings and dataclasses only."
        ) from error


def options(group: str, config_dir: Path | None = None, plugins: Sequence[str] = ()) -> dict[str, str]:
    """What can be chosen in a group, by name, with one line that says what it is."""
    modules = load_plugins(plugins)
    _register(modules)
    classes = {name: cls for known in groups(modules) if known.name == group for name, cls in known.options.items()}
    folders = [Path(path) for path in import_module(PRESETS).__path__]
    with initialize_config_module(PRESETS, version_base="1.3"):
        names = GlobalHydra.instance().config_loader().get_group_options(group, overrides=_beside(config_dir))
    files = [folder / group for folder in (*folders, *([config_dir] if config_dir else []))]
    found = {name: _meaning(name, files, classes) for name in names if not name.endswith(DEFAULTS)}
    return {name: meaning for name, meaning in found.items() if meaning is not None}


def application(task: Callable[[DictConfig], None], plugins: Sequence[str] = ()) -> Callable[[], None]:
    """Hydra's own command line over the same configurations, with its launchers, sweepers, folders and logs.

    Args:
        task: does one study; can be pickled.
        plugins: modules whose dataclasses become options too.

    Returns:
        What reads the command line; it raises ConfigError for what cannot be composed.
    """
    _register(load_plugins(plugins))
    entry = hydra_main(config_path=f"pkg://{PRESETS}", config_name=STUDY, version_base="1.3")(task)

    def run() -> None:
        os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come to us, who say them in one line
        try:
            entry()
        except (HydraException, OmegaConfBaseException, YAMLError) as error:
            raise ConfigError(explain(error, sys.argv[1:])) from error

    return run


def _register(plugins: Sequence[ModuleType]) -> None:
    """Make a configuration node of every dataclass that can be chosen."""
    store = ConfigStore.instance()
    store.store(name=f"{STUDY}{DEFAULTS}", node=root(Study, Job, Execution), provider="cxlab")
    for group in groups(plugins):
        for name, cls in group.options.items():
            has_preset = group.has_presets and cls.__module__.partition(".")[0] in OWN
            store.store(group=group.name, name=name + DEFAULTS * has_preset, node=option(cls), provider="cxlab")
            for (place, own), part in own_parts(cls).items():
                store.store(group=place, name=own, node=part, provider="cxlab")


def _composed(overrides: Sequence[str], config_dir: Path | None) -> DictConfig:
    try:
        parsed = _parsed(overrides)
        _refuse_hydra(parsed)
        config = hydra_compose(STUDY, [*overrides, *_beside(config_dir)], return_hydra_config=True)
        untouched = config if config_dir is None else hydra_compose(STUDY, return_hydra_config=True)
        if _about_hydra(config) != _about_hydra(untouched):
            raise ConfigError(f"{config_dir}: a configuration may not set hydra.*, which can write files. Take it out.")
        OmegaConf.set_struct(config, False)
        del config["hydra"]
        _refuse_removal(parsed, config)
        _plain(config)  # resolves every ${...}, or says which it cannot
    except (HydraException, OmegaConfBaseException, YAMLError, ValueError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(explain(error, overrides)) from error
    return config


def _parsed(overrides: Sequence[str]) -> list[Override]:
    loader = GlobalHydra.instance().config_loader()
    try:
        return OverridesParser.create(config_loader=loader).parse_overrides(list(overrides))
    except HydraException as error:
        raise ConfigError(explain(error, overrides)) from error


def _values(override: Override) -> list[str]:
    """An override as it stands, or one for each of the values it sweeps over."""
    if not override.is_sweep_override():
        return [str(override.input_line)]
    if not override.is_discrete_sweep():
        raise ConfigError(f"{override.input_line}: -m needs single values. Write choice(...), range(...) or a,b,c.")
    return [f"{override.get_key_element()}={value}" for value in override.sweep_string_iterator()]


def _beside(config_dir: Path | None) -> list[str]:
    """The override that adds a folder to Hydra's search path, behind cxlab's own."""
    if config_dir is None:
        return []
    folder = config_dir.expanduser().absolute()
    if not folder.is_dir():
        raise ConfigError(f"--config-dir {config_dir}: no such folder. Name one that holds e.g. experiment/mine.yaml.")
    loader = GlobalHydra.instance().config_loader()
    for group in ("", "experiment", *(group.name for group in groups())):
        taken = {path.stem for path in (folder / group).glob("*.yaml")} & set(loader.get_group_options(group))
        for name in sorted(taken):
            raise ConfigError(f"{folder / group / name}.yaml: cxlab has a {group} '{name}' itself. Rename the file.")
    quoted = f"file://{folder.as_posix()}".replace("\\", "\\\\").replace('"', '\\"')
    return [f'hydra.searchpath=["{quoted}"]']


def _refuse_hydra(overrides: Sequence[Override]) -> None:
    for override in overrides:
        places = (override.key_or_group, override.package or "")
        if any(place.replace("/", ".").partition(".")[0] == "hydra" for place in places):
            raise ConfigError(
                f"{override.input_line}: Hydra's own settings cannot be set; cxlab lets it compose and nothing else. "
                f"Results go to execution.output=FOLDER."
            )


def _refuse_removal(overrides: Sequence[Override], config: DictConfig) -> None:
    """Only entries that somebody added can go; a setting cannot."""
    for override in overrides:
        parent = OmegaConf.select(config, above) if (above := override.key_or_group.rpartition(".")[0]) else config
        if override.is_delete() and override.package is None and OmegaConf.get_type(parent) is not dict:
            raise ConfigError(cannot_go(str(override.input_line)))


def _meaning(name: str, folders: Sequence[Path], classes: Mapping[str, type]) -> str | None:
    """The first comment of a preset, or the first line of a class's docstring; None for a plug-in not named now."""
    for path in (folder / f"{name}.yaml" for folder in folders):
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            return next((line[2:] for line in lines if line.startswith("# ") and "@package" not in line), "")
    return one_line(classes[name]) if name in classes else None


def _about_hydra(config: DictConfig) -> Any:
    """Hydra's own settings, without what it notes about the composition."""
    about = OmegaConf.to_container(config["hydra"], resolve=False)
    assert isinstance(about, dict)
    about["job"] = {key: value for key, value in about["job"].items() if key != "override_dirname"}
    return {key: value for key, value in about.items() if key not in _VOLATILE}


def _plain(config: DictConfig) -> dict[str, Any]:
    plain = OmegaConf.to_container(config, resolve=True)
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}
