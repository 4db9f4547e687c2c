"""The firm's plays: each sees a View and returns a Plan."""

from strategies.adaptive import Adaptive, Phases, Triggers
from strategies.churn_prevention import ChurnPrevention
from strategies.co_creation import CoCreation
from strategies.community import Community
from strategies.crisis_response import CrisisResponse
from strategies.cross_selling import CrossSelling
from strategies.customer_education import CustomerEducation
from strategies.differentiated_service import DifferentiatedService
from strategies.emotional_care import EmotionalCare
from strategies.exit_policy import ConcedeAlways, ExitPolicy
from strategies.expectation_management import ExpectationManagement
from strategies.feedback_loop import FeedbackLoop
from strategies.multilingual_service import MultilingualService
from strategies.nothing import Nothing, Placebo
from strategies.omnichannel import Omnichannel
from strategies.over_delivery import OverDelivery
from strategies.personalised_service import PersonalisedService
from strategies.portfolio import Portfolio
from strategies.promotion import Promotion
from strategies.quality_improvement import QualityImprovement
from strategies.referral import Referral
from strategies.reward_program import RewardProgram
from strategies.service_recovery import ServiceRecovery
from strategies.staff_investment import StaffInvestment
from strategies.tiered_communication import TieredCommunication
from strategies.win_back import WinBack

__all__ = [
    "Adaptive",
    "ChurnPrevention",
    "CoCreation",
    "Community",
    "ConcedeAlways",
    "CrisisResponse",
    "CrossSelling",
    "CustomerEducation",
    "DifferentiatedService",
    "EmotionalCare",
    "ExitPolicy",
    "ExpectationManagement",
    "FeedbackLoop",
    "MultilingualService",
    "Nothing",
    "Omnichannel",
    "OverDelivery",
    "PersonalisedService",
    "Phases",
    "Placebo",
    "Portfolio",
    "Promotion",
    "QualityImprovement",
    "Referral",
    "RewardProgram",
    "ServiceRecovery",
    "StaffInvestment",
    "TieredCommunication",
    "Triggers",
    "WinBack",
]
