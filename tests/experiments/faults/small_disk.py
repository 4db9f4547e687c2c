"""Runs the toy study on a disk that gets full, makes room, and runs it again: `small_disk ROOT OUT REPLICATIONS ROOM`.

ROOT is a file system of its own, which can be mounted again with more room; without the right to mount, no file may
grow beyond so many bytes, which the system refuses in the same way (EFBIG for ENOSPC).
"""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from sim.errors import StoreError
from tests.experiments.faults import toy

ROWS = 1_500


def main(root: Path, out: Path, replications: int, limit: int) -> None:
    """Both tries; what was said and kept goes to OUT."""
    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        toy.run(root / "runs", replications, rows=ROWS)
        said = "nothing went wrong"
    except StoreError as error:
        said = str(error)
    kept = {path.name: path.stat().st_mtime_ns for path in toy.kept(root / "runs")}
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    else:
        subprocess.run(["mount", "-o", "remount,size=64m", str(root)], check=True)
    folder = toy.run(root / "runs", replications, rows=ROWS)
    untouched = all((path.parent / name).exists() for path in toy.kept(root / "runs")[:1] for name in kept)
    same = all(path.stat().st_mtime_ns == kept[path.name] for path in toy.kept(root / "runs") if path.name in kept)
    shutil.copytree(folder, out / "study")
    about = {"said": said, "kept": len(kept), "all": len(toy.kept(root / "runs")), "untouched": untouched and same}
    (out / "about.json").write_text(json.dumps(about), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
