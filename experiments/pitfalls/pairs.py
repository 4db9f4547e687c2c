"""Which pitfall stands against which remedy."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.horizon import measures
from sim.errors import ParameterError

_KNOWN = tuple(info.name for info in measures(""))


@dataclass(frozen=True)
class Pair:
    """A way of serving customers that fails, and what is recommended instead; both are arms of the study.

    Attributes:
        pitfall: name of the arm that is said to fail.
        remedy: name of the arm that is said to be better.
        measure: what the pitfall is about, beside value and retention: a measure of `experiments.horizon`.
        title: what tables and figures call the pair.
        meaning: what is done in the one and in the other, in a line.
    """

    pitfall: str = ""
    remedy: str = ""
    measure: str = "satisfaction"
    title: str = ""
    meaning: str = ""

    def __post_init__(self) -> None:
        if not self.pitfall or not self.remedy or self.pitfall == self.remedy:
            raise ParameterError(
                f"a pair of pitfall '{self.pitfall}' and remedy '{self.remedy}' compares nothing: name two arms."
            )
        if self.measure not in _KNOWN:
            raise ParameterError(f"measure = '{self.measure}' is unknown: write one of {', '.join(_KNOWN)}.")


def usual_pairs() -> dict[str, Pair]:
    """The pitfalls of the handbook with their remedies; arms are called as in configs/experiment/pitfalls.yaml."""
    return {
        "over_selling": Pair(
            "over_selling", "cross_selling", "satisfaction", "over-selling",
            "the dearest package pushed on whoever agrees; or something on top that suits",
        ),
        "silent_ignored": Pair(
            "silent_ignored", "light_touch", "retention", "silent customers ignored",
            "who does not come never hears from the firm; or is written to now and then",
        ),
        "uniform_treatment": Pair(
            "uniform_service", "personalised_service", "satisfaction", "uniform treatment",
            "the same money for one treatment of all; or for service that fits the person",
        ),
        "compensation_only": Pair(
            "compensation_only", "service_recovery", "complained", "compensation only",
            "money for those who complain; or failures put right for all, and complaints answered well",
        ),
        "conceding": Pair(
            "concede_always", "exit_policy", "cost", "conceding at any price",
            "ever larger amends and a discount; or fair amends, and farewell to who costs more than they bring",
        ),
        "misjudged_prospects": Pair(
            "save_the_riskiest", "save_the_persuadable", "cost", "misjudged prospects",
            "calls and gifts to those most at risk; or to those whom a pilot shows to be persuadable",
        ),
        "over_promising": Pair(
            "over_promise", "expectation_management", "trust", "over-promising",
            "advertising promises what is not delivered; or weak points are told and promises kept",
        ),
        "over_contact": Pair(
            "over_contact", "tiered_communication", "opted_out", "over-contact",
            "two messages a week, mostly pushing; or contact by tier, mostly useful",
        ),
        "cash_referral": Pair(
            "referral_cash", "referral", "new: referred", "cash for referrals",
            "money for every referral; or a warm request",
        ),
        "ignored_feedback": Pair(
            "ignored_feedback", "feedback_loop", "trust", "feedback ignored",
            "customers are asked and nothing follows; or causes are mended, and that is told",
        ),
        "bought_back": Pair(
            "win_back_by_price", "win_back", "revenue", "leavers bought back",
            "leavers are offered money and a discount; or asked back in earnest",
        ),
    }  # fmt: skip
