"""The psychological measures."""

from __future__ import annotations

from agents import customers as c
from sim.metrics import Metric

MIND = (
    Metric("satisfaction", "-1 to 1", +1, "Satisfaction", (c.SATISFACTION,)),
    Metric("trust", "0 to 1", +1, "Trust", (c.COMPETENCE, c.BENEVOLENCE, c.INTEGRITY)),
    Metric("competence", "0 to 1", +1, "Trust in competence", (c.COMPETENCE,)),
    Metric("benevolence", "0 to 1", +1, "Trust in benevolence", (c.BENEVOLENCE,)),
    Metric("integrity", "0 to 1", +1, "Trust in integrity", (c.INTEGRITY,)),
    Metric("perceived_value", "-1 to 1", +1, "Perceived value", (c.VALUE,)),
    Metric("commitment", "0 to 1", +1, "Affective commitment", (c.AFFECTIVE,)),
    Metric("loyalty", "index", +1, "Loyalty index", (c.LOYALTY,)),
    Metric("valence", "-1 to 1", +1, "Feeling", (c.VALENCE,)),
    Metric("expectation", "quality 0-1", 0, "Expectation", (c.EXPECT_TECHNICAL, c.EXPECT_FUNCTIONAL)),
)
