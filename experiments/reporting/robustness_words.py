"""What a robustness study says in sentences."""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from experiments.inference.intervals import LEVEL
from experiments.inference.regret import Regret, chance_least, least_expected, minimax, regret_table
from experiments.inference.shrinkage import chance_highest
from experiments.reporting.wording import count_of, listed, named, number, scale_of, unit_of
from experiments.robustness.results import MIND, SCENARIO, RobustnessResult

RULE = (
    "Regret is what a plan brings less than the plan, or doing nothing, that is best in the same setting. Least bad is "
    "the plan with the smallest largest regret (minimax), or with the smallest expected one, which is the one with the "
    "highest mean. Monte Carlo noise is taken out of all shares and regrets: the best of several noisy means looks "
    "better than it is."
)
_FEW = 0.005


def answers(result: RobustnessResult) -> list[tuple[str, str]]:
    """Questions and answers for the head of the page."""
    table = regret_table(result.plausible)
    found = [*_least_bad(result, table), ("Probability of being best", _probabilities(result, table))]
    found.append(("Chance over Monte Carlo noise", _chance(result)))
    if harmful := [
        f"{named(arm)} in {percent(line.harm)}"
        for arm, line in zip(result.arms, table, strict=True)
        if arm != result.control and line.harm >= _FEW
    ]:
        found.append((f"Worse than {named(result.control)}", f"{listed(harmful)} of the settings"))
    found.append(("As the study stands", at_own_sizes(result, result.draws)))
    return [*found, *_where(result)]


def lead(result: RobustnessResult) -> str:
    """What was run."""
    counts = {name: len(result.among(name)) for name in (MIND, SCENARIO)}
    theories = "1 theory" if counts[MIND] == 1 else f"{counts[MIND]} theories"
    parameters = count_of(len(result.ensemble.columns) - len(counts), "parameter")
    return (
        f"{result.draws} draws of {parameters}, {theories} and {count_of(counts[SCENARIO], 'scenario')}; in each, all "
        f"plans under the same luck: {count_of(result.replications, 'replication')} of {result.customers:,} customers, "
        f"{result.weeks} weeks."
    )


def told(result: RobustnessResult, place: int) -> str:
    """Where a plan wins, and how often there."""
    rule = result.rules.iloc[place]
    return (
        f"{rule['where']}: {percent(rule['density'])} of such settings ({percent(rule['held_out'])} held out), "
        f"{percent(rule['base'])} of all"
    )


def at_own_sizes(result: RobustnessResult, setting: int) -> str:
    """Which plan is best in a setting that is no draw, and how surely, as far as the noise of all settings says."""
    means = result.benefits[setting].mean(axis=0)
    first, second = (int(place) for place in np.argsort(-means, kind="stable")[:2])
    noise = result.spread.noise
    variance = noise[first, first] + noise[second, second] - 2 * noise[first, second]
    lead = float(means[first] - means[second])
    degrees = len(result.benefits[: result.draws]) * (result.replications - 1)
    half = float(student.ppf(0.5 + LEVEL / 2, degrees) * np.sqrt(max(variance, 0.0) / result.replications))
    scale, unit = scale_of(result.metric), unit_of(result.metric)
    digits = 0 if abs(lead) * scale >= 100 else 1
    if lead <= half:
        return f"{named(result.arms[first])} and {named(result.arms[second])} cannot be told apart"
    return (
        f"{named(result.arms[first])}, {number(lead * scale, digits, signed=False)} {unit} before "
        f"{named(result.arms[second])} (95% interval {number((lead - half) * scale, digits, signed=False)} to "
        f"{number((lead + half) * scale, digits, signed=False)})"
    )


def percent(share: float) -> str:
    """A share in percent; what is neither none nor all is not written as such.

    Example:
        >>> percent(0.001), percent(0.0), percent(0.42), percent(0.999)
        ('<1%', '0%', '42%', '>99%')
    """
    if np.isnan(share):
        return "none"
    if 0 < share < _FEW:
        return "<1%"
    return ">99%" if 1 - _FEW < share < 1 else f"{share:.0%}"


