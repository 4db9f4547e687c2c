"""Markets: how unlike buyers and firms are, in what they buy and in how many buy it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from agents.customers import LOYALTY
from agents.mind import NoMind
from experiments.battery.fact import Claim, Fact, Status
from experiments.battery.facts.kinds import by_hand, with_state
from experiments.battery.field import arriving, opened
from experiments.battery.laboratory import Laboratory
from experiments.battery.statistics import F64, correlation, slopes
from sim.behaviour import NonContractual
from sim.chance import Chance
from sim.records import SPEND
from sim.repertoire import Repertoire, category, panel_of
from sim.world import Mind

MARKETS, FEWEST, MOST = 30, 4, 6  # markets in a replication, firms in each
HOUSEHOLDS = 300  # in a panel
SMALLEST, OFTEN, ALIKE = 0.04, 0.1, 0.6  # share of the smallest firm; the least of purchases a week and of diversity


def _double_jeopardy(laboratory: Laboratory) -> Mapping[str, float]:
    seeds = laboratory.sample.chance.seed * MARKETS + np.arange(MARKETS)
    markets = [_firms(int(seed)) for seed in seeds]
    penetration, requirements, frequency = (np.concatenate(part) for part in zip(*markets, strict=True))
    return {
        "link": correlation(penetration, requirements),
        "frequency": float(slopes(frequency, penetration)[0]),
    }


def _firms(seed: int) -> tuple[F64, F64, F64]:
    """Of one market's firms, about its mean: log penetration, share of requirements, log frequency [firms].

    The market is drawn: how many firms there are, how unlike in size, how often the category is bought, and how alike
    repertoires are.
    """
    size, often, alike, *luck = Chance(seed).life().rows(np.arange(3 + MOST, dtype=np.uint64)).uniform("market")
    firms = FEWEST + int(size * (MOST - FEWEST + 1))
    weights = -np.log(np.array(luck[:firms], np.float64))
    shares = SMALLEST + (1 - SMALLEST * firms) * weights / weights.sum()
    market = Repertoire(mean=OFTEN * 4.0 ** float(often), diversity=ALIKE * 4.0 ** float(alike))
    panel = panel_of(category(market, shares.tolist(), 52, HOUSEHOLDS, seed))
    values = np.log(panel.penetration), panel.requirements, np.log(panel.frequency)
    centred = [value - value.mean() for value in values]
    return centred[0], centred[1], centred[2]


def _once(mind: Mind) -> str:
    return "" if isinstance(mind, NoMind) else "no mind is asked: measured once, and the same for all"


F5 = Fact(
    id="F5",
    short="double jeopardy",
    title="Small firms have fewer buyers, who buy a little less often and give them less of what they need",
    source="Ehrenberg, Goodhardt & Barwise 1990, J. Marketing 54(3):82-91",
    status=Status.RECOMPUTED,
    situation=(
        "30 markets of 4 to 6 firms, in each a panel of 300 households over a year: NBD-Dirichlet as in "
        "market=repertoire, with everybody's leanings at rest. Sizes of firms (at least 4%), purchases in the category "
        "(5 to 20 a year) and likeness of repertoires (0.6 to 2.4) are drawn: assumed. Firms are compared with others "
        "of their market. It is known of this market's form that it has double jeopardy; no mind is asked."
    ),
    claims=(
        Claim("link", "penetration with share of requirements, r", "0.52 to 0.94 (R)", low=0.5),
        Claim("frequency", "rise of log frequency per log penetration", "below 1 (R)", high=0.8, null=1.0),
    ),
    measure=_double_jeopardy,
    kind=by_hand,
    scored=_once,
    why="Not known to fail: the form of the market implies it.",
    field=True,
    mindless=True,
)

FIRST, WEEKS, TOP = 12, 78, 0.2  # weeks of first purchases and of the whole log, and share that is the top


def _concentration(laboratory: Laboratory) -> Mapping[str, float]:
    market = NonContractual()
    model = opened(laboratory, market, arriving(laboratory, market, FIRST))
    model.run_for(WEEKS)
    spend = np.sort(model.records.crm[SPEND].astype(np.float64))[::-1]
    return {"top": float(spend[: round(TOP * len(spend))].sum() / spend.sum())}


F6 = Fact(
    id="F6",
    short="top fifth",
    title="The top fifth of the customers hold two thirds of what is spent",
    source="CDNOW transaction log: package lifetimes, CDNOW_master.txt",
    status=Status.RECOMPUTED,
    situation=(
        "Customers of the default market without a contract, whose rates were fitted to the same log (Fader, Hardie & "
        "Lee 2005; spread of spend: Fader & Hardie 2013), begin within 12 weeks and buy until week 78, as in the log."
    ),
    claims=(Claim("top", "share of spend of the top 20%", "0.678 (R)", 0.50, 0.75),),
    measure=_concentration,
    kind=by_hand,
    scored=with_state("loyalty", LOYALTY),
    why="Not known to fail: rates and spread of spend are those of the log.",
    field=True,
)
