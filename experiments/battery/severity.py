"""How easily a fact passes: the share of prior draws of a mind's parameters with which it holds.

Each draw moves all parameters of a mind at once, independently, log-uniformly between a third and three times their
defaults (`experiments.priors`). A draw is measured in one replication and judged by point estimates: inside the band,
or beyond the minimum effect. A fact that nearly anything passes is worth nearly nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.battery.fact import Fact
from experiments.battery.judgement import holds_at
from experiments.battery.laboratory import Laboratory
from experiments.battery.questionnaire import Questionnaire
from experiments.battery.sample import Sample
from experiments.priors import moved, priors_of
from sim.chance import Chance
from sim.world import Mind

_SEED = 2**41  # no replication has it


def drawn(mind: Mind, number: int) -> Mind:
    """A mind with this draw of all its parameters."""
    priors = priors_of(mind)
    keys = np.arange(len(priors), dtype=np.uint64)
    return moved(mind, priors, Chance(_SEED).at(number).rows(keys).uniform("prior"))


def held(
    mind: Mind, facts: Sequence[Fact], numbers: Sequence[int], sample: Sample, warm_up: int, form: Questionnaire
) -> Mapping[str, list[tuple[bool, ...]]]:
    """For each fact and each of these draws, which of its claims hold on a sample.

    Facts that do not score this mind are left out, and so is everything for a mind without parameters.
    """
    asked = [fact for fact in facts if not fact.scored(mind)] if priors_of(mind) else []
    found: dict[str, list[tuple[bool, ...]]] = {fact.id: [] for fact in asked}
    for number in numbers if asked else ():
        laboratory = Laboratory(drawn(mind, number), sample, warm_up, form)
        for fact in asked:
            values = fact.measured(laboratory)
            found[fact.id].append(tuple(holds_at(claim, values) for claim in fact.claims))
    return found
