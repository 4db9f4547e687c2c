"""Which experiment tells two theories apart: planted differences are found, with the customers that a formula asks."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from experiments.tournament.separation import (
    LEAST,
    ONE_ONLY,
    OPPOSITE,
    SIZE,
    agreement,
    best,
    customers_needed,
    reach,
    separations,
    theories,
)
from tests.experiments.tournament.arenas import effects_of


@pytest.mark.parametrize(("effect", "customers"), [(0.2, 392), (0.5, 63), (0.8, 25), (-0.5, 63), (1.0, 16)])
def test_customers_needed_by_hand(effect: float, customers: int) -> None:
    """2 (1.96 + 0.84)^2 / d^2 = 15.68 / d^2; Cohen 1988 has 393, 64 and 26, with Student's t and more digits of z."""
    assert customers_needed(effect) == customers


def test_no_effect_needs_no_number() -> None:
    assert customers_needed(0.0) == math.inf


def test_a_planted_separation_is_found() -> None:
    """Two minds that differ in one situation only: that one is named, with d and n by hand."""
    same = effects_of({"one": 0.3, "other": 0.3}, situation="dull", noise=0.01)
    apart = effects_of({"one": 0.3, "other": 0.1}, situation="telling", noise=0.01)
    found = best(separations(pd.concat([same, apart], ignore_index=True)))
    (row,) = found.to_dict("records")
    assert (row["situation"], row["measure"], row["kind"]) == ("telling", "churn", SIZE)
    assert row["effect"] == pytest.approx(0.2, abs=0.005)
    assert row["needed"] == pytest.approx(15.68 / row["effect"] ** 2, abs=1)
    assert 0 < row["at_least"] < row["effect"]
    assert row["at_most"] >= row["needed"]


def test_noise_alone_separates_nobody() -> None:
    found = separations(effects_of({"one": 0.3, "other": 0.3001}, noise=0.05))
    assert (found["at_least"] == 0).all()
    assert best(found).empty


def test_only_what_a_firm_can_see_is_recommended() -> None:
    hidden = effects_of({"one": 0.9, "other": 0.0}, measure="trust", noise=0.01)
    seen = effects_of({"one": 0.2, "other": 0.1}, measure="uses", noise=0.01)
    found = separations(pd.concat([hidden, seen], ignore_index=True))
    assert set(found["measure"]) == {"trust", "uses"}
    assert best(found)["measure"].tolist() == ["uses"]


def test_a_measure_that_one_theory_lacks_says_nothing_about_it() -> None:
    frame = pd.concat(
        [effects_of({"one": 0.5, "other": 0.1, "third": 0.3}), effects_of({"one": 0.5, "other": 0.1}, measure="trust")]
    )
    found = separations(frame)
    pairs = found[found["measure"] == "trust"][["first", "second"]].to_numpy().tolist()
    assert pairs == [["one", "other"]]


@pytest.mark.parametrize(
    ("one", "other", "kind"), [(0.3, -0.3, OPPOSITE), (0.3, 0.0, ONE_ONLY), (0.3, 0.02, ONE_ONLY), (0.3, 0.1, SIZE)]
)
def test_kinds_of_difference(one: float, other: float, kind: str) -> None:
    found = separations(effects_of({"one": one, "other": other}, noise=0.001))
    assert found["kind"].tolist() == [kind]


def test_reach_counts_pairs_of_theories_only() -> None:
    near = effects_of({"none": 0.0, "one": 0.5, "other": 1.0}, situation="near", noise=0.001)
    far = effects_of({"none": 0.0, "one": 0.5, "other": 0.6}, situation="far", noise=0.001)
    found = separations(
        pd.concat([near, far], ignore_index=True).assign(
            difference=lambda f: f["difference"].where(f["mind"] != "none", 0.0)
        )
    )
    assert theories(found) == {"one", "other"}
    assert reach(found, [100, 100_000]) == {"near": (1, 1), "far": (0, 1)}


def test_agreement_needs_every_theory_and_an_answer_worth_seeing() -> None:
    frame = pd.concat(
        [
            effects_of({"one": 0.2, "other": 0.4}, situation="alike", noise=0.01),
            effects_of({"one": 0.2, "other": -0.4}, situation="opposite", noise=0.01),
            effects_of({"one": 0.2, "other": LEAST / 2}, situation="some", noise=1e-4),
        ]
    )
    found = {one.situation: one for one in agreement(frame)}
    assert {name: one.direction for name, one in found.items()} == {"alike": 1, "opposite": 0, "some": 0}
    assert found["some"].none == ("other",)
    assert found["opposite"].less == ("other",)


def test_intervals_hold_for_all_questions_about_a_pair() -> None:
    """More questions, wider intervals (Bonferroni)."""
    one = effects_of({"one": 0.3, "other": 0.1}, noise=0.05)
    more = pd.concat([one, *(effects_of({"one": 0.0, "other": 0.0}, situation=f"s{k}") for k in range(9))])
    alone, among = (separations(frame) for frame in (one, more))
    width = {len(f): float(np.ptp(f[f["situation"] == "shock"][["low", "high"]].to_numpy())) for f in (alone, among)}
    assert width[10] > width[1]
