"""Where results live: finished studies, pieces of work that are kept, what can be asked of all of them."""

from experiments.store.disk import write_whole
from experiments.store.pieces import PieceLost, Pieces
from experiments.store.runs import MARKER, RunInfo
from experiments.store.store import Store, UnderWay

__all__ = ["MARKER", "PieceLost", "Pieces", "RunInfo", "Store", "UnderWay", "write_whole"]
