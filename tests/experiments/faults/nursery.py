"""Starts studies that can be killed: all is imported once, and each life is a fork in a process group of its own.

Spoken to on standard input, a line for each life: `NAME ROOT SEED FRESH DEADLY`. It answers `born PID`, and when the
life is over `over CODE OPERATIONS`. With DEADLY above 0 the life kills itself just before its so-many-th change to the
file system, and takes its process group along.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

from experiments import main_job
from experiments.build import build, compose, resolved
from experiments.calibrated import calibrate
from experiments.execution import Execution
from experiments.jobs import key_of_job
from experiments.pilot import baseline_of
from tests.experiments.faults import toy

type Life = Callable[[Path, int, bool], None]

SMALL = ("population.size=150", "replications=5", "weeks=4", "warm_up=2", "compare=[nothing,over_delivery]")
_CHANGES = ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree")


def main_lives() -> dict[str, Life]:
    """The main job on few customers, without pictures: in one process, and with two workers."""
    config = compose(SMALL)
    study, configuration = build(config), resolved(config)
    key_of_job(main_job.Compare(), study, configuration)  # reads all sources once
    calibration = calibrate(study)
    main_job.calibrate = lambda _: calibration
    main_job.baseline_of = partial(baseline_of, size=1_000)
    main_job.figures = lambda _: {}  # type: ignore[assignment]
    for name in ("save_figures", "write_report", "print_comparison"):
        setattr(main_job, name, lambda *_: None)

    def life(workers: int, root: Path, seed: int, fresh: bool) -> None:
        execution = Execution(output=str(root), workers=workers, progress=False, fresh=fresh)
        main_job.Compare().run(study, execution, configuration)

    return {"main": partial(life, 1), "wide": partial(life, 2)}


def toy_life() -> Life:
    """The toy study."""
    toy.key(toy.FEW)
    return lambda root, seed, fresh: print(toy.run(root, toy.FEW, seed=seed, fresh=fresh), file=sys.stderr)


def serve(lives: dict[str, Life]) -> None:
    """Start lives until there are no more lines."""
    while line := sys.stdin.readline():
        name, root, seed, fresh, deadly = line.split()
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.setsid()
            os.dup2(2, 1)  # what a life prints is not said by the nursery
            _live(partial(lives[name], Path(root), int(seed), fresh == "True"), int(deadly), writing)
        os.close(writing)
        print(f"born {pid}", flush=True)
        _, status = os.waitpid(pid, 0)
        told = os.read(reading, 100).decode() or "0"
        os.close(reading)
        print(f"over {os.waitstatus_to_exitcode(status)} {told}", flush=True)


def _live(life: Callable[[], None], deadly: int, writing: int) -> None:
    """One life; never returns."""
    code, count = 1, 0

    def seen(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        opened = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if opened or event in _CHANGES:
            count += 1
            if count == deadly:
                os.killpg(os.getpid(), signal.SIGKILL)

    sys.addaudithook(seen)
    try:
        life()
        code = 0
    except BaseException:  # noqa: BLE001  # whatever it was is shown and told by the code
        traceback.print_exc()
    os.write(writing, str(count).encode())
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message=".*multi-threaded, use of fork.*")  # its threads are idle
    serve({"toy": toy_life(), **(main_lives() if "main" in sys.argv else {})})
