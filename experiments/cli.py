"""The command line: `cxlab COMMAND`, `cxlab --help`; each command is in `experiments.commands`."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from experiments.commands import export, listing, new, run, stored
from sim.errors import ConfigError, CxlabError

REFUSED, STOPPED, PIPE_CLOSED = 2, 130, 141
DEBUG = "CXLAB_DEBUG"
_HELP = """\
cxlab compares retention strategies on simulated customers, all under the same luck.

  cxlab run [OPTION ...] [KEY=VALUE ...]   run a study, or find its results if they are there
  cxlab validate [OPTION ...] [KEY=VALUE ...]
                                           score minds against published facts: cxlab run experiment=validate ...
  cxlab list [OPTION ...] [GROUP]          what can be chosen: strategies, minds and their parts, markets, experiments;
                                           `cxlab list strategies` shows one group
  cxlab runs [--check] [--prune [KEY ...]] [execution.output=FOLDER]
                                           what is finished and under way; --check reads every file, --prune frees
                                           the pieces that are kept for larger studies, KEY gives up one under way
  cxlab query "SELECT ..." [--csv] [execution.output=FOLDER]
                                           SQL over all finished studies: outcomes, weeks, fates, ... and runs
  cxlab export --to FOLDER [--arm NAME] [KEY=VALUE ...]
                                           the records a firm would have of a play, and beside them the hidden truth
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
  cxlab export --to benchmark job.assignment=targeted
  cxlab new theory grudge --question trust
  cxlab new strategy follow_up

KEY=VALUE changes a value, GROUP=NAME chooses, +strategy@arms.NAME=... adds an arm, ~arms.NAME takes one away.
Results go to execution.output=FOLDER (runs). A mistake gives one message and exit code 2; CXLAB_DEBUG=1 adds where in
the code it arose."""


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
    commands = {"run": run.run, "validate": run.validate, "list": listing.show, "new": new.new,
        "runs": stored.runs, "query": stored.query, "export": export.export,
    }  # fmt: skip
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
            f"there is no command '{command}'; there are {', '.join(commands)}. `cxlab --help` shows how."
        )
