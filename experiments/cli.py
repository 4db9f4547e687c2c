"""The command line: `cxlab run`, `cxlab validate`, `cxlab list`, `cxlab new`, `cxlab --help`."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from sim.errors import ConfigError, CxlabError

if TYPE_CHECKING:  # what computes is imported where it is needed: it takes seconds, and --help shall not
    from experiments.execution import Execution
    from experiments.jobs import Job
    from experiments.study import Study

REFUSED, STOPPED, PIPE_CLOSED = 2, 130, 141
DEBUG = "CXLAB_DEBUG"
_CHOOSE = {
    "strategy": "+strategy@arms.ARM=NAME",
    "strategy/targeting": "strategy/targeting@arms.ARM.targeting=NAME",
    "strategy/score": "strategy/score@arms.ARM.targeting.score=NAME",
}

_HELP = """\
cxlab compares retention strategies on simulated customers, all under the same luck.

  cxlab run [OPTION ...] [KEY=VALUE ...]   run a study, or find its results if they are there
  cxlab validate [OPTION ...] [KEY=VALUE ...]
                                           score minds against published facts: cxlab run experiment=validate ...
  cxlab list [OPTION ...] [GROUP]          what can be chosen: strategies, minds and their parts, markets, experiments;
                                           `cxlab list strategies` shows one group
  cxlab new theory NAME --question QUESTION [--into FOLDER]
                                           write a theory of your own that works, a mind that uses it, and a test
  cxlab new strategy NAME [--into FOLDER]  write a play of your own that works, an experiment with it, and a test
  cxlab --version
  cxlab --help

Options
  -m, --multirun          run every combination of values given as a,b,c or range(1,4), one after the other
  -c, --cfg job           print the whole configuration and stop
  -cd, --config-dir DIR   a folder with YAML files of your own, e.g. DIR/experiment/mine.yaml
  --plugin MODULE         a Python module with strategies or theories of your own (also: CXLAB_PLUGINS=one,two)

Examples
  cxlab run
  cxlab run population.size=50000 weeks=104 compare='[nothing,over_delivery]' replications=50
  cxlab run data.path=my.csv data.customer=customer data.date=date data.amount=amount
  cxlab run mind=none
  cxlab run mind/expectation=bayesian mind.expectation.prior=4
  cxlab run +strategy@arms.generous=over_delivery arms.generous.lift=0.3
  cxlab run strategy/targeting@arms.over_delivery.targeting=value_tier
  cxlab run experiment=contract
  cxlab validate mind=commitment_trust
  cxlab run -m seed=1,2,3
  cxlab run --plugin my_plays +strategy@arms.mine=my_play
  cxlab new theory grudge --question trust
  cxlab new strategy follow_up

