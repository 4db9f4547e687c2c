"""Words that are most like a mistaken one; a file of its own, so that those who know no catalogue can ask."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches


def nearest(word: str, known: Collection[str]) -> str:
    """A question about the known word that is most like this one; nothing if none is."""
    close = get_close_matches(word, list(known), 1, 0.6)
    return f" Did you mean '{close[0]}'?" if close else ""
