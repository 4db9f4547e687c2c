"""From satisfaction to staying: the shape of the link, competition, and which score tells retention."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from agents.customers import SATISFACTION
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import SATISFACTION_IS_LOYALTY, built_in, emergent, with_state
from experiments.battery.laboratory import Laboratory
from experiments.battery.panel import panel
from experiments.battery.questionnaire import ELEVEN, FIVE, TEN
from experiments.battery.room import Room
from experiments.battery.statistics import F64, bend, correlation, odds_ratio, promoters
from sim.chance import F32
from sim.people import DROPOUT

CAR_BUYERS = 0.40  # share that buys the same make again
_AROUND = "customers of many firms in four markets (quality SD 0.06, rivals 0.53-0.77, prices 5% up or down: assumed)"


def _shapes(laboratory: Laboratory) -> Mapping[str, float]:
    rooms = panel(laboratory)
    wave = laboratory.ask(rooms, "F15")
    ratings, intent = wave.rate("satisfaction", FIVE), wave.rate("repurchase", FIVE)
    behaviour = _staying(laboratory, CAR_BUYERS)
    latent = wave.latent("satisfaction")
    line = bend(ratings if latent is None else latent, ratings)
    rated_line = bend(wave.straight("satisfaction", FIVE), ratings)
    curves = {"behaviour": bend(behaviour, ratings), "intent": bend(intent, ratings)}
    return {
        **{f"{name} bend": bent for name, (bent, _) in curves.items()},
        **{f"{name} rise": rise for name, (_, rise) in curves.items()},
        "straight: behaviour": line[0] / line[1],
        "straight: intent": rated_line[0] / rated_line[1],
    }


F15 = Fact(
    id="F15",
    short="curved link",
    title="Satisfaction to repurchase behaviour is convex, to repurchase intent concave",
    source="Mittal & Kamakura 2001, J. Marketing Research 38(1):131-142",
    status=Status.SEEN,
    situation=(
        f"One survey (single items, 1-5) of {_AROUND}, who are to choose again; 40% repurchase on average (assumed). "
        "Parabolas over the ratings; repurchase behaviour is each customer's chance."
    ),
    claims=(
        Claim(
            "behaviour bend", "bend / rise of repurchase behaviour over ratings", "convex, above 0 (V)", low=0.1,
            null=0.0, over="behaviour rise",
        ),
        Claim(
            "intent bend", "bend / rise of intent over ratings", "concave, below 0 (V)", high=-0.1, null=0.0,
            over="intent rise",
        ),
    ),
    measure=_shapes,
    kind=emergent,
    scored=with_state("satisfaction", SATISFACTION),
    why=(
        "Intent and behaviour come from one and the same leaning, so only the logistic link and the ends of the scale "
        "tell them apart, and both bend little: 'hold' is too small to leave the straight part of the link. Where "
        "losses weigh more, the unhappy are spread out and the happy crowded, which bends both curves the wrong way."
    ),
    shown={
        "behaviour rise": "repurchase chance, best less worst rating",
        "intent rise": "intent, the same",
        "straight: behaviour": "bend / rise that ratings make of a straight link to behaviour",
        "straight: intent": "the same to a rated intent",
    },
)  # fmt: skip

RENEWING = 0.50  # share that buys again where customers are free


def _boxes(laboratory: Laboratory) -> Mapping[str, float]:
    rooms = panel(laboratory)
    ratings = laboratory.ask(rooms, "F23").rate("satisfaction", FIVE)
    found = {}
    for name, competition in (("competition", 1.0), ("lock-in", 0.0)):
        staying = _staying(laboratory, RENEWING, competition)
        top, second = (float(staying[ratings == box].mean()) for box in (FIVE.high, FIVE.high - 1))
        found[name] = odds_ratio(top, second)
    return found


F23 = Fact(
    id="F23",
    short="top box",
    title="Completely satisfied customers repurchase far more than satisfied ones, unless they are locked in",
    source="Jones & Sasser 1995, HBR 73(6):88-99",
    status=Status.SEEN,
    situation=(
        f"One survey (single item, 1-5) of {_AROUND}; half of them repurchase on average (assumed), once free to leave "
        "(competition 1), once locked in (competition 0). The source reports one firm's odds."
    ),
    claims=(
        Claim(
            "competition",
            "odds of repurchase, top / second box, free",
            "several times (V, one firm)",
            2.0,
            is_ratio=True,
        ),
        Claim("lock-in", "the same, locked in", "hardly any (V)", high=1.3, is_ratio=True),
    ),
    measure=_boxes,
    kind=emergent,
    scored=with_state("satisfaction", SATISFACTION),
    why=(
        "'hold' moves the logit of leaving by 0.35 per standard deviation of loyalty, and 43% of a rating is "
        "satisfaction, the rest halo and noise. Even with hold at 3 the odds of the integrated mind would be 1.9. The "
        "source reports one firm's."
    ),
)


def _staying(laboratory: Laboratory, mean: float, competition: float | None = None) -> F64:
    """Chance of each of the panel to buy again, about this mean, with what they are by nature taken out of it [N].

    That has nothing to do with how they lean, so means of groups are as true and less noisy.
    """
    nature = laboratory.sample.base_chance(1 - mean)
    drifts = [room.leaving(nature, competition) - room.people[DROPOUT] for room in panel(laboratory)]
    return mean - np.concatenate(drifts).astype(np.float64)


FIRMS, QUARTERS, VISITS = 24, 6, 2  # firms, quarters surveyed, visits in a quarter
LEVEL_SPREAD, DRIFT = 0.06, 0.03  # of firms' quality between firms, and from quarter to quarter within a firm


def _scores(laboratory: Laboratory) -> Mapping[str, float]:
    room, nature = laboratory.room("F24"), laboratory.sample.yearly_chance(4)
    firm = np.arange(len(room.people)) % FIRMS
    level = np.float32(LEVEL_SPREAD) * _of_firms(room, "level", firm)
    net, mean, kept = [], [], []
    for quarter in range(QUARTERS + 1):
        lift = level + np.float32(DRIFT) * _of_firms(room, f"drift {quarter}", firm)
        for _ in range(VISITS):
            room.visit(lift)
        if quarter:
            left = room.uniform(f"leaves in quarter {quarter}") < room.leaving(nature)
            kept += [1 - left[firm == one].mean() for one in range(FIRMS)]
        if quarter < QUARTERS:
            wave = laboratory.ask([room], f"quarter {quarter}")
            net += _by_firm(wave.rate("recommend", ELEVEN), firm, promoters)
            mean += _by_firm(wave.rate("satisfaction", TEN), firm, np.mean)
    by_net, by_mean = (correlation(np.array(score), np.array(kept)) for score in (net, mean))
    return {"net promoters": by_net, "mean satisfaction": by_mean, "lead": by_net - by_mean}


def _of_firms(room: Room, name: str, firm: np.ndarray[tuple[int], np.dtype[np.intp]]) -> F32:
    """A standard normal number of each customer's firm [N]: that of its first customer."""
    return room.normal(name)[firm]


