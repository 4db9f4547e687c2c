"""What goes with satisfaction in surveys of many firms' customers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.customers import SATISFACTION
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import ASYMMETRIC, built_in, emergent, with_state
from experiments.battery.laboratory import Laboratory
from experiments.battery.panel import panel
from experiments.battery.questionnaire import SEVEN_BY_FOUR, TEN
from experiments.battery.statistics import correlation, either_side

META_ANALYSIS = {  # mean correlations with satisfaction
    "equity": 0.50,
    "disconfirmation": 0.46,
    "performance": 0.34,
    "expectation": 0.27,
    "affect": 0.27,
    "complaining": -0.34,
    "negative talk": -0.57,
    "repurchase": 0.52,
}
_REACH = 0.15
_AROUND = "customers of many firms in four markets (quality SD 0.06, rivals 0.53-0.77, prices 5% up or down: assumed)"


def _correlates(laboratory: Laboratory) -> Mapping[str, float]:
    wave = laboratory.ask(panel(laboratory), "F13")
    satisfied = [wave.rate(name, SEVEN_BY_FOUR) for name in ("visit", "satisfaction")]
    blank = wave.rate("satisfaction", SEVEN_BY_FOUR, blank=True)
    found: dict[str, float] = {}
    for name in META_ANALYSIS:
        answers, nothing = wave.rate(name, SEVEN_BY_FOUR), wave.rate(name, SEVEN_BY_FOUR, blank=True)
        found[name] = float(np.mean([correlation(answers, one) for one in satisfied]))
        found[f"halo: {name}"] = correlation(nothing, blank)
    top, rest = ("equity", "disconfirmation"), ("performance", "expectation", "affect")
    return found | {"on top": min(found[name] for name in top) - max(found[name] for name in rest)}


F13 = Fact(
    id="F13",
    short="survey links",
    title="What goes with satisfaction: equity and disconfirmation most, then performance, expectation and affect",
    source="Szymanski & Henard 2001, JAMS 29(1):16-35",
    status=Status.MEMORY,
    situation=(
        f"One survey (four items each, 1-7) of {_AROUND}. A meta-analysis pools studies of one visit and of a firm as "
        "a whole: the mean of the correlations with both is taken (assumed). Numbers from memory, the ranking is seen."
    ),
    claims=(
        *(
            Claim(name, f"satisfaction with {name}", f"{r:.2f} (M)", round(r - _REACH, 2), round(r + _REACH, 2))
            for name, r in META_ANALYSIS.items()
        ),
        Claim(
            "on top", "the lesser of equity and disconfirmation less the largest other antecedent", "above 0 (V)",
            low=0.02, null=0.0,
        ),
    ),
    measure=_correlates,
    kind=emergent,
    scored=with_state("satisfaction", SATISFACTION),
    why=(
        "Too tight, not too loose: a judgement is an exact function of what was lived, so only the noise of the survey "
        "loosens it; without any halo disconfirmation, performance and affect would lie above 0.65, too. And "
        "performance goes with satisfaction as closely as disconfirmation, since expectations differ little. Halo "
        "alone, with nobody having a mind, meets six of the eight bands: they ask for little."
    ),
    shown={f"halo: {name}": f"halo alone: satisfaction with {name}" for name in META_ANALYSIS},
)  # fmt: skip


def _asymmetry(laboratory: Laboratory) -> Mapping[str, float]:
    wave = laboratory.ask(panel(laboratory), "F14")
    as_expected = (TEN.low + TEN.high) / 2
    gap = wave.rate("disconfirmation", TEN)
    worse, better = either_side(wave.rate("visit", TEN), gap, as_expected)
    intent_worse, intent_better = either_side(wave.rate("repurchase", TEN), gap, as_expected)
    straight_worse, straight_better = either_side(wave.straight("disconfirmation", TEN), gap, as_expected)
    return {
        "worse": worse,
        "better": better,
        "intent worse": intent_worse,
        "intent better": intent_better,
        "straight": straight_worse / straight_better,
    }


F14 = Fact(
    id="F14",
    short="losses, gains",
    title="Worse than expected moves satisfaction and repurchase more than better than expected",
    source=(
        "Anderson & Sullivan 1993, Marketing Science 12(2):125-143; "
        "Mittal, Ross & Baldasare 1998, J. Marketing 62(1):33-47"
    ),
    status=Status.SEEN,
    situation=(
        f"One survey (single items, 1-10) of {_AROUND}: satisfaction with the last visit, and repurchase intent, "
        "regressed on how far it was worse and how far it was better than expected (the middle of the scale)."
    ),
    claims=(
        Claim("worse", "slope of satisfaction, worse / better", "above 1 (V)", 1.2, 3.0, over="better"),
        Claim("intent worse", "slope of intent, worse / better", "above 1 (V)", 1.2, 3.0, over="intent better"),
    ),
    measure=_asymmetry,
    kind=built_in("satisfaction", ASYMMETRIC),
    scored=with_state("satisfaction", SATISFACTION),
    why=(
        "A general impression adds the same slope on both sides and blurs the asymmetry, most in intent, which follows "
        "one visit only in part: without halo the integrated mind has about 1.5 and 1.4. And ratings crowded at the "
        "top of the scale make most of what asymmetry there is: a straight link shows nearly as much."
    ),
    why_by_mind={
        "expectation_disconfirmation": (
            "This mind judges gains and losses alike; what asymmetry there is comes from ratings crowded at the top of "
            "the scale."
        ),
    },
    shown={
        "straight": "worse / better of a rating that follows the gap in a straight line",
    },
)
