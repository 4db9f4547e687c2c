"""All facts of the battery, by id, in the order of the list."""

from __future__ import annotations

from experiments.battery.fact import Fact
from experiments.battery.facts.experience import F16
from experiments.battery.facts.paying import F25
from experiments.battery.facts.recovery import F12, F19
from experiments.battery.facts.relations import F17, F18
from experiments.battery.facts.staying import F15, F23, F24
from experiments.battery.facts.surveys import F13, F14

FACTS: dict[str, Fact] = {fact.id: fact for fact in (F12, F13, F14, F15, F16, F17, F18, F19, F23, F24, F25)}