KEY=VALUE changes a value, GROUP=NAME chooses, +strategy@arms.NAME=... adds an arm, ~arms.NAME takes one away.
Results go to execution.output=FOLDER (runs). A mistake gives one message and exit code 2; CXLAB_DEBUG=1 adds where in
the code it arose."""


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
        print(f"\ncxlab: {str(stop) or 'stopped'}", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # the reader has gone, as in `cxlab list | head -3`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return 0


def _dispatch(arguments: list[str]) -> None:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    commands = {"run": _run, "validate": _validate, "list": _list, "new": _new}
    if command in ("--help", "-h", "help") or {"--help", "-h"} & set(rest):
        print(_HELP)
    elif command == "--version":
        from experiments.provenance import cxlab_version

        print(f"cxlab {cxlab_version()}")
    elif command in commands:
        commands[command](rest)
    elif "=" in command:
        raise ConfigError(f"'{command}' comes before the command. Write cxlab run {' '.join(arguments)}")
    else:
        raise ConfigError(
            f"there is no command '{command}'; there are run, validate, list and new. `cxlab --help` shows how."
        )


def _run(arguments: list[str]) -> None:
    from experiments.build import build, compose, compose_sweep, execution_of, job_of, resolved
    from experiments.configuration.plugins import plugin_names

    given = _parser(runs=True).parse_intermixed_args(arguments)
    plugins = plugin_names(given.plugin)
    wanted = (given.overrides, given.config_dir, plugins)
    configs = compose_sweep(*wanted) if given.multirun else [((), compose(*wanted))]
    works = [
        Work(varied, job_of(config, plugins), build(config, plugins), execution_of(config), resolved(config))
        for varied, config in configs
    ]
    for number, (work, (_, config)) in enumerate(zip(works, configs, strict=True), 1):
        if len(works) > 1:
            print(f"[{number}/{len(works)}] {' '.join(work.varied)}", file=sys.stderr, flush=True)
        if given.cfg:
            print(resolved(config, with_execution=True), end="")
        else:
            _do(work)


def _validate(arguments: list[str]) -> None:
    _run(["experiment=validate", *arguments])


def _do(work: Work) -> None:
    try:
        work.job.run(work.study, work.execution, work.configuration)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(_where_it_stopped(work)) from stop


def _where_it_stopped(work: Work) -> str:
    from experiments.jobs import key_of_job
    from experiments.store import Store

    store, key = Store(work.execution.root), key_of_job(work.job, work.study, work.configuration)
    if store.find(key):
        return f"stopped; the study is finished and kept in {store.root / key}."
    kept, total = store.kept(key), work.job.tasks(work.study)
    return f"stopped; {kept} of {total} {work.job.pieces} are kept, the same command goes on from there."


def _list(arguments: list[str]) -> None:
    from experiments.configuration.catalogue import groups
    from experiments.configuration.plugins import load_plugins, plugin_names

    parser = _parser()
    parser.add_argument("group", nargs="?")
    given = parser.parse_args(arguments)
    plugins = plugin_names(given.plugin)
    headings = {group.name: group.heading for group in groups(load_plugins(plugins))} | {
        "experiment": "Whole experiments"
    }
    for name in _named_groups(given.group, headings):
        how = _CHOOSE.get(name, f"{name}=NAME")
        _print_options(f"{headings[name]}  ({how})", name, given, plugins)


def _named_groups(wish: str | None, known: Iterable[str]) -> list[str]:
    """The groups somebody means, in the singular or the plural; all of them without a wish."""
    from experiments.configuration.objects import nearest

    plurals = {name: f"{name[:-1]}ies" if name.endswith("y") else f"{name}s" for name in known}
    found = [name for name, plural in plurals.items() if wish in (None, name, plural)]
    if not found:
        every = [*plurals, *plurals.values()]
        raise ConfigError(f"there is no group '{wish}'; there are {', '.join(plurals)}.{nearest(str(wish), every)}")
    return found


def _print_options(heading: str, group: str, given: argparse.Namespace, plugins: tuple[str, ...]) -> None:
    from experiments.build import options

    print(heading)
    for name, meaning in options(group, given.config_dir, plugins).items():
        print(f"  {name:<27} {meaning}")
    print()


def _new(arguments: list[str]) -> None:
    from experiments import scaffold
    from experiments.configuration.plugins import plugin_names

    parser = _Parser(prog="cxlab new", add_help=False, allow_abbrev=False)
    parser.add_argument("kind", choices=["theory", "strategy"])
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--question")
    parser.add_argument("--into", type=Path, default=Path())
    given = parser.parse_intermixed_args(arguments)
    if given.kind == "strategy" and given.question:
        raise ConfigError(f"a strategy answers no question: leave out --question {given.question}.")
    if given.kind == "strategy":
        draft = scaffold.strategy(given.name, given.into, plugin_names())
    else:
        draft = scaffold.theory(given.name, given.question, given.into, plugin_names())
    scaffold.write(draft)
    print("Written:", *(f"  {path}" for path in draft.files), "Next:", sep="\n")
    for purpose, command in draft.commands.items():
        print(f"  {purpose:<12} {command}")


class _Parser(argparse.ArgumentParser):
    """argparse, with messages of our kind."""

    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message}. `cxlab --help` shows how.")


def _parser(runs: bool = False) -> _Parser:
    parser = _Parser(prog="cxlab", add_help=False, allow_abbrev=False)
    parser.add_argument("--plugin", action="append", default=[])
    parser.add_argument("-cd", "--config-dir", type=Path)
    if runs:
        parser.add_argument("-m", "--multirun", action="store_true")
        parser.add_argument("-c", "--cfg", choices=["job"])
        parser.add_argument("overrides", nargs="*")
    return parser
