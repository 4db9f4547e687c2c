"""Minds and samples for the tests of the battery."""

from __future__ import annotations

from functools import cache

import numpy as np

from experiments.battery.fact import Fact
from experiments.battery.judgement import F64, Judgement, judged
from experiments.battery.laboratory import Laboratory
from experiments.battery.questionnaire import Questionnaire
from experiments.battery.sample import Sample
from experiments.build import build, compose
from sim.world import Mind

SHARP = Questionnaire(halo=0.0, reliability=1.0)  # everybody says what they think


@cache
def sample(seed: int = 1, customers: int = 600) -> Sample:
    """Customers of a seed; encounters are kept, so sharing them saves time."""
    return Sample(seed, customers)


@cache
def named(name: str) -> Mind:
    """A mind of the package."""
    mind: Mind = build(compose([f"mind={name}"])).mind
    return mind


def laboratory(mind: Mind | str = "integrated", seed: int = 1, form: Questionnaire | None = None) -> Laboratory:
    """A laboratory for a mind, by name or as it is."""
    return Laboratory(named(mind) if isinstance(mind, str) else mind, sample(seed), questionnaire=form)


def measured(fact: Fact, mind: Mind | str, seeds: int = 6, form: Questionnaire | None = None) -> dict[str, F64]:
    """A fact's numbers in a mind [seeds]."""
    rows = [fact.measured(laboratory(mind, seed, form)) for seed in range(1, seeds + 1)]
    return {name: np.array([row[name] for row in rows]) for name in fact.numbers}


def judgements(fact: Fact, mind: Mind | str, seeds: int = 6, form: Questionnaire | None = None) -> dict[str, Judgement]:
    """A fact's claims in a mind, by the number they are about."""
    values = measured(fact, mind, seeds, form)
    return {claim.measure: judged(claim, values) for claim in fact.claims}