def _by_firm(
    answers: F64, firm: np.ndarray[tuple[int], np.dtype[np.intp]], score: Callable[[F64], float]
) -> list[float]:
    return [float(score(answers[firm == one])) for one in range(FIRMS)]


F24 = Fact(
    id="F24",
    short="net promoters",
    title="Net promoters tell next quarter's retention no better than mean satisfaction",
    source="Keiningham et al. 2007, J. Marketing 71(3):39-51; Morgan & Rego 2006, Marketing Science 25:426-439",
    status=Status.SEEN,
    situation=(
        "24 firms that differ in quality (SD 0.06 between firms, 0.03 from quarter to quarter: assumed), 50 customers "
        "each, two visits a quarter (assumed); they leave as in the default contractual market. Each quarter all are "
        "asked whether they would recommend (0-10) and how satisfied they are (1-10); both scores are held against the "
        "next quarter's retention."
    ),
    claims=(
        Claim("lead", "r of net promoters less r of mean satisfaction, with retention", "no better (V)", high=0.05),
        Claim(
            "mean satisfaction", "r of mean satisfaction with retention (else equivalence is empty)", "above 0 (V)",
            low=0.1, null=0.0,
        ),
    ),
    measure=_scores,
    kind=built_in("intention", SATISFACTION_IS_LOYALTY),
    scored=with_state("satisfaction", SATISFACTION),
    why=(
        "Mean satisfaction hardly tells retention here: what carries loyalty in this mind differs between customers, "
        "not between firms."
    ),
    shown={"net promoters": "r of net promoters with retention"},
)  # fmt: skip
