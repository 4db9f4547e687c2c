"""How a store is laid out, and the number that says so.

    runs/.store.json               the number of this layout, written once
    runs/KEY/                      a finished study: study.json, run.json, frames, report
    runs/.pieces/ADDRESS/          pieces of work, kept after the study is finished too
    runs/.under_way/KEY.json       a study that is not finished: where its pieces are, and how many there will be
    runs/.making/                  studies that are being written; what a killed process left goes after a day
    runs/.damaged/                 finished studies that were damaged, put aside
    runs/.baselines/               solved baselines

Layout 1 kept pieces as pickles in .partial and had no number. Its finished studies are read as they are.
"""

from __future__ import annotations

import json
from pathlib import Path

from experiments.store.disk import write_whole
from sim.errors import StoreError

FORMAT = 2
STAMP, PIECES, UNDER_WAY, MAKING, DAMAGED, OLD_PIECES = (
    ".store.json", ".pieces", ".under_way", ".making", ".damaged", ".partial",
)  # fmt: skip


def refuse_newer(root: Path) -> None:
    """Refuse a store that this version cannot know.

    Raises:
        StoreError: it was written by a newer version, or its stamp cannot be read.
    """
    stamp = root / STAMP
    try:
        found = json.loads(stamp.read_text(encoding="utf-8"))["format"]
        if not isinstance(found, int) or found < 1:
            raise ValueError(f"its format is {found!r}")
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"{stamp} does not say which version wrote this store ({error}). If it was this one, write "
            f'{{"format": {FORMAT}}} into it; else choose another folder: execution.output=FOLDER.'
        ) from error
    if found > FORMAT:
        raise StoreError(
            f"{root} was written by a newer version of cxlab (store format {found}; this one knows up to {FORMAT}): "
            f"nothing was read or changed. Update cxlab, or choose another folder: execution.output=FOLDER."
        )


def stamp(root: Path) -> None:
    """Say which layout this is, once."""
    if not (root / STAMP).exists():
        write_whole(root / STAMP, json.dumps({"format": FORMAT}).encode())
