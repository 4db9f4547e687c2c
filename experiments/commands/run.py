"""`cxlab run` and `cxlab validate`: studies, one after the other."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.commands.arguments import run_parser

if TYPE_CHECKING:  # what computes is imported where it is needed: it takes seconds, and --help shall not
    from experiments.execution import Execution
    from experiments.jobs import Job
    from experiments.study import Study


@dataclass(frozen=True)
class Work:
    """One study of a command, and what is done with it.

    Attributes:
        varied: the overrides that set it apart from the command's other studies.
        job: what to do.
        study: what to run.
        execution: on how many cores, and where to.
        configuration: the resolved configuration of the study.
    """

    varied: tuple[str, ...]
    job: Job
    study: Study
    execution: Execution
    configuration: str


def run(arguments: list[str]) -> None:
    """Run every study that the arguments describe, or print its configuration."""
    from experiments.build import build, compose, compose_sweep, described, execution_of, job_of, resolved
    from experiments.cluster.session import ready
    from experiments.configuration.plugins import plugin_names
    from experiments.store import Store

    given = run_parser().parse_intermixed_args(arguments)
    plugins = plugin_names(given.plugin)
    wanted = (given.overrides, given.config_dir, plugins)
    configs = compose_sweep(*wanted) if given.multirun else [((), compose(*wanted))]
    works = []
    for varied, config in configs:
        study, job = build(config, plugins), job_of(config, plugins)
        works.append(Work(varied, job, study, execution_of(config), described(study, job)))
    for work in works if not given.cfg else ():
        Store(work.execution.root)  # refuses what cannot be written, or is a newer version's
        ready(work.execution)
    folders = {}
    for number, (work, (_, config)) in enumerate(zip(works, configs, strict=True), 1):
        if len(works) > 1:
            print(f"[{number}/{len(works)}] {' '.join(work.varied)}", file=sys.stderr, flush=True)
        if given.cfg:
            print(resolved(config, with_execution=True), end="")
        else:
            folders[" ".join(work.varied)] = do(work)
    if len(folders) > 1:
        _print_folders(folders)


def validate(arguments: list[str]) -> None:
    """Score minds against published facts."""
    run(["experiment=validate", *arguments])


def do(work: Work) -> Path:
    """Do a piece of work and return its folder; Ctrl-C says how far it came."""
    try:
        return work.job.run(work.study, work.execution, work.configuration)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(_where_it_stopped(work)) from stop


def _print_folders(folders: Mapping[str, Path]) -> None:
    """Which study is where, and how to ask all of them at once."""
    wide = max(map(len, folders))
    print("", *(f"{varied:<{wide}}  {folder}" for varied, folder in folders.items()), sep="\n")
    names = ", ".join(f"'{folder.name}'" for folder in folders.values())
    root = next(iter(folders.values())).parent
    print(f"All at once: cxlab query execution.output={root} \\")
    print(f'  "select run, metric, arm, avg(value) as mean from outcomes where run in ({names}) group by all"')


def _where_it_stopped(work: Work) -> str:
    from experiments.jobs import key_of_job
    from experiments.store import Store

    store, key = Store(work.execution.root), key_of_job(work.job, work.study, work.configuration)
    if store.find(key):
        return f"stopped; the study is finished and kept in {store.root / key}."
    kept, total = store.kept(key), work.job.tasks(work.study)
    return f"stopped; {kept} of {total} {work.job.pieces} are kept, the same command goes on from there."
