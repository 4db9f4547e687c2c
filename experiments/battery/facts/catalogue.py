"""All facts of the battery, by id, in the order of the list."""

from __future__ import annotations

from experiments.battery.fact import Fact
from experiments.battery.facts.complaints import F11, F27
from experiments.battery.facts.employees import F26
from experiments.battery.facts.experience import F16
from experiments.battery.facts.firms import F20
from experiments.battery.facts.loyalty_programs import F8, F9, F21
from experiments.battery.facts.markets import F5, F6
from experiments.battery.facts.paying import F25
from experiments.battery.facts.recovery import F12, F19
from experiments.battery.facts.referrals import F10
from experiments.battery.facts.relations import F17, F18
from experiments.battery.facts.retention_plays import F7
from experiments.battery.facts.scoring import F28
from experiments.battery.facts.staying import F15, F23, F24
from experiments.battery.facts.surveys import F13, F14
from experiments.battery.facts.winning_back import F22

_ALL = (
    F5, F6, F7, F8, F9, F10, F11, F12, F13, F14, F15, F16, F17, F18, F19, F20, F21, F22, F23, F24, F25, F26, F27, F28,
)  # fmt: skip
FACTS: dict[str, Fact] = {fact.id: fact for fact in _ALL}