def _least_bad(result: RobustnessResult, table: tuple[Regret, ...]) -> list[tuple[str, str]]:
    cautious, average = minimax(table), least_expected(table)
    firmly = float(chance_least(result.plausible)[average])
    mean = (
        f"{named(result.arms[average])} loses {amount(result, table[average].mean)} (the smallest in {percent(firmly)} "
        f"of resampled ensembles)"
    )
    worst = f"loses at most {amount(result, table[cautious].worst)} in the settings drawn"
    found = [("Least regret on average", mean)]
    if cautious == average:
        return [*found, ("Least bad at the worst", f"{named(result.arms[cautious])} as well: it {worst}")]
    differ = (
        f"They differ: {named(result.arms[average])} loses up to {amount(result, table[average].worst)}, and "
        f"{named(result.arms[cautious])} {amount(result, table[cautious].mean)} on average"
    )
    return [*found, ("Least bad at the worst", f"{named(result.arms[cautious])} {worst}"), ("What to choose", differ)]


def amount(result: RobustnessResult, size: float, unit: bool = True) -> str:
    """A regret, with its unit."""
    scaled = size * scale_of(result.metric)
    digits = 0 if scaled >= 10 else 1 if scaled >= 1 else 2
    text = number(scaled, digits, signed=False)
    return f"{text} {unit_of(result.metric)}" if unit else text


def _probabilities(result: RobustnessResult, table: tuple[Regret, ...]) -> str:
    order = sorted(range(len(table)), key=lambda place: -table[place].best)
    shares = [f"{named(result.arms[place])} {percent(table[place].best)}" for place in order if table[place].best > 0]
    error = np.sqrt(max(line.best * (1 - line.best) for line in table) / result.draws)
    wide = f"about \u00b1 {1.96 * error * 100:.0f} points for its {result.draws} draws"
    return f"{listed(shares)}, over this ensemble ({wide})"


def _chance(result: RobustnessResult) -> str:
    chances = chance_highest(result.benefits[: result.draws])
    best = int(chances.argmax())
    return (
        f"{percent(min(float(chances[best]), 0.999))} that {named(result.arms[best])} has the highest mean over these "
        f"settings. It tends to 100% with more replications, and is no probability of being best"
    )


def _where(result: RobustnessResult) -> list[tuple[str, str]]:
    held = [place for place in range(len(result.rules)) if result.rules.iloc[place]["holds"]]
    if not held:
        return [("Conditions", "none could be told from chance: which plan wins does not follow from a few of them")]
    return [(f"{named(str(result.rules.iloc[place]['arm']))} wins where", told(result, place)) for place in held]


LIMITS = (
    (
        "The ensemble is a prior.",
        "Sizes are drawn from the ranges they are believed to lie in, theories and scenarios in even shares; no data "
        "has narrowed them (only the parameters of a market fitted to a log come from data). With other ranges or "
        "other weights, every share and every expected regret is another one.",
    ),
    (
        "Probability of being best is one over this ensemble.",
        "It is not the chance that the plan is the best one for a real firm; what all theories here leave out is in "
        "none of the settings.",
    ),
    (
        "The largest regret hangs on single draws, and grows with their number.",
        "It is that of the worst setting drawn, not of the worst that could be: another seed may name another plan as "
        "least bad at the worst. The 95th percentile and the mean are steadier.",
    ),
    ("Plans that were not compared are in no regret.", "A better one would raise the regret of all of them."),
    (
        "Conditions are a description.",
        "They say where wins lie among these draws, with edges no more exact than the draws are dense; a plan without "
        "conditions may still have some that so few settings cannot show. Fewer job.factors show them better.",
    ),
    (
        "Noise is taken to be normal and alike in all settings.",
        "Where noise is a small share of the variance, little depends on it.",
    ),
)
