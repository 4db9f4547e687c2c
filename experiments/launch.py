"""The same studies through Hydra's own command line: `python -m experiments.launch -m hydra/launcher=joblib seed=1,2`.

For those who have launchers (a batch queue, a cluster's scheduler) or sweepers as Hydra plug-ins. Hydra makes its own
folders and logs here, beside cxlab's store; `cxlab run` needs and makes none of them. Plug-ins of cxlab come from the
environment variable CXLAB_PLUGINS or from installed packages.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from experiments.build import application, build, described, execution_of, job_of
from experiments.cluster.session import ready
from experiments.configuration.plugins import plugin_names
from sim.errors import CxlabError

REFUSED, STOPPED = 2, 130


def do(config: Any) -> None:
    """Run one study, or find its results; what a launcher calls, wherever it likes, with a composed configuration."""
    logging.getLogger("MESA").setLevel(logging.WARNING)  # Hydra lets everybody write; Mesa has a line for every week
    plugins = plugin_names()
    job, study, execution = job_of(config, plugins), build(config, plugins), execution_of(config)
    ready(execution)
    job.run(study, execution, described(study, job))


def main() -> int:
    """Read the command line as Hydra does; return 0, 2 for what the user can mend, 130 after Ctrl-C."""
    try:
        application(do, plugin_names())()
    except CxlabError as error:
        print(f"cxlab: {error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("\ncxlab: stopped; what was finished is kept, the same command goes on from there.", file=sys.stderr)
        return STOPPED
    return 0


if __name__ == "__main__":
    from experiments import launch  # so that launchers find `do` by its module, not in __main__

    sys.exit(launch.main())
