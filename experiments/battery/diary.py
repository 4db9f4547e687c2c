"""What each customer of the laboratory has lived, whatever their mind makes of it: columns beside the mind's own."""

from __future__ import annotations

import numpy as np

from agents.customers import EXPECT_FUNCTIONAL, EXPECT_TECHNICAL
from sim.chance import F32
from sim.exchange import Encounters
from sim.table import Column, Rows

RECENT = 0.25  # weight of the newest encounter in what was lived so far: the traits' usual memory
LIVED_TECHNICAL = Column("lived_technical", np.float32, 0.70, "quality", 0, 1, "technical quality lived so far")
LIVED_FUNCTIONAL = Column("lived_functional", np.float32, 0.70, "quality", 0, 1, "functional quality lived so far")
LIVED_BEFORE = Column("lived_before", np.float32, 0.70, "quality", 0, 1, "quality lived before the last encounter")
LAST_QUALITY = Column("last_quality", np.float32, 0.70, "quality", 0, 1, "quality of the last encounter")
EXPECTED_THEN = Column("expected_then", np.float32, 0.70, "quality", 0, 1, "expected before the last encounter")
PUT_RIGHT = Column("put_right", np.float32, 0.0, "quality", 0, 1, "how well the last failure was put right")
VISITS = Column("visits", np.float32, 0.0, "encounters", 0, 1e6, "encounters lived")
PROMISED = Column("promised", np.float32, 0.66, "quality", 0, 1, "quality promised at the last encounter")
PRICE_PAID = Column("price_paid", np.float32, 1.0, "usual prices", 0, 1e3, "price of the last encounter")
RIVAL_SEEN = Column("rival_seen", np.float32, 0.65, "quality", 0, 1, "quality of the best rival at that time")
BRAND_SEEN = Column("brand_seen", np.float32, 0.70, "quality", 0, 1, "public image at that time: what others get")

DIARY = (
    LIVED_TECHNICAL, LIVED_FUNCTIONAL, LIVED_BEFORE, LAST_QUALITY, EXPECTED_THEN, PUT_RIGHT, VISITS, PROMISED,
    PRICE_PAID, RIVAL_SEEN, BRAND_SEEN,
)  # fmt: skip


def expected(people: Rows) -> F32:
    """Mean expectation over both dimensions of quality [E]."""
    return np.float32(0.5) * (people[EXPECT_TECHNICAL] + people[EXPECT_FUNCTIONAL])


def note(people: Rows, lived: Encounters, expectation: F32) -> None:
    """Write an encounter down [E]; `expectation` is what was expected before it."""
    half, recent = np.float32(0.5), np.float32(RECENT)
    people[LIVED_BEFORE] = half * (people[LIVED_TECHNICAL] + people[LIVED_FUNCTIONAL])
    people[LAST_QUALITY] = half * (lived.technical + lived.functional)
    people[EXPECTED_THEN] = expectation
    for column, quality in ((LIVED_TECHNICAL, lived.technical), (LIVED_FUNCTIONAL, lived.functional)):
        people[column] = people[column] + recent * (quality - people[column])
    if lived.recovery is not None:
        people[PUT_RIGHT] = np.where(lived.failure > 0, lived.recovery, people[PUT_RIGHT])
    people[VISITS] = people[VISITS] + 1
    shared = ((PROMISED, lived.promised), (PRICE_PAID, lived.price), (RIVAL_SEEN, lived.rival))
    for column, value in (*shared, (BRAND_SEEN, lived.brand)):
        people[column] = np.full(len(people), value, np.float32)
