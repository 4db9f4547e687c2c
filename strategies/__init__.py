"""The firm's plays: each sees a View and returns a Plan."""

from strategies.nothing import Nothing, Placebo
from strategies.over_delivery import OverDelivery
from strategies.personalised_service import PersonalisedService
from strategies.reward_program import RewardProgram

__all__ = ["Nothing", "OverDelivery", "PersonalisedService", "Placebo", "RewardProgram"]
