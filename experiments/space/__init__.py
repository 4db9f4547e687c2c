"""What can be varied: every declared parameter of a study by its address, ranges for some, and a study at a point."""

from experiments.space.declared import Declared, declared, value_at, with_values
from experiments.space.ensemble import ensemble
from experiments.space.factors import Factor, factors_from
from experiments.space.points import Setting, Settings, run_settings
from experiments.space.results import Outcomes

__all__ = [
    "Declared",
    "Factor",
    "Outcomes",
    "Setting",
    "Settings",
    "declared",
    "ensemble",
    "factors_from",
    "run_settings",
    "value_at",
    "with_values",
]
