"""`cxlab export`: the records of a firm around a play, and the truth beside them, in a folder of one's own."""

from __future__ import annotations

from pathlib import Path

from experiments.commands.arguments import plugin_parser
from sim.errors import ConfigError


def export(arguments: list[str]) -> None:
    """Run experiment=export, or find it, and copy what it wrote to a folder that is new or empty."""
    from experiments.build import build, compose, described, execution_of, job_of
    from experiments.cluster.session import ready
    from experiments.commands.run import Work, do
    from experiments.configuration.plugins import plugin_names
    from experiments.export.delivery import deliver, refuse_taken
    from experiments.export.job import Export

    parser = plugin_parser()
    parser.add_argument("--to", type=Path)
    parser.add_argument("--arm")
    parser.add_argument("overrides", nargs="*")
    given = parser.parse_intermixed_args(arguments)
    if given.to is None:
        raise ConfigError("--to FOLDER is missing: say where the data shall go, e.g. cxlab export --to benchmark.")
    to, plugins = given.to.expanduser(), plugin_names(given.plugin)
    chosen = [f"job.arm={given.arm}"] if given.arm else []
    named = any(word.startswith("experiment=") or word == "job=export" for word in given.overrides)
    preset = [] if named else ["experiment=export"]  # who names a study has its own
    config = compose([*preset, *given.overrides, *chosen], given.config_dir, plugins)
    study, job = build(config, plugins), job_of(config, plugins)
    work = Work((), job, study, execution_of(config), described(study, job))
    if not isinstance(work.job, Export):
        raise ConfigError(f"job = {type(work.job).__name__.lower()} writes no export: write job=export.")
    work.job.check(work.study)
    refuse_taken(to)
    ready(work.execution)
    print(f"Copied to: {deliver(do(work), to)}")
